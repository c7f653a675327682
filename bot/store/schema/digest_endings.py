"""The part of the schema by which a digest finds what was withdrawn or superseded."""

from sqlite_utils import Database

ENDED = "status in ('withdrawn', 'superseded')"
ENDED_AT = """rtrim(coalesce(
  json_extract(settlement, '$.ended.at'),
  iif(json_extract(settlement, '$.option') is null, json_extract(settlement, '$.at'), null)
), 'Z')"""
"""When a decision was withdrawn or superseded, like `SETTLED_AT`; null where an older log does not
tell."""


def index_endings(db: Database) -> None:
    """Create the indices."""
    for axis, first in {
        "everywhere": "workspace, visibility",
        "here": "workspace, channel, visibility",
    }.items():
        db.execute(
            f"create index idx_digest_ended_{axis} on decisions ({first}, {ENDED_AT}) where {ENDED}"
        )
