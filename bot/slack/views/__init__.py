"""What people see in Slack: pure builders, the only Block Kit in the house."""
