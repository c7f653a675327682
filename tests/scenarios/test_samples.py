"""The sample decisions of the demo."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.cli.samples import (
    MARK,
    SamplesError,
    days_back,
    offer_samples,
    read_samples,
    seed,
    seed_once,
)
from bot.decisions.model import Person
from bot.playground import MovableClock, serving
from tests.scenarios.harness import RULES, FastForwardPlayground, Harness
from tests.scenarios.messages import text_of


async def test_samples_cover_all_states(tmp_path: Path) -> None:
    """Samples are marked, of every status, on past days, and leave something to do."""
    samples = read_samples(RULES)
    playground = FastForwardPlayground(MovableClock(-days_back(samples)))
    harness = Harness(playground, tmp_path / "ragvsft.db", "http")
    async with serving(playground), harness.run_bot() as bot:
        await seed(samples, playground, bot)
        ada = Person(playground.workspace.id, playground.user("ada").id)
        waiting = await bot.services.reviews.waiting_for(ada)
    assert abs(playground.clock.offset.total_seconds()) < 1
    decisions = harness.rows("decisions")
    assert all(row["title"].startswith(MARK) for row in decisions)
    assert {row["status"] for row in decisions} == {
        *("open", "accepted", "overridden", "superseded", "withdrawn")
    }
    assert len({row["opened_at"][:10] for row in decisions}) == len(samples)
    assert len(harness.rows("perspectives")) == 1
    assert (len(waiting.to_decide), len(waiting.to_review)) == (1, 1)
    assert {row["state"] for row in harness.rows("deliveries")} == {"sent"}
    announced = [
        text_of(message)
        for channel in ("product", "support-ai", "leadership")
        for message in playground.user("ada").sees(channel)
        if message.by_app
    ]
    assert len(announced) == len(samples)
    assert sum("says" in text and "🔎" in text for text in announced) == 3
    assert playground.violations == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "omit --samples"),
        ("[", "not YAML"),
        ("- {id: one}", "0.title: Field required"),
    ],
)
def test_broken_samples_are_named(tmp_path: Path, content: str | None, words: str) -> None:
    """A missing or broken samples file is reported with its path and error."""
    path = tmp_path / "ragvsft" / "samples.yml"
    if content is not None:
        path.parent.mkdir()
        path.write_text(content, encoding="utf-8")
    with pytest.raises(SamplesError, match=words) as caught:
        read_samples(tmp_path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_the_demo_loads_samples_once(tmp_path: Path) -> None:
    """The button in App Home adds the samples; pressing it again adds nothing."""
    samples = read_samples(RULES)
    harness = Harness(FastForwardPlayground(), tmp_path / "ragvsft.db", "http")
    ada = harness.playground.user("ada")
    async with serving(harness.playground), harness.run_bot() as bot:
        offer_samples(samples, harness.playground, bot)
        await harness.post_decision(ada)
        await ada.open_home()
        await harness.playground.until(lambda: ada.home)
        assert ada.home is not None
        await asyncio.gather(*(ada.click(ada.home, "load_samples") for _ in range(2)))
        await harness.playground.until(lambda: "decisions are here" in json.dumps(ada.home.blocks))
        again = [words async for words in seed_once(samples, harness.playground, bot)]
        await harness.playground.until(
            lambda: len([m for m in ada.sees("leadership") if m.by_app]) == 1
        )
    assert again == ["The sample decisions are here already."]
    assert len(harness.rows("decisions")) == 1 + len(samples)
    assert abs(harness.playground.clock.offset.total_seconds()) < 120
    assert harness.playground.violations == []


async def test_only_the_demo_offers_samples(tmp_path: Path) -> None:
    """Outside the demo App Home does not mention samples."""
    harness = Harness(FastForwardPlayground(), tmp_path / "ragvsft.db", "http")
    ada = harness.playground.user("ada")
    async with serving(harness.playground), harness.run_bot():
        await ada.open_home()
        await harness.playground.until(lambda: ada.home)
    assert ada.home is not None
    assert "ample" not in json.dumps(ada.home.blocks)
