"""A question as a block of the questionnaire.

It looks the same to everybody who gave the same answer, so each is made once: slack_sdk looks
every object over before it is JSON (70 us each), which took most of the time before an ack.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from slack_sdk.models.blocks import InputBlock, Option, RadioButtonsElement

from bot.playbooks.model import Question
from bot.slackkit import ids
from bot.slackkit.message import plain
from bot.slackkit.mrkdwn import PLAIN_OPTION, fit

_MOST_KEPT = 2000
"""Blocks; ragvsft's sixteen questions have a hundred and thirty between them."""


def question_block(question: Question, answers: Mapping[str, str | None]) -> dict[str, Any]:
    """Return a question with its answers to choose from, as Slack's JSON; not to be changed.

    Args:
        question: what is asked.
        answers: those of the sheet so far; one that the question has is chosen already.
    """
    given = answers.get(question.id, "")
    chosen = ids.DONT_KNOW if given is None else given
    return _block(question.id, question.ask, question.help, tuple(question.answers.items()), chosen)


@lru_cache(maxsize=_MOST_KEPT)
def _block(
    name: str, ask: str, hint: str | None, answers: tuple[tuple[str, str], ...], chosen: str
) -> dict[str, Any]:
    options = {
        value: Option(text=plain(fit(text, PLAIN_OPTION)), value=value)
        for value, text in (*answers, (ids.DONT_KNOW, "Don't know"))
    }
    return InputBlock(
        block_id=f"{ids.QUESTION_PREFIX}{name}",
        label=plain(ask),
        hint=plain(hint) if hint else None,
        element=RadioButtonsElement(
            action_id=ids.Action.ANSWER,
            options=list(options.values()),
            initial_option=options.get(chosen),
        ),
    ).to_dict()
