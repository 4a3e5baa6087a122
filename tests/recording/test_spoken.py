"""Recordings that lie at a provider: words about one come in any order, twice or never, and nothing kept is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select

from audio.originals import OriginalsStore
from audio.tables import takes
from audio.takes import Takes
from ivr.jobs.spoken import Fetching
from ivr.recording.spoken import LEASE_SECONDS, UNDECIDED_SECONDS, Recorded, SpokenRows
from ivr.recording.tables import spoken
from ivr.telephony.contract import Network, ProviderBusy
from ivr.telephony.simulator.exchange import Exchange
from ivr.telephony.simulator.network import SimulatorNetwork
from ivr.telephony.simulator.recordings import Recordings
from ivr.telephony.simulator.signing import Signer
from ivr.telephony.simulator.terminal import hum
from tests.hotline import PUBLIC_URL, TODAY, Hotline

SID = "RE" + "7" * 32
TOLD = Recorded("simulator", "CA1", SID, f"https://example.org/{SID}", 3.0)
NOW = 1_772_000_000.0


class Desk:
    """The rows, the takes, a provider that has the recording, and a clock."""

    def __init__(self, hotline: Hotline) -> None:
        self.now = NOW
        wiring = hotline.wiring
        self.database: Engine = wiring.database
        self.rows = SpokenRows(self.database)
        folder = wiring.settings.data / "desk"
        self.takes = Takes(self.database, OriginalsStore(folder / "originals"))
        self.recordings = Recordings(folder / "recordings", self.database, lambda: self.now)
        self.network: Network = SimulatorNetwork(
            Exchange(self.database, lambda: self.now), self.recordings, Signer("AC1", "t" * 32, PUBLIC_URL)
        )
        self.comments = wiring.recording.comments
        self.clean()
        self.recordings.keep(SID, hum(3))

    def clean(self) -> None:
        self.recordings.delete(SID)
        with self.database.begin() as connection:
            connection.execute(delete(spoken))
            connection.execute(delete(takes))

    def expect(self) -> str:
        """What the leg does first when somebody keeps what she has read; the take's id."""
        return self.takes.expect(
            upload_id=TOLD.id, prompt="goodbye", language="en", voice="Sara", fingerprint="f", by="sara",
            today=TODAY, now=self.now,
        ).id  # fmt: skip

    def keeps(self) -> bool:
        """She presses one."""
        return self.rows.row(TOLD.id) is not None and self.rows.keep(TOLD.id, self.expect(), self.now)

    def work(self, networks: Callable[[str], Network | None] | None = None) -> None:
        """A worker looks."""
        find = networks or (lambda _: self.network)
        Fetching(self.database, self.rows, self.takes, self.comments, find, lambda: self.now).run()

    def until_done(self) -> None:
        """Workers look for as long as anything is left to do."""
        for _ in range(12):
            self.now += UNDECIDED_SECONDS
            self.work()

    @property
    def is_there(self) -> bool:
        """Whether the provider still has it."""
        return SID in self.recordings.of("")

    @property
    def states(self) -> list[str]:
        with self.database.connect() as connection:
            return list(connection.execute(select(takes.c.state)).scalars())

    @property
    def left(self) -> int:
        with self.database.connect() as connection:
            return len(connection.execute(select(spoken.c.id)).all())


@pytest.fixture
def desk(on_air: Hotline) -> Desk:
    """Something was recorded, and nobody knows of it yet."""
    return Desk(on_air)


WORDS = ["made", "hung_up", "ready", "keeps", "lets_go", "call_over", "works", "works_later", "dies"]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
def test_in_whatever_order_words_come_what_was_kept_is_fetched_once(desk: Desk, words: list[str]) -> None:
    """What Sara was told is kept becomes one take with its sound; everything else leaves nothing anywhere."""
    desk.clean()
    desk.recordings.keep(SID, hum(3))
    desk.now, kept, known = NOW, False, False
    for word in words:
        desk.now += 1
        match word:
            case "made":
                desk.rows.made(TOLD, "take", desk.now)
            case "hung_up":
                desk.rows.made(TOLD, "take", desk.now, wanted=False)
            case "ready":
                desk.rows.ready(TOLD, "take", desk.now)
            case "keeps":
                # A webhook that is repeated when all is over can't bring back what is deleted.
                kept = (desk.is_there and desk.keeps()) or kept
            case "lets_go":
                desk.rows.let_go(TOLD.id)
            case "call_over":
                desk.rows.let_go_of_call("simulator", "CA1")
            case "works":
                desk.work()
            case "works_later":
                desk.now += UNDECIDED_SECONDS + LEASE_SECONDS
                desk.work()
            case _:
                # The process dies between noting the take and asking for its sound.
                if desk.is_there and desk.rows.row(TOLD.id) is not None:
                    desk.expect()
        known = known or word in ("made", "hung_up", "ready")
    desk.until_done()
    assert desk.left == 0
    assert "at_provider" not in desk.states
    if kept:
        assert desk.states == ["received"]
    if known:
        assert not desk.is_there


def test_a_process_that_died_at_the_key_has_kept_it(desk: Desk) -> None:
    """The take was noted and its sound not asked for yet: a worker sees that it was wanted, and fetches it."""
    desk.rows.made(TOLD, "take", desk.now)
    desk.expect()
    desk.rows.let_go_of_call("simulator", "CA1")
    desk.until_done()
    assert (desk.states, desk.left) == (["received"], 0)


def test_two_workers_at_once_fetch_one_recording_once(desk: Desk) -> None:
    """The second finds it taken up, and leaves it alone until the first must be dead."""
    desk.rows.made(TOLD, "take", desk.now)
    assert desk.keeps()
    [row] = desk.rows.due(desk.now, 10)
    first = desk.rows.claim(row, desk.now)
    assert first is not None
    assert desk.rows.claim(row, desk.now) is None
    assert desk.rows.due(desk.now + LEASE_SECONDS - 1, 10) == []
    [again] = desk.rows.due(desk.now + LEASE_SECONDS, 10)
    second = desk.rows.claim(again, desk.now + LEASE_SECONDS)
    assert second is not None
    assert not desk.rows.is_fetched(first, desk.now)
    assert desk.rows.is_fetched(second, desk.now)


def test_an_account_that_was_given_up_ends_it_too(desk: Desk) -> None:
    """Nobody can ask that provider any more: after a day the take is refused, and no row stays for ever."""
    desk.rows.made(TOLD, "take", desk.now)
    assert desk.keeps()
    for _ in range(260):
        desk.now += 900
        desk.work(lambda _: None)
    assert (desk.states, desk.left) == (["refused"], 0)


def test_what_the_provider_refuses_to_delete_is_not_forgotten(desk: Desk) -> None:
    """The provider says no for a week: somebody's voice is still there, so Warmline still knows where, and asks again
    each day until it is gone."""
    delete_recording = desk.network.delete_recording
    desk.rows.made(TOLD, "take", desk.now, wanted=False)

    def refuses(recording: str) -> None:
        raise ProviderBusy

    desk.network.delete_recording = refuses  # type: ignore[method-assign]
    for _ in range(7 * 96):
        desk.now += 900
        desk.work()
    assert (desk.left, desk.is_there) == (1, True)
    desk.network.delete_recording = delete_recording  # type: ignore[method-assign]
    desk.now += 86_400
    desk.work()
    assert (desk.left, desk.is_there) == (0, False)


def test_a_clock_that_was_wrong_keeps_nothing_waiting_for_years(desk: Desk) -> None:
    """A row written under a clock ten years ahead is looked at now."""
    desk.rows.made(TOLD, "take", desk.now + 3e8)
    assert len(desk.rows.due(desk.now, 10)) == 1
