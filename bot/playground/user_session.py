"""A user of Slack's client, for tests and demos."""

from bot.playground.blockkit import interactive_elements
from bot.playground.events import interactivity, user_actions
from bot.playground.form_input import STATE_KEYS, element_state, fill, find_option
from bot.playground.request_log import ClientError, Dispatch
from bot.playground.slack_model import Channel, Json, SlackMessage, SlackUser, View
from bot.playground.workspace import Workspace


class UserSession:
    """What one user does and sees. Channels are given by name or id.

    The actions raise `ClientError` if Slack's client would not allow them to this user.
    """

    def __init__(self, workspace: Workspace, user: SlackUser) -> None:
        self._workspace = workspace
        self.user = user

    @property
    def id(self) -> str:
        """The user's id."""
        return self.user.id

    @property
    def modals(self) -> list[View]:
        """The open modals, bottom to top."""
        return self._workspace.modals(self.id)

    @property
    def modal(self) -> View | None:
        """The topmost modal, or None."""
        return self.modals[-1] if self.modals else None

    @property
    def home(self) -> View | None:
        """The published Home tab, or None."""
        return self._workspace.homes.get(self.id)

    @property
    def notices(self) -> list[str]:
        """The lines that Slack showed near the composer."""
        return [notice.text for notice in self._workspace.notices if notice.user_id == self.id]

    @property
    def im(self) -> Channel:
        """The direct conversation with the app."""
        return self._workspace.im(self.id)

    def sees(self, channel: str) -> list[SlackMessage]:
        """Return the visible messages of a channel, oldest first, without replies."""
        visible = self._workspace.visible_messages(self.id, self._channel(channel).id)
        return [message for message in visible if not message.is_reply]

    def thread(self, parent: SlackMessage) -> list[SlackMessage]:
        """Return the visible replies to a message."""
        visible = self._workspace.visible_messages(self.id, parent.channel)
        return [m for m in visible if m.is_reply and m.thread_ts == parent.ts]

    async def command(self, channel: str, name: str, text: str = "") -> Dispatch:
        """Run a slash command."""
        return await user_actions.run_command(
            self._workspace, self.user, self._channel(channel), name, text
        )

    def say(self, channel: str, text: str, thread_ts: str | None = None) -> SlackMessage:
        """Post a message."""
        return user_actions.send_message(
            self._workspace, self.user, self._channel(channel), text, thread_ts
        )

    async def click(
        self,
        container: SlackMessage | View,
        action_id: str,
        value: object = None,
        block_id: str | None = None,
    ) -> Dispatch:
        """Press a button or choose from a menu.

        Args:
            container: the message, modal or Home tab with the element.
            action_id: the element.
            value: what to choose: the value or text of an option, a date, names of users.
            block_id: the block, if several have elements with the same action_id.
        """
        block, element = _find_element(container, action_id, block_id)
        chosen: Json = {}
        if element["type"] == "overflow":
            chosen = {"selected_option": find_option(element, str(value))}
        elif element["type"] == "feedback_buttons":
            chosen = {"value": value}
        elif element["type"] in STATE_KEYS:
            chosen = self._element_state(block, element, value)
        return await interactivity.use_element(
            self._workspace,
            self.user,
            container,
            block["block_id"],
            element["action_id"],
            chosen,
        )

    def fill(self, view: View, answers: Json) -> None:
        """Fill plain values into a view, by block_id."""
        fill(self._workspace, view, answers)
        self._workspace.slack.mark_changed()

    async def submit(self, view: View, answers: Json | None = None) -> Dispatch:
        """Fill plain values into the topmost modal and submit it."""
        self.fill(view, answers or {})
        return await interactivity.submit_modal(self._workspace, self.user, view)

    async def close(self, view: View, *, everything: bool = False) -> Dispatch | None:
        """Cancel the topmost modal, or close all of them (the x)."""
        return await interactivity.close_modal(
            self._workspace, self.user, view, everything=everything
        )

    async def open_home(self, tab: str = "home") -> Dispatch:
        """Open the app's Home (or Messages) tab."""
        return await user_actions.open_home(self._workspace, self.user, tab)

    async def message_shortcut(self, message: SlackMessage, callback_id: str) -> Dispatch:
        """Use a shortcut on a message."""
        return await user_actions.use_shortcut(self._workspace, self.user, callback_id, message)

    async def global_shortcut(self, callback_id: str) -> Dispatch:
        """Use a global shortcut."""
        return await user_actions.use_shortcut(self._workspace, self.user, callback_id)

    def _channel(self, name_or_id: str) -> Channel:
        channel = self._workspace.channel(name_or_id)
        if not self._workspace.can_see(self.id, channel):
            raise ClientError("unknown_channel", f"{self.user.name} does not see {name_or_id}")
        return channel

    def _element_state(self, block: Json, element: Json, value: object) -> Json:
        if value is None:
            return element_state(element)
        scratch = View("", self.id, "modal", {"blocks": [block]}, "", "")
        fill(self._workspace, scratch, {block["block_id"]: value})
        state: Json = scratch.values[block["block_id"]][element["action_id"]]
        return state


def _find_element(
    container: SlackMessage | View, action_id: str, block_id: str | None
) -> tuple[Json, Json]:
    elements = [
        (block, element) for block in container.blocks for element, _ in interactive_elements(block)
    ]
    found = [
        (block, element)
        for block, element in elements
        if element["action_id"] == action_id and block_id in {None, block["block_id"]}
    ]
    if len(found) != 1:
        known = [element["action_id"] for _, element in elements]
        raise ClientError(
            "no_such_element", f"{len(found)} elements {action_id!r}; there are {known}"
        )
    return found[0]
