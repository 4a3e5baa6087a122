"""Chooses the concrete classes, together with the wirings of its rooms. Nothing else in the house does."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import Engine

from audio.library import ClipLibrary
from audio.media import Media
from ivr.audit.log import AuditLog
from ivr.callback_wiring import (
    callbacks_of,
    crisis_of,
    flashes_of,
    legs_of,
    outcomes_of,
    withdrawing_of,
)
from ivr.callbacks.countries import countries_called
from ivr.callbacks.crisis_parts import CrisisParts
from ivr.callbacks.desk import Desk
from ivr.callbacks.leaving import end_calls_of
from ivr.callbacks.outlook import Outlook
from ivr.callbacks.parts import CallbackParts
from ivr.calls.call_rows import CallRows
from ivr.calls.connector import PeopleToTalkTo
from ivr.calls.directory import ListedServices
from ivr.calls.emergency import EmergencyScreens
from ivr.calls.house import House
from ivr.calls.remembered import Remembered
from ivr.calls.screens import Addresses
from ivr.calls.turns import Turns
from ivr.legs.legs import Legs
from ivr.outcomes.parts import OutcomeParts
from ivr.people.keys import PeopleKeys
from ivr.people.parts import PeopleParts, people_parts
from ivr.people.passwords import MEASURED, Cost
from ivr.people.records import Records
from ivr.people.sessions import Times
from ivr.people.wellbeing import Care
from ivr.phone.filling import Filler
from ivr.provider_wiring import dialects_of, twilio_network_of
from ivr.publishing.lines import all_lines
from ivr.publishing.releases import Releases
from ivr.recording.parts import RecordingParts
from ivr.recording_wiring import recording_of
from ivr.scrubbing.waiting import AtTheEnd
from ivr.settings import Settings
from ivr.store.engine import open_database, open_for_turns, reading
from ivr.store.hot import HotDatabase
from ivr.store.ids import new_id
from ivr.telephony.contract import Dialect, Network
from ivr.telephony.twilio_number import PERSISTENCE
from ivr.vault.key_store import KeyStore
from ivr.vault.master_keys import MasterKeys
from ivr.vault.vault import Vault

if TYPE_CHECKING:
    pass


log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class Wiring:
    """The parts of one process."""

    settings: Settings
    database: Engine
    media: Media
    library: ClipLibrary
    recording: RecordingParts
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
    recording = recording_of(settings, database, people, audit, vault, callbacks.jobs)
    crisis = crisis_of(settings, database, dialects, addresses, vault, people, outcomes, callbacks)
    house = House(
        database=HotDatabase(open_for_turns(settings.database, settings.web_threads)),
        rows=rows,
        releases=releases,
        desk=Desk(
            database,
            database.dialect,
            vault,
            Outlook(database, people.helpers),
            withdrawing_of(database, callbacks).withdraw,
            settings.callbacks_an_hour,
        ),
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
        media=recording.media,
        library=recording.library,
        recording=recording,
        dialects=dialects,
        addresses=addresses,
        emergency=emergency,
        releases=releases,
        rows=rows,
        turns=turns,
        legs=legs_of(
            database,
            releases,
            addresses,
            callbacks,
            crisis,
            outcomes,
            people,
            recording,
            vault,
            turns,
            flashes,
            clock,
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


def people_of(settings: Settings, database: Engine, audit: AuditLog, vault: Vault, cost: Cost) -> PeopleParts:
    """The people's room of this installation, whose passwords cost this much to look at. Reaches nothing yet."""
    secret = settings.secret_key.get_secret_value().encode()
    records = Records(database, audit, PeopleKeys(secret), new_id)
    times, care = times_of(settings), care_of(settings)
    return people_parts(records, times, vault.shred, end_calls_of, cost, care)


def care_of(settings: Settings) -> Care:
    """What looks after helpers here."""
    return Care(
        wrap_up_seconds=settings.wrap_up_minutes * 60.0,
        most_seconds_a_shift=settings.on_call_hours * 3600.0,
        most_hard_calls_running=settings.hard_calls,
        break_seconds=settings.hard_calls_break_minutes * 60.0,
    )


def times_of(settings: Settings) -> Times:
    """When a sign-in ends by itself."""
    return Times(idle=settings.sign_in_idle_minutes * 60.0, longest=settings.sign_in_hours * 3600.0)


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
        found = [(line, wiring.releases.readable(line.release_id)) for line in all_lines(connection)]
    borrowed = next((release for _, release in found if release is not None), None)
    # Those with words of their own come last: the last of a provider speaks for numbers that nobody knows.
    for line, release in sorted(found, key=lambda pair: pair[1] is not None):
        words = release or borrowed
        if words is not None:
            wiring.emergency.make(line, words)
    return len(found) if borrowed is not None else 0
