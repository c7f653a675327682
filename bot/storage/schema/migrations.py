"""The schema of the log, as steps that are each applied once."""

from sqlite_utils import Migrations

from bot.storage.connection import Connection
from bot.storage.schema.digest_endings import index_endings
from bot.storage.schema.digest_trend import index_options, index_options_by_time
from bot.storage.schema.digests import create_digests
from bot.storage.schema.endings import find_by_endings
from bot.storage.schema.nothing_known import forget_what_nothing_recommends
from bot.storage.schema.numbers import create_number_floors
from bot.storage.schema.people import create_people
from bot.storage.schema.perspectives import create_perspectives
from bot.storage.schema.search import create_search
from bot.storage.schema.stops import create_stops

migrations = Migrations("ragvsft")


@migrations()
def m001_initial(db: Connection) -> None:
    """Playbooks, drafts, decisions, their events, and deliveries."""
    _table(
        db,
        "playbooks",
        {"hash": str, "folder": str, "files": str},
        pk="hash",
    )
    _table(
        db,
        "decisions",
        {
            "workspace": str,
            "number": int,
            "draft_id": str,
            "title": str,
            "problem": str,
            "driver": str,
            "deciders": str,
            "review_on": str,
            "channel": str,
            "visibility": str,
            "playbook_hash": str,
            "answers": str,
            "verdict": str,
            "option": str,
            "status": str,
            "opened_at": str,
            "resolution": str,
            "supersedes": int,
            "superseded_by": int,
        },
        pk=("workspace", "number"),
        nullable={"review_on", "resolution", "supersedes", "superseded_by"},
        foreign_keys=[("playbook_hash", "playbooks", "hash")],
    )
    db.table("decisions").create_index(["workspace", "draft_id"], unique=True)
    db.table("decisions").create_index(["workspace", "driver", "number"])
    _table(
        db,
        "drafts",
        {
            "id": str,
            "workspace": str,
            "driver": str,
            "playbook_hash": str,
            "channel": str,
            "visibility": str,
            "workflow": str,
            "answers": str,
            "started_at": str,
            "changed_at": str,
            "decision": int,
            "purpose": str,
            "about": int,
        },
        pk="id",
        nullable={"channel", "visibility", "decision", "about"},
        foreign_keys=[("playbook_hash", "playbooks", "hash")],
    )
    db.table("drafts").create_index(["workspace", "driver", "changed_at"])
    _table(
        db,
        "events",
        {
            "id": int,
            "workspace": str,
            "decision": int,
            "kind": str,
            "actor": str,
            "at": str,
            "detail": str,
        },
        pk="id",
    )
    db.table("events").create_index(["workspace", "decision"])
    _table(
        db,
        "deliveries",
        {
            "id": int,
            "key": str,
            "workspace": str,
            "kind": str,
            "channel": str,
            "decision": int,
            "after": str,
            "detail": str,
            "state": str,
            "attempts": int,
            "due_at": str,
            "taken_at": str,
            "ts": str,
            "sent_channel": str,
            "error": str,
        },
        pk="id",
        nullable={"decision", "after", "taken_at", "ts", "sent_channel", "error"},
    )
    db.table("deliveries").create_index(["key"], unique=True)
    db.table("deliveries").create_index(["state", "due_at"])
    db.table("deliveries").create_index(["workspace", "channel", "taken_at"])


@migrations()
def m002_installations(db: Connection) -> None:
    """Installations by OAuth, which workspaces an organisation has, and the states under way."""
    _table(
        db,
        "installations",
        {
            "account": str,
            "team": str,
            "enterprise": str,
            "name": str,
            "bot_user": str,
            "installed_by": str,
            "scopes": str,
            "token": str,
            "installed_at": str,
        },
        pk="account",
        nullable={"team", "enterprise"},
    )
    _table(db, "enterprise_workspaces", {"workspace": str, "enterprise": str}, pk="workspace")
    _table(db, "oauth_states", {"state": str, "expires_at": str}, pk="state")
    db.table("oauth_states").create_index(["expires_at"])


@migrations()
def m003_search(db: Connection) -> None:
    """What decisions are found by: their people, their words, and indices in order of number."""
    create_search(db)


@migrations()
def m004_perspectives(db: Connection) -> None:
    """Views that were added to decisions, and who was asked for theirs."""
    create_perspectives(db)


@migrations()
def m005_reviews(db: Connection) -> None:
    """What deciders said at the review, for which day they were asked, and which drafts expire."""
    db.execute("alter table decisions add column reviews text not null default '[]'")
    db.execute("alter table decisions add column review_asked text")
    db.execute(
        "create index idx_decisions_to_review on decisions (review_on)"
        " where review_asked is null and status in ('accepted', 'overridden')"
    )
    db.execute(
        "create index idx_decisions_reviewed on decisions (workspace, number) where reviews <> '[]'"
    )
    db.execute("create index idx_drafts_open on drafts (changed_at) where decision is null")


@migrations()
def m006_asked_of(db: Connection) -> None:
    """What was asked of a person is found by the person."""
    db.execute("create index idx_asked_of on asked (workspace, user, number)")


@migrations()
def m007_digests(db: Connection) -> None:
    """Settings of digests, which digests had their turn, and indices for what they tell."""
    create_digests(db)


@migrations()
def m008_people_and_sources(db: Connection) -> None:
    """What people are called and where, and which message a decision was made from."""
    create_people(db)
    for table in ("drafts", "decisions"):
        db.execute(f"alter table {table} add column source text")


@migrations()
def m009_stops(db: Connection) -> None:
    """Where nothing can be delivered for the time being, and since when each delivery is kept."""
    create_stops(db)


@migrations()
def m010_number_floors(db: Connection) -> None:
    """Above which number the decisions of a restored log go on."""
    create_number_floors(db)


@migrations()
def m011_found_by_how_it_ended(db: Connection) -> None:
    """What was decided and then withdrawn is found by the words of either reason."""
    find_by_endings(db)


@migrations()
def m012_failing(db: Connection) -> None:
    """Since when Slack answers a delivery with errors of its own."""
    db.execute("alter table deliveries add column failing_since text")


@migrations()
def m013_digest_endings(db: Connection) -> None:
    """A digest finds what was withdrawn or superseded in its time."""
    index_endings(db)


@migrations()
def m014_channel_names(db: Connection) -> None:
    """What public channels are called."""
    columns: dict[str, type] = {"workspace": str, "channel": str, "name": str}
    _table(db, "channel_names", columns, pk=("workspace", "channel"))


@migrations()
def m015_digest_options(db: Connection) -> None:
    """The options of a channel's trend are counted without sorting."""
    index_options(db)


@migrations()
def m016_nothing_known(db: Connection) -> None:
    """Where too little is known, no option is recommended, and none is found."""
    forget_what_nothing_recommends(db)


@migrations()
def m017_digest_options_by_time(db: Connection) -> None:
    """The options of a trend are counted by when decisions were opened, whatever their numbers."""
    index_options_by_time(db)


@migrations()
def m018_shared_channels(db: Connection) -> None:
    """Which channels people from outside the workspace are known to be in."""
    columns: dict[str, type] = {"workspace": str, "channel": str}
    _table(db, "shared_channels", columns, pk=("workspace", "channel"))


def _table(
    db: Connection,
    name: str,
    columns: dict[str, type],
    *,
    pk: str | tuple[str, str],
    nullable: set[str] | None = None,
    foreign_keys: list[tuple[str, str, str]] | None = None,
) -> None:
    """Create a STRICT table whose columns are NOT NULL unless named."""
    db.table(name).create(
        columns,
        pk=pk,
        strict=True,
        not_null=[column for column in columns if column not in (nullable or set())],
        foreign_keys=foreign_keys or [],
    )
