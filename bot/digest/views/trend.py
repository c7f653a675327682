"""The trend of a digest: a sentence, a table, and what stands in the table's place."""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import RawTextObject, TableBlock

from bot.decisions.trend import Trend
from bot.digest.content import Digest
from bot.slackkit.message import Picture
from bot.slackkit.mrkdwn import and_list, fit, one_line

_MOST_NAMED = 4
_COLUMN = 30
_TITLE = 60


def trend_sentence(digest: Digest) -> str:
    """Return how many decisions were opened, and for what, in plain text."""
    trend = digest.trend
    totals = [
        f"{_title(digest.titles, option, _TITLE)} {sum(counts):,}"
        for option, counts in _ranked(trend)
    ]
    named = totals
    if len(totals) > _MOST_NAMED:
        named = [*totals[: _MOST_NAMED - 1], f"{len(totals) - _MOST_NAMED + 1} other options"]
    count = sum(sum(counts) for counts in trend.options.values())
    opened = "1 decision was opened" if count == 1 else f"{count:,} decisions were opened"
    return f"{opened} in {len(trend.weeks)} weeks: {and_list(named)}."


def trend_table(digest: Digest, most: int) -> TableBlock:
    """Return the weeks in which anything was opened, with what it was opened for.

    There is a column for each of the `most` frequent options, and one for all others. The last row
    is for the weeks in which nothing was opened, if there are any.
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
    """Return the picture of the trend, in the place of the message's block of that index."""
    alt = f"Decisions opened in each week, by option. {trend_sentence(digest)}"
    return Picture(digest.trend, digest.titles, alt, instead_of)


def _ranked(trend: Trend) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Return the options that anything was opened for, the most frequent first."""
    found = [(option, counts) for option, counts in trend.options.items() if any(counts)]
    return sorted(found, key=lambda each: -sum(each[1]))


def _title(titles: Mapping[str, str], option: str, length: int) -> str:
    return fit(one_line(titles.get(option, option)), length)
