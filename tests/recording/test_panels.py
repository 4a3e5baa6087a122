"""Listening panels: how they are made, what they bring, and how long what was said in them is kept."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr.audit.log import entries
from ivr.audit.tables import audit_rows
from ivr.people.refusals import ShutFor
from ivr.recording.comments import NoSuchComment, overdue
from ivr.recording.panel_results import Panel, PanelClip, Said
from ivr.recording.panels import (
    CODE_DIGITS,
    NewPanel,
    NoSuchPanel,
    PanelUnusable,
    WrongPanelCode,
    is_panel_code,
)
from ivr.recording.spoken import Recorded
from ivr.recording.tables import panels, spoken
from ivr.store.engine import reading
from ivr.store.ids import new_id
from ivr.vault.errors import CiphertextDamaged
from tests.audio.take_rig import Room
from tests.hotline import Hotline

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 9)
CLIPS = [PanelClip("to_listen", "a" * 64, 3.0), PanelClip("goodbye", "b" * 64, 2.0)]
NOW = 1_772_000_000.0


def make(hotline: Hotline, **changes: object) -> NewPanel:
    values = {
        "title": "Mwanza",
        "language": "sw",
        "clips": CLIPS,
        "opens": FIRST,
        "closes": LAST,
        "by": "sara",
    }
    return hotline.wiring.recording.panels.make(**(values | changes), now=NOW)  # type: ignore[arg-type]


def answer(hotline: Hotline, panel: Panel, said: Said, clip: PanelClip = CLIPS[0], listener: str = "") -> str:
    """A listener, somebody new where nobody is named, keys something; the answer's id."""
    return hotline.wiring.recording.panels.answered(panel, listener or new_id(), clip, said, FIRST)


def comment(hotline: Hotline, answer_id: str, sound: bytes = b"RIFF and so on") -> str:
    """What a listener has said is here; the comment's id."""
    rows = hotline.wiring.recording.spoken
    told = Recorded("twilio", "CA1", f"RE{answer_id}", "", 8.0)
    rows.made(told, "comment", NOW)
    assert rows.keep(told.id, answer_id, NOW)
    [row] = [one for one in rows.due(NOW, 10) if one.id == told.id]
    held = rows.claim(row, NOW)
    assert held is not None
    assert hotline.wiring.recording.comments.keep(held, sound, NOW)
    return told.id


def test_a_panel_has_a_code_that_stands_nowhere(on_air: Hotline) -> None:
    """Sara makes a panel and sees its code once: the database has only a mark of it, and the audit log her deed."""
    made, again = make(on_air), make(on_air)
    assert is_panel_code(made.code)
    assert made.code != again.code
    with on_air.wiring.database.connect() as connection:
        rows = list(connection.execute(select(panels)))
        deed = select(audit_rows.c.who, audit_rows.c.details).where(audit_rows.c.about == made.id)
        [first] = connection.execute(deed)
    assert made.code not in repr(rows)
    assert first.who == "sara"
    assert made.code not in first.details
    assert on_air.wiring.recording.panels.come_in(made.code, "", NOW).id == made.id


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"title": "  "}, "no_title"),
        ({"title": "x" * 81}, "title_too_long"),
        ({"clips": []}, "no_clips"),
        ({"clips": [PanelClip("x", f"{n:064x}", 1.0) for n in range(31)]}, "too_many_clips"),
        ({"closes": FIRST - timedelta(days=1)}, "days"),
        ({"closes": FIRST + timedelta(days=400)}, "days"),
    ],
)
def test_a_panel_that_makes_no_sense_is_not_made(
    on_air: Hotline, changes: dict[str, object], why: str
) -> None:
    """No title, no clips, too many of them, or days that can't be: it is said which."""
    with pytest.raises(PanelUnusable) as refused:
        make(on_air, **changes)
    assert refused.value.why == why


def test_a_clip_named_twice_is_heard_once(on_air: Hotline) -> None:
    """Two ticks for one clip are one."""
    made = make(on_air, clips=[*CLIPS, CLIPS[0]])
    assert list(on_air.wiring.recording.panels.panel(made.id).clips) == CLIPS


def test_results_stand_beside_their_clips(on_air: Hotline) -> None:
    """Three listeners of one panel and one of another: each panel has its own numbers, and the clip has all of them."""
    room = on_air.wiring.recording.panels
    heard, unheard = PanelClip("to_listen", "e" * 64, 3.0), PanelClip("goodbye", "f" * 64, 2.0)
    one, other = (room.panel(make(on_air, clips=[heard, unheard]).id) for _ in range(2))
    for said in (Said.UNDERSTOOD, Said.UNDERSTOOD, Said.OTHERWISE):
        answer(on_air, one, said, heard)
    answer(on_air, other, Said.NOT_UNDERSTOOD, heard)
    first, second = room.results(one.id, FIRST).clips
    assert (first.understood, first.not_understood, first.otherwise, first.listeners) == (2, 0, 1, 3)
    assert (second.sha, second.listeners) == ("f" * 64, 0)
    assert room.results(one.id, FIRST).listeners == 3
    for_clip = room.results_for("e" * 64, FIRST)
    assert for_clip is not None
    assert (for_clip.understood, for_clip.not_understood, for_clip.listeners) == (2, 1, 4)
    assert room.results_for("f" * 64, FIRST) is None


def test_the_last_word_counts_and_silence_takes_back_nothing(on_air: Hotline) -> None:
    """She keys one, then corrects herself; a webhook that comes late with nothing changes nothing."""
    room = on_air.wiring.recording.panels
    panel = room.panel(make(on_air).id)
    ids = {
        answer(on_air, panel, said, listener="zuhura")
        for said in (Said.UNDERSTOOD, Said.OTHERWISE, Said.NOTHING)
    }
    assert len(ids) == 1
    assert room.results(panel.id, FIRST).clips[0].otherwise == 1


def test_a_panel_is_open_from_its_first_day_to_its_last(on_air: Hotline) -> None:
    """Both days are included; closed by hand, it is closed at once."""
    room = on_air.wiring.recording.panels
    panel = room.panel(make(on_air).id)
    days = [FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1)]
    assert [panel.is_open(day) for day in days] == [False, True, True, False]
    room.close(panel.id, FIRST, "sara", NOW)
    assert not room.panel(panel.id).is_open(FIRST)
    with pytest.raises(NoSuchPanel):
        room.close("nothing", FIRST, "sara", NOW)


def test_a_clip_is_withdrawn_when_nobody_stands_by_it(on_air: Hotline, tmp_path: Path) -> None:
    """One recording, sent by two people: it can be heard until both have taken it back. One of the demo voice, which
    nobody recorded, can always be heard."""
    panels_of, room = on_air.wiring.recording.panels, Room(on_air.wiring.database, tmp_path)
    one, other = (room.make(room.send("one", upload_id=name * 16, by=name * 32)) for name in ("a", "b"))
    assert one.clip_sha == other.clip_sha
    found = []
    for take in (None, one, other):
        if take is not None:
            with room.database.begin() as connection:
                room.reviews.withdraw(connection, take.id, NOW)
        found.append(panels_of.is_withdrawn(one.clip_sha))
    assert found == [False, False, True]
    assert not panels_of.is_withdrawn("d" * 64)


def test_who_closes_a_panel_and_who_listens_stands_in_the_log(on_air: Hotline) -> None:
    """A row for closing, and one for each person who has listened to a comment, however often."""
    room = on_air.wiring.recording
    panel = room.panels.panel(make(on_air).id)
    said = comment(on_air, answer(on_air, panel, Said.OTHERWISE))
    for who in ("sara", "sara", "daniel"):
        room.panels.listened(said, who, NOW)
    room.panels.close(panel.id, FIRST, "sara", NOW)
    with reading(on_air.wiring.database) as connection:
        newest = [(row.deed, row.who) for row in entries(connection, 3)]
    assert newest == [("panel_closed", "sara"), ("comment_heard", "daniel"), ("comment_heard", "sara")]
    assert room.comments.shred_due(LAST + timedelta(days=90)) >= 1


def test_closing_it_early_destroys_earlier_what_was_said(on_air: Hotline) -> None:
    """Ninety days are counted from the day on which the panel was closed, and not from the one that was meant; if that
    is undone, on the same day, from the one that was meant."""
    room = on_air.wiring.recording
    panel = room.panels.panel(make(on_air).id)
    said = comment(on_air, answer(on_air, panel, Said.OTHERWISE))
    room.panels.close(panel.id, FIRST, "sara", NOW)
    assert room.comments.shred_due(FIRST + timedelta(days=88)) == 0
    assert room.comments.listen(said, FIRST) == b"RIFF and so on"
    assert not room.panels.reopen(panel.id, LAST, FIRST + timedelta(days=1))
    assert not room.panels.reopen(panel.id, FIRST + timedelta(days=400), FIRST)
    assert room.panels.reopen(panel.id, LAST, FIRST)
    assert room.comments.shred_due(FIRST + timedelta(days=89)) == 0
    assert room.panels.close(panel.id, FIRST, "sara", NOW) == LAST
    assert room.comments.shred_due(FIRST + timedelta(days=89)) == 1
    with pytest.raises(NoSuchComment):
        room.comments.listen(said, FIRST)


def test_after_ninety_days_nobody_hears_a_comment_though_no_worker_has_come(on_air: Hotline) -> None:
    """What listeners were promised holds on the day itself: it doesn't wait for a process that may have stopped."""
    room = on_air.wiring.recording
    panel = room.panels.panel(make(on_air).id)
    said = comment(on_air, answer(on_air, panel, Said.OTHERWISE))
    last = LAST + timedelta(days=89)
    assert room.comments.listen(said, last) == b"RIFF and so on"
    assert len(room.panels.results(panel.id, last).clips[0].comments) == 1
    with pytest.raises(NoSuchComment):
        room.comments.listen(said, last + timedelta(days=1))
    assert room.panels.results(panel.id, last + timedelta(days=1)).clips[0].comments == ()
    with reading(on_air.wiring.database) as connection:
        assert [overdue(connection, last + timedelta(days=more)) for more in (1, 2)] == [0, 1]


def test_a_panel_closed_while_a_comment_is_being_sealed_destroys_it_as_early(on_air: Hotline) -> None:
    """Sara closes the panel in the moment in which a worker keeps what somebody has said."""
    room = on_air.wiring.recording
    panel = room.panels.panel(make(on_air).id)
    sealing = room.comments._voices
    answered = answer(on_air, panel, Said.OTHERWISE)

    class Closing:
        def seal(self, voice_id: str, sound: bytes, needed_until: float) -> bytes:
            room.panels.close(panel.id, FIRST, "sara", NOW)
            return sealing.seal(voice_id, sound, needed_until)

    room.comments._voices = Closing()  # type: ignore[assignment]
    said = comment(on_air, answered)
    room.comments._voices = sealing
    with reading(on_air.wiring.database) as connection:
        kept = connection.execute(select(spoken.c.shred_on).where(spoken.c.id == said)).scalar_one()
    assert kept == FIRST + timedelta(days=89)


def test_a_comment_cannot_be_put_in_the_place_of_another(on_air: Hotline) -> None:
    """Whoever can write to the database can't make one listener's words another's."""
    room = on_air.wiring.recording
    panel = room.panels.panel(make(on_air).id)
    one, other = (comment(on_air, answer(on_air, panel, Said.OTHERWISE), text) for text in (b"1", b"2"))
    with on_air.wiring.database.begin() as connection:
        sealed = connection.execute(select(spoken.c.sealed).where(spoken.c.id == one)).scalar()
        connection.execute(spoken.update().where(spoken.c.id == other).values(sealed=sealed))
    with pytest.raises(CiphertextDamaged):
        room.comments.listen(other, FIRST)


def test_guessing_from_phones_without_a_number_is_slow_and_shuts_nobody_out_for_long(
    on_air: Hotline,
) -> None:
    """After two hundred wrong codes one a minute is looked at; whoever has the right one waits no longer than that."""
    room, made = on_air.wiring.recording.panels, make(on_air)
    wrong = "0" * CODE_DIGITS if made.code[0] != "0" else "1" * CODE_DIGITS
    looked_at, now = 0, NOW + 86_400
    for _ in range(260):
        now += 1
        try:
            room.come_in(wrong, "", now)
        except WrongPanelCode:
            looked_at += 1
        except ShutFor as shut:
            assert shut.seconds <= 60
    assert looked_at < 210
    assert room.come_in(made.code, "", now + 61).id == made.id
