"""What the people's room refuses, each named after its situation. Pages and commands say each in words."""

from __future__ import annotations


class NotDone(Exception):
    """Something that was asked for hasn't been done, and nothing was changed. The base of all below."""


class NobodyOfThisId(NotDone, LookupError):
    """There is no such person, or the account has been closed."""


class NotAHelper(NotDone):
    """This person takes no calls, so there is nothing to say of shifts or rest."""


class NoSuchShift(NotDone, LookupError):
    """There is no such shift, or it is somebody else's, or doesn't begin on that day."""


class ShiftIsOver(NotDone):
    """A single shift lies in the past."""


class TooManyShifts(NotDone):
    """Nobody keeps so many shifts; something fills the roster."""


class NameTaken(NotDone):
    """Somebody else signs in with this name."""


class NameUnusable(NotDone):
    """A name is empty, too long, holds blanks where it can't, or looks like a phone number."""


class NoRole(NotDone):
    """A person has to have at least one role."""


class LastAdmin(NotDone):
    """Without this person nobody could invite or close anybody any more."""


class InvitationNotValid(NotDone):
    """The link was used, has run out, was replaced by a newer one, or never was one. Which of them isn't told."""


class PasswordRefused(NotDone):
    """The new password can't be taken. `why` is one of `too_short`, `too_long`, `too_usual`, `own_name`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class ProfileUnusable(NotDone):
    """A field of the profile can't be kept. `field` is its name, such as `time_zone`."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


class WrongNameOrPassword(NotDone):
    """Name and password don't belong together. Whether the name exists isn't told, nor by how long it takes."""


class WrongCode(NotDone):
    """The one-time code or recovery code is wrong, or has been used."""


class WrongPin(NotDone):
    """Code and PIN don't belong together. Whether the code exists isn't told."""


class NotSignedIn(NotDone):
    """The sign-in is over: timed out, signed out, or replaced by a newer token."""


class ShutFor(NotDone):
    """Too many wrong attempts: nothing is looked at for `seconds` (rounded up, at least 1)."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"{seconds} s")


class CodesAlreadyOn(NotDone):
    """One-time codes are set up already; they have to be switched off before others can be."""


class SetUpTooOld(NotDone):
    """The set-up page of one-time codes was open for more than half an hour, or is somebody else's. Begin again."""


class PinRefused(NotDone):
    """The new PIN can't be taken. `why` is one of `not_digits`, `too_short`, `too_long`, `repeats`, `run`, `year`,
    `phone_code`."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class NoPhoneCodeLeft(NotDone):
    """All codes of six digits are given away."""


class TooBusy(ShutFor):
    """So many sign in at once that this one isn't looked at now: callers' turns need the machine too. Try again."""


class CodesUnreadable(NotDone):
    """The secret of somebody's one-time codes can't be opened: WARMLINE_SECRET_KEY has changed, or the row was touched.

    The way out is a new invitation with codes off.
    """
