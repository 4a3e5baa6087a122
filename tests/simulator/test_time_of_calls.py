"""The time of a simulated call is that of its telephone; nobody else can set the time of a call."""

from __future__ import annotations

import pytest

from ivr.telephony.simulator.dialect import ELAPSED, SimulatorDialect
from ivr.telephony.twilio import TwilioDialect
from tests.hotline import SIMULATOR_ACCOUNT, SIMULATOR_TOKEN, Hotline

FORM = {"CallSid": "CA" + "1" * 32, "From": "+12025550147", "To": "+12025550100", "CallStatus": "in-progress"}


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ("0", 0.0),
        ("12.5", 12.5),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("99999999", None),
    ],
)
def test_a_telephone_says_how_far_its_call_is(sent: str, understood: float | None) -> None:
    """Seconds within the longest call are believed; anything else leaves it to this machine's clock."""
    dialect = SimulatorDialect("simulator", SIMULATOR_ACCOUNT, SIMULATOR_TOKEN)
    assert dialect.parse("turn", {"turn": "1"}, {**FORM, ELAPSED: sent}).elapsed == understood


def test_a_real_call_has_the_time_of_this_machine() -> None:
    """The same field in a provider's webhook says nothing: a real call is measured here."""
    dialect = TwilioDialect("twilio", SIMULATOR_ACCOUNT, SIMULATOR_TOKEN)
    assert dialect.parse("turn", {"turn": "1"}, {**FORM, ELAPSED: "12.5"}).elapsed is None


def test_nobody_can_make_a_real_call_look_heard(small_hotline: Hotline) -> None:
    """Amina presses a key after a second; a field that claims a minute changes nothing of what is kept."""
    call = small_hotline.ring()
    small_hotline.clock.forward(1.0)
    small_hotline.post(call.on_keys, call.fields(Digits="1", **{ELAPSED: "60"}))
    with small_hotline.wiring.database.connect() as connection:
        assert connection.exec_driver_sql("SELECT seconds FROM visits").scalars().all() == [1]
