"""Once a day the provider itself is asked what it still has. Whatever was missed is found, and goes on the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import structlog
from sqlalchemy import Connection, Engine, delete
from sqlalchemy.dialects import postgresql, sqlite

from ivr.publishing.lines import all_lines
from ivr.scrubbing import waiting
from ivr.scrubbing.batch import Networks
from ivr.scrubbing.pauses import DAY, NoAccount, pause_after
from ivr.scrubbing.tables import reconciliations
from ivr.telephony.contract import Network

REMEMBERED_DAYS = 90
MOST_UNKNOWN_CALLS = 500
"""Of recordings whose call isn't one of ours as far as we can see; each has to be asked for by itself. Where another
use of the account keeps more of them, every day has its share, and each has its turn.
"""

log = structlog.get_logger()


class Left(NamedTuple):
    """What a provider still had, or why it couldn't be asked ("" when it could)."""

    provider: str
    calls: int
    recordings: int
    trouble: str


def lines_by_provider(connection: Connection, providers: Iterable[str]) -> dict[str, list[str]]:
    """The numbers of all lines by who serves them; providers without a line may have had one."""
    found: dict[str, list[str]] = {provider: [] for provider in providers}
    for line in all_lines(connection):
        found.setdefault(line.provider, []).append(line.number)
    return found


def reconcile(
    database: Engine,
    networks: Networks,
    lines: Mapping[str, Sequence[str]],
    *,
    now: float,
    older_than_seconds: float,
    pace: Callable[[], None],
) -> list[Left]:
    """Asks each provider for what is left of its lines (`lines`: numbers by provider), writes it down and queues it."""
    found = []
    for provider, numbers in sorted(lines.items()):
        try:
            calls, recordings, of_recordings = _look(
                networks(provider), numbers, now - older_than_seconds, pace, int(now // DAY)
            )
        except Exception as problem:
            # Another provider's records must be looked for although this one can't be asked.
            trouble = pause_after(problem, 0, 0.0).trouble
            log.error("not_reconciled", provider=provider, trouble=trouble, error=type(problem).__name__)
            found.append(Left(provider, 0, 0, trouble))
            _write(database, found[-1], (), now)
            continue
        found.append(Left(provider, len(calls), recordings, ""))
        _write(database, found[-1], calls | of_recordings, now)
    return found


def _look(
    network: Network | None, numbers: Iterable[str], before: float, pace: Callable[[], None], day: int
) -> tuple[set[str], int, set[str]]:
    """The calls that are left, how many recordings are, and of which calls those are."""
    if network is None:
        raise NoAccount
    calls: set[str] = set()
    for number in numbers:
        pace()
        calls |= {call.id for call in network.calls_left(number, before)}
    pace()
    by_call: dict[str, int] = {}
    for recording in network.recordings_left(before):
        by_call[recording.call] = by_call.get(recording.call, 0) + 1
    ours = {call for call in by_call if call in calls}
    unknown = sorted(call for call in by_call if call and call not in calls)
    ours |= _without_a_record(network, share_of(unknown, day, MOST_UNKNOWN_CALLS), pace)
    return calls, sum(by_call[call] for call in ours), ours


def share_of(calls: Sequence[str], day: int, most: int) -> list[str]:
    """At most so many of the calls. The next day goes on where this one stops, and after the last comes the first."""
    if len(calls) <= most:
        return list(calls)
    start = day * most % len(calls)
    return [*calls[start : start + most], *calls[: max(0, start + most - len(calls))]]


def _without_a_record(network: Network, calls: Sequence[str], pace: Callable[[], None]) -> set[str]:
    """Those calls whose record is gone: it has been deleted and its recordings have not.

    The account may have other uses. A recording whose call is still there belongs to one of them, or is found with its
    call.
    """
    gone = set()
    for call in calls:
        pace()
        if network.state_of(call) == "gone":
            gone.add(call)
    return gone


def _write(database: Engine, left: Left, calls: Iterable[str], now: float) -> None:
    today = datetime.fromtimestamp(now, UTC).date()
    row = {
        "provider": left.provider,
        "date": today.isoformat(),
        "left_calls": left.calls,
        "left_recordings": left.recordings,
        "trouble": left.trouble,
    }
    with database.begin() as connection:
        waiting.add(connection, left.provider, sorted(calls), 60.0 * (now // 60))
        _upsert(connection, row)
        oldest = (today - timedelta(days=REMEMBERED_DAYS)).isoformat()
        connection.execute(delete(reconciliations).where(reconciliations.c.date < oldest))


def _upsert(connection: Connection, row: dict[str, object]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    keys = ("provider", "date")
    changed = {name: value for name, value in row.items() if name not in keys}
    connection.execute(
        insert(reconciliations).values(row).on_conflict_do_update(index_elements=keys, set_=changed)
    )
