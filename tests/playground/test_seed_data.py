"""The initial workspace."""

from bot.playground import Playground
from bot.playground.slack_model import Channel, SlackUser


def test_northwind_is_as_described() -> None:
    """Users, channels and members are as the guide to the local workspace says."""
    playground = Playground()
    kinds = {c.name: c.kind for c in playground.workspace.channels.values() if c.kind != "im"}
    assert kinds == {
        "general": "public",
        "product": "public",
        "support-ai": "public",
        "leadership": "private",
        "partners": "shared",
        "old-project": "public",
    }
    assert playground.channel("leadership").members == {"U0ADA", "U0BEN"}
    assert playground.channel("old-project").is_archived
    assert playground.user("eve").user.is_external
    said = [m.text for m in playground.messages("support-ai")]
    assert any(text.startswith("Support keeps answering with last year's refund") for text in said)


def test_timestamps_are_unique() -> None:
    """Messages have unique, increasing timestamps, even when the clock is moved back."""
    playground = Playground()
    ada = playground.user("ada")
    first = ada.say("product", "one")
    playground.advance(days=-1)
    second = ada.say("product", "two")
    assert float(first.ts) < float(second.ts)
    every = [m.ts for kept in playground.workspace.messages.values() for m in kept]
    assert len(every) == len(set(every))


def test_a_second_workspace_is_separate() -> None:
    """A second workspace has its own users and channels."""
    playground = Playground()
    south = playground.add_workspace("T0SOUTH", "Southwind")
    playground.add_user(SlackUser("U0SUE", "sue", "Sue Park", "T0SOUTH"), south)
    playground.add_channel(Channel("C0SOUTH", "south", "public", {"U0SUE"}), south)
    sue = playground.user("sue", south)
    assert sue.say("south", "Hello").text == "Hello"
    assert sue.im.members == {"U0SUE", south.installation.bot_user_id}
    assert "C0SOUTH" not in playground.workspace.channels
    assert south.installation.bot_token != playground.bot_token
