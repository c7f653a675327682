"""files.*: upload in three steps.

Source: docs.slack.dev/messaging/working-with-files.
"""

import json
import mimetypes
from typing import Any

from bot.playground import conversation
from bot.playground.content import Content
from bot.playground.model import Json, UploadedFile
from bot.playground.refused import Refused, missing_argument
from bot.playground.web_api.call import Call, Method


def _upload_url(call: Call) -> Json:
    filename = call.need("filename")
    length = call.need("length")
    if not length.isdigit() or int(length) < 1:
        raise missing_argument("length")
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    file = UploadedFile(
        call.world.ids.secret("F").upper(),
        filename,
        int(length),
        filename,
        call.maybe("alt_txt") or "",
        kind,
    )
    call.team.files[file.id] = file
    url = f"{call.world.base_url}/upload/{call.team.id}/{file.id}"
    return {"upload_url": url, "file_id": file.id}


def _listed_files(call: Call) -> list[tuple[UploadedFile, Json]]:
    given: Any = call.args.get("files")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise missing_argument("files") from None
    if not isinstance(given, list) or not given:
        raise missing_argument("files")
    found = []
    for entry in given:
        file = call.team.files.get(str(entry.get("id"))) if isinstance(entry, dict) else None
        if file is None or file.content is None:
            raise Refused("file_not_found")
        found.append((file, entry))
    return found


def _complete(call: Call) -> Json:
    files = _listed_files(call)
    channel_id = call.maybe("channel_id")
    for file, entry in files:
        file.is_complete = True
        file.title = str(entry.get("title") or file.title)
        file.alt_text = str(entry.get("alt_txt") or file.alt_text)
    if channel_id is not None:
        channel = conversation.known_channel(call.team, channel_id)
        if channel.is_archived:
            raise Refused("is_archived")
        if call.team.installation.bot_user_id not in channel.members:
            raise Refused("not_in_channel")
        shared = [file for file, _ in files]
        content = Content(text=call.maybe("initial_comment"), files=shared)
        conversation.post(call.world, call.team, channel, content, call.maybe("thread_ts"))
        for file in shared:
            file.shared_in.add(channel.id)
    return {"files": [{"id": file.id, "title": file.title} for file, _ in files]}


METHODS = {
    "files.getUploadURLExternal": Method(_upload_url, "files:write"),
    "files.completeUploadExternal": Method(_complete, "files:write"),
}
