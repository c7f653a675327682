"""The recommendation in full, and similar past decisions."""

from collections.abc import Iterable, Sequence

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock

from bot.decisions.calibration import outcome_of
from bot.decisions.model import Decision, Place
from bot.decisions.records.words import WENT, recommended_words
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Homework, Reason, Strength, Verdict, VetoHit
from bot.services.search import SimilarDecision
from bot.slack.views.announcement import status_label
from bot.slack.views.verdict import answer_words, because_line, headline, plain_headline
from bot.slackkit.message import (
    Line,
    Message,
    TextSection,
    as_dicts,
    mrkdwn,
    section,
    size_of,
    text_sections,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    MESSAGE_BUDGET,
    and_list,
    escape,
    fit,
    fit_escaped,
    or_list,
)

_VERSION_LENGTH = 40
_TITLE = 150


def recommendation_message(
    decision: Decision, playbook: Playbook, found: Sequence[SimilarDecision] = (), command: str = ""
) -> Message:
    """Return the recommendation for the announcement's thread.

    Args:
        decision: the decision.
        playbook: its playbook.
        found: similar earlier decisions.
        command: the slash command's name.
    """
    alike = similar_section(found, decision.place, command)
    parts = [*_why(decision, playbook), *_what_then(decision, playbook), alike]
    more = f"{command} show {decision.number} tells all" if command else ""
    return _message(decision, playbook, parts, more)


def full_recommendation(
    decision: Decision, playbook: Playbook, command: str
) -> tuple[Message, ...]:
    """Return the recommendation in two messages, which leave room for nearly everything."""
    more = f"{command} export {decision.number} has them" if command else ""
    why = _message(decision, playbook, _why(decision, playbook), more)
    then = text_sections(_what_then(decision, playbook), more=more)
    text = f"What would change the recommendation for decision #{decision.number}, and what to do"
    return (why, Message(text=text, blocks=as_dicts(then))) if then else (why,)


def _message(
    decision: Decision, playbook: Playbook, parts: Sequence[TextSection], more: str
) -> Message:
    verdict = decision.verdict
    ref = verdict.playbook
    version = fit_escaped(ref.version, _VERSION_LENGTH)
    origin = f"By the playbook {escape(ref.id)}, version {version} ({ref.hash[:7]})"
    first: list[Block] = [section(_opening(playbook, verdict))]
    last: list[Block] = [DividerBlock(), ContextBlock(elements=[mrkdwn(origin)])]
    room = MESSAGE_BUDGET - size_of([*first, *last])
    blocks = [*first, *text_sections(parts, room, more), *last]
    text = (
        f"The recommendation for decision #{decision.number}: {plain_headline(playbook, verdict)}"
    )
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def _opening(playbook: Playbook, verdict: Verdict) -> str:
    option = playbook.options[verdict.option]
    summary = option.summary
    if not verdict.anything_known:
        return f"{headline(playbook, verdict)}\n{because_line(playbook, verdict)}"
    if verdict.strength is Strength.TOO_CLOSE and playbook.too_close is not None:
        summary = playbook.too_close.summary
    elif verdict.kind and verdict.kind in option.kinds:
        summary = option.kinds[verdict.kind].summary
    return f"{headline(playbook, verdict)}\n{escape(summary)}"


def _why(decision: Decision, playbook: Playbook) -> list[TextSection]:
    verdict = decision.verdict
    return [
        TextSection("Before you rely on this", _plain(gate.say for gate in verdict.gates)),
        TextSection("Why", tuple(_reason(playbook, reason) for reason in verdict.reasons)),
        TextSection("What speaks against it", _against(playbook, verdict)),
        TextSection("Ruled out", tuple(_veto(playbook, hit) for hit in verdict.vetoes), whole=True),
    ]


def _what_then(decision: Decision, playbook: Playbook) -> list[TextSection]:
    verdict = decision.verdict
    return [
        TextSection(
            "What would change this",
            _plain(flip.text for flip in verdict.flips),
            intro="The smallest changes that lead elsewhere. Look again when one happens.",
        ),
        TextSection(
            "Still open",
            tuple(_homework(playbook, item) for item in verdict.homework),
            intro="Find these out: each could change the recommendation.",
        ),
        *(_what_follows(playbook, verdict) if verdict.anything_known else []),
    ]


def _what_follows(playbook: Playbook, verdict: Verdict) -> list[TextSection]:
    option = playbook.options[verdict.option]
    too_close = playbook.too_close if verdict.strength is Strength.TOO_CLOSE else None
    return [
        TextSection("First steps", _plain(verdict.steps)),
        TextSection("Measure", _plain(too_close.measure if too_close else option.measure)),
        TextSection("Pitfalls", _plain(option.pitfalls)),
    ]


def _plain(texts: Iterable[str]) -> tuple[Line, ...]:
    return tuple(Line(text) for text in texts)


def _reason(playbook: Playbook, reason: Reason, *, lead: str = "") -> Line:
    said = "; ".join(f"“{answer_words(playbook, each)}”" for each in reason.answers)
    return Line(
        reason.because,
        lead=lead,
        remark=f"You said: {said}." if said else "",
        source=reason.source,
    )


def _against(playbook: Playbook, verdict: Verdict) -> tuple[Line, ...]:
    return tuple(
        _reason(playbook, reason, lead=_other_option(playbook, verdict, reason.option))
        for reason in verdict.against
    )


def _other_option(playbook: Playbook, verdict: Verdict, option: str) -> str:
    return (
        "" if option == verdict.option else f"In favour of {playbook.options[option].title} instead"
    )


def _veto(playbook: Playbook, hit: VetoHit) -> Line:
    titles = and_list([playbook.options[option].title for option in hit.options])
    return Line(
        hit.because,
        lead=f"{titles} on its own" if hit.alone else titles,
        remark=f"The way around it: {hit.way_around}",
        source=hit.source,
    )


def _homework(playbook: Playbook, item: Homework) -> Line:
    titles = [playbook.options[option].title for option in item.could_become]
    return Line(item.ask, remark=f"It could become {or_list(titles)}." if titles else "")


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
    return (
        f"#{number} in another channel: {_equal_answers(found)}; {command} show {number} tells more"
    )


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
