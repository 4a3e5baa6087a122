"""When a deletion that didn't succeed is tried again. Pure: chance comes in as an argument."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.telephony.contract import (
    CallUnderWay,
    CredentialsRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)

MINUTE = 60.0
HOUR = 3600.0
DAY = 86_400.0

FIRST_PAUSE_SECONDS = 2 * MINUTE
LONGEST_PAUSE_SECONDS = 1.25 * DAY
SOON_SHOWN = 4
"""Attempts after which somebody should know even of what usually passes by itself: about half an hour."""

UNDER_WAY, NOT_SETTLED, BUSY = "under_way", "not_settled", "busy"
OUT_OF_REACH, CREDENTIALS, REFUSED = "out_of_reach", "credentials", "refused"
STUCK = "stuck"
"""No provider lets a call last a day: what is still said to be under way then was never ended there."""
NEEDED = "needed"
STILL_THERE, NO_ACCOUNT, UNEXPECTED = "still_there", "no_account", "unexpected"


class LegUnderWay(Exception):
    """Somebody is still talking, or the provider says so. Not a failure."""


class StillNeeded(Exception):
    """Somebody has recorded something on this call that is to be kept, and it isn't fetched yet. Not a failure: that
    ends within two days, whatever happens.
    """


class StillThere(Exception):
    """What was deleted can still be found. Retryable."""


class NoAccount(Exception):
    """This installation has no account with the provider any more. Permanent until the settings change."""


@dataclass(frozen=True, slots=True)
class Pause:
    """How long to wait, whether the attempt counts, what was in the way, and whether the provider is left alone."""

    seconds: float
    counts: bool
    trouble: str
    ends_the_batch: bool = False


def pause_after(problem: Exception, attempts: int, chance: float) -> Pause:
    """What follows from a problem, after so many attempts that counted. `chance` is between 0 and 1."""
    longer = back_off(attempts + 1, chance)
    match problem:
        case LegUnderWay():
            return Pause(5 * MINUTE, False, UNDER_WAY)
        case StillNeeded():
            return Pause(5 * MINUTE, False, NEEDED)
        case CallUnderWay():
            return Pause(longer, True, NOT_SETTLED)
        case ProviderBusy():
            return Pause(MINUTE, False, BUSY, ends_the_batch=True)
        case CredentialsRefused():
            return Pause(HOUR, True, CREDENTIALS, ends_the_batch=True)
        case ProviderOutOfReach():
            return Pause(longer, True, OUT_OF_REACH)
        case RequestRefused():
            return Pause(DAY, True, f"{REFUSED} {problem.code}")
        case NoAccount():
            return Pause(DAY, True, NO_ACCOUNT, ends_the_batch=True)
        case StillThere():
            return Pause(longer, True, STILL_THERE)
        case _:
            return Pause(longer, True, UNEXPECTED)


def back_off(attempt: int, chance: float) -> float:
    """Seconds to wait after an attempt, the first of which is 1: two minutes, doubled up to a day, and some chance."""
    return float(min(FIRST_PAUSE_SECONDS * 2 ** min(attempt - 1, 20), DAY) * (1 + chance / 4))


def as_it_stands(trouble: str, waited: float) -> str:
    """What a trouble has become when a call was to be deleted so many seconds ago."""
    return STUCK if trouble == UNDER_WAY and waited > DAY else trouble


def needs_somebody(trouble: str, attempts: int) -> bool:
    """Whether a person should know: what never passes by itself, and what hasn't passed for a while."""
    passes = {UNDER_WAY: False, BUSY: False, NEEDED: False, "": False}
    if trouble in passes:
        return False
    if trouble in (OUT_OF_REACH, NOT_SETTLED, STILL_THERE):
        return attempts >= SOON_SHOWN
    return True
