"""Shared by all packages that talk to Slack: ids, payloads, text, messages, API errors."""
