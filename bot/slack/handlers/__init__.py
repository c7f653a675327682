"""What Slack tells the bot: each listener parses, calls one use case, and acks."""
