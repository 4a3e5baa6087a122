"""What has to be true after a fire, whatever burnt. Each thing that isn't is one line in plain words."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import Engine, select

from ivr.outcomes.tables import outcome_tasks, outcomes
from ivr.people.roster_tables import helper_states
from ivr.store.callback_tables import attempts, callbacks, flashes, pages
from ivr.vault.key_store import KeyStore
from ivr.vault.key_tables import row_keys
from ivr.vault.sealing import print_of
from ivr.vault.tables import vault_entries
from ivr.vault.vault import SETTLED_SECONDS
from tests.faults.fire.visitors import pressed_zero, was_helped
from tests.network import Ledger, LegRecord, PhoneNetwork

SOON_SECONDS = 900.0
BUSY_STATES = ("offered", "dialling", "talking")


@dataclass(frozen=True)
class Rows:
    """All that the database holds of callbacks, read at once."""

    callbacks: list[Any]
    attempts: list[Any]
    tasks: list[Any]
    outcomes: list[Any]
    helpers: list[Any]
    flashes: list[Any] = field(default_factory=list)
    pages: list[Any] = field(default_factory=list)
    spared: frozenset[str] = frozenset()
    """Callbacks whose number a turn has sealed again that was killed before it stored anything. The vault can't know
    that it was, and spares the number until no turn of that hour can be under way; then they are closed."""

    @classmethod
    def read(cls, database: Engine, key_store: KeyStore) -> Rows:
        with database.connect() as connection:
            tables = (callbacks, attempts, outcome_tasks, outcomes, helper_states, flashes, pages)
            rows = [list(connection.execute(select(table))) for table in tables]
            entry = vault_entries.c.id == callbacks.c.number_id
            numbers = select(callbacks.c.id, callbacks.c.number_id, vault_entries.c.sealed).join(
                vault_entries, entry
            )
            sealed = connection.execute(numbers).all()
        since = time.time() - SETTLED_SECONDS
        with key_store.reading() as keys:
            used = select(row_keys.c.entry_id, row_keys.c.sealed_as).where(row_keys.c.used_at >= since)
            sealed_as = {row.entry_id: row.sealed_as for row in keys.connection.execute(used)}
        spared = (
            row.id for row in sealed if sealed_as.get(row.number_id, "") not in ("", print_of(row.sealed))
        )
        return cls(*rows, spared=frozenset(spared))

    @property
    def unsettled(self) -> list[str]:
        """What still goes on: somebody is being called, or could be, or a case could be closed."""
        soon = time.time() + SOON_SECONDS
        found = [
            f"callback {row.id[:6]} ({row.state})"
            for row in self.callbacks
            if row.state in BUSY_STATES
            or (row.state == "waiting" and row.not_before < soon)
            or (row.state == "closed" and self.should_be_gone(row))
        ]
        found += [f"missed call {row.id[:6]} ({row.state})" for row in self.flashes if row.state != "over"]
        return found + [f"a helper in {row.busy_with[:6]}" for row in self.helpers if row.busy_with]

    def should_be_gone(self, callback: Any) -> bool:
        """Whether nothing is owed any more about a callback that is over."""
        owed = any(task.callback_id == callback.id and task.state == "open" for task in self.tasks)
        return not owed and callback.id not in self.spared


@dataclass
class Verdict:
    """`faults` is empty if all is well; `figures` are counts for the report."""

    faults: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)

    def must(self, good: object, fault: str) -> None:
        if not good:
            self.faults.append(fault)


def judge(
    rows: Rows,
    network: PhoneNetwork,
    *,
    seen: Collection[str],
    asked: Collection[str],
    told_noted: int,
    callers: Collection[str],
    helpers: Collection[str],
    most_attempts: int,
) -> Verdict:
    """Judges a run. `seen`: the ids of all callbacks that ever were; `asked`: of those asked for before the fire;
    `told_noted`: how many callers were told during it that their wish is noted."""
    verdict = Verdict()
    with network.lock:
        ledger = network.ledger
        verdict.must(not network.live(), f"{len(network.live())} legs are still live")
        _judge_counts(verdict, rows, seen, asked, told_noted)
        _judge_rows(verdict, rows)
        for caller in callers:
            _judge_caller(verdict, ledger, caller, most_attempts)
        for helper in helpers:
            _judge_helper(verdict, ledger, helper)
        verdict.must(not ledger.overlapping_bridges(), "somebody was in two talks at once")
        verdict.figures |= _figures(rows, ledger, callers)
        verdict.figures |= {"told during the fire": told_noted, "there of these": len(set(seen) - set(asked))}
    return verdict


def _judge_counts(
    verdict: Verdict, rows: Rows, seen: Collection[str], asked: Collection[str], told_noted: int
) -> None:
    there = len(rows.outcomes) + len(rows.callbacks)
    verdict.must(there == len(seen), f"{len(seen)} callbacks were asked for, and {there} are accounted for")
    left = set(seen) - set(asked)
    verdict.must(set(asked) <= set(seen), "a callback asked for before the fire was never seen")
    verdict.must(len(left) >= told_noted, f"{told_noted} callers were told 'noted', {len(left)} are")


def _judge_rows(verdict: Verdict, rows: Rows) -> None:
    now = time.time()
    tasks = {task.callback_id: task for task in rows.tasks}
    ending = {attempt.callback_id for attempt in rows.attempts if attempt.end_legs_at > now}
    for row in rows.callbacks:
        name = f"callback {row.id[:6]} ({row.state})"
        if row.state == "closed":
            task = tasks.get(row.id)
            owed = task is not None and task.state == "open"
            verdict.must(
                owed or row.id in ending or row.id in rows.spared, f"{name} is over, and has no outcome"
            )
        elif row.state == "waiting":
            verdict.must(now < row.until, f"{name} waits beyond its end")
            verdict.must(row.ready or row.not_before > now, f"{name} waits, and isn't in the queue")
            paged = row.priority or any(page.about == row.id for page in rows.pages)
            verdict.must(paged, f"{name} is of somebody in danger, and no supervisor is rung for it")
        else:
            verdict.must(False, f"{name} hangs since long, until {row.until - now:.0f} s from now")
    open_ones = {attempt.id for attempt in rows.attempts if attempt.state != "over"}
    forgotten = open_ones - {attempt.id for attempt in rows.attempts if attempt.end_legs_at > now}
    verdict.must(not forgotten, f"{len(forgotten)} attempts are open, and nobody will end them")
    for helper in rows.helpers:
        verdict.must(not helper.busy_with or helper.busy_with in open_ones, "a helper is claimed for nothing")


def _judge_caller(verdict: Verdict, ledger: Ledger, caller: str, most_attempts: int) -> None:
    rings = ledger.rings_of(caller)
    name = f"the caller …{caller[-6:]}"
    verdict.must(len(rings) <= most_attempts, f"{name} was rung {len(rings)} times")
    verdict.must(not _overlapping(rings), f"{name} was rung twice at once")
    talks = ledger.bridges(caller)
    verdict.must(len(talks) <= 1, f"{name} has talked {len(talks)} times")
    if talks:
        after = [ring for ring in rings if ring.asked_at > talks[0].began]
        verdict.must(not after, f"{name} was rung again after having talked")


def _judge_helper(verdict: Verdict, ledger: Ledger, helper: str) -> None:
    # A helper's phone that rings for a life at risk is claimed by nobody until the key is pressed.
    rings = [leg for leg in ledger.rings_of(helper) if leg.kind == "placed"]
    for one, other in _overlapping(rings):
        what = "while talking" if one.answered_at is not None else "twice at once"
        verdict.must(
            False,
            f"the helper …{helper[-6:]} was rung {what} ({one.sid[-4:]}: {one.asked_at:.0f}-{_end(one):.0f}, "
            f"{other.sid[-4:]}: {other.asked_at:.0f})",
        )


def judge_in_danger(verdict: Verdict, network: PhoneNetwork, callers: Collection[str], most: int) -> None:
    """Whoever pressed 0 has heard a voice or the emergency number, and is called back as others are."""
    with network.lock:
        for caller in callers:
            name = f"the caller in danger …{caller[-6:]}"
            verdict.must(
                was_helped(network, caller), f"{name} pressed 0 and heard neither a voice nor the number"
            )
            rings = network.ledger.rings_of(caller)
            verdict.must(len(rings) <= most, f"{name} was rung {len(rings)} times")
            verdict.must(not _overlapping(rings), f"{name} was rung twice at once")
        verdict.figures["callers who pressed 0"] = sum(pressed_zero(network, one) for one in callers)
        voices = sum(bool(network.ledger.bridges(one)) for one in callers)
        verdict.figures["of them talked with somebody"] = voices


def judge_missed_calls(verdict: Verdict, network: PhoneNetwork, flashers: Collection[str]) -> None:
    """Nobody is rung back more often than they rang, or twice at once."""
    with network.lock:
        for caller in flashers:
            legs, rings = network.ledger.legs_of(caller), network.ledger.rings_of(caller)
            missed = len(legs) - len(rings)
            name = f"the caller …{caller[-6:]}"
            verdict.must(rings, f"{name} flashed {missed} times and was never rung back")
            verdict.must(
                len(rings) <= missed, f"{name} flashed {missed} times and was rung {len(rings)} times"
            )
            verdict.must(not _overlapping(rings), f"{name} was rung back twice at once")
        rung = sum(len(network.ledger.rings_of(one)) for one in flashers)
        verdict.figures["missed calls"] = sum(len(network.ledger.legs_of(one)) for one in flashers) - rung
        verdict.figures["rung back"] = rung


def _overlapping(legs: Iterable[LegRecord]) -> list[tuple[LegRecord, LegRecord]]:
    in_order = sorted(legs, key=lambda leg: leg.asked_at)
    return [(one, other) for one, other in pairwise(in_order) if other.asked_at < _end(one)]


def _end(leg: LegRecord) -> float:
    return float("inf") if leg.ended_at is None else leg.ended_at


def _figures(rows: Rows, ledger: Ledger, callers: Collection[str]) -> dict[str, int]:
    endings = Counter(row.ending for row in rows.outcomes)
    return {
        "asked for": len(rows.outcomes) + len(rows.callbacks),
        "outcomes written": len(rows.outcomes),
        "of them talked": endings["talked"],
        "of them unreached": endings["unreached"],
        "outcomes that helpers still owe": sum(task.state == "open" for task in rows.tasks),
        "over, and closed within the hour, as a killed turn may need the number": sum(
            row.state == "closed" and row.id in rows.spared for row in rows.callbacks
        ),
        "waiting for tomorrow": sum(row.state == "waiting" for row in rows.callbacks),
        "rings of callers": sum(len(ledger.rings_of(caller)) for caller in callers),
        "rings of helpers": sum(leg.kind == "placed" for leg in ledger.legs),
        "talks": len(ledger.talks),
        "webhooks sent": len(ledger.webhooks),
        "of them lost": sum(hook.lost for hook in ledger.webhooks),
        "of them sent twice": sum(hook.repeated for hook in ledger.webhooks),
    }
