"""What a rule author asks of a playbook: backtest, coverage, replay of past decisions."""
