"""`ReadScope.covers` as SQL conditions.

They hold for whatever has the columns of a decision's place: decisions, and their catalogue.
"""

from typing import Any

from bot.decisions.access import ReadScope
from bot.decisions.model import Visibility

PUBLIC = "visibility = :public"
HERE = "visibility = :private and channel = :here"
THEIRS = (
    "number in (select number from decision_people where workspace = :workspace and user = :user)"
)
GRANTS = (PUBLIC, HERE, THEIRS)
MAY_READ = f"workspace = :workspace and ({' or '.join(f'({each})' for each in GRANTS)})"


def who(sight: ReadScope) -> dict[str, Any]:
    """Return the arguments that the conditions name."""
    return {
        "workspace": sight.workspace,
        "user": sight.user,
        "here": sight.here,
        "public": Visibility.PUBLIC.value,
        "private": Visibility.PRIVATE.value,
    }
