"""A page of the questionnaire as its modal; the last one with what was decided alike before."""

from typing import Any

from bot.decisions.model import DraftPurpose
from bot.decisions.questionnaire import Page, ReviewPage
from bot.services.services import Services
from bot.slack.alike import alike_draft
from bot.slack.views.questionnaire import modal


async def modal_of(services: Services, page: Page) -> dict[str, Any]:
    """Return the modal of a page."""
    if isinstance(page, ReviewPage) and page.draft.purpose is not DraftPurpose.PERSPECTIVE:
        return modal(page, await alike_draft(services, page.draft))
    return modal(page)
