"""Samples of what a person finds, for Slack's validator and for the tests."""

from dataclasses import replace

from bot.decisions.finding import Alike
from bot.decisions.model import Decision
from bot.decisions.reading import Direction, Found, Wanted
from bot.playbooks.playbook import Playbook
from bot.slack.queries import Query
from bot.slack.views import finding
from bot.slack.views.message import Message
from bot.slack.views.similar import Similar

COMMAND = "/ragvsft"


def finding_messages(decision: Decision, playbook: Playbook) -> dict[str, Message]:
    """Return messages by name: pages, a decision, a record, and what is said without any.

    Args:
        decision: what is found, as often as fits.
        playbook: the one it was made by.
    """
    query = Query.typed("list", decision.title * 10).from_here(2**50, Direction.NEWER)
    many = tuple(replace(decision, number=2**50 + number) for number in range(finding.PAGE))
    words = tuple(word[:64] for word in decision.title.split()[:12])
    wanted = Wanted(mine=True, statuses=(decision.status,), options=("rag",), words=words)
    listed = [finding.Listed(each, playbook) for each in many]
    nothing = Found((), newer=False, older=False)
    return {
        "list": finding.page(COMMAND, query, wanted, Found(many, newer=True, older=True), listed),
        "list, nothing": finding.page(COMMAND, query, wanted, nothing, []),
        "list, none yet": finding.page(COMMAND, Query.typed("list", ""), Wanted(), nothing, []),
        "search, no words": finding.page(COMMAND, Query.typed("search", ""), Wanted(), nothing, []),
        "search, no letters": finding.page(
            COMMAND, Query.typed("search", "?!"), Wanted(), nothing, []
        ),
        "shown": finding.shown(decision, playbook, None),
        "record": finding.record(decision.number, (decision.title + "`<!channel>&")[:2500]),
        "not sent": finding.not_sent("missing_scope"),
        "not sent, unreachable": finding.not_sent(""),
    }


def similar_samples(decision: Decision, playbook: Playbook) -> list[Similar]:
    """Return similar decisions, as many as the review page names."""
    return [Similar(Alike(decision, 999, 999), playbook)] * 3
