"""What the bot serves over HTTP: Slack's requests, health and metrics."""
