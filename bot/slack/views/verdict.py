"""A verdict in words and bars: shared by the review page, the announcement and the thread."""

from bot.advice.playbook import Playbook
from bot.advice.verdict import Answered, Strength, Verdict
from bot.slack.text import escape

STRENGTH_WORDS = {
    Strength.CLEAR: "a clear lead",
    Strength.LEANING: "leaning this way",
    Strength.TOO_CLOSE: "too close to call",
}

_CELLS = 8


def option_title(playbook: Playbook, option: str) -> str:
    """Return an option's title, escaped."""
    return escape(playbook.options[option].title)


def headline(playbook: Playbook, verdict: Verdict) -> str:
    """Return the verdict and its strength on one line, in Slack's markup."""
    return f"Recommended: *{_named(playbook, verdict)}*  ·  {strength_words(verdict)}"


def plain_headline(playbook: Playbook, verdict: Verdict) -> str:
    """Return the verdict and its strength on one line, without markup."""
    return f"{_named(playbook, verdict)} ({strength_words(verdict)})"


def strength_words(verdict: Verdict) -> str:
    """Return how sure the verdict is, in words."""
    words = STRENGTH_WORDS[verdict.strength]
    return words if verdict.settled else f"{words}, provisional"


def why_line(playbook: Playbook, verdict: Verdict) -> str:
    """Return the one sentence that says why, with the answer that drove it."""
    if verdict.strength is Strength.TOO_CLOSE and playbook.too_close is not None:
        return escape(playbook.too_close.summary)
    if verdict.reasons:
        return escape(verdict.reasons[0].because)
    return escape(playbook.options[verdict.option].summary)


def bars(playbook: Playbook, verdict: Verdict) -> str:
    """Return a bar and the points for each option, as preformatted text.

    An option that is ruled out says so; a meaning is never carried by the bar alone.
    """
    ruled_out = {option for hit in verdict.vetoes if not hit.alone for option in hit.options}
    most = max(1, *verdict.points.values())
    width = max(len(option.title) for option in playbook.options.values())
    rows = []
    for option, points in sorted(verdict.points.items(), key=lambda item: -item[1]):
        filled = round(_CELLS * max(0, points) / most)
        bar = "█" * filled + "░" * (_CELLS - filled)
        note = "  ruled out" if option in ruled_out else ""
        title = playbook.options[option].title.replace("`", "'")
        rows.append(f"{title:<{width}}  {bar} {points:>3}{note}")
    return f"```{escape(chr(10).join(rows))}```"


def plain_answer(playbook: Playbook, given: Answered) -> str:
    """Return an answer in the playbook's words, as plain text."""
    return playbook.question(given.question).answers[given.answer]


def _named(playbook: Playbook, verdict: Verdict) -> str:
    """Return the recommended option, with its kind if it has one."""
    option = playbook.options[verdict.option]
    if verdict.strength is Strength.TOO_CLOSE and verdict.runner_up:
        rival = option_title(playbook, verdict.runner_up)
        return f"{escape(option.title)} or {rival}"
    if verdict.kind and verdict.kind in option.kinds:
        return f"{escape(option.title)}: {escape(option.kinds[verdict.kind].title)}"
    return escape(option.title)
