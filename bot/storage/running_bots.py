"""The bots that run on one database, and which version of each playbook they have read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.decisions.ports import Clock
from bot.storage.connection import Connection
from bot.storage.convert import utc_text
from bot.storage.database import Database
from bot.storage.playbook_versions import Playbooks

SEEN_WITHIN = timedelta(minutes=3)
"""A bot that has not reported for so long does not run any more; they report every minute."""
_OTHERS = """
select distinct playbook, version, playbook_hash from running_bots
where bot <> :bot and seen_at > :since order by playbook, version, playbook_hash
"""
_GONE = "delete from running_bots where bot = :bot or seen_at <= :since"


@dataclass(frozen=True, slots=True)
class PlaybookInUse:
    """A version of a playbook that a bot has read: its id, its version and its hash."""

    playbook: str
    version: str
    hash: str


class RunningBots:
    """Reports this bot to the others on its database, and finds where they differ.

    Attributes:
        differences: a sentence for each version that another bot uses and this one does not.
    """

    def __init__(self, database: Database, clock: Clock, playbooks: Playbooks, bot: str) -> None:
        """Create it; `bot` identifies this process."""
        self._database = database
        self._clock = clock
        self._playbooks = playbooks
        self._bot = bot
        self.differences: tuple[str, ...] = ()

    async def report(self) -> None:
        """Record that this bot runs, forget those that do not, and compare the playbooks."""
        own, now = playbooks_in_use(self._playbooks), self._clock.now()

        def work(db: Connection) -> list[PlaybookInUse]:
            since = utc_text(now - SEEN_WITHIN)
            db.execute(_GONE, {"bot": self._bot, "since": since})
            for each in own:
                row = {"bot": self._bot, "playbook": each.playbook, "version": each.version}
                seen = {"playbook_hash": each.hash, "seen_at": utc_text(now)}
                db.insert("running_bots", {**row, **seen})
            return playbooks_of_bots(db, now, besides=self._bot)

        self.differences = tuple(differing(own, await self._database.write(work)))


def playbooks_in_use(playbooks: Playbooks) -> list[PlaybookInUse]:
    """Return the version in use of each playbook."""
    found = [playbooks.current(playbook) for playbook in playbooks.titles()]
    return [
        PlaybookInUse(each.engine.playbook.id, each.engine.playbook.version, each.text.hash)
        for each in found
    ]


def playbooks_of_bots(db: Connection, now: datetime, besides: str = "") -> list[PlaybookInUse]:
    """Return the versions that running bots have read, those of one bot left out."""
    values = {"bot": besides, "since": utc_text(now - SEEN_WITHIN)}
    return [
        PlaybookInUse(row["playbook"], row["version"], row["playbook_hash"])
        for row in db.all(_OTHERS, values)
    ]


def differing(own: Iterable[PlaybookInUse], others: Iterable[PlaybookInUse]) -> list[str]:
    """Return a sentence for each version of the others that is not among one's own."""
    mine = {each.playbook: each for each in own}
    return [
        f"another bot on this database uses {each.playbook} {each.version} ({each.hash[:8]}), and "
        f"this one {_named(mine.get(each.playbook))}: give all bots the same playbooks"
        for each in others
        if mine.get(each.playbook) != each
    ]


def _named(version: PlaybookInUse | None) -> str:
    return f"{version.version} ({version.hash[:8]})" if version else "none of that name"
