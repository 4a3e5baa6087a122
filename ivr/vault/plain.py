"""The one place where a number becomes text. Whoever imports this is named in the import contract."""

from __future__ import annotations

from ivr.vault.number import PhoneNumber


def e164_of(number: PhoneNumber) -> str:
    """The number as text, to be sealed, or to be given to the provider that is to ring it."""
    return number._e164
