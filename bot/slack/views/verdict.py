"""A verdict in words and bars."""

from bot.decisions.records.words import NOTHING_YET, STRENGTHS, TOO_LITTLE, recommended_words
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Answered, Strength, Verdict, VetoHit
from bot.slackkit.mrkdwn import escape, fit_escaped

_CELLS = 8
_MOST_VETOES = 3
RULED_OUT = "ruled out"
ON_ITS_OWN = "ruled out on its own"
"""Said of an option that may still be a part of another."""
RULED_OUT_BEFORE = "It had been *ruled out*"
"""Begins a veto's sentence after its option was chosen."""


def option_title(playbook: Playbook, option: str | None) -> str:
    """Return an option's escaped title, or the words for no recommendation."""
    return escape(recommended_words(playbook, option))


def headline(playbook: Playbook, verdict: Verdict) -> str:
    """Return the recommendation and its strength on one line, as mrkdwn."""
    return f"Recommended: *{_named(playbook, verdict)}*  ·  {strength_words(verdict)}"


def plain_headline(playbook: Playbook, verdict: Verdict) -> str:
    """Return the recommendation and its strength on one line, without markup."""
    return f"{_named(playbook, verdict)} ({strength_words(verdict)})"


def strength_words(verdict: Verdict) -> str:
    """Return the verdict's strength in words."""
    if not verdict.anything_known:
        return TOO_LITTLE
    words = STRENGTHS[verdict.strength]
    return f"{words}, provisional" if verdict.provisional else words


def why_line(playbook: Playbook, verdict: Verdict) -> str:
    """Return the one sentence that says why."""
    if not verdict.anything_known:
        return "Find out what you can of the questions that are open, and edit the answers then."
    if verdict.strength is Strength.TOO_CLOSE and playbook.too_close is not None:
        return escape(playbook.too_close.summary)
    if verdict.reasons:
        return escape(verdict.reasons[0].because)
    return escape(playbook.options[verdict.option].summary)


def bars(playbook: Playbook, verdict: Verdict) -> str:
    """Return a bar and the points of each option, preformatted, the recommended option first.

    Options that are ruled out come last and without a bar: their points do not count.
    """
    groups: dict[str, list[str]] = {"": [], RULED_OUT: [], ON_ITS_OWN: []}
    for option in sorted(verdict.points, key=lambda each: _rank(verdict, each)):
        groups[_ruled_out(playbook, verdict, option)].append(option)
    most = max([1, *(verdict.points[option] for option in groups[""])])
    lines = []
    for words, options in groups.items():
        lines += [f"{words[:1].upper()}{words[1:]}:"] if words and options else []
        lines += [_bar(playbook, verdict, option, 0 if words else most) for option in options]
    return f"```{escape(chr(10).join(lines))}```"


def _bar(playbook: Playbook, verdict: Verdict, option: str, most: int) -> str:
    """Return an option's line; without a bar if `most`, the points of a full bar, is 0."""
    width = max(len(each.title) for each in playbook.options.values())
    points = verdict.points[option]
    filled = round(_CELLS * max(0, points) / most) if most else 0
    bar = "█" * filled + ("░" if most else " ") * (_CELLS - filled)
    title = playbook.options[option].title.replace("`", "'")
    return f"{title:<{width}}  {bar} {points:>3}"


def _rank(verdict: Verdict, option: str) -> tuple[bool, int]:
    return option != verdict.option, -verdict.points[option]


def _ruled_out(playbook: Playbook, verdict: Verdict, option: str) -> str:
    """Return the words for an option that a veto rules out, in whole or on its own."""
    hits = [hit for hit in verdict.vetoes if option in hit.options]
    if any(not hit.alone for hit in hits):
        return RULED_OUT
    part = option in playbook.options[verdict.option].combines
    return ON_ITS_OWN if hits and not part else ""


def ruled_out_words(playbook: Playbook, verdict: Verdict, option: str) -> str:
    """Return whether a veto rules an option out, in words; empty if none does."""
    hits = verdict.vetoes_against(option, playbook)
    if not hits:
        return ""
    return ON_ITS_OWN if all(hit.alone for hit in hits) else RULED_OUT


def veto_notes(
    playbook: Playbook, verdict: Verdict, option: str, limit: int, *, lead: str = "*Ruled out*"
) -> str:
    """Return an option's vetoes and the ways around them, as mrkdwn; empty if there are none.

    Args:
        playbook: the decision's playbook.
        verdict: its verdict.
        option: the option that is chosen, or could be.
        limit: characters at most.
        lead: the beginning of each sentence.
    """
    hits = verdict.vetoes_against(option, playbook)[:_MOST_VETOES]
    return "\n".join(
        lead + _veto(playbook, hit, limit // len(hits) - len(lead) - 1) for hit in hits
    )


def _veto(playbook: Playbook, hit: VetoHit, limit: int) -> str:
    said = ", ".join(quoted_answer(playbook, each) for each in hit.answers)
    by = f" by {said}" if said else ""
    alone = " on its own" if hit.alone else ""
    return fit_escaped(f"{alone}{by}: {hit.because} The way around it: {hit.way_around}", limit)


def quoted_answer(playbook: Playbook, given: Answered) -> str:
    """Return an answer in the playbook's words with its question's topic, as plain text."""
    question = playbook.question(given.question)
    return f"“{question.answers[given.answer]}” ({question.topic})"


def _named(playbook: Playbook, verdict: Verdict) -> str:
    """Return the recommended option, with its kind if it has one."""
    option = playbook.options[verdict.option]
    if not verdict.anything_known:
        return NOTHING_YET
    if verdict.strength is Strength.TOO_CLOSE and verdict.runner_up:
        rival = option_title(playbook, verdict.runner_up)
        return f"{escape(option.title)} or {rival}"
    if verdict.kind and verdict.kind in option.kinds:
        return f"{escape(option.title)}: {escape(option.kinds[verdict.kind].title)}"
    return escape(option.title)
