"""The harness of the scenarios: the bot and a local workspace in one process.

Glossary of these tests:
    playground: the local workspace that replaces Slack (`bot.playground`). It refuses what
        Slack refuses, and records each refusal as a violation.
    harness: playground, database file and transport of one test. It starts the bot, fills in the
        questionnaire and waits for messages, modals and rows.
    transport: how the bot receives requests: "http" (signed requests) or "socket" (Socket Mode).
    person: a `UserSession`, one member of the workspace (ada, ben, ...). A person runs commands,
        presses buttons and submits modals, and sees what Slack would show them.
    announcement, recommendation: the two messages of a posted decision, in the channel and in its
        thread.
    private reply: an ephemeral message, seen by one person.
    `wait_for_...`: waits for a condition for up to `TIMEOUT` real seconds, returns what was found,
        and fails the test otherwise.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import Application, run_app
from bot.outbox.store import PACE, Outbox
from bot.playbooks.model import Answer
from bot.playground import Playground
from bot.playground.request_log import ApiCall
from bot.playground.slack_model import SlackMessage, View
from bot.playground.user_session import UserSession
from bot.settings import Settings
from bot.storage.connection import Location
from tests.engines import connected, database_url
from tests.scenarios.messages import as_seen_by, delivery_key, team_message, text_of, text_of_blocks

RULES = Path(__file__).parents[2] / "rules"
TIMEOUT = 60.0
"""Real seconds that a test waits for a condition; long, as test machines are slow and shared."""
POLL_INTERVAL = 0.02
"""Real seconds between two checks of the outbox; changes in the workspace are seen immediately."""
BACKGROUND_METHODS = frozenset({"chat.update", "users.info"})
"""Web API methods that the bot calls on its own, independently of the request being acked."""

OTHER_ANSWERS: dict[str, Answer] = {"material": "large", "need": "look_up"}
"""Answers that lead to another recommendation than the first answers do."""


class FastForwardPlayground(Playground):
    """A local workspace that skips the pause that the bot makes between two posts.

    Only the pace of one post a second is skipped. A test moves the clock itself for longer waits
    (back-off, confirmation of a post, review day).
    """

    outbox: Outbox | None = None

    async def until(self, predicate: Callable[[], object], within: float = TIMEOUT) -> None:
        """Wait until a condition holds in the workspace.

        Raises:
            AssertionError: the condition did not hold within that many real seconds; the message
                shows the workspace.
        """
        try:
            async with asyncio.timeout(within):
                while not await self.slack.wait_until(predicate, POLL_INTERVAL):
                    await self._skip_pace()
        except TimeoutError:
            raise AssertionError(f"did not happen within {within} s.\n{self.dump()}") from None

    async def _skip_pace(self) -> None:
        due = await self.outbox.next_due() if self.outbox else None
        if due is not None and due - PACE <= self.clock.now() < due:
            self.clock.move_to(due)


@dataclass
class Harness:
    """A local workspace, a database, and the bot between them."""

    playground: FastForwardPlayground
    database: Location
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
                "DATABASE_URL": database_url(self.database),
                "RAGVSFT_RULES": str(RULES),
                "HOST": "127.0.0.1",
                "PORT": 0,
                **transport,
                **more,
            }
        )

    @asynccontextmanager
    async def run_bot(self, **more: str) -> AsyncIterator[Application]:
        """Run the bot, connected to the workspace, for the length of a `with` block."""
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
        """The rows of a table of the database."""
        with connected(self.database) as db:
            return db.all(f"select * from {table} order by 1")

    async def wait_for_row(self, table: str, matches: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until a row of a table matches."""
        async with asyncio.timeout(TIMEOUT):
            while not any(matches(row) for row in await asyncio.to_thread(self.rows, table)):
                pass

    async def wait_for_modal(self, person: UserSession, callback_id: str) -> View:
        """Wait until a person has the modal with this callback id open."""
        await self.playground.until(
            lambda: person.modal and person.modal.payload["callback_id"] == callback_id
        )
        assert person.modal is not None
        return person.modal

    async def open_questionnaire(self, person: UserSession, channel: str = "product") -> View:
        """Run `/ragvsft` and wait for the first page."""
        sent = await person.command(channel, self.playground.command)
        assert sent.ok, sent
        return await self.wait_for_modal(person, "questions")

    async def fill_questionnaire(
        self,
        person: UserSession,
        *,
        answers: Mapping[str, Answer] | None = None,
        **last_page: Any,
    ) -> View:
        """Answer all questions and fill in the last page; return it, not submitted.

        Args:
            person: who answers.
            answers: by question; others get their first answer, None is "don't know".
            last_page: fields of the last page by block id; the title has a default.
        """
        view = await self.answer_questions(person, answers)
        if "review_day" in last_page:
            await person.click(view, "answer", "date", block_id="review_choice")
            await self.playground.until(lambda: "review_day" in str(view.blocks))
        person.fill(view, {"title": "Answers for support", **last_page})
        return view

    async def answer_questions(
        self,
        person: UserSession,
        answers: Mapping[str, Answer] | None = None,
    ) -> View:
        """Answer all questions from the open page on; return the last page.

        What is given here and was not asked on the way is changed on the last page.

        Args:
            person: who answers.
            answers: by question; others get their first answer, None is "don't know".
        """
        given, asked = answers or {}, set[str]()
        assert person.modal is not None
        for _ in range(20):
            view = person.modal
            if view.payload["callback_id"] == "result":
                break
            asked.update(first_answers(view))
            await person.submit(view, page_answers(view, given))
        else:
            raise AssertionError("the questionnaire has more than 20 pages")
        for question, answer in given.items():
            if answer is not None and f"question:{question}" not in asked:
                await self.change_answer(person, question, answer)
        return view

    async def press(self, person: UserSession, action: str, callback_id: str) -> View:
        """Press a button of the open modal; return the page that it leads to."""
        assert person.modal is not None
        assert (await person.click(person.modal, action)).ok
        return await self.wait_for_modal(person, callback_id)

    async def show_result(self, person: UserSession) -> View:
        """Answer the first question of the open page and press *Show the result*; return it."""
        assert person.modal is not None
        block, answer = next(iter(first_answers(person.modal).items()))
        person.fill(person.modal, {block: answer})
        return await self.press(person, "show_result", "result")

    async def change_answer(self, person: UserSession, question: str, answer: Answer) -> View:
        """Change one answer on the last page; return the last page.

        An answer without a button of its own is in the menu; a question that was not asked is
        asked by going on.
        """
        view = person.modal
        assert view is not None
        for action, value in ((f"change:{question}", None), ("change_other", question)):
            if f"'{action}'" in str(view.blocks) and (
                not value or f"'{value}'" in str(view.blocks)
            ):
                assert (await person.click(view, action, value)).ok
                await self.wait_for_modal(person, "change")
                break
        else:
            await self.press(person, "go_on", "questions")
        mine, is_asked = f"question:{question}", False
        while not is_asked or view.payload["callback_id"] != "result":
            if view.payload["callback_id"] == "result":
                await self.press(person, "go_on", "questions")
            asked = first_answers(view)
            is_asked = is_asked or mine in asked
            value = _value({question: answer}, question, asked.get(mine))
            await person.submit(view, {each: value if each == mine else None for each in asked})
        return view

    async def wait_for_post(
        self, person: UserSession, channel: str = "product"
    ) -> tuple[SlackMessage, SlackMessage]:
        """Wait for the announcement and the recommendation of a person's newest decision."""
        driven = [row for row in self.rows("decisions") if row["driver"] == person.id]
        newest = max(driven, key=lambda row: row["number"])
        key = f"{newest['workspace']}/{newest['number']}/announcement"

        def announced() -> SlackMessage | None:
            return next((m for m in person.sees(channel) if delivery_key(m) == key), None)

        await self.playground.until(announced)
        announcement = announced()
        assert announcement is not None
        await self.playground.until(lambda: person.thread(announcement))
        return announcement, person.thread(announcement)[0]

    async def post_decision(
        self, person: UserSession, channel: str = "product"
    ) -> tuple[SlackMessage, SlackMessage]:
        """Run the command, fill in the questionnaire and post; return both messages."""
        await self.open_questionnaire(person, channel)
        view = await self.fill_questionnaire(person)
        assert (await person.submit(view)).ok
        return await self.wait_for_post(person, channel)

    async def wait_for_message(self, person: UserSession, words: str, channel: str) -> str:
        """Wait until a person sees a message with these words; return its text."""

        def found() -> str | None:
            texts = [text_of(message) for message in person.sees(channel)]
            return next((text for text in texts if words in text), None)

        await self.playground.until(found)
        text = found()
        assert text is not None
        return text

    async def wait_for_text(
        self, person: UserSession, announcement: SlackMessage, words: str
    ) -> str:
        """Wait until an announcement, as a person sees it, has these words; return its text."""
        await self.playground.until(lambda: words in text_of(as_seen_by(person, announcement)))
        return text_of(as_seen_by(person, announcement))

    async def wait_for_reply(
        self, person: UserSession, announcement: SlackMessage, words: str
    ) -> None:
        """Wait until a reply in the announcement's thread has these words."""
        await self.playground.until(
            lambda: any(words in text_of(reply) for reply in person.thread(announcement))
        )

    async def wait_for_team_message(
        self, person: UserSession, announcement: SlackMessage, words: str
    ) -> str:
        """Wait until the team's message in the thread has these words; return its text."""

        def matches() -> bool:
            message = team_message(person, announcement)
            return message is not None and words in text_of(message)

        await self.playground.until(matches)
        message = team_message(person, announcement)
        assert message is not None
        return text_of(message)

    async def show_decision(
        self, person: UserSession, number: int = 1, channel: str = "product", tab: str = "why"
    ) -> View:
        """Run `show`; return the window on a part of the decision, on top of no other."""
        if person.modal is not None:
            await person.close(person.modal, everything=True)
        sent = await person.command(channel, "/ragvsft", f"show {number}")
        assert sent.ok, sent
        view = await self.wait_for_modal(person, "reader")
        if tab == "why":
            return view
        await person.click(view, f"tab:{tab}")
        await self.playground.until(lambda: f"› {tab.title()}" in text_of_blocks(view.blocks))
        return view

    async def run_command(
        self, person: UserSession, text: str, channel: str = "product"
    ) -> SlackMessage:
        """Run a subcommand of `/ragvsft`; return the private reply."""
        before = {message.ts for message in person.sees(channel)}

        def replies() -> list[SlackMessage]:
            new = (each for each in person.sees(channel) if each.ts not in before)
            return [each for each in new if each.ephemeral_to == person.id]

        sent = await person.command(channel, self.playground.command, text)
        assert sent.ok, sent
        await self.playground.until(replies)
        return replies()[0]


def page_answers(view: View, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """Return an answer for each question of a page, by block id.

    Args:
        view: the page.
        answers: by question; others get their first answer, None is "don't know".
    """
    return {
        block: _value(answers, block.removeprefix("question:"), first)
        for block, first in first_answers(view).items()
    }


def first_answers(view: View) -> dict[str, Answer]:
    """Return the first answer of each question of a page, by block id."""
    return {
        block["block_id"]: first_answer(block["element"])
        for block in view.blocks
        if block["type"] == "input" and block["block_id"].startswith("question:")
    }


def _value(answers: Mapping[str, Answer], question: str, first: Answer) -> Answer:
    """Return the answer to a question, as a tuple where it takes several."""
    answer = answers.get(question, first)
    return (answer,) if isinstance(first, tuple) and isinstance(answer, str) else answer


def first_answer(element: Mapping[str, Any]) -> Answer:
    """Return the first answer that radio buttons or checkboxes offer."""
    value = str(element["options"][0]["value"])
    return (value,) if element["type"] == "checkboxes" else value


def calls_of_requests(calls: Iterable[ApiCall]) -> list[ApiCall]:
    """Return the calls that handlers make; the outbox worker posts with metadata at any time."""
    return [
        call
        for call in calls
        if call.method not in BACKGROUND_METHODS
        and not (call.method == "chat.postMessage" and "metadata" in call.args)
    ]
