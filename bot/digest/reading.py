"""Reads a digest: asks the log on behalf of everybody who reads the channel."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.decisions.access import ReadScope
from bot.decisions.comparison import compare
from bot.decisions.model import Decision
from bot.decisions.records.words import NOTHING_YET
from bot.decisions.trend import Trend
from bot.digest.composing import SHOWN, not_shown_yet, tallies, trend_weeks
from bot.digest.content import NOTHING, ChangedDecision, Digest, Disagreement, Truncated
from bot.digest.facts import DigestData, DigestQuery, SplitDecision
from bot.digest.posting import Window
from bot.digest.replaying import otherwise
from bot.digest.settings import DigestSection, DigestSettings
from bot.playbooks.engine import RuleEngine
from bot.services.playbook_versions import PlaybookVersions
from bot.services.ports import Store


class DigestReader:
    """Makes digests of what the log knows."""

    def __init__(self, store: Store, playbooks: PlaybookVersions) -> None:
        """Make a reader of a log, with the playbooks."""
        self._store = store
        self._playbooks = playbooks

    def playbooks(self) -> tuple[str, ...]:
        """Return the hashes of the playbooks in use, in order."""
        return tuple(sorted(each.playbook.hash for each in self._today().values()))

    async def read(self, settings: DigestSettings, window: Window) -> Digest:
        """Return a channel's digest: nothing in it that not everybody there may read."""
        facts = await self._store.digest_facts(_question(settings, window, self.playbooks()))
        altered = await self._altered(settings, facts)
        disagreements = [await self._disagreement(each) for each in facts.split.shown]
        new = not_shown_yet(
            facts.opened,
            window.since,
            window.until,
            facts.waiting.shown,
            disagreements,
            facts.settled.shown,
        )
        calibration = tallies(facts.reviewed)
        options = {*calibration, *facts.trend, *(each.now for each in altered.shown)}
        decisions = (*facts.decisions(), *(each.decision for each in altered.shown))
        return Digest(
            workspace=settings.workspace,
            place=settings.place,
            scope=settings.scope,
            since=window.since,
            until=window.until,
            zone=settings.rhythm.zone,
            titles=await self._titles(decisions, options),
            names=await self._names(facts),
            missed=window.missed,
            untold_from=window.untold_from,
            waiting=facts.waiting,
            disagreements=Truncated(tuple(disagreements), facts.split.count),
            reviews=facts.reviews,
            new=new,
            decided=facts.settled,
            ended=facts.ended,
            calibration=calibration,
            altered=altered,
            trend=self._trend(facts, settings, window.until),
            hidden=facts.hidden,
            rules_changed=window.rules_changed,
            looked_at=facts.looked_at,
        )

    async def _disagreement(self, split: SplitDecision) -> Disagreement:
        engine = await self._playbooks.of(split.team.decision)
        comparison = compare(split.team, engine)
        verdicts: dict[str, int] = {}
        for voice in comparison.voices:
            option = voice.option or NOTHING
            verdicts[option] = verdicts.get(option, 0) + 1
        return Disagreement(
            split.entry.decision, split.entry.announced, verdicts, len(comparison.flipping)
        )

    async def _altered(
        self, settings: DigestSettings, facts: DigestData
    ) -> Truncated[ChangedDecision]:
        found = otherwise(facts.sheets, self._today())
        shown = {each.number: each.now for each in found[:SHOWN]}
        entries = await self._store.entries(settings.workspace, tuple(shown)) if shown else []
        return Truncated(
            tuple(
                ChangedDecision(each.decision, each.announced, shown[each.decision.number])
                for each in entries
            ),
            len(found),
        )

    async def _names(self, facts: DigestData) -> Mapping[str, str]:
        """Return what those are called, as far as the log knows, who ended decisions."""
        decisions = [each.decision for each in facts.ended.shown]
        users = {each.closure.by for each in decisions if each.closure}
        if not users:
            return {}
        kept = await self._store.profiles(decisions[0].workspace, users)
        return {user: each.known.name for user, each in kept.items() if each.known.name}

    async def _titles(
        self, decisions: Iterable[Decision], options: Iterable[str]
    ) -> Mapping[str, str]:
        """Return the titles of options: as in the decisions' own editions, or in those in use.

        An option that is in none of them any more goes by the words of its id.
        """
        titles = {option: option.replace("_", " ") for option in options}
        titles[NOTHING] = NOTHING_YET
        own = [await self._playbooks.of(each) for each in decisions]
        for engine in (*own, *self._today().values()):
            titles |= {name: each.title for name, each in engine.playbook.options.items()}
        return titles

    def _trend(self, facts: DigestData, settings: DigestSettings, until: datetime) -> Trend:
        """Return the trend with all options of the playbooks in use, in their order.

        So each has its place, whichever others occur; those of no playbook any more come last.
        """
        if DigestSection.TREND not in settings.parts:
            return Trend()
        zone = ZoneInfo(settings.rhythm.zone)
        weeks = trend_weeks(until, settings.rhythm)
        in_use = (name for each in self._today().values() for name in each.playbook.options)
        counts = {
            name: facts.trend.get(name, (0,) * len(weeks))
            for name in dict.fromkeys((*in_use, *facts.trend))
        }
        return Trend(tuple(each.astimezone(zone).date() for each in weeks), counts)

    def _today(self) -> dict[str, RuleEngine]:
        return {name: self._playbooks.current(name).engine for name in self._playbooks.titles()}


def _question(settings: DigestSettings, window: Window, playbooks: tuple[str, ...]) -> DigestQuery:
    zone = settings.rhythm.zone
    return DigestQuery(
        sight=ReadScope.of_everybody(settings.workspace, settings.place),
        channel=settings.place.channel,
        scope=settings.scope,
        parts=settings.parts,
        since=window.since,
        until=window.until,
        today=window.until.astimezone(ZoneInfo(zone)).date(),
        weeks=trend_weeks(window.until, settings.rhythm),
        playbooks=playbooks,
        shown=SHOWN,
    )
