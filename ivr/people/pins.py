"""PINs: how a helper with any phone says who they are. Locked by itself: the web's attempts don't count here."""

from __future__ import annotations

from ivr.people.person import Person

SHORTEST_PIN, LONGEST_PIN = 6, 10


class Pins:
    """PINs of one installation."""

    def set(self, person_id: str, pin: str, now: float) -> str:
        """A new PIN. Returns the phone code that names this person on a keypad, 4 to 6 digits, given by us; it stays
        the same from the first PIN on. Raises PinRefused, NobodyOfThisId, NoPhoneCodeLeft.
        """
        raise NotImplementedError

    def off(self, person_id: str, now: float) -> None:
        """Deletes PIN and phone code. Raises NobodyOfThisId."""
        raise NotImplementedError

    def check(self, phone_code: str, pin: str, now: float, *, phone: str = "") -> Person:
        """Who this is on the phone. `phone` is an opaque token of the phone that is being used, or empty.

        Raises WrongPin, ShutFor.
        """
        raise NotImplementedError
