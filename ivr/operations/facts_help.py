"""Who can be reached for somebody in crisis, for the doctor."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from ivr.callbacks.longest_waits import LongestWaits
from ivr.callbacks.paging import PagingRules, pages_state
from ivr.callbacks.supervisors import supervisors_to_ring
from ivr.operations.checks.help_now import HelpFacts
from ivr.operations.facts import ReleaseShelf
from ivr.people.roster_tables import helper_states
from ivr.people.tables import people
from ivr.publishing.lines import all_lines
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
        waits = LongestWaits(releases.get, settings.crisis_ring_seconds)
        longest = [(line.name, wait) for line in lines if (wait := waits.of_line(line))]
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
