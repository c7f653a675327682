"""App Home: published when a person opens it, and again when what it shows has changed."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Decision, Person
from bot.digest.views.home import Coming
from bot.services.services import Services
from bot.slack.views.home import home_view
from bot.slackkit.api_errors import UNREACHABLE
from bot.slackkit.payloads import Payload, sender

logger = structlog.get_logger(__name__)

_MOST_KEPT = 2_000


class HomeTab:
    """Publishes people's Home tabs.

    Slack tells when somebody comes to the tab, not when they leave it. Who has been there since
    the start is remembered, so that nobody else's is made for nothing.
    """

    words_on_samples: Callable[[], Awaitable[str | None]] | None = None
    """Tells what App Home says of sample decisions; without it, it says nothing of them."""

    def __init__(self, services: Services, command: str = "/ragvsft") -> None:
        """Make it on the desk; `command` is the slash command's name."""
        self._services = services
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
            self._remember(sender(body))

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
                logger.info("App Home was not refreshed", reason=type(error).__name__)

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
        services = self._services
        drafts, decisions = await services.belongings(person)
        waiting = await services.reviews.waiting_for(person)
        known = await services.digests.known_to(person)
        coming = [Coming(each, await services.digests.next_due(each)) for each in known]
        asked = (*waiting.to_decide, *waiting.to_review)
        playbooks = {
            each.playbook_hash: (await services.playbooks.of(each)).playbook for each in asked
        }
        titles = services.playbooks.titles()
        samples = await self.words_on_samples() if self.words_on_samples else None
        view = home_view(
            titles, drafts, decisions, waiting, coming, samples, playbooks, command=self._command
        )
        await client.views_publish(user_id=person.user, view=view)
