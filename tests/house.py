"""The rules of the code base as functions over source code: each returns its violations."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef

BLOCK_KIT_TYPES = frozenset(
    {
        *("header", "section", "divider", "context", "actions", "context_actions", "input"),
        *("image", "markdown", "rich_text", "table", "plain_text", "mrkdwn", "modal", "home"),
        *("button", "overflow", "static_select", "multi_static_select", "users_select"),
        *("multi_users_select", "channels_select", "conversations_select", "datepicker"),
        *("plain_text_input", "radio_buttons", "checkboxes"),
    }
)

_SQL = re.compile(
    r"\s*(select\s.+\sfrom\s|SELECT\s.+\sFROM\s|(insert|INSERT) (or \w+ )?(into|INTO)\s|"
    r"(update|UPDATE) \w+ (set|SET)\s|(delete|DELETE) (from|FROM)\s|"
    r"(create|CREATE|drop|DROP|alter|ALTER) (unique |virtual )?(table|TABLE|index|INDEX)\s|"
    r"(pragma|PRAGMA) \w+|(begin|BEGIN)( immediate| IMMEDIATE)$)",
    re.DOTALL,
)

_VAGUE = re.compile(
    r"\b(whoever|anew|amounts to|in the place of|what comes of|of which|(?:is|are) told|stands"
    r"|somebody)\b",
    re.IGNORECASE,
)

_CLOCK_CALLS = frozenset(
    {"datetime.now", "datetime.today", "datetime.utcnow", "date.today", "time.time", "time.time_ns"}
)


def functions(tree: ast.AST) -> Iterator[Function]:
    """Return every function in a tree, nested ones included."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Count a function's lines without docstring, signature and nested functions."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    if not body:
        return 0
    inner = [child for child in body if isinstance(child, Function)]
    own = (body[-1].end_lineno or 0) - body[0].lineno + 1
    nested = sum((child.end_lineno or 0) - _first_line(child) + 1 for child in inner)
    return own - nested


def _first_line(function: Function) -> int:
    return min([function.lineno, *(decorator.lineno for decorator in function.decorator_list)])


def long_functions(tree: ast.AST, limit: int) -> list[str]:
    """Return the functions with more lines than the limit."""
    counted = [(function.name, body_lines(function)) for function in functions(tree)]
    return [f"{name}: {lines} lines" for name, lines in counted if lines > limit]


def undocumented(tree: ast.Module) -> list[str]:
    """Return the public functions, classes and methods without a docstring."""
    return list(_undocumented(tree, ""))


def _undocumented(node: ast.Module | ast.ClassDef, prefix: str) -> Iterator[str]:
    for child in node.body:
        if not isinstance(child, Function | ast.ClassDef) or child.name.startswith("_"):
            continue
        if ast.get_docstring(child) is None:
            yield f"{prefix}{child.name}"
        if isinstance(child, ast.ClassDef):
            yield from _undocumented(child, f"{prefix}{child.name}.")


def tests_without_rule(tree: ast.AST) -> list[str]:
    """Return the test functions without a docstring, which states the rule they prove."""
    tests = (function for function in functions(tree) if function.name.startswith("test_"))
    return [test.name for test in tests if not ast.get_docstring(test)]


def repeated_names(trees: Iterable[tuple[str, ast.Module]]) -> list[str]:
    """Return public class and function names that are defined in more than one module.

    `main` and `register` are exempt: every entry point and every handler module has one.
    """
    places = defaultdict[str, list[str]](list)
    for file, tree in trees:
        for node in tree.body:
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(file)
    return [
        f"{name}: {', '.join(files)}"
        for name, files in sorted(places.items())
        if len(files) > 1 and name not in {"main", "register"}
    ]


def vague_words(text: str) -> list[str]:
    """Return the words of a text that hide who does what to which thing."""
    return [found.group() for found in _VAGUE.finditer(" ".join(text.split()))]


def vague_prose(source: str) -> list[str]:
    """Return the vague words in docstrings and comments; other string literals are exempt."""
    return [
        f"line {line}: {word}"
        for line, text in (*_docstrings(ast.parse(source)), *_comments(source))
        for word in vague_words(text)
    ]


def _docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield docstrings, those of attributes included, each with its first line number."""
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Expr) else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield value.lineno, value.value


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def block_kit_literals(tree: ast.AST) -> list[str]:
    """Return the dictionary literals that are Block Kit, such as a section."""
    return [
        f"line {node.lineno}: {value.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant)
        and key.value == "type"
        and isinstance(value, ast.Constant)
        and value.value in BLOCK_KIT_TYPES
    ]


def sql_literals(tree: ast.AST) -> list[str]:
    """Return the string literals that are SQL."""
    return [
        f"line {node.lineno}: {node.value[:40]}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.match(node.value)
    ]


def clock_calls(tree: ast.AST) -> list[str]:
    """Return the places that read the system clock."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            parts = ast.unparse(node).split(".")[-2:]
            if ".".join(parts) in _CLOCK_CALLS:
                found.append(f"line {node.lineno}: {'.'.join(parts)}")
    return found


def python_files(folder: Path) -> list[Path]:
    """Return the Python files below a folder."""
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
