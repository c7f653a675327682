"""Samples of all messages and modals, for `ragvsft doctor --blocks` and the tests."""

COMMAND = "/ragvsft"
