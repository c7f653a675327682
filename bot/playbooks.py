"""The playbooks of a folder, read at start. Fills the port `Playbooks`."""

from pathlib import Path

from bot.advice import loader
from bot.advice.advisor import Advisor
from bot.decisions.errors import UnknownPlaybook
from bot.decisions.ports import Edition

DEFAULT = "ragvsft"


class NoPlaybooks(Exception):
    """There is no playbook where one should be; the message says what to do."""


class FolderPlaybooks:
    """One playbook for each folder that holds a playbook.yml; the product's own comes first."""

    def __init__(self, root: Path) -> None:
        """Read the playbooks below `root`, or the one that `root` is.

        Raises:
            NoPlaybooks: there is none.
            PlaybookError: one of them is broken.
        """
        editions = [_edition(folder) for folder in folders(root)]
        if not editions:
            raise NoPlaybooks(
                f"{root} holds no playbook: set RAGVSFT_RULES to a folder with a playbook.yml, "
                "or with folders that have one"
            )
        self._editions = {edition.advisor.playbook.id: edition for edition in editions}

    def current(self, playbook_id: str | None = None) -> Edition:
        """Return the edition of a playbook; of the first one if none is named.

        Raises:
            UnknownPlaybook: there is none of that name.
        """
        if playbook_id is None:
            return next(iter(self._editions.values()))
        if playbook_id not in self._editions:
            raise UnknownPlaybook(playbook_id, tuple(self._editions))
        return self._editions[playbook_id]

    def titles(self) -> dict[str, str]:
        """Return each playbook's title by its id, the first one first."""
        return {
            playbook_id: edition.advisor.playbook.title
            for playbook_id, edition in self._editions.items()
        }


def folders(root: Path) -> list[Path]:
    """Return the folders of the playbooks below `root`, or `root` if it is one itself."""
    if (root / loader.PLAYBOOK).is_file():
        return [root]
    found = [path.parent for path in root.glob(f"*/{loader.PLAYBOOK}")]
    return sorted(found, key=lambda folder: (folder.name != DEFAULT, folder.name))


def _edition(folder: Path) -> Edition:
    text = loader.read(folder)
    return Edition(text, Advisor(loader.parse(text)))
