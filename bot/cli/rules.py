"""`ragvsft rules`: check, try out and prove playbooks."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from bot.advice.playbook import Playbook
    from bot.advice.verdict import Answers, Verdict

F = TypeVar("F", bound=Callable[..., Any])
BROKEN = 2


class Refusal(click.ClickException):
    """Input that can't be used; its message says what, where and what to do."""

    exit_code = BROKEN

    def show(self, file: Any = None) -> None:
        """Print the message alone."""
        click.echo(self.message, file=file, err=file is None)


@click.group()
def rules() -> None:
    """Check, try out and prove playbooks.

    DIR is a playbook's folder or a folder of playbooks; without it, the folder in RAGVSFT_RULES,
    or ./rules.
    """


def _folder(command: F) -> F:
    return click.argument(
        "folder",
        metavar="[DIR]",
        envvar="RAGVSFT_RULES",
        default="rules",
        type=click.Path(path_type=Path),
    )(command)


def _chosen(command: F) -> F:
    where = click.option(
        "--rules",
        "folder",
        metavar="DIR",
        envvar="RAGVSFT_RULES",
        default="rules",
        show_default=True,
        type=click.Path(path_type=Path),
        help="A playbook's folder or a folder of playbooks.",
    )
    which = click.option(
        "--playbook",
        "wanted",
        metavar="ID",
        help="Which playbook; without it ragvsft if there, else the first.",
    )
    return where(which(command))


def _folders(where: Path) -> tuple[Path, ...]:
    from bot.advice import shelf

    try:
        return shelf.folders(where)
    except shelf.NoPlaybookError as error:
        raise Refusal(str(error)) from None


def _load(folder: Path) -> Playbook:
    from bot.advice import loader

    try:
        return loader.load(folder)
    except loader.PlaybookError as error:
        _refuse(folder, error.problems)


def _refuse(folder: Path, problems: Sequence[object]) -> NoReturn:
    more = f" (and {len(problems) - 1} more: `ragvsft rules check {folder}` lists them)"
    raise Refusal(f"{folder}/{problems[0]}{more if len(problems) > 1 else ''}")


def _choose(where: Path, wanted: str | None) -> Playbook:
    """The playbook asked for."""
    found = _folders(where)
    named = [folder for folder in found if folder.name == (wanted or "ragvsft")]
    if wanted is None:
        return _load((named or list(found))[0])
    for folder in (*named, *(other for other in found if other not in named)):
        playbook = _load(folder)
        if playbook.id == wanted:
            return playbook
    names = ", ".join(folder.name for folder in found)
    raise Refusal(f"{where}: no playbook `{wanted}`; there are {names}")


@rules.command()
@_folder
def check(folder: Path) -> None:
    """Read every file and list all that is wrong, with file, line and column."""
    from datetime import datetime

    from bot.advice import ageing, loader

    today = datetime.now().astimezone().date()
    broken = False
    for each in _folders(folder):
        try:
            text = loader.read(each)
            playbook = loader.parse(text)
            cases = loader.parse_cases(text, playbook).cases
        except loader.PlaybookError as error:
            broken = True
            for problem in error.problems:
                click.echo(f"{each}/{problem}")
            continue
        for warning in ageing.stale(playbook, today):
            click.echo(f"{each}/rules.yml: {warning}")
        counts = [
            _count(len(playbook.questions), "question"),
            _count(len(playbook.rules), "rule"),
            _count(len(playbook.vetoes), "veto", "vetoes"),
            _count(len(playbook.gates), "gate"),
            _count(len(cases), "case"),
        ]
        click.echo(f"{playbook.id}: {', '.join(counts)}: fine")
    if broken:
        raise click.exceptions.Exit(BROKEN)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


@rules.command()
@click.argument(
    "file", type=click.Choice(["playbook", "questions", "rules", "cases"]), required=False
)
@click.option(
    "--write",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all of them to DIR/.schema, where the first line of each YAML file looks.",
)
def schema(file: str | None, write: Path | None) -> None:
    """Print the JSON Schema of a playbook's FILE, for editors; without FILE all four."""
    from bot.advice.schema import FOLDER, schemas

    made = schemas()
    if write is None:
        click.echo(_pretty(made[file] if file else made))
        return
    target = write / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        (target / f"{name}.json").write_text(_pretty(content) + "\n", encoding="utf-8")
    click.echo(f"Wrote {len(made)} schemas to {target}")


def _pretty(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


@rules.command()
@_chosen
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def questions(folder: Path, wanted: str | None, as_json: bool) -> None:
    """Show what is asked, with the ids that an answers file uses."""
    playbook = _choose(folder, wanted)
    if as_json:
        keys = ("id", "step", "ask", "help", "answers", "ask_when")
        listed = [question.model_dump(mode="json") for question in playbook.questions]
        click.echo(_pretty([{key: each[key] for key in keys} for each in listed]))
        return
    from bot.cli.rules_report import questionnaire

    click.echo(questionnaire(playbook))


@rules.command()
@click.argument("answers", metavar="ANSWERS.yml", type=click.Path(allow_dash=True, path_type=Path))
@_chosen
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def recommend(answers: Path, folder: Path, wanted: str | None, as_json: bool) -> None:
    """Say what the playbook recommends for the answers in a file; - is stdin.

    The file maps question ids to answer ids; one left out or null is "don't know". A list of such
    maps gives a list of verdicts.
    """
    from bot.advice.advisor import Advisor, InvalidAnswers

    playbook = _choose(folder, wanted)
    name, data = _read_answers(answers)
    advisor = Advisor(playbook)
    sheets = data if isinstance(data, list) else [data]
    verdicts = []
    for position, sheet in enumerate(sheets):
        where = f"{name}: sheet {position + 1}" if isinstance(data, list) else name
        try:
            verdicts.append(advisor.advise(_sheet(where, sheet)))
        except InvalidAnswers as error:
            raise Refusal(f"{where}: {error}") from None
    if as_json:
        click.echo(_verdict_json(verdicts, listed=isinstance(data, list)))
        return
    from bot.cli.rules_report import recommendation

    click.echo("\n\n".join(recommendation(playbook, verdict) for verdict in verdicts))


def _read_answers(path: Path) -> tuple[str, Any]:
    from bot.advice import strict_yaml

    name = "stdin" if str(path) == "-" else str(path)
    try:
        raw = sys.stdin.buffer.read() if name == "stdin" else path.read_bytes()
        text = raw.decode()
    except UnicodeDecodeError:
        raise Refusal(f"{name}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Refusal(f"{name}: can't be read ({error.strerror}); name an answers file") from None
    document, problems = strict_yaml.read(name, text)
    if problems:
        raise Refusal(str(problems[0]))
    return name, document.data


def _sheet(where: str, data: Any) -> Answers:
    if not isinstance(data, dict):
        raise Refusal(f"{where}: must map questions to answers, like `freshness: weekly`")
    for question, answer in data.items():
        if answer is not None and not isinstance(answer, str):
            raise Refusal(f"{where}: the answer to `{question}` must be an answer id or null")
    return data


def _verdict_json(verdicts: Sequence[Verdict], *, listed: bool) -> str:
    from pydantic import TypeAdapter

    from bot.advice.verdict import Verdict

    made = TypeAdapter(list[Verdict]).dump_python(list(verdicts), mode="json")
    return _pretty(made if listed else made[0])
