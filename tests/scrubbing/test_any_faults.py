"""Any order of faults: in the end nothing is left at the provider, or the row that is left says why."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scrubbing.rig import DAY, Rig
from tests.telephony.fake_rest import Fault, Refusal

KINDS = st.sampled_from(["refused", "refused", "lost", "lost", "cut"])
REFUSALS = st.sampled_from(
    [
        Refusal(500, 20500), Refusal(503, None), Refusal(429, 20429), Refusal(429, 70005), Refusal(401, 20003),
        Refusal(403, 20008), Refusal(409, 20009), Refusal(404, 20404), Refusal(400, 21220), Refusal(502, None),
    ]
)  # fmt: skip
PATHS = st.sampled_from(["", r"/Calls\.json", r"/Calls/", r"/Recordings\.json", r"/Recordings/"])
METHODS = st.sampled_from(["", "GET", "DELETE"])
FAULTS = st.lists(
    st.builds(Fault, KINDS, METHODS, PATHS, times=st.integers(1, 3), refusal=REFUSALS), max_size=8
)
SHAPES = st.lists(
    st.tuples(st.booleans(), st.integers(0, 2), st.sampled_from([0, 90, 4000])), min_size=1, max_size=3
)
WAITS = st.lists(st.sampled_from([30.0, 61.0, 400.0, 4000.0, 1.3 * DAY]), max_size=8)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(shapes=SHAPES, faults=FAULTS, waits=WAITS, lies=st.booleans())
def test_any_order_of_faults_leaves_nothing_or_says_why(
    rig: Rig,
    shapes: list[tuple[bool, int, int]],
    faults: list[Fault],
    waits: list[float],
    lies: bool,
) -> None:
    """Whatever fails, how often and in which order: what is still there is on the list, and in the end nothing is."""
    rig.start_afresh()
    calls = []
    for has_leg, recordings, late in shapes:
        call = rig.ring("1")
        if has_leg:
            rig.connect(call, recordings)
        rig.hang_up(call)
        if late:
            rig.provider.has_recording(call=call.id, appears_in=late)
        calls.append(call.id)
    # The strategy's own objects count down, and an example may be played again.
    rig.provider.faults = [Fault(f.kind, f.method, f.path, f.times, 0.0, f.refusal) for f in faults]
    rig.provider.settles_seconds = 600 if lies else 0
    # Whoever is told that there is no such call believes it, and finds it again in the daily look.
    says_gone = any(f.kind == "refused" and f.refusal.status == 404 for f in faults)
    for seconds in waits:
        rig.scrub_later(seconds)
        listed = {row.call for row in rig.waiting}
        for call in calls:
            there = [sid for sid in rig.provider.anything_of(call) if sid in rig.provider.calls]
            assert call in listed or there == [] or says_gone, (
                "nothing is taken off the list before it is gone"
            )
    rig.provider.faults.clear()
    for _ in range(30):
        rig.scrub_later(1.3 * DAY)
        rig.reconcile()
        if not rig.waiting and not rig.provider.calls and not rig.provider.recordings:
            break
    assert rig.provider.anything_of(*calls) == []
    assert rig.provider.calls == {}
    assert rig.provider.recordings == {}
    assert rig.waiting == []
