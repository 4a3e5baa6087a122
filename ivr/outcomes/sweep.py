"""What is done about outcomes by themselves, each minute: nothing waits for a job that was lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from sqlalchemy import Engine

from ivr.outcomes.closing import close, to_close
from ivr.outcomes.risk import RiskCases
from ivr.outcomes.tasks import OutcomeTasks, to_remind, without_task
from ivr.store.engine import reading
from ivr.vault.errors import VaultOutOfReach
from ivr.vault.vault import Vault

Done = TypeVar("Done")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SweptOutcomes:
    """How many tasks were opened, reminded of and given up, callbacks closed, and risk cases paged again."""

    opened: int
    reminded: int
    given_up: int
    closed: int
    paged: int


def sweep_outcomes(
    database: Engine,
    vault: Vault,
    tasks: OutcomeTasks,
    risk: RiskCases,
    now: float,
    new_id: Callable[[], str],
) -> SweptOutcomes:
    """One pass. May be run at any time, by two at once, and again after it was killed."""
    with database.begin() as connection:
        paged = risk.page_again(connection, now)
    opened = _open_missing(database, tasks, now)
    done = _remind(database, tasks, now)
    return SweptOutcomes(
        opened=opened,
        reminded=sum(one in ("reminded", "told") for one in done),
        given_up=done.count("given_up"),
        closed=_close_all(database, vault, now, new_id),
        paged=paged,
    )


def _open_missing(database: Engine, tasks: OutcomeTasks, now: float) -> int:
    with reading(database) as connection:
        found = without_task(connection)

    def one(callback_id: str) -> None:
        with database.begin() as connection:
            tasks.open_missing(connection, callback_id, now)

    return len(_each("open", found, one))


def _remind(database: Engine, tasks: OutcomeTasks, now: float) -> list[str]:
    with reading(database) as connection:
        found = to_remind(connection, now)

    def one(callback_id: str) -> str:
        with database.begin() as connection:
            return tasks.remind(connection, callback_id, now)

    return _each("remind", found, one)


def _close_all(database: Engine, vault: Vault, now: float, new_id: Callable[[], str]) -> int:
    return sum(_each("close", to_close(database, now), lambda one: close(database, vault, one, now, new_id)))


def _each(step: str, callback_ids: Iterable[str], do: Callable[[str], Done]) -> list[Done]:
    """Does it for each of them. What is wrong with one callback, such as a damaged row, is no reason to leave the
    others, whose numbers would stay for it.
    """
    done = []
    for callback_id in callback_ids:
        try:
            done.append(do(callback_id))
        except VaultOutOfReach as error:
            # The others need the vault as much: it is their turn when it is back.
            log.error("callbacks_not_closed", error=type(error).__name__)
            break
        except Exception as error:
            log.error("outcome_not_swept", step=step, error=type(error).__name__)
    return done
