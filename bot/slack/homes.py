"""App Home: published when a person opens it, and again when what it shows has changed."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.desk import Desk
from bot.decisions.model import Decision, Person
from bot.slack.payloads import Payload, who
from bot.slack.refusals import UNREACHABLE
from bot.slack.views.digest.home import Coming
from bot.slack.views.home import home

log = structlog.get_logger(__name__)

_MOST_KEPT = 2_000


class Homes:
    """Publishes people's Home tabs.

    Slack tells when somebody comes to the tab, not when they leave it. Who has been there since
    the start is remembered, so that nobody else's is made for nothing.
    """

    words_on_samples: Callable[[], Awaitable[str | None]] | None = None
    """Tells what App Home says of sample decisions; without it, it says nothing of them."""

    def __init__(self, desk: Desk, command: str = "/ragvsft") -> None:
        """Make it on the desk; `command` is the slash command's name."""
        self._desk = desk
        self._command = command
        self._opened: OrderedDict[Person, None] = OrderedDict()

    async def open(self, client: AsyncWebClient, person: Person) -> None:
        """Show a person's Home tab as it stands now."""
        self._remember(person)
        await self._publish(client, person)

    def pressed(self, body: Payload) -> None:
        """Remember that whoever pressed a button in App Home has it before them."""
        view = body.get("view")
        if isinstance(view, Mapping) and view.get("type") == "home":
            self._remember(who(body))

    async def refresh(self, client: AsyncWebClient, workspace: str, *users: str) -> None:
        """Show the Home tabs of those who may have them before them, as they stand now.

        Whoever comes to the tab again sees it as it is then: it is no failure if Slack is away.
        """
        for user in dict.fromkeys(users):
            person = Person(workspace, user)
            if person not in self._opened:
                continue
            try:
                await self._publish(client, person)
            except UNREACHABLE as error:
                log.info("App Home was not refreshed", reason=type(error).__name__)

    async def refresh_for(self, client: AsyncWebClient, decision: Decision, *others: str) -> None:
        """Show the Home tabs anew on which a decision has moved: its people's, and some others'."""
        people = (decision.driver, *decision.deciders, *others)
        await self.refresh(client, decision.workspace, *people)

    def _remember(self, person: Person) -> None:
        self._opened[person] = None
        self._opened.move_to_end(person)
        if len(self._opened) > _MOST_KEPT:
            self._opened.popitem(last=False)

    async def _publish(self, client: AsyncWebClient, person: Person) -> None:
        desk = self._desk
        drafts, decisions = await desk.belongings(person)
        waiting = await desk.reviewing.waiting_for(person)
        known = await desk.digesting.known_to(person)
        coming = [Coming(each, await desk.digesting.next_due(each)) for each in known]
        asked = (*waiting.to_decide, *waiting.to_review)
        editions = {each.playbook_hash: (await desk.editions.of(each)).playbook for each in asked}
        titles = desk.editions.titles()
        samples = await self.words_on_samples() if self.words_on_samples else None
        view = home(
            titles, drafts, decisions, waiting, coming, samples, editions, command=self._command
        )
        await client.views_publish(user_id=person.user, view=view)
