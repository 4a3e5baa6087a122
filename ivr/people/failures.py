"""Counting wrong attempts. An attempt is counted before it is looked at, and taken back when it was right: otherwise a
thousand guesses sent at once would all be looked at before the first was counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from ivr.people.lockout import NONE, Attempts, Rule, seconds_shut, with_another
from ivr.people.refusals import ShutFor
from ivr.people.tables import failures
from ivr.store.engine import reading


@dataclass(frozen=True, slots=True)
class Counter:
    """One subject, as a keyed hash, with its rule. With `starts_again` a right attempt forgets all wrong ones.

    `owner` is a keyed hash of the account it is counted against, or empty.
    """

    subject: str
    rule: Rule
    owner: str
    starts_again: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """An attempt that was counted: at each subject what was known before and what is now."""

    counters: tuple[tuple[Counter, Attempts, Attempts], ...]

    @property
    def newly_shut(self) -> bool:
        """Whether a subject is shut by this attempt that was open for all before."""
        return any(now.count == counter.rule.free for counter, _, now in self.counters)


def charge(database: Engine, counters: Sequence[Counter], now: float) -> Charged:
    """Counts an attempt. Raises ShutFor, with nothing counted, when one of the subjects is shut."""
    # A look that waits for nobody comes first: whoever hammers on a shut door keeps no caller's turn from writing.
    with reading(database) as connection:
        _refuse_if_shut(counters, _known(connection, counters, holding=False), now)
    with database.begin() as connection:
        known = _known(connection, counters, holding=True)
        _refuse_if_shut(counters, known, now)
        charged = []
        for counter in counters:
            before = known[counter.subject]
            after = with_another(counter.rule, before, now)
            _write(connection, counter.subject, after)
            charged.append((counter, before, after))
    return Charged(tuple(charged))


def take_back(connection: Connection, charged: Charged) -> None:
    """The attempt was right, or wasn't looked at: it counts nowhere."""
    for counter, before, after in sorted(charged.counters, key=lambda one: one[0].subject):
        this = failures.c.subject == counter.subject
        if counter.starts_again:
            connection.execute(delete(failures).where(this))
            continue
        connection.execute(
            update(failures).where(this, failures.c.count > 0).values(count=failures.c.count - 1)
        )
        # A wait that this attempt has begun ends; one that others have begun meanwhile goes on.
        connection.execute(
            update(failures)
            .where(this, failures.c.shut_until == after.shut_until)
            .values(shut_until=before.shut_until)
        )


def forget(connection: Connection, owners: Iterable[str]) -> None:
    """Nothing is known any more that was counted against these accounts."""
    connection.execute(delete(failures).where(failures.c.owner.in_(list(owners))))


def _refuse_if_shut(counters: Sequence[Counter], known: dict[str, Attempts], now: float) -> None:
    shut = max(seconds_shut(counter.rule, known[counter.subject], now) for counter in counters)
    if shut:
        raise ShutFor(shut)


def _known(connection: Connection, counters: Sequence[Counter], holding: bool) -> dict[str, Attempts]:
    subjects = sorted(counter.subject for counter in counters)
    columns = (failures.c.subject, failures.c.count, failures.c.since, failures.c.shut_until)
    wanted = select(*columns).where(failures.c.subject.in_(subjects)).order_by(failures.c.subject)
    if holding:
        for counter in sorted(counters, key=lambda one: one.subject):
            # There has to be a row that two attempts at once can wait for each other at.
            _add_if_new(connection, counter)
        wanted = wanted.with_for_update()
    known = dict.fromkeys(subjects, NONE)
    for row in connection.execute(wanted):
        subject, count, since, shut_until = row
        known[subject] = Attempts(count, since, shut_until)
    return known


def _write(connection: Connection, subject: str, attempts: Attempts) -> None:
    connection.execute(
        update(failures)
        .where(failures.c.subject == subject)
        .values(count=attempts.count, since=attempts.since, shut_until=attempts.shut_until)
    )


def _add_if_new(connection: Connection, counter: Counter) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"subject": counter.subject, "owner": counter.owner, "count": 0, "since": 0.0, "shut_until": 0.0}
    connection.execute(insert(failures).values(**row).on_conflict_do_nothing(index_elements=["subject"]))
