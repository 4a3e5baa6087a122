"""No number stands anywhere while two people talk: in no row, kept reply, log or address."""

from __future__ import annotations

import pytest
from sqlalchemy import MetaData, select

from tests.calling_back import JOSEPH, TAKES, TALKS, CallingBack
from tests.hotline import AMINA
from tests.network import Person, by_prompt


def rows_as_text(night: CallingBack) -> str:
    """Every row of every table, sealed numbers and all."""
    tables = MetaData()
    with night.hotline.wiring.database.connect() as connection:
        tables.reflect(connection)
        return "\n".join(
            repr(tuple(row)) for table in tables.tables.values() for row in connection.execute(select(table))
        )


def test_no_number_is_in_any_row_log_or_address(
    night: CallingBack, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Amina asks by phone, Joseph is rung, they talk, the outcome is owed: neither number can be read anywhere."""
    night.ask()
    night.meets(Person(JOSEPH, by_prompt(TAKES)), Person(AMINA, by_prompt(TALKS), talks=30))
    assert night.network.ledger.bridges_between(JOSEPH, AMINA)
    out, err = capfd.readouterr()
    addresses = [hook.url for hook in night.network.ledger.webhooks] + [
        heard.url for leg in night.network.ledger.legs for heard in leg.heard
    ]
    said = {"rows": rows_as_text(night), "logs": out + err + caplog.text, "addresses": "\n".join(addresses)}
    for number in (JOSEPH, AMINA):
        assert [place for place, text in said.items() if number.lstrip("+") in text] == []
