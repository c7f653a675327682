"""What people read when something cannot be done."""

import inspect
from datetime import UTC, datetime

import pytest

from bot.decisions import errors
from bot.decisions.installation import NotInstalled
from bot.playbooks.engine import InvalidAnswers
from bot.slack.handlers.errors import words_for
from bot.slack.views.notices import UNEXPECTED
from bot.slackkit.payloads import ExternalUser
from tests.slack.examples import a_decision

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
ARGUMENTS = {
    "number": 12,
    "allowed": ("U1", "U2"),
    "waiting": ("U3",),
    "again_at": AT,
    "playbook_id": "gone",
    "known": ("ragvsft",),
    "title": "Answers",
    "recommended": "RAG",
}
TOLD_AT_A_FIELD = {errors.NobodyToAsk, errors.UnknownZone}
"""Errors that the modal they belong to shows itself."""


def known_errors() -> list[BaseException]:
    """Return one error of each kind that the desk raises for a person."""
    found: list[BaseException] = []
    for kind in vars(errors).values():
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind not in TOLD_AT_A_FIELD:
            takes = inspect.signature(kind.__init__).parameters
            arguments = {**ARGUMENTS, "decision": a_decision()}
            own = {name: arguments[name] for name in takes if name in arguments}
            found.append(kind(**own))
    return found


@pytest.mark.parametrize("error", known_errors(), ids=lambda error: type(error).__name__)
def test_every_error_of_the_desk_has_its_sentence(error: BaseException) -> None:
    """What a person asks for in vain is answered with what is the matter, not with an apology."""
    words = words_for(error)
    assert words != UNEXPECTED
    assert words.endswith(".")


@pytest.mark.parametrize(
    "error", [ExternalUser("U9"), InvalidAnswers(("unknown",)), NotInstalled("T1")], ids=repr
)
def test_errors_of_elsewhere_have_their_sentence(error: BaseException) -> None:
    """People of other workspaces, and those with an old view open, hear what is the matter."""
    assert words_for(error) != UNEXPECTED


def test_what_nobody_expected_is_an_apology() -> None:
    """Any other error says that it is not the person's fault, and nothing of what it was."""
    assert words_for(KeyError("secret")) == UNEXPECTED
