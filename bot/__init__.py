"""ragvsft: a Slack bot for team decisions on AI strategy."""
