"""Handlers of what Slack sends: each parses the payload, calls one service, and acks."""
