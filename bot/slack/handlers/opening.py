"""Opening a modal: at once, or with a button when Slack did not let us in time."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.questionnaire import Page
from bot.services.services import Services
from bot.slack.pages import modal_of
from bot.slack.replies import respond_privately
from bot.slack.views.notices import open_again
from bot.slackkit.api_errors import (
    RATE_LIMITED,
    SERVER_ERRORS,
    TEMPORARY,
    UNREACHABLE,
    VIEW_OUTDATED,
    api_error_of,
)
from bot.slackkit.payloads import sender


class NotOpened(Exception):
    """Slack was too slow, or too busy, to open a modal; it may open at another press."""


async def open_modal(
    services: Services, client: AsyncWebClient, body: Mapping[str, Any], page: Page
) -> None:
    """Open a page as a modal; if Slack refuses or is away, leave a button that opens it.

    Raises:
        SlackApiError: Slack refuses the modal itself, which is our fault.
    """
    try:
        await open_view(client, body, await modal_of(services, page))
    except NotOpened:
        await _offer_to_open(services, body, page)


async def open_view(
    client: AsyncWebClient, body: Mapping[str, Any], view: Mapping[str, Any]
) -> None:
    """Open a modal.

    Raises:
        NotOpened: for the time it took, or for Slack's own trouble.
        SlackApiError: Slack refuses the modal itself, which is our fault.
    """
    try:
        await client.views_open(trigger_id=body["trigger_id"], view=dict(view))
    except SlackApiError as error:
        if not _may_work_later(error):
            raise
        raise NotOpened from error
    except UNREACHABLE as error:
        raise NotOpened from error


async def update_view(
    client: AsyncWebClient, view: Mapping[str, Any], shown: Mapping[str, Any]
) -> None:
    """Show another page in an open modal, unless the person has moved on in the meantime.

    Raises:
        NotOpened: Slack is slow, or busy.
        SlackApiError: Slack refuses the modal itself, which is our fault.
    """
    try:
        await client.views_update(view_id=view["id"], hash=view["hash"], view=dict(shown))
    except SlackApiError as error:
        if api_error_of(error).error in VIEW_OUTDATED:
            return
        raise
    except UNREACHABLE as error:
        raise NotOpened from error


def _may_work_later(error: SlackApiError) -> bool:
    """Return whether opening failed for the time it took, or for Slack's own trouble."""
    refusal = api_error_of(error)
    return (
        "trigger" in refusal.error
        or "trigger_id" in refusal.details
        or refusal.error in RATE_LIMITED | SERVER_ERRORS | TEMPORARY
        or refusal.status >= 429
    )


async def _offer_to_open(services: Services, body: Mapping[str, Any], page: Page) -> None:
    if not await respond_privately(body, open_again(page.draft.id)):
        await services.promise_to_open(sender(body), page.draft.id)
