"""People at work while the bot dies under their hands: what they do, and what they were promised.

A promise is a request that the bot answered with 200 and without an error: Slack has it that it
was done. People behave as people do: what failed they press again, and what is odd they leave.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count

from bot.playground.request_log import ClientError, Dispatch
from bot.playground.slack_model import SlackMessage, View
from bot.playground.user_session import UserSession
from bot.slackkit.ids import Action
from tests.faults.seen import actions_of, asks_about, button_of, key_of, number_of, title_of
from tests.faults.stage import CHANNELS, Stage

NAMES = ("ada", "ben", "chloe", "dev")
FAILED = "This didn't work"
"""The title of the modal that says that a request was not carried out."""
POST_DIGEST = Action.POST_DIGEST.value
_WINDOW_SECONDS = 2
_PRESSES = 4
_PAUSE_SECONDS = 20


class GaveUp(Exception):
    """A person leaves what they were at: the bot is gone, or their window did not open."""


@dataclass(frozen=True)
class Promise:
    """What a person was told is done.

    `what` names it; `number` is the decision, if it has one; `by` is who was told; `mark` is
    it can be found by in the log: a title, a reason, or a digest's token. If it was a button that
    was pressed, `before` is how many messages its channel had then: a word after them may take the
    promise back.
    """

    what: str
    by: str
    channel: str | None
    before: int
    number: int | None = None
    mark: str = ""


@dataclass
class Crowd:
    """Four people, each doing one thing after the other until the bot may rest."""

    stage: Stage
    promises: list[Promise] = field(default_factory=list)
    deciders: dict[str, tuple[str, ...]] = field(default_factory=dict)
    errors: list[Dispatch] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    resting: bool = False
    paused: bool = False
    at_it: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Bring everybody in."""
        self.people = [self.stage.playground.user(name) for name in NAMES]

    async def live(self, person: UserSession) -> None:
        """Do one thing after the other, whenever there is a bot."""
        while not self.resting:
            if not await self.stage.until(self._may_go_on, 10):
                continue
            thing = self.stage.rng.choice(self._things())
            self.at_it += 1
            try:
                await thing(person)
            except (GaveUp, ClientError):
                await self.stage.calm()
            finally:
                self.at_it -= 1
                self.stage.playground.slack.mark_changed()

    @asynccontextmanager
    async def pausing(self) -> AsyncIterator[None]:
        """Have people finish what they are at, and begin nothing new."""
        self.paused = True
        await self.stage.until(lambda: not self.at_it, _PAUSE_SECONDS)
        try:
            yield
        finally:
            self.paused = False
            self.stage.playground.slack.mark_changed()

    async def settle(self) -> int:
        """Answer honestly whether messages arrived of which the bot doesn't know; how many.

        A question that came twice is redrawn only where it stands last: none is answered again.
        """
        asked = [
            (person, message, about)
            for person in self.people
            for message in person.sees(person.im.id)
            if (about := asks_about(message)) and message.ts not in self.answered
        ]
        for person, message, about in asked:
            is_there = self._is_there(about)
            with suppress(ClientError):  # in the meantime it has become clear
                pressed = await self._press(person, message, "dismiss" if is_there else "resend")
                self.answered.update({message.ts} if pressed.ok else set())
        return len(asked)

    def _may_go_on(self) -> bool:
        return self.resting or (bool(self.stage.lives) and not self.paused)

    def _things(self) -> tuple[Callable[[UserSession], Awaitable[None]], ...]:
        return (self.open, self.open, self.open, self.accept, self.override, self.withdraw,
                self.add_view, self.add_view, self.post_digest)  # fmt: skip

    async def open(self, person: UserSession) -> None:
        """Answer the questionnaire and post a decision."""
        title, channel = f"Work {next(self._numbers)}", self._channel(person)
        await self._clear(person)
        self._sent(await self._type(person, channel))
        view = await self._window(person, self.stage.playground.channel(channel).id, {"workflow"})
        team = tuple({person.user.name, self.stage.rng.choice(NAMES)})
        self.deciders[title] = tuple(self.stage.playground.user(each).id for each in team)
        view = await self._through(person, view, {"title": title, "deciders": list(team)})
        if await self._submit(person, view):
            self._promise("decision", person, None, title)

    async def accept(self, person: UserSession) -> None:
        """Accept a recommendation."""
        await self._press_for("settled", person, self._open_one(person), "accept")

    async def override(self, person: UserSession) -> None:
        """Choose differently."""
        message = self._open_one(person)
        reason = f"Because of {next(self._numbers)}"
        await self._clear(person)
        self._sent(await self._press(person, message, "override"))
        view = await self._window(person, message.channel, {"override"})
        option = self.stage.rng.choice(view.blocks[1]["element"]["options"])["value"]
        if await self._submit(person, view, {"option": option, "reason": reason}):
            self._promise("overridden", person, number_of(message), reason)

    async def withdraw(self, person: UserSession) -> None:
        """Take a decision back; rarely, or nothing would be left to decide."""
        if self.stage.rng.random() < 0.7:
            return
        message = self._open_one(person)
        number, reason = number_of(message), f"Because of {next(self._numbers)}"
        await self._clear(person)
        self._sent(await self._press(person, message, "menu", f"withdraw:{number}"))
        view = await self._window(person, message.channel, {"withdraw"})
        if await self._submit(person, view, {"reason": reason}):
            self._promise("withdrawn", person, number, reason)

    async def add_view(self, person: UserSession) -> None:
        """Add one's own view to somebody's decision, or change it."""
        message = self._open_one(person, decides=False)
        await self._clear(person)
        self._sent(await self._press(person, message, "add_view"))
        view = await self._window(person, message.channel, {"questions", "review"})
        if await self._submit(person, await self._through(person, view, {})):
            self._promise("view", person, number_of(message))

    async def post_digest(self, person: UserSession) -> None:
        """Look at a channel's digest, and post it at once; rarely, as it is done so quickly."""
        if self.stage.rng.random() < 0.7:
            return
        channel = self._channel(person)
        kept = self.stage.playground.workspace.messages[self.stage.playground.channel(channel).id]
        births, so_far = self.stage.births, len(kept)
        self._sent(await self._type(person, channel, "digest now"))

        def shown() -> SlackMessage | None:
            mine = (message for message in kept[so_far:] if message.ephemeral_to == person.id)
            return next((message for message in mine if POST_DIGEST in actions_of(message)), None)

        await self.stage.until(lambda: shown() or self.stage.births > births, _WINDOW_SECONDS)
        preview = shown()
        if preview is None:
            raise GaveUp
        token = button_of(preview, POST_DIGEST)["value"]
        await self._press_for("digest", person, preview, POST_DIGEST, str(token))

    async def _through(self, person: UserSession, view: View, first: dict[str, object]) -> View:
        """Submit page after page, up to the last one."""
        for _ in range(20):
            if view.callback_id == "review":
                return view
            answers = first if view.callback_id == "workflow" else self._answers(view)
            await self._submit(person, view, answers)
            if person.modal is None or person.modal.title == FAILED:
                break
            view = person.modal
        raise GaveUp

    def _answers(self, view: View) -> dict[str, object]:
        return {
            block["block_id"]: self.stage.rng.choice(block["element"]["options"])["value"]
            for block in view.blocks
            if block["type"] == "input" and block["block_id"].startswith("question:")
        }

    async def _submit(
        self, person: UserSession, view: View, answers: dict[str, object] | None = None
    ) -> bool:
        """Submit a modal, again if the bot is gone; whether it was carried out."""
        for _ in range(_PRESSES):
            self.stage.choose_bot()
            delivery = await person.submit(view, dict(answers or {}))
            if delivery.ok:
                return FAILED not in delivery.body and '"errors"' not in delivery.body
            self._note(delivery)
            await self._until_back()
        raise GaveUp

    async def _window(self, person: UserSession, channel: str, expected: Collection[str]) -> View:
        """Wait for a window that was asked for in a channel, or a word instead of it."""
        births, kept = self.stage.births, self.stage.playground.workspace.messages[channel]
        so_far = len(kept)

        def there() -> bool:
            modal = person.modal
            return modal is not None and modal.callback_id in expected

        def refused() -> bool:
            return any(message.ephemeral_to == person.id for message in kept[so_far:])

        await self.stage.until(
            lambda: there() or refused() or self.stage.births > births, _WINDOW_SECONDS
        )
        if person.modal is None or not there():
            raise GaveUp
        return person.modal

    async def _type(self, person: UserSession, channel: str, words: str = "") -> Dispatch:
        self.stage.choose_bot()
        return await person.command(channel, "/ragvsft", words)

    async def _press(
        self, person: UserSession, message: SlackMessage, action: str, value: object = None
    ) -> Dispatch:
        self.stage.choose_bot()
        return await person.click(message, action, value)

    async def _clear(self, person: UserSession) -> None:
        if person.modal is not None:
            await person.close(person.modal, everything=True)

    async def _until_back(self) -> None:
        births = self.stage.births
        await self.stage.until(lambda: self.stage.births > births or self.resting, 1)

    def _sent(self, delivery: Dispatch) -> None:
        if not delivery.ok:
            self._note(delivery)
            raise GaveUp

    def _note(self, delivery: Dispatch) -> None:
        """Keep a request that the bot answered, and not with 200: it must never do that."""
        if delivery.status not in {None, 200}:
            self.errors.append(delivery)

    def _promise(self, what: str, person: UserSession, number: int | None, mark: str = "") -> None:
        """Note what a modal promised: its answer says at once if it could not be done."""
        self.promises.append(Promise(what, person.id, None, 0, number, mark))

    async def _press_for(
        self, what: str, person: UserSession, message: SlackMessage, action: str, mark: str = ""
    ) -> None:
        """Press a button, and note what it promised; a word may still take it back."""
        before = len(self.stage.playground.workspace.messages[message.channel])
        self._sent(await self._press(person, message, action))
        number = None if what == "digest" else number_of(message)
        promise = Promise(what, person.id, message.channel, before, number, mark)
        self.promises.append(promise)

    def _channel(self, person: UserSession) -> str:
        there = [c for c in CHANNELS if person.id in self.stage.playground.channel(c).members]
        return self.stage.rng.choice(there)

    def _open_one(self, person: UserSession, *, decides: bool = True) -> SlackMessage:
        """An announcement whose decision is open, as far as the person can see."""
        found = [
            message
            for message in person.sees(self._channel(person))[-40:]
            if "accept" in actions_of(message)
            and (person.id in self.deciders.get(title_of(message), ())) == decides
        ]
        if not found:
            raise GaveUp
        return self.stage.rng.choice(found)

    def _is_there(self, key: str) -> bool:
        channels = self.stage.playground.workspace.messages.values()
        return any(key_of(message) == key for kept in channels for message in kept)
