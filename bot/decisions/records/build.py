"""Build the record of a decision: ids become words, and points get their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.decisions.calibration import outcome_of
from bot.decisions.comparison import Comparison, TeamViews, compare
from bot.decisions.events import Event
from bot.decisions.model import Decision, Perspective, ReviewAnswer
from bot.decisions.needs import needs_plot
from bot.decisions.records.history import happened, people_of
from bot.decisions.records.record import (
    Considered,
    Record,
    RecordedAnswer,
    RecordedAnswerGroup,
    RecordedClosure,
    RecordedDifference,
    RecordedPerspective,
    RecordedPlaybook,
    RecordedReason,
    RecordedResolution,
    RecordedReview,
    RuledOut,
)
from bot.decisions.records.words import words_of_answer
from bot.playbooks.costs import cost_basis
from bot.playbooks.engine import RuleEngine
from bot.playbooks.model import Playbook
from bot.playbooks.verdict import Answered, Reason, Strength, VetoHit


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What a record shows besides the decision.

    Attributes:
        perspectives: oldest first.
        events: oldest first.
        names: known names by user id.
        channel_name: the channel's name; None if unknown.
    """

    perspectives: tuple[Perspective, ...] = ()
    events: tuple[Event, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    channel_name: str | None = None


NOTHING_MORE = DecisionContext()
_NOTHING_FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "first_steps": (),
    "measure": (),
    "pitfalls": (),
}


def record_of(
    decision: Decision, engine: RuleEngine, context: DecisionContext = NOTHING_MORE
) -> Record:
    """Return the record of a decision.

    Args:
        decision: the decision.
        engine: the engine of the playbook version that it was made with.
        context: perspectives, events and names.
    """
    playbook, verdict = engine.playbook, decision.verdict
    seen = compare(TeamViews(decision, context.perspectives), engine)
    return Record(
        **_own_fields(decision),
        **_option_fields(decision, engine),
        contributors=tuple(each.user for each in context.perspectives),
        names=dict(sorted(context.names.items())),
        channel_name=context.channel_name,
        went=outcome_of(decision.reviews),
        reviews=tuple(_reviewed(each) for each in decision.reviews),
        recommended=verdict.recommended,
        strength=verdict.strength.value if verdict.recommended else None,
        needs=needs_plot(playbook, verdict),
        settled=verdict.settled,
        playbook=_playbook(decision, playbook),
        answers=_answers(decision, playbook),
        considered=_considered(decision, engine),
        ruled_out=tuple(_ruled_out(each) for each in verdict.vetoes),
        despite=_despite(decision),
        costs=verdict.costs,
        cost_basis=cost_basis(verdict.costs, playbook.costs),
        revisit_when=tuple(flip.text for flip in verdict.flips),
        still_open=tuple(item.ask for item in verdict.homework),
        views=_perspectives(seen) if context.perspectives else (),
        differences=_differences(seen, playbook),
        history=tuple(happened(each, playbook) for each in context.events),
    )


def people_in(
    decision: Decision, perspectives: Sequence[Perspective], events: Sequence[Event]
) -> frozenset[str]:
    """Return the user ids of all people who appear in the record of a decision."""
    settled_by = {each.by for each in (decision.resolution, decision.closure) if each}
    named = (user for each in events for user in people_of(each.detail))
    return frozenset(
        {
            decision.driver,
            *decision.deciders,
            *settled_by,
            *(each.by for each in decision.reviews),
            *(each.user for each in perspectives),
            *(each.actor for each in events),
            *named,
        }
    )


def _own_fields(decision: Decision) -> dict[str, Any]:
    resolution, closure = decision.resolution, decision.closure
    return {
        "workspace": decision.workspace,
        "number": decision.number,
        "title": decision.title,
        "problem": decision.problem,
        "source": decision.source_here,
        "status": decision.status,
        "driver": decision.driver,
        "deciders": decision.deciders,
        "channel": decision.place.channel,
        "visibility": decision.place.visibility,
        "opened_at": decision.opened_at,
        "review_on": decision.review_ahead,
        "supersedes": decision.supersedes,
        "superseded_by": decision.superseded_by,
        "outcome": resolution
        and RecordedResolution(
            by=resolution.by,
            at=resolution.at,
            option=resolution.option,
            reason=resolution.reason,
        ),
        "ended": closure and RecordedClosure(by=closure.by, at=closure.at, reason=closure.reason),
    }


def _option_fields(decision: Decision, engine: RuleEngine) -> dict[str, tuple[str, ...]]:
    """Return the fields that depend on the option chosen, else recommended.

    For an accepted close call, steps and measures are those that the playbook has for close calls.
    """
    playbook, verdict = engine.playbook, decision.verdict
    chosen = decision.chosen
    gates = engine.gates(decision.answers, chosen or verdict.option)
    if chosen is None:
        return {"conditions": tuple(gate.say for gate in gates), **_NOTHING_FOLLOWS}
    option = playbook.options[chosen]
    followed = chosen == verdict.recommended
    too_close = playbook.too_close if verdict.strength is Strength.TOO_CLOSE and followed else None
    return {
        "conditions": tuple(gate.say for gate in gates),
        "first_steps": verdict.steps if followed else option.first_steps,
        "measure": too_close.measure if too_close else option.measure,
        "pitfalls": option.pitfalls,
    }


def _playbook(decision: Decision, playbook: Playbook) -> RecordedPlaybook:
    ref = decision.verdict.playbook
    return RecordedPlaybook(
        id=playbook.id, title=playbook.title, version=ref.version, hash=ref.hash
    )


def _reviewed(answer: ReviewAnswer) -> RecordedReview:
    return RecordedReview(by=answer.by, at=answer.at, outcome=answer.outcome, note=answer.note)


def _despite(decision: Decision) -> tuple[RuledOut, ...]:
    chosen = decision.chosen
    hits = decision.verdict.vetoes_against(chosen) if chosen else ()
    return tuple(_ruled_out(each) for each in hits)


def _answers(decision: Decision, playbook: Playbook) -> tuple[RecordedAnswer, ...]:
    return tuple(
        RecordedAnswer(
            question=question.id,
            ask=question.ask,
            answer=decision.answers[question.id],
            words=words_of_answer(question.answers, decision.answers[question.id]),
        )
        for question in playbook.questions
        if question.id in decision.answers
    )


def _considered(decision: Decision, engine: RuleEngine) -> tuple[Considered, ...]:
    playbook = engine.playbook
    arguments: dict[str, list[RecordedReason]] = {}
    for reason in engine.arguments(decision.answers):
        arguments.setdefault(reason.option, []).append(_argument(playbook, reason))
    ranked = sorted(decision.verdict.points.items(), key=lambda each: -each[1])
    return tuple(
        Considered(
            option=option,
            title=playbook.options[option].title,
            summary=playbook.options[option].summary,
            points=points,
            meets=tuple(playbook.needs[each].title for each in playbook.options[option].meets),
            start=points - sum(each.points for each in arguments.get(option, ())),
            arguments=tuple(
                sorted(arguments.get(option, ()), key=lambda each: (-each.points, each.rule))
            ),
            ruled_out=bool(decision.verdict.vetoes_against(option)),
        )
        for option, points in ranked
    )


def _argument(playbook: Playbook, reason: Reason) -> RecordedReason:
    return RecordedReason(
        rule=reason.rule,
        option=reason.option,
        points=reason.points,
        because=reason.because,
        source=reason.source,
        answers=tuple(_given(playbook, each) for each in reason.answers),
    )


def _ruled_out(hit: VetoHit) -> RuledOut:
    return RuledOut(
        veto=hit.veto,
        options=hit.options,
        because=hit.because,
        way_around=hit.way_around,
        source=hit.source,
    )


def _given(playbook: Playbook, given: Answered) -> str:
    return playbook.question(given.question).answers[given.answer]


def _perspectives(seen: Comparison) -> tuple[RecordedPerspective, ...]:
    return tuple(
        RecordedPerspective(
            by=voice.user,
            choice=voice.choice,
            option=voice.option,
            strength=voice.strength.value if voice.option else None,
            note=voice.note,
            driver=voice.driver,
        )
        for voice in seen.contributions
    )


def _differences(seen: Comparison, playbook: Playbook) -> tuple[RecordedDifference, ...]:
    found = []
    for each in seen.differences:
        question = playbook.question(each.question)
        said = tuple(
            RecordedAnswerGroup(words=words_of_answer(question.answers, one.answer), by=one.users)
            for one in each.said
        )
        leads = tuple(dict.fromkeys(each.flips_to.values()))
        found.append(
            RecordedDifference(question=question.id, ask=question.ask, said=said, leads_to=leads)
        )
    return tuple(found)
