"""One workspace: who is in it, where they talk, what is open before whom."""

from dataclasses import dataclass, field

from bot.playground.model import (
    Channel,
    Installation,
    Json,
    Message,
    Notice,
    Person,
    ResponseUrl,
    Trigger,
    UploadedFile,
    View,
)


@dataclass
class Team:
    """The state of one workspace. Everything is kept by team, so that several can stand by."""

    id: str
    name: str
    domain: str
    installation: Installation
    enterprise_id: str | None = None
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    stacks: dict[str, list[str]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    @property
    def enterprise(self) -> Json | None:
        """The organisation that this workspace belongs to, as payloads name it."""
        if self.enterprise_id is None:
            return None
        return {"id": self.enterprise_id, "name": f"{self.name} group"}

    def person(self, name_or_id: str) -> Person:
        """The person with this id or short name.

        Raises:
            KeyError: nobody has it.
        """
        for person in self.people.values():
            if name_or_id in {person.id, person.name}:
                return person
        raise KeyError(f"nobody called {name_or_id!r} in {self.name}")

    def channel(self, name_or_id: str) -> Channel:
        """The channel with this id or name (with or without #).

        Raises:
            KeyError: there is none.
        """
        for channel in self.channels.values():
            if name_or_id.removeprefix("#") in {channel.id, channel.name}:
                return channel
        raise KeyError(f"no channel called {name_or_id!r} in {self.name}")

    def im(self, person_id: str) -> Channel:
        """The direct conversation between a person and the app."""
        pair = {person_id, self.installation.bot_user_id}
        return next(c for c in self.channels.values() if c.kind == "im" and c.members == pair)

    def find_message(self, channel_id: str, ts: str) -> Message | None:
        """The message with this timestamp (ephemeral ones included), or None."""
        return next((m for m in self.messages.get(channel_id, []) if m.ts == ts), None)

    def replies(self, channel_id: str, ts: str) -> list[Message]:
        """The lasting replies below a message, oldest first."""
        return [
            m
            for m in self.messages.get(channel_id, [])
            if m.thread_ts == ts and m.is_reply and m.ephemeral_to is None
        ]

    def stack(self, person_id: str) -> list[View]:
        """The modals before a person, bottom to top."""
        return [self.views[view_id] for view_id in self.stacks.get(person_id, [])]

    def can_see(self, person_id: str, channel: Channel) -> bool:
        """Whether a person knows of a channel: members do, and everybody inside of public ones."""
        if person_id in channel.members:
            return True
        return channel.kind == "public" and not self.people[person_id].is_external

    def has_app(self, person: Person) -> bool:
        """Whether a person has the app's commands, shortcuts and Home: nobody from outside does."""
        return not person.is_external and not self.installation.is_revoked

    def can_open(self, person_id: str, file: UploadedFile) -> bool:
        """Whether a person sees a channel that a file is shared or shown in."""
        if person_id not in self.people:
            return False
        return any(self.can_see(person_id, self.channels[where]) for where in file.shared_in)

    @property
    def first_person(self) -> Person:
        """Whom the page begins with."""
        return next(person for person in self.people.values() if not person.is_bot)

    def seen_by(self, person_id: str, channel_id: str) -> list[Message]:
        """What a person sees in a channel, ephemeral messages to them included."""
        return [m for m in self.messages.get(channel_id, []) if m.ephemeral_to in {None, person_id}]
