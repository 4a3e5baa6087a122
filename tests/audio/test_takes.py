"""Takes in the database: kept once, worked on once, approved once, whoever does it at the same time."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, update

from audio.fingerprint import script_fingerprint
from audio.limits import Limits
from audio.refusals import TooLarge
from audio.sent import OtherSound, UploadIdTaken, UploadIdUnusable
from audio.tables import clips, takes
from audio.take_rows import Take
from audio.take_states import MOST_TRIES, NotNow, TakeState
from audio.take_work import LOST_SECONDS, NEVER_CAME_SECONDS
from audio.takes import WORKERS_LOST, TakeChanged, TakeUnknown
from tests.audio.take_rig import DANIEL, DAY, FINGERPRINT, NOW, SARA, Room


@pytest.fixture
def room(database: Engine, tmp_path: Path) -> Room:
    """An empty recording room, on each kind of database in turn."""
    return Room(database, tmp_path)


def count(room: Room, table: Any) -> int:
    with room.database.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_what_was_sent_is_kept_as_it_came(room: Room) -> None:
    """Sara's recording is there, byte for byte, with who sent it for which words, and a worker is asked for."""
    take = room.send("one", file_name="C:\\phone\\breathing\n.webm")
    assert room.originals.read(take.original_sha) == b"one"
    assert (take.state, take.number, take.recorded_by) == (TakeState.RECEIVED, 1, SARA)
    assert (take.key, take.voice, take.script_fingerprint) == (("breathing", "en"), "Sara", FINGERPRINT)
    assert take.file_name == "breathing.webm"
    assert room.asked == [take.id]
    assert room.send("two").number == 2


def test_what_is_sent_again_over_a_bad_line_is_one_take(room: Room) -> None:
    """A phone that never got the answer sends once more, from two tabs at once: one take, and one worker's job."""
    with ThreadPoolExecutor(4) as pool:
        ids = {take.id for take in pool.map(lambda _: room.send("one"), range(8))}
    assert len(ids) == 1
    assert count(room, takes) == 1
    assert set(room.asked) == ids


def test_an_id_of_somebody_else_is_not_taken_over(room: Room) -> None:
    """Mallory sends under the id of Sara's take, for another prompt or as another person, and learns nothing of it."""
    take = room.send("one")
    for change in ({"by": DANIEL}, {"prompt": "sleep"}, {"language": "fr"}):
        with pytest.raises(UploadIdTaken):
            room.send("one", **change)
    for name in ("", "short", "x" * 65, "../../etc/passwd", "a b c d e f"):
        with pytest.raises(UploadIdUnusable):
            room.send("two", upload_id=name)
    assert room.takes.takes_of("breathing", "en") == [take]


def test_another_sound_under_the_same_id_is_not_told_as_kept(room: Room, tmp_path: Path) -> None:
    """Whatever was recorded is kept or refused aloud: a second sound under one id, however it comes, is never taken for
    the first, nor where both come in the same moment."""
    take = room.send("one")
    file = tmp_path / "two"
    file.write_bytes(b"two")
    for content in (b"two", file):
        with pytest.raises(OtherSound):
            room.send("one", content=content)
    file.write_bytes(b"one")
    assert room.send("one", content=file) == take

    def send(sound: bytes) -> str:
        try:
            return room.send(upload_id="at-the-same-time", content=sound).original_sha
        except OtherSound:
            return "told"

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(send, (b"three", b"four") * 2))
    assert set(told) == {"told", room.send(upload_id="at-the-same-time", content=_won(room)).original_sha}


def _won(room: Room) -> bytes:
    newest = room.takes.takes_of("breathing", "en")[0]
    return room.originals.read(newest.original_sha)


def test_what_is_too_large_for_a_recording_is_refused_unread(room: Room, tmp_path: Path) -> None:
    """A film sent by mistake is refused by its size, and nothing of it is kept."""
    film = tmp_path / "film.mp4"
    with film.open("wb") as file:
        file.truncate(Limits().size + 1)
    with pytest.raises(TooLarge):
        room.send(content=film)
    assert list(room.originals.names()) == []


def test_a_file_without_a_script_waits_until_somebody_says_which(room: Room, tmp_path: Path) -> None:
    """A file that nothing is known of is kept, and worked on as soon as Sara has matched it."""
    file = tmp_path / "AUD-0007.amr"
    file.write_bytes(b"seven")
    take = room.send(content=file, upload_id="file-0007", prompt="", language="", voice="", source="file")
    assert (take.state, take.script_fingerprint, take.number) == (TakeState.MATCHING, "", 0)
    assert room.asked == []
    matched = room.takes.match(take.id, "breathing", "Sara", FINGERPRINT, NOW, language="en")
    assert (matched.state, matched.key, matched.number) == (TakeState.RECEIVED, ("breathing", "en"), 1)
    assert room.asked == [take.id]
    assert room.send(content=file, upload_id="file-0007", prompt="", language="", voice="") == matched
    with pytest.raises(NotNow):
        room.takes.match(take.id, "sleep", "Sara", FINGERPRINT, NOW)


def test_a_recording_made_by_phone_comes_later(room: Room) -> None:
    """Sara records by phone: the take is there at once, its sound when the provider has it, once however often told."""
    wanted = {"prompt": "breathing", "language": "en", "voice": "Sara", "fingerprint": FINGERPRINT}
    told = {"upload_id": "call-0001", "by": SARA, "today": DAY, "now": NOW, **wanted}
    take = room.takes.expect(**told)
    assert room.takes.expect(**told) == take
    assert (take.state, take.original_sha, room.asked) == (TakeState.AT_PROVIDER, "", [])
    fetched = room.takes.fetched(take.id, b"spoken", NOW)
    assert (fetched.state, room.originals.read(fetched.original_sha)) == (TakeState.RECEIVED, b"spoken")
    assert room.asked == [take.id]
    with pytest.raises(NotNow):
        room.takes.fetched(take.id, b"spoken too late", NOW)
    assert list(room.originals.names()) == [fetched.original_sha]


def test_what_never_came_from_the_provider_is_given_up(room: Room) -> None:
    """A week later nobody waits any more for a recording made by phone: whoever made it learns that it is lost."""
    wanted = {"prompt": "breathing", "language": "en", "voice": "Sara", "fingerprint": FINGERPRINT}
    take = room.takes.expect(upload_id="call-0001", by=SARA, today=DAY, now=NOW, **wanted)
    assert room.work.give_up_on_providers(NOW + NEVER_CAME_SECONDS) == 0
    assert room.work.give_up_on_providers(NOW + NEVER_CAME_SECONDS + 1) == 1
    refused = room.takes.take(take.id)
    assert (refused.state, refused.refusal) == (TakeState.REFUSED, "never_came")


def test_two_workers_at_once_make_a_clip_once(room: Room) -> None:
    """A job that is put on the queue twice, as queues do, is done by one worker; the other finds nothing to do."""
    take = room.send()
    with ThreadPoolExecutor(8) as pool:
        begun = [one for one in pool.map(lambda _: room.work.begin(take.id, NOW), range(8)) if one]
    assert len(begun) == 1
    assert begun[0].tries == 1
    assert room.work.finish(begun[0], room.made(begun[0]), NOW)
    assert not room.work.finish(begun[0], room.made(begun[0]), NOW)
    assert room.takes.take(take.id).state is TakeState.TO_REVIEW


def test_a_killed_worker_is_noticed_and_its_take_made_by_the_next(room: Room) -> None:
    """A worker dies half-way: after some minutes the take waits again, and the dead one's late word counts no more."""
    take = room.send()
    dead = room.work.begin(take.id, NOW)
    assert dead is not None
    assert room.work.find_lost(NOW + LOST_SECONDS - 1) == 0
    assert room.work.find_lost(NOW + LOST_SECONDS + 1) == 1
    assert room.work.waiting(NOW + LOST_SECONDS + 1, most=9) == [take.id]
    assert not room.work.finish(dead, room.made(dead), NOW)
    assert room.make(take, NOW + 999).state is TakeState.TO_REVIEW


def test_what_stops_every_worker_is_refused_in_the_end(room: Room) -> None:
    """A recording that kills whoever opens it doesn't keep workers from their work for ever."""
    take, now = room.send(), NOW
    for _ in range(MOST_TRIES):
        assert room.work.begin(take.id, now) is not None
        now += LOST_SECONDS + 1
        assert room.work.find_lost(now) == 1
    refused = room.takes.take(take.id)
    assert (refused.state, refused.refusal) == (TakeState.REFUSED, WORKERS_LOST)
    assert room.work.begin(take.id, now) is None


def test_what_was_given_up_can_be_tried_again(room: Room) -> None:
    """The workers died of something else, or a newer Warmline can read it: nobody has to record it again."""
    take = room.send()
    for _ in range(MOST_TRIES):
        begun = room.work.begin(take.id, NOW)
        assert begun is not None
        assert room.work.lose(begun, NOW)
        assert not room.work.lose(begun, NOW)
    other = room.send("two")
    room.takes.refuse(other.id, "silent", NOW)
    assert [one.id for one in room.work.begin_anew(NOW)] == [take.id]
    assert (room.takes.take(take.id).refusal, room.takes.take(take.id).tries) == ("", 0)
    assert room.make(take).state is TakeState.TO_REVIEW
    assert room.takes.take(other.id).refusal == "silent"


def test_a_file_that_is_kept_without_a_row_does_no_harm(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between keeping a recording and noting it: sent again, it is one take, and its sound lies there once."""
    monkeypatch.setattr(room.takes, "_insert", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        room.send()
    monkeypatch.undo()
    assert count(room, takes) == 0
    take = room.send()
    assert list(room.originals.names()) == [take.original_sha]


def test_a_clip_that_is_kept_without_a_row_does_no_harm(room: Room) -> None:
    """Killed between keeping the clip and noting it: the next worker makes the same clip, and it lies there once."""
    take = room.send()
    begun = room.work.begin(take.id, NOW)
    assert begun is not None
    room.made(begun)
    room.work.find_lost(NOW + LOST_SECONDS + 1)
    done = room.make(take, NOW + 999)
    assert list(room.media.names()) == [done.clip_sha]


def test_what_was_approved_is_what_is_published_next(room: Room) -> None:
    """Nobody hears a take before it is approved; then it is the one that is published."""
    take = room.make(room.send())
    assert room.played() == ""
    approved = room.approve(take)
    assert (approved.state, approved.reviewed_by, approved.reviewed_on) == (TakeState.APPROVED, DANIEL, DAY)
    assert room.played() == approved.clip_sha
    with pytest.raises(NotNow):
        room.approve(take)


def test_a_later_take_goes_first_and_an_earlier_one_can_be_raised_again(room: Room) -> None:
    """Rolling back is one step, and so is going forward again."""
    one, two = (room.approve(room.make(room.send(sound))) for sound in ("one", "two"))
    assert room.played() == two.clip_sha
    for take in (one, two, one):
        with room.database.begin() as connection:
            room.reviews.roll_back_to(connection, take.id, DANIEL, DAY)
        assert room.played() == take.clip_sha
    assert count(room, clips) == 2


def test_what_a_reviewer_sends_back_is_published_no_more(room: Room) -> None:
    """Daniel hears a mistake in what was approved: an earlier take is published next, and his reason stands there."""
    one, two = (room.approve(room.make(room.send(sound))) for sound in ("one", "two"))
    with room.database.begin() as connection:
        again = room.reviews.ask_again(connection, two.id, DANIEL, "a door slams", 1.5, DAY)
    assert (again.state, again.reason, again.reason_at) == (TakeState.AGAIN, "a door slams", 1.5)
    assert room.played() == one.clip_sha
    with room.database.begin() as connection:
        room.reviews.withdraw(connection, one.id, NOW)
    assert room.played() == ""
    with room.database.begin() as connection, pytest.raises(NotNow):
        room.reviews.roll_back_to(connection, one.id, DANIEL, DAY)


def test_two_reviewers_at_once_do_not_both_decide(room: Room) -> None:
    """One approves and the other sends back in the same moment: one of them is told that the take has changed."""
    take = room.make(room.send())

    def decide(approves: bool) -> str:
        try:
            with room.database.begin() as connection:
                if approves:
                    room.reviews.approve(connection, take.id, DANIEL, DAY)
                else:
                    room.reviews.withdraw(connection, take.id, NOW)
        except (TakeChanged, NotNow):
            return "told"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        found = sorted(pool.map(decide, (True, False)))
    state = room.takes.take(take.id).state
    # Withdrawing what was approved a moment before is fine; approving what was withdrawn isn't.
    assert (found == ["done", "told"]) or (found == ["done", "done"] and state is TakeState.WITHDRAWN)
    assert (room.played() != "") == (state is TakeState.APPROVED)


def test_an_improved_pipeline_makes_clips_anew_and_approves_nothing(room: Room) -> None:
    """What was approved stays approved with its new clip; what waits for a review goes on waiting."""
    approved = room.approve(room.make(room.send("one")))
    waiting = room.make(room.send("two"))
    for take in (approved, waiting):
        assert room.work.remade(take, room.made(take, pipeline="4"))
    assert not room.work.remade(waiting, room.made(waiting, pipeline="5"))
    now = room.takes.take(approved.id)
    assert (now.state, now.pipeline) == (TakeState.APPROVED, "4")
    assert room.played() == now.clip_sha != approved.clip_sha
    assert room.takes.take(waiting.id).state is TakeState.TO_REVIEW
    assert not room.work.remade(room.send("three"), room.made(waiting))


def test_one_file_sent_before_and_after_an_upgrade_is_one_clip(room: Room) -> None:
    """Sara sends a file again after Warmline was renewed, and both are approved: making the older one anew ends in the
    newer one's clip, however often, and it stays as long as one of the two is approved."""
    older = room.send("one")
    begun = room.work.begin(older.id, NOW)
    assert begun is not None
    assert room.work.finish(begun, room.made(begun, pipeline="2"), NOW)
    older = room.approve(room.takes.take(older.id))
    newer = room.approve(room.make(room.send("one", upload_id="sent-again", by=DANIEL)))
    for _ in range(2):
        assert room.work.remade(room.takes.take(older.id), room.made(older))
    assert (room.takes.take(older.id).clip_sha, room.played()) == (newer.clip_sha, newer.clip_sha)
    for take in (newer, older):
        assert room.played() == newer.clip_sha
        with room.database.begin() as connection:
            room.reviews.withdraw(connection, take.id, NOW)
    assert room.played() == ""


def test_one_file_of_two_people_stays_as_long_as_one_is_approved(room: Room) -> None:
    """The same file from two people is one clip: taking the second back leaves the first approved and playable, and
    each withdrawal can be undone."""
    first = room.approve(room.make(room.send("one")))
    second = room.approve(room.make(room.send("one", upload_id="from-daniel", by=DANIEL)))
    with room.database.begin() as connection:
        room.reviews.withdraw(connection, second.id, NOW)
    assert room.played() == first.clip_sha
    with room.database.begin() as connection:
        assert room.reviews.undo_withdrawing(connection, second.id, NOW).state is TakeState.APPROVED
    for take in (second, first):
        with room.database.begin() as connection:
            room.reviews.withdraw(connection, take.id, NOW)
    assert room.played() == ""
    with room.database.begin() as connection:
        assert room.reviews.undo_withdrawing(connection, first.id, NOW).state is TakeState.APPROVED
    assert room.played() == first.clip_sha


def test_many_at_once_are_numbered_and_approved_one_after_the_other(room: Room) -> None:
    """Eight recordings of one prompt come in the same moment, and are approved in the same moment, forwards and
    backwards: no number is given twice, and nobody waits for somebody who waits."""
    with ThreadPoolExecutor(4) as pool:
        sent = list(pool.map(room.send, (f"recording {number}" for number in range(8))))
        assert sorted(take.number for take in sent) == list(range(1, 9))
        approved = list(pool.map(room.approve, [room.make(take) for take in sent]))
        again = [*approved, *reversed(approved)]

        def raise_it(take: Take) -> None:
            # Somebody faster with the very same take is told as ever.
            with suppress(TakeChanged), room.database.begin() as connection:
                room.reviews.roll_back_to(connection, take.id, DANIEL, DAY)

        list(pool.map(raise_it, again))
    with room.database.connect() as connection:
        numbers = list(connection.execute(select(clips.c.take)).scalars())
    assert len(set(numbers)) == 8


def test_a_changed_script_leaves_its_old_recording_behind(room: Room) -> None:
    """Other words: what was approved before is no longer what is played."""
    room.approve(room.make(room.send()))
    assert room.played(script_fingerprint("Breathe out slowly.")) == ""


def test_a_take_that_was_never_there_is_said_so(room: Room) -> None:
    """An old link to a take that is gone isn't an error of the program, and an old job finds nothing to do."""
    with pytest.raises(TakeUnknown):
        room.takes.take("0" * 32)
    assert room.work.begin("0" * 32, NOW) is None


def test_whoever_waits_longest_is_looked_at_first(room: Room) -> None:
    """Recordings are worked on, and shown for review, in the order in which they came."""
    first, second = (room.send(sound) for sound in ("one", "two"))
    with room.database.begin() as connection:
        connection.execute(update(takes).where(takes.c.id == second.id).values(touched_at=NOW - 60))
    assert room.work.waiting(NOW, most=9) == [second.id, first.id]
    assert room.work.waiting(NOW - 1, most=9) == [second.id]
    assert [one.id for one in room.takes.in_states(TakeState.RECEIVED, language="en")] == [
        second.id,
        first.id,
    ]
    assert room.takes.in_states(TakeState.RECEIVED, language="sw") == []


def test_the_same_recording_for_two_scripts_is_found(room: Room) -> None:
    """The wrong language folder: one recording sent for two languages is named in the report of the second."""
    first = room.make(room.send("one"))
    second = room.make(room.send("one", upload_id="another-id", language="sw"))
    again = room.make(room.send("two"))
    codes = [[one["code"] for one in take.report["findings"]] for take in (first, second, again)]
    assert codes == [[], ["same_as_other"], []]


def test_the_same_recording_as_two_kinds_of_file_is_found(room: Room) -> None:
    """Sent on through a messenger it is another file, and sounds the same all the same."""
    room.make(room.send("one"))
    take = room.send("as a message", language="fr")
    begun = room.work.begin(take.id, NOW)
    assert begun is not None
    heard = room.takes.takes_of("breathing", "en")[0]
    made = dataclasses.replace(room.made(begun), waveform=heard.waveform)
    assert room.work.finish(begun, made, NOW)
    assert room.takes.take(take.id).report["findings"] == [{"code": "same_as_other", "at": None}]
