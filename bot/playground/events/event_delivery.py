"""Events and their retries.

Source of the retries: docs.slack.dev/apis/events-api#retries.
"""

from datetime import timedelta

from bot.playground.events.interaction_payloads import event_payload
from bot.playground.request_log import Dispatch
from bot.playground.slack_model import Json
from bot.playground.workspace import Workspace

RETRY_DELAYS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""On the clock of the local Slack."""


async def send_event(workspace: Workspace, event: Json) -> Dispatch:
    """Send an event to the app and return the first attempt; retry in the background."""
    slack, payload = workspace.slack, event_payload(workspace, event)
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
