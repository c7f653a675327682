"""Samples of digests and their settings."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.decisions.access import MessageRef
from bot.decisions.calibration import Tally
from bot.decisions.model import (
    Closure,
    Decision,
    Place,
    Resolution,
    ReviewOutcome,
    Status,
    Visibility,
)
from bot.decisions.trend import Trend
from bot.digest.content import (
    ChangedDecision,
    ClosedDecision,
    Digest,
    DigestItem,
    Disagreement,
    SectionCounts,
    Truncated,
)
from bot.digest.schedule import next_occurrence
from bot.digest.settings import DigestScope, DigestSettings, Schedule
from bot.digest.views.message import digest_message, preview_message, when_next
from bot.digest.views.replies import UpcomingDigest, settings_saved
from bot.digest.views.sections import Links, announcements_in
from bot.digest.views.settings import SettingsChoice, digest_offer, settings_choice, settings_modal
from bot.doctor.samples import COMMAND
from bot.playbooks.model import Playbook
from bot.slackkit.message import Message

_WEEKS = 12
_SHOWN = 5
_COUNT = 1_234
_FAR = Schedule(zone="America/Argentina/ComodRivadavia")
"""With the longest name of a time zone, which the menu does not offer."""


def digest_of(decision: Decision, playbook: Playbook) -> Digest:
    """Return a digest with one decision in every section, as often as possible."""
    until = decision.opened_at + timedelta(days=9)
    day = until.date()
    options = list(playbook.options)
    settled = replace(
        decision,
        status=Status.OVERRIDDEN,
        resolution=Resolution(decision.driver, until, decision.problem, options[-1]),
    )
    ended = replace(
        settled,
        status=Status.SUPERSEDED,
        closure=Closure(decision.driver, until, decision.problem),
        superseded_by=99_999,
    )
    verdicts = dict.fromkeys(options, 2)
    tally = Tally(dict.fromkeys(ReviewOutcome, 99), {ReviewOutcome.FAILED: 1})
    return Digest(
        workspace=decision.workspace,
        place=Place("C0123456789", Visibility.PUBLIC),
        scope=DigestScope.WORKSPACE,
        since=until - timedelta(weeks=2),
        until=until,
        zone="Europe/Berlin",
        titles={option_id: option.title for option_id, option in playbook.options.items()},
        names={decision.driver: "A name that is a good deal longer than most"},
        missed=tuple(day - timedelta(weeks=back) for back in range(9, 0, -1)),
        waiting=_share([DigestItem(each, _at(each)) for each in _several(decision, 1)]),
        disagreements=_share(
            [Disagreement(each, _at(each), verdicts, 3) for each in _several(decision, 11)]
        ),
        reviews=_share([DigestItem(each, _at(each)) for each in _several(settled, 21)]),
        new=_share([DigestItem(each, _at(each)) for each in _several(decision, 31)]),
        decided=_share([DigestItem(each, _at(each)) for each in _several(settled, 41)]),
        closed=_share(
            [
                ClosedDecision(each, _at(each), DigestItem(settled, _at(settled)))
                for each in _several(ended, 61)
            ]
        ),
        calibration=dict.fromkeys(options, tally),
        changed=_share(
            [ChangedDecision(each, _at(each), options[-1]) for each in _several(settled, 51)]
        ),
        trend=Trend(_weeks(day), dict.fromkeys(options, (_COUNT,) * _WEEKS)),
        private=SectionCounts(_COUNT, _COUNT, _COUNT, _COUNT, _COUNT, _COUNT),
        gap_from=until - timedelta(weeks=60),
    )


def quiet_digest(digest: Digest) -> Digest:
    """Return an empty digest of the same channel and week."""
    return Digest(
        digest.workspace,
        digest.place,
        DigestScope.CHANNEL,
        digest.until - timedelta(weeks=1),
        digest.until,
        digest.zone,
    )


def permalinks_of(digest: Digest) -> Links:
    """Return a permalink for each announcement in a digest."""
    return {
        each: f"https://example.slack.com/archives/{each.channel}/p1768385460000001"
        for each in announcements_in(digest)
    }


def digest_messages(
    decision: Decision, playbook: Playbook, command: str = COMMAND
) -> dict[str, Message]:
    """Return digests and previews by name, with the slash command's name."""
    full = digest_of(decision, playbook)
    links, token = permalinks_of(full), "0" * 32
    coming = when_next(next_occurrence(_FAR, full.until), _FAR)
    return {
        "digest": digest_message(full, command, links),
        "digest, quiet": digest_message(quiet_digest(full), command, {}),
        "digest preview": preview_message(full, command, links, token, coming, offer=False),
        "digest preview, quiet": preview_message(
            quiet_digest(full), command, {}, token, when_next(None, _FAR), offer=True
        ),
    }


def digest_modals(decision: Decision, command: str = COMMAND) -> dict[str, dict[str, Any]]:
    """Return the modals of the settings, before and after saving, by name."""
    place = Place("G0123456789", Visibility.PRIVATE)
    far = DigestSettings(decision.workspace, place, decision.driver, decision.opened_at, True, _FAR)
    off = replace(far, on=False, sections=(), post_when_empty=True, scope=DigestScope.WORKSPACE)
    due = next_occurrence(_FAR, decision.opened_at)
    return {
        "digest settings": settings_modal(settings_choice(far, saved=True)),
        "digest settings, off": settings_modal(settings_choice(off, saved=True)),
        "digest settings, new": settings_modal(settings_choice(far, saved=False)),
        "digest settings, no channel": settings_modal(SettingsChoice(None)),
        "digest offer": digest_offer(settings_choice(far, saved=False)),
        "digest offer, no channel": digest_offer(SettingsChoice(None)),
        "digest saved": settings_saved(far, due, command),
        "digest saved, off": settings_saved(off, None, command),
    }


def home_digests(decision: Decision) -> list[UpcomingDigest]:
    """Return more digests than App Home has room for."""
    place = Place("C0123456789", Visibility.PUBLIC)
    far = DigestSettings(
        decision.workspace,
        place,
        decision.driver,
        decision.opened_at,
        schedule=_FAR,
        scope=DigestScope.WORKSPACE,
    )
    return [
        UpcomingDigest(far, next_occurrence(_FAR, decision.opened_at)),
        UpcomingDigest(far, None),
    ] * 10


def _several(decision: Decision, first: int) -> list[Decision]:
    return [replace(decision, number=99_000 + first + each) for each in range(_SHOWN)]


def _at(decision: Decision) -> MessageRef:
    return MessageRef("C0123456789", f"{decision.number}.000001")


def _share(shown: list[Any]) -> Truncated[Any]:
    return Truncated(tuple(shown), _COUNT)


def _weeks(last: date) -> tuple[date, ...]:
    monday = last - timedelta(days=last.weekday())
    return tuple(monday - timedelta(weeks=back) for back in range(_WEEKS - 1, -1, -1))
