"""Slack's Block Kit rules, written down as tables: what a view or a message must keep to."""

from bot.playground.blockkit.check import Problem
from bot.playground.blockkit.payloads import problems_of_message, problems_of_view

__all__ = ["Problem", "problems_of_message", "problems_of_view"]
