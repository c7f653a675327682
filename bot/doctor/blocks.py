"""Validate samples of views and messages with Slack's own validator."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.results import CheckResult, ok, problem

BLOCKS: Final = "Blocks"
ARGUMENTS: Final = ("view", "blocks", "message")


async def check_blocks(
    samples: Mapping[str, Mapping[str, Any]], client: AsyncWebClient
) -> AsyncIterator[CheckResult]:
    """Send each sample to `blocks.validate`, which needs no token.

    The payload is sent in the body: slack_sdk's `blocks_validate` puts it in the URL, which is
    too short for a large modal.

    Args:
        samples: by name; each holds one of `view`, `blocks` or `message`.
        client: without a token.

    Yields:
        A result for each sample; none after the first connection error.
    """
    for name, sample in samples.items():
        try:
            yield await _check(name, sample, client)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            yield problem(
                BLOCKS,
                f"{name}: cannot reach {client.base_url} ({str(error) or type(error).__name__})",
                "check the network and SLACK_API_URL; the remaining samples were not sent",
            )
            return


async def _check(name: str, sample: Mapping[str, Any], client: AsyncWebClient) -> CheckResult:
    kind = next(kind for kind in ARGUMENTS if kind in sample)
    payload = sample[kind]
    if kind == "message":
        # docs.slack.dev/reference/methods/blocks.validate: a message is sent without `text`.
        payload = {key: value for key, value in payload.items() if key != "text"}
    try:
        await client.api_call("blocks.validate", data={kind: json.dumps(payload)})
    except SlackApiError as error:
        return problem(
            BLOCKS, f"{name}: {_reasons(error.response)}", "fix its builder in bot/slack/views"
        )
    return ok(BLOCKS, name)


def _reasons(response: Mapping[str, Any]) -> str:
    errors = response.get("errors") or []
    reasons = [f"{error.get('pointer', '')} {error.get('message', '')}".strip() for error in errors]
    return "; ".join(reasons) or str(response.get("error", "rejected without a reason"))
