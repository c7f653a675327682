"""Looks at settings, Slack, rules, database and port, and says what is wrong and what to do."""
