"""Compose a digest from the data read for it. Pure: engines and the window are arguments."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.decisions.access import ReadScope
from bot.decisions.calibration import Counts, Tally, outcome_of
from bot.decisions.comparison import compare
from bot.decisions.model import ReviewOutcome
from bot.decisions.records.words import NOTHING_YET
from bot.decisions.trend import Trend
from bot.digest.content import (
    NOTHING,
    ChangedDecision,
    Digest,
    DigestData,
    DigestItem,
    DigestQuery,
    Disagreement,
    PastAnswers,
    ReviewedDecision,
    SplitDecision,
    Truncated,
)
from bot.digest.schedule import Window
from bot.digest.settings import DigestSection, DigestSettings, Schedule
from bot.playbooks.engine import RuleEngine

TREND_WEEKS = 12
SHOWN = 5
"""Items that a section shows; the others are only counted."""


@dataclass(frozen=True, slots=True)
class ChangedRecommendation:
    """A decision by its number, and the option, or `NOTHING`, that the current rules recommend."""

    number: int
    now: str


@dataclass(frozen=True, slots=True)
class Engines:
    """The rule engines for a digest.

    `current` are those of the current playbooks by id; `versions` those of the decisions in the
    digest, by the decision's number.
    """

    current: Mapping[str, RuleEngine]
    versions: Mapping[int, RuleEngine]


def query_for(settings: DigestSettings, window: Window, playbooks: tuple[str, ...]) -> DigestQuery:
    """Return what to read for a digest; `playbooks` are the hashes of the current ones."""
    zone = ZoneInfo(settings.schedule.zone)
    return DigestQuery(
        scope=ReadScope.for_audience(settings.workspace, settings.place),
        channel=settings.place.channel,
        coverage=settings.scope,
        sections=settings.sections,
        since=window.since,
        until=window.until,
        before=window.since.astimezone(zone).date(),
        today=window.until.astimezone(zone).date(),
        weeks=trend_weeks(window.until, settings.schedule),
        playbooks=playbooks,
        limit=SHOWN,
    )


def trend_weeks(until: datetime, schedule: Schedule) -> tuple[datetime, ...]:
    """Return the start of each week of a trend in UTC, the oldest first.

    Weeks begin on the digest's weekday in its zone. On that weekday itself the last week began
    seven days ago, so that it holds all that is new.
    """
    local = ZoneInfo(schedule.zone)
    today = until.astimezone(local).date()
    last = today - timedelta(days=(today.isoweekday() - schedule.weekday.iso - 1) % 7 + 1)
    begins = (last - timedelta(weeks=back) for back in range(TREND_WEEKS - 1, -1, -1))
    return tuple(datetime.combine(day, time(), local).astimezone(UTC) for day in begins)


def changed_recommendations(
    past: Iterable[PastAnswers], current: Mapping[str, RuleEngine]
) -> tuple[ChangedRecommendation, ...]:
    """Return the past decisions for which the current rules recommend another option, in order.

    Answers that the current playbook no longer has are ignored, as in `ragvsft rules replay`.
    Decisions that worked according to their reviews are left out: nothing is to be reconsidered.
    """
    now: dict[int, str] = {}
    questioned = [each for each in past if outcome_of(each.reviews) is not ReviewOutcome.WORKED]
    for name, engine in current.items():
        theirs = [each for each in questioned if each.playbook == name]
        options = engine.recommended([engine.fitting(each.answers) for each in theirs])
        for each, option in zip(theirs, options, strict=True):
            now[each.number] = option or NOTHING
    return tuple(
        ChangedRecommendation(each.number, now[each.number])
        for each in questioned
        if now.get(each.number, each.recommended) != each.recommended
    )


def compose(
    settings: DigestSettings,
    window: Window,
    data: DigestData,
    changed: Truncated[ChangedDecision],
    engines: Engines,
    names: Mapping[str, str],
    *,
    rules_changed: bool = True,
) -> Digest:
    """Return a digest.

    Args:
        settings: of the channel.
        window: the period that it covers.
        data: what was read for it.
        changed: past decisions for which the current rules recommend another option.
        engines: the rule engines.
        names: names of people, by user id.
        rules_changed: whether the playbooks differ from those at the last digest.
    """
    disagreements = tuple(_disagreement(each, engines) for each in data.split.shown)
    elsewhere = (data.waiting.shown, disagreements, data.decided.shown)
    calibration = tallies(data.reviewed)
    options = {*calibration, *data.trend, *(each.now for each in changed.shown)}
    return Digest(
        workspace=settings.workspace,
        place=settings.place,
        scope=settings.scope,
        since=window.since,
        until=window.until,
        zone=settings.schedule.zone,
        titles=_titles(options, engines),
        names=names,
        missed=window.missed,
        gap_from=window.gap_from,
        waiting=data.waiting,
        disagreements=Truncated(disagreements, data.split.count),
        reviews=data.reviews,
        new=_not_shown_elsewhere(data.new, window, *elsewhere),
        decided=data.decided,
        closed=data.closed,
        calibration=calibration,
        changed=changed,
        trend=_trend(data, settings, window.until, engines),
        private=data.private,
        rules_changed=rules_changed,
        newest_only=data.newest_only,
    )


def tallies(reviewed: Iterable[ReviewedDecision]) -> dict[str, Tally]:
    """Return the outcomes of decisions by the option chosen, the most frequent option first.

    Decisions that followed the recommendation are counted apart from those that did not.
    """
    counted: defaultdict[str, dict[bool, Counter[ReviewOutcome]]] = defaultdict(
        lambda: {True: Counter(), False: Counter()}
    )
    for each in reviewed:
        outcome = outcome_of(each.reviews)
        if outcome is not None:
            counted[each.chosen][each.chosen == each.recommended][outcome] += 1
    most_first = sorted(counted.items(), key=lambda item: (-_total(item[1].values()), item[0]))
    return {option: Tally(dict(each[True]), dict(each[False])) for option, each in most_first}


def _not_shown_elsewhere(
    new: Truncated[DigestItem], window: Window, *others: Sequence[DigestItem]
) -> Truncated[DigestItem]:
    """Return the new decisions; those that another section shows are only counted here."""
    elsewhere = {
        each.decision.number
        for items in others
        for each in items
        if window.since < each.decision.opened_at <= window.until
    }
    shown = tuple(each for each in new.shown if each.decision.number not in elsewhere)
    return Truncated(shown, new.count)


def _disagreement(split: SplitDecision, engines: Engines) -> Disagreement:
    decision = split.item.decision
    comparison = compare(split.team, engines.versions[decision.number])
    verdicts = Counter(voice.favours or NOTHING for voice in comparison.contributions)
    return Disagreement(decision, split.item.announced, dict(verdicts), len(comparison.flipping))


def _titles(options: Iterable[str], engines: Engines) -> Mapping[str, str]:
    """Return the titles of options, of the current playbooks if they have them.

    An option that no playbook has any more is called by its id.
    """
    titles = {option: option.replace("_", " ") for option in options}
    titles[NOTHING] = NOTHING_YET
    for engine in (*engines.versions.values(), *engines.current.values()):
        titles |= {name: each.title for name, each in engine.playbook.options.items()}
    return titles


def _trend(data: DigestData, settings: DigestSettings, until: datetime, engines: Engines) -> Trend:
    if DigestSection.TREND not in settings.sections:
        return Trend()
    zone = ZoneInfo(settings.schedule.zone)
    weeks = trend_weeks(until, settings.schedule)
    current = (name for each in engines.current.values() for name in each.playbook.options)
    counts = {
        name: data.trend.get(name, (0,) * len(weeks))
        for name in dict.fromkeys((*current, *data.trend))
    }
    return Trend(tuple(each.astimezone(zone).date() for each in weeks), counts)


def _total(counts: Iterable[Counts]) -> int:
    return sum(sum(each.values()) for each in counts)
