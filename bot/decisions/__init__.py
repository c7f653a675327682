"""The life of a decision: pure, without database, Slack or network."""
