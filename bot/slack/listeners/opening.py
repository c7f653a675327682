"""Opening a modal: at once, or with a button when Slack did not let us in time."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.questionnaire import Page
from bot.slack.pages import modal_of
from bot.slack.payloads import who
from bot.slack.refusals import UNREACHABLE, refusal_of
from bot.slack.responses import respond_privately
from bot.slack.views.notices import open_again


class NotOpened(Exception):
    """Slack was too slow, or too busy, to open a modal; it may open at another press."""


async def open_modal(
    desk: Desk, client: AsyncWebClient, body: Mapping[str, Any], page: Page
) -> None:
    """Open a page as a modal; if Slack refuses or is away, leave a button that opens it.

    Raises:
        SlackApiError: Slack refuses the modal itself, which is our fault.
    """
    try:
        await open_view(client, body, await modal_of(desk, page))
    except NotOpened:
        await _offer_to_open(desk, body, page)


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
        if refusal_of(error).error in {"hash_conflict", "not_found"}:
            return
        raise
    except UNREACHABLE as error:
        raise NotOpened from error


def _may_work_later(error: SlackApiError) -> bool:
    """Return whether opening failed for the time it took, or for Slack's own trouble."""
    refusal = refusal_of(error)
    return (
        "trigger" in refusal.error
        or "trigger_id" in refusal.details
        or refusal.error in {"ratelimited", "internal_error", "fatal_error", "service_unavailable"}
        or refusal.status >= 429
    )


async def _offer_to_open(desk: Desk, body: Mapping[str, Any], page: Page) -> None:
    if not await respond_privately(body, open_again(page.draft.id)):
        await desk.promise_to_open(who(body), page.draft.id)
