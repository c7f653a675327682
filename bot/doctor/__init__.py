"""Checks settings, Slack, playbooks, database and port; reports what is wrong and the remedy."""
