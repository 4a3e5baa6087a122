"""What can happen in a call, made at random."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from flows.house import WAITING_TIMES
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    DialEnded,
    Digits,
    Earlier,
    Facts,
    Heard,
    Input,
    NobodyToConnect,
    Recorded,
    ServicesFound,
    Silence,
    Started,
)

heard = st.builds(Heard, st.floats(0, 600), st.floats(0, 1))
facts = st.builds(
    Facts,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["112", "999", "1-1-2", "", "none", "٩٩٩"]),
    st.sampled_from(WAITING_TIMES),
)
keys = st.sampled_from("0123456789*#")
garbage_keys = st.text(max_size=4) | st.sampled_from(["00", "0#", "12", "w", " 1", "１", "", "0" * 10_000])
spoken_services = st.lists(
    st.lists(st.sampled_from(["service_clinic", "service_shelter"]), max_size=2).map(tuple), max_size=5
).map(tuple)

waits = st.sampled_from(["", "wait_today", "wait_unknown", "wait_for_ever"])

any_inputs: st.SearchStrategy[Input] = st.one_of(
    st.builds(Digits, keys, heard),
    st.builds(Digits, garbage_keys, heard),
    st.builds(Silence, heard),
    st.builds(Recorded, st.floats(0, 600), heard, st.sampled_from(["", "hangup", "0", "9", "#"])),
    st.builds(DialEnded, st.booleans(), heard),
    st.builds(
        CallbackAnswered, st.sampled_from(["noted", "already_noted", "unavailable"]), st.just(""), waits
    ),
    st.builds(CallbackFound, st.sampled_from(get_args(Earlier)), waits),
    st.builds(CallbackWithdrawn, st.booleans()),
    st.builds(ServicesFound, spoken_services),
    st.just(NobodyToConnect()),
    st.just(Started()),
)
"""Everything that can happen except hanging up, at any time."""
