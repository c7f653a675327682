"""How many decisions were opened in each week, by option: counted by ranges of an index.

Of each option, the decisions lie in the index by when they were opened: no row is sorted or read.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from bot.storage.connection import Connection
from bot.storage.convert import utc_text

OPTION = "chosen"
"""What was chosen, else recommended."""
_THERE = """
from decisions indexed by idx_digest_option_{axis} where workspace = :workspace and {grant}
"""
_WEEKS = f"""
with recursive options(name) as (
  select min({OPTION}) {_THERE}
  union all
  select (select min({OPTION}) {_THERE} and {OPTION} > options.name)
  from options where options.name is not null
)
select options.name as chosen, weeks.key as week, (
    select count(*) {_THERE} and {OPTION} = options.name
      and opened_at >= json_extract(weeks.value, '$[0]')
      and opened_at < json_extract(weeks.value, '$[1]')
  ) as count
from options, json_each(:weeks) as weeks where options.name is not null
"""  # noqa: S608  # only constants of this file


def count_weeks(
    db: Connection,
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
    moments = [utc_text(at) for at in (*weeks, until + timedelta.resolution)]
    spans = json.dumps(list(pairwise(moments)))
    counts: dict[str, list[int]] = {}
    query = _WEEKS.format(axis=axis, grant=grant)
    for row in db.query(query, {**arguments, "weeks": spans}):
        counts.setdefault(row["chosen"], [0] * len(weeks))[row["week"]] = row["count"]
    return counts
