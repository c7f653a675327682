"""The sample decisions that the demo can begin with."""

from pathlib import Path

import pytest

from bot.cli.samples import MARK, Player, SamplesError, days_back, read_samples
from bot.decisions.model import Person
from bot.playground import MovableClock, Playground, serving
from tests.scenarios.house import RULES, House, text_of


async def test_samples_show_a_team_at_work(tmp_path: Path) -> None:
    """They are marked, of every state, on past days, and leave something to do."""
    samples = read_samples(RULES)
    playground = Playground(MovableClock(-days_back(samples)))
    house = House(playground, tmp_path / "ragvsft.db", "http")
    async with serving(playground), house.bot() as bot:
        await Player(playground, bot).play(samples)
        ada = Person(playground.team.id, playground.person("ada").id)
        waiting = await bot.desk.reviewing.waiting_for(ada)
    assert abs(playground.clock.offset.total_seconds()) < 1
    decisions = house.rows("decisions")
    assert all(row["title"].startswith(MARK) for row in decisions)
    assert {row["status"] for row in decisions} == {"open", "accepted", "overridden", "superseded"}
    assert len({row["opened_at"][:10] for row in decisions}) == len(samples)
    assert len(house.rows("perspectives")) == 1
    assert (len(waiting.to_decide), len(waiting.to_review)) == (1, 1)
    assert {row["state"] for row in house.rows("deliveries")} == {"sent"}
    announced = [
        text_of(message)
        for channel in ("product", "support-ai")
        for message in playground.person("chloe").sees(channel)
        if message.by_app
    ]
    assert len(announced) == len(samples)
    assert sum("Reviewed by" in text for text in announced) == 2
    assert playground.violations == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "leave --samples out"),
        ("[", "not YAML"),
        ("- {id: one}", "0.title: Field required"),
    ],
)
def test_broken_samples_are_named(tmp_path: Path, content: str | None, words: str) -> None:
    """A file of samples that is missing or broken is named, with what is wrong."""
    path = tmp_path / "ragvsft" / "samples.yml"
    if content is not None:
        path.parent.mkdir()
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SamplesError, match=words) as caught:
        read_samples(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
