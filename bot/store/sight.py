"""What `Sight.covers` says in Python, as conditions of queries: the one place that says it in SQL.

They hold for whatever has the columns of a decision's place: decisions, and their catalogue.
"""

from typing import Any

from bot.decisions.model import Visibility
from bot.decisions.reading import Sight

PUBLIC = "visibility = :public"
HERE = "visibility = :private and channel = :here"
THEIRS = (
    "number in (select number from decision_people where workspace = :workspace and user = :user)"
)
GRANTS = (PUBLIC, HERE, THEIRS)
MAY_READ = f"workspace = :workspace and ({' or '.join(f'({each})' for each in GRANTS)})"


def who(sight: Sight) -> dict[str, Any]:
    """Return the arguments that the conditions name."""
    return {
        "workspace": sight.workspace,
        "user": sight.user,
        "here": sight.here,
        "public": Visibility.PUBLIC.value,
        "private": Visibility.PRIVATE.value,
    }
