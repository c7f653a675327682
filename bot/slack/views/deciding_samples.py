"""Samples of what deciding shows: modals, words in the thread, and settled announcements."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.decisions.model import Closure, Decision, Resolution, Status
from bot.playbooks.model import Playbook
from bot.slack.views.announcement import announcement, thread_note
from bot.slack.views.decide import REASON_LENGTH, hand_over_modal, override_modal, withdraw_modal
from bot.slackkit.message import Message


def deciding_modals(decision: Decision, playbook: Playbook) -> dict[str, dict[str, Any]]:
    """Return the modals behind an announcement's buttons, by name."""
    return {
        "choose differently": override_modal(decision, playbook),
        "withdraw": withdraw_modal(decision),
        "hand over": hand_over_modal(decision, decision.deciders[0]),
    }


def deciding_messages(decision: Decision, playbook: Playbook, filling: str) -> dict[str, Message]:
    """Return the word on each event and each settled announcement, by name.

    Args:
        decision: which one.
        playbook: the decision's.
        filling: what reasons are made of.
    """
    words = {
        f"word, {event}": thread_note(
            {"event": event, "actor": decision.driver, **detail}, decision, playbook
        )
        for event, detail in _details(decision, playbook, filling[:REASON_LENGTH]).items()
    }
    option = decision.verdict.option
    by, at, reason = decision.driver, decision.opened_at, filling[:REASON_LENGTH]
    resolution = Resolution(by, at, reason, option, Closure(by, at, reason))
    settled = {
        f"announcement, {status}": announcement(
            replace(decision, status=status, resolution=resolution, supersedes=1, superseded_by=3),
            playbook,
        )
        for status in Status
        if status is not Status.OPEN
    }
    return words | settled


def _details(
    decision: Decision, playbook: Playbook, reason: str
) -> Mapping[str, Mapping[str, str]]:
    option = decision.verdict.option
    answers = {question.id: ["", list(question.answers)[-1]] for question in playbook.questions}
    return {
        "accepted": {"option": option},
        "overridden": {"option": option, "recommended": option, "reason": reason},
        "withdrawn": {"reason": reason},
        "handed_over": {"to": " ".join(decision.deciders)},
        "superseded": {"by": "3"},
        "edited": {"answers": json.dumps(answers), "was": option, "option": option},
    }
