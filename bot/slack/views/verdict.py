"""The verdict on one screen: what to do, how sure, the answers behind it, what would tip it.

There are no numbers in it. `bot.slack.views.recommendation` explains it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slack_sdk.models.blocks import Block, ContextBlock

from bot.decisions.records.words import STRENGTHS, TOO_LITTLE, recommended_words
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Answered, Flip, Reason, Strength, Verdict, VetoHit
from bot.slackkit.message import mrkdwn, section
from bot.slackkit.mrkdwn import and_list, escape, fit, fit_escaped, fit_sentences, fit_words

_CELLS = 6
_MOST_VETOES = 3
_LONGEST = 300
"""Characters of a text that is cut to words: some scripts write none apart."""
NOTHING_TO_RECOMMEND = "Nothing to recommend yet"
RULED_OUT_BEFORE = "It had been *ruled out*"
"""Begins a veto's sentence after its option was chosen."""


@dataclass(frozen=True, slots=True)
class CardSize:
    """How much a card shows.

    Attributes:
        title: words of a decision's title.
        option: words of an option's title.
        bars: options with a bar.
        answers: answers behind the verdict.
        answer: words of each.
        reason: words of the reason why an option is ruled out; a longer one is left out.
        flip: words of the change that would tip it; a longer one is left out.
        people: deciders named.
    """

    title: int = 24
    option: int = 12
    bars: int = 3
    answers: int = 2
    answer: int = 20
    reason: int = 20
    flip: int = 30
    people: int = 3


WHOLE_CARD = CardSize()
CARD_SIZES = (
    WHOLE_CARD,
    CardSize(reason=9, people=2),
    CardSize(reason=0, people=2),
    CardSize(reason=0, answers=1, people=2),
    CardSize(reason=0, flip=12, answers=1, people=1),
    CardSize(reason=0, flip=0, people=1),
    CardSize(reason=0, flip=0, answers=1, people=1),
    CardSize(bars=1, reason=0, flip=0, answers=1, people=1),
    CardSize(bars=0, reason=0, flip=0, answers=1, people=1),
    CardSize(title=14, option=5, answers=1, answer=10, reason=0, flip=0, people=1),
    CardSize(title=10, option=4, answers=1, answer=8, reason=0, flip=0, people=1),
    CardSize(title=8, option=3, answers=1, answer=5, reason=0, flip=0, people=1),
    CardSize(title=6, option=2, answers=1, answer=3, reason=0, flip=0, people=1),
)
"""From the largest to the smallest: first parts are left out, and only then texts are cut."""


def verdict_summary(
    playbook: Playbook, verdict: Verdict, size: CardSize = WHOLE_CARD, *, needs: bool = True
) -> list[Block]:
    """Return a verdict on one screen; with `needs`, also how large each need is."""
    opening = f"{headline(playbook, verdict, size)}\n{because_line(playbook, verdict, size)}"
    blocks: list[Block] = [section(opening)]
    if shown := bars(playbook, verdict, size):
        blocks.append(section(shown))
    lines = [needs_line(playbook, verdict) if needs else "", tip_line(playbook, verdict, size)]
    if kept := [line for line in lines if line]:
        blocks.append(ContextBlock(elements=[mrkdwn("\n".join(kept))]))
    return blocks


def option_title(playbook: Playbook, option: str | None) -> str:
    """Return an option's escaped title, or the words for no recommendation."""
    return escape(recommended_words(playbook, option))


def headline(playbook: Playbook, verdict: Verdict, size: CardSize = WHOLE_CARD) -> str:
    """Return what to do and how sure that is, on one line, as mrkdwn."""
    sure = how_sure(verdict)
    words = f"*{escape(what_to_do(playbook, verdict, size))}*"
    return f"{words}  ·  {sure}" if sure else words


def plain_headline(playbook: Playbook, verdict: Verdict) -> str:
    """Return what to do and how sure that is, on one line, escaped and without markup."""
    sure = how_sure(verdict)
    words = escape(what_to_do(playbook, verdict))
    return f"{words} ({sure})" if sure else words


def what_to_do(playbook: Playbook, verdict: Verdict, size: CardSize = WHOLE_CARD) -> str:
    """Return what the verdict says to do, as plain text: "Go with RAG: mend the look-up"."""
    if not verdict.anything_known:
        return NOTHING_TO_RECOMMEND
    option = playbook.options[verdict.option]
    if _too_close(verdict):
        titles = [option.title, recommended_words(playbook, _rival(playbook, verdict))]
        return f"Too close to call: {' or '.join(fit_words(each, size.option) for each in titles)}"
    words = _cut(option.advice or f"Go with {option.title}", size.option + 2)
    kind = option.kinds.get(verdict.kind or "")
    return f"{words}: {_uncapitalized(_cut(kind.title, size.option + 2))}" if kind else words


def how_sure(verdict: Verdict) -> str:
    """Return how sure the verdict is, in words; empty where the headline says it already."""
    if not verdict.anything_known:
        return TOO_LITTLE
    if _too_close(verdict):
        return ""
    missing = len(verdict.homework)
    if verdict.strength is Strength.CLEAR and missing:
        return f"clear, but {missing} {'answer is' if missing == 1 else 'answers are'} missing"
    words = STRENGTHS[verdict.strength]
    return f"{words}, provisional" if verdict.provisional and not missing else words


def because_line(playbook: Playbook, verdict: Verdict, size: CardSize = WHOLE_CARD) -> str:
    """Return the answers that count most, as mrkdwn; without any, what the option is."""
    if not verdict.anything_known:
        first = next((f" {escape(_cut(each.ask, 20))}" for each in verdict.homework), "")
        return f"Find this out first:{first}" if first else "Answer more questions first."

    def quoted(given: Answered) -> str:
        return f"“{escape(fit_words(answer_words(playbook, given), size.answer))}”"

    said = answers_behind(verdict.reasons, size.answers)
    if _too_close(verdict):
        own = answers_behind(_for(verdict.reasons, verdict.option), 1) or said
        rival = _rival(playbook, verdict)
        other = answers_behind(_for(verdict.against, rival), 1)
        if own and other:
            pair = ((verdict.option, own[0]), (str(rival), other[0]))
            return " but ".join(
                f"{quoted(given)} speaks for {_title(playbook, each, size)}" for each, given in pair
            )
    if said:
        return f"Because of {and_list([quoted(each) for each in said])}"
    summary = playbook.options[verdict.option].summary
    return escape(fit(fit_sentences(summary, 20, 2 * size.answer), _LONGEST))


def answers_behind(reasons: Iterable[Reason], most: int) -> list[Answered]:
    """Return the answers on which the strongest reasons rest, each once, at most so many."""
    found = dict.fromkeys(given for reason in reasons for given in reason.answers)
    return list(found)[:most]


def bars(playbook: Playbook, verdict: Verdict, size: CardSize = WHOLE_CARD) -> str:
    """Return a bar for each of the best options, as mrkdwn; empty while nothing is recommended.

    The parts of the recommended option are not its rivals, and an option that is ruled out shows
    why instead of a bar.
    """
    if not verdict.anything_known:
        return ""
    parts = playbook.parts_of(verdict.option)
    ranked = sorted(
        (each for each in verdict.points if each not in parts),
        key=lambda each: (each != verdict.option, -verdict.points[each]),
    )
    most = max(verdict.points[each] for each in ranked if not _vetoes(verdict, each))
    lines = [
        _out(playbook, option, hits, size)
        if (hits := _vetoes(verdict, option))
        else _bar(playbook, verdict, option, max(1, most), size)
        for option in sorted(ranked[: size.bars], key=lambda each: bool(_vetoes(verdict, each)))
    ]
    return "\n".join(lines)


def _bar(playbook: Playbook, verdict: Verdict, option: str, most: int, size: CardSize) -> str:
    """Return an option's line; `most` is how many points fill a bar."""
    filled = round(_CELLS * max(0, verdict.points[option]) / most)
    title = _title(playbook, option, size)
    if option == verdict.option:
        return f"{'🟩' * max(1, filled)}{'▫️' * (_CELLS - max(1, filled))}  *{title}*"
    return f"{'⬜' * filled}{'▫️' * (_CELLS - filled)}  {title}"


def _out(playbook: Playbook, option: str, hits: Sequence[VetoHit], size: CardSize) -> str:
    said = (playbook.question(each.question).said.get(each.answer) for each in hits[0].answers)
    because = _uncapitalized(hits[0].because)
    why = next(filter(None, said), None) or because
    line = f"🚫  {_title(playbook, option, size)}: ruled out"
    return f"{line}, {escape(_cut(why, size.reason))}" if _fits(why, size.reason) else line


def _vetoes(verdict: Verdict, option: str) -> list[VetoHit]:
    """Return the vetoes that rule out an option by name; none for the recommended one."""
    if option == verdict.option:
        return []
    return list(verdict.vetoes_against(option))


def tip_line(playbook: Playbook, verdict: Verdict, size: CardSize = WHOLE_CARD) -> str:
    """Return the likeliest change that leads to another option, as mrkdwn; empty without any."""
    if not (verdict.anything_known and verdict.flips):
        return ""
    words = flip_words(playbook, verdict.flips[0])
    return f"↔️ *Would tip it:* {words}" if _fits(words, size.flip) else ""


def flip_words(playbook: Playbook, flip: Flip, most: int = 40) -> str:
    """Return a change in at most `most` words, and the option that it leads to, as mrkdwn."""
    title = playbook.options[flip.option].title
    text = flip.text.removeprefix("If ")
    change = text.rpartition(f": {title}")[0] or text
    return f"{escape(_cut(change, most))} → *{escape(fit_words(title, most))}*"


def needs_line(playbook: Playbook, verdict: Verdict) -> str:
    """Return how large each need is, as mrkdwn; empty for a playbook without needs."""
    if not verdict.anything_known:
        return ""
    words = [
        f"{escape(need.title)} {'large' if verdict.needs[name].large else 'small'}"
        for name, need in playbook.needs.items()
        if name in verdict.needs
    ]
    return f"*Needs:* {', '.join(words)}" if words else ""


def answer_words(playbook: Playbook, given: Answered) -> str:
    """Return an answer in words that make sense without its question, as plain text."""
    question = playbook.question(given.question)
    answer = question.answers[given.answer]
    if words := question.said.get(given.answer):
        return words
    if answer.split()[0].strip(",.;:").lower() in {"yes", "no"}:
        return question.becomes.get(given.answer, answer)
    return _uncapitalized(answer)


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
    hits = verdict.vetoes_against(option)[:_MOST_VETOES]
    return "\n".join(
        lead + _veto(playbook, hit, limit // len(hits) - len(lead) - 1) for hit in hits
    )


def _veto(playbook: Playbook, hit: VetoHit, limit: int) -> str:
    said = ", ".join(f"“{answer_words(playbook, each)}”" for each in hit.answers)
    by = f" by {said}" if said else ""
    return fit_escaped(f"{by}: {hit.because} The way around it: {hit.way_around}", limit)


def _too_close(verdict: Verdict) -> bool:
    return verdict.strength is Strength.TOO_CLOSE and verdict.runner_up is not None


def _rival(playbook: Playbook, verdict: Verdict) -> str | None:
    """Return the option that is too close: the next best, or where an open answer leads."""
    if verdict.lead >= playbook.close_call:
        for item in verdict.homework:
            if item.could_become:
                return item.could_become[0]
    return verdict.runner_up


def _for(reasons: Iterable[Reason], option: str | None) -> list[Reason]:
    """Return the reasons with points for an option."""
    return [each for each in reasons if each.option == option and each.points > 0]


def _title(playbook: Playbook, option: str, size: CardSize) -> str:
    return escape(fit_words(playbook.options[option].title, size.option))


def _cut(text: str, most: int) -> str:
    return fit(fit_words(text, most), _LONGEST)


def _fits(text: str, most: int) -> bool:
    return len(text.split()) <= most


def _uncapitalized(words: str) -> str:
    """Return words for the middle of a sentence: acronyms and names of one letter stay."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words
