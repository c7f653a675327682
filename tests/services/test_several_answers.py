"""Questions with several answers, from the draft to records, lists, digests and samples."""

import json
from pathlib import Path

import pytest

from bot.cli.samples import read_samples
from bot.decisions.access import AnswerSheet, DecisionFilter, ReadScope
from bot.decisions.calibration import calibrate
from bot.decisions.errors import ExclusiveAnswer
from bot.decisions.events import Edited, ViewAdded
from bot.decisions.fallback import FallbackEngine
from bot.decisions.model import ReviewAnswer, ReviewOutcome, Workflow, fingerprint
from bot.decisions.records.build import DecisionContext, record_of
from bot.decisions.records.history import changes
from bot.decisions.records.madr import as_markdown
from bot.decisions.records.record import record_as_json
from bot.decisions.records.spreadsheet import as_csv
from bot.digest.compose import changed_recommendations
from bot.digest.content import PastAnswers
from bot.doctor.samples.slack_views import samples
from bot.playbooks import loader
from bot.playbooks.engine import RuleEngine
from bot.playbooks.verdict import Answers
from bot.services.search import Likeness, most_similar
from bot.storage.decisions import find_decision, find_events
from bot.storage.perspectives import find_team
from bot.storage.search import decisions_of_workspace
from tests.services.harness import ADA, BEN, PUBLIC, ServiceHarness
from tests.services.several import SEVERAL, SEVERAL_ENGINE, changed_version

NOISY = {"faults": ("slow", "loud"), "age": "new", "budget": "some"}


@pytest.fixture
def mending(harness: ServiceHarness) -> ServiceHarness:
    """The services with the playbook that takes several answers."""
    harness.playbooks.use(SEVERAL)
    return harness


async def decided(harness: ServiceHarness, answers: Answers = NOISY) -> int:
    """Post a decision with these answers; return its number."""
    page = await harness.drafts.start(ADA, PUBLIC)
    await harness.drafts.describe(ADA, page.draft.id, Workflow(title="The old press"))
    await harness.drafts.save_answers(ADA, page.draft.id, answers)
    return (await harness.services.post(ADA, page.draft.id, PUBLIC)).decision.number


async def test_several_answers_are_kept_in_the_playbooks_order(mending: ServiceHarness) -> None:
    """Drafts, decisions and perspectives load what was stored, in the order of the playbook."""
    number = await decided(mending, {**NOISY, "faults": ("loud", "slow")})
    decision = await mending.read(find_decision, "T1", number)
    assert decision is not None
    assert decision.answers == NOISY
    page = await mending.services.perspectives.begin(BEN, PUBLIC, number)
    await mending.drafts.save_answers(BEN, page.draft.id, {"faults": ("leaks", "loud")})
    assert (await mending.drafts.open_draft(BEN, page.draft.id)).answers == {
        "faults": ("loud", "leaks")
    }
    await mending.services.post(BEN, page.draft.id, PUBLIC)
    team = await mending.read(find_team, "T1", number)
    assert team is not None
    assert team.perspectives[0].answers == {"faults": ("loud", "leaks")}


async def test_answers_that_exclude_others_are_refused(mending: ServiceHarness) -> None:
    """A draft takes no answers that cannot be given together."""
    page = await mending.drafts.start(ADA, PUBLIC)
    with pytest.raises(ExclusiveAnswer):
        await mending.drafts.save_answers(ADA, page.draft.id, {"faults": ("slow", "none")})


async def test_the_fingerprint_depends_on_each_answer(mending: ServiceHarness) -> None:
    """Another set of answers is another fingerprint; the same one, loaded again, is not."""
    first, same = [await decided(mending) for _ in range(2)]
    other = await decided(mending, {**NOISY, "faults": ("slow",)})
    found = [await mending.read(find_decision, "T1", each) for each in (first, same, other)]
    prints = [fingerprint(each) for each in found if each]
    assert prints[0] == prints[1] != prints[2]


async def test_events_keep_sets_before_and_after(mending: ServiceHarness) -> None:
    """An edit and a perspective store several answers; an edit names what it added and dropped."""
    number = await decided(mending)
    page = await mending.services.decisions.begin_edit(ADA, number)
    await mending.drafts.save_answers(ADA, page.draft.id, {"faults": ("slow", "leaks")})
    await mending.services.post(ADA, page.draft.id, PUBLIC)
    view = await mending.services.perspectives.begin(BEN, PUBLIC, number)
    await mending.drafts.save_answers(BEN, view.draft.id, {"faults": ("none",)})
    await mending.services.post(BEN, view.draft.id, PUBLIC)
    details = [each.detail for each in await mending.read(find_events, "T1", number)]
    edit = next(each for each in details if isinstance(each, Edited))
    given = next(each for each in details if isinstance(each, ViewAdded))
    assert edit.answers == {"faults": (("slow", "loud"), ("slow", "leaks"))}
    assert given.answers == {"faults": ("", ("none",))}
    assert changes(edit, SEVERAL_ENGINE.playbook) == (
        "What is wrong? added It leaks; dropped It is loud",
    )


async def test_records_name_each_answer(mending: ServiceHarness) -> None:
    """Markdown, CSV and JSON have every answer; JSON also their ids."""
    number = await decided(mending)
    page = await mending.services.perspectives.begin(BEN, PUBLIC, number)
    await mending.drafts.save_answers(BEN, page.draft.id, {"faults": ("loud", "leaks")})
    await mending.services.post(BEN, page.draft.id, PUBLIC)
    details = await mending.services.search.details(ReadScope.of(ADA, PUBLIC), number)
    record = details.record
    assert "What is wrong? **It is slow; It is loud**" in as_markdown(record)
    assert "It is loud; It leaks" in as_markdown(record)
    assert "What is wrong? It is slow; It is loud" in as_csv([record])
    (written,) = json.loads(record_as_json([record]))["decisions"]
    assert written["answers"][0]["answer"] == ["slow", "loud"]


async def test_without_its_playbook_answers_are_named_by_id(mending: ServiceHarness) -> None:
    """A decision whose playbook cannot be read shows the ids of its answers."""
    decision = await mending.read(find_decision, "T1", await decided(mending))
    assert decision is not None
    record = record_of(decision, FallbackEngine(decision), DecisionContext())
    assert "Slow; Loud" in [each.words for each in record.answers]


async def test_similar_decisions_share_answers(mending: ServiceHarness) -> None:
    """Sets count by what they have in common, and only equal ones as the same."""
    sheets = [
        AnswerSheet(1, NOISY),
        AnswerSheet(2, {**NOISY, "faults": ("slow", "leaks")}),
        AnswerSheet(3, {**NOISY, "faults": ("leaks",)}),
        AnswerSheet(4, {**NOISY, "faults": ("leaks",), "age": "old"}),
    ]
    found = dict(most_similar(NOISY, sheets))
    assert found == {
        1: Likeness(3, 0, 3, 1.0),
        2: Likeness(2, 1, 3, pytest.approx(7 / 9)),
        3: Likeness(2, 0, 3, pytest.approx(2 / 3)),
    }
    await decided(mending)
    page = await mending.drafts.start(ADA, PUBLIC)
    await mending.drafts.save_answers(ADA, page.draft.id, NOISY)
    draft = await mending.drafts.open_draft(ADA, page.draft.id)
    (alike,) = await mending.services.search.similar(draft)
    assert alike.counts.alike == 3


async def test_decisions_are_searched_and_listed(mending: ServiceHarness) -> None:
    """The search index and the pages of lists take decisions with several answers."""
    number = await decided(mending)
    scope = ReadScope.of(ADA, PUBLIC)
    page = await mending.services.search.page(scope, DecisionFilter(words=("press",)), None, 5)
    assert [each.number for each in page.decisions] == [number]
    (stored,) = await mending.read(decisions_of_workspace, "T1", 0, 10)
    assert stored.answers == NOISY


async def test_todays_rules_read_old_answers(mending: ServiceHarness) -> None:
    """The digest replays sets; of a set only the answers that are gone are left out."""
    await decided(mending, {**NOISY, "faults": ("slow", "leaks")})
    later = RuleEngine(
        loader.parse(changed_version(("leaks: It leaks, ", ""), ("leaks}", "loud}")))
    )
    past = PastAnswers(1, "mend", {**NOISY, "faults": ("slow", "leaks")}, "buy")
    (changed,) = changed_recommendations([past], {"mend": later})
    assert changed.now == "mend"


async def test_calibration_reads_several_answers(mending: ServiceHarness) -> None:
    """Outcomes are counted for the rules that hold by any of the answers."""
    decision = await mending.read(find_decision, "T1", await decided(mending))
    assert decision is not None
    await mending.services.decisions.accept(ADA, decision.number)
    done = await mending.read(find_decision, "T1", decision.number)
    assert done is not None
    await mending.services.reviews.review(ADA, done.number, ReviewOutcome.WORKED, "")
    reviewed = await mending.read(find_decision, "T1", decision.number)
    assert reviewed is not None
    assert isinstance(reviewed.reviews[0], ReviewAnswer)
    counted = calibrate([reviewed], {SEVERAL.hash: SEVERAL_ENGINE})
    assert {"slow", "loud"} <= counted.rules.keys()


async def test_an_old_draft_keeps_its_version(mending: ServiceHarness) -> None:
    """A draft begun by an older version is answered and posted by it."""
    page = await mending.drafts.start(ADA, PUBLIC)
    mending.playbooks.use(changed_version(("several: true\n  alone: [none]", "")))
    await mending.drafts.describe(ADA, page.draft.id, Workflow(title="The old press"))
    await mending.drafts.save_answers(ADA, page.draft.id, NOISY)
    posted = await mending.services.post(ADA, page.draft.id, PUBLIC)
    assert posted.decision.answers == NOISY


def test_samples_may_give_several_answers(tmp_path: Path) -> None:
    """The file of sample decisions lists several answers, of the driver and of a colleague."""
    folder = tmp_path / "ragvsft"
    folder.mkdir()
    (folder / "samples.yml").write_text(
        "- {id: press, title: The press, driver: ada, channel: general, days_ago: 9,\n"
        "   review_after: 30, answers: {faults: [slow, loud], age: new},\n"
        "   then: [{days_ago: 8, by: ben, answers: {faults: [leaks]}}]}\n"
    )
    (sample,) = read_samples(tmp_path)
    assert sample.answers == {"faults": ("slow", "loud"), "age": "new"}
    assert sample.then[0].answers == {"faults": ("leaks",)}


def test_the_doctor_shows_several_answers() -> None:
    """Samples of all messages and modals can be made, and show sets of answers."""
    found = samples(SEVERAL_ENGINE)
    assert "It is slow; It is loud" in json.dumps(found, ensure_ascii=False)


async def test_sets_differ_by_what_is_added_or_dropped(mending: ServiceHarness) -> None:
    """A set is compared with the driver's answer by answer, and says which of them decide."""
    number = await decided(mending)
    page = await mending.services.perspectives.begin(BEN, PUBLIC, number)
    await mending.drafts.save_answers(BEN, page.draft.id, {**NOISY, "faults": ("loud", "leaks")})
    await mending.services.post(BEN, page.draft.id, PUBLIC)
    team = await mending.services.perspectives.team("T1", number)
    (difference,) = (await mending.services.perspectives.comparison(team)).differences
    _, theirs = difference.said
    assert (theirs.added, theirs.dropped) == (("leaks",), ("slow",))
    assert difference.flips_to == {("loud", "leaks"): "buy"}
    assert theirs.decisive == ("leaks",)
