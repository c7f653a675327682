"""The workspace that is there from the start: Northwind, its people and what they have said."""

import secrets
from datetime import timedelta

from bot.playground import conversation
from bot.playground.model import (
    App,
    Channel,
    Command,
    Installation,
    Message,
    Person,
    Shortcut,
)
from bot.playground.team import Team
from bot.playground.world import World

OUTSIDE_TEAM = "T0OUTSIDE"

_PEOPLE = (
    ("U0ADA", "ada", "Ada Lind", "Product lead", "Europe/Berlin", "#c2410c"),
    ("U0BEN", "ben", "Ben Okafor", "Engineer", "Europe/London", "#0f766e"),
    ("U0CHLOE", "chloe", "Chloe Tan", "Designer", "Asia/Singapore", "#7c3aed"),
    ("U0DEV", "dev", "Dev Patel", "Data scientist", "America/New_York", "#1d4ed8"),
)
_ALL = ("U0ADA", "U0BEN", "U0CHLOE", "U0DEV")
_BOT = "U0BOT"
_CHANNELS = (
    Channel("C0GENERAL", "general", "public", set(_ALL), "Company-wide news"),
    Channel("C0PRODUCT", "product", "public", set(_ALL), "What we build next, and why"),
    Channel("C0SUPPORTAI", "support-ai", "public", {*_ALL, _BOT}, "The support assistant"),
    Channel("C0LEADERS", "leadership", "private", {"U0ADA", "U0BEN"}, "Budget and plans"),
    Channel("C0PARTNERS", "partners", "shared", {*_ALL, "U0EVE", _BOT}, "With Harbour & Co"),
    Channel("D0ADABEN", "ada-ben", "im", {"U0ADA", "U0BEN"}),
    Channel("C0OLD", "old-project", "public", set(_ALL), "Finished in spring", is_archived=True),
)
_SAID = (
    ("C0GENERAL", "U0CHLOE", "Morning! The new onboarding flow is live for half of our customers."),
    ("C0GENERAL", "U0BEN", "Nice. Sign-ups look steady so far, no errors overnight."),
    ("C0PRODUCT", "U0ADA", "Planning for next quarter starts on Thursday. Bring one problem each."),
    (
        "C0PRODUCT",
        "U0DEV",
        (
            "Mine: contract summaries. The model knows the law well enough, but it never keeps to "
            "our house style."
        ),
    ),
    (
        "C0SUPPORTAI",
        "U0BEN",
        (
            "Support keeps answering with last year's refund rules. The assistant was set up "
            "before they changed, and nobody told it."
        ),
    ),
    (
        "C0SUPPORTAI",
        "U0CHLOE",
        "Customers notice: three complaints this week about the same thing.",
    ),
    ("C0SUPPORTAI", "U0DEV", "Before we retrain anything: where do the rules live now?"),
    ("C0LEADERS", "U0BEN", "The GPU budget is capped until we have numbers from a pilot."),
    ("C0PARTNERS", "U0EVE", "Hello from Harbour & Co! We'll share our test questions here."),
    ("D0ADABEN", "U0ADA", "Do you have ten minutes before the planning?"),
    ("C0OLD", "U0ADA", "Thanks everyone, closing this channel."),
)


def default_app() -> App:
    """The app as its manifest declares it, with secrets made up for this run."""
    return App(
        signing_secret=secrets.token_hex(16),
        app_token=f"xapp-1-A0RAGVSFT-{secrets.token_hex(12)}",
        client_secret=secrets.token_hex(16),
        commands=[
            Command(
                "/ragvsft",
                "[help | list | show 12 | search words]",
                "Decide together: prompting, RAG, fine-tuning or both",
            )
        ],
        shortcuts=[
            Shortcut("message", "decide_from_message", "Turn into a decision"),
            Shortcut("global", "start_decision", "Start a decision"),
        ],
    )


def empty_team(world: World, team_id: str, name: str) -> Team:
    """A workspace with the app installed and nobody in it, added to the world."""
    suffix = team_id.removeprefix("T0")
    is_first = not world.teams
    bot_user_id = _BOT if is_first else f"U0BOT{suffix}"
    installation = Installation(
        bot_user_id=bot_user_id,
        bot_id="B0RAGVSFT" if is_first else f"B0{suffix}",
        bot_token=f"xoxb-{suffix.lower()}-{secrets.token_hex(12)}",
    )
    team = Team(team_id, name, name.lower().replace(" ", "-"), installation)
    team.people[bot_user_id] = Person(
        bot_user_id, world.app.name, world.app.name, team_id, colour="#3f0e40", is_bot=True
    )
    world.teams[team_id] = team
    return team


def add_person(world: World, team: Team, person: Person) -> Person:
    """Add a person, with a direct conversation to the app."""
    team.people[person.id] = person
    channel_id = f"D0{person.id.removeprefix('U0')}"
    bot = team.installation.bot_user_id
    team.channels[channel_id] = Channel(channel_id, world.app.name, "im", {person.id, bot})
    world.changed()
    return person


def seed(world: World) -> Team:
    """Fill the world with the team Northwind."""
    team = empty_team(world, "T0NORTH", "Northwind")
    for person_id, name, real_name, title, tz, colour in _PEOPLE:
        add_person(world, team, Person(person_id, name, real_name, team.id, tz, title, colour))
    eve = Person(
        "U0EVE",
        "eve",
        "Eve Marsh",
        OUTSIDE_TEAM,
        "Europe/Lisbon",
        "Harbour & Co",
        "#9f1239",
        is_external=True,
    )
    team.people[eve.id] = eve
    for channel in _CHANNELS:
        team.channels[channel.id] = Channel(
            channel.id,
            channel.name,
            channel.kind,
            set(channel.members),
            channel.topic,
            channel.is_archived,
        )
    _talk(world, team)
    return team


def _talk(world: World, team: Team) -> None:
    start = world.now() - timedelta(hours=3)
    for index, (channel_id, person_id, text) in enumerate(_SAID):
        said = conversation.escaped(text)
        ts = world.ids.ts(start + timedelta(minutes=7 * index))
        message = Message(ts, channel_id, person_id, said)
        team.messages.setdefault(channel_id, []).append(message)
