"""The model of decisions. Pure: no database, no Slack, no clock."""
