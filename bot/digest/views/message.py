"""A digest as a message, its private preview, and the trend in it."""

from collections.abc import Mapping, Sequence
from datetime import date

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    RawTextObject,
    TableBlock,
)

from bot.decisions.trend import Trend
from bot.digest.content import Digest, SectionCounts
from bot.digest.forms import digest_metadata
from bot.digest.schedule import Occurrence
from bot.digest.settings import DigestScope, DigestSection, Schedule
from bot.digest.views.sections import DigestBudget, Links, digest_sections
from bot.digest.views.words import (
    SECTION_TITLES,
    counts_sentence,
    day_in,
    occurrence_words,
    window_words,
)
from bot.slackkit import ids
from bot.slackkit.message import (
    Message,
    Picture,
    TrendPlot,
    as_dicts,
    mrkdwn,
    plain,
    section,
    shrink_to_fit,
)
from bot.slackkit.mrkdwn import (
    FALLBACK,
    HEADER,
    MESSAGE_BUDGET,
    and_list,
    channel_link,
    escape,
    fit,
    one_line,
)

_BUDGETS = (
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
"""From the largest to the smallest; the first one that fits is used."""
WEEKS_TO_DRAW = 3
"""A trend has a table, and a picture in its place, from this many weeks with decisions on."""
_MOST_DAYS = 4
_PREVIEW = 1_500
"""Characters that a preview adds, as JSON."""
_MOST_OPTIONS = 4
_COLUMN = 30
_TITLE = 60


def digest_message(
    digest: Digest, command: str, links: Links, budget: int = MESSAGE_BUDGET
) -> Message:
    """Return a digest as one message, shortened until it fits.

    Only deciders of waiting decisions are mentioned, because Slack notifies them.

    Args:
        digest: the content.
        command: the slash command's name.
        links: permalinks of announcements; a decision without one is not linked.
        budget: characters of the blocks, as JSON.
    """
    blocks = shrink_to_fit(lambda size: _blocks(digest, command, links, size), _BUDGETS, budget)
    tables = [place for place, block in enumerate(blocks) if block.type == "table"]
    picture = trend_picture(digest, tables[0]) if tables else None
    text = f"Decisions, {window_words(digest)}. {counts_sentence(digest)}"
    return Message(fit(text, FALLBACK), as_dicts(blocks), picture)


def preview_message(
    digest: Digest, command: str, links: Links, token: str, coming_words: str, *, offer: bool
) -> Message:
    """Return a digest as a private preview, with a button that posts it.

    Args:
        digest: the content.
        command: the slash command's name.
        links: permalinks of announcements.
        token: the button's value, so that pressing it twice posts once.
        coming_words: the words of `when_next`.
        offer: whether to offer the weekly digest, with one press.
    """
    posted = digest_message(digest, command, links, MESSAGE_BUDGET - _PREVIEW)
    intro = "*A preview that only you can see.*"
    if digest.is_empty:
        intro += " Nothing is new right now, but you can post it anyway."
    if posted.picture is not None:
        intro += " Once it's posted, a chart replaces the table."
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
    turn_on = ButtonElement(
        action_id=ids.Action.TURN_ON_DIGEST,
        text=plain("Turn on weekly digest"),
        value=digest_metadata(digest.place),
    )
    buttons = [post, turn_on, change] if offer else [post, change]
    last = [ActionsBlock(elements=buttons), ContextBlock(elements=[mrkdwn(coming_words)])]
    *content, _ = posted.blocks
    blocks = [*as_dicts([section(intro)]), *content, *as_dicts(last)]
    return Message(text=f"A preview. {posted.text}", blocks=blocks)


def _for_insiders() -> ConfirmObject:
    return ConfirmObject(
        title=plain("Is everyone here from your company?"),
        text=plain(
            "This covers the whole workspace, and everyone in this channel can read it. "
            "Post it only if nobody from another company is here."
        ),
        confirm=plain("Post it"),
        deny=plain("Not now"),
    )


def when_next(due: Occurrence | None, schedule: Schedule) -> str:
    """Return when the next digest is due; `due` is None if it is off."""
    if due is None:
        return f"Want this every {schedule.weekday.capitalize()}? Turn on the weekly digest."
    return f"The next one comes on {occurrence_words(due, schedule)}."


def _blocks(digest: Digest, command: str, links: Links, size: DigestBudget) -> list[Block]:
    heading = f"Decisions  ·  {window_words(digest)}"
    blocks: list[Block] = [
        HeaderBlock(text=plain(fit(heading, HEADER))),
        section(f"{_whose(digest)}  ·  {counts_sentence(digest)}"),
    ]
    left_out = _left_out(digest, command)
    if left_out:
        blocks.append(ContextBlock(elements=[mrkdwn(left_out)]))
    blocks += digest_sections(digest, command, links, size)
    if digest.trend:
        sentence = escape(trend_sentence(digest))
        blocks.append(section(f"*{SECTION_TITLES[DigestSection.TREND]}*\n{sentence}"))
        if digest.trend.busy_weeks >= WEEKS_TO_DRAW:
            blocks.append(trend_table(digest, size.columns))
    if digest.private:
        blocks.append(section(_private(digest.private)))
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
    """Return which digests were missed, and which time no digest covers."""
    said = [_missed(digest.missed)] if digest.missed else []
    if digest.gap_from is not None:
        since = day_in(digest.since, digest.zone)
        before = day_in(digest.gap_from, digest.zone)
        said.append(
            f"It looks back to {since:%-d %B %Y} only. For what happened before, from "
            f"{before:%-d %B %Y} on, use `{command} list all`."
        )
    return " ".join(said)


def _missed(days: tuple[date, ...]) -> str:
    named = [f"{day:%-d %B}" for day in days[-_MOST_DAYS:]]
    rest = len(days) - len(named)
    if rest:
        named.insert(0, f"{rest} earlier {'week' if rest == 1 else 'weeks'}")
    noun = "digest" if len(days) == 1 else "digests"
    return f"The {noun} of {and_list(named)} didn't come, so this one covers that time too."


def _private(counts: SectionCounts) -> str:
    waiting, differ = counts.waiting, counts.disagreements
    apart = f" ({differ:,} seen differently)" if waiting and differ else ""
    parts = [
        (waiting, f"waiting for a decision{apart}"),
        (0 if waiting else differ, "seen differently"),
        (counts.reviews, "to be reviewed"),
        (counts.new, "new"),
        (counts.decided, "decided"),
        (counts.closed, "withdrawn or superseded"),
    ]
    said = and_list([f"{count:,} {words}" for count, words in parts if count])
    return f"*In private channels:* {said}. The details stay there."


def trend_sentence(digest: Digest) -> str:
    """Return the trend in one sentence of plain text."""
    trend = digest.trend
    totals = [
        f"{_title(digest.titles, option, _TITLE)} {sum(counts):,}"
        for option, counts in _ranked(trend)
    ]
    named = totals
    if len(totals) > _MOST_OPTIONS:
        named = [*totals[: _MOST_OPTIONS - 1], f"{len(totals) - _MOST_OPTIONS + 1} other options"]
    count = sum(sum(counts) for counts in trend.options.values())
    opened = "1 decision was opened" if count == 1 else f"{count:,} decisions were opened"
    return f"{opened} in {len(trend.weeks)} weeks: {and_list(named)}."


def trend_table(digest: Digest, most: int) -> TableBlock:
    """Return a table with a row for each week in which decisions were opened.

    The `most` frequent options have a column each, the others share one. A last row is for weeks
    without decisions.
    """
    trend = digest.trend
    ranked = _ranked(trend)
    shown, others = ranked[:most], ranked[most:]
    heads = [_title(digest.titles, option, _COLUMN) for option, _ in shown]
    columns = [counts for _, counts in shown]
    if others:
        heads.append("Others")
        columns.append(tuple(map(sum, zip(*(counts for _, counts in others), strict=True))))
    rows = [["Week of", *heads]]
    for week, *counts in zip(trend.weeks, *columns, strict=True):
        if any(counts):
            rows.append([f"{week:%-d %b}", *(f"{count:,}" for count in counts)])
    if len(rows) <= len(trend.weeks):
        rows.append(["other weeks", *("0" for _ in columns)])
    return TableBlock(
        rows=[[RawTextObject(text=cell) for cell in row] for row in rows],
        column_settings=[{"align": "left"}, *[{"align": "right"} for _ in columns]],
    )


def trend_picture(digest: Digest, instead_of: int) -> Picture:
    """Return the trend as a picture that replaces the message's block at an index."""
    alt = f"Decisions opened in each week, by option. {trend_sentence(digest)}"
    return Picture(TrendPlot(digest.trend, digest.titles), alt, instead_of)


def _ranked(trend: Trend) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Return the options that occur, the most frequent first."""
    found = [(option, counts) for option, counts in trend.options.items() if any(counts)]
    return sorted(found, key=lambda each: -sum(each[1]))


def _title(titles: Mapping[str, str], option: str, length: int) -> str:
    return fit(one_line(titles.get(option, option)), length)
