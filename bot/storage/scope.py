"""`ReadScope.allows` as SQL conditions on rows of `decisions`."""

from typing import Any

from bot.decisions.access import ReadScope
from bot.decisions.model import Visibility

PUBLIC = "visibility = :public"
THIS_CHANNEL = "visibility = :private and channel = :here"
OWN = (
    "number in (select number from decision_people"
    " where workspace = :workspace and user_id = :user)"
)
SCOPE_CONDITIONS = (PUBLIC, THIS_CHANNEL, OWN)
"""Each of them allows reading."""
READABLE = f"workspace = :workspace and ({' or '.join(f'({each})' for each in SCOPE_CONDITIONS)})"


def scope_params(scope: ReadScope) -> dict[str, Any]:
    """Return the parameters that the conditions name."""
    return {
        "workspace": scope.workspace,
        "user": scope.user,
        "here": scope.here,
        "public": Visibility.PUBLIC.value,
        "private": Visibility.PRIVATE.value,
    }
