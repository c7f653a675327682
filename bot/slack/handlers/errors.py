"""The one place that turns an error into what a person reads."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse

from bot.decisions.errors import (
    AlreadyClosed,
    AlreadyPosted,
    DraftGone,
    DriversOwn,
    EditedMeanwhile,
    NobodyToNudge,
    NoSuchDecision,
    NotAChannel,
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
from bot.decisions.installation import NotInstalled
from bot.decisions.model import Person
from bot.digest.forms import READ_BY_OTHERS
from bot.digest.views.answers import NOT_A_CHANNEL, no_longer_everything
from bot.playbooks.engine import InvalidAnswers
from bot.services.services import Services
from bot.slack.background import BackgroundTasks, Body
from bot.slack.handlers.modals import NotOpened
from bot.slack.replies import respond_privately
from bot.slack.views import notices
from bot.slackkit.forms import FieldError, texts_entered
from bot.slackkit.ids import Block
from bot.slackkit.message import notice_modal, sentence
from bot.slackkit.payloads import ExternalUser, InvalidPayload, sender, shared_channel

logger = structlog.get_logger(__name__)


_SENTENCES: Mapping[type[BaseException], str] = {
    ExternalUser: notices.OUTSIDER,
    NotInstalled: notices.NOT_INSTALLED,
    DraftGone: "This questionnaire is over: it expired, or somebody else opened it. Start anew.",
    DriversOwn: notices.DRIVERS_OWN,
    PlaybookVersionUnusable: (
        "The questions it was made by are too old for me to read, so nothing can be answered anew. "
        "What was decided stays as it is; start a new decision instead."
    ),
    NotAChannel: NOT_A_CHANNEL,
    SharedChannel: READ_BY_OTHERS,
    NobodyToNudge: notices.NOBODY_TO_NUDGE,
    NotOpened: "The window didn't open in time. Nothing is lost: please press again.",
    NothingToResend: (
        "There is nothing left to do: the message has arrived, or was taken care of."
    ),
    NothingRecommended: notices.NOTHING_RECOMMENDED,
    SameOption: "That is the option recommended: accept it, or choose another one.",
    ReviewInThePast: "Pick a day after today: that is when you want to look back.",
    UnknownPlaybook: (
        "That questionnaire is not offered any more. My Home tab shows those there are."
    ),
    InvalidAnswers: (
        "The questions have changed in the meantime. Close this window and start anew."
    ),
}


def words_for(error: BaseException) -> str:
    """Return what to tell a person about an error: what happened and what to do."""
    match error:
        case AlreadyPosted(number=number):
            return f"This was already posted as decision #{number}; its answers stay as they are."
        case NotTheirs(allowed=allowed):
            return notices.not_theirs(allowed)
        case AlreadyClosed() | EditedMeanwhile() | NothingChanged():
            return _moved_on(error)
        case NoSuchDecision(number=number):
            return f"There is no decision #{number} here."
        case TooSoonToNudge(waiting=waiting, again_at=again_at):
            return notices.too_soon_to_nudge(waiting, again_at)
        case _:
            return _SENTENCES.get(type(error), notices.UNEXPECTED)


def _moved_on(error: AlreadyClosed | EditedMeanwhile | NothingChanged) -> str:
    """Return how a decision stands, which is not as somebody had thought."""
    match error:
        case AlreadyClosed(decision=decision):
            return notices.already_settled(decision)
        case EditedMeanwhile(number=number, title=title, recommended=recommended):
            return notices.edited_meanwhile(number, title, recommended)
        case NothingChanged(number=number):
            return notices.nothing_changed(number)


_JSON: dict[str, str | Sequence[str]] = {"content-type": "application/json"}


class ErrorHandlers:
    """Answers a request that failed, and tells the person when the ack is already out."""

    def __init__(self, services: Services) -> None:
        """Make the error listener."""
        self._services = services
        self.background = BackgroundTasks(self.after_the_ack)

    async def answer(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Return the response to a request whose listener raised `error`."""
        if isinstance(error, InvalidPayload):
            return BoltResponse(status=400, body="This request lacks what Slack always sends.")
        _report(error)
        if isinstance(error, ExternalUser):
            self.background.begin(self._note_outsider(body), body)
        if body.get("type") == "view_submission":
            return BoltResponse(status=200, body=json.dumps(_in_modal(error, body)), headers=_JSON)
        if "command" in body:
            answer = {"response_type": "ephemeral", "text": words_for(error)}
            return BoltResponse(status=200, body=json.dumps(answer), headers=_JSON)
        self.background.begin(self._tell(error, body), body)
        return BoltResponse(status=200)

    async def after_the_ack(self, error: BaseException, body: Body) -> None:
        """Tell the person about an errand that failed."""
        _report(error)
        await self._tell(error, body)

    async def _note_outsider(self, body: Body) -> None:
        """Have the digest of a channel that an outsider is in tell of that channel only."""
        where = shared_channel(body)
        if where is None:
            return
        set_by = await self._services.digests.read_by_outsiders(*where)
        if set_by is not None:
            workspace, channel = where
            await self._services.tell(Person(workspace, set_by), no_longer_everything(channel))

    async def _tell(self, error: BaseException, body: Body) -> None:
        """Tell the person whose request failed: where they are, else by direct message."""
        text = words_for(error)
        if await respond_privately(body, sentence(text)):
            return
        if body.get("type") != "event_callback" and not isinstance(error, NotInstalled):
            await self._services.tell(sender(body), text)


def register(app: AsyncApp, errors: ErrorHandlers) -> None:
    """Attach the error listener."""
    app.error(errors.answer)


def _in_modal(error: Exception, body: Body) -> Mapping[str, Any]:
    if isinstance(error, FieldError):
        return {"response_action": "errors", "errors": {error.block: error.message}}
    if isinstance(error, ReviewInThePast):
        return {"response_action": "errors", "errors": {Block.REVIEW_DAY: words_for(error)}}
    written = texts_entered(body.get("view") or {})
    view = notice_modal("This didn't work", words_for(error), written)
    return {"response_action": "update", "view": view}


def _report(error: BaseException) -> None:
    """Log what nobody expected; what a person caused is not the operator's business."""
    if words_for(error) == notices.UNEXPECTED and not isinstance(error, FieldError):
        logger.error("a request failed", exc_info=error)
