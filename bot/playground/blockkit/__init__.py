"""Slack's Block Kit rules as tables, and the checks of views and messages against them."""

from bot.playground.blockkit.json_checks import BlockProblem
from bot.playground.blockkit.object_rules import all_options
from bot.playground.blockkit.surface_rules import (
    ATTACHMENTS_MAX,
    are_blocks_too_long,
    compact_json,
    interactive_elements,
    is_view_too_large,
    problems_of_message,
    problems_of_metadata,
    problems_of_view,
)

__all__ = [
    "ATTACHMENTS_MAX",
    "BlockProblem",
    "all_options",
    "are_blocks_too_long",
    "compact_json",
    "interactive_elements",
    "is_view_too_large",
    "problems_of_message",
    "problems_of_metadata",
    "problems_of_view",
]
