"""The playbooks of a folder, kept up to date while the bot runs. Fills the port `Playbooks`."""

from dataclasses import replace
from pathlib import Path

import structlog

from bot.decisions.errors import UnknownPlaybook
from bot.playbooks.library import Library
from bot.playbooks.loader import NoPlaybookError, PlaybookError
from bot.services.ports import PlaybookVersion

logger = structlog.get_logger(__name__)

DEFAULT = "ragvsft"


class NoPlaybooks(Exception):
    """There is no playbook where one should be; the message says what to do."""


class PlaybookCatalog:
    """One playbook for each folder that holds a playbook.yml; the product's own comes first.

    A playbook that is broken by an edit stays in use as it last was.
    """

    def __init__(self, root: Path) -> None:
        """Read the playbooks below `root`, or the one that `root` is.

        Raises:
            NoPlaybooks: there is none.
            PlaybookError: the first one is broken, so that there is nothing to begin with; its
                problems name files with their folder.
        """
        self._library = Library(root)
        self._playbooks: dict[str, PlaybookVersion] = {}
        try:
            self.refresh()
        except NoPlaybookError as error:
            raise NoPlaybooks(
                f"the folder {root} holds no playbook: set RAGVSFT_RULES to a folder with a "
                "playbook.yml, or with folders that have one"
            ) from error
        for folder, refused in self._library.refused.items():
            if folder.name == DEFAULT or not self._playbooks:
                raise PlaybookError(
                    replace(problem, file=str(folder / problem.file))
                    for problem in refused.problems
                )

    def refresh(self) -> None:
        """Take up what has changed; what is broken is said once in the log."""
        news = self._library.refresh()
        entries = self._library.entries
        order = sorted(entries, key=lambda playbook_id: (playbook_id != DEFAULT, playbook_id))
        self._playbooks = {
            playbook_id: PlaybookVersion(entries[playbook_id].text, entries[playbook_id].engine)
            for playbook_id in order
        }
        for playbook_id in news.taken_up:
            logger.info("a playbook was taken up", playbook=playbook_id)
        for folder, refused in news.refused.items():
            for problem in refused.problems:
                logger.error("a playbook was refused", folder=str(folder), problem=str(problem))

    def problems(self) -> tuple[str, ...]:
        """Return what is wrong with playbooks that could not be taken up, one line each."""
        return tuple(
            f"{folder.name}/{problem}"
            for folder, refused in self._library.refused.items()
            for problem in refused.problems
        )

    def current(self, playbook_id: str | None = None) -> PlaybookVersion:
        """Return the edition of a playbook; of the first one if none is named.

        Raises:
            UnknownPlaybook: there is none of that name.
        """
        if playbook_id is None:
            return next(iter(self._playbooks.values()))
        if playbook_id not in self._playbooks:
            raise UnknownPlaybook(playbook_id, tuple(self._playbooks))
        return self._playbooks[playbook_id]

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return {
            playbook_id: edition.engine.playbook.title
            for playbook_id, edition in self._playbooks.items()
        }
