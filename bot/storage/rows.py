"""Rows of the log to what they mean, and back."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from bot.decisions.model import (
    Decision,
    Draft,
    DraftPurpose,
    Person,
    Place,
    Resolution,
    ReviewAnswer,
    Source,
    Status,
    Visibility,
    Workflow,
)
from bot.outbox.model import Delivery, DeliveryKind, DeliveryState
from bot.playbooks.loader import PlaybookText
from bot.playbooks.verdict import Verdict

Row = Mapping[str, Any]

_workflow = TypeAdapter(Workflow)
_verdict = TypeAdapter(Verdict)
_resolution: TypeAdapter[Resolution | None] = TypeAdapter(Resolution | None)
_source: TypeAdapter[Source | None] = TypeAdapter(Source | None)
_reviews = TypeAdapter(tuple[ReviewAnswer, ...])


def playbook_row(text: PlaybookText) -> dict[str, Any]:
    """Return the row that keeps a playbook's text."""
    return {
        "hash": text.hash,
        "folder": text.folder,
        "files": json.dumps(dict(text.files)),
    }


def to_playbook(row: Row) -> PlaybookText:
    """Return the playbook's text that a row keeps."""
    return PlaybookText(folder=row["folder"], files=json.loads(row["files"]))


def draft_row(draft: Draft) -> dict[str, Any]:
    """Return the row that keeps a draft."""
    origin = draft.origin
    return {
        "id": draft.id,
        "workspace": draft.driver.workspace,
        "driver": draft.driver.user,
        "playbook_hash": draft.playbook_hash,
        "channel": origin.channel if origin else None,
        "visibility": origin.visibility.value if origin else None,
        "workflow": _workflow.dump_json(draft.workflow).decode(),
        "answers": json.dumps(dict(draft.answers)),
        "started_at": draft.started_at.isoformat(),
        "changed_at": draft.changed_at.isoformat(),
        "decision": draft.decision,
        "purpose": draft.purpose.value,
        "about": draft.about,
        "source": _source.dump_json(draft.source).decode(),
    }


def to_draft(row: Row) -> Draft:
    """Return the draft that a row keeps."""
    origin = None
    if row["channel"] is not None:
        origin = Place(row["channel"], Visibility(row["visibility"]))
    return Draft(
        id=row["id"],
        driver=Person(row["workspace"], row["driver"]),
        playbook_hash=row["playbook_hash"],
        started_at=datetime.fromisoformat(row["started_at"]),
        changed_at=datetime.fromisoformat(row["changed_at"]),
        origin=origin,
        workflow=_workflow.validate_json(row["workflow"]),
        answers=json.loads(row["answers"]),
        decision=row["decision"],
        purpose=DraftPurpose(row["purpose"]),
        about=row["about"],
        source=_source.validate_json(row["source"] or "null"),
    )


def decision_row(decision: Decision) -> dict[str, Any]:
    """Return the row that keeps a decision."""
    return {
        "workspace": decision.workspace,
        "number": decision.number,
        "draft_id": decision.draft_id,
        "title": decision.title,
        "problem": decision.problem,
        "driver": decision.driver,
        "deciders": json.dumps(decision.deciders),
        "review_on": decision.review_on.isoformat() if decision.review_on else None,
        "channel": decision.place.channel,
        "visibility": decision.place.visibility.value,
        "playbook_hash": decision.playbook_hash,
        "answers": json.dumps(dict(decision.answers)),
        "verdict": _verdict.dump_json(decision.verdict).decode(),
        "option": decision.verdict.recommended or "",
        "status": decision.status.value,
        "opened_at": decision.opened_at.isoformat(),
        "resolution": _resolution.dump_json(decision.resolution).decode(),
        "supersedes": decision.supersedes,
        "superseded_by": decision.superseded_by,
        "reviews": _reviews.dump_json(decision.reviews).decode(),
        "source": _source.dump_json(decision.source).decode(),
    }


def to_decision(row: Row) -> Decision:
    """Return the decision that a row keeps."""
    return Decision(
        workspace=row["workspace"],
        number=row["number"],
        draft_id=row["draft_id"],
        title=row["title"],
        problem=row["problem"],
        driver=row["driver"],
        deciders=tuple(json.loads(row["deciders"])),
        review_on=date.fromisoformat(row["review_on"]) if row["review_on"] else None,
        place=Place(row["channel"], Visibility(row["visibility"])),
        playbook_hash=row["playbook_hash"],
        answers=json.loads(row["answers"]),
        verdict=_verdict.validate_json(row["verdict"]),
        status=Status(row["status"]),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        resolution=_resolution.validate_json(row["resolution"] or "null"),
        supersedes=row["supersedes"],
        superseded_by=row["superseded_by"],
        reviews=_reviews.validate_json(row["reviews"]),
        source=_source.validate_json(row["source"] or "null"),
    )


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    """Return the row that keeps a delivery."""
    return {
        "key": delivery.key,
        "workspace": delivery.workspace,
        "kind": delivery.kind.value,
        "channel": delivery.channel,
        "decision": delivery.decision,
        "after": delivery.after,
        "detail": json.dumps(dict(delivery.detail)),
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "due_at": delivery.due_at.isoformat(),
        "kept_at": delivery.due_at.isoformat(),
        "ts": delivery.ts,
        "sent_channel": delivery.sent_channel,
    }


def to_delivery(row: Row) -> Delivery:
    """Return the delivery that a row keeps."""
    failing = row["failing_since"]
    return Delivery(
        key=row["key"],
        workspace=row["workspace"],
        kind=DeliveryKind(row["kind"]),
        channel=row["channel"],
        due_at=datetime.fromisoformat(row["due_at"]),
        decision=row["decision"],
        after=row["after"],
        detail=json.loads(row["detail"]),
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        ts=row["ts"],
        sent_channel=row["sent_channel"],
        failing_since=datetime.fromisoformat(failing) if failing else None,
    )
