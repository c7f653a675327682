"""The account at the end: what was promised, what the log has of it, and what stands in Slack."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.outbox.model import DeliveryKind, announcement_key
from bot.playbooks.loader import parse
from bot.playground.slack_model import SlackMessage
from bot.slack.views.announcement import announcement
from bot.slack.views.notices import UNEXPECTED
from tests.faults.crowd import Crowd, Promise
from tests.faults.log import Log
from tests.faults.seen import key_of
from tests.faults.stage import CHANNELS, Stage
from tests.scenarios.messages import text_of

_TO_BE_EXPECTED = frozenset({"expired_url", "ratelimited"})
"""What Slack refuses because the clock was moved, or because much had to wait: each is obeyed."""
_DONE = frozenset({"sent", "dismissed"})


@dataclass
class Account:
    """What a run amounts to. It is in order if nothing was lost, doubled or wrong.

    Attributes:
        acked: requests that the bot said were done.
        posted: messages of the bot in the workspace.
        parked: messages of which the bot asked their owner whether they had arrived.
        lost: what was promised, or should have been posted, and is not there; a line each.
        doubled: what is there twice; a line each.
        wrong: anything else that must not be; a line each.
        repeated: notices that one person got twice in their direct messages.
    """

    acked: int = 0
    posted: int = 0
    parked: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    @property
    def in_order(self) -> bool:
        """Whether nothing was lost, doubled or wrong."""
        return not (self.lost or self.doubled or self.wrong)


def drawn_up(stage: Stage, crowd: Crowd) -> Account:
    """Draw the account of a run up; everything due has been given the time to be delivered."""
    log, messages = Log(stage), list(_messages(stage))
    acked = sum(delivery.ok for delivery in stage.playground.dispatches)
    account = Account(acked=acked, posted=len(messages))
    account.parked = sum(row["kind"] == DeliveryKind.UNCONFIRMED for row in log.deliveries)
    broken = [p for p in crowd.promises if not log.keeps(p) and not _taken_back(stage, p)]
    account.lost += [f"promised: {promise}" for promise in broken]
    account.lost += _undelivered(log)
    account.lost += _vanished(stage, log)
    account.lost += _unannounced(log)
    account.lost += _no_digest(stage, log)
    account.lost += _stale(stage, log)
    _count_keys(stage, account, log, messages)
    account.doubled += _twice(log)
    account.wrong += _wrong(stage, crowd, log)
    account.wrong += stage.crashes
    return account


def _messages(stage: Stage) -> Iterator[SlackMessage]:
    for kept in stage.playground.workspace.messages.values():
        yield from (m for m in kept if m.by_app and m.ephemeral_to is None)


def _taken_back(stage: Stage, promise: Promise) -> bool:
    """Whether a person was told afterwards that a button's work could not be done."""
    return promise.channel is not None and any(
        message.ephemeral_to == promise.by and UNEXPECTED in text_of(message)
        for message in stage.playground.workspace.messages[promise.channel][promise.before :]
    )


def _undelivered(log: Log) -> Iterator[str]:
    """Deliveries that came to no end, or to one that nobody was told of."""
    told = {json.loads(row["detail"]).get("about") for row in log.deliveries}
    for row in log.deliveries:
        if row["state"] in _DONE or (row["state"] in {"unknown", "failed"} and row["key"] in told):
            continue
        if row["state"] == "failed" and row["after"] in told:
            continue
        yield f"{row['state']} {row['key']} (tried {row['attempts']} times, {row['error']})"


def _vanished(stage: Stage, log: Log) -> Iterator[str]:
    """What the log believes to have been sent, and is not there."""
    there = {(m.channel, m.ts) for m in _messages(stage)}
    for row in log.deliveries:
        if row["state"] == "sent" and (row["sent_channel"], row["ts"]) not in there:
            yield f"believed to be sent: {row['key']}"


def _unannounced(log: Log) -> Iterator[str]:
    """Decisions without an announcement or a recommendation on its way."""
    keys = {row["key"] for row in log.deliveries}
    for row in log.decisions:
        for kind in ("announcement", "recommendation"):
            if f"{row['workspace']}/{row['number']}/{kind}" not in keys:
                yield f"no {kind} of decision {row['number']}"


def _stale(stage: Stage, log: Log) -> Iterator[str]:
    """Announcements that show something else than the log has."""
    texts = {(m.channel, m.ts): text_of(m) for m in _messages(stage)}
    playbooks = {key: parse(text) for key, text in log.playbooks.items() if text is not None}
    sent = {row["key"]: row for row in log.deliveries if row["state"] == "sent"}
    for decision in log.models:
        delivery = sent.get(announcement_key(decision))
        if delivery is None:
            continue
        drawn = announcement(decision, playbooks[decision.playbook_hash])
        shown = texts.get((delivery["sent_channel"], delivery["ts"]))
        if shown is not None and shown.split() != text_of(drawn).split():
            yield f"stale: the announcement of {decision.number}, which is {decision.status}"


def _no_digest(stage: Stage, log: Log) -> Iterator[str]:
    """Digests that had no turn and that no later one names, and turns without a message."""
    keys = {row["key"] for row in log.deliveries}
    for name in CHANNELS:
        channel = stage.playground.channel(name).id
        rows = [row for row in log.digests if row["channel"] == channel]
        told = {row["day"] for row in rows}.union(*(json.loads(row["missed"]) for row in rows))
        yield from (f"no digest of #{name} on {d}" for d in stage.digest_days if str(d) not in told)
        for row in rows:
            key = f"{row['workspace']}/digest/{channel}/{row['week']}"
            if row["sent"] and key not in keys:
                yield f"nothing to post for {key}"


def _count_keys(stage: Stage, account: Account, log: Log, messages: list[SlackMessage]) -> None:
    """Sort out what stands there twice, and what the log knows nothing of."""
    known = {row["key"] for row in log.deliveries}
    posted = Counter(
        (key_of(m), stage.playground.workspace.channels[m.channel].kind) for m in messages
    )
    for (key, kind), times in posted.items():
        if key not in known:
            account.wrong.append(f"posted, and not in the log: {key}")
        if times > 1:
            where = account.repeated if kind == "im" else account.doubled
            where.append(f"{times} times {key}")


def _twice(log: Log) -> Iterator[str]:
    """Submissions that became two decisions, and numbers given twice or left out."""
    titles = Counter(row["title"] for row in log.decisions)
    yield from (f"{times} decisions of {title}" for title, times in titles.items() if times > 1)
    numbers = sorted(row["number"] for row in log.decisions)
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"numbers with gaps: {numbers}"
    ends = Counter(row["number"] for row in log.events if row["kind"] in {"accepted", "overridden"})
    yield from (f"{times} ends of {number}" for number, times in ends.items() if times > 1)


def _wrong(stage: Stage, crowd: Crowd, log: Log) -> Iterator[str]:
    """Answers that the bot must never give, requests that Slack refused, a damaged log."""
    yield from (f"{each.status} to {each.kind}: {each.body[:80]}" for each in crowd.errors)
    refused = (v for v in stage.playground.violations if v.error not in _TO_BE_EXPECTED)
    yield from (f"{v.method}: {v.error} {v.message}" for v in refused)
    if log.integrity != "ok":
        yield f"integrity: {log.integrity}"
