"""Nothing goes on air with a mistake, a missing clip, or a voice that isn't a person's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from audio.tables import clips
from flows.house import PANEL
from flows.load import load_pack
from ivr.demo import shipped_pack
from ivr.publishing.gate import NotReadyForAir, prepare, publish, wanted_clips
from ivr.publishing.lines import LineUnusable, save_line
from ivr.recording.gate_reasons import Kind
from ivr.store.migrate import migrate
from ivr.wiring import Wiring, wire
from tests.hotline import LINE, LINE_NUMBER, TODAY, Hotline, record_everything, settings_for

EVERY_NODE = Path(__file__).parents[1] / "journeys" / "packs" / "every_node"


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wiring]:
    """A new installation: tables, and nothing in them."""
    made = wire(settings_for(tmp_path / "data"))
    migrate(made.database)
    yield made
    made.database.dispose()


def test_a_pack_without_recordings_is_refused_in_a_line_for_each_language(wiring: Wiring) -> None:
    """Sara, who has recorded nothing yet, isn't given hundreds of lines, but how much each language lacks."""
    pack = shipped_pack()
    with pytest.raises(NotReadyForAir) as refused:
        prepare(pack, wiring.library, demo_allowed=True)
    wanted = len(wanted_clips(pack))
    assert refused.value.unrecorded == wanted
    assert len(refused.value.reasons) == 4
    for language, reason in zip(pack.languages, refused.value.reasons, strict=True):
        assert reason.startswith(f"In {language}, {wanted // 4} texts have no clip")
        assert reason.endswith(f"and {wanted // 4 - 3} more.")


def test_the_last_missing_clips_are_named(wiring: Wiring) -> None:
    """Where little is missing, each text is named, so that Sara knows what to record today."""
    pack = shipped_pack()
    record_everything(wiring, pack)
    release = prepare(pack, wiring.library, demo_allowed=True)
    for prompt in ("breathing", "sleep"):
        wiring.media.remove(release.clips[prompt, "fr"].sha)
    with pytest.raises(NotReadyForAir) as refused:
        prepare(pack, wiring.library, demo_allowed=True)
    assert refused.value.reasons == (
        "breathing (fr) has no clip, and has to be recorded.",
        "sleep (fr) has no clip, and has to be recorded.",
    )


def test_a_lost_file_counts_as_missing(wiring: Wiring) -> None:
    """A clip whose file has gone from the disk is missing, whatever the database says."""
    pack = shipped_pack()
    record_everything(wiring, pack)
    release = prepare(pack, wiring.library, demo_allowed=True)
    wiring.media.remove(release.clips["breathing", "sw"].sha)
    with pytest.raises(NotReadyForAir) as refused:
        prepare(pack, wiring.library, demo_allowed=True)
    assert refused.value.reasons == ("breathing (sw) has no clip, and has to be recorded.",)


def test_the_demo_voice_stays_in_the_demo(wiring: Wiring) -> None:
    """Outside of the demo every clip of the demo voice keeps a pack from going on air."""
    pack = shipped_pack()
    record_everything(wiring, pack)
    with wiring.database.begin() as connection:
        connection.execute(update(clips).where(clips.c.prompt == "breathing").values(state="demo"))
    assert prepare(pack, wiring.library, demo_allowed=True).id
    with pytest.raises(NotReadyForAir) as refused:
        prepare(pack, wiring.library, demo_allowed=False)
    demo = [reason for reason in refused.value.found if reason.kind is Kind.DEMO]
    assert {(reason.prompt, reason.language) for reason in demo} == {
        ("breathing", language) for language in pack.languages
    }
    assert len([reason for reason in refused.value.reasons if "demo voice" in reason]) == 4


def test_what_may_be_left_out_keeps_nothing_off_the_air(wiring: Wiring) -> None:
    """Nobody has recorded what is said to listeners of a panel: the pack goes on air without it, and nobody hears a
    demo voice. What a person has recorded of it goes along."""
    whole = shipped_pack()
    scripts = {key: replace(script, therapeutic=False) for key, script in whole.scripts.items()}
    pack = replace(whole, scripts=scripts)
    record_everything(wiring, pack)
    with wiring.database.begin() as connection:
        connection.execute(update(clips).where(clips.c.prompt.in_(PANEL)).values(state="demo"))
        connection.execute(
            update(clips).where(clips.c.prompt == "room_kept").values(script_fingerprint="old")
        )
    on_air = {prompt for prompt, _ in prepare(pack, wiring.library, demo_allowed=False).clips}
    assert on_air.isdisjoint({*PANEL, "room_kept"})
    assert "room_keep" in on_air
    assert {*PANEL} <= {prompt for prompt, _ in prepare(pack, wiring.library, demo_allowed=True).clips}


def test_nobody_is_recorded_where_voices_cannot_be_kept_safely(wiring: Wiring) -> None:
    """A pack that records callers isn't put on air outside of the demo."""
    pack = load_pack(EVERY_NODE).pack
    assert pack is not None
    record_everything(wiring, pack)
    with pytest.raises(NotReadyForAir, match="message records the caller"):
        prepare(pack, wiring.library, demo_allowed=False)


def test_a_changed_script_needs_a_new_recording(wiring: Wiring) -> None:
    """A clip of the words as they were isn't played for the words as they are."""
    pack = shipped_pack()
    record_everything(wiring, pack)
    script = pack.scripts["breathing", "sw"]
    changed = replace(
        pack, scripts={**pack.scripts, ("breathing", "sw"): replace(script, text="Pumua polepole.")}
    )
    with pytest.raises(NotReadyForAir, match=r"breathing \(sw\) has only a clip of older words"):
        prepare(changed, wiring.library, demo_allowed=True)


def test_the_same_pack_is_the_same_release(wiring: Wiring) -> None:
    """Publishing once more without a change makes no new release."""
    pack = shipped_pack()
    record_everything(wiring, pack)
    first, second = (prepare(pack, wiring.library, demo_allowed=True) for _ in range(2))
    assert first.id == second.id


def test_publishing_changes_no_call_under_way(hotline: Hotline) -> None:
    """Amina is in a call when Sara publishes a new pack: she hears the old one out, and the next caller the new one."""
    call = hotline.ring().press("1")
    changed = load_pack(EVERY_NODE).pack
    assert changed is not None
    wiring = hotline.wiring
    record_everything(wiring, changed)
    publish(wiring.database, prepare(changed, wiring.library, demo_allowed=True), [LINE_NUMBER], TODAY)
    call.press("2")
    assert "Gather" in call.text
    with wiring.database.connect() as connection:
        old = wiring.releases.get(
            connection.exec_driver_sql("SELECT release_id FROM live_calls").scalar_one()
        )
    assert old.pack.id == "first_line"
    new = hotline.ring(caller="+12025550148")
    assert [language for prompt, language in new.said if prompt == "this_language"] == ["en", "sw"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"number": "0712 345"}, "country code"),
        ({"emergency_number": ""}, "emergency number"),
        ({"country": "Kenya"}, "two letters"),
        ({"time_zone": "Nairobi"}, "time zone"),
        ({"open_hours": "always"}, "open hours"),
    ],
)
def test_a_line_that_could_fail_a_caller_is_refused(
    wiring: Wiring, change: dict[str, str], said: str
) -> None:
    """A line without what a caller may need is refused when it is set up, with what to put right."""
    with wiring.database.begin() as connection, pytest.raises(LineUnusable, match=said):
        save_line(connection, replace(LINE, **change))
