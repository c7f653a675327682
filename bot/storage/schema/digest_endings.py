"""The part of the schema by which a digest finds what was withdrawn or superseded."""

from bot.storage.connection import Connection

ENDED = "status in ('withdrawn', 'superseded')"
ENDED_AT = """rtrim(coalesce(
  json_extract(resolution, '$.ended.at'),
  iif(json_extract(resolution, '$.option') is null, json_extract(resolution, '$.at'), null)
), 'Z')"""
"""When a decision was withdrawn or superseded, like `SETTLED_AT`; null where an older log does not
tell."""


def index_endings(db: Connection) -> None:
    """Create the indices."""
    for axis, first in {
        "everywhere": "workspace, visibility",
        "here": "workspace, channel, visibility",
    }.items():
        db.execute(
            f"create index idx_digest_ended_{axis} on decisions ({first}, {ENDED_AT}) where {ENDED}"
        )
