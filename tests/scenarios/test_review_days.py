"""The day of a review, as it was chosen; and what comes of how decisions went."""

from datetime import timedelta

import pytest

from bot.playground.slack_model import SlackMessage
from bot.playground.user_session import UserSession
from tests.scenarios.house import House, text_of
from tests.scenarios.test_finding import ask

pytestmark = pytest.mark.usefixtures("bot")
DAYS = {"30": 30, "60": 60, "date": 75, "never": None}
"""In how many days the review is, by what is chosen; a date is one in 75 days."""


@pytest.fixture
def transport() -> str:
    """The same over one transport: what is told here does not depend on it."""
    return "http"


def _asked(person: UserSession) -> dict[int, SlackMessage]:
    """What somebody has been asked, by the number of the decision."""
    questions = [each for each in person.sees(person.im.id) if "How did it go?" in text_of(each)]
    return {n: each for n in range(1, 5) for each in questions if f"#{n} " in text_of(each)}


async def test_each_is_asked_about_on_its_day_and_counted(house: House) -> None:
    """In 30 and in 60 days, on a date, or never, a decider is asked; what failed is counted.

    `rules` counts it by option and by the reasons that spoke for it; App Home names it as recent.
    """
    ada, clock = house.playground.user("ada"), house.playground.clock
    begun = clock.now()
    for number, (choice, days) in enumerate(DAYS.items(), start=1):
        day = {"review_day": f"{begun + timedelta(days=days):%Y-%m-%d}"} if choice == "date" else {}
        await house.start(ada)
        await ada.submit(await house.to_review(ada, review_choice=choice, **day))
        announcement, _ = await house.posted(ada)
        assert f"#{number} " in text_of(announcement)
        assert ("Review on" in text_of(announcement)) is (days is not None)
        await ada.click(announcement, "accept")
        await house.until_logged(
            "decisions", lambda row, n=number: row["number"] == n and row["status"] == "accepted"
        )
    for number, days in ((1, 30), (2, 60), (3, 75)):
        clock.move_to(begun + timedelta(days=days - 1))
        assert list(_asked(ada)) == list(range(1, number))
        clock.move_to(begun + timedelta(days=days + 1))
        await house.playground.until(lambda n=number: n in _asked(ada))
        await ada.click(_asked(ada)[number], "outcome:failed")
        await ada.submit(await house.modal_of(ada, "outcome"))
    clock.advance(timedelta(days=400))

    told = text_of(await ask(house, ada, "rules"))
    assert ": none of 3 worked" in told
    reasons = told.partition("By the reasons that spoke for it, where 3 or more were tried")[2]
    assert "” none of 3 worked" in reasons
    await ada.open_home()
    await house.playground.until(lambda: "Recent" in str(ada.home and ada.home.blocks))
    home = str(ada.home and ada.home.blocks)
    assert home.count("it did not work") == 3
    assert "#4  Answers for support" in home
    assert list(_asked(ada)) == [1, 2, 3]
