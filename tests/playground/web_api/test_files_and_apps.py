"""Uploads, conversations, installation, validation."""

import json

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Playground
from bot.playground.slack_model import SlackUser
from tests.playground import block_samples as s
from tests.playground.rejections import error_of


async def test_an_upload_becomes_a_message_with_a_file(
    playground: Playground, client: AsyncWebClient
) -> None:
    """A file uploaded in Slack's three steps is shown in the channel and can be fetched."""
    await client.files_upload_v2(
        channel="C0SUPPORTAI",
        filename="chart.png",
        title="Chart",
        alt_txt="A chart",
        content=b"picture",
        initial_comment="The week",
    )
    message = playground.messages("support-ai")[-1]
    (file,) = message.files
    assert (message.text, file.title, file.alt_text) == ("The week", "Chart", "A chart")
    assert file.mimetype == "image/png"
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{playground.slack.base_url}/files/{file.id}") as response,
    ):
        assert await response.read() == b"picture"


async def test_an_upload_needs_membership_and_its_announced_length(
    playground: Playground, client: AsyncWebClient
) -> None:
    """chat:write.public does not apply to files, and a length other than announced is rejected."""
    upload = client.files_upload_v2(channel="C0PRODUCT", filename="a.png", content=b"x")
    assert await error_of(upload) == "not_in_channel"
    place = await client.files_getUploadURLExternal(filename="a.png", length=5)
    async with (
        aiohttp.ClientSession() as session,
        session.post(place["upload_url"], data=b"four") as response,
    ):
        assert response.status == 400
    files = [{"id": place["file_id"]}]
    assert await error_of(client.files_completeUploadExternal(files=files)) == "file_not_found"


async def test_an_image_block_can_show_a_private_file(
    playground: Playground, client: AsyncWebClient
) -> None:
    """An image block shows a private upload by its id."""
    done = await client.files_upload_v2(filename="a.png", content=b"x")
    block = {"type": "image", "alt_text": "A", "slack_file": {"id": done["files"][0]["id"]}}
    await client.chat_postMessage(channel="C0PRODUCT", text="Chart", blocks=[block])
    assert playground.messages("product")[-1].blocks[0]["alt_text"] == "A"


async def opened(playground: Playground, file: str, person: str) -> int:
    """Return the status of a request for a file."""
    url = f"{playground.slack.base_url}/files/{file}"
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, params={"as": person}) as response,
    ):
        return response.status


async def test_a_file_is_private_until_a_message_shows_it(
    playground: Playground, client: AsyncWebClient
) -> None:
    """Nobody can open a file without a channel; the members can once a private channel shows it."""
    done = await client.files_upload_v2(filename="a.png", content=b"x")
    file = done["files"][0]["id"]
    assert await opened(playground, file, "U0ADA") == 404
    playground.channel("leadership").members.add(playground.bot_user_id)
    block = {"type": "image", "alt_text": "A", "slack_file": {"id": file}}
    await client.chat_postMessage(
        channel=playground.channel("leadership").id, text="Chart", blocks=[block]
    )
    seen = {
        person.id
        for person in playground.workspace.users.values()
        if await opened(playground, file, person.id) == 200
    }
    assert seen == playground.channel("leadership").members
    assert await opened(playground, file, "U0NOBODY") == 404


async def test_only_complete_images_are_shown(
    playground: Playground, client: AsyncWebClient
) -> None:
    """An image block can't show a text file or an incomplete upload."""
    text = (await client.files_upload_v2(filename="a.txt", content=b"x"))["files"][0]["id"]
    begun = await client.files_getUploadURLExternal(filename="a.png", length=1)
    for file in (text, begun["file_id"]):
        block = {"type": "image", "alt_text": "A", "slack_file": {"id": file}}
        post = client.chat_postMessage(channel="C0PRODUCT", text="Chart", blocks=[block])
        assert await error_of(post) == "invalid_blocks"


async def test_a_file_may_not_be_ready(playground: Playground, client: AsyncWebClient) -> None:
    """While Slack processes a file it rejects the message, which is no violation."""
    done = await client.files_upload_v2(filename="a.png", content=b"x")
    block = {"type": "image", "alt_text": "A", "slack_file": {"id": done["files"][0]["id"]}}
    playground.faults.add("file_not_ready", count=1)
    post = client.chat_postMessage(channel="C0PRODUCT", text="Chart", blocks=[block])
    assert await error_of(post) == "invalid_blocks"
    await client.chat_postMessage(channel="C0PRODUCT", text="Chart", blocks=[block])
    assert playground.violations == []


async def test_users_info(client: AsyncWebClient) -> None:
    """users.info returns name and time zone, and rejects unknown ids."""
    ada = (await client.users_info(user="U0ADA"))["user"]
    assert (ada["real_name"], ada["tz"]) == ("Ada Lind", "Europe/Berlin")
    assert "enterprise_user" not in ada
    assert await error_of(client.users_info(user="U0NONE")) == "user_not_found"


async def test_a_user_of_an_organisation_names_its_workspaces(playground: Playground) -> None:
    """users.info lists the user's workspaces in the organisation; auth.test names it."""
    sue = SlackUser("U0SUE", "sue", "Sue Park", "T0EAST")
    for team, enterprise in (("T0EAST", "E0ORG"), ("T0WEST", "E0ORG"), ("T0ELSE", "E0ELSE")):
        workspace = playground.add_workspace(team, team, enterprise, org_wide=True)
        playground.add_user(sue, workspace)
    west = playground.slack.workspaces["T0WEST"].installation.bot_token
    client = AsyncWebClient(token=west, base_url=playground.api_url)
    organisation = (await client.users_info(user="U0SUE"))["user"]["enterprise_user"]
    assert (organisation["enterprise_id"], organisation["teams"]) == ("E0ORG", ["T0EAST", "T0WEST"])
    assert (await client.auth_test())["enterprise_id"] == "E0ORG"


# The SDK uses a class of aiohttp that is on its way out.
@pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")
async def test_a_code_is_exchanged_for_a_token(playground: Playground) -> None:
    """oauth.v2.access returns the token for the right code and secret only."""
    client = AsyncWebClient(base_url=playground.api_url)
    app = playground.app
    given = {"client_id": app.client_id, "client_secret": app.client_secret}
    answer = await client.oauth_v2_access(**given, code="code-T0NORTH")
    assert answer["access_token"] == playground.bot_token
    assert answer["team"]["id"] == "T0NORTH"
    assert await error_of(client.oauth_v2_access(**given, code="x")) == "invalid_code"
    wrong = {**given, "client_secret": "x", "code": "code-T0NORTH"}
    assert await error_of(client.oauth_v2_access(**wrong)) == "bad_client_secret"


async def test_workspaces_are_separate(playground: Playground) -> None:
    """A token of one workspace can't access the channels of another."""
    other = playground.add_workspace("T0SOUTH", "Southwind")
    client = AsyncWebClient(other.installation.bot_token, base_url=playground.api_url)
    assert (await client.auth_test())["team_id"] == "T0SOUTH"
    post = client.chat_postMessage(channel="C0PRODUCT", text="x")
    assert await error_of(post) == "channel_not_found"


async def test_blocks_validate_needs_no_token(playground: Playground) -> None:
    """The public validator checks blocks, a view or a message, exactly one of them."""
    client = AsyncWebClient(base_url=playground.api_url)
    good, bad = json.dumps(s.modal()), json.dumps([{"type": "banner"}])
    assert (await client.api_call("blocks.validate", params={"view": good}))["ok"]
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("blocks.validate", params={"blocks": bad})
    assert caught.value.response["errors"][0]["pointer"] == "/blocks/0/type"
    both = client.api_call("blocks.validate", params={"view": good, "blocks": bad})
    assert await error_of(both) == "invalid_arguments"
    worded = client.api_call("blocks.validate", params={"message": json.dumps({"text": "x"})})
    assert await error_of(worded) == "invalid_arguments"


async def test_an_installation_needs_the_right_client_and_code(playground: Playground) -> None:
    """A wrong client id, secret or code each has its own error."""
    client = AsyncWebClient(base_url=playground.api_url, retry_handlers=[])
    app = playground.app

    async def error(**given: str) -> str:
        asked = {"client_id": app.client_id, "client_secret": app.client_secret, "code": "ü"}
        return await error_of(client.api_call("oauth.v2.access", data=asked | given))

    assert await error(client_id="another") == "invalid_client_id"
    assert await error(client_secret="another") == "bad_client_secret"
    assert await error() == "invalid_code"


async def test_malformed_json_is_not_validated(playground: Playground) -> None:
    """The validator reports malformed JSON."""
    client = AsyncWebClient(base_url=playground.api_url, retry_handlers=[])
    assert await error_of(client.api_call("blocks.validate", data={"blocks": "[{"})) == (
        "invalid_json"
    )


async def test_a_text_file_has_a_preview(playground: Playground, client: AsyncWebClient) -> None:
    """A text file has its first lines as a preview, as in Slack; an image has none."""
    lines = [f"line {number}" for number in range(100)]
    uploads = [
        {"filename": "a.md", "content": "\n".join(lines)},
        {"filename": "a.png", "file": b"x"},
    ]
    await client.files_upload_v2(channel="C0SUPPORTAI", file_uploads=uploads)
    url = f"{playground.slack.base_url}/client/state"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        message = (await response.json())["messages"]["C0SUPPORTAI"][-1]
    previews = [file["preview"] for file in message["files"]]
    assert previews == ["\n".join(lines[:24]), None]
