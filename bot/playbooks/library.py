"""The playbooks of a folder as they stand now: a changed one is taken up, a broken one is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.loader import PlaybookError, PlaybookText
from bot.playbooks.problems import PlaybookProblem


@dataclass(frozen=True, slots=True)
class LoadedPlaybook:
    """A playbook in use: its text as read, and the engine made from it."""

    text: PlaybookText
    engine: RuleEngine


@dataclass(frozen=True, slots=True)
class News:
    """What a refresh brought: ids taken up anew or changed, folders newly refused, and why."""

    taken_up: tuple[str, ...]
    refused: Mapping[Path, PlaybookError]


class Library:
    """The playbooks of a folder, the last good state of each.

    Nothing is read before the first `refresh`. Whoever works with an entry keeps it: a refresh
    replaces entries and never changes one.
    """

    def __init__(self, where: Path) -> None:
        self.where = where
        self._entries: dict[Path, LoadedPlaybook] = {}
        self._refused: dict[Path, PlaybookError] = {}

    @property
    def entries(self) -> Mapping[str, LoadedPlaybook]:
        """The playbooks in use by id, in the order of their folders."""
        return {entry.engine.playbook.id: entry for _, entry in sorted(self._entries.items())}

    @property
    def refused(self) -> Mapping[Path, PlaybookError]:
        """The folders whose present state can't be used; their last good state stays in use."""
        return dict(sorted(self._refused.items()))

    def refresh(self) -> News:
        """Read the folder again.

        Cheap when nothing has changed: the files are read and hashed, not parsed.

        Raises:
            NoPlaybookError: there is no playbook, and there was none before.
        """
        try:
            present = loader.folders(self.where)
        except loader.NoPlaybookError:
            if not self._entries:
                raise
            present = ()
        taken_up, refused = list[str](), dict[Path, PlaybookError]()
        for folder in dict.fromkeys([*present, *sorted(self._entries)]):
            try:
                if (entry := self._changed(folder)) is not None:
                    self._entries[folder] = entry
                    taken_up.append(entry.engine.playbook.id)
            except PlaybookError as error:
                if str(self._refused.get(folder)) != str(error):
                    refused[folder] = error
                self._refused[folder] = error
        return News(tuple(taken_up), refused)

    def _changed(self, folder: Path) -> LoadedPlaybook | None:
        """The playbook of a folder if it is not the one in use.

        Raises:
            PlaybookError: it can't be used.
        """
        text = loader.read(folder)
        known = self._entries.get(folder)
        if known is not None and known.text.hash == text.hash:
            self._refused.pop(folder, None)
            return None
        playbook = loader.parse(text)
        for other, entry in self._entries.items():
            if other != folder and entry.engine.playbook.id == playbook.id:
                message = f"the id `{playbook.id}` is taken by {other}"
                raise PlaybookError([PlaybookProblem(loader.PLAYBOOK, 1, 1, message)])
        self._refused.pop(folder, None)
        return LoadedPlaybook(text, RuleEngine(playbook))
