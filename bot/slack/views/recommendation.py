"""The recommendation in the thread, in full for the reader, and similar past decisions."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import ActionsBlock, Block, ContextBlock

from bot.decisions.calibration import outcome_of
from bot.decisions.model import Decision, Place
from bot.decisions.needs import needs_plot
from bot.decisions.records.words import WENT, as_sentence, recommended_words
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Homework, Reason, Strength, Verdict, VetoHit
from bot.services.search import SimilarDecision
from bot.slack.views.announcement import status_label
from bot.slack.views.verdict import (
    answer_words,
    flip_words,
    headline,
    needs_line,
    plain_headline,
)
from bot.slackkit.ids import Action
from bot.slackkit.message import (
    Line,
    Message,
    Picture,
    TextSection,
    as_dicts,
    decision_button,
    folded_sections,
    mrkdwn,
    section,
    size_of,
    text_sections,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    LONGEST_SENTENCE,
    MESSAGE_BUDGET,
    and_list,
    escape,
    fit,
    fit_sentences,
    or_list,
)
from bot.slackkit.word_count import THREAD_WORDS, shrink_to_words

_TITLE = 150
_SHOWN = 3
"""Reasons, flips, steps and open questions in the brief."""
_NEEDS = "needs"
_FIRST, _NEXT = "Before you build", "Next"
"""Leads of lines in the last fold."""
_PICTURE_ROOM = 1_000
"""Characters of an image block as JSON, with its alternative text."""
_LETTERS = 10
"""Characters of a word, more than most have: some scripts write no words apart."""
_MONEY = re.compile(r"[$€£]|\b(USD|EUR|GBP)\b")
_BRIEF_BUDGET = 5_000
"""Characters of the brief as JSON; what is folded needs room too."""


@dataclass(frozen=True, slots=True)
class _BriefSize:
    """How much the brief shows.

    Attributes:
        reasons: how many.
        flips: how many.
        steps: how many.
        text: words of a reason, step, gate or cost, which ends with a sentence.
        longest: words beyond which a sentence is cut, and an answer or flip too.
    """

    reasons: int
    flips: int
    steps: int
    text: int
    longest: int = LONGEST_SENTENCE


_BRIEF_SIZES = (
    _BriefSize(3, 3, 3, 40),
    _BriefSize(3, 3, 3, 20),
    _BriefSize(3, 3, 3, 10),
    _BriefSize(3, 2, 3, 10),
    _BriefSize(3, 1, 3, 10),
    _BriefSize(2, 1, 3, 10),
    _BriefSize(2, 1, 2, 10),
    _BriefSize(1, 1, 2, 10),
    _BriefSize(1, 1, 1, 10),
    _BriefSize(1, 1, 1, 14, 14),
    _BriefSize(1, 1, 1, 10, 10),
    _BriefSize(1, 1, 1, 5, 5),
)
"""From the largest to the smallest: first lines are left out, and only then sentences are cut."""


def recommendation_message(
    decision: Decision, playbook: Playbook, found: Sequence[SimilarDecision] = (), command: str = ""
) -> Message:
    """Return the recommendation for the announcement's thread: a brief, and the rest folded."""
    everything = decision_button(Action.SHOW, "Everything", decision.number)
    last: list[Block] = [ActionsBlock(elements=[everything])]
    folds = [*_folds(playbook, decision.verdict), similar_section(found, decision.place, command)]
    parts = [part for part in folds if part.lines]
    headings = "".join(f"{part.title} {len(part.lines)} " for part in parts)
    most = THREAD_WORDS - len(headings.split()) - len(last)
    brief = shrink_to_words(
        lambda size: _brief(playbook, decision.verdict, size), _BRIEF_SIZES, most, _BRIEF_BUDGET
    )
    picture = _needs_picture(playbook, decision.verdict, brief)
    room = MESSAGE_BUDGET - size_of([*brief, *last]) - (_PICTURE_ROOM if picture else 0)
    more = "press Everything"
    text = (
        f"The recommendation for decision #{decision.number}: "
        f"{plain_headline(playbook, decision.verdict)}"
    )
    return Message(
        text=fit(text, FALLBACK),
        blocks=as_dicts([*brief, *folded_sections(parts, room, more), *last]),
        picture=picture,
        plain=as_dicts([*brief, *text_sections(parts, room, more), *last]),
    )


def recommendation_in_full(playbook: Playbook, verdict: Verdict) -> list[TextSection]:
    """Return everything that explains a verdict, the most important first."""
    known = verdict.anything_known
    measures, pitfalls = _measures(playbook, verdict)
    return [
        TextSection("Before you build", _plain(gate.say for gate in verdict.gates)),
        TextSection("Next steps", _plain(verdict.steps) if known else ()),
        TextSection("All reasons", _reasons(playbook, verdict)),
        TextSection("Points against", _against(playbook, verdict)),
        TextSection("Ruled out", _ruled_out(playbook, verdict), whole=True),
        TextSection("What would change this", _flips(verdict)),
        TextSection("Still open", _homework(playbook, verdict, lead="")),
        TextSection("What to measure", _plain(measures) if known else ()),
        TextSection("Pitfalls", _plain(pitfalls) if known else ()),
    ]


def _brief(playbook: Playbook, verdict: Verdict, size: _BriefSize) -> list[Block]:
    """Return what counts most: reasons, the point against, flips, steps, conditions, cost."""
    if not verdict.anything_known:
        return [
            section(headline(playbook, verdict)),
            *_bullets("Find these out first", _open(verdict, size)),
        ]
    why = [_reason_words(playbook, each, size) for each in verdict.reasons[: size.reasons]]
    against = [_against_words(playbook, verdict, each, size) for each in _rivals(verdict)]
    flips = [flip_words(playbook, each, size.longest) for each in verdict.flips[: size.flips]]
    steps = [
        f"{number}. {_cut(step, size)}"
        for number, step in enumerate(verdict.steps[: size.steps], 1)
    ]
    gates = sorted(verdict.gates, key=lambda each: not each.provisional)
    cost = verdict.cost.line if verdict.cost else ""
    needs = needs_line(playbook, verdict)
    return [
        *_bullets("Why", why),
        *_bullets("Strongest point against", against[:1]),
        *([ContextBlock(elements=[mrkdwn(needs)], block_id=_NEEDS)] if needs else []),
        *_bullets("Revisit if", flips),
        *([section("\n".join(["*Next steps*", *steps]))] if steps else []),
        *([section(f"⚠️ *Before you build*\n{_cut(gates[0].say, size)}")] if gates else []),
        *([ContextBlock(elements=[mrkdwn(_cost_words(cost, size))])] if cost else []),
    ]


def _needs_picture(playbook: Playbook, verdict: Verdict, brief: Sequence[Block]) -> Picture | None:
    """Return the picture of two needs; it replaces their words in the brief."""
    plot = needs_plot(playbook, verdict)
    if plot is None:
        return None
    place = next(at for at, block in enumerate(brief) if block.block_id == _NEEDS)
    return Picture(plot, plot.alt, place)


def _bullets(title: str, lines: Sequence[str]) -> list[Block]:
    text = "\n".join([f"*{title}*", *(f"•  {line}" for line in lines)])
    return [section(text)] if lines else []


def _cut(text: str, size: _BriefSize) -> str:
    whole = fit_sentences(text, size.text, size.longest)
    return escape(fit(whole, _LETTERS * max(size.text, size.longest)))


def _cost_words(cost: str, size: _BriefSize) -> str:
    return f"{'💰' if _MONEY.search(cost) else '⏱️'} {_cut(cost, size)}"


def _open(verdict: Verdict, size: _BriefSize) -> list[str]:
    return [_cut(item.ask, size) for item in verdict.homework[:_SHOWN]]


def _reason_words(playbook: Playbook, reason: Reason, size: _BriefSize) -> str:
    said = [_cut(answer_words(playbook, each), size) for each in reason.answers[:1]]
    lead = f"“{as_sentence(said[0])}”: " if said else ""
    return f"{lead}{_cut(reason.because, size)}"


def _against_words(playbook: Playbook, verdict: Verdict, reason: Reason, size: _BriefSize) -> str:
    lead = _other_option(playbook, verdict, reason.option)
    if not lead:
        return _reason_words(playbook, reason, size)
    return f"*{_cut(lead, size)}:* {_cut(reason.because, size)}"


def _rivals(verdict: Verdict) -> list[Reason]:
    """Return the reasons against, without weak ones that argue for another option."""
    return [each for each in verdict.against if each.option == verdict.option or each.points > 1]


def _folds(playbook: Playbook, verdict: Verdict) -> list[TextSection]:
    """Return the same in few parts, without what the brief says in full."""
    measures, pitfalls = _measures(playbook, verdict)
    then = (
        *(Line(gate.say, lead=_FIRST) for gate in verdict.gates[1:]),
        *(Line(step, lead=_NEXT) for step in verdict.steps[_SHOWN:]),
        *(Line(measure, lead="Measure") for measure in measures),
        *(Line(pitfall, lead="Watch out") for pitfall in pitfalls),
    )
    return [
        TextSection("All reasons", _reasons(playbook, verdict)),
        TextSection(
            "Against and ruled out",
            (*_ruled_out(playbook, verdict), *_against(playbook, verdict)),
            whole=True,
        ),
        TextSection("What would change this", (*_flips(verdict), *_homework(playbook, verdict))),
        TextSection(_titled(then), then if verdict.anything_known else ()),
    ]


def _titled(lines: Sequence[Line]) -> str:
    """Return the title of the last fold by what is in it: conditions and steps, or not."""
    leads = {line.lead for line in lines}
    return "More steps and pitfalls" if leads & {_NEXT, _FIRST} else "Measures and pitfalls"


def _measures(playbook: Playbook, verdict: Verdict) -> tuple[Sequence[str], Sequence[str]]:
    """Return what to measure, and the pitfalls."""
    option = playbook.options[verdict.option]
    too_close = playbook.too_close if verdict.strength is Strength.TOO_CLOSE else None
    return (too_close.measure if too_close else option.measure, option.pitfalls)


def _plain(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts)


def _flips(verdict: Verdict) -> tuple[Line, ...]:
    return _plain(flip.text for flip in verdict.flips) if verdict.anything_known else ()


def _reasons(playbook: Playbook, verdict: Verdict) -> tuple[Line, ...]:
    return tuple(_reason(playbook, each) for each in verdict.reasons)


def _against(playbook: Playbook, verdict: Verdict) -> tuple[Line, ...]:
    return tuple(
        _reason(playbook, each, lead=_other_option(playbook, verdict, each.option))
        for each in _rivals(verdict)
    )


def _reason(playbook: Playbook, reason: Reason, *, lead: str = "") -> Line:
    said = "; ".join(f"“{answer_words(playbook, each)}”" for each in reason.answers)
    return Line(
        reason.because,
        lead=lead,
        remark=f"Answered: {said}." if said else "",
        source=reason.source,
    )


def _other_option(playbook: Playbook, verdict: Verdict, option: str) -> str:
    return "" if option == verdict.option else f"For {playbook.options[option].title}"


def _ruled_out(playbook: Playbook, verdict: Verdict) -> tuple[Line, ...]:
    return tuple(_veto(playbook, hit) for hit in verdict.vetoes)


def _veto(playbook: Playbook, hit: VetoHit) -> Line:
    titles = and_list([playbook.options[option].title for option in hit.options])
    return Line(
        hit.because,
        lead=f"{titles} ruled out",
        remark=f"The way around it: {hit.way_around}",
        source=hit.source,
    )


def _homework(
    playbook: Playbook, verdict: Verdict, *, lead: str = "Still open"
) -> tuple[Line, ...]:
    return tuple(
        Line(item.ask, lead=lead, remark=_could_become(playbook, item)) for item in verdict.homework
    )


def _could_become(playbook: Playbook, item: Homework) -> str:
    titles = [playbook.options[option].title for option in item.could_become]
    return f"It could become {or_list(titles)}." if titles else ""


def similar_blocks(found: Sequence[SimilarDecision]) -> list[Block]:
    """Return similar decisions for the review page; nothing if there are none."""
    if not found:
        return []
    lines = [f"•  {escape(_lead(each))} {escape(_similarity(each))}" for each in found]
    return [section("*Similar decisions*\n" + "\n".join(lines))]


def similar_section(found: Sequence[SimilarDecision], here: Place, command: str) -> TextSection:
    """Return similar decisions for the thread; without lines if there are none.

    Decisions in other channels are given by number only: the channel may be shared with another
    company, and the app lacks the scope to find out.

    Args:
        found: decisions that everybody in the workspace who reads the thread may read.
        here: the thread's channel.
        command: the slash command's name.
    """
    lines = (
        f"{_lead(each)} {_similarity(each)}"
        if each.decision.place == here
        else _elsewhere(each, command)
        for each in found
    )
    return TextSection("Answered alike before", tuple(Line(words) for words in lines))


def _lead(found: SimilarDecision) -> str:
    decision = found.decision
    return f"#{decision.number} “{fit(decision.title, _TITLE)}”:"


def _elsewhere(found: SimilarDecision, command: str) -> str:
    number = found.decision.number
    return f"#{number} in another channel: {_equal_answers(found)}; see {command} show {number}"


def _similarity(found: SimilarDecision) -> str:
    """Return how many answers are equal, the option, the status and the outcome."""
    decision = found.decision
    outcome = outcome_of(decision.reviews)
    parts = [
        recommended_words(found.playbook, decision.chosen),
        status_label(decision).lower(),
        *([WENT[outcome]] if outcome else []),
    ]
    return f"{_equal_answers(found)}; {', '.join(parts)}"


def _equal_answers(found: SimilarDecision) -> str:
    counts = found.counts
    partly = f", {counts.partly} in part" if counts.partly else ""
    return f"{counts.alike} of {counts.compared} answers the same{partly}"
