"""The scopes that were granted, held against those that are asked for."""

from collections.abc import AsyncIterator, Collection, Iterable
from typing import Final

from bot.decisions.installation import Installation
from bot.doctor.results import CheckResult, ok, problem, warning
from bot.manifest import HISTORY_SCOPES, SCOPES, scopes_asked
from bot.settings import Settings
from bot.slack.oauth.pages import INSTALL_PATH
from bot.storage.database import Database, DatabaseUnusable
from bot.storage.installations import SqliteInstallations

INSTALLS: Final = "Workspaces"
_MOST_NAMED: Final = 10
_ASKED: Final = "people are asked about posts that broke off"
_LOOKED_FOR: Final = "it looks for posts that broke off"
_KEEP: Final = "set RAGVSFT_HISTORY=1 if the bot is to look for its own posts, or "


def token_scopes(subject: str, granted: Collection[str], *, with_history: bool) -> CheckResult:
    """Say of a bot token what it is granted, and what that means.

    Args:
        subject: under what to say it.
        granted: its scopes; none if Slack did not say.
        with_history: whether the history scopes are asked for.
    """
    if not granted:
        return warning(subject, "Slack did not say which scopes the token has", "ask again later")
    asked = scopes_asked(with_history=with_history)
    lacking = [scope for scope in asked if scope not in granted]
    beyond = sorted(set(granted) - asked.keys())
    if lacking:
        lost = "; ".join(f"{scope} ({asked[scope]})" for scope in lacking)
        say = problem if SCOPES.keys() & set(lacking) else warning
        return say(
            subject,
            f"missing scopes: {lost}; {_use(granted)}",
            "add them under “OAuth & Permissions > Bot Token Scopes”, or paste the output of "
            "`ragvsft manifest` as the app's manifest, then reinstall the app",
        )
    if beyond:
        keep = _KEEP if HISTORY_SCOPES.keys() & set(beyond) else ""
        return warning(
            subject,
            f"more scopes than are asked for: {', '.join(beyond)}; {_use(granted)}",
            f"{keep}remove them from the app's manifest if nothing else needs them",
        )
    return ok(subject, f"scopes: {', '.join(asked)}; {_use(granted)}")


async def examine_installs(settings: Settings) -> AsyncIterator[CheckResult]:
    """Say of each workspace that has installed the bot by OAuth what it has granted.

    Args:
        settings: well-formed, perhaps incomplete.

    Yields:
        Nothing where one bot token serves one workspace, or the log cannot be read: that is told
        elsewhere.
    """
    if settings.client_id is None or not settings.many_workspaces:
        return
    if not settings.database_path.is_file():
        return
    try:
        log = await Database(settings.database_path).open_existing()
    except DatabaseUnusable:
        return
    try:
        installed = await SqliteInstallations(log).all()
    finally:
        await log.close()
    for finding in install_scopes(installed, with_history=settings.history):
        yield finding


def install_scopes(installed: Iterable[Installation], *, with_history: bool) -> list[CheckResult]:
    """Say of installations what they have granted: those as asked together, others by name."""
    asked = scopes_asked(with_history=with_history).keys()
    every = list(installed)
    others = [each for each in every if set(each.scopes) != asked]
    found = [_other(each, asked) for each in others[:_MOST_NAMED]]
    if len(others) > _MOST_NAMED:
        more = f"{len(others) - _MOST_NAMED} more have other scopes than are asked for"
        found.append(warning(INSTALLS, more, f"have {INSTALL_PATH} opened there again"))
    count = len(every) - len(others)
    if count or not every:
        whose = f"{count} {'has' if count == 1 else 'have'} granted what is asked for"
        said = f"{whose}: {', '.join(asked)}; {_use(asked)}"
        found.append(ok(INSTALLS, said if every else f"none has installed it: {INSTALL_PATH}"))
    return found


def _other(each: Installation, asked: Collection[str]) -> CheckResult:
    lacking = [scope for scope in asked if scope not in each.scopes]
    beyond = sorted(set(each.scopes) - set(asked))
    if lacking:
        return warning(
            INSTALLS,
            f"{each.name} ({each.account}) has not granted {', '.join(lacking)}; "
            f"{_use(each.scopes)}",
            f"have {INSTALL_PATH} opened there again",
        )
    keep = _KEEP if HISTORY_SCOPES.keys() & set(beyond) else ""
    return warning(
        INSTALLS,
        f"{each.name} ({each.account}) has granted more than is asked for: {', '.join(beyond)}; "
        f"{_use(each.scopes)}",
        f"{keep}have it removed there and installed again: Slack takes no scope back otherwise",
    )


def _use(granted: Collection[str]) -> str:
    """Say what the history scopes, or their lack, mean for posts that broke off."""
    return _LOOKED_FOR if set(granted) >= HISTORY_SCOPES.keys() else _ASKED
