"""The slash command."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.reading import Sight
from bot.slack.errands import Errands
from bot.slack.listeners.digest import DigestListeners
from bot.slack.listeners.finding import FindingListeners
from bot.slack.listeners.opening import open_modal
from bot.slack.payloads import place_of_command, typed, who
from bot.slack.responses import PrivateAnswers
from bot.slack.views import notices
from bot.slack.views.drafts import resume_offer
from bot.slack.views.message import Message
from bot.slack.views.rules import rules_message


class Commands:
    """Answers `/ragvsft` and its subcommands."""

    def __init__(
        self,
        desk: Desk,
        errands: Errands,
        finding: FindingListeners,
        digest: DigestListeners,
        command: str,
    ) -> None:
        """Make the listener of one slash command.

        Args:
            desk: the use cases.
            errands: what goes on after an ack.
            finding: answers the subcommands that look something up.
            digest: answers those about the digest.
            command: the slash command's name.
        """
        self._desk = desk
        self._answers = PrivateAnswers(desk)
        self._errands = errands
        self._finding = finding
        self._digest = digest
        self._command = command

    async def answer(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """Ack; with an answer, unless a questionnaire is to open."""
        if self._opens(body):
            await ack()
            self._errands.begin(self._open(body, client), body)
        elif typed(body)[0] == "rules":
            await ack()
            self._errands.begin(self._rules(body), body)
        elif typed(body)[0] in self._finding.words:
            await self._finding.answer(ack, body, client)
        elif typed(body)[0] in self._digest.words:
            await self._digest.answer(ack, body, client)
        else:
            message = self._words(body)
            await ack(text=message.text, blocks=message.blocks)

    def _words(self, body: dict[str, Any]) -> Message:
        word, rest = typed(body)
        titles = self._desk.editions.titles()
        if word == "help":
            return notices.help_message(self._command, titles)
        if word == "start":
            return notices.unknown_playbook(self._command, rest, tuple(titles))
        return notices.not_understood(self._command, body.get("text", ""))

    async def _open(self, body: dict[str, Any], client: AsyncWebClient) -> None:
        if await self._offered_to_resume(body):
            return
        page = await self._desk.drafting.start(
            who(body), place_of_command(body), playbook_id=typed(body)[1] or None
        )
        await open_modal(self._desk, client, body, page)

    async def _offered_to_resume(self, body: dict[str, Any]) -> bool:
        """Offer to go on with a draft; return whether there was one."""
        drafts = await self._desk.drafting.to_resume(who(body))
        if not drafts:
            return False
        playbook = typed(body)[1] or next(iter(self._desk.editions.titles()))
        await self._answers.show(body, resume_offer(drafts, playbook))
        return True

    async def _rules(self, body: dict[str, Any]) -> None:
        """Show the playbooks in use, and how the decisions by them have gone."""
        sight, editions = Sight.of(who(body), place_of_command(body)), self._desk.editions
        calibration = self._desk.reviewing.calibration
        found = [
            (editions.current(each).engine.playbook, await calibration(sight, each))
            for each in editions.titles()
        ]
        await self._answers.show(body, rules_message(found))

    def _opens(self, body: dict[str, Any]) -> bool:
        word, rest = typed(body)
        known = self._desk.editions.titles()
        return word in {"", "start"} and (not rest or rest in known)


def register(app: AsyncApp, commands: Commands, command: str) -> None:
    """Attach the listener of the slash command of this name."""
    app.command(command)(commands.answer)
