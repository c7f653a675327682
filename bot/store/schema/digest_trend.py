"""The part of the schema by which the options of a digest's trend are counted."""

from sqlite_utils import Database

BY_OPTION = {"everywhere": "idx_catalogue_chosen", "here": "idx_digest_by_option_here"}
"""The index of each axis that has an option's decisions together, in order of number."""


def index_options(db: Database) -> None:
    """Index a channel's decisions by option, as those of a workspace are; drop what that replaces.

    By the earlier indices, a year's decisions of a large workspace had to be sorted by option.
    """
    for axis in BY_OPTION:
        db.execute(f"drop index idx_digest_chosen_{axis}")
    db.execute(
        f"create index {BY_OPTION['here']}"
        " on catalogue (workspace, channel, visibility, chosen, number)"
    )
