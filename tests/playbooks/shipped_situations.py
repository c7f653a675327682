"""Answer sheets for `rules/ragvsft` on which experts agree, and what its tests share."""

from __future__ import annotations

from collections.abc import Mapping

from bot.playbooks.model import Question

Sheet = Mapping[str, str | tuple[str, ...] | None]

SUPPORT_BOT: Sheet = {
    "job": "answer",
    "need": ("look_up",),
    "failure": ("lacks",),
    "material": "large",
    "documents": "gaps",
    "freshness": "weekly",
    "sources": "trust",
    "access": ("free",),
    "standard": "written",
    "examples": ("tens",),
    "training": "vendor",
    "volume": "medium",
    "tried": ("nothing",),
}
LABELLING: Sheet = {
    "job": "sort",
    "need": ("practice",),
    "failure": ("costly",),
    "material": "none",
    "freshness": "static",
    "sources": "not_needed",
    "standard": "shown",
    "examples": ("thousands",),
    "training": "skilled",
    "volume": "high",
    "tried": ("prompt",),
    "result": ("good",),
}
PER_CUSTOMER: Sheet = {**LABELLING, "material": "large", "access": ("customers",)}
HOUSE_STYLE: Sheet = {
    "job": "write",
    "need": ("practice",),
    "failure": ("style",),
    "material": "none",
    "freshness": "static",
    "sources": "not_needed",
    "standard": "shown",
    "examples": ("thousands",),
    "training": "vendor",
    "volume": "high",
    "tried": ("shots",),
    "result": ("weak", "examples_helped"),
}
HANDBOOK: Sheet = {
    "job": "answer",
    "need": ("look_up",),
    "failure": ("lacks",),
    "material": "small",
    "documents": "good",
    "freshness": "yearly",
    "sources": "not_needed",
    "access": ("free",),
    "examples": ("none",),
    "training": "nobody",
    "volume": "low",
    "tried": ("prompt",),
    "result": ("facts_helped",),
}
SUMMARIES: Sheet = {
    "job": "summarise",
    "need": ("instructions",),
    "material": "none",
    "freshness": "static",
    "sources": "not_needed",
    "language": "plain",
    "standard": "written",
    "examples": ("none",),
    "volume": "low",
    "tried": ("nothing",),
}
BALANCES: Sheet = {
    "job": "answer",
    "need": ("tool",),
    "failure": ("action",),
    "material": "figures",
    "freshness": "live",
    "access": ("people",),
    "volume": "medium",
}
SPECIALISTS: Sheet = {
    "job": "answer",
    "need": ("look_up", "practice"),
    "failure": ("lacks", "skill"),
    "material": "huge",
    "documents": "good",
    "freshness": "yearly",
    "sources": "trust",
    "access": ("free",),
    "language": "notation",
    "examples": ("thousands",),
    "training": "skilled",
    "volume": "medium",
    "tried": ("trial",),
    "result": ("weak",),
}


def words_of(question: Question) -> int:
    """Return how many words a question has with its help and its answers."""
    return len(" ".join([question.ask, question.help or "", *question.answers.values()]).split())
