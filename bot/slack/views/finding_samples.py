"""Samples of what a person finds, for Slack's validator and for the tests."""

from dataclasses import replace

from bot.decisions.access import DecisionFilter, DecisionPage, Direction
from bot.decisions.model import Decision
from bot.playbooks.model import Playbook
from bot.services.search import SimilarDecision
from bot.slack.views import search
from bot.slackkit.message import Message
from bot.slackkit.metadata import ListQuery

COMMAND = "/ragvsft"


def finding_messages(decision: Decision, playbook: Playbook) -> dict[str, Message]:
    """Return messages by name: pages, a decision, a record, and what is said without any.

    Args:
        decision: what is found, as often as fits.
        playbook: the one it was made by.
    """
    query = ListQuery.typed("list", decision.title * 10).from_here(2**50, Direction.NEWER)
    many = tuple(replace(decision, number=2**50 + number) for number in range(search.PAGE))
    words = tuple(word[:64] for word in decision.title.split()[:12])
    wanted = DecisionFilter(mine=True, statuses=(decision.status,), options=("rag",), words=words)
    listed = [search.ListedDecision(each, playbook) for each in many]
    nothing = DecisionPage((), newer=False, older=False)
    return {
        "list": search.decision_list(
            COMMAND, query, wanted, DecisionPage(many, newer=True, older=True), listed
        ),
        "list, nothing": search.decision_list(COMMAND, query, wanted, nothing, []),
        "list, none yet": search.decision_list(
            COMMAND, ListQuery.typed("list", ""), DecisionFilter(), nothing, []
        ),
        "search, no words": search.decision_list(
            COMMAND, ListQuery.typed("search", ""), DecisionFilter(), nothing, []
        ),
        "search, no letters": search.decision_list(
            COMMAND, ListQuery.typed("search", "?!"), DecisionFilter(), nothing, []
        ),
        "shown": search.decision_message(decision, playbook, None),
        "record": search.record_message(decision.number, (decision.title + "`<!channel>&")[:2500]),
        "not sent": search.file_not_sent("missing_scope"),
        "not sent, unreachable": search.file_not_sent(""),
    }


def similar_samples(decision: Decision, playbook: Playbook) -> list[SimilarDecision]:
    """Return similar decisions, as many as the review page names."""
    return [SimilarDecision(decision, playbook, 999, 999)] * 3
