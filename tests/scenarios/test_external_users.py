"""People of other companies in a shared channel."""

import pytest

from tests.scenarios.harness import Harness
from tests.scenarios.messages import text_of

pytestmark = pytest.mark.usefixtures("bot")


async def test_external_users_cannot_become_deciders(harness: Harness) -> None:
    """Naming a person of another company as decider is refused by a private notice."""
    ada = harness.playground.user("ada")
    (other,) = [each for each in harness.playground.workspace.users.values() if each.is_external]
    announcement, _ = await harness.post_decision(ada)
    await ada.click(announcement, "menu", "hand_over:1")
    view = await harness.wait_for_modal(ada, "hand_over")
    assert (await ada.submit(view, {"deciders": [other.name, "ben"]})).ok
    words = f"<@{other.id}> belongs to another company and can't decide here"
    await harness.playground.until(
        lambda: any(words in text_of(message) for message in ada.sees(ada.im.id))
    )
    assert not any("another company" in text_of(message) for message in ada.sees("product"))


async def test_a_digest_is_restricted_once_external_users_are_seen(harness: Harness) -> None:
    """A workspace digest shrinks to its channel once an external user acts in that channel."""
    ada, eve = harness.playground.user("ada"), harness.playground.user("eve")
    everything = {"digest_scope": "workspace", "digest_insiders": ["on"]}
    await ada.command("partners", "/ragvsft", "digest settings")
    await ada.submit(await harness.wait_for_modal(ada, "digest"), everything)
    announcement, _ = await harness.post_decision(ada, "partners")
    assert [row["scope"] for row in harness.rows("digest_settings")] == ["workspace"]
    await eve.click(announcement, "accept")
    await harness.wait_for_message(ada, "it covers that channel's decisions only", ada.im.id)
    assert [row["scope"] for row in harness.rows("digest_settings")] == ["channel"]
    await ada.command("partners", "/ragvsft", "digest settings")
    view = await harness.wait_for_modal(ada, "digest")
    await ada.submit(view, everything)
    assert "People from another company are in this channel" in str(view.errors)
