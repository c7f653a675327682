"""Search results as messages and files: only what the person may read."""

import asyncio
from collections.abc import Mapping
from itertools import islice
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.charts.subprocess import render_needs
from bot.decisions.access import DecisionFilter, DecisionPage, ReadScope
from bot.decisions.errors import NoSuchDecision
from bot.decisions.model import DecisionSummary, Person
from bot.decisions.records.madr import as_markdown, filename, picture_name
from bot.decisions.records.record import Record, record_as_json
from bot.decisions.records.spreadsheet import as_csv
from bot.playbooks.model import Playbook
from bot.services.search import DecisionDetails, words_of
from bot.services.services import Services
from bot.slack.views import search as views
from bot.slack.views.perspectives import view_request
from bot.slack.views.reader import OpenDecision, reader_modal
from bot.slackkit.api_errors import UNREACHABLE
from bot.slackkit.message import Message, sentence
from bot.slackkit.metadata import DecisionMetadata, ListQuery
from bot.slackkit.uploads import TextFile, send_file

logger = structlog.get_logger(__name__)

_LINK_SECONDS = 0.8
"""How long a window waits for its link: its trigger expires after three seconds."""
MOST_EXPORTED = 2000
"""Decisions in one export from Slack; the command line has no limit."""
_FORMATS = {"csv": as_csv, "json": record_as_json}


class SearchResponder:
    """Renders search results; sends a long one as a file."""

    def __init__(self, services: Services, command: str) -> None:
        """Render for one workspace app; `command` is the slash command's name."""
        self._services = services
        self._command = command
        self._permalinks = services.permalinks(_LINK_SECONDS)

    async def page(self, scope: ReadScope, query: ListQuery) -> Message:
        """Return a page of a list or a search."""
        finding = self._services.search
        if query.kind == "list":
            wanted = finding.parse_filter(query.text)
        else:
            wanted = DecisionFilter(words=words_of(query.text))
        found = DecisionPage((), newer=False, older=False)
        if query.kind == "list" or wanted.words:
            found = await finding.page(scope, wanted, query.cursor, views.PAGE)
        listed = [
            views.ListedDecision(each, await self._playbook(each)) for each in found.decisions
        ]
        return views.decision_list(self._command, query, wanted, found, listed)

    async def show(
        self, scope: ReadScope, metadata: DecisionMetadata, client: AsyncWebClient, note: str = ""
    ) -> Mapping[str, Any] | Message:
        """Return the window on a decision.

        A contributor who was asked and has not answered gets the request instead, as a message.

        Args:
            scope: what the person may read.
            metadata: the decision's number, the part to show, and what the window carries.
            client: fetches the permalink.
            note: what the window says about what the person just did; mrkdwn.

        Raises:
            NoSuchDecision: there is none with this number that the person may read.
        """
        try:
            found = await self._services.search.details(scope, metadata.decision)
        except NoSuchDecision:
            return await self._invitation(scope, metadata.decision)
        decision, playbook = found.decision, await self._playbook(found.decision)
        link = await self._link(client, found)
        return reader_modal(
            OpenDecision(decision, playbook, found.record, scope.user, link, metadata, note)
        )

    async def export_one(
        self, scope: ReadScope, number: int, client: AsyncWebClient, *, inline: bool
    ) -> Message:
        """Return a decision's record, or send it as a file.

        Args:
            scope: what the person may read.
            number: the decision's.
            client: sends the file.
            inline: whether a short record may be returned instead of a file.

        Raises:
            NoSuchDecision: there is none with this number that the person may read.
        """
        found = await self._services.search.details(scope, number)
        text = as_markdown(found.record)
        if inline and len(text) <= views.INLINE:
            return views.record_message(number, text)
        words = f"The record of decision #{number}, in Markdown."
        beside = await asyncio.to_thread(_picture, found.record)
        text = as_markdown(found.record, pictured=bool(beside))
        return await _send(client, scope, TextFile(filename(found.record), text, words, beside))

    async def export_all(self, scope: ReadScope, form: str, client: AsyncWebClient) -> Message:
        """Send all readable decisions as one file; return the message that says so."""
        records = [each async for each in self._services.search.records(scope, MOST_EXPORTED + 1)]
        if not records:
            return sentence(f"There is nothing to export here yet. `{self._command}` starts one.")
        kept = list(islice(records, MOST_EXPORTED))
        words = _counted(kept, form)
        if len(records) > len(kept):
            words += " Those are the newest; `ragvsft export` on the command line writes all."
        file = TextFile(f"decisions.{form}", _FORMATS[form](kept), words)
        return await _send(client, scope, file)

    async def _invitation(self, scope: ReadScope, number: int) -> Message:
        """Return the request for a perspective to a person who may not read more yet.

        Raises:
            NoSuchDecision: the person was not asked.
        """
        person = Person(scope.workspace, scope.user)
        asked = await self._services.perspectives.invited(person, number)
        if asked is None:
            raise NoSuchDecision(number)
        return view_request(asked, nudge=False)

    async def _link(self, client: AsyncWebClient, found: DecisionDetails) -> str | None:
        """Return the link to an announcement; None if Slack gives none."""
        ref = found.announced
        if ref is None:
            return None
        return (await self._permalinks.of(client, found.decision.workspace, [ref])).get(ref)

    async def _playbook(self, decision: DecisionSummary) -> Playbook:
        return (await self._services.playbooks.of(decision)).playbook


def _picture(record: Record) -> dict[str, str]:
    """Return the picture of a record's needs by its file name; empty if it can't be drawn."""
    if record.needs is None:
        return {}
    try:
        return {picture_name(record): render_needs(record.needs, "svg").decode()}
    except ValueError as error:
        logger.warning("a record is sent without its picture", reason=str(error))
        return {}


async def _send(client: AsyncWebClient, scope: ReadScope, file: TextFile) -> Message:
    try:
        await send_file(client, scope.user, file)
    except SlackApiError as error:
        return views.file_not_sent(str(error.response.get("error", "")))
    except UNREACHABLE:
        return views.file_not_sent("")
    return sentence(f"{file.words} I've sent it to you as a file, in our direct messages.")


def _counted(records: list[Record], form: str) -> str:
    noun = "decision" if len(records) == 1 else "decisions"
    return f"{len(records):,} {noun} as {form.upper()}."
