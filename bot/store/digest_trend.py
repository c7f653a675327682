"""How many decisions were opened in each week, by option: counted by ranges of an index.

Decisions are numbered in the order in which they are opened, so a week is a range of numbers. Of
each option, the ranges are counted where they lie together: no row is sorted or read.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlite_utils import Database

from bot.store.schema.digest_trend import BY_OPTION

_BEYOND = 2**62
"""Greater than the number of any decision."""
_FIRST_SINCE = """
select number from decisions indexed by idx_digest_opened_{axis}
where workspace = :workspace and {grant} and opened_at >= :at order by opened_at limit 1
"""
_THERE = "from catalogue indexed by {index} where workspace = :workspace and {grant}"
_WEEKS = f"""
with recursive options(name) as (
  select min(chosen) {_THERE}
  union all
  select (select min(chosen) {_THERE} and chosen > options.name)
  from options where options.name is not null
)
select options.name as chosen, weeks.key as week, (
    select count(*) {_THERE} and chosen = options.name
      and number >= json_extract(weeks.value, '$[0]')
      and number < json_extract(weeks.value, '$[1]')
  ) as count
from options, json_each(:weeks) as weeks where options.name is not null
"""  # noqa: S608  # only constants of this file


def count_weeks(
    db: Database,
    axis: str,
    grant: str,
    arguments: Mapping[str, Any],
    weeks: Sequence[datetime],
    until: datetime,
) -> dict[str, list[int]]:
    """Return for each option how many decisions were opened in each week.

    Args:
        db: the log.
        axis: "here" or "everywhere", as in the names of the indices.
        grant: the condition on who may read what.
        arguments: what the condition names.
        weeks: where the weeks begin.
        until: where the last one ends, that moment included.
    """
    since = _FIRST_SINCE.format(axis=axis, grant=grant)
    firsts = []
    for at in (*weeks, until + timedelta.resolution):
        found = list(db.query(since, {**arguments, "at": at.isoformat()}))
        firsts.append(found[0]["number"] if found else _BEYOND)
    query = _WEEKS.format(index=BY_OPTION[axis], grant=grant)
    counts: dict[str, list[int]] = {}
    for row in db.query(query, {**arguments, "weeks": json.dumps(list(pairwise(firsts)))}):
        counts.setdefault(row["chosen"], [0] * len(weeks))[row["week"]] = row["count"]
    return counts
