"""What workers do with recordings: the task for one, and the sweep that finds what was lost."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError

from audio.erasing import UNDO_SECONDS
from audio.fingerprint import script_fingerprint
from audio.stores import StoreOutOfReach
from audio.take_reviews import TakeReviews
from audio.take_rows import Take
from audio.take_states import MOST_TRIES, TakeState
from audio.take_work import LOST_SECONDS
from audio.takes import WORKERS_LOST
from ivr.jobs.recordings import ALONE_SECONDS, MOST_AT_ONCE, clear_sounds_of, make_clip_of, sweep_takes_of
from ivr.recording.expecting import expected_of_take, options_of
from ivr.recording.panel_results import PanelClip
from ivr.recording.tables import drafts
from ivr.recording.whole_library import contradictions, sounds_named
from ivr.store.tables import lines, live_calls, releases
from ivr.wiring import Wiring
from tests.audio.take_rig import as_recorded
from tests.hotline import Clock, settings_for, the_shipped_pack, wire_for_tests
from tests.recording.room_rig import DAY, SARA


class Asked:
    """The queue, when it is there and when it is away."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.away = False

    def ask(self, task: str, *ids: str, queue: str = "") -> bool:
        if self.away:
            return False
        assert (task, queue) == ("make_clip", "warmline")
        self.ids += ids
        return True


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def wiring(tmp_path: Path, tables_on_sqlite: Path, asked: Asked) -> Iterator[Wiring]:
    """A hotline with a draft, and a queue that only notes what is asked for."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "warmline.db").write_bytes(tables_on_sqlite.read_bytes())
    made = wire_for_tests(settings_for(tmp_path / "data"), Clock())
    made.recording.drafts.bring(the_shipped_pack(), DAY)
    yield replace(made, callbacks=replace(made.callbacks, jobs=asked))  # type: ignore[arg-type]
    made.database.dispose()


def send(wiring: Wiring, content: bytes, prompt: str = "to_listen", **changes: Any) -> Take:
    script = the_shipped_pack().scripts[prompt, "en"]
    values: dict[str, Any] = {
        "upload_id": f"upload-{prompt}-{len(content)}",
        "content": content,
        "prompt": prompt,
        "language": "en",
        "voice": "Sara",
        "fingerprint": script_fingerprint(script.text),
        "source": "file",
        "file_name": "x.wav",
        "by": SARA.id,
        "today": DAY,
        "now": wiring.clock(),
    }
    return wiring.recording.takes.receive(**values | changes)


def test_a_recording_becomes_a_clip_that_can_be_reviewed(wiring: Wiring) -> None:
    """A worker makes the clip of one recording, with a report; run again, the job finds nothing to do."""
    take = send(wiring, as_recorded())
    assert make_clip_of(wiring, take.id) == "made"
    made = wiring.recording.takes.take(take.id)
    assert made.state is TakeState.TO_REVIEW
    assert wiring.recording.media.has(made.clip_sha)
    assert made.report["expected"]["seconds"] > 0
    assert make_clip_of(wiring, take.id) == "nothing to do"


def test_what_cannot_become_a_clip_is_refused_with_its_reason(wiring: Wiring) -> None:
    """A picture, and a recording whose file is lost, are refused once and for all, and whoever sent them learns why."""
    picture, lost = send(wiring, b"\xff\xd8\xff" * 50), send(wiring, b"lost")
    wiring.recording.originals.remove(lost.original_sha)
    assert [make_clip_of(wiring, take.id) for take in (picture, lost)] == ["refused", "refused"]
    refusals = [wiring.recording.takes.take(take.id).refusal for take in (picture, lost)]
    assert refusals == ["not_a_recording", "original_lost"]


@pytest.mark.parametrize(
    "away", [StoreOutOfReach("away"), OSError(28, "no room"), OperationalError("", {}, OSError())]
)
def test_an_outage_costs_no_recording(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch, away: Exception
) -> None:
    """For a day the bucket is away, the disk is full or the database rests: whatever was tried meanwhile is made
    afterwards."""
    take = send(wiring, as_recorded())

    def refuse(*_: object) -> None:
        raise away

    with monkeypatch.context() as outage:
        outage.setattr("ivr.jobs.recordings.make_clip", refuse)
        for _ in range(MOST_TRIES + 1):
            assert make_clip_of(wiring, take.id) == "put off"
    assert make_clip_of(wiring, take.id) == "made"


def test_what_breaks_our_own_work_is_given_up_after_some_tries(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recording on which Warmline itself breaks waits for no sweep, is tried a few times, and each time is told."""
    take = send(wiring, as_recorded())
    monkeypatch.setattr("ivr.jobs.recordings.make_clip", lambda *_: 1 // 0)
    for _ in range(MOST_TRIES):
        with pytest.raises(ZeroDivisionError):
            make_clip_of(wiring, take.id)
    assert wiring.recording.takes.take(take.id).refusal == WORKERS_LOST
    assert make_clip_of(wiring, take.id) == "nothing to do"


def test_the_sweep_asks_for_what_was_forgotten(wiring: Wiring, asked: Asked) -> None:
    """A job that was lost with the queue is asked for again, what a killed worker left too, and nothing too early."""
    clock = wiring.clock
    assert isinstance(clock, Clock)
    take = send(wiring, b"one")
    assert sweep_takes_of(wiring) == {"lost": 0, "asked": 0}
    clock.forward(ALONE_SECONDS)
    assert sweep_takes_of(wiring) == {"lost": 0, "asked": 1}
    assert wiring.recording.work.begin(take.id, clock()) is not None
    clock.forward(LOST_SECONDS + 1)
    assert sweep_takes_of(wiring) == {"lost": 1, "asked": 0}
    clock.forward(ALONE_SECONDS)
    sweep_takes_of(wiring)
    assert asked.ids == [take.id, take.id]


def test_a_flood_of_recordings_does_not_flood_the_queue(wiring: Wiring, asked: Asked) -> None:
    """Thousands that come at once are asked for a few at a time, and none while the queue server is away."""
    for number in range(MOST_AT_ONCE + 5):
        send(wiring, b"x" * (number + 1))
    clock = wiring.clock
    assert isinstance(clock, Clock)
    clock.forward(ALONE_SECONDS)
    asked.away = True
    assert sweep_takes_of(wiring)["asked"] == 0
    asked.away = False
    assert sweep_takes_of(wiring)["asked"] == MOST_AT_ONCE
    assert len(set(asked.ids)) == MOST_AT_ONCE


def test_a_recording_is_held_to_its_words_and_its_place(wiring: Wiring) -> None:
    """An option has to be short, because its key follows; an exercise may take its time; of words that are gone
    nothing is expected."""
    drafts = wiring.recording.drafts
    option, exercise = send(wiring, b"1"), send(wiring, b"22", prompt="breathing")
    assert "to_listen" in options_of(the_shipped_pack())
    assert expected_of_take(drafts, option).at_most == 4.0
    assert expected_of_take(drafts, exercise).at_most == 0.0
    assert expected_of_take(drafts, exercise).seconds > 30
    assert expected_of_take(drafts, replace(option, prompt="gone")).seconds == 0.0


def release(connection: Connection, release_id: str, sha: str) -> None:
    """A pack that was put on air with one clip."""
    connection.execute(
        releases.insert().values(
            id=release_id,
            pack="first_line",
            document="{}",
            published_on="2026-03-01",
            clips=f'{{"sw": {{"breathing": ["{sha}", 1.0]}}}}',
        )
    )


def test_what_is_spoken_of_is_backed_up_and_everything_else_is_cleared_away(wiring: Wiring) -> None:
    """Clips that are on air, that a call still hears, or that an open panel hears are kept though nobody would publish
    them again; what was withdrawn is in no backup, and a week later it is gone, as is what was on air long ago."""
    room, clock = wiring.recording, wiring.clock
    assert isinstance(clock, Clock)
    take, withdrawn = send(wiring, as_recorded()), send(wiring, b"one", prompt="breathing")
    make_clip_of(wiring, take.id)
    made = room.takes.take(take.id)
    on_air, heard, asked_about, long_ago = (
        room.media.put(word) for word in (b"air", b"call", b"panel", b"old")
    )
    save_line(wiring, on_air)
    with wiring.database.begin() as connection:
        release(connection, "under-way", heard)
        release(connection, "long-ago", long_ago)
        call = dict.fromkeys(("provider", "provider_call", "call_id", "line_id", "session", "reply"), "x")
        times = dict.fromkeys(("screen_seconds", "started_at", "turn_at", "expires_at"), 0.0)
        connection.execute(
            live_calls.insert().values(**call, **times, release_id="under-way", has_number=0, turn=1)
        )
    hears = [PanelClip("breathing", asked_about, 1.0)]
    room.panels.make(
        title="Neighbours", language="sw", clips=hears, opens=DAY, closes=DAY, by=SARA.id, now=clock()
    )
    with wiring.database.begin() as connection:
        TakeReviews(room.takes).withdraw(connection, withdrawn.id, clock())
        named = sounds_named(DAY, connection)
    clips = [("clips", sha) for sha in (made.clip_sha, on_air, asked_about)]
    assert named == {("originals", made.original_sha), *clips}
    for store in (room.media, room.originals):
        for sha in store.names():
            os.utime(store.path(sha), (0, 0))  # type: ignore[attr-defined]
    assert clear_sounds_of(wiring) == {"erased": 0, "removed": 1}
    assert not room.media.has(long_ago)
    clock.forward(UNDO_SECONDS + 1)
    assert clear_sounds_of(wiring) == {"erased": 1, "removed": 2}
    assert set(room.originals.names()) == {made.original_sha}
    assert set(room.media.names()) == {made.clip_sha, on_air, heard}


def save_line(wiring: Wiring, sha: str) -> None:
    """A line with a clip on air."""
    with wiring.database.begin() as connection:
        release(connection, "on-air", sha)
        line = {"id": "l", "number": "+12025550100", "name": "Line", "provider": "simulator", "country": "TZ"}
        connection.execute(
            lines.insert().values(
                **line,
                release_id="on-air",
                time_zone="UTC",
                emergency_number="112",
                open_hours="[]",
                dial_emergency=False,
            )
        )


def test_a_number_that_means_other_words_stops_a_restore(wiring: Wiring) -> None:
    """With such a number somebody would record other words than they read; and with a draft that can't be read no page
    would open any more."""
    with wiring.database.connect() as connection:
        told = contradictions(connection, {"sheet_numbers": [{"printed": 1, "prompt": "other"}]})
        same = {"printed": 1, "prompt": wiring.recording.drafts.prompt_of(1)}
        assert contradictions(connection, {"sheet_numbers": [same]}) == []
        whole = connection.execute(select(drafts.c.document)).scalar_one()
        unread = [
            contradictions(connection, {"drafts": [{"pack": "first_line", "document": document}]})
            for document in ("{}", "[]", "{", "[" * 99_999, whole)
        ]
    assert told[0].startswith("Number 1 is other in the backup")
    assert unread == [["The draft first_line in the backup can't be read by this Warmline."]] * 4 + [[]]
