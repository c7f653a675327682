"""Which visibility a channel has now, from what its payloads show."""

from collections import OrderedDict

from bot.decisions.model import Place, Visibility
from bot.storage.channels import note_visibility, visibility_changed
from bot.storage.connection import Connection
from bot.storage.database import Database
from bot.storage.decisions import decisions_by_number
from bot.storage.search_index import index_decisions

_MOST_REMEMBERED = 5_000


class ChannelService:
    """Records the visibility of channels before a request from there is handled."""

    def __init__(self, database: Database) -> None:
        """Remember no channel yet."""
        self._database = database
        self._noted: OrderedDict[tuple[str, str], Visibility] = OrderedDict()

    async def note(self, workspace: str, place: Place) -> None:
        """Record the visibility that a channel has now; a direct message has no other.

        Repeated requests from a channel cost nothing: what was recorded last is remembered.
        """
        key = workspace, place.channel
        if place.visibility is Visibility.DIRECT or self._noted.get(key) is place.visibility:
            return
        if await self._database.read(lambda db: visibility_changed(db, workspace, place)):
            await self._database.write(lambda db: _note(db, workspace, place))
        self._noted[key] = place.visibility
        self._noted.move_to_end(key)
        if len(self._noted) > _MOST_REMEMBERED:
            self._noted.popitem(last=False)


def _note(db: Connection, workspace: str, place: Place) -> None:
    """Record a channel's visibility, and index the decisions that it concerns again."""
    numbers = note_visibility(db, workspace, place)
    for decision in decisions_by_number(db, workspace, numbers).values():
        index_decisions(db, [decision])
