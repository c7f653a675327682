"""From answers to a recommendation: pure, and knowing nothing of Slack or the decision log."""
