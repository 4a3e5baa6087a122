"""The longest time from zero to a voice or the emergency number: as the board says it, and as callers meet it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.model import Connect, Pack
from flows.prompts import press
from ivr.callbacks.crisis_wait import (
    ANSWER_SECONDS,
    NETWORK_SECONDS,
    PARTS,
    LongestWait,
    NoWayToHelp,
    longest_crisis_wait,
)
from ivr.publishing.lines import all_lines
from ivr.publishing.releases import Release, ReleasedClip
from tests.hotline import Hotline, Ringing, make_hotline, the_shipped_pack

SAID_SECONDS = 2.0


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    """A hotline on which nobody is free: every clip lasts two seconds."""
    made = make_hotline(Path(tmp_path_factory.mktemp("quiet")) / "data", said_seconds=SAID_SECONDS)
    yield made
    made.wiring.database.dispose()


def release_of(hotline: Hotline) -> Release:
    with hotline.wiring.database.connect() as connection:
        release_id = next(line.release_id for line in all_lines(connection) if line.release_id)
    return hotline.wiring.releases.get(release_id)


def wait_of(release: Release, ring: int = 30, dials: bool = False) -> LongestWait:
    return longest_crisis_wait(release, emergency_number="112", dials_emergency=dials, most_ring_seconds=ring)


def test_every_part_is_said_and_they_add_up(quiet: Hotline) -> None:
    """Ringing, a helper who picks up last and presses the wrong key last, the words before the number: all of it."""
    wait = wait_of(release_of(quiet))
    parts = dict(wait.parts)
    assert tuple(parts) == PARTS
    assert parts["ringing"] == 30
    assert parts["offer"] == 4 * SAID_SECONDS
    assert (parts["key"], parts["refusing"]) == (6, SAID_SECONDS)
    assert parts["words"] >= 2 * SAID_SECONDS
    assert (parts["answers"], parts["network"]) == (4 * ANSWER_SECONDS, NETWORK_SECONDS)
    assert wait.seconds == sum(parts.values()) < 150
    assert wait.seconds - parts["answers"] < 90


def test_it_follows_the_settings_and_the_flow(quiet: Hotline) -> None:
    """Half the ringing is half a minute less or so; a flow that rings for less than it may is believed."""
    release = release_of(quiet)
    assert wait_of(release, ring=30).seconds - wait_of(release, ring=10).seconds == 20
    assert dict(wait_of(with_seconds(release, 12)).parts)["ringing"] == 12


def test_a_longer_apology_is_seen(quiet: Hotline) -> None:
    """Somebody records a long apology before the number: the time grows by exactly that."""
    release = release_of(quiet)
    longer = {
        key: ReleasedClip(clip.sha, clip.seconds + 20) if key == ("nobody_free", "sw") else clip
        for key, clip in release.clips.items()
    }
    with_apology = dict(wait_of(replace(release, clips=longer)).parts)
    assert with_apology["words"] >= 20 + 2 * SAID_SECONDS


def test_a_line_that_dials_the_number_says_nothing_first(quiet: Hotline) -> None:
    """Where the programme has the number dialled, it rings as soon as the helpers' phones are silent."""
    assert dict(wait_of(release_of(quiet), dials=True).parts)["words"] == 0.0


def test_a_flow_without_any_way_to_help_says_so(quiet: Hotline) -> None:
    """A pack whose keys lead to no helper has no longest time, and nobody is told that it has one."""
    release = release_of(quiet)
    flow = release.pack.flows[release.pack.entry]
    pack = replace(release.pack, flows={flow.id: replace(flow, keys={})})
    with pytest.raises(NoWayToHelp):
        wait_of(replace(release, pack=pack))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("123459*~", max_size=8), st.sampled_from(["+12025550147", "anonymous"]))
def test_no_call_waits_longer(quiet: Hotline, keys: str, shown: str) -> None:
    """From wherever somebody presses zero, the number is heard within the words that the board counts."""
    call = quiet.ring(shown)
    for key in keys:
        if "<Gather" not in call.text:
            return
        call.wait() if key == "~" else call.press(key)
    if "<Gather" not in call.text:
        return
    call.press("0")
    words = dict(wait_of(release_of(quiet)).parts)["words"]
    assert seconds_before_the_number(call) <= words


def seconds_before_the_number(call: Ringing) -> float:
    """How long the words are until the number begins in the language that comes last."""
    waited = 0.0
    for _ in range(10):
        said = call.said
        begins = {}
        for place, (prompt, language) in enumerate(said):
            if prompt.startswith("digit_"):
                begins.setdefault(language, place * SAID_SECONDS)
        if begins:
            return waited + max(begins.values())
        waited += len(said) * SAID_SECONDS + 6
        call.wait()
    raise AssertionError("the number was never said")


def with_seconds(release: Release, seconds: int) -> Release:
    """The same release, whose flow rings helpers for so long."""
    pack: Pack = release.pack
    flow = pack.flows[pack.entry]
    nodes = {
        name: replace(node, seconds=seconds) if isinstance(node, Connect) and node.to == "crisis" else node
        for name, node in flow.nodes.items()
    }
    return replace(release, pack=replace(pack, flows={flow.id: replace(flow, nodes=nodes)}))


def test_what_a_helper_hears_is_what_is_counted() -> None:
    """The words of the offer are those of the pack, and its key is the one that takes the call."""
    scripts = the_shipped_pack().scripts
    assert all((prompt, "en") in scripts for prompt in ("crisis_offer", "crisis_take", press("1")))
