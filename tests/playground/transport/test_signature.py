"""Slack's request signature."""

from slack_sdk.signature import SignatureVerifier

from bot.playground.transport.app_transport import signature, signed_headers

_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)


def test_the_signature_matches_slacks_example() -> None:
    """The example of docs.slack.dev gives the documented signature."""
    assert signature(_SECRET, "1531420618", _BODY) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


def test_the_sdk_accepts_the_signature() -> None:
    """The SDK's verifier accepts the headers for their body and rejects them for another body."""
    verifier = SignatureVerifier(_SECRET)
    headers = signed_headers(_SECRET, verifier.clock.now(), b"body", "application/json")
    assert verifier.is_valid_request(b"body", headers)
    assert not verifier.is_valid_request(b"other", headers)
