"""What a workspace is made of: people, channels, messages, views, files."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Json = dict[str, Any]
ChannelKind = Literal["public", "private", "im", "shared"]


@dataclass
class Person:
    """Somebody in the workspace, or the app's bot user."""

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
    """A conversation: public, private, shared with another organisation, or direct (`im`)."""

    id: str
    name: str
    kind: ChannelKind
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_archived: bool = False

    @property
    def is_private(self) -> bool:
        """Whether only members know that it exists."""
        return self.kind in {"private", "im"}

    @property
    def name_in_payloads(self) -> str:
        """What payloads call it: private and direct ones hide their names, group ones don't."""
        if self.kind == "private" and self.name.startswith("mpdm-"):
            return self.name
        return {"private": "privategroup", "im": "directmessage"}.get(self.kind, self.name)


@dataclass
class UploadedFile:
    """A file given through the upload URL.

    It is private to the app until it is shared in a channel, or a message shows it there.
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
class Message:
    """A message of a channel; an ephemeral one names the only person who sees it."""

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
        """Whether it belongs into a thread below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts


@dataclass
class View:
    """A modal or a Home tab as one person has it before them."""

    id: str
    person: str
    type: Literal["modal", "home"]
    payload: Json
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    values: Json = field(default_factory=dict)
    errors: dict[str, str] | None = None
    trouble: str | None = None
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
        """The words in the title bar (empty for a Home tab)."""
        return str((self.payload.get("title") or {}).get("text", ""))

    @property
    def private_metadata(self) -> str:
        """What the app keeps with the view, or an empty string."""
        return str(self.payload.get("private_metadata") or "")


@dataclass(frozen=True)
class Notice:
    """A line that Slack shows to one person near the composer."""

    id: str
    person: str
    text: str


@dataclass
class Trigger:
    """A trigger_id: who may open a modal with it, and since when."""

    id: str
    person: str
    born: datetime
    view_id: str | None = None
    used: bool = False
    expired: bool = False


@dataclass
class ResponseUrl:
    """Where an app answers an interaction: five times within half an hour."""

    id: str
    person: str
    channel: str
    born: datetime
    message_ts: str | None = None
    uses: int = 0


@dataclass(frozen=True)
class Command:
    """A slash command as the manifest declares it."""

    name: str
    hint: str = ""
    description: str = ""


@dataclass(frozen=True)
class Shortcut:
    """A shortcut as the manifest declares it."""

    type: Literal["message", "global"]
    callback_id: str
    name: str


DEFAULT_SCOPES = frozenset(
    {"commands", "chat:write", "chat:write.public", "users:read", "files:write"}
)


@dataclass
class App:
    """The app that is being tried, the same in every workspace."""

    id: str = "A0RAGVSFT"
    name: str = "ragvsft"
    signing_secret: str = ""
    app_token: str = ""
    client_id: str = "1000.2000"
    client_secret: str = ""
    verification_token: str = "unused"  # noqa: S105 - deprecated by Slack, still in every payload
    home_enabled: bool = True
    commands: list[Command] = field(default_factory=list)
    shortcuts: list[Shortcut] = field(default_factory=list)


@dataclass
class Installation:
    """The app in one workspace: its bot user, its token and what the token may do."""

    bot_user_id: str
    bot_id: str
    bot_token: str
    scopes: set[str] = field(default_factory=lambda: set(DEFAULT_SCOPES))
    is_revoked: bool = False
    is_org_wide: bool = False
