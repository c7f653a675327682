"""A strict local stand-in for Slack: a workspace to try the bot in, and to test it through.

It knows nothing of the bot. `Playground` is the workspace, `MovableClock` its clock, `serving`
puts it on a loopback port.
"""

from bot.playground.clock import MovableClock
from bot.playground.playground import Playground
from bot.playground.refused import NotPossible
from bot.playground.serving import serving

__all__ = ["MovableClock", "NotPossible", "Playground", "serving"]
