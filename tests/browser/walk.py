"""Count the way from the command to a posted decision: `python -m tests.browser.walk`.

A careful reader reads each page once and answers as Northwind does about its refund rules. The
minutes are computed, not measured: 200 words a minute to read, 3 seconds for each field, and 40
words a minute to type.
"""

import asyncio
import logging
import tempfile
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.playground import serving
from bot.playground.slack_model import View
from bot.playground.user_session import UserSession
from tests.browser.actions import REFUNDS
from tests.scenarios.harness import FastForwardPlayground, Harness, first_answers
from tests.slack.words import words_in_sight

READ_PER_MINUTE, TYPED_PER_MINUTE, SECONDS_PER_FIELD = 200, 40, 3
COMMAND = "/ragvsft"
TYPED = {
    "title": "Refund answers for the support team",
    "problem": "The assistant quotes last year's refund rules, and customers notice.",
}


@dataclass
class Walk:
    """What the way took.

    Attributes:
        words: of each page, in order.
        fields: questions and other inputs that the person decided about.
        clicks: the channel and the composer, answers, fields typed in, and buttons.
        typed: words typed, the command included.
    """

    words: list[int]
    fields: int
    clicks: int
    typed: int

    @property
    def minutes(self) -> float:
        """How long the way takes."""
        reading = sum(self.words) / READ_PER_MINUTE
        return reading + self.fields * SECONDS_PER_FIELD / 60 + self.typed / TYPED_PER_MINUTE


async def walk(harness: Harness, person: UserSession, channel: str = "support-ai") -> Walk:
    """Go from the command to the posted decision; return what it took."""
    found = Walk(words=[], fields=0, clicks=2, typed=len(COMMAND.split()))
    view = await harness.open_questionnaire(person, channel)
    while view.payload["callback_id"] == "questions":
        answers = {block: _answer(block, first) for block, first in first_answers(view).items()}
        found.words.append(words_in_sight(view.payload))
        found.fields += len(answers)
        found.clicks += len(answers) + 1
        await person.submit(view, answers)
    found.words.append(words_in_sight(view.payload))
    found.fields += _inputs(view)
    found.clicks += len(TYPED) + 1
    found.typed += sum(len(text.split()) for text in TYPED.values())
    await person.submit(view, TYPED)
    await harness.wait_for_post(person, channel)
    return found


def _answer(block: str, first: object) -> object:
    answer = REFUNDS[block.removeprefix("question:")]
    return (answer,) if isinstance(first, tuple) else answer


def _inputs(view: View) -> int:
    return sum(block["type"] == "input" for block in view.blocks)


def report(found: Walk) -> str:
    """Return the figures in lines."""
    pages = " + ".join(map(str, found.words))
    return (
        f"pages    {len(found.words)}\n"
        f"words    {sum(found.words)} ({pages})\n"
        f"clicks   {found.clicks}\n"
        f"typed    {found.typed} words\n"
        f"minutes  {found.minutes:.1f} (computed)"
    )


async def _run() -> Walk:
    playground = FastForwardPlayground()
    with tempfile.TemporaryDirectory() as folder:
        async with serving(playground):
            harness = Harness(playground, Path(folder) / "walk.db", "http")
            async with harness.run_bot():
                return await walk(harness, playground.user("ada"))


def main() -> None:
    """Walk, and print the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    print(report(asyncio.run(_run())))


if __name__ == "__main__":
    main()
