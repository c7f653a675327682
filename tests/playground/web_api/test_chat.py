"""chat.*: posting, updating, deleting."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from tests.playground import block_samples as s
from tests.playground.rejections import error_of

# The SDK advises a text beside blocks; some of these messages have none on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")

PUBLIC, PRIVATE, ARCHIVED, SHARED = "C0PRODUCT", "C0LEADERS", "C0OLD", "C0PARTNERS"


async def test_a_public_channel_needs_no_membership(
    playground: Playground, client: AsyncWebClient
) -> None:
    """With chat:write.public the app posts where it is not a member, without it it cannot."""
    await client.chat_postMessage(channel=PUBLIC, text="Hello")
    playground.workspace.installation.scopes.discard("chat:write.public")
    assert await error_of(client.chat_postMessage(channel=PUBLIC, text="Hi")) == "not_in_channel"


async def test_a_private_channel_is_unknown_until_the_app_is_invited(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A private channel responds with channel_not_found, which is no violation, until invited."""
    post = client.chat_postMessage(channel=PRIVATE, text="Hello")
    assert await error_of(post) == "channel_not_found"
    assert [r.error for r in playground.rejections] == ["channel_not_found"]
    assert playground.violations == []
    playground.invite("bot", "leadership")
    await client.chat_postMessage(channel=PRIVATE, text="Hello")
    assert playground.user("ada").sees("leadership")[-1].text == "Hello"


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"channel": ARCHIVED, "text": "x"}, "is_archived"),
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "U0EVE", "text": "x"}, "channel_not_found"),
        ({"channel": "D0ADABEN", "text": "x"}, "channel_not_found"),
        ({"channel": PUBLIC}, "no_text"),
        ({"channel": PUBLIC, "text": ""}, "no_text"),
        ({"channel": PUBLIC, "blocks": [{"type": "banner"}]}, "invalid_blocks"),
        ({"channel": PUBLIC, "blocks": "[{"}, "invalid_blocks_format"),
        ({"channel": PUBLIC, "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ({"channel": PUBLIC, "text": "x", "attachments": [{"text": "a"}] * 101},
         "too_many_attachments"),
        ({"channel": PUBLIC, "text": "x", "metadata": {"event_type": "a"}},
         "invalid_metadata_schema"),
        ({"channel": PUBLIC, "text": "x",
          "metadata": {"event_type": "a", "event_payload": {"a": "x" * 16_000}}},
         "metadata_too_large"),
        ({"channel": PUBLIC, "text": "x", "markdown_text": "y"}, "invalid_arguments"),
        ({"channel": PUBLIC, "text": "x", "username": "Someone"}, "missing_scope"),
        ({"channel": PUBLIC, "blocks": [
            {"type": "image", "alt_text": "x", "slack_file": {"id": "F0NONE"}}]},
         "invalid_blocks"),
        ({"channel": PUBLIC, "text": "x", "blocks": [s.section(text=s.mrkdwn("x" * 2900))] * 5},
         "msg_blocks_too_long"),
    ],
)  # fmt: skip
async def test_invalid_messages_are_rejected(
    client: AsyncWebClient, args: dict[str, Any], error: str
) -> None:
    """Each kind of invalid message is rejected with Slack's error."""
    assert await error_of(client.chat_postMessage(**args)) == error


async def test_invalid_blocks_are_reported_with_a_pointer(
    playground: Playground, client: AsyncWebClient
) -> None:
    """The response to invalid blocks has Slack's messages, and a violation is logged."""
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(
            channel=PUBLIC, blocks=[{"type": "header", "text": s.plain("")}]
        )
    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"
    ]
    (violation,) = playground.violations
    assert (violation.method, violation.error) == ("chat.postMessage", "invalid_blocks")
    assert violation.pointer == "/blocks/0/text/text"


async def test_a_long_text_is_truncated(playground: Playground, client: AsyncWebClient) -> None:
    """chat.postMessage truncates a text to 40,000 characters."""
    await client.chat_postMessage(channel=PUBLIC, text="x" * 40_001)
    assert len(playground.messages("product")[-1].text) == 40_000


async def test_a_thread_has_one_level(playground: Playground, client: AsyncWebClient) -> None:
    """A reply needs the ts of a parent; that of a reply or an ephemeral message is rejected."""
    ada = playground.user("ada")
    parent = ada.sees("product")[0]
    reply = await client.chat_postMessage(channel=PUBLIC, text="Reply", thread_ts=parent.ts)
    assert [m.text for m in ada.thread(parent)] == ["Reply"]
    nested = client.chat_postMessage(channel=PUBLIC, text="x", thread_ts=reply["ts"])
    assert await error_of(nested) == "cannot_reply_to_message"
    quiet = await client.chat_postEphemeral(channel=PUBLIC, user="U0ADA", text="Psst")
    below = client.chat_postMessage(channel=PUBLIC, text="x", thread_ts=quiet["message_ts"])
    assert await error_of(below) == "cannot_reply_to_message"


async def test_a_user_id_is_the_direct_conversation(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A user id as channel posts into the app's direct conversation with that user."""
    answer = await client.chat_postMessage(channel="U0BEN", text="Your review is due")
    ben = playground.user("ben")
    assert answer["channel"] == ben.im.id
    assert ben.sees(ben.im.id)[-1].text == "Your review is due"


async def test_an_ephemeral_message_is_for_one_member(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Only its user sees it, who must be a member."""
    await client.chat_postEphemeral(channel=PUBLIC, user="U0ADA", text="For you")
    assert playground.user("ada").sees("product")[-1].text == "For you"
    assert playground.user("ben").sees("product")[-1].text != "For you"
    outside = client.chat_postEphemeral(channel=PUBLIC, user="U0EVE", text="For you")
    assert await error_of(outside) == "user_not_in_channel"


async def test_update_with_text_alone_removes_the_blocks(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Text without blocks removes the blocks and marks as edited; blocks alone keep the text."""
    sent = await client.chat_postMessage(channel=PUBLIC, text="One", blocks=[s.section()])
    message = playground.messages("product")[-1]
    await client.chat_update(channel=PUBLIC, ts=sent["ts"], blocks=[s.section(), s.section()])
    assert (message.text, len(message.blocks), message.edited) == ("One", 2, False)
    await client.chat_update(channel=PUBLIC, ts=sent["ts"], text="Two")
    assert (message.text, message.blocks, message.edited) == ("Two", [], True)


async def test_invalid_updates_are_rejected(playground: Playground, client: AsyncWebClient) -> None:
    """Long texts, ephemeral, unknown and other users' messages and user ids are rejected."""
    own = await client.chat_postMessage(channel="U0ADA", text="One")
    ts, im = own["ts"], own["channel"]
    quiet = await client.chat_postEphemeral(channel=PUBLIC, user="U0ADA", text="Psst")
    other = playground.user("ada").sees("product")[0]

    async def update(**args: Any) -> str:
        return await error_of(client.chat_update(**args))

    assert await update(channel=im, ts=ts, text="x" * 4001) == "msg_too_long"
    assert await update(channel="U0ADA", ts=ts, text="x") == "channel_not_found"
    assert await update(channel=im, ts="1.0", text="x") == "message_not_found"
    assert await update(channel=PUBLIC, ts=other.ts, text="x") == "cant_update_message"
    ephemeral = await update(channel=PUBLIC, ts=quiet["message_ts"], text="x")
    assert ephemeral == "cant_update_message"
    await client.chat_update(channel=im, ts=ts, text="x" * 4000)


async def test_delete_and_permalink(playground: Playground, client: AsyncWebClient) -> None:
    """The app deletes only its own messages; a permalink names channel and time."""
    sent = await client.chat_postMessage(channel=PUBLIC, text="One")
    link = await client.chat_getPermalink(channel=PUBLIC, message_ts=sent["ts"])
    assert link["permalink"].endswith(f"/archives/{PUBLIC}/p{sent['ts'].replace('.', '')}")
    await client.chat_delete(channel=PUBLIC, ts=sent["ts"])
    assert all(m.ts != sent["ts"] for m in playground.messages("product"))
    other = playground.messages("product")[0]
    assert await error_of(client.chat_delete(channel=PUBLIC, ts=other.ts)) == "cant_delete_message"


async def test_posts_are_rate_limited(playground: Playground, client: AsyncWebClient) -> None:
    """The fifth message at once to a channel gets 429 with Retry-After; a second later not."""
    for _ in range(4):
        await client.chat_postMessage(channel=PUBLIC, text="x")
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=PUBLIC, text="x")
    response = caught.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert [v.error for v in playground.violations] == ["ratelimited"]
    await client.chat_postMessage(channel="C0GENERAL", text="another channel")
    playground.advance(seconds=1)
    await client.chat_postMessage(channel=PUBLIC, text="x")


async def test_mass_mentions_are_found(playground: Playground, client: AsyncWebClient) -> None:
    """A mention of everybody in mrkdwn is found; in plain text or escaped it is none."""
    quiet = [s.section(text=s.plain("<!channel>")), s.section(text=s.mrkdwn("&lt;!here&gt;"))]
    await client.chat_postMessage(channel=PUBLIC, text="&lt;!channel&gt;", blocks=quiet)
    assert playground.mass_mentions == []
    await client.chat_postMessage(channel=PUBLIC, blocks=[s.section(text=s.mrkdwn("<!here|x>"))])
    await client.chat_postMessage(channel=PUBLIC, text="<!channel>")
    assert [mention for _, mention in playground.mass_mentions] == ["<!here|x>", "<!channel>"]
