"""The initial data: the app, the workspace Northwind, its users, channels and messages."""

import secrets
from dataclasses import replace
from datetime import timedelta

from bot.playground.channel_messages import escape_text
from bot.playground.slack_model import (
    AppInstallation,
    AppShortcut,
    Channel,
    SlackApp,
    SlackMessage,
    SlackUser,
    SlashCommand,
)
from bot.playground.workspace import LocalSlack, Workspace

EXTERNAL_TEAM = "T0OUTSIDE"

_USERS = (
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
_MESSAGES = (
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


def default_app(command: str = "/ragvsft") -> SlackApp:
    """Return the app as its manifest declares it, with random secrets."""
    return SlackApp(
        signing_secret=secrets.token_hex(16),
        app_token=f"xapp-1-A0RAGVSFT-{secrets.token_hex(12)}",
        client_secret=secrets.token_hex(16),
        commands=[
            SlashCommand(
                command,
                "[help | list | show 12 | search words]",
                "Decide together: prompting, RAG, fine-tuning or both",
            )
        ],
        shortcuts=[
            AppShortcut("message", "decide_from_message", "Turn into a decision"),
            AppShortcut("global", "start_decision", "Start a decision"),
        ],
    )


def add_empty_workspace(slack: LocalSlack, workspace_id: str, name: str) -> Workspace:
    """Add a workspace with the app installed and without users."""
    suffix = workspace_id.removeprefix("T0")
    is_first = not slack.workspaces
    bot_user_id = _BOT if is_first else f"U0BOT{suffix}"
    installation = AppInstallation(
        bot_user_id=bot_user_id,
        bot_id="B0RAGVSFT" if is_first else f"B0{suffix}",
        bot_token=f"xoxb-{suffix.lower()}-{secrets.token_hex(12)}",
    )
    domain = name.lower().replace(" ", "-")
    workspace = Workspace(slack, workspace_id, name, domain, installation)
    workspace.users[bot_user_id] = SlackUser(
        bot_user_id, slack.app.name, slack.app.name, workspace_id, colour="#3f0e40", is_bot=True
    )
    slack.workspaces[workspace_id] = workspace
    return workspace


def add_user_to(workspace: Workspace, user: SlackUser) -> None:
    """Add a user with a direct conversation to the app."""
    workspace.users[user.id] = user
    channel_id = f"D0{user.id.removeprefix('U0')}"
    members = {user.id, workspace.installation.bot_user_id}
    workspace.channels[channel_id] = Channel(channel_id, workspace.slack.app.name, "im", members)
    workspace.slack.mark_changed()


def add_northwind(slack: LocalSlack) -> Workspace:
    """Add the workspace Northwind with its users, channels and messages."""
    workspace = add_empty_workspace(slack, "T0NORTH", "Northwind")
    for user_id, name, real_name, title, tz, colour in _USERS:
        user = SlackUser(user_id, name, real_name, workspace.id, tz, title, colour)
        add_user_to(workspace, user)
    workspace.users["U0EVE"] = SlackUser(
        "U0EVE",
        "eve",
        "Eve Marsh",
        EXTERNAL_TEAM,
        "Europe/Lisbon",
        "Harbour & Co",
        "#9f1239",
        is_external=True,
    )
    for channel in _CHANNELS:
        workspace.channels[channel.id] = replace(channel, members=set(channel.members))
    workspace.channels["C0SUPPORTAI"].pinned = _what_to_try(slack.app)
    start = slack.now() - timedelta(hours=3)
    for index, (channel_id, user_id, text) in enumerate(_MESSAGES):
        ts = slack.ids.ts(start + timedelta(minutes=7 * index))
        message = SlackMessage(ts, channel_id, user_id, escape_text(text))
        workspace.messages.setdefault(channel_id, []).append(message)
    return workspace


def _what_to_try(app: SlackApp) -> str:
    """Return the first steps with the app's command and its shortcut, "" if it lacks one."""
    shortcut = next((each.name for each in app.shortcuts if each.type == "message"), None)
    if not app.commands or shortcut is None:
        return ""
    command = app.commands[0].name
    return f"*Try it:* type `{command}`, or use ⋮ on Ben's message → *{escape_text(shortcut)}*"
