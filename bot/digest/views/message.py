"""A channel's digest as a message, and its private preview."""

from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
)

from bot.digest.calendar import Occurrence
from bot.digest.content import Digest, PrivateCounts
from bot.digest.forms import digest_metadata
from bot.digest.settings import DigestScope, DigestSection, Schedule
from bot.digest.views.chapters import DigestBudget, Links, digest_sections
from bot.digest.views.trend import trend_picture, trend_sentence, trend_table
from bot.digest.views.words import PART_TITLES, coming, counts, day_in, window
from bot.slackkit import ids
from bot.slackkit.message import Message, as_dicts, mrkdwn, plain, section, shrink_to_fit
from bot.slackkit.mrkdwn import (
    FALLBACK,
    HEADER,
    MESSAGE_BUDGET,
    and_list,
    channel_link,
    escape,
    fit,
)

_ROOMS = (
    *(
        DigestBudget(5, 5, 120, 5),
        DigestBudget(5, 5, 80, 3),
        DigestBudget(5, 4, 80, 3),
        DigestBudget(5, 3, 70, 3),
    ),
    *(
        DigestBudget(4, 3, 60, 3),
        DigestBudget(4, 2, 60, 3),
        DigestBudget(3, 2, 50, 3),
        DigestBudget(3, 1, 50, 2),
    ),
    *(DigestBudget(2, 1, 40, 2), DigestBudget(1, 1, 40, 1)),
)
"""From the most that a digest tells to the least; the next is for what is too long with it."""
_MOST_DAYS = 4
_PREVIEW = 1_500
"""Characters that a preview adds, as JSON."""


def digest_message(
    digest: Digest, command: str, links: Links, budget: int = MESSAGE_BUDGET
) -> Message:
    """Return a digest, however much it tells, in one message.

    Only those for whose decision something waits are mentioned: Slack tells them.

    Args:
        digest: what it tells.
        command: the slash command's name.
        links: the announcements' addresses; what has none is not linked.
        budget: characters of the blocks, as JSON.
    """
    blocks = shrink_to_fit(lambda room: _blocks(digest, command, links, room), _ROOMS, budget)
    tables = [place for place, block in enumerate(blocks) if block.type == "table"]
    picture = trend_picture(digest, tables[0]) if tables else None
    text = f"Decisions, {window(digest)}. {counts(digest)}"
    return Message(fit(text, FALLBACK), as_dicts(blocks), picture)


def preview_message(
    digest: Digest, command: str, links: Links, token: str, coming_words: str
) -> Message:
    """Return a digest as only one person sees it, with a button that posts it.

    Args:
        digest: what it tells.
        command: the slash command's name.
        links: the announcements' addresses.
        token: what the button carries, so that pressing it twice posts once.
        coming_words: when the next one comes, as `when_next` has it.
    """
    told = digest_message(digest, command, links, MESSAGE_BUDGET - _PREVIEW)
    intro = "*A preview that only you can see.*"
    if digest.quiet:
        intro += " There is nothing to tell at the moment; you can post it all the same."
    if told.picture is not None:
        intro += " Where it is posted, a picture takes the place of the table."
    post = ButtonElement(
        action_id=ids.Action.POST_DIGEST,
        text=plain("Post in this channel"),
        value=token,
        style="primary",
        confirm=_for_insiders() if digest.scope is DigestScope.WORKSPACE else None,
    )
    change = ButtonElement(
        action_id=ids.Action.DIGEST_SETTINGS,
        text=plain("Settings"),
        value=digest_metadata(digest.place),
    )
    last = [ActionsBlock(elements=[post, change]), ContextBlock(elements=[mrkdwn(coming_words)])]
    *content, _ = told.blocks
    blocks = [*as_dicts([section(intro)]), *content, *as_dicts(last)]
    return Message(text=f"A preview. {told.text}", blocks=blocks)


def _for_insiders() -> ConfirmObject:
    return ConfirmObject(
        title=plain("Is everybody here from your company?"),
        text=plain(
            "This tells of the whole workspace, and everybody in this channel can read it. "
            "Post it only if nobody from another company is here."
        ),
        confirm=plain("Post it"),
        deny=plain("Not now"),
    )


def when_next(command: str, due: Occurrence | None, rhythm: Schedule) -> str:
    """Return when the next digest comes; None for `due` where none does."""
    if due is None:
        return f"None comes by itself here: `{command} digest settings` has one posted every week."
    return f"The next one comes on {coming(due, rhythm)}."


def _blocks(digest: Digest, command: str, links: Links, room: DigestBudget) -> list[Block]:
    heading = f"Decisions  ·  {window(digest)}"
    blocks: list[Block] = [
        HeaderBlock(text=plain(fit(heading, HEADER))),
        section(f"{_whose(digest)}  ·  {counts(digest)}"),
    ]
    left_out = _left_out(digest, command)
    if left_out:
        blocks.append(ContextBlock(elements=[mrkdwn(left_out)]))
    blocks += digest_sections(digest, command, links, room)
    if digest.trend:
        sentence = escape(trend_sentence(digest))
        blocks += [
            section(f"*{PART_TITLES[DigestSection.TREND]}*\n{sentence}"),
            trend_table(digest, room.columns),
        ]
    if digest.hidden:
        blocks.append(section(_hidden(digest.hidden)))
    how = (
        f"The weekly digest  ·  `{command} digest settings` changes it  ·  "
        f"`{command} digest off` ends it"
    )
    return [*blocks, ContextBlock(elements=[mrkdwn(how)])]


def _whose(digest: Digest) -> str:
    if digest.scope is DigestScope.WORKSPACE:
        return "*The whole workspace*"
    return f"*{channel_link(digest.place.channel)}*"


def _left_out(digest: Digest, command: str) -> str:
    """Return which digests did not come, and what is told by none; empty if there is nothing."""
    said = [_missed(digest.missed)] if digest.missed else []
    if digest.untold_from is not None:
        since = day_in(digest.since, digest.zone)
        before = day_in(digest.untold_from, digest.zone)
        said.append(
            f"It looks back to {since:%-d %B %Y} only: what happened before, from "
            f"{before:%-d %B %Y} on, is in `{command} list all`."
        )
    return " ".join(said)


def _missed(days: tuple[date, ...]) -> str:
    named = [f"{day:%-d %B}" for day in days[-_MOST_DAYS:]]
    rest = len(days) - len(named)
    if rest:
        named.insert(0, f"{rest} earlier {'week' if rest == 1 else 'weeks'}")
    noun = "digest" if len(days) == 1 else "digests"
    return f"The {noun} of {and_list(named)} did not come; this one tells of that time too."


def _hidden(hidden: PrivateCounts) -> str:
    parts = [
        (hidden.waiting, "waiting for a decision"),
        (hidden.disagreements, "seen differently"),
        (hidden.reviews, "to be reviewed"),
        (hidden.new, "new"),
        (hidden.decided, "decided"),
        (hidden.ended, "withdrawn or superseded"),
    ]
    said = and_list([f"{count:,} {words}" for count, words in parts if count])
    return f"*In private channels:* {said}. More is told only there."
