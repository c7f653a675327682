"""App Home: published when a person opens it, and again when its content has changed."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import Block
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.model import Decision, DecisionSummary, Person
from bot.digest.views.replies import UpcomingDigest
from bot.services.services import Services
from bot.slack.views.home import home_view
from bot.slackkit.api_errors import HOME_DISABLED, UNREACHABLE, api_error_of
from bot.slackkit.message import as_dicts
from bot.slackkit.origin import marked_view
from bot.slackkit.payloads import Payload, sender

logger = structlog.get_logger(__name__)

_MOST_REMEMBERED = 2_000


class HomeTab:
    """Publishes people's Home tabs.

    Slack reports when a person opens the tab, not when they leave it. The tab remembers who has
    opened it since the start, and refreshes only theirs.
    """

    extra_blocks: Callable[[], Awaitable[Sequence[Block]]] | None = None
    """Blocks to append to every Home tab; the demo sets this."""

    def __init__(self, services: Services) -> None:
        """Remember no person yet."""
        self._services = services
        self._permalinks = services.permalinks()
        self._seen: OrderedDict[Person, None] = OrderedDict()
        self._is_noted = False

    async def publish(self, client: AsyncWebClient, person: Person) -> None:
        """Publish a person's Home tab, and refresh it from now on.

        Raises:
            SlackApiError: Slack rejects the view, and not because App Home is switched off.
            SlackClientError, ClientError, OSError, TimeoutError: Slack is unreachable.
        """
        self._remember(person)
        try:
            await self._publish(client, person)
        except SlackApiError as error:
            if not self._is_switched_off(error):
                raise

    def saw(self, body: Payload) -> None:
        """Remember the sender of a payload if they pressed a button in App Home."""
        view = body.get("view")
        if isinstance(view, Mapping) and view.get("type") == "home":
            self._remember(sender(body))

    async def refresh(self, client: AsyncWebClient, *people: Person) -> None:
        """Publish the Home tabs of those of these people who have opened theirs.

        An unreachable Slack is only logged: opening the tab again publishes it as well.
        """
        for person in dict.fromkeys(people):
            if person not in self._seen:
                continue
            try:
                await self._publish(client, person)
            except SlackApiError as error:
                if not self._is_switched_off(error):
                    logger.info("App Home was not refreshed", reason=api_error_of(error).error)
            except UNREACHABLE as error:
                logger.info("App Home was not refreshed", reason=type(error).__name__)

    async def refresh_for(self, client: AsyncWebClient, decision: Decision, actor: Person) -> None:
        """Refresh the Home tabs of a changed decision's people, and of the actor's."""
        users = (decision.driver, *decision.deciders)
        await self.refresh(client, *(Person(decision.workspace, user) for user in users), actor)

    def _is_switched_off(self, error: SlackApiError) -> bool:
        """Return whether the app has no Home tab, and say so in the log, once."""
        if api_error_of(error).error != HOME_DISABLED:
            return False
        if not self._is_noted:
            logger.warning("App Home is switched off: enable the Home Tab under “App Home”")
        self._is_noted = True
        return True

    def _remember(self, person: Person) -> None:
        self._seen[person] = None
        self._seen.move_to_end(person)
        if len(self._seen) > _MOST_REMEMBERED:
            self._seen.popitem(last=False)

    async def _publish(self, client: AsyncWebClient, person: Person) -> None:
        services = self._services
        drafts, decisions = await services.home_content(person)
        waiting = await services.reviews.waiting_for(person)
        known = await services.digests.settings_for(person)
        coming = [UpcomingDigest(each, await services.digests.next_due(each)) for each in known]
        asked = (*waiting.to_decide, *waiting.to_review)
        playbooks = {
            each.playbook_hash: (await services.playbooks.of(each)).playbook for each in asked
        }
        titles = services.playbooks.titles()
        links = await self._links(client, [*asked, *waiting.to_contribute, *decisions])
        view = home_view(titles, drafts, decisions, waiting, coming, playbooks, links)
        if self.extra_blocks is not None:
            view["blocks"] += as_dicts(await self.extra_blocks())
        marked = marked_view(view, person.workspace)
        await client.views_publish(user_id=person.user, view=marked)

    async def _links(
        self, client: AsyncWebClient, decisions: Sequence[DecisionSummary]
    ) -> Mapping[int, str]:
        """Return the permalinks that Slack returns in time, by the decision's number."""
        announced = await self._services.search.announced(decisions)
        workspace = decisions[0].workspace if decisions else ""
        found = await self._permalinks.of(client, workspace, announced.values())
        return {number: found[ref] for number, ref in announced.items() if ref in found}
