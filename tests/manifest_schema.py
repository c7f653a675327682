"""Slack's rules for the fields of this app's manifest, as a JSON Schema.

Source: the limits that Slack publishes (github.com/slackapi/manifest-schema, version 1).
"""

from typing import Any


def text(longest: int, shortest: int = 1) -> dict[str, Any]:
    """Return the schema of a string with bounds on its length."""
    return {"type": "string", "minLength": shortest, "maxLength": longest}


def closed(*required: str, **properties: Any) -> dict[str, Any]:
    """Return the schema of an object with these fields and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def several(item: dict[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    """Return the schema of a list with bounds on its length."""
    return {"type": "array", "items": item, "minItems": least, "maxItems": most}


FLAG = {"type": "boolean"}
NUMBER = {"type": "integer"}
SCOPE = text(50)
EVENTS = several(text(50), 100) | {"uniqueItems": True}


def address(longest: int) -> dict[str, Any]:
    """Return the schema of a web address."""
    return text(longest) | {"pattern": "^https?://"}


SHORTCUT = closed(
    "name",
    "type",
    "callback_id",
    "description",
    name=text(24),
    type={"enum": ["message", "global"]},
    callback_id=text(255),
    description=text(150),
)
SLASH_COMMAND = closed(
    "command",
    "description",
    command=text(32, shortest=2) | {"pattern": "^/"},
    url=address(3000),
    description=text(2000),
    usage_hint=text(1000),
    should_escape=FLAG,
)
MANIFEST = closed(
    "display_information",
    _metadata=closed(major_version=NUMBER, minor_version=NUMBER),
    display_information=closed(
        "name",
        name=text(35),
        description=text(140),
        long_description=text(4000, shortest=175),
        background_color={"type": "string", "pattern": "^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$"},
    ),
    features=closed(
        app_home=closed(
            home_tab_enabled=FLAG, messages_tab_enabled=FLAG, messages_tab_read_only_enabled=FLAG
        ),
        bot_user=closed("display_name", display_name=text(80), always_online=FLAG),
        shortcuts=several(SHORTCUT, 10, least=1),
        slash_commands=several(SLASH_COMMAND, 50, least=1),
    ),
    oauth_config=closed(
        redirect_urls=several(text(2500), 1000) | {"uniqueItems": True},
        scopes=closed(bot=several(SCOPE, 255), user=several(SCOPE, 255)),
    ),
    settings=closed(
        event_subscriptions=closed(
            request_url=address(3500), bot_events=EVENTS, user_events=EVENTS
        ),
        interactivity=closed(
            "is_enabled",
            is_enabled=FLAG,
            request_url=address(3000),
            message_menu_options_url=address(3000),
        ),
        org_deploy_enabled=FLAG,
        socket_mode_enabled=FLAG,
        token_rotation_enabled=FLAG,
    ),
)
