"""The bot and the local workspace share one clock."""

from datetime import timedelta
from pathlib import Path

from bot.app import run_app
from bot.playground import Playground
from bot.serving import HttpServer
from bot.settings import Settings

RULES = Path(__file__).parents[2] / "rules"


async def test_requests_are_accepted_after_the_clock_moved(tmp_path: Path) -> None:
    """When the clock is moved by a day, signed requests are still taken to be fresh."""
    playground = Playground()
    page = HttpServer(playground.asgi, "127.0.0.1", 0)
    await page.start()
    playground.set_base_url(f"http://127.0.0.1:{page.port}")
    settings = Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": playground.bot_token,
            "SLACK_SIGNING_SECRET": playground.signing_secret,
            "SLACK_API_URL": playground.api_url,
            "DATABASE_URL": f"sqlite:///{tmp_path}/log.db",
            "RAGVSFT_RULES": str(RULES),
            "HOST": "127.0.0.1",
            "PORT": 0,
        }
    )
    async with run_app(settings, playground.clock) as bot:
        playground.connect_http(f"http://127.0.0.1:{bot.port}/slack/events")
        playground.clock.advance(timedelta(days=1))
        delivery = await playground.user("ada").command("product", "/ragvsft", "help")
        assert (delivery.status, delivery.error) == (200, None)
    await playground.aclose()
    await page.stop()
