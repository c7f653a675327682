"""The advisors of playbooks: today's, and those of the editions that older work began with."""

from bot.advice import loader
from bot.advice.advisor import Advisor
from bot.decisions.ports import Edition, Playbooks, Store


class Editions:
    """Finds the advisor for a draft or a decision, from memory or from the log."""

    def __init__(self, store: Store, playbooks: Playbooks) -> None:
        """Make editions of the playbooks in use and those kept in the log."""
        self._store = store
        self._playbooks = playbooks
        self._advisors: dict[str, Advisor] = {}

    def current(self, playbook_id: str | None) -> Edition:
        """Return the edition in use now.

        Raises:
            UnknownPlaybook: there is none of that name.
        """
        edition = self._playbooks.current(playbook_id)
        self._advisors[edition.text.hash] = edition.advisor
        return edition

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return self._playbooks.titles()

    async def advisor(self, playbook_hash: str) -> Advisor:
        """Return the advisor of an edition that the log has kept.

        Raises:
            LookupError: the log holds no such edition.
        """
        if playbook_hash not in self._advisors:
            text = await self._store.playbook_text(playbook_hash)
            if text is None:
                raise LookupError(f"the log holds no playbook {playbook_hash}")
            self._advisors[playbook_hash] = Advisor(loader.parse(text))
        return self._advisors[playbook_hash]
