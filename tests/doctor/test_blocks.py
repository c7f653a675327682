"""Samples sent to Slack's validator."""

import json

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.blocks import check_blocks
from bot.doctor.results import CheckState
from tests.doctor.helpers import Api


async def test_samples_are_sent_to_slack(api: Api) -> None:
    """Each sample is sent to blocks.validate in the body, without a token."""
    long = {"type": "modal", "blocks": [{"type": "divider"}] * 3000}
    samples = {
        "questionnaire": {"view": long},
        "announcement": {"message": {"text": "fallback", "blocks": []}},
        "digest": {"blocks": []},
    }
    results = [f async for f in check_blocks(samples, AsyncWebClient(base_url=api.url))]
    assert [(result.state, result.message) for result in results] == [
        (CheckState.OK, name) for name in samples
    ]
    assert [(method, token) for method, token, _ in api.calls] == [("blocks.validate", "")] * 3
    assert [form for _, _, form in api.calls] == [
        {"view": json.dumps(long)},
        {"message": '{"blocks": []}'},
        {"blocks": "[]"},
    ]


async def test_a_sample_that_slack_rejects(api: Api) -> None:
    """A rejected sample is a problem with each pointer and message that Slack returns."""
    api.answers["blocks.validate"] = {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [{"pointer": "/0/text", "code": "failed_constraint", "message": "too long"}],
    }
    samples = {"digest": {"blocks": []}}
    (result,) = [f async for f in check_blocks(samples, AsyncWebClient(base_url=api.url))]
    assert result.state is CheckState.PROBLEM
    assert result.message == "digest: /0/text too long"
