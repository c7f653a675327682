"""The rules of the code base, and a proof that each of them finds what it forbids."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests import house

ROOT = Path(__file__).parents[1]
BOT = ROOT / "bot"
TOP_LEVEL = {
    ".ci",
    ".dockerignore",
    ".env.example",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "Procfile",
    "README.md",
    "bot",
    "compose.yaml",
    "deploy",
    "docs",
    "manifest.yml",
    "pyproject.toml",
    "requirements-bench.txt",
    "requirements-dev.txt",
    "requirements.txt",
    "rules",
    "tests",
}

TOPS = (ROOT, BOT)
"""Documents name files from either."""
LONGEST_FILE = 600
"""Lines. A hint: a longer file usually has two subjects."""

PLAIN_DOCUMENTS = ["CHANGELOG.md", "CONTRIBUTING.md", "README.md"] + [
    f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))
]

Rule = Callable[[ast.Module], list[str]]

IMPORT_EVERYTHING = """
import importlib, os, pkgutil, sys, threading

watched = {"socket.connect", "socket.bind", "sqlite3.connect", "subprocess.Popen", "os.system"}
done = []

def hook(event, arguments):
    if event in watched:
        done.append(f"{event} {arguments[:2]}")
    elif event == "open":
        path, mode, flags = arguments
        writes = set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR)
        if writes and path != os.devnull:
            done.append(f"writes {path}")

sys.addaudithook(hook)
import bot
names = [module.name for module in pkgutil.walk_packages(bot.__path__, "bot.")]
for name in names:
    if name != "bot.__main__":
        importlib.import_module(name)
        if done or threading.active_count() > 1:
            sys.exit(f"importing {name}: {done or threading.enumerate()}")
print(len(names))
"""

LINT_IMPORTS = """
import sys
from importlinter.cli import lint_imports
sys.exit(lint_imports(no_logo=True))
"""


@cache
def trees(folder: Path) -> list[tuple[str, ast.Module]]:
    """Return each Python file of a folder: its path in the checkout and its syntax tree."""
    return [
        (str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8")))
        for path in house.python_files(folder)
    ]


def broken(folder: Path, rule: Rule, *, except_in: tuple[str, ...] = ()) -> list[str]:
    """Return the violations of a rule, in files that are not under one of the exceptions."""
    return [
        f"{name}: {place}"
        for name, tree in trees(folder)
        if not name.startswith(except_in)
        for place in rule(tree)
    ]


def long_handlers(tree: ast.Module) -> list[str]:
    """Return the functions that are too long for a handler, which parses, calls a service, acks."""
    return house.long_functions(tree, limit=15)


def test_handlers_are_short() -> None:
    """A handler has at most 15 lines: services do the work."""
    assert broken(BOT / "slack" / "handlers", long_handlers) == []


def test_public_names_are_documented() -> None:
    """Every public function and class of the bot has a docstring."""
    assert broken(BOT, house.undocumented) == []


def test_every_test_states_its_rule() -> None:
    """Every test has a docstring that states the rule it proves."""
    assert broken(ROOT / "tests", house.tests_without_rule) == []


def test_a_public_name_has_one_meaning() -> None:
    """A public class or function name is defined in one module only."""
    assert house.repeated_names(trees(BOT)) == []


def test_files_have_one_subject() -> None:
    """No file of the bot has more than 600 lines."""
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in house.python_files(BOT)}
    assert [str(path) for path, count in lines.items() if count > LONGEST_FILE] == []


def test_code_is_described_in_plain_words() -> None:
    """Docstrings and comments contain no word of the list of vague ones."""
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in (*house.python_files(BOT), *house.python_files(ROOT / "tests"))
        for place in house.vague_prose(path.read_text("utf-8"))
    ]
    assert found == []


def test_texts_are_written_in_plain_words() -> None:
    """Texts for people in the bot and in the playbooks contain no word of the list either."""
    files = (*house.python_files(BOT), *sorted((ROOT / "rules").rglob("*.yml")))
    found = {path: house.vague_words(path.read_text("utf-8")) for path in files}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("name", PLAIN_DOCUMENTS)
def test_documents_are_written_in_plain_words(name: str) -> None:
    """Documents contain no word of the list of vague ones."""
    assert house.vague_words((ROOT / name).read_text("utf-8")) == []


def test_block_kit_is_built_in_views() -> None:
    """Block Kit is only built in views, and parsed by the local Slack."""
    views = ("bot/slack/views/", "bot/slackkit/", "bot/digest/views/", "bot/outbox/alert_views.py")
    outside = broken(BOT, house.block_kit_literals, except_in=(*views, "bot/playground/"))
    assert outside == []


def test_sql_stays_in_storage() -> None:
    """SQL is only written in storage and in the packages that own tables."""
    rooms = ("bot/storage/", "bot/outbox/", "bot/digest/")
    assert broken(BOT, house.sql_literals, except_in=rooms) == []


def test_time_comes_from_the_clock() -> None:
    """Only the clocks read the time of day, so that tests can move it."""
    outside = broken(
        BOT, house.clock_calls, except_in=("bot/clock.py", "bot/playground/movable_clock.py")
    )
    assert outside == []


def test_importing_does_nothing() -> None:
    """Importing a module opens no connection, writes no file, and starts no thread or process."""
    run = subprocess.run(
        [sys.executable, "-B", "-c", IMPORT_EVERYTHING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 20


def test_imports_keep_their_direction() -> None:
    """The import contracts in pyproject.toml are kept."""
    run = subprocess.run(
        [sys.executable, "-c", LINT_IMPORTS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_top_level_is_a_known_list() -> None:
    """The top of the checkout has only the files and folders of `TOP_LEVEL`."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: the tracked files are unknown")
    tracked = subprocess.run(
        [git, "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert {path.split("/")[0] for path in tracked} - TOP_LEVEL == set()


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (long_handlers, "def f():\n" + "    x = 1\n" * 16),
        (house.undocumented, "class Public:\n    '''Is.'''\n    def method(self): ..."),
        (house.tests_without_rule, "async def test_it(): assert True"),
        (house.block_kit_literals, "block = {'type': 'section', 'text': text}"),
        (house.sql_literals, "db.query('select a, b from decisions where id = ?')"),
        (house.sql_literals, "db.execute('UPDATE decisions SET a = 1')"),
        (house.clock_calls, "from datetime import datetime\ndatetime.now(UTC)"),
        (house.clock_calls, "import datetime as d\nd.datetime.utcnow()"),
    ],
)
def test_rules_find_violations(rule: Rule, source: str) -> None:
    """Each rule finds the code that it forbids."""
    assert len(rule(ast.parse(source))) == 1


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (long_handlers, "def register():\n" + "    def f():\n        return 1\n" * 16),
        (long_handlers, "def f():\n    '''" + "x\n" * 20 + "'''\n    return 1"),
        (house.undocumented, "def _private(): ..."),
        (house.block_kit_literals, "event = {'type': 'app_home_opened'}"),
        (house.sql_literals, "say('Select one from the list')"),
        (house.clock_calls, "self.clock.now()"),
    ],
)
def test_rules_accept_similar_code(rule: Rule, source: str) -> None:
    """No rule rejects code that only looks like what it forbids."""
    assert rule(ast.parse(source)) == []


def test_a_repeated_name_is_found() -> None:
    """A public name in two modules is found; a private one, a method and `main` are not."""
    source = "class Twice:\n    def method(self): ...\ndef main(): ...\ndef _private(): ..."
    both = [("a.py", ast.parse(source)), ("b.py", ast.parse(source))]
    assert house.repeated_names(both) == ["Twice: a.py, b.py"]


def test_a_vague_word_is_found() -> None:
    """A vague word is found in a docstring and in a comment, and not in a text for people."""
    source = '"""What somebody\ndid."""\n# It stands here.\nTEXT = "Whoever asked"\n'
    assert house.vague_prose(source) == ["line 1: somebody", "line 3: stands"]
    assert house.vague_prose("understands = 1  # it understands\n") == []


def test_documents_name_files_that_exist() -> None:
    """Every file that architecture.md or CONTRIBUTING.md names by its folder exists."""
    for document in ("docs/architecture.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        named = re.findall(r"`([\w/]+/[\w./]*\.(?:py|sql|yml|md))`", text)
        assert [name for name in named if not any((top / name).exists() for top in TOPS)] == []


def test_the_map_lists_every_package() -> None:
    """The map in CONTRIBUTING.md names every package and module of the bot, and no other."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = text.split("```")[1]
    named = {line.split()[0] for line in drawing.splitlines() if line.startswith("  ")}
    rooms = {f"{path.name}/" for path in BOT.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.name for path in BOT.glob("[!_]*.py")}
    below = {f"{path.parent.name}/" for path in BOT.glob("*/**/__init__.py")}
    assert rooms <= named <= rooms | below
