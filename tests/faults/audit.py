"""The audit at the end of a fault run: acked actions, database and workspace are compared."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from bot.outbox.model import DeliveryKind, announcement_key
from bot.playbooks.loader import parse
from bot.playground.slack_model import SlackMessage
from bot.slack.views.announcement import announcement
from bot.slack.views.notices import DATABASE_UNAVAILABLE, UNEXPECTED
from bot.storage.connection import Connection
from bot.storage.decisions import load_decisions
from bot.storage.playbook_versions import find_playbook
from tests.engines import connected
from tests.faults.harness import CHANNELS, FaultHarness
from tests.faults.workload import AckedAction, Workload
from tests.scenarios.messages import delivery_key, text_of

_EXPECTED_ERRORS = frozenset({"expired_url", "ratelimited"})
"""Errors that Slack returns because the clock moved or posts queued up; the bot handles them."""
_DONE = frozenset({"sent", "dismissed"})
_MAX_LINES = 40

Row = dict[str, Any]


@dataclass
class AuditReport:
    """The result of a fault run; it is ok if nothing was lost, duplicated or wrong.

    Attributes:
        acked: number of requests that the bot acked.
        posted: number of the bot's messages in the workspace.
        unconfirmed: number of posts whose owner was asked whether they arrived.
        lost: acked actions and due posts that are missing; a line each.
        duplicated: decisions, events and posts that exist twice; a line each.
        wrong: every other violation; a line each.
        repeated: notices that a person received twice by direct message; a line each.
    """

    acked: int = 0
    posted: int = 0
    unconfirmed: int = 0
    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was lost, duplicated or wrong."""
        return not (self.lost or self.duplicated or self.wrong)


class DatabaseDump:
    """All rows of the database at the end of a run."""

    def __init__(self, harness: FaultHarness) -> None:
        """Read the database; a bot may be running."""
        with connected(harness.database) as db:
            self.decisions = _rows(db, "decisions")
            self.events = _rows(db, "events")
            self.deliveries = _rows(db, "deliveries")
            self.perspectives = _rows(db, "perspectives")
            self.loaded = load_decisions(db, self.decisions)
            hashes = {row["playbook_hash"] for row in self.decisions}
            self.playbooks = {each: find_playbook(db, each) for each in hashes}
            self.digests = _rows(db, "digest_runs")
            self.integrity = "ok"
            if harness.server is None:
                (found,) = db.all("pragma integrity_check")
                self.integrity = found["integrity_check"]

    def contains(self, action: AckedAction) -> bool:
        """Return whether the effect of an acked action is in the database."""
        match action.what:
            case "decision":
                return any(row["title"] == action.mark for row in self.decisions)
            case "view":
                wanted = (action.number, action.by)
                return any((row["number"], row["user_id"]) == wanted for row in self.perspectives)
            case "digest":
                return any(row["key"].endswith(f"/now/{action.mark}") for row in self.deliveries)
            case "settled":
                return any(
                    row["number"] == action.number and row["status"] != "open"
                    for row in self.decisions
                )
            case _:
                return any(self._is_of(event, action) for event in self.events)

    def _is_of(self, event: Row, action: AckedAction) -> bool:
        reason = json.loads(event["detail"]).get("reason")
        found = (event["kind"], event["number"], event["actor"], reason)
        return found == (action.what, action.number, action.by, action.mark)


def _rows(db: Connection, table: str) -> list[Row]:
    return db.all(f"select * from {table} order by 1, 2")


def audit(harness: FaultHarness, workload: Workload) -> AuditReport:
    """Compare acked actions, database and workspace after all deliveries have ended."""
    dump, messages = DatabaseDump(harness), list(_messages(harness))
    acked = sum(delivery.ok for delivery in harness.playground.dispatches)
    report = AuditReport(acked=acked, posted=len(messages))
    report.unconfirmed = sum(row["kind"] == DeliveryKind.UNCONFIRMED for row in dump.deliveries)
    missing = [a for a in workload.acked if not dump.contains(a) and not _revoked(harness, a)]
    report.lost += [f"acked: {action}" for action in missing]
    report.lost += _undelivered(dump)
    report.lost += _missing(harness, dump)
    report.lost += _unannounced(dump)
    report.lost += _no_digest(harness, dump)
    report.lost += _stale(harness, dump)
    _count_keys(harness, report, dump, messages)
    report.duplicated += _twice(dump)
    report.wrong += _wrong(harness, workload, dump)
    report.wrong += harness.crashes
    return report


def _messages(harness: FaultHarness) -> Iterator[SlackMessage]:
    for channel in harness.playground.workspace.messages.values():
        yield from (m for m in channel if m.by_app and m.ephemeral_to is None)


def _revoked(harness: FaultHarness, action: AckedAction) -> bool:
    """Return whether a later private reply said that the button's action had failed."""
    return action.channel is not None and any(
        message.ephemeral_to == action.by
        and any(sorry in text_of(message) for sorry in (UNEXPECTED, DATABASE_UNAVAILABLE))
        for message in harness.playground.workspace.messages[action.channel][action.before :]
    )


def _undelivered(dump: DatabaseDump) -> Iterator[str]:
    """Deliveries that never ended, or failed without a notice to their owner."""
    notified = {row["subject"] for row in dump.deliveries if row["subject"] is not None}
    for row in dump.deliveries:
        if row["state"] in _DONE or (
            row["state"] in {"unknown", "failed"} and row["key"] in notified
        ):
            continue
        if row["state"] == "failed" and row["parent"] in notified:
            continue
        yield f"{row['state']} {row['key']} ({row['attempts']} attempts, {row['error']})"


def _missing(harness: FaultHarness, dump: DatabaseDump) -> Iterator[str]:
    """Deliveries marked as sent whose message is not in the workspace."""
    posted = {(m.channel, m.ts) for m in _messages(harness)}
    for row in dump.deliveries:
        if row["state"] == "sent" and (row["sent_channel"], row["ts"]) not in posted:
            yield f"marked as sent, not in the workspace: {row['key']}"


def _unannounced(dump: DatabaseDump) -> Iterator[str]:
    """Decisions without a delivery of their announcement or recommendation."""
    keys = {row["key"] for row in dump.deliveries}
    for row in dump.decisions:
        for kind in ("announcement", "recommendation"):
            if f"{row['workspace']}/{row['number']}/{kind}" not in keys:
                yield f"no {kind} delivery for decision {row['number']}"


def _stale(harness: FaultHarness, dump: DatabaseDump) -> Iterator[str]:
    """Announcements that show another state than the decision in the database."""
    texts = {(m.channel, m.ts): text_of(m) for m in _messages(harness)}
    playbooks = {key: parse(text) for key, text in dump.playbooks.items() if text is not None}
    sent = {row["key"]: row for row in dump.deliveries if row["state"] == "sent"}
    for decision in dump.loaded:
        delivery = sent.get(announcement_key(decision))
        if delivery is None:
            continue
        current = announcement(decision, playbooks[decision.playbook_hash])
        shown = texts.get((delivery["sent_channel"], delivery["ts"]))
        if shown is not None and _state_shown(shown) != _state_shown(text_of(current)):
            yield (
                f"stale: the announcement of {decision.number} shows {_state_shown(shown)}, "
                f"not {_state_shown(text_of(current))}"
            )


def _state_shown(text: str) -> str:
    """Return the fallback text, which names title, status, option and who decided.

    The card below it is cut to a number of words, and the views, which are in other rows, count
    among them: even the deciders whom it names depend on them.
    """
    return text.splitlines()[0]


def _no_digest(harness: FaultHarness, dump: DatabaseDump) -> Iterator[str]:
    """Due digests without a run that no other one covers or names, and runs without a delivery."""
    keys = {row["key"] for row in dump.deliveries}
    for name in CHANNELS:
        channel = harness.playground.channel(name).id
        rows = [row for row in dump.digests if row["channel"] == channel]
        posts = [
            row for row in dump.deliveries if (row["kind"], row["channel"]) == ("digest", channel)
        ]
        days = {row["day"] or row["until"][:10] for row in rows}
        covered = days.union(*(json.loads(row["payload"])["missed"] for row in posts))
        yield from (
            f"no digest of #{name} on {d}" for d in harness.digest_days if str(d) not in covered
        )
        for row in rows:
            if row["outcome"] == "posted" and row["delivery"] not in keys:
                yield f"digest run without a delivery: {row['delivery']}"


def _count_keys(
    harness: FaultHarness, report: AuditReport, dump: DatabaseDump, messages: list[SlackMessage]
) -> None:
    """Add posts that exist twice or have no delivery to the report."""
    known = {row["key"] for row in dump.deliveries}
    posted = Counter(
        (delivery_key(m), harness.playground.workspace.channels[m.channel].kind) for m in messages
    )
    for (key, kind), times in posted.items():
        if key not in known:
            report.wrong.append(f"posted without a delivery: {key}")
        if times > 1:
            target = report.repeated if kind == "im" else report.duplicated
            target.append(f"{times} times {key}")


def _twice(dump: DatabaseDump) -> Iterator[str]:
    """Submissions that became two decisions, gaps in numbers, decisions resolved twice."""
    titles = Counter(row["title"] for row in dump.decisions)
    yield from (f"{times} decisions of {title}" for title, times in titles.items() if times > 1)
    numbers = sorted(row["number"] for row in dump.decisions)
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"numbers with gaps: {numbers}"
    resolved = Counter(
        row["number"] for row in dump.events if row["kind"] in {"accepted", "overridden"}
    )
    yield from (
        f"{number} resolved {times} times" for number, times in resolved.items() if times > 1
    )


def _wrong(harness: FaultHarness, workload: Workload, dump: DatabaseDump) -> Iterator[str]:
    """Responses other than 200, requests that Slack refused, and database corruption."""
    yield from (f"{each.status} to {each.kind}: {each.body[:80]}" for each in workload.errors)
    refused = (v for v in harness.playground.violations if v.error not in _EXPECTED_ERRORS)
    yield from (f"{v.method}: {v.error} {v.message}" for v in refused)
    if dump.integrity != "ok":
        yield f"integrity: {dump.integrity}"


def print_report(title: str, counts: Mapping[str, int], report: AuditReport, seconds: float) -> int:
    """Print the report; return the exit status: 0 if it is ok."""
    click.echo(title)
    for name, times in sorted(counts.items()):
        click.echo(f"  {name:<24}{times:>7}")
    figures = {
        "requests acked": report.acked,
        "messages posted": report.posted,
        "unconfirmed, owner asked": report.unconfirmed,
        "lost": len(report.lost),
        "duplicated": len(report.duplicated),
        "other violations": len(report.wrong),
        "repeated notices": len(report.repeated),
        "seconds": round(seconds),
    }
    for name, figure in figures.items():
        click.echo(f"  {name:<24}{figure:>7}")
    for name in ("lost", "duplicated", "wrong", "repeated"):
        lines = getattr(report, name)
        for line in lines[:_MAX_LINES]:
            click.echo(f"  {name}: {line}")
    return 0 if report.ok else 1
