"""One call of a Web API method, and how methods are declared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from bot.playground.model import Json
from bot.playground.refused import Refused, missing_argument
from bot.playground.team import Team
from bot.playground.world import World

TokenKind = Literal["bot", "app", "none"]


@dataclass
class Call:
    """A call under way: its arguments, and the workspace its token belongs to."""

    world: World
    method: str
    args: Json
    token: str | None = None
    _team: Team | None = None

    @property
    def team(self) -> Team:
        """The workspace that the token was issued for.

        Raises:
            Refused: the call came without a bot token.
        """
        if self._team is None:
            raise Refused("not_authed")
        return self._team

    def enter(self, team: Team) -> None:
        """Note the workspace that the token was issued for."""
        self._team = team

    def need(self, name: str) -> str:
        """A required argument, as a string.

        Raises:
            Refused: it is missing or empty.
        """
        value = self.args.get(name)
        if value in (None, ""):
            raise missing_argument(name)
        return str(value)

    def maybe(self, name: str) -> str | None:
        """An optional argument, as a string; None if it is missing or empty."""
        value = self.args.get(name)
        return None if value in (None, "") else str(value)

    def flag(self, name: str) -> bool:
        """An optional boolean argument."""
        value: Any = self.args.get(name)
        return value in (True, 1, "1", "true", "True")


@dataclass(frozen=True)
class Method:
    """A Web API method: what it does, which token and scope it needs, how often it may be called.

    `tier` is a number of Slack's rate limit tiers, None where another limit holds.
    """

    run: Callable[[Call], Json]
    scope: str | None = None
    tier: int | None = 4
    token: TokenKind = "bot"  # noqa: S105 - which kind of token, not one
