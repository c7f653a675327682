"""The weekly digest: its settings, a private preview, and posting it at once."""

import uuid
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.decisions.errors import SharedChannel, UnknownZone
from bot.decisions.model import Person, Place, Visibility
from bot.digest.forms import (
    already_configured_error,
    digest_form_of,
    digest_metadata_of,
    digest_place_of,
    external_readers_error,
    unknown_zone_error,
)
from bot.digest.messages import DigestMessages
from bot.digest.schedule import Occurrence
from bot.digest.settings import DigestSettings, Schedule
from bot.digest.views import replies
from bot.digest.views.settings import (
    SettingsChoice,
    digest_offer,
    settings_choice,
    settings_modal,
)
from bot.services.services import Services
from bot.slack.background import BackgroundTasks
from bot.slack.handlers.modals import open_view, update_view
from bot.slack.home import HomeTab
from bot.slack.replies import EphemeralReplies, ack_with
from bot.slackkit.forms import FieldError
from bot.slackkit.ids import Action, Modal
from bot.slackkit.message import sentence
from bot.slackkit.payloads import (
    InvalidPayload,
    action_of,
    parse_command,
    place_of_command,
    place_of_message,
    sender,
)

Body = dict[str, Any]


class DigestHandlers:
    """Changes a channel's digest settings, previews the digest, and posts it at once."""

    def __init__(
        self,
        services: Services,
        messages: DigestMessages,
        home: HomeTab,
        background: BackgroundTasks,
        command: str,
    ) -> None:
        self._services = services
        self._replies = EphemeralReplies(services)
        self._messages = messages
        self._home = home
        self._background = background
        self._command = command

    async def command(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Handle the subcommand and its argument."""
        place = place_of_command(body)
        if place.visibility is Visibility.DIRECT:
            return await ack_with(ack, sentence(replies.NOT_A_CHANNEL))
        match parse_command(body)[1].lower():
            case "" | "settings" as wanted:
                await ack()
                opening = self._open(place, body, client, offer=not wanted)
                return self._background.start(opening, body)
            case "now":
                await ack()
                return self._background.start(self._preview(place, body), body)
            case "off":
                return await self._switch_off(place, ack, body)
            case _:
                return await ack_with(ack, sentence(replies.digest_usage(self._command)))

    async def open(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Open the settings of the channel that a button names, or of one to choose."""
        about = digest_metadata_of(action_of(body).get("value"))
        await ack()
        opening = self._open(
            about.place, body, client, to_switch_on=about.to_switch_on, offer=about.place is None
        )
        self._background.start(opening, body)

    async def save(self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient) -> None:
        """Store the settings, and show when the next digest is due."""
        digests = self._services.digests
        try:
            kept = await digests.change(await self._wanted(sender(body), view))
        except UnknownZone as error:
            raise unknown_zone_error(error.near) from error
        except SharedChannel as error:
            raise external_readers_error() from error
        due = await digests.next_due(kept)
        await ack(response_action="update", view=replies.settings_saved(kept, due, self._command))
        self._background.start(self._home.refresh(client, sender(body)), body)

    async def accept_offer(
        self, ack: AsyncAck, body: Body, view: Body, client: AsyncWebClient
    ) -> None:
        """Turn the digest on that the short modal offers, and show when the next one is due."""
        place, person = digest_place_of(view), sender(body)
        if digest_metadata_of(view["private_metadata"]).place is None:
            await self._require_none(person, place)
        kept, due = await self._turn_on(person, place)
        await ack(response_action="update", view=replies.settings_saved(kept, due, self._command))
        self._background.start(self._home.refresh(client, person), body)

    async def change_offer(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Replace the short modal by the settings, with the channel chosen in it."""
        await ack()
        self._background.start(self._show_settings(body, client), body)

    async def turn_on(self, ack: AsyncAck, body: Body, client: AsyncWebClient) -> None:
        """Turn the digest on whose preview has the button."""
        place, person = digest_metadata_of(action_of(body).get("value")).place, sender(body)
        if place is None:
            raise InvalidPayload("this button names no channel")
        kept, due = await self._turn_on(person, place)
        await ack()
        text = replies.digest_turned_on(kept, due)
        self._background.start(self._replies.say(body, text), body)
        self._background.start(self._home.refresh(client, person), body)

    async def post(self, ack: AsyncAck, body: Body) -> None:
        """Post the digest whose preview has the button."""
        place = place_of_message(body)
        if place is None:
            raise InvalidPayload("this button belongs to no channel")
        token = str(action_of(body).get("value"))
        first = await self._services.digests.post(sender(body), place, token)
        await ack()
        self._background.start(self._confirm(place, body, first=first), body)

    async def _wanted(self, person: Person, view: Body) -> DigestSettings:
        """Return the settings that a modal asks for.

        Raises:
            FieldError: an answer is missing, or the channel chosen has a digest already.
        """
        form = digest_form_of(view)
        if digest_metadata_of(view["private_metadata"]).place is None:
            await self._require_none(person, form.place)
        base = await self._services.digests.default_settings(person, form.place, None)
        return form.apply_to(base, person.user)

    async def _require_none(self, person: Person, place: Place) -> None:
        """Check that a channel chosen in a modal has no digest yet.

        Raises:
            FieldError: it has one.
        """
        there = await self._services.digests.settings(person.workspace, place.channel)
        if there is not None and there.on:
            raise already_configured_error(self._command)

    async def _turn_on(
        self, person: Person, place: Place
    ) -> tuple[DigestSettings, Occurrence | None]:
        """Turn a digest on in the person's time zone; return its settings and the next one."""
        digests = self._services.digests
        zones = await self._services.people.cached_zones([person])
        kept = await digests.turn_on(person, place, zones[person].key if person in zones else None)
        return kept, await digests.next_due(kept)

    async def _show_settings(self, body: Body, client: AsyncWebClient) -> None:
        view = body["view"]
        try:
            place: Place | None = digest_place_of(view)
        except FieldError:
            place = None
        chosen = await self._chosen(sender(body), place)
        await update_view(client, view, settings_modal(replace(chosen, place=place)))

    async def _open(
        self,
        place: Place | None,
        body: Body,
        client: AsyncWebClient,
        *,
        offer: bool,
        to_switch_on: bool = False,
    ) -> None:
        """Open the settings; with `offer` the short modal where none were ever saved."""
        chosen = await self._chosen(sender(body), place)
        if to_switch_on:
            chosen = replace(chosen, on=True)
        shown = digest_offer if offer and chosen.saved is None else settings_modal
        await open_view(client, body, shown(chosen))

    async def _chosen(self, person: Person, place: Place | None) -> SettingsChoice:
        digests, people = self._services.digests, self._services.people
        saved = await digests.settings(person.workspace, place.channel) if place else None
        if saved is not None:
            return settings_choice(replace(saved, place=place or saved.place), saved=True)
        zone = await people.zone_of(person)
        if place is None:
            return SettingsChoice(None, schedule=Schedule(zone=zone) if zone else Schedule())
        return settings_choice(await digests.default_settings(person, place, zone), saved=False)

    async def _preview(self, place: Place, body: Body) -> None:
        person, digests = sender(body), self._services.digests
        digest = await digests.preview(person, place)
        saved = await digests.settings(person.workspace, place.channel)
        due = await digests.next_due(saved) if saved else None
        await self._services.people.zone_of(person)  # for the digest that the preview offers
        message = await self._messages.preview(digest, due, saved, uuid.uuid4().hex)
        await self._replies.show(body, message)

    async def _switch_off(self, place: Place, ack: AsyncAck, body: Body) -> None:
        was_on = await self._services.digests.switch_off(sender(body), place)
        text = replies.digest_switched_off(place, self._command, was_on=was_on)
        await ack_with(ack, sentence(text))

    async def _confirm(self, place: Place, body: Body, *, first: bool) -> None:
        """Replace the preview by a confirmation."""
        await self._replies.say(body, replies.digest_posted(place, first=first), replace=True)


def register(app: AsyncApp, digests: DigestHandlers) -> None:
    """Attach the handlers of buttons and modal; the subcommand is dispatched to."""
    app.action(Action.POST_DIGEST)(digests.post)
    app.action(Action.DIGEST_SETTINGS)(digests.open)
    app.action(Action.TURN_ON_DIGEST)(digests.turn_on)
    app.action(Action.CHANGE_DIGEST)(digests.change_offer)
    app.view(Modal.DIGEST)(digests.save)
    app.view(Modal.DIGEST_OFFER)(digests.accept_offer)
