"""Open and update modals; if Slack is too slow for that, leave a button that opens one."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import DraftPurpose
from bot.decisions.questionnaire import Page, ResultPage
from bot.services.services import Services
from bot.slack.replies import respond_privately
from bot.slack.views.notices import open_again
from bot.slack.views.questionnaire import questionnaire_modal
from bot.slackkit.api_errors import (
    RATE_LIMITED,
    SERVER_ERRORS,
    TEMPORARY,
    UNREACHABLE,
    VIEW_OUTDATED,
    api_error_of,
    call_slack,
)
from bot.slackkit.metadata import response_url_of
from bot.slackkit.origin import ORIGIN, marked_view
from bot.slackkit.payloads import sender


class NotOpened(Exception):
    """Slack was too slow or too busy to open a modal; another press may succeed."""


async def page_view(
    services: Services, page: Page, response_url: str | None = None
) -> dict[str, Any]:
    """Return the modal of a questionnaire page; the last page lists similar past decisions.

    Args:
        services: the use cases.
        page: the page.
        response_url: that of the command or press that opened the questionnaire.
    """
    if isinstance(page, ResultPage) and page.draft.purpose is not DraftPurpose.PERSPECTIVE:
        found = await services.search.similar(page.draft)
        return questionnaire_modal(page, found, response_url)
    return questionnaire_modal(page, response_url=response_url)


async def open_page(
    services: Services, client: AsyncWebClient, body: Mapping[str, Any], page: Page
) -> None:
    """Open a questionnaire page; if Slack is too slow, send a button that opens it.

    Raises:
        SlackApiError: Slack rejects the modal itself, which is a bug of ours.
    """
    try:
        view = await page_view(services, page, response_url_of(body))
        await open_view(client, body, view)
    except NotOpened:
        if not await respond_privately(body, open_again(page.draft.id)):
            await services.offer_modal(sender(body), page.draft.id)


async def open_view(
    client: AsyncWebClient, body: Mapping[str, Any], view: Mapping[str, Any]
) -> None:
    """Open a modal, on top of the one in which the person acted.

    Raises:
        NotOpened: the trigger expired, or Slack is unavailable.
        SlackApiError: Slack rejects the modal itself, which is a bug of ours.
    """
    shown = body.get("view")
    in_modal = isinstance(shown, Mapping) and shown.get("type") == "modal"
    call = client.views_push if in_modal else client.views_open
    try:
        marked = marked_view(view, sender(body).workspace)
        await call_slack(call(trigger_id=body["trigger_id"], view=marked))
    except SlackApiError as error:
        if not _is_transient(error):
            raise
        raise NotOpened from error
    except UNREACHABLE as error:
        raise NotOpened from error


async def update_view(
    client: AsyncWebClient, view: Mapping[str, Any], shown: Mapping[str, Any]
) -> None:
    """Show another page in an open modal, unless the person has moved on in the meantime.

    Raises:
        NotOpened: Slack is unavailable.
        SlackApiError: Slack rejects the modal itself, which is a bug of ours.
    """
    try:
        marked = marked_view(shown, view.get(ORIGIN))
        await call_slack(client.views_update(view_id=view["id"], hash=view["hash"], view=marked))
    except SlackApiError as error:
        if api_error_of(error).error in VIEW_OUTDATED:
            return
        if _is_transient(error):
            raise NotOpened from error
        raise
    except UNREACHABLE as error:
        raise NotOpened from error


async def ack_closing(ack: AsyncAck, view: Mapping[str, Any]) -> None:
    """Ack a submission so that the modal closes, and the one below it, which is outdated."""
    if view.get("root_view_id") in {None, view.get("id")}:
        await ack()
    else:
        await ack(response_action="clear")


def _is_transient(error: SlackApiError) -> bool:
    """Return whether a call failed because of an expired trigger, or an outage of Slack's.

    An answer without an error name is not Slack's: a gateway's page, for example.
    """
    refusal = api_error_of(error)
    return (
        not refusal.error
        or "trigger" in refusal.error
        or "trigger_id" in refusal.details
        or refusal.error in RATE_LIMITED | SERVER_ERRORS | TEMPORARY
        or refusal.status >= 429
    )
