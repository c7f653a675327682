"""Opening a modal: at once, or with a button when Slack did not let us in time."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.questionnaire import Page
from bot.slack.payloads import who
from bot.slack.responses import respond_privately
from bot.slack.views.notices import open_again
from bot.slack.views.questionnaire import modal


async def open_modal(
    desk: Desk, client: AsyncWebClient, body: Mapping[str, Any], page: Page
) -> None:
    """Open a page as a modal; if Slack refuses or is away, leave a button that opens it.

    Raises:
        SlackApiError: Slack refuses the modal itself, which is our fault.
    """
    try:
        await client.views_open(trigger_id=body["trigger_id"], view=modal(page))
    except SlackApiError as error:
        if not _may_work_later(error):
            raise
        await _offer_to_open(desk, body, page)
    except (SlackClientError, OSError, TimeoutError):
        await _offer_to_open(desk, body, page)


def _may_work_later(error: SlackApiError) -> bool:
    """Return whether opening failed for the time it took, or for Slack's own trouble."""
    reason = error.response.get("error", "")
    messages = str(error.response.get("response_metadata", ""))
    return (
        "trigger" in reason
        or "trigger_id" in messages
        or reason in {"ratelimited", "internal_error", "fatal_error", "service_unavailable"}
        or error.response.status_code >= 429
    )


async def _offer_to_open(desk: Desk, body: Mapping[str, Any], page: Page) -> None:
    response_url = body.get("response_url")
    message = open_again(page.draft.id)
    if not (response_url and await respond_privately(response_url, message)):
        await desk.promise_to_open(who(body), page.draft.id)
