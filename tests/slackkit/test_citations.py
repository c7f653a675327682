"""Citations of sources become links; other text does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slackkit.citations import Piece, pieces_of
from bot.slackkit.message import Line, TextSection, text_sections
from tests.slack.blocks import faults_of_blocks

PARTS = st.sampled_from(
    ["arXiv:2312.05934", "doi:10.1/x", "doi:10.3390/make7010015", "https://x.test/(a)", "http://",
     "javascript:alert(1)", "<!channel>", "|", "; ", ", ", " ", ".", "é", "👩‍👩‍👧"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "pieces"),
    [
        ("OpenAI, Deprecations", [Piece("OpenAI, Deprecations")]),
        (
            "Li et al. 2024, arXiv:2407.16833v2; us",
            [
                Piece("Li et al. 2024, "),
                Piece("arXiv:2407.16833v2", "https://arxiv.org/abs/2407.16833v2"),
                Piece("; us"),
            ],
        ),
        ("arXiv:cs/0112017", [Piece("arXiv:cs/0112017", "https://arxiv.org/abs/cs/0112017")]),
        (
            "Lakatos, doi:10.3390/make7010015.",
            [
                Piece("Lakatos, "),
                Piece("doi:10.3390/make7010015", "https://doi.org/10.3390/make7010015"),
                Piece("."),
            ],
        ),
        (
            "(https://example.org/a?b=c).",
            [
                Piece("("),
                Piece("https://example.org/a?b=c", "https://example.org/a?b=c"),
                Piece(")."),
            ],
        ),
        (
            "Sure (doi:10.1002/(SICI)1097-0258(1998)17:15/16<1661::AID>3.0.CO;2-2); on",
            [
                Piece("Sure ("),
                Piece(
                    "doi:10.1002/(SICI)1097-0258(1998)17:15/16<1661::AID>3.0.CO;2-2",
                    "https://doi.org/10.1002/(SICI)1097-0258(1998)17:15/16%3C1661::AID%3E3.0.CO;2-2",
                ),
                Piece("); on"),
            ],
        ),
        (
            "https://en.wikipedia.org/wiki/Retrieval_(x), read",
            [
                Piece(
                    "https://en.wikipedia.org/wiki/Retrieval_(x)",
                    "https://en.wikipedia.org/wiki/Retrieval_(x)",
                ),
                Piece(", read"),
            ],
        ),
        ("javascript:alert(1) ftp://x", [Piece("javascript:alert(1) ftp://x")]),
        ("https://x.test/" + "a" * 300, [Piece("https://x.test/" + "a" * 300)]),
    ],
)
def test_citations_become_links(source: str, pieces: list[Piece]) -> None:
    """A citation links to its page, without the punctuation that follows it."""
    assert pieces_of(source, 600) == pieces


@given(st.lists(PARTS, max_size=12).map("".join), st.integers(1, 80))
def test_a_source_reads_as_it_is_written(source: str, longest: int) -> None:
    """The words of a source stay the same, cut to the limit; its links are web addresses."""
    pieces = pieces_of(source, longest)
    text = "".join(piece.text for piece in pieces)
    assert text == source or (text.endswith("…") and source.startswith(text[:-1]))
    assert len(text) <= longest + 1
    assert all(piece.text for piece in pieces)
    assert all(piece.url is None or piece.url.startswith("http") for piece in pieces)
    whole = {piece.url for piece in pieces_of(source, 10_000)}
    assert {piece.url for piece in pieces} <= whole | {None}
    blocks = text_sections([TextSection("Why", (Line("https://x.test <!here>", source=source),))])
    assert faults_of_blocks([block.to_dict() for block in blocks]) == []


def test_only_sources_are_linked() -> None:
    """A URL in a reason, a remark or a lead stays text."""
    line = Line(
        "https://a.test", lead="https://b.test", remark="https://c.test", source="arXiv:2401.05856"
    )
    (block,) = text_sections([TextSection("Why", (line,))])
    runs = block.to_dict()["elements"][1]["elements"][0]["elements"]
    links = [run["url"] for run in runs if run["type"] == "link"]
    assert links == ["https://arxiv.org/abs/2401.05856"]
