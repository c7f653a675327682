"""Versions of playbooks: texts that drafts and decisions use, and engines built from them."""

from typing import Protocol

import structlog

from bot.decisions.errors import PlaybookVersionUnusable
from bot.decisions.fallback import FallbackEngine
from bot.decisions.model import Decision, DecisionSummary
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.library import PlaybookVersion
from bot.playbooks.loader import PlaybookText
from bot.storage.connection import Connection
from bot.storage.convert import RowMapper
from bot.storage.database import Database
from bot.storage.decisions import decisions_by_number

logger = structlog.get_logger(__name__)

_PLAYBOOKS = RowMapper(PlaybookText)


class Playbooks(Protocol):
    """The playbooks in use."""

    def current(self, playbook_id: str | None = None) -> PlaybookVersion:
        """Return the version in use of a playbook, or of the first one.

        Raises:
            UnknownPlaybook: there is none with that id.
        """
        ...

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        ...


class StoredVersions:
    """The engines of stored versions, cached by hash.

    Attributes:
        refused: why stored versions cannot be used, a sentence by hash.
    """

    def __init__(self, database: Database) -> None:
        """Create an empty cache."""
        self._database = database
        self._engines: dict[str, RuleEngine] = {}
        self.refused: dict[str, str] = {}

    async def engine(self, playbook_hash: str) -> RuleEngine:
        """Return the engine of a version.

        Raises:
            PlaybookVersionUnusable: the version is not stored, or this program cannot read it.
        """
        if playbook_hash not in self._engines and playbook_hash not in self.refused:
            return await self._database.read(lambda db: self.engine_in(db, playbook_hash))
        return self._known(playbook_hash)

    def engine_in(self, db: Connection, playbook_hash: str) -> RuleEngine:
        """Return the engine of a version, within a transaction; see `engine`."""
        if playbook_hash not in self._engines and playbook_hash not in self.refused:
            self._read(db, playbook_hash)
        return self._known(playbook_hash)

    async def of(self, decision: DecisionSummary) -> RuleEngine:
        """Return the engine that a decision was made with; the fallback if it cannot be used."""
        try:
            return await self.engine(decision.playbook_hash)
        except PlaybookVersionUnusable:
            return FallbackEngine(await self._in_full(decision))

    async def _in_full(self, decision: DecisionSummary) -> Decision:
        if isinstance(decision, Decision):
            return decision
        key = (decision.workspace, [decision.number])
        found = await self._database.read(lambda db: decisions_by_number(db, *key))
        return found[decision.number]

    def _known(self, playbook_hash: str) -> RuleEngine:
        if playbook_hash in self.refused:
            raise PlaybookVersionUnusable(self.refused[playbook_hash])
        return self._engines[playbook_hash]

    def _read(self, db: Connection, playbook_hash: str) -> None:
        text = find_playbook(db, playbook_hash)
        if text is None:
            self._refuse(playbook_hash, "the database does not have it")
            return
        try:
            self._engines[playbook_hash] = RuleEngine(loader.parse(text))
        except loader.PlaybookError as error:
            self._refuse(playbook_hash, str(error.problems[0]))

    def _refuse(self, playbook_hash: str, why: str) -> None:
        self.refused[playbook_hash] = why


class PlaybookVersions(StoredVersions):
    """The engines of all versions: those in use, and stored ones."""

    def __init__(self, database: Database, playbooks: Playbooks) -> None:
        """Create an empty cache beside the playbooks in use."""
        super().__init__(database)
        self._playbooks = playbooks

    def current(self, playbook_id: str | None) -> PlaybookVersion:
        """Return the version in use of a playbook, or of the first one.

        Raises:
            UnknownPlaybook: there is none with that id.
        """
        version = self._playbooks.current(playbook_id)
        self._engines[version.text.hash] = version.engine
        self.refused.pop(version.text.hash, None)
        return version

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return self._playbooks.titles()

    def _refuse(self, playbook_hash: str, why: str) -> None:
        super()._refuse(playbook_hash, why)
        logger.warning("a stored playbook cannot be used", playbook=playbook_hash, why=why)


def save_playbook(db: Connection, text: PlaybookText) -> None:
    """Store the text of a playbook, unless it is stored already."""
    db.insert_if_new("playbooks", {**_PLAYBOOKS.row(text), "hash": text.hash})


def find_playbook(db: Connection, playbook_hash: str) -> PlaybookText | None:
    """Return the text of a playbook by its hash; None if it is not stored."""
    row = db.get("playbooks", hash=playbook_hash)
    return _PLAYBOOKS.load(row) if row else None
