"""A message's markup as its reader saw it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slackkit.mrkdwn import escape, mentioned_users, readable_text

NAMES = {"U1": "Ada & <Lind>"}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<@U1>, <@U1|ada>", "@Ada & <Lind>, @Ada & <Lind>"),
        ("<@U2|ben> and <@U3>", "@ben and @someone"),
        ("<#C1|general>, <#C2|>, <#C3>", "#general, a channel, a channel"),
        ("<!here> <!channel|channel>", "@here @channel"),
        ("<!subteam^S1|@support> <!subteam^S2>", "@support @group"),
        ("<!date^1392734382^{date}|18 February> <!date^1^{date}>", "18 February a date"),
        ("<https://x.test/a?b=1&amp;c=2|the plan>", "the plan (https://x.test/a?b=1&c=2)"),
        ("<https://x.test/> <http://x.test|x.test>", "https://x.test/ http://x.test"),
        ("<mailto:a@x.test|a@x.test> <mailto:a@x.test|Ada>", "a@x.test Ada (a@x.test)"),
        ("a &lt;@U1&gt; &amp;lt; b", "a <@U1> &lt; b"),
    ],
)
def test_mentions_and_links_are_legible(markup: str, words: str) -> None:
    """People stand by their names, links by label and address; what was typed stays as it was."""
    assert readable_text(markup, NAMES) == words


def test_whoever_is_mentioned_can_be_looked_up() -> None:
    """The users of a text are those it mentions, not those that somebody only wrote of."""
    assert mentioned_users("<@U1> <@U2|ben> <#C1|x> <!here> &lt;@U3&gt; @U4") == {"U1", "U2"}


@given(text=st.text(max_size=60) | st.lists(st.sampled_from("<>&|@#!U1"), max_size=12).map("".join))
@settings(max_examples=60)
def test_what_is_no_markup_stays_as_it_is(text: str) -> None:
    """Whatever somebody types comes back as it was typed, for Slack escapes it."""
    assert readable_text(escape(text), NAMES) == text
