"""Looks over the whole hotline, from the disk to Twilio, and says what to do next. Changes nothing.

Each part is looked at by itself: one that is broken doesn't keep the others from being looked at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from sqlalchemy import Engine

from ivr.audit.log import AuditLog
from ivr.operations.checks.address import check_address, check_proxies
from ivr.operations.checks.audit import check_audit
from ivr.operations.checks.help_now import check_help
from ivr.operations.checks.house import DatabaseFacts, LineFacts, check_database, check_lines, check_queue
from ivr.operations.checks.machine import check_clock, check_disk, check_folder, check_settings
from ivr.operations.checks.missed_calls import MissedCallFacts, check_missed_calls
from ivr.operations.checks.provider import check_account, check_number
from ivr.operations.checks.scrubbing import ScrubbingFacts, check_scrubbing
from ivr.operations.checks.vault import check_vault
from ivr.operations.connecting import TwilioSide, webhook_addresses
from ivr.operations.facts import (
    ClipShelf,
    ReleaseShelf,
    database_facts,
    folder_facts,
    is_made,
    line_facts,
    numbers_of,
    queue_facts,
    scrubbing_facts,
    settings_facts,
    without_password,
)
from ivr.operations.facts_audit import audit_facts
from ivr.operations.facts_help import help_facts
from ivr.operations.facts_missed_calls import missed_call_facts
from ivr.operations.facts_outside import account_facts, number_facts, visit_address
from ivr.operations.facts_vault import vault_facts
from ivr.operations.findings import Finding
from ivr.settings import Settings
from ivr.store.queue import queue_url
from ivr.vault.vault import Vault


class House(Protocol):
    """The parts of this installation that are looked at; ivr.wiring puts them together."""

    @property
    def database(self) -> Engine:
        """The database."""

    @property
    def releases(self) -> ReleaseShelf:
        """What lines play."""

    @property
    def vault(self) -> Vault:
        """Where callers' numbers are."""

    @property
    def audit(self) -> AuditLog:
        """Who did what."""

    @property
    def media(self) -> ClipShelf:
        """The clips."""


def examine(settings: Settings, build: Callable[[], House], twilio: TwilioSide | None) -> list[Finding]:
    """Everything there is to say, in the order in which it should be put right. `build` is only used where there is
    a database, because building makes one."""
    findings = _examine_machine(settings)
    found = _examine_database(settings, build, findings)
    findings += check_queue(queue_facts(queue_url(settings)))
    lines, scrubbing, missed = found or (None, None, None)
    if lines is not None:
        findings += check_lines(lines, settings.media_place)
    findings += check_missed_calls(missed) if missed else []
    findings += _examine_outside(settings, lines or [], twilio)
    return findings + (check_scrubbing(scrubbing) if scrubbing else [])


def _examine_machine(settings: Settings) -> list[Finding]:
    folder = folder_facts(settings.data)
    disk = check_disk(folder)
    proxies = check_proxies(settings.public_url, settings.proxies)
    return [
        *check_settings(settings_facts(settings)),
        check_folder(folder),
        *([disk] if disk else []),
        *([proxies] if proxies else []),
    ]


def _examine_database(
    settings: Settings, build: Callable[[], House], findings: list[Finding]
) -> tuple[Sequence[LineFacts] | None, ScrubbingFacts | None, MissedCallFacts | None] | None:
    if not is_made(settings.database):
        findings.append(check_database(DatabaseFacts(without_password(settings.database), is_made=False)))
        return None
    house = build()
    facts = database_facts(settings.database, house.database)
    findings += [
        check_database(facts),
        check_vault(
            vault_facts(
                house.vault, house.database, time.time(), settings.demo and bool(settings.twilio_account_sid)
            )
        ),
    ]
    if facts.failure:
        return None
    log = audit_facts(house.database, house.audit, house.vault)
    findings += [check_audit(log)] if log else []
    helped = help_facts(house.database, house.releases, settings, time.time())
    findings += [check_help(helped)] if helped else []
    lines = line_facts(house.database, house.releases, house.media, settings.demo)
    missed = missed_call_facts(house.database, house.releases, settings.countries, time.time())
    return lines, scrubbing_facts(house.database, time.time()), missed


def _examine_outside(
    settings: Settings, lines: Sequence[LineFacts], twilio: TwilioSide | None
) -> list[Finding]:
    visit = visit_address(
        settings.public_url, settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value()
    )
    account = account_facts(twilio)
    findings = [*check_address(visit.address), *check_account(account)]
    if twilio is not None and not account.failure:
        wanted = webhook_addresses(settings.public_url)
        for facts in number_facts(twilio, numbers_of(lines, "twilio"), wanted):
            findings += check_number(facts)
    clock = _clock(visit.ahead_seconds, twilio)
    return findings + ([clock] if clock else [])


def _clock(ahead_of_address: float | None, twilio: TwilioSide | None) -> Finding | None:
    # The public address is often this very machine, which of course agrees with itself: Twilio is the better witness.
    if twilio is not None and twilio.clock_ahead_seconds is not None:
        return check_clock(twilio.clock_ahead_seconds, "Twilio's clock")
    return check_clock(ahead_of_address, "the clock at the public address")
