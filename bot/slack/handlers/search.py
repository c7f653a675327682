"""Finding: `list`, `search`, `show` and `export`, and the buttons below what was found."""

import re
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import ReadScope
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.replies import EphemeralReplies
from bot.slack.search import SearchResponder
from bot.slack.views.search import export_usage, show_usage
from bot.slackkit.ids import Action
from bot.slackkit.metadata import ListQuery, query_of
from bot.slackkit.payloads import (
    action_of,
    number_pressed,
    number_typed,
    parse_command,
    place_of_command,
    place_of_message,
    sender,
)

Body = dict[str, Any]


class SearchHandlers:
    """Answers whoever asks, privately, with what they may read from where they ask."""

    words: Final = frozenset({"list", "search", "show", "export"})
    """The subcommands that are answered here."""

    def __init__(
        self, services: Services, finder: SearchResponder, background: BackgroundTasks, command: str
    ) -> None:
        """Make the listeners; `command` is the slash command's name."""
        self._answers = EphemeralReplies(services)
        self._finder = finder
        self._background = background
        self._command = command

    async def answer(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Answer one of the subcommands."""
        word, rest = parse_command(body)
        match word:
            case "list":
                await self._list(ListQuery.typed("list", rest), ack, body)
            case "search":
                await self._list(ListQuery.typed("search", rest), ack, body)
            case "show":
                await self._show_typed(rest, ack, body, client)
            case _:
                await self._export_typed(rest.lower(), ack, body, client)

    async def turn(self, ack: AsyncAck, body: Body) -> None:
        """Show another page in the place of this one."""
        query = query_of(action_of(body))
        await ack()
        self._background.begin(self._turn(query, body), body)

    async def show(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the decision whose button was pressed."""
        number = number_pressed(action_of(body))
        await ack()
        self._background.begin(self._show(number, _sight(body), body, client), body)

    async def export(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Export the decision whose button was pressed."""
        number = number_pressed(action_of(body))
        await ack()
        self.begin_export(number, body, client)

    def begin_export(self, number: int, body: Body, client: AsyncWebClient) -> None:
        """Begin the export of a decision, for whoever chose it in a message that was acked."""
        self._background.begin(self._export(number, _sight(body), body, client), body)

    async def _list(self, query: ListQuery, ack: AsyncAck, body: Body) -> None:
        message = await self._finder.page(_sight(body), query)
        await ack(text=message.text, blocks=message.blocks)

    async def _show_typed(
        self, rest: str, ack: AsyncAck, body: Body, client: AsyncWebClient
    ) -> None:
        number = number_typed(rest)
        if number is None:
            await ack(text=show_usage(self._command))
            return
        await ack()
        self._background.begin(self._show(number, _sight(body), body, client), body)

    async def _export_typed(
        self, rest: str, ack: AsyncAck, body: Body, client: AsyncWebClient
    ) -> None:
        what = number_typed(rest) or rest or "csv"
        if isinstance(what, str) and what not in {"csv", "json"}:
            await ack(text=export_usage(self._command))
            return
        await ack()
        self._background.begin(self._export(what, _sight(body), body, client), body)

    async def _turn(self, query: ListQuery, body: Body) -> None:
        message = await self._finder.page(_sight(body), query)
        await self._answers.replace(body, message)

    async def _show(
        self, number: int, sight: ReadScope, body: Body, client: AsyncWebClient
    ) -> None:
        for message in await self._finder.show(sight, number, client):
            if not await self._answers.show(body, message):
                return

    async def _export(
        self, what: int | str, sight: ReadScope, body: Body, client: AsyncWebClient
    ) -> None:
        if isinstance(what, int):
            message = await self._finder.export_one(sight, what, client)
        else:
            message = await self._finder.export_all(sight, what, client)
        await self._answers.show(body, message)


def register(app: AsyncApp, listeners: SearchHandlers) -> None:
    """Attach the listeners of the buttons below what was found; commands come by `answer`."""
    app.action(re.compile(f"^{Action.PAGE}:"))(listeners.turn)
    app.action(Action.SHOW)(listeners.show)
    app.action(Action.EXPORT)(listeners.export)


def _sight(body: Body) -> ReadScope:
    """Return what the sender may read from where they are."""
    place = place_of_command(body) if "command" in body else place_of_message(body)
    return ReadScope.of(sender(body), place)
