"""The engines of playbooks: today's, and those of the editions that older work began with."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.decisions.errors import PlaybookVersionUnusable
from bot.decisions.fallback import FallbackEngine
from bot.decisions.model import Decision
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.loader import PlaybookText
from bot.storage.database import Database
from bot.storage.drafts import find_playbook

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PlaybookVersion:
    """A playbook as it stood at one time: its text, and the engine made from it."""

    text: PlaybookText
    engine: RuleEngine


class Playbooks(Protocol):
    """The playbooks in use."""

    def current(self, playbook_id: str | None = None) -> PlaybookVersion:
        """Return the last good edition of a playbook; of the first one if none is named.

        Raises:
            UnknownPlaybook: there is none of that name.
        """
        ...

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        ...


class StoredVersions:
    """The editions that the log has kept, each read once.

    `refused` are those of today that cannot be used, by hash: why, in a sentence.
    """

    def __init__(self, database: Database) -> None:
        """Create it without any version read."""
        self._database = database
        self._engines: dict[str, RuleEngine] = {}
        self.refused: dict[str, str] = {}

    async def engine(self, playbook_hash: str) -> RuleEngine:
        """Return the engine of an edition.

        Raises:
            EditionRefused: the log holds no such edition, or none that can still be read.
        """
        if playbook_hash not in self._engines and playbook_hash not in self.refused:
            await self._read(playbook_hash)
        if playbook_hash in self.refused:
            raise PlaybookVersionUnusable(self.refused[playbook_hash])
        return self._engines[playbook_hash]

    async def of(self, decision: Decision) -> RuleEngine:
        """Return the engine to show a decision with: its own, or the fallback."""
        try:
            return await self.engine(decision.playbook_hash)
        except PlaybookVersionUnusable:
            return FallbackEngine(decision)

    async def _read(self, playbook_hash: str) -> None:
        text = await self._database.read(lambda db: find_playbook(db, playbook_hash))
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
    """Finds the engine for a draft or a decision, from memory or from the log."""

    def __init__(self, database: Database, playbooks: Playbooks) -> None:
        """Make editions of the playbooks in use and those kept in the log."""
        super().__init__(database)
        self._playbooks = playbooks

    def current(self, playbook_id: str | None) -> PlaybookVersion:
        """Return the edition in use now.

        Raises:
            UnknownPlaybook: there is none of that name.
        """
        edition = self._playbooks.current(playbook_id)
        self._engines[edition.text.hash] = edition.engine
        self.refused.pop(edition.text.hash, None)
        return edition

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return self._playbooks.titles()

    def _refuse(self, playbook_hash: str, why: str) -> None:
        super()._refuse(playbook_hash, why)
        logger.warning("a stored playbook cannot be used", playbook=playbook_hash, why=why)
