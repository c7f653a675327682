"""Messages and modals as Block Kit, built by pure functions."""
