"""The recommendation in full, for the thread of an announcement."""

from slack_sdk.models.blocks import Block, ContextBlock, DividerBlock

from bot.advice.playbook import Playbook
from bot.advice.verdict import Answered, Homework, Reason, Strength, Verdict
from bot.decisions.model import Decision
from bot.slack.text import FALLBACK, escape, fit
from bot.slack.views.message import Chapter, Message, as_dicts, chapters, mrkdwn, section
from bot.slack.views.verdict import (
    answer_words,
    headline,
    option_title,
    plain_headline,
)

_CHAPTERS_BUDGET = 9_000


def recommendation(decision: Decision, playbook: Playbook) -> Message:
    """Return the reasons, what speaks against, what would change it, and what to do next."""
    verdict = decision.verdict
    blocks: list[Block] = [section(_opening(playbook, verdict))]
    blocks += chapters(_all_chapters(decision, playbook), _CHAPTERS_BUDGET)
    blocks.append(DividerBlock())
    ref = verdict.playbook
    origin = f"By the playbook {escape(ref.id)}, version {escape(ref.version)} ({ref.hash[:7]})"
    blocks.append(ContextBlock(elements=[mrkdwn(origin)]))
    text = (
        f"The recommendation for decision #{decision.number}: {plain_headline(playbook, verdict)}"
    )
    return Message(text=fit(text, FALLBACK), blocks=as_dicts(blocks))


def _opening(playbook: Playbook, verdict: Verdict) -> str:
    option = playbook.options[verdict.option]
    summary = option.summary
    if verdict.strength is Strength.TOO_CLOSE and playbook.too_close is not None:
        summary = playbook.too_close.summary
    elif verdict.kind and verdict.kind in option.kinds:
        summary = option.kinds[verdict.kind].summary
    return f"{headline(playbook, verdict)}\n{escape(summary)}"


def _all_chapters(decision: Decision, playbook: Playbook) -> list[Chapter]:
    verdict = decision.verdict
    option = playbook.options[verdict.option]
    too_close = playbook.too_close if verdict.strength is Strength.TOO_CLOSE else None
    measure = too_close.measure if too_close else option.measure
    return [
        Chapter("Before you rely on this", tuple(escape(gate.say) for gate in verdict.gates)),
        Chapter("Why", tuple(_reason(playbook, reason) for reason in verdict.reasons)),
        Chapter(
            "What speaks against it",
            tuple(_reason(playbook, reason, verdict.option) for reason in verdict.against),
        ),
        Chapter("Ruled out", _vetoes(playbook, verdict)),
        Chapter(
            "What would change this",
            tuple(escape(flip.text) for flip in verdict.flips),
            intro="_The smallest changes that lead elsewhere. Look again when one happens._",
        ),
        Chapter(
            "Still open",
            tuple(_homework(playbook, item) for item in verdict.homework),
            intro="_Find these out: each could change the recommendation._",
        ),
        Chapter("First steps", tuple(escape(step) for step in verdict.steps)),
        Chapter("Measure", tuple(escape(line) for line in measure)),
        Chapter("Pitfalls", tuple(escape(line) for line in option.pitfalls)),
    ]


def _reason(playbook: Playbook, reason: Reason, recommended: str | None = None) -> str:
    because = escape(reason.because)
    if recommended is not None and reason.option != recommended:
        because = f"For {option_title(playbook, reason.option)}: {because}"
    return f"{because}\n{_basis(playbook, reason.answers)} _{escape(reason.source)}_"


def _basis(playbook: Playbook, answers: tuple[Answered, ...]) -> str:
    """Return the answers that something rests on, in the playbook's words."""
    given = [f"“{answer_words(playbook, each.question, each.answer)}”" for each in answers]
    return f"    You said: {'; '.join(given)}." if given else "   "


def _vetoes(playbook: Playbook, verdict: Verdict) -> tuple[str, ...]:
    return tuple(
        f"*{', '.join(option_title(playbook, option) for option in hit.options)}*"
        f"{' on its own' if hit.alone else ''}: {escape(hit.because)}\n"
        f"    The way around it: {escape(hit.way_around)} _{escape(hit.source)}_"
        for hit in verdict.vetoes
    )


def _homework(playbook: Playbook, item: Homework) -> str:
    options = " or ".join(option_title(playbook, option) for option in item.could_become)
    return f"{escape(item.ask)} It could become {options}." if options else escape(item.ask)
