"""Digests with an entry in every section, and the text of their messages."""

import re
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


def full_digest(**more: Any) -> Digest:
    """Return a digest with every section filled, whose decisions have the fields given."""
    made = replace(a_decision(), **more)
    return digest_of(made, engine("ragvsft").playbook)


def channel_digest(digest: Digest) -> Digest:
    """Return a digest's one-channel form: one week, two entries per section."""
    shares = {
        name: replace(getattr(digest, name), shown=getattr(digest, name).shown[:2], count=2)
        for name in ("waiting", "disagreements", "reviews", "new", "decided", "closed", "changed")
    }
    since = digest.until - timedelta(weeks=1)
    return replace(
        digest, scope=DigestScope.CHANNEL, since=since, private=SectionCounts(), missed=(), **shares
    )


def section_texts(message: Message) -> list[str]:
    """Return the texts of a message's sections, in order."""
    return [block["text"]["text"] for block in message.blocks if block["type"] == "section"]


def section(message: Message, title: str) -> str:
    """Return the text of the one section with this title."""
    (found,) = [text for text in section_texts(message) if text.startswith(f"*{title}")]
    return found


def message_of(digest: Digest) -> Message:
    """Return the message for a channel, with a link to each decision."""
    return digest_message(digest, COMMAND, permalinks_of(digest))


def waiting_texts(message: Message) -> list[str]:
    """Return the texts below the title of the decisions that wait, up to the next title."""
    texts = section_texts(message)
    first = next(at for at, text in enumerate(texts) if text.startswith("*Waiting")) + 1
    after = [at for at, text in enumerate(texts) if at >= first and re.match(r"\*[A-Z]", text)]
    return texts[first : after[0] if after else None]
