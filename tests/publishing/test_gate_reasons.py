"""The gate tells pages one by one what stands in the way, and puts nothing on air that nobody approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from audio.fingerprint import script_fingerprint
from audio.tables import clips
from flows.model import Pack
from ivr.audit.log import entries
from ivr.people.roles import Role
from ivr.publishing.gate import NotReadyForAir, prepare, standing_in_the_way
from ivr.publishing.lines import all_lines
from ivr.publishing.on_air import NotYoursToPublish, NoWordsToRingBack, OnAir
from ivr.publishing.releases import Release
from ivr.recording.clinical import agree
from ivr.recording.gate_reasons import Kind
from tests.audio.take_rig import Room
from tests.hotline import LINE, TODAY, Hotline, make_hotline, the_shipped_pack
from tests.recording.room_rig import reworded
from tests.signing_in import employ

KEY = ("breathing", "sw")


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    """The shipped pack on air, with its therapeutic words agreed to."""
    made = make_hotline(tmp_path / "data")
    with made.wiring.database.begin() as connection:
        for key, script in made.pack.scripts.items():
            if script.therapeutic:
                agree(connection, key, script_fingerprint(script.text), "someone", TODAY)
    yield made
    made.wiring.database.dispose()


def kinds(hotline: Hotline, pack: Pack | None = None, demo: bool = False) -> set[tuple[Kind, str, str]]:
    found = standing_in_the_way(pack or hotline.pack, hotline.wiring.library, demo)
    return {(reason.kind, reason.prompt or reason.node, reason.language) for reason in found}


def change(hotline: Hotline, **values: str) -> None:
    """Changes the clip of one prompt."""
    same = clips.c.prompt == KEY[0], clips.c.language == KEY[1]
    with hotline.wiring.database.begin() as connection:
        connection.execute(update(clips).where(*same).values(**values))


def test_nothing_stands_in_the_way_of_what_is_recorded_and_reviewed(hotline: Hotline) -> None:
    """With every clip approved and every therapeutic text agreed to, the pack may go on air outside of the demo."""
    assert kinds(hotline) == set()
    assert prepare(hotline.pack, hotline.wiring.library, demo_allowed=False).clips[KEY]


def test_a_recording_that_waits_for_a_reviewer_is_not_published(hotline: Hotline, tmp_path: Path) -> None:
    """The words were changed, agreed to and recorded again: until somebody has approved it, the gate stays shut, and
    says that it is somebody's turn to listen."""
    changed = replace(
        hotline.pack,
        scripts={**hotline.pack.scripts, KEY: replace(hotline.pack.scripts[KEY], text="Pumua polepole.")},
    )
    assert kinds(hotline, changed) == {(Kind.OUTDATED, *KEY)}
    fingerprint = script_fingerprint("Pumua polepole.")
    room = Room(hotline.wiring.database, tmp_path / "data")
    take = room.make(room.send(prompt=KEY[0], language=KEY[1], voice="test", fingerprint=fingerprint))
    assert kinds(hotline, changed) == {(Kind.UNAPPROVED, *KEY)}
    room.approve(take)
    assert kinds(hotline, changed) == {(Kind.CLINICAL, *KEY)}
    assert kinds(hotline, changed, demo=True) == set()
    with hotline.wiring.database.begin() as connection:
        agree(connection, KEY, fingerprint, "someone", TODAY)
    release = prepare(changed, hotline.wiring.library, demo_allowed=False)
    assert release.clips[KEY].sha == take.clip_sha
    with room.database.begin() as connection:
        room.reviews.ask_again(connection, take.id, "someone", "too fast", None, TODAY)
    assert kinds(hotline, changed) == {(Kind.AGAIN, *KEY)}


def test_words_that_another_draft_keeps_from_being_recorded_are_named_as_that(hotline: Hotline) -> None:
    """A copy with other words waits for its recording, and another flow's words stand on the sheet: the gate says
    which flow that is, instead of asking for a recording that nobody can make."""
    drafts = hotline.wiring.recording.drafts
    own = replace(reworded(hotline.pack, KEY, "Pumua polepole."), id="a_copy")
    drafts.bring(own, TODAY)
    assert kinds(hotline, own) == {(Kind.OUTDATED, *KEY)}
    drafts.bring(replace(hotline.pack, id="another"), TODAY)
    assert kinds(hotline, own) == {(Kind.OTHER_WORDS, *KEY)}
    with pytest.raises(NotReadyForAir, match="warmline flow drop another"):
        prepare(own, hotline.wiring.library, demo_allowed=False)
    assert kinds(hotline) == set()


def test_two_voices_in_one_menu_have_to_be_meant(hotline: Hotline) -> None:
    """Joseph has recorded one option of Sara's menu: the gate names the menu and both, until Sara says it is meant."""
    with hotline.wiring.database.begin() as connection:
        connection.execute(
            update(clips)
            .where(clips.c.prompt == "to_listen", clips.c.language == "sw")
            .values(voice="Joseph")
        )
    found = standing_in_the_way(hotline.pack, hotline.wiring.library, False)
    assert {(reason.kind, reason.language) for reason in found} == {(Kind.TWO_VOICES, "sw")}
    assert {frozenset(reason.voices) for reason in found} == {frozenset({"test", "Joseph"})}
    with pytest.raises(NotReadyForAir, match="one voice a menu, unless two are meant"):
        prepare(hotline.pack, hotline.wiring.library, demo_allowed=False)
    sara = employ(hotline, "Sara", Role.STAFF)
    for reason in found:
        hotline.wiring.recording.reviewing.mean_mix(
            sara.id, hotline.pack.id, "sw", reason.node, hotline.clock.now
        )
    assert kinds(hotline) == set()


def test_the_demo_voice_and_lost_files_are_told_apart(hotline: Hotline) -> None:
    """A demo clip has to be recorded outside of the demo; a clip whose file is gone, everywhere."""
    sha = hotline.wiring.releases.get(_release(hotline)).clips[KEY].sha
    change(hotline, state="demo", voice="espeak-ng")
    assert kinds(hotline) == {(Kind.DEMO, *KEY)}
    assert kinds(hotline, demo=True) == set()
    hotline.wiring.media.remove(sha)
    assert kinds(hotline) == kinds(hotline, demo=True) == {(Kind.MISSING, *KEY)}


def _release(hotline: Hotline) -> str:
    with hotline.wiring.database.connect() as connection:
        (line,) = all_lines(connection)
    assert line.release_id is not None
    return line.release_id


@pytest.fixture
def on_air(hotline: Hotline) -> OnAir:
    wiring = hotline.wiring
    return OnAir(
        wiring.database,
        wiring.library,
        wiring.audit,
        wiring.people.accounts.person,
        lambda: refreshed.append("yes"),
        demo_allowed=False,
    )


refreshed: list[str] = []


def test_staff_put_a_pack_on_air_from_a_page(hotline: Hotline, on_air: OnAir) -> None:
    """Sara publishes: the next caller hears it, emergency screens follow, and the log says who did it; Daniel can't."""
    refreshed.clear()
    sara, daniel = employ(hotline, "Sara", Role.STAFF), employ(hotline, "Daniel", Role.SUPERVISOR)
    before = _release(hotline)
    change(hotline, voice="Sara", sha=hotline.wiring.media.put(b"RIFF new"))
    with hotline.wiring.database.connect() as connection:
        lines = all_lines(connection)
    with pytest.raises(NotYoursToPublish):
        on_air.put(hotline.pack, lines, daniel.id, hotline.clock.now)
    assert _release(hotline) == before
    release = on_air.put(hotline.pack, lines, sara.id, hotline.clock.now)
    assert _release(hotline) == release.id != before
    assert refreshed == ["yes"]
    with hotline.wiring.database.connect() as connection:
        (newest,) = entries(connection, 1)
    assert (newest.who, newest.deed, newest.details["pack"]) == (sara.id, "put_on_air", "first_line")


def test_a_recording_taken_back_at_the_last_moment_stays_off_the_air(hotline: Hotline, on_air: OnAir) -> None:
    """Somebody takes a recording back while Sara publishes: callers don't hear it, and she is told what lacks."""
    sara, before = employ(hotline, "Sara", Role.STAFF), _release(hotline)
    change(hotline, voice="Sara", sha=hotline.wiring.media.put(b"RIFF another"))
    look = on_air.prepared

    def taken_back_right_after(pack: Pack) -> Release:
        release = look(pack)
        change(hotline, state="withdrawn")
        return release

    on_air.prepared = taken_back_right_after  # type: ignore[method-assign]
    with hotline.wiring.database.connect() as connection:
        lines = all_lines(connection)
    with pytest.raises(NotReadyForAir) as refused:
        on_air.put(hotline.pack, lines, sara.id, hotline.clock.now)
    assert [reason.kind for reason in refused.value.found] == [Kind.MISSING]
    assert _release(hotline) == before


def test_what_is_not_ready_leaves_the_line_as_it_is(hotline: Hotline, on_air: OnAir) -> None:
    """A clip that nobody approved, or a line that would have nothing to say, and the line plays what it played."""
    sara, before = employ(hotline, "Sara", Role.STAFF), _release(hotline)
    change(hotline, state="withdrawn")
    with pytest.raises(NotReadyForAir) as refused:
        on_air.put(hotline.pack, [LINE], sara.id, hotline.clock.now)
    assert [reason.kind for reason in refused.value.found] == [Kind.MISSING]
    change(hotline, state="approved")
    spare = {key: script for key, script in the_shipped_pack().scripts.items() if key[0] != "call_hello"}
    mute = replace(the_shipped_pack(), scripts=spare)
    with pytest.raises((NoWordsToRingBack, NotReadyForAir)):
        on_air.put(mute, [replace(LINE, flash=True)], sara.id, hotline.clock.now)
    assert _release(hotline) == before
