"""What stands between a language and going on air, which prompts are due, and what is said around each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audio.fingerprint import script_fingerprint
from audio.library import Clip, Shelved
from audio.take_rows import Take
from audio.take_states import TakeState
from ivr.recording.clinical import Agreed
from ivr.recording.due import around, due
from ivr.recording.gate_reasons import Kind, Reason, in_words, reasons_of
from ivr.recording.matrix import TO_RECORD, CellState, cell, is_outdated, progress
from ivr.store.engine import open_database
from tests.hotline import the_shipped_pack
from tests.recording.room_rig import DAY, JOSEPH, KEY, NOW, SARA, PeopledRoom, peopled_room, reworded

SCRIPT = the_shipped_pack().scripts[KEY]
NOW_SAID, ONCE_SAID = script_fingerprint(SCRIPT.text), script_fingerprint("Pumua.")


@pytest.fixture
def room(tables_on_sqlite: Path, tmp_path: Path) -> Iterator[PeopledRoom]:
    (tmp_path / "warmline.db").write_bytes(tables_on_sqlite.read_bytes())
    engine = open_database(f"sqlite:///{tmp_path / 'warmline.db'}")
    yield peopled_room(engine, tmp_path)
    engine.dispose()


def take(state: TakeState, fingerprint: str = NOW_SAID) -> Take:
    return Take(
        id="t", upload_id="u", prompt=KEY[0], language=KEY[1], voice="Sara", script_fingerprint=fingerprint,
        state=state, source="file", file_name="", original_sha="", clip_sha="", seconds=1.0, pipeline="", report={},
        waveform=b"", refusal="", recorded_by=SARA.id, recorded_on=DAY, reviewed_by="", reviewed_on=None, reason="",
        reason_at=None, touched_at=NOW, tries=0, number=1, version=1,
    )  # fmt: skip


def shelved(state: str, fingerprint: str = NOW_SAID) -> Shelved:
    return Shelved(Clip(*KEY, "Sara", "0" * 64, 1.0, state), fingerprint, 1)  # type: ignore[arg-type]


S = TakeState


@pytest.mark.parametrize(
    ("clips", "takes", "expected"),
    [
        ([], [], CellState.MISSING),
        ([shelved("demo")], [], CellState.DEMO),
        ([shelved("demo", ONCE_SAID)], [], CellState.MISSING),
        ([shelved("approved")], [], CellState.APPROVED),
        ([shelved("demo"), shelved("approved")], [take(S.TO_REVIEW)], CellState.APPROVED),
        ([shelved("approved", ONCE_SAID)], [], CellState.OUTDATED),
        ([shelved("demo"), shelved("approved", ONCE_SAID)], [], CellState.OUTDATED),
        ([], [take(S.APPROVED, ONCE_SAID)], CellState.OUTDATED),
        ([], [take(S.AT_PROVIDER)], CellState.RECEIVED),
        ([shelved("demo")], [take(S.AT_WORK)], CellState.RECEIVED),
        ([shelved("approved", ONCE_SAID)], [take(S.TO_REVIEW)], CellState.TO_REVIEW),
        ([], [take(S.AGAIN), take(S.TO_REVIEW)], CellState.AGAIN),
        ([shelved("demo")], [take(S.REFUSED), take(S.WITHDRAWN)], CellState.DEMO),
        ([], [take(S.WITHDRAWN), take(S.TO_REVIEW)], CellState.TO_REVIEW),
    ],
)
def test_a_cell_says_how_far_a_prompt_is(
    clips: list[Shelved], takes: list[Take], expected: CellState
) -> None:
    """One look tells Sara whether something has to be recorded, waits to be heard, or is ready."""
    assert cell(SCRIPT, clips, takes, Agreed()).state is expected


@given(
    st.lists(
        st.builds(shelved, st.sampled_from(["demo", "approved"]), st.sampled_from([NOW_SAID, ONCE_SAID]))
    ),
    st.lists(st.builds(take, st.sampled_from(TakeState), st.sampled_from([NOW_SAID, ONCE_SAID]))),
    st.booleans(),
)
def test_nothing_is_ready_that_nobody_approved_as_it_is_said_now(
    clips: list[Shelved], takes: list[Take], agreed: bool
) -> None:
    """Whatever clips and takes there are, a prompt is ready only with an approved clip of the present words, agreed to
    where they are therapeutic."""
    found = cell(SCRIPT, clips, takes, Agreed({(*KEY, NOW_SAID)} if agreed else ()))
    approved = any(one.clip.state == "approved" and one.script_fingerprint == NOW_SAID for one in clips)
    assert found.ready == (approved and agreed)
    assert (found.state is CellState.APPROVED) == approved
    assert found.clip is None or any(
        one.clip == found.clip and one.script_fingerprint == NOW_SAID for one in clips
    )
    assert not is_outdated(replace(take(S.TO_REVIEW), script_fingerprint=NOW_SAID), SCRIPT)


def test_progress_follows_a_language_to_the_end(room: PeopledRoom) -> None:
    """A recording that is sent, made, approved and reviewed moves its language on by one, and no other."""
    pack = the_shipped_pack()
    before = {one.language: one for one in progress(room.shelves.cells(pack))}
    assert before["sw"].ready == 0
    assert before["sw"].total == before["sw"].by_state[CellState.MISSING]
    taken = room.to_review()
    assert progress(room.shelves.cells(pack))[-1].by_state[CellState.TO_REVIEW] == 1
    room.reviewing.approve(JOSEPH.id, taken.id, NOW)
    cells = room.shelves.cells(pack)
    assert (cells[KEY].state, cells[KEY].ready) == (CellState.APPROVED, False)
    after = {one.language: one for one in progress(cells)}
    assert after["sw"].by_state[CellState.APPROVED] == 1
    assert after["en"] == before["en"]
    assert 0 == after["sw"].share < 1


def test_a_changed_script_marks_its_clip_and_asks_for_a_new_recording(room: PeopledRoom) -> None:
    """The words change after Sara has recorded them: they are due before all that was never recorded."""
    room.reviewing.approve(JOSEPH.id, room.to_review().id, NOW)
    changed = reworded(the_shipped_pack(), KEY, "Pumua polepole.")
    cells = room.shelves.cells(changed)
    assert cells[KEY].state is CellState.OUTDATED
    assert due(cells, "sw")[0].prompt == "breathing"
    assert due(cells, "en")[0].state is CellState.MISSING


def test_what_is_due_is_in_the_order_of_the_sheet(room: PeopledRoom) -> None:
    """What is missing comes in the order of the sheet, what was sent back before all, and what waits not at all."""
    first = [one.prompt for one in due(room.shelves.cells(the_shipped_pack()), "sw")]
    assert first == list(room.drafts.scripts("sw"))
    taken = room.to_review(key=("press_1", "sw"))
    waits = [one.prompt for one in due(room.shelves.cells(the_shipped_pack()), "sw")]
    assert "press_1" not in waits
    room.reviewing.ask_again(JOSEPH.id, taken.id, "too fast", None, NOW)
    again = due(room.shelves.cells(the_shipped_pack()), "sw")
    assert again[0].prompt == "press_1"
    assert all(one.state in TO_RECORD for one in again)


def test_whoever_records_sees_what_is_said_before_and_after() -> None:
    """Within a menu the key follows its option; an exercise follows the option that leads to it; what is said nowhere
    has nothing around it."""
    pack = the_shipped_pack()
    menu = around(pack, "to_listen")
    assert menu.after.startswith("press_")
    assert around(pack, "breathing").before == "to_hear_it"
    assert around(pack, "breathing").node == "first_line: breathing"
    assert around(pack, "this_language").after == "press_1"
    assert (around(pack, "helper_offer").node, around(pack, "nobody").node) == ("", "")


def test_each_reason_leads_to_its_recording(room: PeopledRoom) -> None:
    """What keeps a pack off the air is told one by one, with prompt and language, and why; in words it is short."""
    pack = the_shipped_pack()
    missing, waits, back, demo, old, ready = (
        (prompt, "sw") for prompt in ("sleep", "press_1", "press_2", "press_3", "press_4", "breathing")
    )
    cells = room.shelves.cells(pack)
    states = {
        missing: (CellState.MISSING, None),
        waits: (CellState.TO_REVIEW, None),
        back: (CellState.AGAIN, None),
        demo: (CellState.DEMO, shelved("demo").clip),
        old: (CellState.OUTDATED, shelved("demo").clip),
        ready: (CellState.APPROVED, shelved("approved").clip),
    }
    some = {key: replace(cells[key], state=state, clip=clip) for key, (state, clip) in states.items()}
    found = reasons_of(states, some, dict.fromkeys(states, True), [], demo_allowed=False)
    assert {(reason.kind, reason.prompt) for reason in found if reason.language == "sw"} == {
        (Kind.MISSING, "sleep"),
        (Kind.UNAPPROVED, "press_1"),
        (Kind.AGAIN, "press_2"),
        (Kind.DEMO, "press_3"),
        (Kind.OUTDATED, "press_4"),
        (Kind.CLINICAL, "breathing"),
    }
    assert "press_1 (sw) has a recording that nobody has approved yet." in in_words(found)
    with_demo = reasons_of(states, some, dict.fromkeys(states, True), [], demo_allowed=True)
    assert {reason.prompt for reason in with_demo} == {"sleep", "press_1", "press_2"}
    lost = reasons_of([ready], {ready: some[ready]}, {}, [], demo_allowed=True)
    assert lost == [Reason(Kind.MISSING, *ready)]
    assert reasons_of([], {missing: some[missing]}, {}, [], demo_allowed=False) == []
