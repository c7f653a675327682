"""The text that a person reads for each error."""

import inspect
from datetime import UTC, datetime

import pytest

from bot.decisions import errors
from bot.playbooks.engine import InvalidAnswers
from bot.slack.handlers.errors import error_text
from bot.slack.views.notices import UNEXPECTED
from bot.slackkit.payloads import ExternalUser
from bot.storage.installations import NotInstalled
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
    "question": "faults",
    "answer": "None of these",
}
SHOWN_AT_A_FIELD = {errors.NobodyToAsk, errors.UnknownZone}
"""Errors that a modal shows at a field."""


def known_errors() -> list[BaseException]:
    """Return one error of each class that services raise."""
    found: list[BaseException] = []
    for kind in vars(errors).values():
        if inspect.isclass(kind) and issubclass(kind, Exception) and kind not in SHOWN_AT_A_FIELD:
            takes = inspect.signature(kind.__init__).parameters
            arguments = {**ARGUMENTS, "decision": a_decision()}
            own = {name: arguments[name] for name in takes if name in arguments}
            found.append(kind(**own))
    return found


@pytest.mark.parametrize("error", known_errors(), ids=lambda error: type(error).__name__)
def test_every_error_of_the_services_has_a_text(error: BaseException) -> None:
    """Each error of the services has its own text, not the general apology."""
    words = error_text(error)
    assert words != UNEXPECTED
    assert words.endswith(".")


@pytest.mark.parametrize(
    "error", [ExternalUser("U9"), InvalidAnswers(("unknown",)), NotInstalled("T1")], ids=repr
)
def test_errors_from_elsewhere_have_a_text(error: BaseException) -> None:
    """External users, outdated views and missing installations have their own texts."""
    assert error_text(error) != UNEXPECTED


def test_an_unexpected_error_is_an_apology() -> None:
    """Any other error has the general apology, without details."""
    assert error_text(KeyError("secret")) == UNEXPECTED
