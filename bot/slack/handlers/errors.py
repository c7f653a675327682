"""Error handling: which text a person reads for which error."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import (
    ActionNotPossible,
    AlreadyPosted,
    DraftGone,
    DriversOwn,
    EditedMeanwhile,
    ExclusiveAnswer,
    NobodyToNudge,
    NoChannelChosen,
    NoSuchDecision,
    NotAChannel,
    NothingAnswered,
    NothingChanged,
    NothingRecommended,
    NothingToResend,
    NotTheirs,
    PlaybookVersionUnusable,
    ReviewInThePast,
    SameOption,
    SharedChannel,
    TooSoonToNudge,
    UnknownPlaybook,
)
from bot.decisions.model import Person, Visibility
from bot.digest.forms import EXTERNAL_READERS
from bot.digest.views.replies import NOT_A_CHANNEL, limited_to_channel
from bot.playbooks.engine import InvalidAnswers
from bot.services.services import Services
from bot.slack.background import BackgroundTasks, Body
from bot.slack.handlers.modals import NotOpened, update_view
from bot.slack.replies import respond_privately
from bot.slack.views import notices
from bot.slackkit.forms import FieldError, texts_entered
from bot.slackkit.ids import QUESTION_PREFIX, Block
from bot.slackkit.message import notice_modal, sentence
from bot.slackkit.metadata import reads_in_modal
from bot.slackkit.payloads import (
    ExternalUser,
    InvalidPayload,
    NotIdentified,
    place_shown,
    sender,
)
from bot.storage.connection import DatabaseUnavailable
from bot.storage.installations import NotInstalled

logger = structlog.get_logger(__name__)


_TEXTS: Mapping[type[BaseException], str] = {
    ExternalUser: notices.OUTSIDER,
    NotIdentified: notices.NOT_IDENTIFIED,
    NotInstalled: notices.NOT_INSTALLED,
    DatabaseUnavailable: notices.DATABASE_UNAVAILABLE,
    DraftGone: "This questionnaire has expired, or belongs to someone else. Start a new one.",
    DriversOwn: notices.DRIVERS_OWN,
    PlaybookVersionUnusable: (
        "Its questions are too old for me to read, so its answers can't change any more. What you "
        "decided stays as it is. Start a new decision instead."
    ),
    NotAChannel: NOT_A_CHANNEL,
    NoChannelChosen: "Choose the channel to post in.",
    SharedChannel: EXTERNAL_READERS,
    NobodyToNudge: notices.NOBODY_TO_NUDGE,
    NotOpened: "The window didn't open in time. Nothing is lost: press again.",
    NothingAnswered: notices.NOTHING_ANSWERED,
    NothingToResend: ("There's nothing left to do: the message has arrived, or was taken care of."),
    NothingRecommended: notices.NOTHING_RECOMMENDED,
    SameOption: "That's the recommendation: accept it, or choose another option.",
    ReviewInThePast: "Pick a day after today.",
    UnknownPlaybook: (
        "I don't offer that questionnaire any more. My Home tab shows the ones I have."
    ),
    InvalidAnswers: (
        "The questions have changed in the meantime. Close this window and start again."
    ),
}


def error_text(error: BaseException) -> str:
    """Return the text for an error: what happened, and what to do."""
    match error:
        case AlreadyPosted(number=number):
            return f"You've already posted this as decision #{number}. Its answers stay."
        case NotTheirs(allowed=allowed, left=left):
            return notices.people_left(allowed) if left else notices.not_theirs(allowed)
        case ActionNotPossible() | EditedMeanwhile() | NothingChanged():
            return _moved_on(error)
        case ExclusiveAnswer(answer=answer):
            return f"“{answer}” doesn't go with other answers. Untick it, or the others."
        case NoSuchDecision(number=number):
            return f"There is no decision #{number} here."
        case TooSoonToNudge(waiting=waiting, again_at=again_at):
            return notices.too_soon_to_nudge(waiting, again_at)
        case _:
            return _TEXTS.get(type(error), notices.UNEXPECTED)


def _moved_on(error: ActionNotPossible | EditedMeanwhile | NothingChanged) -> str:
    """Return the text that a decision has changed in the meantime, or has not."""
    match error:
        case ActionNotPossible(decision=decision):
            return notices.already_settled(decision)
        case EditedMeanwhile(number=number, title=title, recommended=recommended):
            return notices.edited_meanwhile(number, title, recommended)
        case NothingChanged(number=number):
            return notices.nothing_changed(number)


_JSON: dict[str, str | Sequence[str]] = {"content-type": "application/json"}


class ErrorHandlers:
    """Answers failed requests, and reports failures after an ack to the person."""

    def __init__(self, services: Services) -> None:
        """Handle errors; background tasks report their failures here."""
        self._services = services
        self.background = BackgroundTasks(self.report_failure)

    async def respond(
        self, error: Exception, body: dict[str, Any], client: AsyncWebClient
    ) -> BoltResponse:
        """Return the response to a request whose handler raised `error`."""
        if isinstance(error, InvalidPayload):
            return BoltResponse(status=400, body="This request lacks what Slack always sends.")
        _log(error)
        if isinstance(error, ExternalUser):
            self.background.start(self._note_outsider(body), body)
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=json.dumps(_in_modal(error, body)), headers=_JSON)
        if "command" in body:
            answer = {"response_type": "ephemeral", "text": error_text(error)}
            return BoltResponse(status=200, body=json.dumps(answer), headers=_JSON)
        tell = self._tell_in_modal(error, body, client) if reads_in_modal(body) else None
        self.background.start(tell or self._tell(error, body), body)
        return BoltResponse(status=200)

    async def report_failure(self, error: BaseException, body: Body) -> None:
        """Report the failure of a background task to the person."""
        _log(error)
        await self._tell(error, body)

    async def _note_outsider(self, body: Body) -> None:
        """Restrict the digest of a channel with external users to the channel's own decisions."""
        workspace, place = sender(body).workspace, place_shown(body)
        if place is None or place.visibility is Visibility.DIRECT:
            return
        channel = place.channel
        set_by = await self._services.digests.external_user_seen(workspace, channel)
        if set_by is not None:
            await self._services.notify(Person(workspace, set_by), limited_to_channel(channel))

    async def _tell_in_modal(self, error: Exception, body: Body, client: AsyncWebClient) -> None:
        """Report a failure in the modal whose button was pressed."""
        notice = notice_modal("This didn't work", error_text(error))
        try:
            await update_view(client, body["view"], notice)
        except (KeyError, NotOpened, SlackApiError):
            await self._tell(error, body)

    async def _tell(self, error: BaseException, body: Body) -> None:
        """Report a failure where the person acted, or else by direct message."""
        text = error_text(error)
        if await respond_privately(body, sentence(text)):
            return
        if body.get("type") == "event_callback" or isinstance(error, NotInstalled):
            return
        try:
            person = sender(body)
        except InvalidPayload:
            logger.error("a failure could not be reported: nobody is named in the payload")  # noqa: TRY400 (a sentence)
        else:
            await self._services.notify(person, text)


def register(app: AsyncApp, errors: ErrorHandlers) -> None:
    """Attach the error handler."""
    app.error(errors.respond)


def _in_modal(error: Exception, body: Body) -> Mapping[str, Any]:
    if isinstance(error, FieldError):
        return {"response_action": "errors", "errors": {error.block: error.message}}
    if isinstance(error, ReviewInThePast):
        return {"response_action": "errors", "errors": {Block.REVIEW_DAY: error_text(error)}}
    if isinstance(error, NoChannelChosen):
        return {"response_action": "errors", "errors": {Block.CHANNEL: error_text(error)}}
    if isinstance(error, ExclusiveAnswer):
        block = f"{QUESTION_PREFIX}{error.question}"
        return {"response_action": "errors", "errors": {block: error_text(error)}}
    written = texts_entered(body.get("view") or {})
    view = notice_modal("This didn't work", error_text(error), written)
    return {"response_action": "update", "view": view}


def _log(error: BaseException) -> None:
    """Log an unexpected error; one that a person caused is no matter for the operator."""
    if isinstance(error, DatabaseUnavailable):
        logger.error("a request failed: the database is unavailable", why=str(error))
    elif error_text(error) == notices.UNEXPECTED and not isinstance(error, FieldError):
        logger.error("a request failed", exc_info=error)
