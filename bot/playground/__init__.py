"""A strict local stand-in for Slack, for demos and tests of the bot.

It does not import the bot, except `bot.serving`. `Playground` is a workspace, `serving` serves it
on a loopback port, `MovableClock` is the clock that it shares with the bot, `default_app` is the
app with a slash command of any name.
"""

from bot.playground.movable_clock import MovableClock
from bot.playground.playground import Playground, serving
from bot.playground.request_log import ClientError
from bot.playground.seed_data import default_app

__all__ = ["ClientError", "MovableClock", "Playground", "default_app", "serving"]
