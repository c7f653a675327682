"""Answer sheets for `rules/ragvsft` on which experts agree."""

from __future__ import annotations

from collections.abc import Mapping

Sheet = Mapping[str, str | None]

SUPPORT_BOT: Sheet = {
    "job": "answer",
    "need": "look_up",
    "failure": "lacks",
    "material": "large",
    "freshness": "weekly",
    "sources": "trust",
    "access": "everyone",
    "examples": "tens",
    "volume": "medium",
    "tried": "nothing",
    "documents": "gaps",
    "test_set": "few",
}
LABELLING: Sheet = {
    "job": "sort",
    "need": "practice",
    "failure": "slow_costly",
    "material": "none",
    "freshness": "static",
    "sources": "not_needed",
    "examples": "thousands",
    "volume": "high",
    "model": "open",
    "tried": "good",
    "test_set": "many",
}
PER_CUSTOMER: Sheet = {**LABELLING, "material": "large", "access": "customers"}
HOUSE_STYLE: Sheet = {
    "job": "write",
    "need": "practice",
    "failure": "uneven",
    "material": "none",
    "freshness": "static",
    "sources": "not_needed",
    "voice": "shown",
    "examples": "thousands",
    "volume": "high",
    "model": "vendor",
    "tried": "weak",
    "test_set": "some",
}
HANDBOOK: Sheet = {
    "job": "answer",
    "need": "look_up",
    "failure": "lacks",
    "material": "small",
    "freshness": "yearly",
    "sources": "nice",
    "access": "everyone",
    "examples": "none",
    "volume": "low",
    "tried": "nothing",
    "documents": "good",
    "test_set": "some",
}
SUMMARIES: Sheet = {
    "job": "summarise",
    "need": "instructions",
    "failure": "uneven",
    "material": "none",
    "freshness": "static",
    "sources": "not_needed",
    "voice": "guide",
    "examples": "tens",
    "volume": "low",
    "tried": "nothing",
    "test_set": "few",
}
BALANCES: Sheet = {
    "job": "answer",
    "need": "tool",
    "failure": "action",
    "material": "figures",
    "freshness": "live",
    "sources": "nice",
    "access": "customers",
    "examples": "none",
    "volume": "medium",
    "tried": "nothing",
}
SPECIALISTS: Sheet = {
    "job": "answer",
    "need": "both",
    "failure": "skill",
    "material": "large",
    "freshness": "months",
    "sources": "trust",
    "access": "everyone",
    "language": "notation",
    "examples": "many",
    "model": "open",
    "tried": "rag",
    "found": "there",
    "documents": "good",
    "test_set": "many",
}
