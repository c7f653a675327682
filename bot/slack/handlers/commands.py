"""The slash command: dispatch to the handler of each subcommand."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.digest import DigestHandlers
from bot.slack.handlers.modals import open_page
from bot.slack.handlers.search import SearchHandlers
from bot.slack.replies import EphemeralReplies, ack_with
from bot.slack.views import notices
from bot.slack.views.questionnaire import resume_offer
from bot.slack.views.rules import rules_message
from bot.slackkit.payloads import parse_command, place_of_command, sender

Body = dict[str, Any]
SubcommandHandler = Callable[[AsyncAck, Body, AsyncWebClient], Awaitable[None]]


class CommandHandlers:
    """Handles `/ragvsft` and its subcommands."""

    def __init__(
        self,
        services: Services,
        background: BackgroundTasks,
        search: SearchHandlers,
        digest: DigestHandlers,
        command: str,
    ) -> None:
        """Map each name in `bot.slack.commands` to its handler."""
        self._services = services
        self._replies = EphemeralReplies(services)
        self._background = background
        self._command = command
        self.handlers: Mapping[str, SubcommandHandler] = {
            "": self.start,
            "start": self.start,
            "list": search.list_typed,
            "search": search.search_typed,
            "show": search.show_typed,
            "export": search.export_typed,
            "digest": digest.command,
            "rules": self.rules,
            "help": self.help,
        }

    async def dispatch(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Call the handler of the subcommand typed."""
        name, _ = parse_command(body)
        await self.handlers.get(name, self._not_understood)(ack, body, client)

    async def start(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open a questionnaire, with the playbook named if there is one."""
        titles, (_, playbook) = self._services.playbooks.titles(), parse_command(body)
        if playbook and playbook not in titles:
            message = notices.unknown_playbook(self._command, playbook, tuple(titles))
            return await ack_with(ack, message)
        await ack()
        return self._background.start(self._start(playbook, body, client), body)

    async def rules(self, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        """Show the playbooks in use, and the outcomes of the decisions made with them."""
        await ack()
        self._background.start(self._rules(body), body)

    async def help(self, ack: AsyncAck, _body: Body, _client: AsyncWebClient) -> None:
        """Show the subcommands."""
        titles = self._services.playbooks.titles()
        await ack_with(ack, notices.help_message(self._command, titles))

    async def _not_understood(self, ack: AsyncAck, body: Body, _client: AsyncWebClient) -> None:
        await ack_with(ack, notices.unknown_subcommand(self._command, body.get("text", "")))

    async def _start(self, playbook: str, body: Body, client: AsyncWebClient) -> None:
        drafts, driver = self._services.drafts, sender(body)
        if unfinished := await drafts.resumable(driver, playbook or None):
            offered = playbook or next(iter(self._services.playbooks.titles()))
            await self._replies.show(body, resume_offer(unfinished, offered))
            return
        page = await drafts.start(driver, place_of_command(body), playbook_id=playbook or None)
        await open_page(self._services, client, body, page)

    async def _rules(self, body: Body) -> None:
        scope = await self._services.people.scope(sender(body), place_of_command(body))
        playbooks, calibration = self._services.playbooks, self._services.reviews.calibration
        found = [
            (playbooks.current(each).engine.playbook, await calibration(scope, each))
            for each in playbooks.titles()
        ]
        await self._replies.show(body, rules_message(found))


def register(app: AsyncApp, commands: CommandHandlers, command: str) -> None:
    """Attach the handler of the slash command."""
    app.command(command)(commands.dispatch)
