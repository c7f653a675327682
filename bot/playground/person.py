"""A person of the workspace, as tests and demos act through them."""

from bot.playground.blockkit.surfaces import elements_of
from bot.playground.deliver import actions, modals, people
from bot.playground.fields import STATE_KEYS, state_of
from bot.playground.filling import accept_plain, option_of
from bot.playground.ledger import Delivery
from bot.playground.model import Channel, Json, Message, Person, View
from bot.playground.refused import NotPossible
from bot.playground.team import Team
from bot.playground.world import World


class Actor:
    """What one person does and sees. Channels are given by name or id."""

    def __init__(self, world: World, team: Team, person: Person) -> None:
        self._world = world
        self._team = team
        self.person = person

    @property
    def id(self) -> str:
        """The person's id."""
        return self.person.id

    @property
    def stack(self) -> list[View]:
        """The modals before this person, bottom to top."""
        return self._team.stack(self.id)

    @property
    def modal(self) -> View | None:
        """The modal in front, or None."""
        return self.stack[-1] if self.stack else None

    @property
    def home(self) -> View | None:
        """This person's Home tab as the app has published it, or None."""
        return self._team.homes.get(self.id)

    @property
    def notices(self) -> list[str]:
        """What Slack has told this person near the composer."""
        return [notice.text for notice in self._team.notices if notice.person == self.id]

    @property
    def im(self) -> Channel:
        """The direct conversation with the app."""
        return self._team.im(self.id)

    def sees(self, channel: str) -> list[Message]:
        """The messages in a channel, oldest first: no replies, ephemeral ones to them included.

        Raises:
            NotPossible: this person does not see the channel.
        """
        return [m for m in self._visible(self._channel(channel)) if not m.is_reply]

    def thread(self, parent: Message) -> list[Message]:
        """The replies below a message, ephemeral ones to this person included."""
        channel = self._team.channels[parent.channel]
        return [m for m in self._visible(channel) if m.is_reply and m.thread_ts == parent.ts]

    async def command(self, channel: str, name: str, text: str = "") -> Delivery:
        """Type a slash command.

        Raises:
            NotPossible: Slack's client would not send it.
        """
        where = self._channel(channel)
        return await people.run_command(self._world, self._team, self.person, where, name, text)

    def say(self, channel: str, text: str, thread_ts: str | None = None) -> Message:
        """Post a message.

        Raises:
            NotPossible: this person can't write there.
        """
        where = self._channel(channel)
        return people.say(self._world, self._team, self.person, where, text, thread_ts)

    async def click(
        self,
        place: Message | View,
        action_id: str,
        value: object = None,
        block_id: str | None = None,
    ) -> Delivery:
        """Press a button or choose from a menu.

        Args:
            place: the message, modal or Home tab with the element.
            action_id: the element.
            value: what to choose: the value or words of an option, a date, people's names.
            block_id: the block, where several have elements with the same action_id.

        Raises:
            NotPossible: there is no such element, or this person can't use it.
        """
        block, element = self._find(place, action_id, block_id)
        chosen: Json = {}
        if element["type"] == "overflow":
            chosen = {"selected_option": option_of(element, str(value))}
        elif element["type"] == "feedback_buttons":
            chosen = {"value": value}
        elif element["type"] in STATE_KEYS:
            chosen = self._state(block, element, value)
        return await actions.act(
            self._world,
            self._team,
            self.person,
            place,
            block["block_id"],
            element["action_id"],
            chosen,
        )

    def fill(self, view: View, answers: Json) -> None:
        """Fill fields of a view in, by block_id and with plain values.

        Raises:
            NotPossible: there is no such field, or it does not offer the value.
        """
        accept_plain(self._team, view, answers)
        self._world.changed()

    async def submit(self, view: View, answers: Json | None = None) -> Delivery:
        """Fill fields in and submit the modal.

        Raises:
            NotPossible: a field is not filled in well, or the modal is not in front.
        """
        self.fill(view, answers or {})
        return await modals.submit(self._world, self._team, self.person, view)

    async def close(self, view: View, *, everything: bool = False) -> Delivery | None:
        """Cancel the modal in front, or close all of them (the x).

        Raises:
            NotPossible: it is not in front.
        """
        return await modals.close(self._world, self._team, self.person, view, everything=everything)

    async def open_home(self, tab: str = "home") -> Delivery:
        """Open the app's Home (or Messages) tab."""
        return await people.open_home(self._world, self._team, self.person, tab)

    async def message_shortcut(self, message: Message, callback_id: str) -> Delivery:
        """Use a shortcut on a message.

        Raises:
            NotPossible: the app has no such shortcut for this person.
        """
        return await people.use_shortcut(self._world, self._team, self.person, callback_id, message)

    async def global_shortcut(self, callback_id: str) -> Delivery:
        """Use a global shortcut.

        Raises:
            NotPossible: the app has no such shortcut for this person.
        """
        return await people.use_shortcut(self._world, self._team, self.person, callback_id)

    def _channel(self, name_or_id: str) -> Channel:
        channel = self._team.channel(name_or_id)
        if not self._team.can_see(self.id, channel):
            raise NotPossible("unknown_channel", f"{self.person.name} does not see {name_or_id}")
        return channel

    def _visible(self, channel: Channel) -> list[Message]:
        return self._team.seen_by(self.id, channel.id)

    def _find(
        self, place: Message | View, action_id: str, block_id: str | None
    ) -> tuple[Json, Json]:
        found = [
            (block, element)
            for block in place.blocks
            for element, _ in elements_of(block)
            if element["action_id"] == action_id and block_id in {None, block["block_id"]}
        ]
        if len(found) != 1:
            there = [e["action_id"] for block in place.blocks for e, _ in elements_of(block)]
            raise NotPossible(
                "no_such_element", f"{len(found)} elements {action_id!r}; there are {there}"
            )
        return found[0]

    def _state(self, block: Json, element: Json, value: object) -> Json:
        probe = View("", self.id, "modal", {"blocks": [block]}, "", "")
        accept_plain(self._team, probe, {block["block_id"]: value})
        state: Json = probe.values[block["block_id"]][element["action_id"]]
        return state if value is not None else state_of(element)
