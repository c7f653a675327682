"""The slash command."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.access import ReadScope
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.digest import DigestHandlers
from bot.slack.handlers.modals import open_page
from bot.slack.handlers.search import SearchHandlers
from bot.slack.replies import EphemeralReplies
from bot.slack.views import notices
from bot.slack.views.drafts import resume_offer
from bot.slack.views.rules import rules_message
from bot.slackkit.message import Message
from bot.slackkit.payloads import parse_command, place_of_command, sender


class CommandHandlers:
    """Answers `/ragvsft` and its subcommands."""

    def __init__(
        self,
        services: Services,
        background: BackgroundTasks,
        finding: SearchHandlers,
        digest: DigestHandlers,
        command: str,
    ) -> None:
        """Make the listener of one slash command.

        Args:
            services: the use cases.
            background: what goes on after an ack.
            finding: answers the subcommands that look something up.
            digest: answers those about the digest.
            command: the slash command's name.
        """
        self._services = services
        self._answers = EphemeralReplies(services)
        self._background = background
        self._finding = finding
        self._digest = digest
        self._command = command

    async def answer(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Ack; with an answer, unless a questionnaire is to open."""
        if self._opens(body):
            await ack()
            self._background.begin(self._open(body, client), body)
        elif parse_command(body)[0] == "rules":
            await ack()
            self._background.begin(self._rules(body), body)
        elif parse_command(body)[0] in self._finding.words:
            await self._finding.answer(ack, body, client)
        elif parse_command(body)[0] in self._digest.words:
            await self._digest.answer(ack, body, client)
        else:
            message = self._words(body)
            await ack(text=message.text, blocks=message.blocks)

    def _words(self, body: dict[str, Any]) -> Message:
        word, rest = parse_command(body)
        titles = self._services.playbooks.titles()
        if word == "help":
            return notices.help_message(self._command, titles)
        if word == "start":
            return notices.unknown_playbook(self._command, rest, tuple(titles))
        return notices.unknown_subcommand(self._command, body.get("text", ""))

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        if await self._offered_to_resume(body):
            return
        page = await self._services.drafts.start(
            sender(body), place_of_command(body), playbook_id=parse_command(body)[1] or None
        )
        await open_page(self._services, client, body, page)

    async def _offered_to_resume(self, body: dict[str, Any]) -> bool:
        """Offer to go on with a draft; return whether there was one."""
        drafts = await self._services.drafts.to_resume(sender(body))
        if not drafts:
            return False
        playbook = parse_command(body)[1] or next(iter(self._services.playbooks.titles()))
        await self._answers.show(body, resume_offer(drafts, playbook))
        return True

    async def _rules(self, body: dict[str, Any]) -> None:
        """Show the playbooks in use, and how the decisions by them have gone."""
        sight, playbooks = (
            ReadScope.of(sender(body), place_of_command(body)),
            self._services.playbooks,
        )
        calibration = self._services.reviews.calibration
        found = [
            (playbooks.current(each).engine.playbook, await calibration(sight, each))
            for each in playbooks.titles()
        ]
        await self._answers.show(body, rules_message(found))

    def _opens(self, body: dict[str, Any]) -> bool:
        word, rest = parse_command(body)
        known = self._services.playbooks.titles()
        return word in {"", "start"} and (not rest or rest in known)


def register(app: AsyncApp, commands: CommandHandlers, command: str) -> None:
    """Attach the listener of the slash command of this name."""
    app.command(command)(commands.answer)
