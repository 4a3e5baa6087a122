"""A second person who speaks the language hears each take before anybody else does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from audio.erasing import UNDO_SECONDS
from audio.fingerprint import script_fingerprint
from audio.take_rows import Take
from audio.take_states import NotNow, TakeState
from audio.takes import TakeChanged
from ivr.recording.reviewing import (
    NoReason,
    NothingToReview,
    NotYoursToReview,
    NotYoursToUndo,
    OldWords,
    OtherLanguage,
    OwnRecording,
    TooLate,
)
from ivr.recording.sent_back import still_wanted
from tests.hotline import the_shipped_pack
from tests.recording.room_rig import (
    DANIEL,
    DAY,
    JOSEPH,
    KEY,
    LEILA,
    MALLORY,
    NOW,
    SARA,
    PeopledRoom,
    peopled_room,
    reworded,
)

DAY_SECONDS = 86_400


@pytest.fixture
def room(database: Engine, tmp_path: Path) -> PeopledRoom:
    return peopled_room(database, tmp_path)


def played(room: PeopledRoom) -> str:
    found = room.library.clips_for({KEY: script_fingerprint(room.script().text)})
    return found[KEY].sha if KEY in found else ""


def test_whoever_speaks_the_language_approves(room: PeopledRoom) -> None:
    """Joseph, a helper who speaks Swahili, approves Sara's recording, and the log says so without naming a voice."""
    take = room.to_review()
    approved = room.reviewing.approve(JOSEPH.id, take.id, NOW)
    assert (approved.state, approved.reviewed_by) == (TakeState.APPROVED, JOSEPH.id)
    assert played(room) == take.clip_sha
    assert room.deeds() == [("Joseph", "clip_approved", {"prompt": "breathing", "language": "sw"})]


def test_nobody_approves_their_own_recording_or_one_they_cannot_follow(room: PeopledRoom) -> None:
    """Not Sara, who recorded it; not Leila, who doesn't speak Swahili; not Mallory, whose role has no part in it."""
    take = room.to_review()
    for person, refusal in ((SARA, OwnRecording), (LEILA, OtherLanguage), (MALLORY, NotYoursToReview)):
        with pytest.raises(refusal):
            room.reviewing.may_review(person, take)
        for decide in (
            lambda who: room.reviewing.approve(who, take.id, NOW),
            lambda who: room.reviewing.ask_again(who, take.id, "too fast", None, NOW),
            lambda who: room.reviewing.roll_back(who, take.id, NOW),
        ):
            with pytest.raises(refusal):
                decide(person.id)
    assert room.takes.take(take.id) == take
    assert room.deeds() == []


def test_a_recording_of_old_words_is_approved_by_nobody(room: PeopledRoom) -> None:
    """While Joseph listens the script is changed: what he hears isn't what is to be said any more."""
    take = room.to_review()
    room.drafts.bring(reworded(the_shipped_pack(), KEY, "Pumua polepole."), DAY)
    with pytest.raises(OldWords):
        room.reviewing.approve(JOSEPH.id, take.id, NOW)
    assert room.takes.take(take.id).state is TakeState.TO_REVIEW
    sent_back = room.reviewing.ask_again(JOSEPH.id, take.id, "the words have changed", None, NOW)
    assert sent_back.state is TakeState.AGAIN


def test_a_recording_of_old_words_is_put_on_top_by_nobody(room: PeopledRoom) -> None:
    """What was approved of the old words can't be brought back before that of the new ones."""
    older = room.to_review()
    room.reviewing.approve(JOSEPH.id, older.id, NOW)
    room.drafts.bring(reworded(the_shipped_pack(), KEY, "Pumua polepole."), DAY)
    newer = room.to_review("two")
    room.reviewing.approve(JOSEPH.id, newer.id, NOW)
    with pytest.raises(OldWords):
        room.reviewing.roll_back(JOSEPH.id, older.id, NOW)
    assert played(room) == newer.clip_sha


def test_nobody_approves_their_own_file_that_somebody_else_has_sent_too(room: PeopledRoom) -> None:
    """Daniel sends Sara's very file in another voice's name: it is hers all the same, whoever sent it."""
    room.to_review()
    values = {"prompt": KEY[0], "language": KEY[1], "voice": "Otto", "by": DANIEL.id}
    again = room.make(room.send("one", upload_id="from-daniel", **values))
    with pytest.raises(OwnRecording):
        room.reviewing.may_review(SARA, again)
    room.reviewing.may_review(JOSEPH, again)


def test_another_take_is_asked_for_with_a_reason(room: PeopledRoom) -> None:
    """Joseph says why and where, a number that he types by mistake is hidden, and without a reason nothing happens."""
    take = room.to_review()
    for empty in ("", "  \n"):
        with pytest.raises(NoReason):
            room.reviewing.ask_again(JOSEPH.id, take.id, empty, None, NOW)
    sent_back = room.reviewing.ask_again(
        JOSEPH.id, take.id, "a dog barks; call me +12025550148 " + "x" * 300, 2.5, NOW
    )
    assert sent_back.reason.startswith("a dog barks; call me +•••")
    assert len(sent_back.reason) == 200
    assert sent_back.reason_at == 2.5
    assert room.deeds()[0][:2] == ("Joseph", "take_sent_back")


def test_another_take_is_wanted_until_there_is_one(room: PeopledRoom) -> None:
    """Sara records again: nobody has to be told any more. When that take is withdrawn, it is wanted once more; when
    Joseph takes his wish back, it isn't."""
    take = room.to_review()
    room.reviewing.ask_again(JOSEPH.id, take.id, "too fast", None, NOW)
    assert wanted(room, take) == {take.id}
    newer = room.send("newer", prompt=KEY[0], language=KEY[1], by=SARA.id)
    assert wanted(room, take) == set()
    room.reviewing.withdraw(SARA.id, newer.id, NOW)
    assert wanted(room, take) == {take.id}
    room.reviewing.undo(JOSEPH.id, take.id, NOW)
    assert wanted(room, take) == set()


def wanted(room: PeopledRoom, take: Take) -> set[str]:
    with room.database.connect() as connection:
        return still_wanted(connection, [take.id])


def test_an_earlier_take_comes_back(room: PeopledRoom) -> None:
    """The new take turns out to be worse: Joseph goes back to the one before, and both deeds are in the log."""
    one, two = (room.to_review(sound) for sound in ("one", "two"))
    for take in (one, two):
        room.reviewing.approve(JOSEPH.id, take.id, NOW)
    assert played(room) == two.clip_sha
    room.reviewing.roll_back(JOSEPH.id, one.id, NOW)
    assert played(room) == one.clip_sha
    assert [deed for _, deed, _ in room.deeds()] == ["clip_approved", "clip_approved", "clip_rolled_back"]


def test_whoever_recorded_it_and_staff_may_take_it_back(room: PeopledRoom) -> None:
    """Joseph withdraws what he recorded; Sara, as staff, what others did; Daniel can't, and a second time there is
    nothing to withdraw."""
    own, other = room.to_review("one", by=JOSEPH), room.to_review("two", by=JOSEPH)
    with pytest.raises(NotYoursToReview):
        room.reviewing.withdraw(DANIEL.id, own.id, NOW)
    room.reviewing.withdraw(JOSEPH.id, own.id, NOW)
    room.reviewing.withdraw(SARA.id, other.id, NOW)
    with pytest.raises(NotNow):
        room.reviewing.withdraw(SARA.id, other.id, NOW)
    assert [who for who, _, _ in room.deeds()] == ["Joseph", "Sara"]


def test_what_the_speaker_took_back_nobody_else_brings_again(room: PeopledRoom) -> None:
    """Sara puts back what she as staff withdrew, and Joseph, whose voice it is, may too; what Joseph took back himself
    is his alone to bring again. Daniel, who is no staff, can undo neither."""
    take = room.to_review("one", by=JOSEPH)
    for who, undoes, refused in ((SARA, SARA, DANIEL), (SARA, JOSEPH, DANIEL), (JOSEPH, JOSEPH, SARA)):
        room.reviewing.withdraw(who.id, take.id, NOW)
        with pytest.raises(NotYoursToUndo):
            room.reviewing.undo(refused.id, take.id, NOW)
        assert room.reviewing.may_undo(undoes, room.takes.take(take.id), NOW)
        assert room.reviewing.undo(undoes.id, take.id, NOW).state is TakeState.TO_REVIEW
    assert [deed for _, deed, _ in room.deeds()] == ["take_withdrawn", "take_put_back"] * 3


def test_undoing_brings_back_the_state_that_was(room: PeopledRoom) -> None:
    """A take that waits for a worker, that waits for a review, that is approved, and that was sent back: each stands
    where it stood when it was withdrawn, with whoever approved it and why it was sent back."""
    waiting = room.send("new", prompt=KEY[0], language=KEY[1], voice="Sara", by=SARA.id)
    unmatched = room.send("file", prompt="", language="", by=SARA.id)
    reviewed, approved, again = (room.to_review(sound) for sound in ("one", "two", "three"))
    room.reviewing.approve(JOSEPH.id, approved.id, NOW)
    room.reviewing.ask_again(JOSEPH.id, again.id, "too fast", 1.5, NOW)
    for take_id in (waiting.id, unmatched.id, reviewed.id, approved.id, again.id):
        before = room.takes.take(take_id)
        room.reviewing.withdraw(SARA.id, take_id, NOW)
        assert played(room) == ("" if take_id == approved.id else approved.clip_sha)
        after = room.reviewing.undo(SARA.id, take_id, NOW)
        assert replace(after, version=0, touched_at=0) == replace(before, version=0, touched_at=0)
    assert played(room) == approved.clip_sha
    assert room.asked.count(waiting.id) == 2


def test_undoing_is_safe_whatever_happened_meanwhile(room: PeopledRoom) -> None:
    """A later take was approved before Joseph undoes: the earlier one is approved as before and the later one is
    played. Pressed twice, or after somebody else acted, nothing is done a second time; after a week it is too late."""
    one = room.to_review("one")
    room.reviewing.approve(DANIEL.id, one.id, NOW)
    room.reviewing.ask_again(JOSEPH.id, one.id, "too fast", 1.5, NOW)
    two = room.to_review("two")
    room.reviewing.approve(JOSEPH.id, two.id, NOW)
    with pytest.raises(NotYoursToUndo):
        room.reviewing.undo(DANIEL.id, one.id, NOW)
    with pytest.raises(TooLate):
        room.reviewing.undo(JOSEPH.id, one.id, NOW + UNDO_SECONDS + DAY_SECONDS)
    undone = room.reviewing.undo(JOSEPH.id, one.id, NOW)
    assert (undone.state, undone.reviewed_by, undone.reason) == (TakeState.APPROVED, DANIEL.id, "")
    assert played(room) == two.clip_sha
    with pytest.raises(NotNow):
        room.reviewing.undo(JOSEPH.id, one.id, NOW)
    room.reviewing.roll_back(JOSEPH.id, one.id, NOW)
    assert played(room) == one.clip_sha
    room.reviewing.withdraw(SARA.id, two.id, NOW)
    with pytest.raises(TooLate):
        room.reviewing.undo(SARA.id, two.id, NOW + UNDO_SECONDS + 1)


def test_words_that_were_therapeutic_once_need_a_supervisor_ever_after(room: PeopledRoom) -> None:
    """Somebody changes a therapeutic text and takes the mark away from it: Daniel is asked all the same."""
    pack = the_shipped_pack()
    shipped = pack.scripts[KEY]
    assert shipped.therapeutic
    room.drafts.bring(pack, DAY)
    room.reviewing.review_clinically(DANIEL.id, *KEY, script_fingerprint(shipped.text), NOW)
    changed = reworded(pack, KEY, "Pumua haraka.")
    unmarked = replace(changed.scripts[KEY], therapeutic=False)
    changed = replace(changed, scripts={**changed.scripts, KEY: unmarked})
    room.drafts.bring(changed, DAY)
    assert room.shelves.cells(changed)[KEY].needs_clinical
    room.reviewing.review_clinically(DANIEL.id, *KEY, script_fingerprint(unmarked.text), NOW)
    assert not room.shelves.cells(changed)[KEY].needs_clinical


def test_pressed_twice_at_once_it_is_undone_once(room: PeopledRoom) -> None:
    """Sara's line is slow and she presses Undo in two tabs: the take is put back once, and the other is told."""
    take = room.to_review("one")
    room.reviewing.withdraw(SARA.id, take.id, NOW)

    def undo(_: int) -> str:
        try:
            room.reviewing.undo(SARA.id, take.id, NOW)
        except (NotNow, TakeChanged):
            return "told"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(undo, range(2))) == ["done", "told"]
    assert [deed for _, deed, _ in room.deeds()] == ["take_withdrawn", "take_put_back"]


def test_a_therapeutic_script_is_agreed_to_in_its_very_words(room: PeopledRoom) -> None:
    """Daniel agrees to the words that he has read, once; when they change, somebody has to read them again."""
    pack = the_shipped_pack()
    fingerprint = script_fingerprint(room.script().text)
    assert room.shelves.cells(pack)[KEY].needs_clinical
    with pytest.raises(NotYoursToReview):
        room.reviewing.review_clinically(JOSEPH.id, *KEY, fingerprint, NOW)
    for _ in range(2):
        room.reviewing.review_clinically(DANIEL.id, *KEY, fingerprint, NOW)
    assert not room.shelves.cells(pack)[KEY].needs_clinical
    changed = reworded(pack, KEY, "Pumua polepole.")
    room.drafts.bring(changed, DAY)
    assert room.shelves.cells(changed)[KEY].needs_clinical
    with pytest.raises(OldWords):
        room.reviewing.review_clinically(DANIEL.id, *KEY, fingerprint, NOW)
    with pytest.raises(NothingToReview):
        room.reviewing.review_clinically(DANIEL.id, "press_1", "sw", fingerprint, NOW)


def test_only_staff_say_that_two_voices_are_meant(room: PeopledRoom) -> None:
    """Sara means it, and takes it back; Joseph can't."""
    with pytest.raises(NotYoursToReview):
        room.reviewing.mean_mix(JOSEPH.id, "first_line", "sw", "first_line: main", NOW)
    room.reviewing.mean_mix(SARA.id, "first_line", "sw", "first_line: main", NOW)
    assert room.voices.meant("first_line") == {("sw", "first_line: main")}
    room.reviewing.mean_mix(SARA.id, "first_line", "sw", "first_line: main", NOW, meant=False)
    assert room.voices.meant("first_line") == set()
    assert [deed for _, deed, _ in room.deeds()] == ["voices_mixed", "voices_parted"]
