"""`list`, `search`, `show` and `export`, and the buttons below what they found."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import ReadScope
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import NotOpened, open_view, update_view
from bot.slack.replies import EphemeralReplies, ack_with
from bot.slack.search import SearchResponder
from bot.slack.views.search import export_usage, show_again, show_usage
from bot.slackkit.ids import Action
from bot.slackkit.message import Message
from bot.slackkit.metadata import (
    DecisionMetadata,
    ListQuery,
    decision_metadata_of,
    query_of,
    reads_in_modal,
    response_url_of,
    thread_of,
)
from bot.slackkit.payloads import (
    action_of,
    number_pressed,
    number_typed,
    parse_command,
    place_shown,
    sender,
    suffix_of,
)

Body = dict[str, Any]


class SearchHandlers:
    """Shows people, privately, the decisions that they may read from where they ask."""

    def __init__(
        self, services: Services, responder: SearchResponder, background: BackgroundTasks, name: str
    ) -> None:
        """Handle search; `name` is the slash command's."""
        self._services = services
        self._replies = EphemeralReplies(services)
        self._responder = responder
        self._background = background
        self._command = name

    async def list_typed(self, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """List decisions by filters and words."""
        await self._list(ListQuery.typed("list", parse_command(body)[1]), ack, body)

    async def search_typed(self, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """List decisions by words."""
        await self._list(ListQuery.typed("search", parse_command(body)[1]), ack, body)

    async def show_typed(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the decision whose number was typed."""
        number = number_typed(parse_command(body)[1])
        if number is None:
            await ack(text=show_usage(self._command))
            return
        await ack()
        self.start_show(number, body, client)

    async def export_typed(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Export the decision whose number was typed, or all in the format typed."""
        typed = parse_command(body)[1].lower()
        what = number_typed(typed) or typed or "csv"
        if isinstance(what, str) and what not in {"csv", "json"}:
            await ack(text=export_usage(self._command))
            return
        await ack()
        self._background.start(self._export(what, body, client), body)

    async def turn_page(self, ack: AsyncAck, body: Body) -> None:
        """Replace a page of a list by another."""
        query = query_of(action_of(body))
        await ack()
        self._background.start(self._turn_page(query, body), body)

    async def show(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show the decision whose button was pressed."""
        number = number_pressed(action_of(body))
        await ack()
        self.start_show(number, body, client)

    async def show_tab(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Show another part of the open decision."""
        number, tab = number_pressed(action_of(body)), suffix_of(action_of(body))
        await ack()
        self.start_show(number, body, client, tab)

    def start_show(
        self, number: int, body: Body, client: AsyncWebClient, tab: str | None = None
    ) -> None:
        """Show a decision in the background, in the window that is open or in a new one."""
        self._background.start(self._show(number, body, client, tab), body)

    async def export(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Export the decision whose button was pressed."""
        number = number_pressed(action_of(body))
        await ack()
        self.start_export(number, body, client)

    def start_export(self, number: int, body: Body, client: AsyncWebClient) -> None:
        """Export a decision in the background, for a payload that was acked."""
        self._background.start(self._export(number, body, client), body)

    async def _list(self, query: ListQuery, ack: AsyncAck, body: Body) -> None:
        """Answer in the ack; after it where the person must be looked up first."""
        if await self._services.people.cached_profile(sender(body)) is None:
            await ack()
            return self._background.start(self._list_later(query, body), body)
        return await ack_with(ack, await self._responder.page(await self._scope(body), query))

    async def _list_later(self, query: ListQuery, body: Body) -> None:
        await self._replies.show(body, await self._responder.page(await self._scope(body), query))

    async def _turn_page(self, query: ListQuery, body: Body) -> None:
        page = await self._responder.page(await self._scope(body), query)
        await self._replies.replace(body, page)

    async def _show(self, number: int, body: Body, client: AsyncWebClient, tab: str | None) -> None:
        scope = await self._scope(body)
        metadata = DecisionMetadata(
            decision=number,
            response_url=response_url_of(body),
            thread=thread_of(body),
            here=scope.here,
            tab=tab,
        )
        shown = await self._responder.show(scope, metadata, client)
        if isinstance(shown, Message):
            await self._replies.show(body, shown)
        elif reads_in_modal(body):
            await update_view(client, body["view"], shown)
        else:
            await self._open(number, body, client, shown)

    async def _open(
        self, number: int, body: Body, client: AsyncWebClient, view: Mapping[str, Any]
    ) -> None:
        try:
            await open_view(client, body, view)
        except NotOpened:
            await self._replies.show(body, show_again(number))

    async def _export(self, what: int | str, body: Body, client: AsyncWebClient) -> None:
        if isinstance(what, int) and reads_in_modal(body):
            return await self._export_from_window(what, body, client)
        scope = await self._scope(body)
        if isinstance(what, int):
            inline = response_url_of(body) is not None
            message = await self._responder.export_one(scope, what, client, inline=inline)
        else:
            message = await self._responder.export_all(scope, what, client)
        await self._replies.show(body, message)
        return None

    async def _export_from_window(self, number: int, body: Body, client: AsyncWebClient) -> None:
        """Send a record as a file, and say so in the window, which hides the conversation."""
        scope, view = await self._scope(body), body["view"]
        sent = await self._responder.export_one(scope, number, client, inline=False)
        shown = await self._responder.show(scope, decision_metadata_of(view), client, sent.text)
        if not isinstance(shown, Message):
            await update_view(client, view, shown)

    async def _scope(self, body: Body) -> ReadScope:
        """Return what the sender may read from where they are."""
        person, place = sender(body), place_shown(body)
        scope = await self._services.people.scope(person, place)
        if reads_in_modal(body):
            return replace(scope, here=decision_metadata_of(body["view"]).here)
        return scope


def register(app: AsyncApp, search: SearchHandlers) -> None:
    """Attach the handlers of buttons; those of subcommands are dispatched to."""
    app.action(re.compile(f"^{Action.PAGE}:"))(search.turn_page)
    app.action(Action.SHOW)(search.show)
    app.action(re.compile(f"^{Action.TAB}:"))(search.show_tab)
    app.action(Action.EXPORT)(search.export)
