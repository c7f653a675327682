"""The Slack app manifest: what the app is called, what it may do, and where Slack reaches it.

The fields are those of Slack's manifest schema 1 (github.com/slackapi/manifest-schema).
"""

import re
from typing import Final
from urllib.parse import urlsplit

from bot.slack.commands import usage_hint

EVENTS_PATH: Final = "/slack/events"
REDIRECT_PATH: Final = "/slack/oauth_redirect"

SCOPES: Final = {
    "commands": "the slash command and the shortcuts",
    "chat:write": "posts decisions, keeps them up to date, and reminds deciders by direct message",
    "chat:write.public": "posts to a public channel that nobody has invited the bot to",
    "users:read": "people's names for records, and their time zones",
    "files:write": "uploads exported records and the digest's chart",
}
"""The scopes of the bot token, each with what it is for. None of them reads messages."""

HISTORY_SCOPES: Final = {
    "channels:history": "finds its own post after a lost connection, in public channels it is in",
    "groups:history": "the same in private channels it is in; nothing else is read",
}
"""Optional scopes; without them, the bot asks people whether an unconfirmed post arrived."""


def scopes_asked(*, with_history: bool) -> dict[str, str]:
    """Return the scopes to install the bot with, each with what it is for."""
    return SCOPES | (HISTORY_SCOPES if with_history else {})


COMMAND: Final = re.compile(r"/[a-z0-9_-]{1,31}")
"""A slash command's name in Slack: a slash, and at most 32 characters in all."""


def public_url(text: str) -> str:
    """Normalise the public address of the bot.

    Args:
        text: an address as typed, with or without the path of the events.

    Returns:
        The address without a trailing slash.

    Raises:
        ValueError: Slack cannot call it; says why.
    """
    base = text.strip().rstrip("/").removesuffix(EVENTS_PATH)
    url = urlsplit(base)
    if url.scheme != "https" or not url.hostname:
        raise ValueError(f"“{text}” is not an address that begins with https://")
    if url.query or url.fragment or re.search(r"[\s\"'\\]", base):
        raise ValueError(f"“{text}” has more than a host and a path")
    return base


def manifest(
    url: str | None = None, command: str = "/ragvsft", *, with_history: bool = False
) -> str:
    """Write the manifest as YAML, with the reason for each permission beside it.

    Args:
        url: the public address from `public_url`; None for Socket Mode, which needs none.
        command: the slash command's name.
        with_history: include the scopes with which the bot finds its own posts.

    Returns:
        The document, to paste under “Create New App > From a manifest”.

    Raises:
        ValueError: Slack does not accept the command's name.
    """
    if not COMMAND.fullmatch(command):
        raise ValueError(f"“{command}” is not a slash command: use / and a-z, 0-9, “-” or “_”")
    scopes = scopes_asked(with_history=with_history)
    return _TEMPLATE.format(
        how=f"reached at {url}" if url else "Socket Mode: no public address needed",
        command=command,
        usage_hint=usage_hint(),
        command_url=_line(6, "url", url, EVENTS_PATH),
        redirect_urls=f'\n  redirect_urls:\n    - "{url}{REDIRECT_PATH}"' if url else "",
        scopes="\n".join(f"      - {name:<17}  # {why}" for name, why in scopes.items()),
        reading=_READS_OWN if with_history else _READS_NOTHING,
        request_url=_line(4, "request_url", url, EVENTS_PATH),
        socket_mode="false" if url else "true",
    )


def _line(indent: int, key: str, url: str | None, path: str) -> str:
    return f'\n{" " * indent}{key}: "{url}{path}"' if url else ""


_READS_NOTHING: Final = "the least that works; none of them reads what people write"
_READS_OWN: Final = "the last two are a choice: to look for its own posts in a channel's history"

_TEMPLATE: Final = """\
# The Slack app "ragvsft", {how}.
# Create it at https://api.slack.com/apps > Create New App > From a manifest.
_metadata:
  major_version: 1
  minor_version: 1

display_information:
  name: ragvsft
  description: Decide as a team how to build with a language model, and keep why.
  long_description: >-
    Type {command} in a channel and answer a short questionnaire. ragvsft recommends, with reasons
    and sources, whether prompting, long context, RAG, fine-tuning, a combination or something else
    fits the problem, and says what would change its mind. The team discusses it in the thread,
    decides, and the decision is kept: why, by whom, and later how it went.
  background_color: "#1f3a4d"

features:
  app_home:
    home_tab_enabled: true  # drafts, what waits for you, recent decisions
    messages_tab_enabled: true  # where reminders and private decisions arrive
    messages_tab_read_only_enabled: true  # the bot reads no messages, so there is nothing to type
  bot_user:
    display_name: ragvsft
    always_online: false
  slash_commands:
    - command: {command}{command_url}
      description: Decide together how to build with a language model
      usage_hint: "{usage_hint}"
      should_escape: false
  shortcuts:
    - name: Turn into a decision
      type: message
      callback_id: decide_from_message
      description: Start a decision with this message as the problem
    - name: Start a decision
      type: global
      callback_id: start_decision
      description: Find out whether prompting, RAG, fine-tuning or something else fits

oauth_config:{redirect_urls}
  scopes:
    bot:  # {reading}
{scopes}

settings:
  event_subscriptions:{request_url}
    bot_events:
      - app_home_opened  # shows the Home tab
      - app_uninstalled  # forgets the workspace's tokens
      - tokens_revoked  # the same, when only the tokens go
  interactivity:
    is_enabled: true{request_url}
  org_deploy_enabled: false
  socket_mode_enabled: {socket_mode}
  token_rotation_enabled: false
"""
