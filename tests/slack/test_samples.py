"""The samples leave nothing out."""

from pathlib import Path

from bot.catalog import PlaybookCatalog
from bot.doctor.samples.slack_views import samples
from bot.slackkit.ids import Modal

RULES = Path(__file__).parents[2] / "rules"


def test_every_kind_of_modal_has_a_sample() -> None:
    """Whatever modal the bot can show is among the samples that Slack's validator is given."""
    found = samples(PlaybookCatalog(RULES).current().engine).values()
    shown = {
        sample["view"]["callback_id"]
        for sample in found
        if "view" in sample and sample["view"]["type"] == "modal"
    }
    assert shown == set(Modal)
