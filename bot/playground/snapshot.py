"""Everything one person may see, as the page gets it."""

from bot.playground.faults import LABELS
from bot.playground.fields import values_of
from bot.playground.ledger import Violation
from bot.playground.model import Channel, Json, Message, Person, UploadedFile, View
from bot.playground.team import Team
from bot.playground.world import World

PREVIEW_LINES = 24


def snapshot(world: World, team: Team, person: Person) -> Json:
    """The state of the workspace for one person; its shape is documented in `client`."""
    channels = [c for c in team.channels.values() if team.can_see(person.id, c)]
    home = team.homes.get(person.id)
    return {
        "version": world.version,
        "team": {"id": team.id, "name": team.name},
        "app": _app(world, team, person),
        "me": _person(person),
        "people": [_person(p) for p in team.people.values()],
        "channels": [_channel(team, person, c) for c in channels],
        "messages": {
            c.id: [_message(team, person, m) for m in team.seen_by(person.id, c.id)]
            for c in channels
        },
        "modals": [_view(v) for v in team.stack(person.id)],
        "home": _view(home) if home is not None else None,
        "notices": [{"id": n.id, "text": n.text} for n in team.notices if n.person == person.id],
        "clock": {
            "now": world.now().isoformat(),
            "offset_seconds": world.clock.offset.total_seconds(),
        },
        "faults": [fault.as_json() for fault in world.faults.active()],
        "fault_kinds": [
            {"kind": kind, "label": label, "fields": fields}
            for kind, (label, fields) in LABELS.items()
        ],
        "violations": [_violation(v) for v in world.ledger.violations],
        "refusals": [_violation(v) for v in world.ledger.refusals],
        "connection": {"mode": world.transport.mode, "url": world.transport.request_url},
    }


def _app(world: World, team: Team, person: Person) -> Json:
    app, is_theirs = world.app, team.has_app(person)
    return {
        "id": app.id,
        "name": app.name,
        "bot_user_id": team.installation.bot_user_id,
        "icon": None,
        "home_enabled": app.home_enabled,
        "commands": [
            {"name": c.name, "hint": c.hint, "description": c.description}
            for c in app.commands
            if is_theirs
        ],
        "shortcuts": [
            {"type": s.type, "callback_id": s.callback_id, "name": s.name}
            for s in app.shortcuts
            if is_theirs
        ],
    }


def _person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "initials": person.initials,
        "colour": person.colour,
        "tz": person.tz,
        "title": person.title,
        "is_bot": person.is_bot,
        "is_external": person.is_external,
    }


def _channel(team: Team, person: Person, channel: Channel) -> Json:
    others = sorted(channel.members - {person.id})
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "is_member": person.id in channel.members,
        "is_archived": channel.is_archived,
        "topic": channel.topic,
        "member_ids": sorted(channel.members),
        "app_is_member": team.installation.bot_user_id in channel.members,
        "other": others[0] if channel.kind == "im" and others else None,
    }


def _message(team: Team, person: Person, message: Message) -> Json:
    replies = team.replies(message.channel, message.ts)
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "latest_reply": replies[-1].ts if replies else None,
        "edited": message.edited,
        "ephemeral": message.ephemeral_to is not None,
        "files": [
            {
                "id": file.id,
                "title": file.title,
                "url_private": f"/files/{file.id}?as={person.id}",
                "mimetype": file.mimetype,
                "alt_text": file.alt_text,
                "preview": _preview(file),
            }
            for file in message.files
        ],
        "app": message.by_app,
        "metadata": message.metadata,
        "state": {"values": values_of(message.blocks)},
    }


def _preview(file: UploadedFile) -> str | None:
    """The beginning of a text; None of anything else."""
    if file.content is None or not file.mimetype.startswith("text/"):
        return None
    lines = file.content.decode("utf-8", "replace").splitlines()
    return "\n".join(lines[:PREVIEW_LINES])


def _view(view: View) -> Json:
    return {
        "id": view.id,
        "type": view.type,
        "title": view.payload.get("title"),
        "submit": view.payload.get("submit"),
        "close": view.payload.get("close"),
        "blocks": view.blocks,
        "hash": view.hash,
        "callback_id": view.callback_id,
        "private_metadata": view.private_metadata,
        "state": {"values": view.values},
        "errors": view.errors,
        "trouble": view.trouble,
    }


def _violation(violation: Violation) -> Json:
    return {
        "method": violation.method,
        "error": violation.error,
        "message": violation.message,
        "pointer": violation.pointer,
        "at": violation.at.isoformat(),
    }
