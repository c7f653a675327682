"""The playbooks of a folder, reloaded while the bot runs. Implements `Playbooks`."""

from dataclasses import replace
from pathlib import Path

import structlog

from bot.decisions.errors import UnknownPlaybook
from bot.playbooks.library import Library, PlaybookVersion
from bot.playbooks.loader import NoPlaybookError, PlaybookError

logger = structlog.get_logger(__name__)

DEFAULT = "ragvsft"


class PlaybookCatalog:
    """The playbooks in use: the default one first, the others by id.

    If an edit breaks a playbook, its last valid version stays in use.
    """

    def __init__(self, root: Path) -> None:
        """Load the playbooks below `root`, or `root` itself if it is one.

        Raises:
            NoPlaybookError: there is none.
            PlaybookError: the default playbook is broken, or all are; its problems name files
                with their folder.
        """
        self._library = Library(root)
        self._playbooks: dict[str, PlaybookVersion] = {}
        try:
            self.refresh()
        except NoPlaybookError as error:
            raise NoPlaybookError(
                f"the folder {root} holds no playbook: set RAGVSFT_RULES to a folder with a "
                "playbook.yml, or with folders that have one, or leave it out to use the "
                "playbooks that ship with ragvsft"
            ) from error
        for folder, refused in self._library.refused.items():
            if folder.name == DEFAULT or not self._playbooks:
                raise PlaybookError(
                    replace(problem, file=str(folder / problem.file))
                    for problem in refused.problems
                )

    def refresh(self) -> None:
        """Load changed playbooks; log each new error once."""
        news = self._library.refresh()
        entries = self._library.entries
        order = sorted(entries, key=lambda playbook_id: (playbook_id != DEFAULT, playbook_id))
        self._playbooks = {playbook_id: entries[playbook_id] for playbook_id in order}
        for playbook_id in news.taken_up:
            logger.info("a playbook was loaded", playbook=playbook_id)
        for folder, refused in news.without_examples.items():
            for problem in refused.problems:
                logger.error("examples were rejected", folder=str(folder), problem=str(problem))
        for folder, refused in news.refused.items():
            for problem in refused.problems:
                logger.error("a playbook was rejected", folder=str(folder), problem=str(problem))

    def problems(self) -> tuple[str, ...]:
        """Return the errors of playbooks that could not be loaded, one line each."""
        return tuple(
            f"{folder.name}/{problem}"
            for folder, refused in self._library.refused.items()
            for problem in refused.problems
        )

    def current(self, playbook_id: str | None = None) -> PlaybookVersion:
        """Return the version in use of a playbook, or of the first one.

        Raises:
            UnknownPlaybook: there is none with that id.
        """
        if playbook_id is None:
            return next(iter(self._playbooks.values()))
        if playbook_id not in self._playbooks:
            raise UnknownPlaybook(playbook_id, tuple(self._playbooks))
        return self._playbooks[playbook_id]

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return {
            playbook_id: version.engine.playbook.title
            for playbook_id, version in self._playbooks.items()
        }
