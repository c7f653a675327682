"""The life of a decision: pure, on the ports that `bot.decisions.ports` names."""
