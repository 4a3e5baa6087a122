"""A listening panel from the phone to the page: what is keyed stands beside the clip, what is said is sealed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import MetaData, select

from ivr.jobs.scrubs import scrub_what_is_due
from ivr.jobs.spoken import fetching_of
from ivr.recording.comments import NoSuchComment
from ivr.recording.panel_results import PanelClip
from ivr.recording.spoken import Recorded
from ivr.recording.tables import panel_answers, spoken
from ivr.vault.key_tables import row_keys
from ivr.vault.upkeep import tend_keys
from tests.calling_back import CallingBack, calling_back
from tests.hotline import LINE_NUMBER
from tests.network import SILENT, Heard, Move, Person, press, speak

ZUHURA = "+12025550156"
CLIPS = [PanelClip("to_listen", "a" * 64, 3.0), PanelClip("goodbye", "b" * 64, 3.0)]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CallingBack]:
    """A hotline with its provider."""
    with calling_back(tmp_path_factory.mktemp("house")) as made:
        yield made


class Listening(Person):
    """Zuhura comes to the panel with its code; she would say the first clip otherwise, and understood the second."""

    def __init__(self, code: str) -> None:
        super().__init__(ZUHURA)
        self.code = code

    def hears(self, heard: Heard) -> Move:
        if heard.screen == 0:
            return press("#", after=1)
        if "door_code" in heard.prompts:
            return press(f"{self.code}#", after=1)
        if heard.records:
            return speak(8, then="#")
        if "panel_hello" in heard.prompts:
            return press("3")
        return press("1") if "panel_next" in heard.prompts else SILENT


def comes(house: CallingBack, code: str) -> None:
    """She rings, and it goes as far as it goes."""
    house.network.add(Listening(code))
    house.network.ring_in(ZUHURA, LINE_NUMBER)
    house.until_quiet()


def works(house: CallingBack) -> dict[str, int]:
    """A moment later a worker looks."""
    house.hotline.clock.forward(1)
    return fetching_of(house.hotline.wiring).run()


def today(house: CallingBack) -> date:
    """The day in Nairobi, where the line is."""
    return datetime.fromtimestamp(house.hotline.clock.now + 3 * 3600, UTC).date()


def keys_of(house: CallingBack) -> set[str]:
    """Whose keys are in the key store."""
    with house.hotline.wiring.vault.key_store.engine.connect() as connection:
        return set(connection.execute(select(row_keys.c.entry_id)).scalars())


def test_a_listener_says_how_it_should_be_said(house: CallingBack) -> None:
    """Her comment is fetched, sealed and deleted at the provider, and Sara hears it beside the clip. The vault's own
    upkeep leaves its key alone; after ninety days it is destroyed, and whatever is left of the comment opens no more.
    """
    house.start_afresh()
    wiring, room, day = house.hotline.wiring, house.hotline.wiring.recording, today(house)
    made = room.panels.make(
        title="Mwanza", language="sw", clips=CLIPS, opens=day, closes=day, by="sara", now=1.0
    )
    comes(house, made.code)
    [told] = house.rows(spoken)
    assert works(house) == {"fetched": 1}
    assert works(house) == {"deleted": 1}
    assert house.network.provider.recordings == {}
    first, second = room.panels.results(made.id, day).clips
    assert (first.otherwise, second.understood, [said.seconds for said in first.comments]) == (1, 1, [8.0])
    [row], comment = house.rows(spoken), first.comments[0].id
    # The provider says once more that it is ready: that leads nobody back to the call.
    again = Recorded(told.provider, told.call, told.recording, told.address, 8.0)
    assert (again.id, again.address[:4]) == (row.id, "http")
    room.spoken.ready(again, "comment", house.now)
    [row] = house.rows(spoken)
    assert (row.state, row.provider, row.call, row.recording, row.address) == ("kept", "", "", "", "")
    assert b"WAVE" not in bytes(row.sealed)
    house.go_on(24 * 3600)
    tend_keys(wiring.database, wiring.vault, house.now)
    assert b"WAVE" in room.comments.listen(comment, day)[:16]
    assert room.comments.shred_due(day + timedelta(days=89)) == 0
    assert comment in keys_of(house)
    assert room.comments.shred_due(day + timedelta(days=90)) == 1
    assert comment not in keys_of(house)
    with pytest.raises(NoSuchComment):
        room.comments.listen(comment, day)
    assert room.panels.results(made.id, day).clips[0].comments == ()


def test_nothing_knows_who_listened(house: CallingBack) -> None:
    """When all is done her number and her call stand in no table, and the provider has no record of her either."""
    house.start_afresh()
    day = today(house)
    made = house.hotline.wiring.recording.panels.make(
        title="Mwanza", language="sw", clips=CLIPS, opens=day, closes=day, by="sara", now=1.0
    )
    comes(house, made.code)
    [leg] = house.network.ledger.legs_of(ZUHURA)
    works(house)
    works(house)
    house.hotline.clock.forward(900)
    scrub_what_is_due(house.hotline.wiring)
    assert house.network.provider.calls == {}
    tables = MetaData()
    with house.hotline.wiring.database.connect() as connection:
        tables.reflect(connection)
        kept = "\n".join(
            repr(row) for table in tables.tables.values() for row in connection.execute(table.select())
        )
    assert len(house.rows(panel_answers)) == 2
    assert ZUHURA not in kept
    assert ZUHURA[2:] not in kept
    assert leg.sid not in kept
