"""The bot and the local workspace together, and a person's way through the questionnaire."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlite_utils

from bot.app import Application, run_app
from bot.playground.slack_model import SlackMessage, View
from bot.playground.user_session import UserSession
from bot.settings import Settings
from tests.scenarios.quick import WITHIN, QuickPlayground

RULES = Path(__file__).parents[2] / "rules"
MADE_BY_ROUNDS = frozenset({"users.info"})
"""What the bot asks Slack for by itself, whatever is acked at the same time."""


@dataclass
class House:
    """What a scenario has at hand."""

    playground: QuickPlayground
    database: Path
    transport: str

    def settings(self, **more: str) -> Settings:
        """The settings of a bot in this workspace."""
        transport = (
            {"SLACK_APP_TOKEN": self.playground.app_token}
            if self.transport == "socket"
            else {"SLACK_SIGNING_SECRET": self.playground.signing_secret}
        )
        return Settings.model_validate(
            {
                "SLACK_BOT_TOKEN": self.playground.bot_token,
                "SLACK_API_URL": self.playground.api_url,
                "DATABASE_URL": f"sqlite:///{self.database}",
                "RAGVSFT_RULES": str(RULES),
                "HOST": "127.0.0.1",
                "PORT": 0,
                **transport,
                **more,
            }
        )

    @asynccontextmanager
    async def bot(self, **more: str) -> AsyncIterator[Application]:
        """The bot, running beside the workspace."""
        settings = self.settings(**more)
        async with run_app(settings, self.playground.clock) as bot:
            unsubscribe = self.playground.clock.subscribe(bot.check_due)
            self.playground.outbox = bot.outbox
            if self.transport == "http":
                self.playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
            yield bot
            self.playground.outbox = None
            unsubscribe()

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table of the log."""
        return list(sqlite_utils.Database(self.database).table(table).rows)

    async def until_logged(self, table: str, holds: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until a row of the log is as described."""
        async with asyncio.timeout(WITHIN):
            while not any(holds(row) for row in await asyncio.to_thread(self.rows, table)):
                pass

    async def modal_of(self, person: UserSession, callback_id: str) -> View:
        """The modal in front of a person, once it is the one named."""
        await self.playground.until(
            lambda: person.modal and person.modal.payload["callback_id"] == callback_id
        )
        assert person.modal is not None
        return person.modal

    async def start(self, person: UserSession, channel: str = "product") -> View:
        """Type the command, and wait for the first page."""
        sent = await person.command(channel, "/ragvsft")
        assert sent.ok, sent
        return await self.modal_of(person, "workflow")

    async def to_review(
        self, person: UserSession, *, answers: Mapping[str, str | None] | None = None, **first: Any
    ) -> View:
        """Fill in the first page and all questions, up to the last page.

        Args:
            person: who answers.
            answers: by question; others get their first answer, None is "don't know".
            first: fields of the first page by block id; the title has a default.
        """
        view = person.modal
        assert view is not None
        await person.submit(view, {"title": "Answers for support", **first})
        return await self.on_to_review(person, answers)

    async def on_to_review(
        self,
        person: UserSession,
        answers: Mapping[str, str | None] | None = None,
        *,
        keep: bool = False,
    ) -> View:
        """Answer all questions from the page in front of a person, up to the last page.

        Args:
            person: who answers.
            answers: by question; others get their first answer, None is "don't know".
            keep: leave the answers that are there already as they are.
        """
        for _ in range(20):
            view = person.modal
            assert view is not None
            if view.payload["callback_id"] == "review":
                return view
            await person.submit(view, chosen(view, answers or {}, keep=keep))
        raise AssertionError("the questionnaire did not come to its end")

    async def posted(
        self, person: UserSession, channel: str = "product"
    ) -> tuple[SlackMessage, SlackMessage]:
        """The announcement of a person's newest decision, and its recommendation, once there."""
        driven = [row for row in self.rows("decisions") if row["driver"] == person.id]
        newest = max(driven, key=lambda row: row["number"])
        key = f"{newest['workspace']}/{newest['number']}/announcement"

        def announced() -> SlackMessage | None:
            return next((m for m in person.sees(channel) if _key(m) == key), None)

        await self.playground.until(announced)
        announcement = announced()
        assert announcement is not None
        await self.playground.until(lambda: person.thread(announcement))
        return announcement, person.thread(announcement)[0]

    async def message_with(self, person: UserSession, words: str, channel: str) -> str:
        """Wait until a person sees a message with these words; return all it says."""

        def found() -> str | None:
            texts = [text_of(message) for message in person.sees(channel)]
            return next((text for text in texts if words in text), None)

        await self.playground.until(found)
        text = found()
        assert text is not None
        return text

    async def decide(
        self, person: UserSession, channel: str = "product"
    ) -> tuple[SlackMessage, SlackMessage]:
        """The whole way: command, questionnaire, post."""
        await self.start(person, channel)
        view = await self.to_review(person)
        assert (await person.submit(view)).ok
        return await self.posted(person, channel)


def chosen(view: View, answers: Mapping[str, str | None], *, keep: bool = False) -> dict[str, str]:
    """Return an answer for each question of a page, by block id.

    Args:
        view: the page.
        answers: by question; others get their first answer, None is "don't know".
        keep: leave out the questions that have an answer already.
    """
    given = {
        block["block_id"] for block in view.blocks if "initial_option" in block.get("element", {})
    }
    return {
        block: _value(answers, block.removeprefix("question:"), first)
        for block, first in questions_of(view).items()
        if not (keep and block in given)
    }


def questions_of(view: View) -> dict[str, str]:
    """Return the blocks of a page's questions, each with its first answer."""
    return {
        block["block_id"]: block["element"]["options"][0]["value"]
        for block in view.blocks
        if block["type"] == "input" and block["block_id"].startswith("question:")
    }


def _value(answers: Mapping[str, str | None], question: str, first: str) -> str:
    answer = answers.get(question, first)
    return "dont_know" if answer is None else answer


def _key(message: SlackMessage) -> object:
    return (message.metadata or {}).get("event_payload", {}).get("key")


def text_of(message: SlackMessage) -> str:
    """Return everything that a message says, blocks included."""
    return f"{message.text}\n{_words(message.blocks)}"


def _words(node: Any) -> str:
    if isinstance(node, dict):
        own = node["text"] if isinstance(node.get("text"), str) else ""
        return own + "\n".join(_words(value) for value in node.values())
    if isinstance(node, list):
        return "\n".join(_words(item) for item in node)
    return ""
