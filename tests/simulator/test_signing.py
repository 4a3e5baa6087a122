"""The simulator signs as the provider does, and signs nothing but its own webhooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ivr.telephony.simulator.signing import NotOursToSign, Signer
from tests.hotline import PUBLIC_URL, SIMULATOR_ACCOUNT, SIMULATOR_TOKEN

SIGNER = Signer(SIMULATOR_ACCOUNT, SIMULATOR_TOKEN, PUBLIC_URL)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(
    st.dictionaries(words.filter(lambda name: name != "AccountSid"), words, max_size=6), st.integers(0, 300)
)
def test_the_provider_s_own_library_accepts_the_signature(fields: dict[str, str], turn: int) -> None:
    """Whatever a webhook says, the official library finds the simulator's signature genuine."""
    url = f"{PUBLIC_URL}/phone/simulator/turn?turn={turn}&name=%C3%A9%2F"
    signature = SIGNER.sign(url, tuple(fields.items()))
    assert RequestValidator(SIMULATOR_TOKEN).validate(url, fields, signature)


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/phone/simulator/voice",
        f"{PUBLIC_URL}.elsewhere.example/phone/simulator/voice",
        f"{PUBLIC_URL}:8443/phone/simulator/voice",
        f"{PUBLIC_URL}@elsewhere.example/phone/simulator/voice",
        f"{PUBLIC_URL}/phone/twilio/voice",
        f"{PUBLIC_URL}/phone/simulator/../twilio/voice",
        f"{PUBLIC_URL}/phone/simulator/%2e%2e/twilio/voice",
        f"{PUBLIC_URL}/phone/simulator\\..\\twilio/voice",
        f"{PUBLIC_URL}/console?next=/phone/simulator/voice",
        f"{PUBLIC_URL}/phone/simulatorx/voice",
        "",
    ],
)
def test_nothing_else_is_signed(url: str) -> None:
    """Mallory can't have the simulator sign for another provider, another page or another machine."""
    with pytest.raises(NotOursToSign):
        SIGNER.sign(url, ())


def test_another_account_is_never_signed_for() -> None:
    """Mallory can't have a webhook of somebody else's account signed."""
    url = f"{PUBLIC_URL}/phone/simulator/voice"
    assert SIGNER.sign(url, (("AccountSid", SIMULATOR_ACCOUNT),))
    with pytest.raises(NotOursToSign):
        SIGNER.sign(url, (("AccountSid", "AC" + "9" * 32),))
