"""The people's room, put together."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.people.accounts import Accounts
from ivr.people.codes import Codes
from ivr.people.notices import Notices
from ivr.people.pins import Pins
from ivr.people.profiles import Profiles
from ivr.people.sign_in import SignIn


@dataclass(frozen=True, slots=True)
class PeopleParts:
    """What the console, the phone and the command line get."""

    accounts: Accounts
    profiles: Profiles
    sign_in: SignIn
    codes: Codes
    pins: Pins
    notices: Notices
