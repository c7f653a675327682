"""The workload of a fault run: users who act while the bot is being killed.

Every action that the bot acked (status 200, no error in the response) is recorded, so that the
audit can look for its effect. Users behave like people: they press again what failed, and give up
what does not answer.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from bot.playground.request_log import ClientError, Dispatch
from bot.playground.slack_model import Json, SlackMessage, View
from bot.playground.user_session import UserSession
from bot.slackkit.ids import DELIVERY_PREFIX, Action
from bot.slackkit.metadata import DecisionMetadata
from tests.faults.harness import CHANNELS, FaultHarness
from tests.scenarios.harness import page_answers
from tests.scenarios.messages import button_ids, delivery_key

NAMES = ("ada", "ben", "chloe", "dev")
FAILED = "This didn't work"
"""The title of the modal that reports a failed request."""
POST_DIGEST = Action.POST_DIGEST.value
_MODAL_SECONDS = 2
_TRIES = 4
_PAUSE_SECONDS = 20


class ActionAborted(Exception):
    """A user gives up an action: the bot is gone, or the modal did not open."""


@dataclass(frozen=True)
class AckedAction:
    """An action that the bot acked.

    Attributes:
        what: "decision", "view", "digest", "settled", or the kind of its event.
        by: the user's id.
        channel: the channel of the pressed button; None for a submitted modal.
        before: number of messages in that channel before; a private reply after them may say that
            the action has failed.
        number: the decision's number, if known.
        mark: identifies the action in the database: a title, a reason or a digest's token.
    """

    what: str
    by: str
    channel: str | None
    before: int
    number: int | None = None
    mark: str = ""


@dataclass
class Workload:
    """Four users, each of whom performs one random action after the other."""

    harness: FaultHarness
    acked: list[AckedAction] = field(default_factory=list)
    deciders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errors: list[Dispatch] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    stopping: bool = False
    paused: bool = False
    active: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Look up the users."""
        self.people = [self.harness.playground.user(name) for name in NAMES]

    async def run_user(self, person: UserSession) -> None:
        """Perform actions while a bot is running, until `stopping` is set."""
        while not self.stopping:
            if not await self.harness.until(self._may_act, 10):
                continue
            action = self.harness.rng.choice(self._actions())
            self.active += 1
            try:
                await action(person)
            except (ActionAborted, ClientError):
                await self.harness.pause()
            finally:
                self.active -= 1
                self.harness.playground.slack.mark_changed()

    @asynccontextmanager
    async def paused_users(self) -> AsyncIterator[None]:
        """Let users finish their actions, and start none for the length of a `with` block."""
        self.paused = True
        await self.harness.until(lambda: not self.active, _PAUSE_SECONDS)
        try:
            yield
        finally:
            self.paused = False
            self.harness.playground.slack.mark_changed()

    async def answer_questions(self) -> int:
        """Answer every question whether a post has arrived; return the number of questions.

        A question that was posted twice is updated in its last copy only; none is answered twice.
        """
        asked = [
            (person, message, about)
            for person in self.people
            for message in person.sees(person.im.id)
            if (about := asks_about(message)) and message.ts not in self.answered
        ]
        for person, message, about in asked:
            is_there = self._is_there(about)
            with suppress(ClientError):  # the question was resolved meanwhile
                pressed = await self._press(person, message, "dismiss" if is_there else "resend")
                self.answered.update({message.ts} if pressed.ok else set())
        return len(asked)

    def _may_act(self) -> bool:
        return self.stopping or (bool(self.harness.bots) and not self.paused)

    def _actions(self) -> tuple[Callable[[UserSession], Awaitable[None]], ...]:
        return (self.open, self.open, self.open, self.accept, self.override, self.withdraw,
                self.add_view, self.add_view, self.post_digest)  # fmt: skip

    async def open(self, person: UserSession) -> None:
        """Fill in the questionnaire and post a decision."""
        title, channel = f"Work {next(self._numbers)}", self._channel(person)
        await self._close_modal(person)
        self._require_ack(await self._type(person, channel))
        view = await self._wait_for_modal(
            person, self.harness.playground.channel(channel).id, {"questions"}
        )
        team = tuple({person.user.name, self.harness.rng.choice(NAMES)})
        self.deciders[title] = tuple(self.harness.playground.user(each).id for each in team)
        view = await self._fill_questionnaire(person, view)
        if await self._submit(person, view, {"title": title, "deciders": list(team)}):
            self._record("decision", person, None, title)

    async def accept(self, person: UserSession) -> None:
        """Accept a recommendation."""
        await self._press_and_record("settled", person, self._open_decision(person), "accept")

    async def override(self, person: UserSession) -> None:
        """Choose differently."""
        message = self._open_decision(person)
        reason = f"Because of {next(self._numbers)}"
        await self._close_modal(person)
        self._require_ack(await self._press(person, message, "override"))
        view = await self._wait_for_modal(person, message.channel, {"override"})
        option = self.harness.rng.choice(view.blocks[1]["element"]["options"])["value"]
        if await self._submit(person, view, {"option": option, "reason": reason}):
            self._record("overridden", person, _number_in(view), reason)

    async def withdraw(self, person: UserSession) -> None:
        """Withdraw a decision; rarely, or none would stay open."""
        if self.harness.rng.random() < 0.7:
            return
        message = self._open_decision(person)
        number, reason = number_of(message), f"Because of {next(self._numbers)}"
        await self._close_modal(person)
        self._require_ack(await self._press(person, message, "menu", f"withdraw:{number}"))
        view = await self._wait_for_modal(person, message.channel, {"withdraw"})
        if await self._submit(person, view, {"reason": reason}):
            self._record("withdrawn", person, _number_in(view), reason)

    async def add_view(self, person: UserSession) -> None:
        """Add a view to another person's decision, or change it."""
        message = self._open_decision(person, decides=False)
        await self._close_modal(person)
        self._require_ack(await self._press(person, message, "add_view"))
        view = await self._wait_for_modal(person, message.channel, {"view"})
        choice = next(b["element"]["options"] for b in view.blocks if b["block_id"] == "option")
        option = self.harness.rng.choice(choice)["value"]
        if await self._submit(person, view, {"option": option, **page_answers(view, {})}):
            self._record("view", person, _number_in(view))

    async def post_digest(self, person: UserSession) -> None:
        """Preview a channel's digest and post it; rarely, as this takes so little time."""
        if self.harness.rng.random() < 0.7:
            return
        channel = self._channel(person)
        kept = self.harness.playground.workspace.messages[
            self.harness.playground.channel(channel).id
        ]
        starts, so_far = self.harness.starts, len(kept)
        self._require_ack(await self._type(person, channel, "digest now"))

        def shown() -> SlackMessage | None:
            mine = (message for message in kept[so_far:] if message.ephemeral_to == person.id)
            return next((message for message in mine if POST_DIGEST in button_ids(message)), None)

        await self.harness.until(lambda: shown() or self.harness.starts > starts, _MODAL_SECONDS)
        preview = shown()
        if preview is None:
            raise ActionAborted
        token = button_of(preview, POST_DIGEST)["value"]
        await self._press_and_record("digest", person, preview, POST_DIGEST, str(token))

    async def _fill_questionnaire(self, person: UserSession, view: View) -> View:
        """Submit all pages but the last one; return that."""
        for _ in range(20):
            if view.callback_id == "result":
                return view
            await self._submit(person, view, self._answers(view))
            if person.modal is None or person.modal.title == FAILED:
                break
            view = person.modal
        raise ActionAborted

    def _answers(self, view: View) -> dict[str, object]:
        return {
            block["block_id"]: self._answer(block["element"])
            for block in view.blocks
            if block["type"] == "input" and block["block_id"].startswith("question:")
        }

    def _answer(self, element: Json) -> object:
        value = self.harness.rng.choice(element["options"])["value"]
        return [value] if element["type"] == "checkboxes" else value

    async def _submit(
        self, person: UserSession, view: View, answers: dict[str, object] | None = None
    ) -> bool:
        """Submit a modal, again if the bot is gone; return whether it succeeded."""
        for _ in range(_TRIES):
            self.harness.route_to_any_bot()
            delivery = await person.submit(view, dict(answers or {}))
            if delivery.ok:
                return FAILED not in delivery.body and '"errors"' not in delivery.body
            self._record_error(delivery)
            await self._wait_for_restart()
        raise ActionAborted

    async def _wait_for_modal(
        self, person: UserSession, channel: str, expected: Collection[str]
    ) -> View:
        """Wait for a modal that was requested in a channel, or for a private reply in its place."""
        starts, kept = self.harness.starts, self.harness.playground.workspace.messages[channel]
        so_far = len(kept)

        def opened() -> bool:
            modal = person.modal
            return modal is not None and modal.callback_id in expected

        def refused() -> bool:
            return any(message.ephemeral_to == person.id for message in kept[so_far:])

        await self.harness.until(
            lambda: opened() or refused() or self.harness.starts > starts, _MODAL_SECONDS
        )
        if person.modal is None or not opened():
            raise ActionAborted
        return person.modal

    async def _type(self, person: UserSession, channel: str, words: str = "") -> Dispatch:
        self.harness.route_to_any_bot()
        return await person.command(channel, "/ragvsft", words)

    async def _press(
        self, person: UserSession, message: SlackMessage, action: str, value: object = None
    ) -> Dispatch:
        self.harness.route_to_any_bot()
        return await person.click(message, action, value)

    async def _close_modal(self, person: UserSession) -> None:
        if person.modal is not None:
            await person.close(person.modal, everything=True)

    async def _wait_for_restart(self) -> None:
        starts = self.harness.starts
        await self.harness.until(lambda: self.harness.starts > starts or self.stopping, 1)

    def _require_ack(self, delivery: Dispatch) -> None:
        if not delivery.ok:
            self._record_error(delivery)
            raise ActionAborted

    def _record_error(self, delivery: Dispatch) -> None:
        """Record a response other than 200, which the bot must never send."""
        if delivery.status not in {None, 200}:
            self.errors.append(delivery)

    def _record(self, what: str, person: UserSession, number: int | None, mark: str = "") -> None:
        """Record an acked submission; its response already says whether it succeeded."""
        self.acked.append(AckedAction(what, person.id, None, 0, number, mark))

    async def _press_and_record(
        self, what: str, person: UserSession, message: SlackMessage, action: str, mark: str = ""
    ) -> None:
        """Press a button and record the ack; a later private reply may report a failure."""
        before = len(self.harness.playground.workspace.messages[message.channel])
        self._require_ack(await self._press(person, message, action))
        number = None if what == "digest" else number_of(message)
        acked = AckedAction(what, person.id, message.channel, before, number, mark)
        self.acked.append(acked)

    def _channel(self, person: UserSession) -> str:
        channels = [c for c in CHANNELS if person.id in self.harness.playground.channel(c).members]
        return self.harness.rng.choice(channels)

    def _open_decision(self, person: UserSession, *, decides: bool = True) -> SlackMessage:
        """Return an announcement that the person sees as open."""
        found = [
            message
            for message in person.sees(self._channel(person))[-40:]
            if "accept" in button_ids(message)
            and (person.id in self.deciders.get(title_of(message), ())) == decides
        ]
        if not found:
            raise ActionAborted
        return self.harness.rng.choice(found)

    def _is_there(self, key: str) -> bool:
        channels = self.harness.playground.workspace.messages.values()
        return any(delivery_key(message) == key for kept in channels for message in kept)


def _number_in(view: View) -> int:
    """Return the number that a modal is about: one that was asked for earlier may open late."""
    _workspace, _, metadata = view.private_metadata.partition("|")
    return DecisionMetadata.model_validate_json(metadata).decision


def number_of(message: SlackMessage) -> int:
    """The number of the decision that a message announces."""
    return int(message.blocks[0]["text"]["text"].partition("  ")[0].removeprefix("#"))


def title_of(message: SlackMessage) -> str:
    """The title of the decision that a message announces."""
    return str(message.blocks[0]["text"]["text"].partition("  ")[2])


def buttons_of(message: SlackMessage) -> Iterator[tuple[Json, Json]]:
    """The buttons of a message, each with its block."""
    for block in message.blocks:
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            yield block, element


def button_of(message: SlackMessage, action: str) -> Json:
    """The button with this action id."""
    return next(element for _, element in buttons_of(message) if element["action_id"] == action)


def asks_about(message: SlackMessage) -> str | None:
    """The key of the delivery that a message asks about; None if it is no such question."""
    for block, element in buttons_of(message):
        if element["action_id"] == Action.DISMISS:
            return str(block["block_id"]).partition(DELIVERY_PREFIX)[2]
    return None
