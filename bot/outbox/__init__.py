"""What must not be lost on its way to Slack: what is due, held back, or in trouble."""
