"""Samples shown to Slack's validator."""

import json

from slack_sdk.web.async_client import AsyncWebClient

from bot.doctor.blocks import examine_blocks
from bot.doctor.results import CheckState
from tests.doctor.surroundings import Api


async def test_samples_are_shown_to_slack(api: Api) -> None:
    """Each sample goes to blocks.validate in the body, without a token, and has a line."""
    long = {"type": "modal", "blocks": [{"type": "divider"}] * 3000}
    samples = {
        "questionnaire": {"view": long},
        "announcement": {"message": {"text": "fallback", "blocks": []}},
        "digest": {"blocks": []},
    }
    findings = [f async for f in examine_blocks(samples, AsyncWebClient(base_url=api.url))]
    assert [(finding.state, finding.message) for finding in findings] == [
        (CheckState.OK, name) for name in samples
    ]
    assert [(method, token) for method, token, _ in api.asked] == [("blocks.validate", "")] * 3
    assert [form for _, _, form in api.asked] == [
        {"view": json.dumps(long)},
        {"message": '{"blocks": []}'},
        {"blocks": "[]"},
    ]


async def test_a_sample_that_slack_refuses(api: Api) -> None:
    """A refused sample is a problem with each place and reason that Slack gives."""
    api.answers["blocks.validate"] = {
        "ok": False,
        "error": "invalid_blocks",
        "errors": [{"pointer": "/0/text", "code": "failed_constraint", "message": "too long"}],
    }
    samples = {"digest": {"blocks": []}}
    (finding,) = [f async for f in examine_blocks(samples, AsyncWebClient(base_url=api.url))]
    assert finding.state is CheckState.PROBLEM
    assert finding.message == "digest: /0/text too long"
