"""Slack's request signature, version 0.

Source: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import hashlib
import hmac


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The value of X-Slack-Signature for a body sent at a time (Unix seconds)."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(secret: str, now: float, body: bytes, content_type: str) -> dict[str, str]:
    """The headers of a delivery."""
    timestamp = str(int(now))
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
    }
