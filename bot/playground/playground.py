"""A local Slack workspace in one object."""

from collections.abc import Callable
from datetime import timedelta

from starlette.types import ASGIApp

from bot.playground.clock import MovableClock
from bot.playground.deliver.events import send_event, uninstall
from bot.playground.faults import Faults
from bot.playground.ledger import ApiCall, Delivery, Ledger, Violation
from bot.playground.mentions import mass_mentions
from bot.playground.model import App, Channel, Json, Message, Person
from bot.playground.person import Actor
from bot.playground.rates import Rates
from bot.playground.seed import add_person, default_app, empty_team, seed
from bot.playground.server import asgi_app
from bot.playground.team import Team
from bot.playground.wire.transport import Transport
from bot.playground.world import World


class Playground:
    """The workspace Northwind with the app installed; further workspaces can be added.

    Args:
        clock: the clock to share with the bot; a new one if None.
        app: the app as its manifest declares it; ragvsft's if None.
    """

    def __init__(self, clock: MovableClock | None = None, app: App | None = None) -> None:
        self.world = World(clock or MovableClock(), app or default_app())
        self.team = seed(self.world)
        self.asgi: ASGIApp = asgi_app(self.world, self.team)

    def at(self, base_url: str) -> None:
        """Say where the workspace is served, e.g. http://127.0.0.1:8000."""
        self.world.base_url = base_url.rstrip("/")

    def connect_http(self, request_url: str) -> None:
        """Say where the app takes deliveries over HTTP."""
        self.transport.request_url = request_url
        self.world.changed()

    async def aclose(self) -> None:
        """End background work, streams and sockets."""
        await self.world.close()

    @property
    def clock(self) -> MovableClock:
        """The clock of the workspace."""
        return self.world.clock

    @property
    def app(self) -> App:
        """The app as its manifest declares it."""
        return self.world.app

    @property
    def api_url(self) -> str:
        """The base URL of the Web API, with a slash at its end."""
        return f"{self.world.base_url}/api/"

    @property
    def bot_token(self) -> str:
        """The bot token of the first workspace."""
        return self.team.installation.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token for Socket Mode."""
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        """What deliveries are signed with."""
        return self.app.signing_secret

    @property
    def app_id(self) -> str:
        """The app's id."""
        return self.app.id

    @property
    def team_id(self) -> str:
        """The first workspace's id."""
        return self.team.id

    @property
    def bot_user_id(self) -> str:
        """The app's bot user in the first workspace."""
        return self.team.installation.bot_user_id

    @property
    def transport(self) -> Transport:
        """The way to the app."""
        return self.world.transport

    @property
    def faults(self) -> Faults:
        """The faults that can be switched on."""
        return self.world.faults

    @property
    def rates(self) -> Rates:
        """The rate limits."""
        return self.world.rates

    @property
    def ledger(self) -> Ledger:
        """Everything written down: violations, refusals, calls, deliveries."""
        return self.world.ledger

    @property
    def violations(self) -> list[Violation]:
        """Requests that the app should not have made."""
        return self.ledger.violations

    @property
    def refusals(self) -> list[Violation]:
        """Requests refused for reasons that the app could not know."""
        return self.ledger.refusals

    @property
    def calls(self) -> list[ApiCall]:
        """The Web API requests so far."""
        return self.ledger.calls

    @property
    def deliveries(self) -> list[Delivery]:
        """The payloads delivered so far."""
        return self.ledger.deliveries

    @property
    def mass_mentions(self) -> list[tuple[Message, str]]:
        """Messages of the app that would ping a whole channel or workspace."""
        every = [m for kept in self.team.messages.values() for m in kept if m.by_app]
        return [(message, mention) for message in every for mention in mass_mentions(message)]

    def person(self, name_or_id: str, team: Team | None = None) -> Actor:
        """A person to act as.

        Raises:
            KeyError: there is nobody of that name or id.
        """
        where = team or self.team
        return Actor(self.world, where, where.person(name_or_id))

    def channel(self, name_or_id: str) -> Channel:
        """A channel of the first workspace.

        Raises:
            KeyError: there is none of that name or id.
        """
        return self.team.channel(name_or_id)

    def messages(self, channel: str) -> list[Message]:
        """Every message of a channel, replies and everybody's ephemeral ones included."""
        return list(self.team.messages.get(self.channel(channel).id, []))

    def add_team(
        self, team_id: str, name: str, enterprise_id: str | None = None, *, org_wide: bool = False
    ) -> Team:
        """Add another workspace with the app installed and nobody in it.

        Args:
            team_id: its id, which begins with T0.
            name: its name.
            enterprise_id: the organisation it belongs to, if any.
            org_wide: whether the app is installed for the whole organisation: payloads then have
                no team.
        """
        team = empty_team(self.world, team_id, name)
        team.enterprise_id = enterprise_id
        team.installation.is_org_wide = org_wide
        return team

    def add_person(self, person: Person, team: Team | None = None) -> Actor:
        """Add a person to a workspace."""
        where = team or self.team
        return Actor(self.world, where, add_person(self.world, where, person))

    def add_channel(self, channel: Channel, team: Team | None = None) -> Channel:
        """Add a channel to a workspace."""
        (team or self.team).channels[channel.id] = channel
        self.world.changed()
        return channel

    def invite(self, name_or_id: str, channel: str) -> None:
        """Bring a person (or `bot`) into a channel."""
        self.channel(channel).members.add(self._member(name_or_id))
        self.world.changed()

    def remove(self, name_or_id: str, channel: str) -> None:
        """Take a person (or `bot`) out of a channel."""
        self.channel(channel).members.discard(self._member(name_or_id))
        self.world.changed()

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self.channel(channel).is_archived = True
        self.world.changed()

    def advance(self, **by: float) -> None:
        """Move the clock on: `advance(days=1, hours=2)`."""
        self.clock.advance(timedelta(**by))

    async def deliver_again(self, delivery: Delivery) -> Delivery:
        """Send the payload of an earlier delivery once more, signed anew."""
        return await self.transport.deliver(delivery.kind, delivery.payload)

    async def event(self, inner: Json, team: Team | None = None) -> Delivery:
        """Deliver an event of any type, with retries if it fails."""
        return await send_event(self.world, team or self.team, inner)

    async def ssl_check(self) -> Delivery:
        """Send the check that Slack makes of request URLs now and then."""
        fields = {"ssl_check": "1", "token": self.app.verification_token}
        return await self.transport.deliver("slash_commands", fields)

    async def url_verification(self) -> Delivery:
        """Send the challenge that Slack sends when a request URL is entered."""
        token = self.app.verification_token
        payload = {"type": "url_verification", "token": token, "challenge": "3eZbrw1aB"}
        return await self.transport.deliver("events_api", payload)

    async def uninstall(self, team: Team | None = None) -> list[Delivery]:
        """Remove the app from a workspace."""
        return await uninstall(self.world, team or self.team)

    async def until(self, predicate: Callable[[], object], within: float = 30.0) -> None:
        """Wait until something holds in the workspace.

        Raises:
            AssertionError: it did not within that many real seconds; says what is there instead.
        """
        if not await self.world.wait_until(predicate, within):
            raise AssertionError(f"did not happen within {within} s.\n{self.dump()}")

    def dump(self) -> str:
        """The workspace in words, for messages of failed tests."""
        team, lines = self.team, []
        for channel in team.channels.values():
            for m in team.messages.get(channel.id, []):
                mark = f" (to {m.ephemeral_to})" if m.ephemeral_to else ""
                thread = f" in {m.thread_ts}" if m.is_reply else ""
                lines.append(f"#{channel.name} {m.ts}{thread} {m.user}{mark}: {m.text[:80]}")
        for person_id in team.stacks:
            lines += [f"modal of {person_id}: {v.title} {v.errors}" for v in team.stack(person_id)]
        lines += [f"notice to {n.person}: {n.text}" for n in team.notices]
        lines += [f"call {c.method} {c.status} {(c.answer or {}).get('error')}" for c in self.calls]
        lines += [f"delivery {d.kind} {d.status} {d.error}" for d in self.deliveries]
        lines += [f"violation {v.method} {v.error} {v.message}" for v in self.violations]
        return "\n".join(lines)

    def _member(self, name_or_id: str) -> str:
        return self.bot_user_id if name_or_id == "bot" else self.team.person(name_or_id).id
