"""The HTTP endpoints: Slack's requests, health and metrics."""
