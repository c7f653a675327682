"""The Bolt app: handlers, views, OAuth, and the connection to Slack."""
