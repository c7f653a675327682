"""A page of the questionnaire as its modal; the last one with what was decided alike before."""

from typing import Any

from bot.decisions.desk import Desk
from bot.decisions.model import Purpose
from bot.decisions.questionnaire import Page, ReviewPage
from bot.slack.alike import alike_draft
from bot.slack.views.questionnaire import modal


async def modal_of(desk: Desk, page: Page) -> dict[str, Any]:
    """Return the modal of a page."""
    if isinstance(page, ReviewPage) and page.draft.purpose is not Purpose.PERSPECTIVE:
        return modal(page, await alike_draft(desk, page.draft))
    return modal(page)
