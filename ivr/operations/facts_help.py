"""Who can be reached for somebody in crisis, for the doctor."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.crisis_wait import NoWayToHelp, longest_crisis_wait
from ivr.callbacks.paging import PagingRules, pages_state
from ivr.callbacks.supervisors import supervisors_to_ring
from ivr.operations.checks.help_now import HelpFacts
from ivr.operations.facts import ReleaseShelf
from ivr.people.roster_tables import helper_states
from ivr.people.tables import people
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.releases import ReleaseUnknown
from ivr.settings import Settings
from ivr.store.engine import reading


def help_facts(engine: Engine, releases: ReleaseShelf, settings: Settings, now: float) -> HelpFacts | None:
    """What the roster, the pages and the flows say; None where the database can't."""
    rules = PagingRules(hurry=settings.page_hurry_minutes * 60.0)
    try:
        with reading(engine) as connection:
            lines = all_lines(connection)
            state = pages_state(connection, now, rules, supervisors_to_ring)
            trained = _trained(connection)
            supervisors = len(supervisors_to_ring(connection, now))
        longest = [(line.name, wait) for line in lines if (wait := _longest(line, releases, settings))]
    except SQLAlchemyError:
        return None
    return HelpFacts(trained, supervisors, state.late, tuple(longest))


def _trained(connection: Connection) -> int:
    trained = (
        select(func.count())
        .select_from(helper_states)
        .join(people, people.c.id == helper_states.c.person_id)
        .where(
            helper_states.c.crisis_trained.is_(True),
            people.c.state == "active",
            people.c.number_id.is_not(None),
        )
    )
    return int(connection.execute(trained).scalar_one())


def _longest(line: Line, releases: ReleaseShelf, settings: Settings) -> float:
    """Seconds; 0 where no key of the line rings a helper."""
    if line.release_id is None:
        return 0.0
    try:
        return longest_crisis_wait(
            releases.get(line.release_id),
            emergency_number=line.emergency_number,
            dials_emergency=line.dial_emergency,
            most_ring_seconds=settings.crisis_ring_seconds,
        ).seconds
    except (NoWayToHelp, ReleaseUnknown):
        return 0.0
