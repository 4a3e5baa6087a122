"""Whatever can be said of a take or a prompt has words: no code is ever shown to anybody."""

from __future__ import annotations

import pytest

from audio.make_many import ORIGINAL_LOST
from audio.refusals import REFUSALS as REFUSED
from audio.report import ORDER
from audio.take_states import TakeState
from audio.takes import WORKERS_LOST
from ivr.console.pictures import stacked, wave
from ivr.console.prompt_places import GROUPS, all_places, places_of
from ivr.console.reasons_in_words import OF_CLIPS, OTHERS
from ivr.console.recording_words import STATES, TAKE_STATES
from ivr.console.report_words import FINDINGS, REFUSALS
from ivr.console.side_by_side import side_by_side
from ivr.jobs.spoken import NEVER_CAME, NO_RECORDING
from ivr.recording.gate_reasons import Kind
from ivr.recording.matrix import CellState
from ivr.recording.room import NOT_KEPT
from tests.hotline import the_shipped_pack


def test_every_state_finding_refusal_and_reason_has_words() -> None:
    """A new state, finding, refusal or reason of the gate can't be forgotten on the pages."""
    assert set(STATES) == {state.value for state in CellState}
    assert set(TAKE_STATES) == {state.value for state in TakeState}
    assert set(FINDINGS) == set(ORDER)
    codes = {WORKERS_LOST, ORIGINAL_LOST, NOT_KEPT, NEVER_CAME, NO_RECORDING}
    assert set(REFUSED) | codes == set(REFUSALS)
    assert set(OF_CLIPS) | set(OTHERS) == set(Kind)


def test_states_differ_in_their_sign_and_word() -> None:
    """Two states of a prompt never look the same in black and white."""
    assert len({state.sign for state in STATES.values()}) == len(STATES)
    assert len({str(state.word) for state in STATES.values()}) == len(STATES)


def test_every_prompt_has_a_place() -> None:
    """Each prompt of the pack that ships can be looked for by the node or the moment at which it is heard."""
    pack = the_shipped_pack()
    places = places_of(pack)
    assert set(places) == {prompt for prompt, _ in pack.scripts}
    assert "main" in places["main_menu"]
    assert places["press_1"] == ("#keys",)
    offered = [place for place, _ in all_places(places)]
    assert len(offered) == len(set(offered))
    assert {place for each in places.values() for place in each} == set(offered)
    assert set(offered) & set(GROUPS)


def test_a_waveform_has_its_mark_where_somebody_means() -> None:
    """A reason at the third of four seconds is marked at three quarters of the picture; silence is still a line."""
    drawn = wave(bytes(200), 4.0, 3.0)
    assert drawn
    assert (drawn.width, drawn.mark) == (200, 150.0)
    assert drawn.path.startswith("M0.5 23.4v1.2")
    assert wave(b"", 4.0) is None
    assert wave(bytes(200), 0.0, 3.0) == wave(bytes(200), 4.0)


@pytest.mark.parametrize(
    ("counts", "pieces"),
    [
        ({"approved": 1, "to_review": 1}, [("approved", 0, 25), ("to_review", 25, 25)]),
        ({"approved": 4}, [("approved", 0, 100)]),
        ({}, []),
    ],
)
def test_bars_are_filled_from_their_beginning(
    counts: dict[str, int], pieces: list[tuple[str, float, float]]
) -> None:
    """Of four prompts one approved fills a quarter; what isn't there takes no room."""
    found = stacked(counts, ("approved", "to_review"), 4)
    assert [(piece.kind, piece.start, piece.width) for piece in found] == pieces


def test_changed_words_are_marked_in_both_texts() -> None:
    """Daniel sees at once which words went and which came; new words alone are marked nowhere."""
    before, after = side_by_side("Breathe in slowly.", "Breathe out slowly.")
    assert before == [("Breathe ", False), ("in", True), (" slowly.", False)]
    assert after == [("Breathe ", False), ("out", True), (" slowly.", False)]
    assert side_by_side("", "Breathe.") == ([], [("Breathe.", False)])
