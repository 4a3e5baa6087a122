"""Sealing: what is sealed opens only where it belongs, with the right key, and unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.vault import sealing
from ivr.vault.errors import CiphertextDamaged
from ivr.vault.number import PhoneNumber
from ivr.vault.sealing import KEY_BYTES, NONCE_BYTES, Label

numbers = st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True).map(PhoneNumber)
row_keys = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
nonces = st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES)
names = st.text(max_size=32)
labels = st.builds(Label, names, names, names, names)


@given(numbers, row_keys, nonces, labels)
def test_what_is_sealed_opens_again(number: PhoneNumber, key: bytes, nonce: bytes, label: Label) -> None:
    """Any number comes out of the vault as it went in."""
    assert sealing.unseal(sealing.seal(number, key, nonce, label), key, label) == number


@given(numbers, row_keys, nonces, labels, labels)
def test_a_ciphertext_opens_under_no_other_label(
    number: PhoneNumber, key: bytes, nonce: bytes, label: Label, other: Label
) -> None:
    """Copied to another row, line, kind or month, a ciphertext is worthless: Mallory can't swap two callers."""
    sealed = sealing.seal(number, key, nonce, label)
    if other != label:
        with pytest.raises(CiphertextDamaged):
            sealing.unseal(sealed, key, other)


@given(numbers, row_keys, nonces, labels, st.data())
def test_a_changed_ciphertext_does_not_open(
    number: PhoneNumber, key: bytes, nonce: bytes, label: Label, data: st.DataObject
) -> None:
    """A single changed bit, a missing end or one byte too many is noticed."""
    sealed = sealing.seal(number, key, nonce, label)
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    flipped = bytearray(sealed)
    flipped[place // 8] ^= 1 << place % 8
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    for damaged in (bytes(flipped), cut, sealed + b"\0"):
        with pytest.raises(CiphertextDamaged):
            sealing.unseal(damaged, key, label)


@given(numbers, row_keys, row_keys, nonces, labels)
def test_another_key_does_not_open(
    number: PhoneNumber, key: bytes, other: bytes, nonce: bytes, label: Label
) -> None:
    """With the key of another entry nothing opens."""
    sealed = sealing.seal(number, key, nonce, label)
    if other != key:
        with pytest.raises(CiphertextDamaged):
            sealing.unseal(sealed, other, label)


@given(numbers, numbers, row_keys, nonces, labels)
def test_a_ciphertext_does_not_tell_the_length(
    one: PhoneNumber, other: PhoneNumber, key: bytes, nonce: bytes, label: Label
) -> None:
    """Short and long numbers look alike, so that a country can't be guessed from how long a number is."""
    lengths = {len(sealing.seal(number, key, nonce, label)) for number in (one, other)}
    assert len(lengths) == 1


@given(row_keys, row_keys, nonces, names, names)
def test_a_wrapped_key_opens_for_its_entry_only(
    key: bytes, master: bytes, nonce: bytes, entry: str, other: str
) -> None:
    """A wrapped key moved to another entry, or taken for the key of a month, doesn't open."""
    wrapped = sealing.wrap(key, master, nonce, "row", entry)
    assert sealing.unwrap(wrapped, master, "row", entry) == key
    with pytest.raises(CiphertextDamaged):
        sealing.unwrap(wrapped, master, "epoch", entry)
    if other != entry:
        with pytest.raises(CiphertextDamaged):
            sealing.unwrap(wrapped, master, "row", other)


@given(numbers, row_keys, row_keys, names)
def test_tokens_of_two_keys_have_nothing_in_common(
    number: PhoneNumber, key: bytes, other: bytes, line: str
) -> None:
    """The same number has one token a month, another in the next, and neither is what the key store keeps."""
    assert sealing.token(key, number) == sealing.token(key, number)
    assert sealing.token(key, number) != sealing.claim(key, number, line)
    if other != key:
        assert sealing.token(key, number) != sealing.token(other, number)
