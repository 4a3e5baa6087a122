"""What can keep a number from being kept or opened."""

from __future__ import annotations


class CannotBeCalled(Exception):
    """This hotline never rings such a number: it is no real one, costs extra, or is of a country not served."""


class NumberShredded(Exception):
    """The number is gone for good. Permanent."""


class CiphertextDamaged(Exception):
    """What is stored isn't what was sealed, or not in this place. Permanent."""


class VaultOutOfReach(Exception):
    """A key can't be had now. Retryable; nothing was done, and nothing is lost."""


class CallerAsksAgain(VaultOutOfReach):
    """The caller is asking to be called back at this very moment: that would be lost. Retryable after the call."""


class KeyStoreOutOfReach(VaultOutOfReach):
    """The key store doesn't answer."""


class KeysWithNumbers(VaultOutOfReach):
    """The key store's database holds the sealed numbers as well, however its address is written."""


class MasterKeyMissing(VaultOutOfReach):
    """The master key that is needed isn't in the ring, can't be read, or others could read it."""


class MasterKeyRetired(VaultOutOfReach):
    """The master key in use here has been replaced: nothing may be wrapped with it any more."""


class RotationUnderWay(Exception):
    """Another rotation is at work. Retryable, when it is done."""
