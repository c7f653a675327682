"""views.*: triggers, three modals, hashes, values kept on update."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from bot.playground.slack_model import View
from tests.playground import block_samples as s
from tests.playground.rejections import error_of


@pytest.fixture
def trigger(playground: Playground) -> Any:
    ada = playground.user("ada")

    def make() -> str:
        return playground.workspace.new_trigger(ada.user)

    return make


@pytest.fixture
async def opened(playground: Playground, client: AsyncWebClient, trigger: Any) -> View:
    await client.views_open(trigger_id=trigger(), view=s.modal(callback_id="first"))
    view = playground.user("ada").modal
    assert view is not None
    return view


async def test_a_trigger_expires_after_three_seconds(
    playground: Playground, client: AsyncWebClient, trigger: Any
) -> None:
    """A trigger_id older than three seconds has expired, which is no violation."""
    late = trigger()
    playground.clock.advance(timedelta(seconds=3, milliseconds=1))
    assert (
        await error_of(client.views_open(trigger_id=late, view=s.modal())) == "expired_trigger_id"
    )
    assert playground.violations == []
    fresh = trigger()
    playground.clock.advance(timedelta(seconds=2))
    await client.views_open(trigger_id=fresh, view=s.modal())


async def test_a_trigger_works_once(client: AsyncWebClient, trigger: Any) -> None:
    """A trigger_id can't open a second view."""
    once = trigger()
    await client.views_open(trigger_id=once, view=s.modal())
    again = client.views_open(trigger_id=once, view=s.modal())
    assert await error_of(again) == "exchanged_trigger_id"
    unknown = client.views_open(trigger_id="1.2.3", view=s.modal())
    assert await error_of(unknown) == "invalid_trigger_id"


async def test_an_invalid_view_leaves_the_trigger_usable(
    playground: Playground, client: AsyncWebClient, trigger: Any
) -> None:
    """An invalid view gets invalid_arguments with a pointer and does not use the trigger."""
    once = trigger()
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=once, view=s.modal(title=s.plain("x" * 25)))
    assert caught.value.response["error"] == "invalid_arguments"
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]
    await client.views_open(trigger_id=once, view=s.modal())
    assert len(playground.violations) == 1


async def test_a_view_of_more_than_250_kb_is_too_large(
    client: AsyncWebClient, trigger: Any
) -> None:
    """The size of the whole view is limited, not only that of its parts."""
    heavy = s.home(*[s.section(text=s.plain("x" * 3000)) for _ in range(90)])
    assert await error_of(client.views_publish(user_id="U0ADA", view=heavy)) == "view_too_large"


async def test_at_most_three_modals_are_open(
    playground: Playground, client: AsyncWebClient, opened: View
) -> None:
    """Two modals can be pushed on the first, a third can't, and only from within a modal."""
    ada = playground.user("ada")

    def inside() -> str:
        assert ada.modal is not None
        return playground.workspace.new_trigger(ada.user, ada.modal.id)

    outside = playground.workspace.new_trigger(ada.user)
    push = client.views_push(trigger_id=outside, view=s.modal())
    assert await error_of(push) == "invalid_trigger_id"
    elsewhere = playground.workspace.new_trigger(ada.user, "V0CLOSED")
    push = client.views_push(trigger_id=elsewhere, view=s.modal())
    assert await error_of(push) == "invalid_trigger_id"
    second = await client.views_push(trigger_id=inside(), view=s.modal())
    assert second["view"]["previous_view_id"] == opened.id
    third = await client.views_push(trigger_id=inside(), view=s.modal())
    assert third["view"]["root_view_id"] == opened.id
    push = client.views_push(trigger_id=inside(), view=s.modal())
    assert await error_of(push) == "push_limit_reached"
    assert len(ada.modals) == 3


async def test_a_stale_hash_is_a_conflict(client: AsyncWebClient, opened: View) -> None:
    """views.update with an old hash is rejected, with the current one accepted."""
    first = opened.hash
    await client.views_update(view_id=opened.id, hash=first, view=s.modal())
    stale = client.views_update(view_id=opened.id, hash=first, view=s.modal())
    assert await error_of(stale) == "hash_conflict"
    await client.views_update(view_id=opened.id, hash=opened.hash, view=s.modal())


async def test_an_update_keeps_the_values_of_the_same_inputs(
    playground: Playground, client: AsyncWebClient, opened: View
) -> None:
    """An input with the same block_id and action_id keeps its value; others do not."""
    playground.user("ada").fill(opened, {"why": "typed"})
    kept = s.input_block(s.text_input(initial_value="initial"))
    other = s.input_block(s.text_input(action_id="other", initial_value="initial"), "second")
    await client.views_update(view_id=opened.id, view=s.modal(kept, other))
    assert opened.values["why"]["text"]["value"] == "typed"
    assert opened.values["second"]["other"]["value"] == "initial"
    renamed = s.input_block(s.text_input(action_id="renamed"))
    await client.views_update(view_id=opened.id, view=s.modal(renamed))
    assert opened.values["why"] == {"renamed": {"type": "plain_text_input", "value": None}}


async def test_a_closed_view_is_not_found(
    playground: Playground, client: AsyncWebClient, opened: View
) -> None:
    """A view that the user has closed can't be updated."""
    await playground.user("ada").close(opened)
    assert await error_of(client.views_update(view_id=opened.id, view=s.modal())) == "not_found"


async def test_home_is_published_per_user(playground: Playground, client: AsyncWebClient) -> None:
    """Each user has their own Home tab; a stale hash is a conflict; a modal is no Home tab."""
    first = await client.views_publish(user_id="U0ADA", view=s.home())
    ada = playground.user("ada")
    assert ada.home is not None
    assert playground.user("ben").home is None
    stale = first["view"]["hash"]
    await client.views_publish(user_id="U0ADA", view=s.home(), hash=stale)
    again = client.views_publish(user_id="U0ADA", view=s.home(), hash=stale)
    assert await error_of(again) == "hash_conflict"
    wrong = client.views_publish(user_id="U0ADA", view=s.modal())
    assert await error_of(wrong) == "invalid_arguments"
    playground.app.home_enabled = False
    off = client.views_publish(user_id="U0ADA", view=s.home())
    assert await error_of(off) == "not_enabled"
