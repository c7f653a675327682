"""Playbooks: from answers to a recommendation. Pure: no Slack, no database, no clock."""
