"""One-time codes: six digits that an app makes anew every half minute, and recovery codes for when it is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

SET_UP_SECONDS = 1800.0
RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the set-up page shows: the secret to be typed, the same as an `otpauth://` address (for a QR picture), and
    `sealed`, which comes back with the first code in a hidden field. Nothing is kept before that."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    sealed: str = field(repr=False)


class Codes:
    """One-time codes of one installation."""

    def begin(self, person_id: str, now: float) -> SetUp:
        """A new secret for somebody. Raises NobodyOfThisId, CodesAlreadyOn."""
        raise NotImplementedError

    def again(self, person_id: str, sealed: str, now: float) -> SetUp:
        """The same set-up once more, for the page after a wrong code. Raises SetUpTooOld."""
        raise NotImplementedError

    def confirm(self, person_id: str, sealed: str, code: str, now: float) -> tuple[str, ...]:
        """Switches codes on, proved by a first one. Returns ten recovery codes, to be shown once, kept nowhere.

        Raises WrongCode (ask again with the same `sealed`), SetUpTooOld, CodesAlreadyOn, NobodyOfThisId.
        """
        raise NotImplementedError

    def new_recovery_codes(self, person_id: str, code: str, now: float) -> tuple[str, ...]:
        """Ten new recovery codes, proved by a one-time code; the old ones count no more. Raises WrongCode, ShutFor."""
        raise NotImplementedError

    def off(self, person_id: str, code: str, now: float) -> None:
        """Switches one's own codes off, proved by a one-time code or a recovery code. Raises WrongCode, ShutFor."""
        raise NotImplementedError

    def left(self, person_id: str) -> int:
        """How many recovery codes this person still has."""
        raise NotImplementedError
