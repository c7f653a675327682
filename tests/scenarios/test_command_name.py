"""A slash command of another name, with RAGVSFT_COMMAND."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.doctor.samples.slack_views import samples
from bot.playground import Playground, default_app, serving
from bot.playground.user_session import UserSession
from tests.scenarios.harness import FastForwardPlayground, Harness
from tests.slack.examples import engine

NAME = "/decide"
USUAL = "/ragvsft"
TYPED = (
    "help",
    "list",
    "list mine",
    "search refund",
    "show 1",
    "show 99",
    "export 1",
    "digest",
    "digest settings",
    "digest now",
    "digest off",
    "rules",
    "start nonsense",
    "frobnicate",
)
"""Subcommands, each answered with a private message or a modal."""


@pytest.fixture
async def renamed(tmp_path: Path) -> AsyncIterator[Harness]:
    """A workspace and a bot whose command has another name."""
    playground = FastForwardPlayground(app=default_app(NAME))
    async with serving(playground):
        harness = Harness(playground, tmp_path / "ragvsft.db", "http")
        async with harness.run_bot(RAGVSFT_COMMAND=NAME):
            yield harness
    assert playground.violations == []


async def run(playground: Playground, person: UserSession, text: str) -> None:
    """Run a subcommand, wait for its message or modal, and close the modal."""
    shown = len(person.sees("product"))
    assert (await person.command("product", NAME, text)).ok
    await playground.until(lambda: person.modal or len(person.sees("product")) > shown)
    if person.modal is not None:
        await person.close(person.modal)


async def test_everything_sent_names_the_command(renamed: Harness) -> None:
    """Whatever a person does, all that the bot sends names the command as it is called here."""
    playground = renamed.playground
    ada = playground.user("ada")
    await ada.open_home("home")
    await renamed.post_decision(ada)
    for text in TYPED:
        await run(playground, ada, text)
    said = [[message.text, message.blocks] for message in playground.messages("product")]
    called = [call.args for call in playground.calls]
    acked = [dispatch.body for dispatch in playground.dispatches]
    sent = json.dumps([said, called, acked])
    assert f"{NAME} list" in sent
    assert USUAL not in sent


@pytest.mark.parametrize("playbook", ["ragvsft", "hosting"])
def test_no_sample_names_another_command(playbook: str) -> None:
    """No sample of a message or view names a command that does not exist here."""
    named = samples(engine(playbook), NAME)
    wrong = [name for name, sample in named.items() if USUAL in json.dumps(sample)]
    assert wrong == []
    assert any(NAME in json.dumps(sample) for sample in named.values())
