"""What every room that talks to Slack shares: ids, payloads, text, messages, API errors."""
