"""Puts together what the pages of the console work with."""

from __future__ import annotations

from ivr.callbacks.cases import Cases
from ivr.callbacks.longest_waits import LongestWaits
from ivr.callbacks.wish_cap import WishCap
from ivr.console.parts import ConsoleParts
from ivr.publishing.lines import all_lines
from ivr.publishing.on_air import OnAir
from ivr.store.engine import reading
from ivr.store.ids import new_id
from ivr.vault.noted import noted_end
from ivr.wiring import Wiring, make_emergency_screens


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
        recording=wiring.recording,
        releases=wiring.releases,
        on_air=OnAir(
            wiring.database,
            wiring.library,
            wiring.audit,
            people.accounts.person,
            lambda: make_emergency_screens(wiring),
            wiring.settings.demo,
        ),
        largest_upload=wiring.settings.upload_megabytes * 1_000_000,
        wish_cap=WishCap(wiring.database, wiring.settings.callbacks_an_hour),
        # A slow sender holds a thread for minutes; most of them are for callers.
        uploads_at_once=max(1, wiring.settings.web_threads // 4),
    )


def languages_on_air(wiring: Wiring) -> list[str]:
    """The languages that callers hear, in the order of their codes."""
    with reading(wiring.database) as connection:
        on_air = {line.release_id for line in all_lines(connection) if line.release_id is not None}
    readable = filter(None, map(wiring.releases.readable, on_air))
    return sorted({code for release in readable for code in release.pack.languages})
