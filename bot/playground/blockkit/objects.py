"""Slack's limits on composition objects: texts, options, confirm dialogs, image sources.

Figures: JSDoc of @slack/types 3.2.0 and docs.slack.dev/reference/block-kit/composition-objects.
"""

from collections.abc import Iterator

from bot.playground.blockkit.check import (
    Check,
    Problem,
    any_of,
    array,
    boolean,
    matching,
    not_both,
    one_of,
    record,
    string,
    tagged,
    url,
)
from bot.playground.model import Json

TEXT_MAX = 3000
OPTION_TEXT_MAX = 75
OPTION_VALUE_MAX = 150
GROUPS_MAX = OPTIONS_MAX = 100


def plain(most: int) -> Check:
    """A plain_text object of 1 to `most` characters."""
    return tagged(_texts(most), "plain_text")


def mrkdwn(most: int) -> Check:
    """A mrkdwn object of 1 to `most` characters."""
    return tagged(_texts(most), "mrkdwn")


def text(most: int = TEXT_MAX) -> Check:
    """A plain_text or mrkdwn object of 1 to `most` characters."""
    return tagged(_texts(most))


def _texts(most: int) -> dict[str, Check]:
    kind = {"type": one_of("plain_text", "mrkdwn"), "text": string(most)}
    return {
        "plain_text": record(kind, {"emoji": boolean}),
        "mrkdwn": record(kind, {"verbatim": boolean}),
    }


PLAIN_OPTION = record(
    {"text": plain(OPTION_TEXT_MAX), "value": string(OPTION_VALUE_MAX)},
    {"description": plain(OPTION_TEXT_MAX)},
)
RICH_OPTION = record(
    {"text": text(OPTION_TEXT_MAX), "value": string(OPTION_VALUE_MAX)},
    {"description": text(OPTION_TEXT_MAX)},
)
OVERFLOW_OPTION = record(
    {"text": plain(OPTION_TEXT_MAX)},
    {
        "value": string(OPTION_VALUE_MAX),
        "description": plain(OPTION_TEXT_MAX),
        "url": url(3000),
    },
    any_of("value", "url"),
)
OPTION_GROUP = record({"label": plain(75), "options": array(PLAIN_OPTION, 1, OPTIONS_MAX)}, {})
CONFIRM = record(
    {"text": text(300)},
    {
        "title": plain(100),
        "confirm": plain(30),
        "deny": plain(30),
        "style": one_of("primary", "danger"),
    },
)
DISPATCH_CONFIG = record(
    {},
    {
        "trigger_actions_on": array(
            one_of("on_enter_pressed", "on_character_entered"), least=1, most=2
        )
    },
)
CONVERSATION_FILTER = record(
    {},
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
SLACK_FILE = record(
    {},
    {"id": matching(r"F[A-Z0-9]{8,}", "file id", 255), "url": url()},
    any_of("id", "url"),
    not_both("id", "url"),
)


def options_or_groups(value: Json, at: str) -> Iterator[Problem]:
    """A static menu has options or option_groups, never both."""
    yield from any_of("options", "option_groups")(value, at)
    yield from not_both("options", "option_groups")(value, at)


def all_options(element: Json) -> list[Json]:
    """The options of an element, those inside of groups included; broken ones left out."""
    groups = element.get("option_groups") or []
    found = list(element.get("options") or [])
    for group in groups:
        found += (group.get("options") or []) if isinstance(group, dict) else []
    return [option for option in found if isinstance(option, dict)]


def initial_among_options(value: Json, at: str) -> Iterator[Problem]:
    """Whatever is chosen from the start is exactly one of the options."""
    offered = [_essence(option) for option in all_options(value)]
    single = value.get("initial_option")
    if isinstance(single, dict) and _essence(single) not in offered:
        yield Problem(f"{at}/initial_option", "not_an_option", _NOT_OFFERED)
    several = value.get("initial_options")
    for index, option in enumerate(several if isinstance(several, list) else []):
        if isinstance(option, dict) and _essence(option) not in offered:
            yield Problem(f"{at}/initial_options/{index}", "not_an_option", _NOT_OFFERED)


_NOT_OFFERED = "initial option must match one of the options exactly"


def _essence(option: Json) -> tuple[object, ...]:
    def words(name: str) -> tuple[object, object]:
        text_object = option.get(name)
        if not isinstance(text_object, dict):
            return (None, None)
        return (text_object.get("type"), text_object.get("text"))

    return (option.get("value"), option.get("url"), words("text"), words("description"))
