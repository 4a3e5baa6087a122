"""Voices that are kept sealed: each opens in its own place, outlives a new master key, and is gone when shredded."""

from __future__ import annotations

import pytest

from ivr.vault.errors import CiphertextDamaged
from ivr.vault.master_keys import add_new_key
from ivr.vault.rotation import rotate
from ivr.vault.upkeep import sweep_orphans
from ivr.vault.voices import SealedVoices, VoiceShredded
from tests.vault.rig import DAY, NOON, Rig

ONE, OTHER = "c" * 32, "d" * 32


def voices_of(rig: Rig) -> SealedVoices:
    """The sealed voices of this vault."""
    return SealedVoices(rig.vault.key_store, rig.vault.master)


def test_a_voice_opens_again_and_only_in_its_own_place(rig: Rig) -> None:
    """What was sealed is what is opened; in another's place it is refused."""
    voices = voices_of(rig)
    sealed = voices.seal(ONE, b"in other words", NOON + 90 * DAY)
    voices.seal(OTHER, b"something else", NOON + 90 * DAY)
    assert b"words" not in sealed
    assert voices.open(ONE, sealed) == b"in other words"
    with pytest.raises(CiphertextDamaged):
        voices.open(OTHER, sealed)


def test_sealed_again_the_first_opens_no_more(rig: Rig) -> None:
    """A worker died before it could store what it had sealed: the next one seals it anew."""
    voices = voices_of(rig)
    first = voices.seal(ONE, b"in other words", NOON)
    second = voices.seal(ONE, b"in other words", NOON)
    assert voices.open(ONE, second) == b"in other words"
    with pytest.raises(CiphertextDamaged):
        voices.open(ONE, first)


def test_a_voice_outlives_a_new_master_key_and_not_its_own(rig: Rig) -> None:
    """The master key is replaced and the voice opens as before; once shredded it never does again."""
    voices = voices_of(rig)
    sealed = voices.seal(ONE, b"in other words", NOON + 90 * DAY)
    add_new_key(rig.master_file)
    rotate(rig.vault.key_store, rig.vault.master)
    assert voices.open(ONE, sealed) == b"in other words"
    voices.shred([ONE])
    with pytest.raises(VoiceShredded):
        voices.open(ONE, sealed)


def test_the_sweep_of_left_over_keys_leaves_it_until_its_day(rig: Rig) -> None:
    """No number goes with its key, so the sweep could take it for left over: not before the day that it was given."""
    voices = voices_of(rig)
    sealed = voices.seal(ONE, b"in other words", NOON + 90 * DAY)
    assert sweep_orphans(rig.database, rig.vault, NOON + 89 * DAY) == 0
    assert voices.open(ONE, sealed) == b"in other words"
    assert sweep_orphans(rig.database, rig.vault, NOON + 91 * DAY) == 1
    with pytest.raises(VoiceShredded):
        voices.open(ONE, sealed)
