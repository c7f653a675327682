"""State that views and buttons carry: it survives the round trip, and forged state is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.decisions.access import Direction
from bot.decisions.questionnaire import MOST_PAGES_BACK, MOST_QUESTIONS
from bot.slackkit.metadata import ListQuery, ViewMetadata, metadata_of, query_of, response_url_of
from bot.slackkit.payloads import InvalidPayload


def test_metadata_survives_a_round_trip() -> None:
    """The longest metadata fits Slack's 3,000 characters and survives serialising and parsing."""
    page = ("q" * 40,) * MOST_QUESTIONS
    url = "https://hooks.slack.com/actions/T0/1/" + "x" * 200
    metadata = ViewMetadata(draft="0" * 32, trail=(page,) * MOST_PAGES_BACK, response_url=url)
    text = metadata.model_dump_json()
    assert len(text) <= 3000
    assert metadata_of({"private_metadata": text}) == metadata
    assert response_url_of({"view": {"private_metadata": text}}) == url


@pytest.mark.parametrize("text", [None, "", "{}", "[]", "no json", '{"draft":"1","x":3}'])
def test_foreign_metadata_is_refused(text: str | None) -> None:
    """Metadata of another form, down to one extra key, is refused."""
    with pytest.raises(InvalidPayload):
        metadata_of({"private_metadata": text})


@given(text=st.text(max_size=400), number=st.integers(0, 2**53))
@settings(max_examples=40)
def test_a_query_survives_a_round_trip(text: str, number: int) -> None:
    """A paging button's value is parsed as it was sent, and fits Slack's 2,000 characters."""
    query = ListQuery.typed("search", text).from_here(number, Direction.NEWER)
    value = query.model_dump_json()
    assert len(value) <= 2000
    assert query_of({"value": value}) == query


@pytest.mark.parametrize("value", [None, "", "{}", "[]", '{"kind":"all","text":""}', "12"])
def test_a_forged_button_is_refused(value: str | None) -> None:
    """A button whose value is no query is a bad request."""
    with pytest.raises(InvalidPayload):
        query_of({"value": value})
