"""`ragvsft rules`: check, try out and prove playbooks."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.cli import rules_input
from bot.cli.common import UsageError
from bot.cli.replay import replay

if TYPE_CHECKING:
    from bot.playbooks.verdict import Verdict

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
FILES = ("playbook", "questions", "rules", "cases")


@click.group()
def rules() -> None:
    """Check, try out and prove playbooks.

    DIR is a playbook's folder or a folder of playbooks; without it, the folder in RAGVSFT_RULES
    (from the environment or a .env file), or ./rules.
    """


rules.add_command(replay)


def _folder(command: F) -> F:
    return click.argument(
        "folder",
        metavar="[DIR]",
        default=rules_input.default_folder,
        type=click.Path(path_type=Path),
    )(command)


def _chosen(command: F) -> F:
    where = click.option(
        "--rules",
        "folder",
        metavar="DIR",
        default=rules_input.default_folder,
        show_default="RAGVSFT_RULES or rules",
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


@rules.command()
@_folder
def check(folder: Path) -> None:
    """List everything that is wrong in the files.

    Each problem comes with file, line, column and, where there is one, a suggestion. Facts last
    checked more than 180 days ago are warned of. Exit status 2 when a playbook can't be used.
    """
    from bot.clock import SystemClock
    from bot.playbooks import loader

    today = SystemClock().now().date()
    broken = False
    for each in rules_input.folders(folder):
        try:
            found = loader.examine(loader.read(each), today)
            problems = found.problems
        except loader.PlaybookError as error:
            found, problems = None, error.problems
        for problem in (*problems, *(found.warnings if found else ())):
            click.echo(f"{each}/{problem}")
        playbook = found.playbook if found else None
        if found is None or playbook is None:
            broken = True
            continue
        counts = [
            _count(len(playbook.questions), "question"),
            _count(len(playbook.rules), "rule"),
            _count(len(playbook.vetoes), "veto", "vetoes"),
            _count(len(playbook.gates), "gate"),
            _count(found.cases, "case"),
        ]
        click.echo(f"{playbook.id}: {', '.join(counts)}: fine")
    if broken:
        raise click.exceptions.Exit(UsageError.exit_code)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


@rules.command(name="test")
@_folder
@click.option(
    "--at-least",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Fail (exit status 1) when fewer of the clear cases agree.",
)
def test_cases(folder: Path, at_least: float | None) -> None:
    """Hold the rules against published cases.

    The cases are those of cases.yml. Two simple baselines are judged beside the rules.
    """
    from bot.cli.rules_report import backtest
    from bot.playbooks.backtest import run_cases, summarize
    from bot.playbooks.engine import RuleEngine

    failed = False
    for place, each in enumerate(rules_input.folders(folder)):
        playbook = rules_input.load(each)
        file = rules_input.load_cases(each, playbook)
        if place:
            click.echo()
        if not file.cases:
            click.echo(f"{playbook.title} ({playbook.id} {playbook.version}): no cases")
            continue
        engine = RuleEngine(playbook)
        with _progress(run_cases(engine, file.cases), len(file.cases), playbook.id) as results:
            judged = summarize(file, list(results), engine)
        click.echo(backtest(playbook, judged))
        failed = failed or (at_least is not None and judged.playbook.clear.percent < at_least)
    if failed:
        click.echo(f"Fewer than {at_least:g}% of the clear cases agree.", err=True)
        raise click.exceptions.Exit(1)


def _progress(work: Iterable[T], length: int, label: str) -> AbstractContextManager[Iterable[T]]:
    """A bar on standard error, where somebody is watching."""
    return click.progressbar(
        work, length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


@rules.command()
@_folder
def prove(folder: Path) -> None:
    """Analyse what the rules do over all answer sheets.

    Reports the share of each verdict, ties, options out of reach, rules and vetoes without effect,
    contradictions, and answers that turn against what they argue for. Where there are too many
    sheets a sample is looked at, and the report says so. Exit status 1 when something needs
    mending.
    """
    from bot.cli.rules_report import coverage
    from bot.playbooks.coverage import CoverageAnalysis

    ok = True
    for place, each in enumerate(rules_input.folders(folder)):
        playbook = rules_input.load(each)
        if place:
            click.echo()
        started = time.perf_counter()
        analysis = CoverageAnalysis(playbook)
        with click.progressbar(
            length=analysis.looks,
            label=playbook.id,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar:
            for looked_at in analysis.run():
                bar.update(looked_at)
        found = analysis.report()
        click.echo(coverage(playbook, found))
        click.echo(f"Time taken: {time.perf_counter() - started:.1f} s")
        ok = ok and found.ok
    if not ok:
        raise click.exceptions.Exit(1)


@rules.command()
@click.argument("file", type=click.Choice(FILES), required=False)
@click.option(
    "--write",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all of them to DIR/.schema, where the first line of each YAML file looks.",
)
def schema(file: str | None, write: Path | None) -> None:
    """Print the JSON Schemas for editors.

    That of one FILE of a playbook, or without FILE all four.
    """
    from bot.playbooks.schema import SCHEMA_FOLDER, schemas

    made = schemas()
    if write is None:
        click.echo(_pretty(made[file] if file else made))
        return
    target = write / SCHEMA_FOLDER
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (target / f"{name}.json").write_text(_pretty(content) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: can't be written ({error.strerror})") from None
    click.echo(f"Wrote {len(made)} schemas to {target}")


def _pretty(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


@rules.command()
@_chosen
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def questions(folder: Path, wanted: str | None, as_json: bool) -> None:
    """Show what is asked.

    With the ids that an answers file uses.
    """
    playbook = rules_input.choose(folder, wanted)
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
    """Recommend for the answers in a file.

    The file maps question ids to answer ids; one left out or null is "don't know". A list of such
    maps gives a list of verdicts. The name - is standard input.
    """
    from bot.playbooks.engine import InvalidAnswers, RuleEngine

    playbook = rules_input.choose(folder, wanted)
    name, data = rules_input.read_answers(answers)
    engine = RuleEngine(playbook)
    listed = isinstance(data, list)
    verdicts = []
    for position, each in enumerate(data if listed else [data], start=1):
        where = f"{name}: sheet {position}" if listed else name
        try:
            verdicts.append(engine.evaluate(rules_input.sheet(where, each)))
        except InvalidAnswers as error:
            raise UsageError(f"{where}: {error}") from None
    if as_json:
        click.echo(_verdict_json(verdicts, listed=listed))
        return
    from bot.cli.rules_report import recommendation

    click.echo("\n\n".join(recommendation(playbook, verdict) for verdict in verdicts))


def _verdict_json(verdicts: Sequence[Verdict], *, listed: bool) -> str:
    from pydantic import TypeAdapter

    from bot.playbooks.verdict import Verdict

    made = TypeAdapter(list[Verdict]).dump_python(list(verdicts), mode="json")
    return _pretty(made if listed else made[0])
