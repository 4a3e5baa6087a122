"""Chooses the concrete classes. Nothing else in the house does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine

from audio.library import ClipLibrary
from audio.media import MediaStore
from ivr.audit.log import AuditLog
from ivr.callbacks.book import Book
from ivr.callbacks.cases import Cases
from ivr.callbacks.countries import countries_called
from ivr.callbacks.crisis_parts import CrisisParts, crisis_parts
from ivr.callbacks.desk import Desk
from ivr.callbacks.dispatch import Dispatcher
from ivr.callbacks.flashes import Flashes
from ivr.callbacks.flashes import Rules as FlashRules
from ivr.callbacks.hurry import Jobs
from ivr.callbacks.longest_waits import LongestWaits
from ivr.callbacks.machine import Rules
from ivr.callbacks.outlook import Outlook
from ivr.callbacks.paging import PagingRules
from ivr.callbacks.parts import CallbackParts
from ivr.callbacks.ringing import Addressed
from ivr.callbacks.taking import Taking
from ivr.calls.connector import PeopleToTalkTo
from ivr.calls.directory import ListedServices
from ivr.calls.emergency import EmergencyScreens
from ivr.calls.house import House
from ivr.calls.live import CallRows
from ivr.calls.remembered import Remembered
from ivr.calls.screens import Addresses
from ivr.calls.turns import DOOR, Turns
from ivr.console.parts import ConsoleParts
from ivr.legs.caller_leg import CALLER, CallerLeg
from ivr.legs.crisis_leg import CRISIS, CrisisLeg
from ivr.legs.door import Door, DoorParts
from ivr.legs.helper_leg import HELPER, HelperLeg
from ivr.legs.legs import Legs
from ivr.legs.outcome_leg import OUTCOME, OutcomeLeg
from ivr.legs.page_leg import PAGE, PageLeg
from ivr.legs.parts import LegParts
from ivr.legs.ring_back_leg import FLASH, RingBackLeg
from ivr.outcomes.numbers import let_go
from ivr.outcomes.parts import OutcomeParts, outcome_parts
from ivr.people.keys import PeopleKeys
from ivr.people.parts import PeopleParts, people_parts
from ivr.people.passwords import MEASURED, Cost
from ivr.people.records import Records
from ivr.people.sessions import Times
from ivr.people.wellbeing import Care
from ivr.phone.filling import Filler
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.releases import Release, Releases
from ivr.scrubbing.waiting import AtTheEnd
from ivr.settings import Settings
from ivr.store.engine import open_database, open_for_turns, reading
from ivr.store.hot import HotDatabase
from ivr.store.queue import connect_to_queue
from ivr.telephony.contract import Dialect, Network
from ivr.telephony.simulator.dialect import SimulatorDialect
from ivr.telephony.twilio import TwilioDialect
from ivr.telephony.twilio_number import PERSISTENCE
from ivr.vault.key_store import KeyStore
from ivr.vault.master_keys import MasterKeys
from ivr.vault.noted import noted_end
from ivr.vault.vault import Vault

if TYPE_CHECKING:
    from ivr.telephony.twilio_network import TwilioNetwork


log = structlog.get_logger()

QUEUE_PATIENCE_SECONDS = 0.5
"""A page or a leg doesn't wait longer for the queue server: what it wants done is swept up some seconds later."""


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """The parts of one process."""

    settings: Settings
    database: Engine
    media: MediaStore
    library: ClipLibrary
    dialects: dict[str, Dialect]
    addresses: Addresses
    emergency: EmergencyScreens
    releases: Releases
    rows: CallRows
    turns: Turns
    legs: Legs
    filler: Filler
    callbacks: CallbackParts
    crisis: CrisisParts
    outcomes: OutcomeParts
    vault: Vault
    audit: AuditLog
    people: PeopleParts
    clock: Callable[[], float]


def wire(settings: Settings, clock: Callable[[], float] = time.time, cost: Cost = MEASURED) -> Wiring:
    """Puts the parts of one process together. Reaches nothing yet."""
    database = open_database(settings.database)
    media = MediaStore(settings.media_folder)
    dialects = dialects_of(settings)
    # Another provider of the same interface may sign what stands after #, or send it.
    persistence = {} if settings.twilio_api_url else {"twilio": PERSISTENCE}
    addresses = Addresses(settings.public_url, persistence)
    emergency = EmergencyScreens(settings.emergency_folder, dialects.values(), addresses)
    releases = Releases(database)
    secret = settings.secret_key.get_secret_value().encode()
    rows = CallRows(database.dialect, secret, AtTheEnd(database.dialect))
    vault = vault_of(settings, database)
    audit = AuditLog(secret)
    flashes = flashes_of(settings, database, vault)
    people = people_of(settings, database, audit, vault, cost)
    outcomes = outcomes_of(settings, database, people, vault, audit)
    callbacks = callbacks_of(settings, database, people, outcomes)
    crisis = crisis_of(settings, database, dialects, addresses, vault, people, outcomes, callbacks)
    house = House(
        database=HotDatabase(open_for_turns(settings.database, settings.web_threads)),
        rows=rows,
        releases=releases,
        desk=Desk(database, database.dialect, vault, Outlook(database, people.helpers)),
        flashes=flashes,
        connector=PeopleToTalkTo(crisis.ringing, crisis.talks, settings.crisis_ring_seconds, clock),
        directory=ListedServices(database),
        addresses=addresses,
        emergency=emergency,
        remembered=Remembered(),
        clock=clock,
        new_id=new_id,
    )
    turns = Turns(house)
    return Wiring(
        settings=settings,
        database=database,
        media=media,
        library=ClipLibrary(database, media),
        dialects=dialects,
        addresses=addresses,
        emergency=emergency,
        releases=releases,
        rows=rows,
        turns=turns,
        legs=legs_of(
            database, releases, addresses, callbacks, crisis, outcomes, people, vault, turns, flashes, clock
        ),
        filler=Filler(database, vault, clock),
        callbacks=callbacks,
        crisis=crisis,
        outcomes=outcomes,
        vault=vault,
        audit=audit,
        people=people,
        clock=clock,
    )


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
    vault: Vault,
    turns: Turns,
    flashes: Flashes,
    clock: Callable[[], float],
) -> Legs:
    """Every kind of leg that we ring, and the helpers' door."""
    parts = LegParts(database, callbacks.book, releases, addresses, callbacks.jobs, vault.can_keep, clock)
    helper = HelperLeg(parts, callbacks.book.rules.talk_seconds)
    door = DoorParts(
        pins=people.pins,
        person=people.accounts.person,
        helpers=people.helpers,
        taking=callbacks.taking,
        mark=vault.mark,
        came_in=lambda provider, call: _came_in(turns, provider, call),
    )
    return Legs(
        {
            HELPER: helper,
            CALLER: CallerLeg(parts),
            OUTCOME: OutcomeLeg(parts, outcomes.tasks),
            DOOR: Door(parts, door, helper),
            CRISIS: CrisisLeg(database, releases, addresses, crisis.talks, clock),
            PAGE: PageLeg(parts, crisis.pages, helper),
            FLASH: RingBackLeg(parts, flashes, turns.end),
        },
        addresses,
    )


def people_of(settings: Settings, database: Engine, audit: AuditLog, vault: Vault, cost: Cost) -> PeopleParts:
    """The people's room of this installation, whose passwords cost this much to look at. Reaches nothing yet."""
    secret = settings.secret_key.get_secret_value().encode()
    records = Records(database, audit, PeopleKeys(secret), new_id)
    care = Care(wrap_up_seconds=settings.wrap_up_minutes * 60.0)
    return people_parts(records, times_of(settings), vault.shred, cost, care)


def console_parts_of(wiring: Wiring) -> ConsoleParts:
    """What the pages work with."""
    people = wiring.people
    return ConsoleParts(
        database=wiring.database,
        people=people,
        audit=wiring.audit,
        cases=Cases(wiring.database, wiring.vault, wiring.audit, people.notices, people.accounts.person),
        vault=wiring.vault,
        noted_end=lambda: noted_end(wiring.vault),
        clock=wiring.clock,
        new_id=new_id,
        public_url=wiring.settings.public_url,
        spoken=lambda: languages_on_air(wiring),
        taking=wiring.callbacks.taking,
        hurry=wiring.callbacks.jobs,
        outcomes=wiring.outcomes,
        pages=wiring.crisis.pages,
        longest_waits=LongestWaits(wiring.releases.get, wiring.settings.crisis_ring_seconds),
    )


def languages_on_air(wiring: Wiring) -> list[str]:
    """The languages that callers hear, in the order of their codes."""
    with reading(wiring.database) as connection:
        on_air = {line.release_id for line in all_lines(connection) if line.release_id is not None}
    return sorted({code for release_id in on_air for code in wiring.releases.get(release_id).pack.languages})


def times_of(settings: Settings) -> Times:
    """When a sign-in ends by itself."""
    return Times(idle=settings.sign_in_idle_minutes * 60.0, longest=settings.sign_in_hours * 3600.0)


def _came_in(turns: Turns, provider: str, call: str) -> None:
    turns.end(provider, call, ended="helper")


def vault_of(settings: Settings, database: Engine) -> Vault:
    """The vault of this installation. Reaches nothing yet."""
    return Vault(
        KeyStore(settings.key_store),
        master_keys_of(settings),
        new_id=new_id,
        keep_hours=settings.keep_numbers_hours,
        countries=countries_called(settings.countries, database),
    )


def master_keys_of(settings: Settings) -> MasterKeys:
    """Where the master keys are."""
    return MasterKeys(
        settings.key_file,
        settings.master_key.get_secret_value(),
        settings.master_key_old.get_secret_value(),
    )


def dialects_of(settings: Settings) -> dict[str, Dialect]:
    """The providers whose webhooks are answered."""
    found: dict[str, Dialect] = {}
    if settings.twilio_account_sid:
        found["twilio"] = TwilioDialect(
            "twilio",
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_shared_key.get_secret_value(),
        )
    if settings.simulator:
        found["simulator"] = SimulatorDialect(
            "simulator", settings.simulator_account_sid, settings.simulator_auth_token.get_secret_value()
        )
    return found


def twilio_network_of(settings: Settings) -> TwilioNetwork | None:
    """The side of Twilio that reaches out; None where no account is set. For workers and the command line only."""
    token = settings.twilio_auth_token.get_secret_value()
    if not settings.twilio_account_sid or not token:
        return None
    # Imported here, because it takes half a second and web processes never need it.
    from ivr.telephony.twilio_network import TwilioNetwork

    return TwilioNetwork(settings.twilio_account_sid, token, settings.twilio_api_url)


def networks_of(wiring: Wiring) -> Callable[[str], Network | None]:
    """The sides of providers that reach out, by name, each made when it is first needed; None for one not set up."""

    @cache
    def network(provider: str) -> Network | None:
        if provider == "twilio":
            return twilio_network_of(wiring.settings)
        if provider == "simulator" and wiring.settings.simulator:
            from ivr.telephony.simulator.parts import network_of

            return network_of(wiring)
        return None

    return network


def make_emergency_screens(wiring: Wiring) -> int:
    """Writes the emergency screens of every line; returns how many lines have one.

    A line with nothing on air, or with something damaged, borrows another's words, and says its own emergency number.
    """
    with reading(wiring.database) as connection:
        found = [(line, _release_of(wiring, line)) for line in all_lines(connection)]
    borrowed = next((release for _, release in found if release is not None), None)
    # Those with words of their own come last: the last of a provider speaks for numbers that nobody knows.
    for line, release in sorted(found, key=lambda pair: pair[1] is not None):
        words = release or borrowed
        if words is not None:
            wiring.emergency.make(line, words)
    return len(found) if borrowed is not None else 0


def _release_of(wiring: Wiring, line: Line) -> Release | None:
    if line.release_id is None:
        return None
    try:
        return wiring.releases.get(line.release_id)
    except (LookupError, ValueError, TypeError) as error:
        # The callers of all other lines must be answered although this one's release is damaged.
        log.error("release_unreadable", line=line.name, error=type(error).__name__)
        return None


def new_id() -> str:
    """A random id. A version-4 UUID's 122 random bits, without the cost of making it one."""
    return os.urandom(16).hex()
