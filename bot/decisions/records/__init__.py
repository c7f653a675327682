"""The record of a decision, for people and programs outside Slack: Markdown, CSV, JSON."""
