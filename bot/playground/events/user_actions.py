"""Commands, messages, shortcuts and App Home; events with the retries of the Events API.

Source of the retries: docs.slack.dev/apis/events-api#retries.
"""

from datetime import timedelta

from bot.playground.channel_messages import check_thread, escape_text, post_user_message
from bot.playground.events import interaction_payloads as payloads
from bot.playground.events.message_responses import parse_command_ack, post_response
from bot.playground.request_log import ClientError, Dispatch, RequestRejected
from bot.playground.slack_model import Channel, Json, SlackMessage, SlackUser
from bot.playground.view_lifecycle import view_payload
from bot.playground.workspace import Workspace

RETRY_DELAYS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""On the clock of the local Slack."""


async def run_command(
    workspace: Workspace, user: SlackUser, channel: Channel, name: str, text: str
) -> Dispatch:
    """Send a slash command to the app and show its response.

    Raises:
        ClientError: the user has no such command or can't write in the channel.
    """
    _check_writable(user, channel)
    is_known = name in {command.name for command in workspace.slack.app.commands}
    if not is_known or not workspace.has_app(user):
        message = f"{name} is not a valid command."
        workspace.add_notice(user, message)
        raise ClientError("unknown_command", message)
    # That & < > arrive escaped in the text is observed, not documented.
    payload = payloads.slash_command_payload(workspace, user, channel, name, escape_text(text))
    dispatch = await workspace.slack.transport.send("slash_commands", payload)
    if dispatch.error is not None:
        workspace.add_notice(user, f'{name} failed with the error "{dispatch.error}"')
        return dispatch
    try:
        response = parse_command_ack(dispatch)
        if response is not None:
            post_response(workspace, user, channel, response, f"{name} {text}".strip())
    except RequestRejected as rejected:
        workspace.slack.log_rejection("slash command response", rejected)
        workspace.add_notice(user, f'{name} failed with the error "invalid_command_response"')
    workspace.slack.mark_changed()
    return dispatch


def send_message(
    workspace: Workspace,
    user: SlackUser,
    channel: Channel,
    text: str,
    thread_ts: str | None = None,
) -> SlackMessage:
    """Post a message of a user.

    Raises:
        ClientError: the user can't write in the channel, the text is empty, or there is no such
            thread.
    """
    _check_writable(user, channel)
    if not text.strip():
        raise ClientError("no_text", "Write something first.")
    try:
        check_thread(workspace, channel, thread_ts)
    except RequestRejected as rejected:
        raise ClientError(rejected.error, "There is no such thread.") from rejected
    return post_user_message(workspace, channel, user.id, text, thread_ts)


async def use_shortcut(
    workspace: Workspace, user: SlackUser, callback_id: str, message: SlackMessage | None = None
) -> Dispatch:
    """Send a shortcut to the app: on a message if one is given, else a global one.

    Raises:
        ClientError: the user has no such shortcut.
    """
    kind = "global" if message is None else "message"
    offered = {(s.type, s.callback_id) for s in workspace.slack.app.shortcuts}
    if not workspace.has_app(user) or (kind, callback_id) not in offered:
        raise ClientError("unknown_shortcut", f"there is no {kind} shortcut {callback_id!r}")
    if message is None:
        payload = payloads.global_shortcut_payload(workspace, user, callback_id)
    else:
        payload = payloads.message_shortcut_payload(workspace, user, message, callback_id)
    dispatch = await workspace.slack.transport.send("interactive", payload)
    if dispatch.error is not None:
        workspace.add_notice(user, f'The shortcut failed with the error "{dispatch.error}"')
    workspace.slack.mark_changed()
    return dispatch


async def open_home(workspace: Workspace, user: SlackUser, tab: str) -> Dispatch:
    """Open the app's Home (or Messages) tab, which sends `app_home_opened`.

    Raises:
        ClientError: there is no such tab, or the user does not have the app.
    """
    if not workspace.has_app(user):
        app_name = workspace.slack.app.name
        raise ClientError("no_app", f"{app_name} is not installed where {user.name} is.")
    if tab not in {"home", "messages"}:
        raise ClientError("unknown_tab", f"there is no tab {tab!r}; there are home and messages")
    event: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": workspace.im(user.id).id,
        "tab": tab,
    }
    view = workspace.homes.get(user.id)
    if tab == "home" and view is not None:
        event["view"] = view_payload(workspace, view)
    return await send_event(workspace, event)


async def send_event(workspace: Workspace, event: Json) -> Dispatch:
    """Send an event to the app; retry in the background if it fails.

    Returns:
        The first attempt.
    """
    slack, payload = workspace.slack, payloads.event_payload(workspace, event)
    first = await slack.transport.send("events_api", payload)
    if not first.ok and not first.no_retry:
        slack.spawn(_retry_event(workspace, payload, first))
    slack.mark_changed()
    return first


async def _retry_event(workspace: Workspace, payload: Json, last: Dispatch) -> None:
    slack = workspace.slack
    for attempt, delay in enumerate(RETRY_DELAYS, start=1):
        await slack.sleep_until(slack.now() + delay)
        last = await slack.transport.send("events_api", payload, attempt, last.retry_reason)
        slack.mark_changed()
        if last.ok or last.no_retry:
            return


async def uninstall_app(workspace: Workspace) -> list[Dispatch]:
    """Revoke the app's token and send `tokens_revoked` and `app_uninstalled`."""
    workspace.installation.is_revoked = True
    tokens = {"oauth": [], "bot": [workspace.installation.bot_user_id]}
    return [
        await send_event(workspace, {"type": "tokens_revoked", "tokens": tokens}),
        await send_event(workspace, {"type": "app_uninstalled"}),
    ]


def _check_writable(user: SlackUser, channel: Channel) -> None:
    if channel.is_archived:
        raise ClientError("is_archived", f"#{channel.name} is archived.")
    if user.id not in channel.members:
        raise ClientError("not_in_channel", f"{user.real_name} is not in #{channel.name}.")
