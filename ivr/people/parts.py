"""The people's room, put together."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.people.accounts import Accounts, EndCalls, Shred
from ivr.people.codes import Codes
from ivr.people.helpers import Helpers
from ivr.people.notices import Notices
from ivr.people.passwords import MEASURED, Cost, Passwords
from ivr.people.pins import Pins
from ivr.people.planning import Planning
from ivr.people.profiles import Profiles
from ivr.people.records import Records
from ivr.people.sessions import Sessions, Times
from ivr.people.shifts import Shifts
from ivr.people.sign_in import SignIn
from ivr.people.subjects import Subjects
from ivr.people.wellbeing import Care

OF_THE_FIELD = Care()


@dataclass(frozen=True, slots=True)
class PeopleParts:
    """What the console, the phone and the command line get."""

    accounts: Accounts
    profiles: Profiles
    sign_in: SignIn
    codes: Codes
    pins: Pins
    notices: Notices
    helpers: Helpers
    shifts: Shifts
    planning: Planning
    times: Times


def people_parts(
    records: Records,
    times: Times,
    shred: Shred,
    end_calls: EndCalls,
    cost: Cost = MEASURED,
    care: Care = OF_THE_FIELD,
) -> PeopleParts:
    """All services. When an account is closed, `shred` shreds the helper's number in the vault, and `end_calls` ends
    what the helper has under way.
    """
    subjects = Subjects(records.keys)
    sessions = Sessions(records, times)
    passwords = Passwords(cost)
    notices = Notices(records.new_id, times.idle)
    shifts = Shifts(records.new_id, care)
    return PeopleParts(
        accounts=Accounts(records, passwords, subjects, notices, shred, end_calls),
        profiles=Profiles(records),
        sign_in=SignIn(records, passwords, subjects, sessions),
        codes=Codes(records, subjects, sessions),
        # Queues of their own: whoever guesses PINs by phone keeps nobody waiting on the web.
        pins=Pins(records, Passwords(cost), subjects),
        notices=notices,
        helpers=Helpers(records.audit, care),
        shifts=shifts,
        planning=Planning(shifts, notices, records.audit),
        times=times,
    )
