"""What the pages of an edit offer."""

from pathlib import Path

from bot.catalog import PlaybookCatalog
from bot.doctor.samples.slack_views import samples

RULES = Path(__file__).parents[2] / "rules"


def test_an_edit_offers_only_what_it_can_change() -> None:
    """Neither deciders nor a channel are asked for, and the button says what it does."""
    found = samples(PlaybookCatalog(RULES).current().engine)
    first, last = (found[f"edit, {which} page, short"]["view"] for which in ("first", "last"))
    asked = [block["block_id"] for block in first["blocks"] if block["type"] == "input"]
    assert asked == ["title", "problem", "review_choice", "review_day"]
    assert last["submit"]["text"] == "Save changes"
    assert last["title"]["text"] == "Check and save"
    assert not [block for block in last["blocks"] if block["type"] == "input"]
    assert "Where to" not in str(last)
