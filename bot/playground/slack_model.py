"""Data classes of the local Slack: users, channels, messages, views, files, the app."""

import itertools
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "shared"]


def parse_json_object(text: str) -> Json | None:
    """Return the JSON object in a text; None if there is anything else."""
    try:
        parsed: Any = json.loads(text)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def fields_of(value: object, *names: str) -> Json:
    """Return these attributes of an object as a JSON object."""
    return {name: getattr(value, name) for name in names}


class SlackIds:
    """Generates unique ids and strictly increasing message timestamps."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._last_ts = 0

    def new(self, prefix: str) -> str:
        """Return a new id such as V0A000001K3."""
        return f"{prefix}0A{next(self._numbers):06d}{secrets.token_hex(1).upper()}"

    def secret(self, prefix: str) -> str:
        """Return a new id that cannot be guessed."""
        return self.new(prefix) + secrets.token_hex(12)

    def ts(self, now: datetime) -> str:
        """Return a message timestamp later than all earlier ones: seconds and microseconds."""
        micros = max(int(now.timestamp() * 1_000_000), self._last_ts + 1)
        self._last_ts = micros
        return f"{micros // 1_000_000}.{micros % 1_000_000:06d}"

    def hash(self, now: datetime) -> str:
        """Return a new hash for the content of a view."""
        return f"{int(now.timestamp())}.{secrets.token_hex(4)}"

    def trigger(self, now: datetime) -> str:
        """Return a new trigger_id."""
        return f"{next(self._numbers)}.{int(now.timestamp() * 1000)}.{secrets.token_hex(16)}"


@dataclass
class SlackUser:
    """A member of a workspace, a guest from another one (`is_external`), or the app's bot user."""

    id: str
    name: str
    real_name: str
    team_id: str
    tz: str = "Europe/London"
    title: str = ""
    colour: str = "#5b5b66"
    is_bot: bool = False
    is_external: bool = False

    @property
    def initials(self) -> str:
        """The letters on the avatar."""
        return "".join(part[0] for part in self.real_name.split()[:2]).upper()


@dataclass
class Channel:
    """A conversation: public, private, shared with another organisation, or direct (`im`).

    `pinned` is a line of mrkdwn above the messages. The page opens on a channel that has one.
    """

    id: str
    name: str
    kind: ChannelKind
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_archived: bool = False
    pinned: str = ""

    @property
    def is_private(self) -> bool:
        """Whether only members can see the channel."""
        return self.kind in {"private", "im"}

    @property
    def name_in_payloads(self) -> str:
        """The name in payloads: hidden for private and direct channels, not for group ones."""
        if self.kind == "private" and self.name.startswith("mpdm-"):
            return self.name
        return {"private": "privategroup", "im": "directmessage"}.get(self.kind, self.name)


@dataclass
class UploadedFile:
    """A file sent to an upload URL.

    Only the app has access until the file is shared in a channel or shown in a message.
    """

    id: str
    filename: str
    length: int
    title: str = ""
    alt_text: str = ""
    mimetype: str = "application/octet-stream"
    content: bytes | None = None
    is_complete: bool = False
    shared_in: set[str] = field(default_factory=set)


@dataclass
class SlackMessage:
    """A message in a channel; `ephemeral_to` is the only user who sees an ephemeral one."""

    ts: str
    channel: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    attachments: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    edited: bool = False
    by_app: bool = False
    bot_id: str | None = None
    files: list[UploadedFile] = field(default_factory=list)

    @property
    def is_reply(self) -> bool:
        """Whether the message is a reply in a thread."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class View:
    """A modal or Home tab of one user, with the values of its inputs.

    `errors` are validation errors by block_id, `connection_error` is the line that Slack shows
    when the app did not respond.
    """

    id: str
    user_id: str
    type: Literal["modal", "home"]
    payload: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: dict[str, str] | None = None
    connection_error: str | None = None
    is_open: bool = True

    @property
    def blocks(self) -> list[Json]:
        """The blocks of the view, each with its block_id."""
        blocks: list[Json] = self.payload.get("blocks", [])
        return blocks

    @property
    def callback_id(self) -> str:
        """The callback_id, or an empty string."""
        return str(self.payload.get("callback_id") or "")

    @property
    def title(self) -> str:
        """The text of the title bar (empty for a Home tab)."""
        return str((self.payload.get("title") or {}).get("text", ""))

    @property
    def private_metadata(self) -> str:
        """The private_metadata, or an empty string."""
        return str(self.payload.get("private_metadata") or "")


@dataclass(frozen=True)
class Notice:
    """A line that Slack shows to one user near the composer."""

    id: str
    user_id: str
    text: str


@dataclass
class Trigger:
    """A trigger_id: which user's action created it, and when."""

    id: str
    user_id: str
    created_at: datetime
    view_id: str | None = None
    used: bool = False
    expired: bool = False


@dataclass
class ResponseUrl:
    """A response_url: which action created it, and how often it was used."""

    id: str
    user_id: str
    channel_id: str
    created_at: datetime
    message_ts: str | None = None
    uses: int = 0


@dataclass(frozen=True)
class SlashCommand:
    """A slash command declared in the app's manifest."""

    name: str
    hint: str = ""
    description: str = ""


@dataclass(frozen=True)
class AppShortcut:
    """A shortcut declared in the app's manifest."""

    type: Literal["message", "global"]
    callback_id: str
    name: str


DEFAULT_SCOPES = frozenset(
    {"commands", "chat:write", "chat:write.public", "users:read", "files:write"}
)


@dataclass
class SlackApp:
    """The app under test, as its manifest declares it; the same in every workspace."""

    id: str = "A0RAGVSFT"
    name: str = "ragvsft"
    signing_secret: str = ""
    app_token: str = ""
    client_id: str = "1000.2000"
    client_secret: str = ""
    verification_token: str = "unused"  # noqa: S105 - deprecated by Slack, still in every payload
    home_enabled: bool = True
    commands: list[SlashCommand] = field(default_factory=list)
    shortcuts: list[AppShortcut] = field(default_factory=list)


@dataclass
class AppInstallation:
    """The app in one workspace: bot user, bot token and granted scopes."""

    bot_user_id: str
    bot_id: str
    bot_token: str
    scopes: set[str] = field(default_factory=lambda: set(DEFAULT_SCOPES))
    is_revoked: bool = False
    is_org_wide: bool = False
