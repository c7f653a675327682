"""Digests with something in every part, and what is said of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.digest.content import Digest, SectionCounts
from bot.digest.settings import DigestScope
from bot.digest.views.message import digest_message
from bot.doctor.samples import COMMAND
from bot.doctor.samples.digests import digest_of, permalinks_of
from bot.slackkit.message import Message
from tests.slack.examples import a_decision, engine


def full(**more: Any) -> Digest:
    """A digest with everything in it, about one decision, with its text as given."""
    made = replace(a_decision(), **more)
    return digest_of(made, engine("ragvsft").playbook)


def channel(digest: Digest) -> Digest:
    """The same for one channel, a week long and with two entries of each part."""
    shares = {
        name: replace(getattr(digest, name), shown=getattr(digest, name).shown[:2], count=2)
        for name in ("waiting", "disagreements", "reviews", "new", "decided", "closed", "changed")
    }
    since = digest.until - timedelta(weeks=1)
    return replace(
        digest, scope=DigestScope.CHANNEL, since=since, private=SectionCounts(), missed=(), **shares
    )


def paragraphs(message: Message) -> list[str]:
    """The texts of a message's sections, in order."""
    return [block["text"]["text"] for block in message.blocks if block["type"] == "section"]


def part(message: Message, title: str) -> str:
    """The one section of a message that begins with a title."""
    (found,) = [text for text in paragraphs(message) if text.startswith(f"*{title}")]
    return found


def told(digest: Digest) -> Message:
    """The message that a channel gets, each decision with its link."""
    return digest_message(digest, COMMAND, permalinks_of(digest))
