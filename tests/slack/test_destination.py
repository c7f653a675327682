"""Who will be able to see a decision, as the last page says it before it is posted."""

import pytest

from bot.decisions.model import Place, Visibility
from bot.slack.views.questionnaire import destination_blocks


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.DIRECT])
def test_whoever_is_asked_is_named_among_those_who_see_it(visibility: Visibility) -> None:
    """Whoever gives a view when asked can read it too, so the last page does not deny it."""
    words = str(destination_blocks(Place("C1", visibility))[0].to_dict())
    assert "deciders and whoever is asked for their view and has given it will be able" in words
