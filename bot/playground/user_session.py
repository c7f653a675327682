"""A user of Slack's client: for the page, tests and demos."""

from bot.playground.blockkit import interactive_elements
from bot.playground.channel_messages import check_thread, escape_text, post_user_message
from bot.playground.events import interaction_payloads as payloads
from bot.playground.events import interactivity
from bot.playground.events.event_delivery import send_event
from bot.playground.events.message_responses import parse_command_ack, post_response
from bot.playground.form_input import STATE_KEYS, element_state, fill, find_option
from bot.playground.request_log import ClientError, Dispatch, RequestRejected
from bot.playground.slack_model import Channel, Json, SlackMessage, SlackUser, View
from bot.playground.view_lifecycle import view_payload
from bot.playground.workspace import Workspace


class UserSession:
    """What one user does and sees. Channels are given by name or id.

    The actions raise `ClientError` if Slack's client would not allow them to this user.
    """

    def __init__(self, workspace: Workspace, user: SlackUser) -> None:
        self.workspace = workspace
        self.user = user
        self.id = user.id

    @property
    def modals(self) -> list[View]:
        """The open modals, bottom to top."""
        return self.workspace.modals(self.id)

    @property
    def modal(self) -> View | None:
        """The topmost modal, or None."""
        return self.modals[-1] if self.modals else None

    @property
    def home(self) -> View | None:
        """The published Home tab, or None."""
        return self.workspace.homes.get(self.id)

    @property
    def notices(self) -> list[str]:
        """The lines that Slack showed near the composer."""
        return [notice.text for notice in self.workspace.notices if notice.user_id == self.id]

    @property
    def im(self) -> Channel:
        """The direct conversation with the app."""
        return self.workspace.im(self.id)

    def channel(self, name_or_id: str) -> Channel:
        """Return a channel that the user sees."""
        for channel in self.workspace.channels.values():
            is_named = name_or_id.removeprefix("#") in {channel.id, channel.name}
            if is_named and self.workspace.can_see(self.id, channel):
                return channel
        raise ClientError("unknown_channel", f"{self.user.name} sees no channel {name_or_id}.")

    def sees(self, channel: str) -> list[SlackMessage]:
        """Return the visible messages of a channel, oldest first, without replies."""
        visible = self.workspace.visible_messages(self.id, self.channel(channel).id)
        return [message for message in visible if not message.is_reply]

    def thread(self, parent: SlackMessage) -> list[SlackMessage]:
        """Return the visible replies to a message."""
        visible = self.workspace.visible_messages(self.id, parent.channel)
        return [m for m in visible if m.is_reply and m.thread_ts == parent.ts]

    async def command(self, channel: str, name: str, text: str = "") -> Dispatch:
        """Run a slash command and show the app's response."""
        workspace, user, target = self.workspace, self.user, self._writable_channel(channel)
        is_known = name in {command.name for command in workspace.slack.app.commands}
        if not is_known or not workspace.has_app(user):
            message = f"{name} is not a valid command."
            workspace.add_notice(user, message)
            raise ClientError("unknown_command", message)
        # That & < > arrive escaped in the text is observed, not documented.
        payload = payloads.slash_command_payload(workspace, user, target, name, escape_text(text))
        dispatch = await workspace.slack.transport.send("slash_commands", payload)
        if dispatch.error is not None:
            workspace.add_notice(user, f'{name} failed with the error "{dispatch.error}"')
            return dispatch
        try:
            response = parse_command_ack(dispatch)
            if response is not None:
                post_response(workspace, user, target, response, f"{name} {text}".strip())
        except RequestRejected as rejected:
            workspace.slack.log_rejection("slash command response", rejected)
            workspace.add_notice(user, f'{name} failed with the error "invalid_command_response"')
        workspace.slack.mark_changed()
        return dispatch

    def say(self, channel: str, text: str, thread_ts: str | None = None) -> SlackMessage:
        """Post a message."""
        target = self._writable_channel(channel)
        if not text.strip():
            raise ClientError("no_text", "Write something first.")
        try:
            check_thread(self.workspace, target, thread_ts)
        except RequestRejected as rejected:
            raise ClientError(rejected.error, "There is no such thread.") from rejected
        return post_user_message(self.workspace, target, self.id, text, thread_ts)

    async def click(
        self,
        container: SlackMessage | View,
        action_id: str,
        value: object = None,
        block_id: str | None = None,
    ) -> Dispatch:
        """Press a button or choose from a menu in a message, modal or Home tab.

        `value` is the value or text of an option, a date, or names of users. The `block_id` is
        needed if several blocks have elements with the same action_id.
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
            self.workspace, self.user, container, block["block_id"], action_id, chosen
        )

    def fill(self, view: View, answers: Json) -> None:
        """Fill plain values into a view, by block_id."""
        fill(self.workspace, view, answers)
        self.workspace.slack.mark_changed()

    async def submit(self, view: View, answers: Json | None = None) -> Dispatch:
        """Fill plain values into the topmost modal and submit it."""
        self.fill(view, answers or {})
        return await interactivity.submit_modal(self.workspace, self.user, view)

    async def close(self, view: View, *, everything: bool = False) -> Dispatch | None:
        """Cancel the topmost modal, or close all of them (the x)."""
        return await interactivity.close_modal(
            self.workspace, self.user, view, everything=everything
        )

    async def open_home(self, tab: str = "home") -> Dispatch:
        """Open the app's Home (or Messages) tab, which sends `app_home_opened`."""
        workspace, user = self.workspace, self.user
        if not workspace.has_app(user):
            app_name = workspace.slack.app.name
            raise ClientError("no_app", f"{app_name} is not installed where {user.name} is.")
        if tab not in {"home", "messages"}:
            raise ClientError("unknown_tab", f"there is no tab {tab!r}, only home and messages")
        event: Json = {"type": "app_home_opened", "user": user.id}
        event |= {"channel": self.im.id, "tab": tab}
        if tab == "home" and self.home is not None:
            event["view"] = view_payload(workspace, self.home)
        return await send_event(workspace, event)

    async def message_shortcut(self, message: SlackMessage, callback_id: str) -> Dispatch:
        """Use a shortcut on a message."""
        self._check_shortcut("message", callback_id)
        return await self._send_shortcut(
            payloads.message_shortcut_payload(self.workspace, self.user, message, callback_id)
        )

    async def global_shortcut(self, callback_id: str) -> Dispatch:
        """Use a global shortcut."""
        self._check_shortcut("global", callback_id)
        return await self._send_shortcut(
            payloads.global_shortcut_payload(self.workspace, self.user, callback_id)
        )

    def _check_shortcut(self, kind: str, callback_id: str) -> None:
        offered = {(s.type, s.callback_id) for s in self.workspace.slack.app.shortcuts}
        if not self.workspace.has_app(self.user) or (kind, callback_id) not in offered:
            raise ClientError("unknown_shortcut", f"there is no {kind} shortcut {callback_id!r}")

    async def _send_shortcut(self, payload: Json) -> Dispatch:
        dispatch = await self.workspace.slack.transport.send("interactive", payload)
        if dispatch.error is not None:
            message = f'The shortcut failed with the error "{dispatch.error}"'
            self.workspace.add_notice(self.user, message)
        self.workspace.slack.mark_changed()
        return dispatch

    def _writable_channel(self, name_or_id: str) -> Channel:
        channel = self.channel(name_or_id)
        if channel.is_archived:
            raise ClientError("is_archived", f"#{channel.name} is archived.")
        if self.id not in channel.members:
            raise ClientError("not_in_channel", f"{self.user.real_name} is not in #{channel.name}.")
        return channel

    def _element_state(self, block: Json, element: Json, value: object) -> Json:
        if value is None:
            return element_state(element)
        scratch = View("", self.id, "modal", {"blocks": [block]}, "", "")
        fill(self.workspace, scratch, {block["block_id"]: value})
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
        message = f"{len(found)} elements {action_id!r}; there are {known}"
        raise ClientError("no_such_element", message)
    return found[0]
