"""Playbooks, verdicts and analyses as text for a terminal."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from bot.decisions.records.words import NOTHING_YET, TOO_LITTLE, as_sentence
from bot.playbooks.analysis.backtest import BacktestReport, CaseAgreement
from bot.playbooks.analysis.coverage import CoverageReport
from bot.playbooks.completions import NextQuestions
from bot.playbooks.costs import CostEstimate, cost_basis
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Answered, Reason, Strength, Verdict

WIDTH = 88
TITLE = 30
BAR = 24
SHOWN_FLIPS = 8
COST_COLUMNS = ("What it takes", "a month", "an answer", "answers in", "first version")
STRENGTH = {
    Strength.CLEAR: "clear",
    Strength.LEANING: "leaning",
    Strength.TOO_CLOSE: "too close to call",
    Strength.ONLY_LEFT: "the only one left",
}


def format_questionnaire(playbook: Playbook) -> str:
    """Return all questions by step, with their ids."""
    lines = [f"{playbook.title} ({playbook.id} {playbook.version})"]
    for step in playbook.steps:
        lines += ["", step.title]
        for question in (each for each in playbook.questions if each.step == step.id):
            lines += ["", *_wrap(question.ask, f"  {question.id}: ", "    ")]
            if question.help:
                lines += _wrap(question.help, "    ", "    ")
            longest = max(map(len, question.answers))
            for answer, text in question.answers.items():
                lines += _wrap(text, f"      {answer:{longest}}  ", " " * (longest + 8))
    return "\n".join(lines)


def format_verdict(playbook: Playbook, verdict: Verdict) -> str:
    """Return a verdict: the recommendation first, then the reasons, then what to do."""
    return "\n".join(line.rstrip() for line in _Report(playbook, verdict).lines())


def format_next(playbook: Playbook, upcoming: NextQuestions) -> str:
    """Return what to ask next, and the recommendation so far."""
    title = playbook.options[upcoming.option].title
    enough = "enough is known" if upcoming.enough else "not enough is known yet"
    lines = [f"So far: {title}, {upcoming.confidence:.0%} sure; {enough}."]
    if upcoming.questions:
        lines += ["Ask next:", *(f"  {each.id}: {each.ask}" for each in upcoming.questions)]
    return "\n".join(lines)


def format_backtest(playbook: Playbook, report: BacktestReport) -> str:
    """Return the comparison of a playbook with its cases."""
    held_out = any(result.case.held_out for result in report.results)
    part = "held out when the rules were written" if held_out else "that shaped the rules"
    lines = [
        f"{playbook.title} ({playbook.id} {playbook.version}): {len(report.results)} cases {part}"
    ]
    lines += ["", *_agreements([report.playbook, *report.baselines])]
    agreed = report.playbook.overall.hits
    exactly = (
        f"Of the {agreed} that agree with {playbook.id}: {report.exact} exactly, "
        f"{agreed - report.exact} by an outcome that the case also allows."
    )
    asked = (
        f"Questions asked, of {report.applying:.1f} on average, until the rest would hardly "
        f"change the result: {report.asked_one_by_one:.1f} one at a time, with the option of all "
        f"answers in {report.same_one_by_one}; {report.asked_by_pages:.1f} by pages of three, "
        f"with it in {report.same_by_pages}."
    )
    lines += ["", *_wrap(exactly), *_wrap(asked), "", *_calibration(report)]
    lines += ["", *_confusion(playbook, report)]
    missed = [result for result in report.results if not result.agrees]
    if missed:
        lines += ["", "Not agreed"]
    for result in missed:
        case = result.case
        says = f"{case.id}: published {case.expected}, here {result.option}"
        lines += _wrap(f"{says} ({STRENGTH[result.strength]}; {case.ambiguity} case)", "  ", "    ")
    return "\n".join(lines)


def _agreements(rows: Iterable[CaseAgreement]) -> Iterator[str]:
    listed = list(rows)
    longest = max(len(row.name) for row in listed)
    yield f"{'Agreement':{longest + 2}}  {'all cases':17}  clear cases"
    for row in listed:
        yield f"  {row.name:{longest}}  {row.overall!s:17}  {row.clear}"


def _calibration(report: BacktestReport) -> Iterator[str]:
    yield "Confidence      agree"
    for label, share in reversed(list(report.calibration.items())):
        yield f"  {label:12}  {share}"


def _confusion(playbook: Playbook, report: BacktestReport) -> Iterator[str]:
    options = list(playbook.options)
    longest = max(map(len, options))
    yield "Published (down) against recommended (across)"
    yield " " * (longest + 2) + "".join(f"  {option}" for option in options)
    for expected in options:
        cells = (
            f"  {report.confusion.get((expected, option), 0) or '·':>{len(option)}}"
            for option in options
        )
        yield f"  {expected:{longest}}" + "".join(cells)


def format_coverage(playbook: Playbook, found: CoverageReport) -> str:
    """Return the analysis of a playbook over all answer sheets."""
    sample = f"{found.looked_at:,} of them tried; “never” means on none of these"
    lines = [
        f"{playbook.title} ({playbook.id} {playbook.version})",
        *_wrap(f"{found.sheets:,} answer sheets, {'all tried' if found.whole else sample}"),
        "",
        f"{'Verdicts':{TITLE + 2}}  {'share':>6}"
        + "".join(f"  {w:>17}" for w in STRENGTH.values()),
    ]
    for name, option in playbook.options.items():
        shares = [found.shares.get((name, strength), 0.0) for strength in STRENGTH]
        cells = "".join(f"  {share:17.1%}" for share in shares)
        lines.append(f"  {option.title:{TITLE}}  {sum(shares):6.1%}{cells}")
    lines += ["", f"Ties for first place: {found.ties:.1%}"]
    lines += _findings("Options that are never recommended", found.unreachable)
    lines += _findings("Rules that never change the recommendation", found.ineffective_rules)
    lines += _findings("Vetoes that never change the recommendation", found.ineffective_vetoes)
    lines += _findings("Contradictions", found.contradictions)
    lines += _findings("Answers that argue for an option, yet make it lose", found.non_monotonic)
    if found.all_ruled_out:
        lines.append(f"Sheets that rule out every option: {found.all_ruled_out:.2%}")
    return "\n".join(lines)


def _findings(title: str, found: Iterable[str]) -> Iterator[str]:
    listed = list(found)
    yield f"{title}: {'none' if not listed else len(listed)}"
    for item in listed:
        yield from _wrap(item, "  - ", "    ")


class _Report:
    def __init__(self, playbook: Playbook, verdict: Verdict) -> None:
        self.playbook, self.verdict = playbook, verdict

    def lines(self) -> Iterator[str]:
        verdict = self.verdict
        if verdict.anything_known:
            yield from self._opening()
        else:
            yield f"{as_sentence(NOTHING_YET)}: {TOO_LITTLE}"
        yield ""
        yield from self._bars()
        yield from self._section("Why", map(self._reason, verdict.reasons))
        yield from self._section("What speaks against it", map(self._reason, verdict.against))
        yield from self._section("Ruled out", self._vetoes())
        yield from self._section("On condition", ([gate.say] for gate in verdict.gates))
        yield from self._costs()
        yield from self._section("What would change this", self._flips())
        yield from self._section("To find out", self._homework())
        steps = verdict.steps if verdict.anything_known else ()
        yield from self._section("First steps", ([step] for step in steps))
        yield ""
        ref = verdict.playbook
        yield f"{self.playbook.title} ({ref.id} {ref.version}, {ref.hash[:12]})"

    def _opening(self) -> Iterator[str]:
        verdict, option = self.verdict, self.playbook.options[self.verdict.option]
        kind = option.kinds[verdict.kind] if verdict.kind else None
        settled = "provisional" if verdict.provisional else "settled"
        title = f"{option.title} ({kind.title})" if kind else option.title
        yield f"{title}: {STRENGTH[verdict.strength]}, {settled}"
        if not verdict.settled:
            yield f"{verdict.confidence:.0%} of the plausible ways to answer what is open keep it."
            yield "Open questions could change it: see “To find out”."
        if any(gate.provisional for gate in verdict.gates):
            yield "It depends on a condition that is not met yet: see “On condition”."
        yield from _wrap(kind.summary if kind else option.summary)
        if verdict.strength is Strength.TOO_CLOSE and self.playbook.too_close:
            yield from _wrap(self.playbook.too_close.summary)
        if verdict.cost is not None and verdict.cost.line:
            yield from _wrap(f"{verdict.cost.line}.")

    def _costs(self) -> Iterator[str]:
        """Yield a table of what each option takes, and what the estimate rests on."""
        verdict = self.verdict
        if not verdict.costs:
            return
        rows = [COST_COLUMNS, *(self._cost_row(each) for each in verdict.costs)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield ""
        for row in rows:
            yield "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        fixed = [
            f"{self._title(each.option)} {each.fixed_month}"
            for each in verdict.costs
            if each.fixed_month
        ]
        if fixed:
            yield from _wrap(f"Of a month, due whatever the use (hosting): {', '.join(fixed)}.")
        yield from (
            text for each in cost_basis(verdict.costs, self.playbook.costs) for text in _wrap(each)
        )

    def _cost_row(self, cost: CostEstimate) -> tuple[str, ...]:
        title = self._title(cost.option)
        return (title, *(words or "-" for words in (cost.month, cost.each, cost.wait, cost.work)))

    def _section(self, title: str, items: Iterable[Iterable[str]]) -> Iterator[str]:
        listed = list(items)
        if not listed:
            return
        yield ""
        yield title
        for item in listed:
            for position, text in enumerate(item):
                yield from _wrap(text, "    " if position else "  - ", "    ")

    def _title(self, option: str) -> str:
        return self.playbook.options[option].title

    def _bars(self) -> Iterator[str]:
        titles = {option: self._title(option) for option in self.verdict.points}
        longest = max(map(len, titles.values()))
        most = max(1, *self.verdict.points.values())
        out = {option for hit in self.verdict.vetoes for option in hit.options}
        for option, points in self.verdict.points.items():
            bar = "█" * round(BAR * max(0, points) / most)
            note = "  ruled out" if option in out and option != self.verdict.option else ""
            yield f"  {titles[option]:{longest}}  {bar:{BAR}} {points:4}{note}"

    def _answers(self, answers: Iterable[Answered]) -> str:
        return "; ".join(
            f"{question.ask} {question.answers[each.answer]}"
            for each in answers
            if (question := self.playbook.question(each.question))
        )

    def _reason(self, reason: Reason) -> Iterator[str]:
        yield f"{reason.because} ({reason.points:+d} {self._title(reason.option)})"
        yield f"answered: {self._answers(reason.answers)}"
        yield f"source: {reason.source}"

    def _vetoes(self) -> Iterator[Iterable[str]]:
        for hit in self.verdict.vetoes:
            yield (
                f"{self._together(hit.options)}: {hit.because}",
                f"answered: {self._answers(hit.answers)}",
                f"way around: {hit.way_around}",
                f"source: {hit.source}",
            )

    def _together(self, options: Sequence[str]) -> str:
        """Return several titles as one phrase; later ones in lower case, except abbreviations."""
        first, *others = map(self._title, options)
        small = [t if t[:2].isupper() else t[0].lower() + t[1:] for t in others]
        return " and ".join([", ".join([first, *small[:-1]]), *small[-1:]])

    def _flips(self) -> Iterator[Iterable[str]]:
        for flip in self.verdict.flips[:SHOWN_FLIPS]:
            yield [f"{flip.text.removesuffix('.')} ({STRENGTH[flip.strength]})."]
        if len(self.verdict.flips) > SHOWN_FLIPS:
            yield [f"and {len(self.verdict.flips) - SHOWN_FLIPS} more, less likely"]

    def _homework(self) -> Iterator[Iterable[str]]:
        for item in self.verdict.homework:
            could = " or ".join(map(self._title, item.could_become))
            how = "could make it" if item.alone else "together with another answer could make it"
            yield [f"{item.ask} ({how} {could})" if could else item.ask]


def _wrap(text: str, first: str = "", then: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=then) or [first]
