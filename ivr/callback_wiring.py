"""Chooses the concrete classes of calling back. The other half of `wiring.py`, which alone asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from ivr.audit.log import AuditLog
from ivr.callbacks.book import Book
from ivr.callbacks.crisis_parts import CrisisParts, crisis_parts
from ivr.callbacks.dispatch import Dispatcher
from ivr.callbacks.flashes import Flashes
from ivr.callbacks.flashes import Rules as FlashRules
from ivr.callbacks.hurry import Jobs
from ivr.callbacks.machine import Rules
from ivr.callbacks.paging import PagingRules
from ivr.callbacks.parts import CallbackParts
from ivr.callbacks.ringing import Addressed
from ivr.callbacks.taking import Taking
from ivr.callbacks.withdrawing import Withdrawing
from ivr.calls.screens import Addresses
from ivr.calls.turns import DOOR, Turns
from ivr.legs.caller_leg import CALLER, CallerLeg
from ivr.legs.crisis_leg import CRISIS, CrisisLeg
from ivr.legs.door import Door, DoorParts
from ivr.legs.helper_leg import HELPER, HelperLeg
from ivr.legs.legs import Legs
from ivr.legs.outcome_leg import OUTCOME, OutcomeLeg
from ivr.legs.page_leg import PAGE, PageLeg
from ivr.legs.panel_leg import PANEL_PART, PanelLeg
from ivr.legs.parts import LegParts
from ivr.legs.ring_back_leg import FLASH, RingBackLeg
from ivr.legs.room_leg import ROOM_PART, RoomLeg
from ivr.outcomes.numbers import let_go
from ivr.outcomes.parts import OutcomeParts, outcome_parts
from ivr.people.parts import PeopleParts
from ivr.publishing.releases import Releases
from ivr.recording.parts import RecordingParts
from ivr.recording.room import PhoneRoom
from ivr.settings import Settings
from ivr.store.ids import new_id
from ivr.store.queue import DEFAULT_QUEUE, connect_to_queue
from ivr.telephony.contract import Dialect
from ivr.vault.vault import Vault

if TYPE_CHECKING:
    pass


QUEUE_PATIENCE_SECONDS = 0.5
"""A page or a leg doesn't wait longer for the queue server: what it wants done is swept up some seconds later."""


def callbacks_of(
    settings: Settings, database: Engine, people: PeopleParts, outcomes: OutcomeParts
) -> CallbackParts:
    """The services of callbacks. Reaches nothing yet."""
    jobs = Jobs(lambda: connect_to_queue(settings, QUEUE_PATIENCE_SECONDS))
    book = Book(rules_of(settings), people.helpers, outcomes.tasks)
    return CallbackParts(
        book=book,
        dispatcher=Dispatcher(database, book, people.helpers, jobs, new_id),
        taking=Taking(database, book, people.helpers, people.accounts.person, jobs, new_id),
        jobs=jobs,
    )


def withdrawing_of(database: Engine, callbacks: CallbackParts) -> Withdrawing:
    """How a callback is taken back that a helper is busy with. Reaches nothing yet."""
    jobs = callbacks.jobs
    return Withdrawing(
        database, callbacks.book, jobs, lambda: jobs.ask("sweep_callbacks", queue=DEFAULT_QUEUE)
    )


def rules_of(settings: Settings) -> Rules:
    """How callers are called back."""
    return Rules(
        most_attempts=settings.callback_attempts,
        spacing=settings.callback_spacing,
        offer_seconds=settings.offer_seconds,
        dial_seconds=settings.dial_seconds,
        talk_seconds=settings.talk_minutes * 60.0,
        rest_after_no_answer=settings.helper_rest_minutes * 60.0,
    )


def flashes_of(settings: Settings, database: Engine, vault: Vault) -> Flashes:
    """Where missed calls are noted. Reaches nothing yet."""
    jobs = Jobs(lambda: connect_to_queue(settings, QUEUE_PATIENCE_SECONDS))
    rules = flash_rules_of(settings)
    return Flashes(database, database.dialect, vault, rules, new_id, lambda: jobs.ask("ring_back"))


def flash_rules_of(settings: Settings) -> FlashRules:
    """How many missed calls are rung back, and how late."""
    return FlashRules(
        longest_wait=settings.ring_back_minutes * 60.0,
        a_number=settings.ring_backs_a_number,
        an_hour=settings.ring_backs_an_hour,
        a_day=settings.ring_backs_a_day,
        per_second=settings.calls_per_second,
    )


def crisis_of(
    settings: Settings,
    database: Engine,
    dialects: Mapping[str, Dialect],
    addresses: Addresses,
    vault: Vault,
    people: PeopleParts,
    outcomes: OutcomeParts,
    callbacks: CallbackParts,
) -> CrisisParts:
    """Help now. Reaches nothing yet."""

    def addressed(provider: str, of: str, step: str) -> Addressed:
        voice = addresses.of_leg(provider, CRISIS, of, step).on_keys
        return Addressed(voice, addresses.leg_status(provider, CRISIS, of))

    return crisis_parts(
        database,
        vault,
        people.helpers,
        people.accounts.person,
        callbacks,
        outcomes.cases,
        let_go=lambda connection, number, now: let_go(connection, vault, number, now),
        rules=PagingRules(
            spacing=settings.page_spacing_seconds,
            hurry=settings.page_hurry_minutes * 60.0,
            slow=settings.page_slow_minutes * 60.0,
        ),
        addressed=addressed,
        can_whisper=lambda name: name in dialects and dialects[name].capabilities.whisper,
        new_id=new_id,
    )


def outcomes_of(
    settings: Settings, database: Engine, people: PeopleParts, vault: Vault, audit: AuditLog
) -> OutcomeParts:
    """What helpers fill in after talks, and what becomes of it. Reaches nothing yet."""
    person, minutes = people.accounts.person, settings.risk_minutes
    return outcome_parts(database, vault, audit, people.notices, people.helpers, person, new_id, minutes)


def legs_of(
    database: Engine,
    releases: Releases,
    addresses: Addresses,
    callbacks: CallbackParts,
    crisis: CrisisParts,
    outcomes: OutcomeParts,
    people: PeopleParts,
    recording: RecordingParts,
    vault: Vault,
    turns: Turns,
    flashes: Flashes,
    clock: Callable[[], float],
) -> Legs:
    """Every kind of leg that we ring, and the helpers' door."""
    parts = LegParts(
        database, callbacks.book, releases, addresses, callbacks.jobs, people.helpers, vault.can_keep, clock
    )
    helper = HelperLeg(parts, callbacks.book.rules.talk_seconds)
    door = DoorParts(
        pins=people.pins,
        person=people.accounts.person,
        helpers=people.helpers,
        taking=callbacks.taking,
        mark=vault.mark,
        came_in=lambda provider, call, who: turns.end(provider, call, ended=who),
        panels=recording.panels,
    )
    room = RoomLeg(parts, _room_of(recording, clock), people.accounts.person)
    panel = PanelLeg(parts, recording.panels, recording.spoken, new_id)
    return Legs(
        {
            HELPER: helper,
            CALLER: CallerLeg(parts),
            OUTCOME: OutcomeLeg(parts, outcomes.tasks),
            DOOR: Door(parts, door, helper, room, panel),
            ROOM_PART: room,
            PANEL_PART: panel,
            CRISIS: CrisisLeg(database, releases, addresses, crisis.talks, clock),
            PAGE: PageLeg(parts, crisis.pages, helper),
            FLASH: RingBackLeg(parts, flashes, turns.end),
        },
        addresses,
        _each(helper.rang_in_is_over, recording.spoken.let_go_of_call),
    )


def _room_of(recording: RecordingParts, clock: Callable[[], float]) -> PhoneRoom:
    return PhoneRoom(
        recording.takes, recording.drafts, recording.shelves, recording.voices, recording.spoken, clock
    )


def _each(*told: Callable[[str, str], object]) -> Callable[[str, str], None]:
    def tell(provider: str, call: str) -> None:
        for one in told:
            one(provider, call)

    return tell
