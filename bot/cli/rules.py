"""`ragvsft rules`: check, test, analyse and try out playbooks."""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

import click
from pydantic import TypeAdapter

from bot.cli import rules_input
from bot.cli.common import (
    UsageError,
    count_of,
    say,
)
from bot.cli.replay import replay_command
from bot.cli.rules_report import (
    format_backtest,
    format_coverage,
    format_next,
    format_questionnaire,
    format_verdict,
)
from bot.clock import SystemClock
from bot.playbooks import loader
from bot.playbooks.analysis.backtest import run_cases, summarize
from bot.playbooks.analysis.coverage import CoverageAnalysis
from bot.playbooks.completions import NextQuestions
from bot.playbooks.engine import InvalidAnswers, RuleEngine
from bot.playbooks.schema import SCHEMA_FOLDER, schemas
from bot.playbooks.verdict import Verdict

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
FILES = ("playbook", "questions", "rules", "cases")


@click.group()
def rules() -> None:
    """Check, test, analyse and try out playbooks.

    DIR is a playbook's folder or a folder of playbooks. Default: RAGVSFT_RULES, from the
    environment or .env, or the playbooks that ship with ragvsft.
    """


rules.add_command(replay_command)


def _folder_argument(command: F) -> F:
    return click.argument(
        "folder",
        metavar="[DIR]",
        default=rules_input.default_folder,
        type=click.Path(path_type=Path),
    )(command)


def _playbook_options(command: F) -> F:
    folder = click.option(
        "--rules",
        "folder",
        metavar="DIR",
        default=rules_input.default_folder,
        show_default="RAGVSFT_RULES, or those that ship with ragvsft",
        type=click.Path(path_type=Path),
        help="A playbook's folder or a folder of playbooks.",
    )
    playbook = click.option(
        "--playbook",
        "wanted",
        metavar="ID",
        help="Which playbook. Default: ragvsft if it exists, otherwise the first.",
    )
    return folder(playbook(command))


@rules.command()
@_folder_argument
def check_command(folder: Path) -> None:
    """List every error in the files.

    Each error has file, line and column, and a suggestion if there is one. Facts that were last
    checked more than a year ago give a warning. Exit status 2 if a playbook cannot be used.
    """
    today = SystemClock().now().date()
    broken = False
    for each in rules_input.playbook_folders(folder):
        try:
            found = loader.examine(loader.read(each), today)
            problems = found.problems
        except loader.PlaybookError as error:
            found, problems = None, error.problems
        for problem in (*problems, *(found.warnings if found else ())):
            say(f"{each}/{problem}")
        playbook = found.playbook if found else None
        if found is None or playbook is None:
            broken = True
            continue
        counts = [
            count_of(len(playbook.questions), "question"),
            count_of(len(playbook.rules), "rule"),
            count_of(len(playbook.vetoes), "veto", "vetoes"),
            count_of(len(playbook.gates), "gate"),
            count_of(found.cases, "case"),
        ]
        say(f"{playbook.id}: {', '.join(counts)}: ok")
    if broken:
        raise click.exceptions.Exit(UsageError.exit_code)


@rules.command()
@_folder_argument
@click.option(
    "--at-least",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Fail (exit status 1) if fewer of the clear cases agree: of those held out, if any.",
)
def test_command(folder: Path, at_least: float | None) -> None:
    """Compare the recommendations with published cases.

    The cases are those of cases.yml. Two simple baselines are compared too. Cases that were held
    out when the rules were written come first, apart from those that shaped them.
    """
    failed = False
    for position, each in enumerate(rules_input.playbook_folders(folder)):
        playbook = rules_input.read_playbook(each)
        file = rules_input.read_cases(each, playbook)
        if position:
            say("")
        if not file.cases:
            say(f"{playbook.title} ({playbook.id} {playbook.version}): no cases")
            continue
        engine = RuleEngine(playbook)
        reports = []
        for part in file.parts():
            with _progress(run_cases(engine, part.cases), len(part.cases), playbook.id) as results:
                reports.append(summarize(part, list(results), engine))
        say("\n\n".join(format_backtest(playbook, report) for report in reports))
        clear = reports[0].playbook.clear
        failed = failed or (at_least is not None and clear.percent < at_least)
    if failed:
        say(f"Fewer than {at_least:g}% of the clear cases agree.", err=True)
        raise click.exceptions.Exit(1)


def _progress(work: Iterable[T], length: int, label: str) -> AbstractContextManager[Iterable[T]]:
    """Return a progress bar on stderr if that is a terminal."""
    return click.progressbar(
        work, length=length, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()
    )


@rules.command()
@_folder_argument
def prove(folder: Path) -> None:
    """Analyse what the rules do over all answer sheets.

    Reports the share of each verdict, ties, options that are never recommended, rules and vetoes
    without effect, contradictions, and answers that argue for an option, yet make it lose. If there
    are too many sheets, a sample is tried, and the report says so. Exit status 1 if there is a
    finding.
    """
    ok = True
    for position, each in enumerate(rules_input.playbook_folders(folder)):
        playbook = rules_input.read_playbook(each)
        if position:
            say("")
        started = time.perf_counter()
        analysis = CoverageAnalysis(playbook)
        with click.progressbar(
            length=analysis.looks,
            label=playbook.id,
            file=sys.stderr,
            hidden=not sys.stderr.isatty(),
        ) as bar:
            for sheets in analysis.run():
                bar.update(sheets)
        report = analysis.report()
        say(format_coverage(playbook, report))
        say(f"Time taken: {time.perf_counter() - started:.1f} s")
        ok = ok and report.ok
    if not ok:
        raise click.exceptions.Exit(1)


@rules.command()
@click.argument("file", type=click.Choice(FILES), required=False)
@click.option(
    "--write",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all four to DIR/.schema, where the first line of each YAML file refers to.",
)
def schema(file: str | None, write: Path | None) -> None:
    """Print the JSON Schemas of playbook files.

    Editors use them. With FILE only the schema of that file.
    """
    content = schemas()
    if write is None:
        say(_to_json(content[file] if file else content))
        return
    target = write / SCHEMA_FOLDER
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name, each in content.items():
            (target / f"{name}.json").write_text(_to_json(each) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})") from None
    say(f"Wrote {len(content)} schemas to {target}")


def _to_json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


@rules.command()
@_playbook_options
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
def questions(folder: Path, wanted: str | None, as_json: bool) -> None:
    """Show the questions, with their ids.

    An answers file uses the ids of questions and answers.
    """
    playbook = rules_input.choose_playbook(folder, wanted)
    if as_json:
        keys = ("id", "step", "ask", "help", "several", "answers", "ask_when")
        listed = [question.model_dump(mode="json") for question in playbook.questions]
        say(_to_json([{key: each[key] for key in keys} for each in listed]))
        return
    say(format_questionnaire(playbook))


@rules.command()
@click.argument("answers", metavar="ANSWERS.yml", type=click.Path(allow_dash=True, path_type=Path))
@_playbook_options
@click.option("--json", "as_json", is_flag=True, help="Machine-readable.")
@click.option("--next", "ask_next", is_flag=True, help="Show what to ask next instead.")
def recommend(
    answers: Path, folder: Path, wanted: str | None, as_json: bool, ask_next: bool
) -> None:
    """Recommend an option for a file of answers.

    The file maps question ids to answer ids, or to a list of them where several can hold; an
    omitted or null answer is "don't know". A list of such maps gives a list of verdicts, an empty
    one none. The name - is stdin. With --next, an omitted answer is still to be asked.
    """
    playbook = rules_input.choose_playbook(folder, wanted)
    name, data = rules_input.read_answers(answers)
    if data is None and not ask_next:
        raise UsageError(
            f"{name}: has no answers yet; add some, like `freshness: weekly`, or use --next to see "
            "what to ask first"
        )
    data = {} if data is None else data
    engine = RuleEngine(playbook)
    listed = isinstance(data, list)
    sheets = []
    for position, each in enumerate(data if listed else [data], start=1):
        where = f"{name}: sheet {position}" if listed else name
        try:
            sheets.append(rules_input.answer_sheet(where, each))
            engine.check(sheets[-1])
        except InvalidAnswers as error:
            raise UsageError(f"{where}: {error}") from None
    if ask_next:
        upcoming = [engine.next_questions(each) for each in sheets]
        texts = [format_next(playbook, each) for each in upcoming]
        found = _next_json(upcoming, listed=listed)
    else:
        verdicts = [engine.evaluate(each) for each in sheets]
        texts = [format_verdict(playbook, each) for each in verdicts]
        found = _verdict_json(verdicts, listed=listed)
    if as_json or texts:
        say(found if as_json else "\n\n".join(texts))


def _next_json(upcoming: Iterable[NextQuestions], *, listed: bool) -> str:
    data = [
        {
            "confidence": each.confidence,
            "option": each.option,
            "next": [question.id for question in each.questions],
            "enough": each.enough,
        }
        for each in upcoming
    ]
    return _to_json(data if listed else data[0])


def _verdict_json(verdicts: Sequence[Verdict], *, listed: bool) -> str:
    data = TypeAdapter(list[Verdict]).dump_python(list(verdicts), mode="json")
    return _to_json(data if listed else data[0])
