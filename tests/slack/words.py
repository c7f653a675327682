"""What a person reads of a modal: the words in sight, without those of closed menus."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def words_in_sight(modal: Json) -> int:
    """Return how many words a modal shows."""
    return sum(len(text.split()) for text in texts_in_sight(modal))


def texts_in_sight(modal: Json) -> list[str]:
    """Return the texts that a modal shows, in order."""
    blocks = [text for block in modal["blocks"] for text in _block(block)]
    buttons = [modal[name]["text"] for name in ("close", "submit") if modal.get(name)]
    return [modal["title"]["text"], *blocks, *buttons]


def _block(block: Json) -> Iterator[str]:
    for name in ("text", "label"):
        if name in block:
            yield block[name]["text"]
    for field in block.get("fields", []):
        yield field["text"]
    elements = [block[name] for name in ("element", "accessory") if name in block]
    for element in (*elements, *block.get("elements", [])):
        yield from _element(element)
    if "hint" in block:
        yield block["hint"]["text"]
    if block.get("optional"):
        yield "(optional)"


def _element(element: Json) -> Iterator[str]:
    match element["type"]:
        case "mrkdwn" | "plain_text":
            yield element["text"]
        case "button":
            yield element["text"]["text"]
        case "radio_buttons" | "checkboxes":
            yield from (option["text"]["text"] for option in element["options"])
        case _:
            yield _value(element)


def _value(element: Json) -> str:
    """Return what a field shows: its value, else its placeholder."""
    if "initial_option" in element:
        return str(element["initial_option"]["text"]["text"])
    for name in ("initial_value", "initial_channel", "initial_date"):
        if element.get(name):
            return str(element[name])
    if users := element.get("initial_users"):
        return " ".join(users)
    return str(element.get("placeholder", {}).get("text", ""))
