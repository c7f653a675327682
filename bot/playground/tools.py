"""The workspace tools of the page: membership, the clock, faults, what to clear away."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.playground import conversation
from bot.playground.faults import FaultKind
from bot.playground.model import Json, Person
from bot.playground.refused import NotPossible
from bot.playground.team import Team
from bot.playground.world import World

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def use(world: World, team: Team, person: Person, what: str, asked: Json) -> None:
    """Do what a tool of the page asks for.

    Raises:
        NotPossible: there is no such tool, or it can't be used on this.
        KeyError, ValueError: the request does not fit the protocol.
    """
    tool = _TOOLS.get(what)
    if tool is None:
        raise NotPossible("unknown_request", f"There is nothing called {what}.")
    tool(world, team, person, asked)
    world.changed()


def next_weekday_time(now: datetime, weekday: str, at: time, tz: str) -> datetime:
    """The next moment after `now` that is this weekday and time in this zone.

    Raises:
        ValueError: there is no such weekday.
        ZoneInfoNotFoundError: there is no such zone.
    """
    local = now.astimezone(ZoneInfo(tz))
    days = (WEEKDAYS.index(weekday.lower()) - local.weekday()) % 7
    day = local.date() + timedelta(days=days)
    moment = datetime.combine(day, at, ZoneInfo(tz))
    return moment if moment > now else moment + timedelta(days=7)


def _invite(_world: World, team: Team, _person: Person, asked: Json) -> None:
    channel = team.channel(asked["channel"])
    if channel.kind == "im":
        raise NotPossible("not_possible", "Nobody can be invited into a direct conversation.")
    channel.members.add(team.person(asked["user"]).id)


def _remove(_world: World, team: Team, _person: Person, asked: Json) -> None:
    channel = team.channel(asked["channel"])
    if channel.kind == "im":
        raise NotPossible("not_possible", "Nobody can be removed from a direct conversation.")
    channel.members.discard(team.person(asked["user"]).id)


def _archive(_world: World, team: Team, _person: Person, asked: Json) -> None:
    channel = team.channel(asked["channel"])
    channel.is_archived = not asked.get("undo", False)


def _clock(world: World, _team: Team, _person: Person, asked: Json) -> None:
    if asked.get("reset"):
        world.clock.reset()
    elif "advance_seconds" in asked:
        world.clock.advance(timedelta(seconds=float(asked["advance_seconds"])))
    elif "to" in asked:
        world.clock.move_to(datetime.fromisoformat(asked["to"]))
    else:
        wanted = asked["weekday_time"]
        at = time.fromisoformat(wanted["time"])
        world.clock.move_to(next_weekday_time(world.now(), wanted["weekday"], at, wanted["tz"]))


def _fault(world: World, _team: Team, _person: Person, asked: Json) -> None:
    lasting = asked.get("lasting_seconds")
    count: Any = asked.get("count")
    world.faults.add(
        cast("FaultKind", asked["kind"]),
        str(asked.get("method") or "*"),
        float(asked.get("seconds") or 1),
        int(count) if count not in (None, "") else None,
        timedelta(seconds=float(lasting)) if lasting else None,
        str(asked.get("error") or "missing_scope"),
    )


def _faults_clear(world: World, _team: Team, _person: Person, _asked: Json) -> None:
    world.faults.clear()


def _dismiss(world: World, team: Team, person: Person, asked: Json) -> None:
    if "notice" in asked:
        team.notices = [n for n in team.notices if n.id != asked["notice"]]
        return
    message = team.find_message(asked["channel"], asked["ts"])
    if message is None or message.ephemeral_to != person.id:
        raise NotPossible("not_possible", "Only a message that you alone see can be dismissed.")
    conversation.remove(world, team, message)


_TOOLS: dict[str, Callable[[World, Team, Person, Json], None]] = {
    "invite": _invite,
    "remove": _remove,
    "archive": _archive,
    "clock": _clock,
    "fault": _fault,
    "faults_clear": _faults_clear,
    "dismiss": _dismiss,
}
