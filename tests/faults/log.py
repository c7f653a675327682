"""The decision log as a fault run leaves it."""

import json
from typing import Any

import sqlite_utils

from bot.storage.connection import Connection
from bot.storage.decisions import load_decisions
from bot.storage.playbooks import find_playbook
from tests.faults.crowd import Promise
from tests.faults.stage import Stage

Row = dict[str, Any]


class Log:
    """The decision log as it is at the end."""

    def __init__(self, stage: Stage) -> None:
        """Read the log; no bot need be running."""
        db = sqlite_utils.Database(stage.database)
        self.decisions = list(db["decisions"].rows)
        self.events = list(db["events"].rows)
        self.deliveries = list(db["deliveries"].rows)
        self.perspectives = list(db["perspectives"].rows)
        connection = Connection(db.conn)
        self.models = load_decisions(connection, self.decisions)
        hashes = {row["playbook_hash"] for row in self.decisions}
        self.playbooks = {each: find_playbook(connection, each) for each in hashes}
        self.digests = list(db["digests"].rows) if db["digests"].exists() else []
        (found,) = db.query("pragma integrity_check")
        self.integrity = found["integrity_check"]
        db.close()

    def keeps(self, promise: Promise) -> bool:
        """Whether the log has what somebody was told is done."""
        match promise.what:
            case "decision":
                return any(row["title"] == promise.mark for row in self.decisions)
            case "view":
                wanted = (promise.number, promise.by)
                return any((row["number"], row["user_id"]) == wanted for row in self.perspectives)
            case "digest":
                return any(row["key"].endswith(f"/now/{promise.mark}") for row in self.deliveries)
            case "settled":
                return any(
                    row["number"] == promise.number and row["status"] != "open"
                    for row in self.decisions
                )
            case _:
                return any(self._is_of(event, promise) for event in self.events)

    def _is_of(self, event: Row, promise: Promise) -> bool:
        reason = json.loads(event["detail"]).get("reason")
        found = (event["kind"], event["number"], event["actor"], reason)
        return found == (promise.what, promise.number, promise.by, promise.mark)
