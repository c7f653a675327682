"""The part of the schema by which the options of a digest's trend are counted."""

from bot.storage.connection import Connection

OPTION = "coalesce(json_extract(resolution, '$.option'), option)"
"""What was chosen, else recommended."""
_CHANNELS_OPTIONS = "idx_digest_by_option_here"
_AXES = {"everywhere": "workspace, visibility", "here": "workspace, channel, visibility"}


def index_options(db: Connection) -> None:
    """Index a channel's decisions by option, as those of a workspace are; drop what that replaces.

    By the earlier indices, a year's decisions of a large workspace had to be sorted by option.
    """
    for axis in _AXES:
        db.execute(f"drop index idx_digest_chosen_{axis}")
    db.execute(
        f"create index {_CHANNELS_OPTIONS}"
        " on catalogue (workspace, channel, visibility, chosen, number)"
    )


def index_options_by_time(db: Connection) -> None:
    """Index decisions by option and by when they were opened, in the place of their numbers.

    Numbers do not follow time where samples, dated back, came after decisions.
    """
    db.execute(f"drop index {_CHANNELS_OPTIONS}")
    for axis, first in _AXES.items():
        db.execute(
            f"create index idx_digest_option_{axis} on decisions ({first}, {OPTION}, opened_at)"
        )
