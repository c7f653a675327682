"""Escaping, fitting to Slack's limits, and reading markup."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.slackkit.mrkdwn import (
    ELLIPSIS,
    and_list,
    escape,
    fit,
    fit_escaped,
    mentioned_users,
    one_line,
    or_list,
    quote,
    readable_text,
)

ENTITY = re.compile(r"&(?:amp|lt|gt);")
HARD = st.text(alphabet=st.one_of(st.sampled_from("<>&!@#|`*_~\n \t\r"), st.characters()))
LIMITS = st.integers(3, 80)


@given(HARD)
@example("<!channel>")
@example("<@U0123456789> &lt;!here&gt;")
def test_escaped_text_makes_no_mention_and_no_link(text: str) -> None:
    """Escaped text holds no angle bracket, and no ampersand except in its entities."""
    escaped = escape(text)
    assert not set(escaped) & set("<>")
    assert "&" not in ENTITY.sub("", escaped)


@given(HARD)
def test_escaped_text_shows_as_it_was_written(text: str) -> None:
    """Undoing the three entities gives back the text, character by character."""
    undone = escape(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert undone == text


@given(HARD, LIMITS)
def test_fitted_text_keeps_the_limit(text: str, limit: int) -> None:
    """Text within the limit is unchanged; other text is cut and ends with an ellipsis."""
    fitted = fit(text, limit)
    assert len(fitted) <= limit
    if len(text) <= limit:
        assert fitted == text
    else:
        assert fitted.endswith(ELLIPSIS)
        assert text.startswith(fitted[:-1])


@given(HARD, LIMITS)
@example("&" * 100, 7)
@example("<" * 100, 3)
def test_fitted_escaped_text_keeps_the_limit_and_whole_entities(text: str, limit: int) -> None:
    """Escaped text is cut between characters, never within an entity."""
    fitted = fit_escaped(text, limit)
    assert len(fitted) <= limit
    assert "&" not in ENTITY.sub("", fitted)
    assert not set(fitted) & set("<>")
    if fitted != escape(text):
        assert fitted.endswith(ELLIPSIS)
        assert escape(text).startswith(fitted[:-1])


@given(st.integers(10, 60), st.sampled_from("&<a"))
def test_fitted_escaped_text_uses_the_whole_limit(limit: int, character: str) -> None:
    """No more is cut than one more character would need."""
    fitted = fit_escaped(character * 100, limit)
    assert len(fitted) + len(escape(character)) > limit


@given(HARD, LIMITS)
@example("line\n" * 700, 80)
@example("\n" * 3000, 80)
def test_a_quote_keeps_the_limit_and_marks_every_line(text: str, limit: int) -> None:
    """Every line of a quote is marked, whatever the number of lines and the limit."""
    lines = quote(text, limit).split("\n")
    assert len("\n".join(lines)) <= limit
    assert all(line.startswith("> ") for line in lines)
    assert not any(set(line[2:]) & set("<>") for line in lines)
    assert "&" not in ENTITY.sub("", "\n".join(lines))


def test_a_quote_that_fits_is_whole() -> None:
    """A quote within the limit keeps every line and every character."""
    assert quote("a < b\n\n> c", 100) == "> a &lt; b\n> \n> &gt; c"


@given(HARD)
@example("a\u2028b\x0bc\x85d")
def test_one_line_has_no_line_breaks(text: str) -> None:
    """Text on one line has no line breaks or tabs, and all other characters in order."""
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert line.replace(" ", "") == "".join(text.split())


def test_lists_read_as_english() -> None:
    """One, two and three items are joined as a sentence joins them."""
    assert [and_list(["a", "b", "c"][:count]) for count in range(4)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert or_list(["a", "b"]) == "a or b"


def test_text_is_cut_at_a_word() -> None:
    """Text that is too long is cut at a word boundary, unless a word is as long as a line."""
    assert fit("The way around it", 12) == "The way…"
    assert fit("The way around it", 8) == "The way…"
    assert fit_escaped("The <way> around it", 22) == "The &lt;way&gt;…"
    assert fit("x" * 40, 12) == "x" * 11 + "…"


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
def test_markup_becomes_readable(markup: str, words: str) -> None:
    """Mentions become names, links label and address; typed text is unchanged."""
    assert readable_text(markup, NAMES) == words


def test_mentioned_users_are_found() -> None:
    """Only real mentions count, not text that looks like one."""
    assert mentioned_users("<@U1> <@U2|ben> <#C1|x> <!here> &lt;@U3&gt; @U4") == {"U1", "U2"}


@given(text=st.text(max_size=60) | st.lists(st.sampled_from("<>&|@#!U1"), max_size=12).map("".join))
@settings(max_examples=60)
def test_text_without_markup_is_unchanged(text: str) -> None:
    """Any typed text survives Slack's escaping and our reading."""
    assert readable_text(escape(text), NAMES) == text
