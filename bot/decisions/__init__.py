"""The life of a decision: pure, on the ports that `bot.services.ports` names."""
