"""The legs that we ring: what their addresses say they are of, which of them we know, and how one is ended."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import Connection, select

from ivr.store.callback_tables import attempts, pages
from ivr.telephony.contract import (
    CredentialsRefused,
    Network,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)

ID = 32
"""Characters of an id."""

log = structlog.get_logger()


def leg_of(subject: str, person: str) -> str:
    """What the address of a leg says it is of: a call in a crisis, or a page, and whoever is rung for it."""
    return subject + person


def subject_and_person(of: str) -> tuple[str, str]:
    """And back."""
    return of[:ID], of[ID : 2 * ID]


def of_nobody(connection: Connection, legs: Sequence[str]) -> list[str]:
    """Those that no attempt and no page knows as its own. In doubt about a lost answer, one of them may be it."""
    of_attempts = select(attempts.c.helper_leg).where(attempts.c.helper_leg.in_(legs))
    of_pages = select(pages.c.leg).where(pages.c.leg.in_(legs))
    known = set(connection.execute(of_attempts.union(of_pages)).scalars())
    return [leg for leg in legs if leg not in known]


def hang_up(network: Network, leg: str) -> bool:
    """Ends it; False where that has to be tried again. What the provider refuses for good, it won't do later either."""
    try:
        network.hangup(leg)
    except (ProviderBusy, ProviderOutOfReach, CredentialsRefused) as error:
        log.warning("leg_not_ended", error=type(error).__name__)
        return False
    except RequestRefused as error:
        log.error("leg_not_ended", error=type(error).__name__)
    return True
