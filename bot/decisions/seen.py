"""What a decider has read when they press: a mark of it, which an edit changes."""

import hashlib
import json

from bot.decisions.model import Decision

_LENGTH = 12


def fingerprint(decision: Decision) -> str:
    """Return a short mark of what is to be decided: its words, its answers, what is recommended."""
    read = [decision.title, decision.problem, dict(decision.answers), decision.verdict.option]
    return hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()[:_LENGTH]
