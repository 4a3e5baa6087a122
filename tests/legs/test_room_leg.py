"""The recording room by phone, webhook by webhook, on both databases."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from audio.fingerprint import script_fingerprint
from audio.tables import takes
from ivr.audit.log import COMMAND_LINE
from ivr.people.roles import Role
from ivr.people.tables import people
from ivr.recording.tables import spoken, voices
from ivr.store.tables import calls
from tests.calling_back import PASSWORD, PIN
from tests.hotline import TODAY, Hotline
from tests.legs.phoning import Phone

CHOICES = ["room_keep", "press_1", "room_again", "press_2", "room_skip", "press_3"]
HOW = "room_how"
_numbers = itertools.count()


@dataclass
class Room:
    """Three texts have new words in English, and two in Swahili, since they were recorded."""

    hotline: Hotline
    due: list[int] = field(default_factory=list)
    """Their numbers on the sheet, lowest first."""

    def employ(self, *roles: Role, languages: tuple[str, ...] = ("en",)) -> str:
        """Somebody with a PIN; the phone code."""
        rooms, now = self.hotline.wiring.people, self.hotline.clock.now
        name = f"Sara {next(_numbers)}"
        invited = rooms.accounts.invite(COMMAND_LINE, name, name.replace(" ", "").lower(), roles, now)
        person = rooms.accounts.join(invited.token, PASSWORD, now)
        rooms.profiles.change(
            person.id,
            name=name,
            languages=languages,
            gender="",
            time_zone="Africa/Nairobi",
            reads="",
            now=now,
        )
        return str(rooms.pins.set(person.id, PIN, now))

    def comes_in(self, code: str) -> Phone:
        """Rings, presses hash, keys code and PIN."""
        return Phone(self.hotline).key(code).key(PIN)

    def rings(self, *roles: Role, languages: tuple[str, ...] = ("en",)) -> Phone:
        """The same for somebody new, who is staff where nothing else is said."""
        return self.comes_in(self.employ(*(roles or (Role.STAFF,)), languages=languages))

    def takes(self) -> list[Any]:
        with self.hotline.wiring.database.connect() as connection:
            return list(connection.execute(select(takes).order_by(takes.c.prompt)))

    def prompt(self, number: int) -> str:
        return self.hotline.wiring.recording.drafts.prompt_of(number) or ""


@pytest.fixture
def room(on_air: Hotline) -> Iterator[Room]:
    """Nothing has been read to the phone yet."""
    drafts, pack = on_air.wiring.recording.drafts, on_air.pack
    changed = {
        ("goodbye", "en"),
        ("to_listen", "en"),
        ("breathing", "en"),
        ("goodbye", "sw"),
        ("to_listen", "sw"),
    }
    scripts = {
        key: replace(script, text="Other words now.") if key in changed else script
        for key, script in pack.scripts.items()
    }
    drafts.bring(replace(pack, scripts=scripts), TODAY)
    yield Room(
        on_air, sorted(drafts.sheet_number(prompt) or 0 for prompt in ("goodbye", "to_listen", "breathing"))
    )
    with on_air.wiring.database.begin() as connection:
        for table in (takes, spoken, voices):
            connection.execute(delete(table))


def named(number: int) -> list[str]:
    """How a text is announced."""
    return ["room_text_number", *(f"digit_{digit}" for digit in str(number)), HOW]


def test_sara_reads_what_is_due_and_keeps_it(room: Room) -> None:
    """She lands in the room, hears a number of her sheet, reads, hears herself, and goes on to the next number."""
    phone = room.rings()
    assert phone.heard == ["room_hello", *named(room.due[0])]
    phone.silent()
    assert (phone.heard, phone.records) == (["room_speak"], True)
    assert 'playBeep="true"' in phone.text
    assert 'trim="do-not-trim"' in phone.text
    sid = phone.speak(5, Digits="1")
    assert phone.heard == ["room_as_recorded", sid, *CHOICES]
    phone.key("1")
    assert phone.heard == ["room_kept", *named(room.due[1])]
    [take], [row] = room.takes(), phone.rows()
    assert (take.prompt, take.language, take.state, take.source) == (
        room.prompt(room.due[0]),
        "en",
        "at_provider",
        "phone",
    )
    assert take.script_fingerprint == script_fingerprint("Other words now.")
    assert take.voice.startswith("Sara")
    assert (row.state, row.of, row.recording, row.kind) == ("waiting", take.id, sid, "take")


def test_what_she_reads_again_or_leaves_out_is_not_wanted(room: Room) -> None:
    """The first try was bad, the second is left out: both are to be deleted, and the next number comes."""
    phone = room.rings().key("")
    phone.speak()
    phone.key("2")
    assert phone.records
    phone.speak()
    phone.key("3")
    assert phone.heard == named(room.due[1])
    assert [row.state for row in phone.rows()] == ["unwanted", "unwanted"]
    assert room.takes() == []


def test_after_the_last_number_the_first_comes_again(room: Room) -> None:
    """What she has left out is offered once more, and what she has kept isn't."""
    phone = room.rings()
    phone.key("").speak()
    phone.key("3")
    phone.key("").speak()
    phone.key("1")
    phone.key("").speak()
    phone.key("3")
    assert phone.heard == named(room.due[0])


def test_what_was_sent_back_to_her_comes_first(room: Room) -> None:
    """Sara and Leila have each kept a text that somebody wants once more: each hears the number of her own first."""
    codes = [room.employ(Role.STAFF) for _ in range(2)]
    for code, number in zip(codes, (room.due[2], room.due[1]), strict=True):
        phone = room.comes_in(code).key(str(number))
        phone.speak(5, Digits="1")
        phone.key("1")
    with room.hotline.wiring.database.begin() as connection:
        connection.execute(update(takes).values(state="again", reason="too fast"))
    for code, number in zip(codes, (room.due[2], room.due[1]), strict=True):
        assert room.comes_in(code).heard == ["room_hello", *named(number)]


def test_another_number_of_the_sheet_can_be_keyed(room: Room) -> None:
    """Nobody has asked for it, but the line was noisy that day; a number that isn't on the sheet is told so."""
    phone = room.rings().key("99999")
    assert phone.heard == ["room_no_such_text", *named(room.due[0])]
    other = next(number for number in range(1, 50) if number not in room.due)
    phone.key(str(other))
    assert phone.records
    phone.speak()
    phone.key("1")
    assert [take.prompt for take in room.takes()] == [room.prompt(other)]


def test_when_nothing_is_due_a_number_can_still_be_keyed(room: Room) -> None:
    """In French everything is recorded: the room says so, and waits for a number, but not for ever."""
    phone = room.rings(languages=("fr",))
    assert phone.heard == ["room_hello", "room_all_done"]
    phone.key(str(room.due[0]))
    assert phone.records
    phone = room.rings(languages=("fr",)).silent().silent().silent()
    assert (phone.heard, phone.is_over) == (["helper_goodbye"], True)


def test_she_chooses_the_language_that_she_reads(room: Room) -> None:
    """She speaks English and Swahili; each language names itself, and the texts due are those of the one she chose."""
    phone = room.rings(languages=("en", "sw"))
    assert phone.heard == [
        "room_hello",
        "room_language",
        "this_language",
        "press_1",
        "this_language",
        "press_2",
    ]
    phone.key("2").key("").speak()
    phone.key("1")
    [take] = room.takes()
    assert take.language == "sw"


def test_a_language_that_is_not_on_air_yet_can_be_recorded(room: Room) -> None:
    """The draft has Luganda, and the line can't name it: it is her other language."""
    pack = room.hotline.wiring.recording.drafts.pack(room.hotline.pack.id)
    words = {
        (prompt, "lg"): replace(s, language="lg")
        for (prompt, code), s in pack.scripts.items()
        if code == "sw"
    }
    flows = {name: replace(flow, languages=(*flow.languages, "lg")) for name, flow in pack.flows.items()}
    room.hotline.wiring.recording.drafts.bring(
        replace(pack, flows=flows, scripts=pack.scripts | words), TODAY
    )
    phone = room.rings(languages=("en", "lg"))
    assert phone.heard[-2:] == ["room_other_language", "press_2"]
    assert phone.key("2").heard[0] == "room_text_number"


def test_who_speaks_no_language_of_the_texts_is_told_so(room: Room) -> None:
    """Somebody reads Portuguese, and no text is in it."""
    phone = room.rings(languages=("pt",))
    assert (phone.heard, phone.is_over) == (["room_no_texts", "helper_goodbye"], True)


def test_a_recording_that_is_not_there_yet_is_waited_for(room: Room) -> None:
    """One moment is said, keys mean nothing meanwhile, and as soon as the provider has it she hears it."""
    phone = room.rings().key("")
    sid = phone.speak(ready=False)
    assert phone.heard == ["room_one_moment"]
    phone.key("1")
    assert phone.heard == []
    assert phone.told().status_code == 204
    assert phone.silent().heard == ["room_as_recorded", sid, *CHOICES]


def test_a_recording_that_does_not_come_is_heard_later(room: Room) -> None:
    """The provider takes its time: after some seconds she is told that the review will play it, and may keep it."""
    phone = room.rings().key("")
    phone.speak(ready=False)
    screens = 0
    while "room_keep" not in phone.heard:
        phone.silent()
        screens += 1
    assert phone.heard == ["room_heard_later", *CHOICES]
    assert screens <= 6
    phone.key("1")
    assert phone.heard[0] == "room_kept"
    assert [take.state for take in room.takes()] == ["at_provider"]


def test_nothing_read_is_asked_for_again_and_not_for_ever(room: Room) -> None:
    """Nobody speaks after the tone: the text is named again, three times, and then the line says goodbye."""
    phone = room.rings()
    for _ in range(2):
        phone.silent().silent()
        assert phone.heard == ["room_not_heard", *named(room.due[0])]
    phone.silent().silent()
    assert (phone.heard, phone.is_over) == (["room_not_heard", "helper_goodbye"], True)
    assert phone.rows() == []


def test_who_says_neither_yes_nor_no_keeps_nothing(room: Room) -> None:
    """She has put the phone beside her: the question comes three times, then what she read is let go, and said so."""
    phone = room.rings().key("")
    phone.speak()
    phone.silent().silent()
    assert "room_keep" in phone.heard
    phone.silent()
    assert (phone.heard, phone.is_over) == (["room_not_kept", "helper_goodbye"], True)
    assert [row.state for row in phone.rows()] == ["unwanted"]


def test_a_webhook_sent_twice_makes_one_take(room: Room) -> None:
    """The provider asks twice after her key: one take, one recording, and the same answer both times."""
    phone = room.rings().key("")
    phone.speak()
    before = phone.reply
    first = phone.key("1").text
    phone.reply = before
    assert phone.key("1").text == first
    assert len(room.takes()) == 1
    assert [row.state for row in phone.rows()] == ["waiting"]


def test_putting_the_phone_down_loses_nothing_that_was_kept(room: Room) -> None:
    """She keeps one, hangs up while hearing the second: the first waits to be fetched, the second is to be deleted."""
    phone = room.rings().key("")
    phone.speak()
    phone.key("1").key("").speak()
    phone.hang_up()
    assert [row.state for row in phone.rows()] == ["waiting", "unwanted"]


def test_putting_it_down_while_reading_leaves_nothing(room: Room) -> None:
    """Half a text is no take, whichever word of it comes first."""
    phone = room.rings().key("")
    phone.hang_up()
    phone.speak(3, Digits="hangup", CallStatus="completed")
    assert [row.state for row in phone.rows()] == ["unwanted"]
    assert room.takes() == []


def test_staff_who_also_help_find_the_room_in_the_menu(room: Room) -> None:
    """Grace helps and records: the door offers both, and the room is key four. A helper alone isn't offered it."""
    phone = room.rings(Role.STAFF, Role.HELPER)
    assert phone.heard[-2:] == ["door_record", "press_4"]
    assert phone.key("4").heard[0] == "room_hello"
    phone = room.rings(Role.HELPER)
    assert "door_record" not in phone.heard
    assert "room_hello" not in phone.key("4").heard


def test_a_role_that_was_taken_back_ends_it(room: Room) -> None:
    """Sara leaves the programme while she is on the line: the next key keeps nothing."""
    code = room.employ(Role.STAFF)
    phone = room.comes_in(code).key("")
    phone.speak()
    with room.hotline.wiring.database.begin() as connection:
        connection.execute(update(people).where(people.c.phone_code == code).values(state="closed"))
    assert phone.key("1").heard == ["helper_goodbye"]
    assert phone.is_over
    assert room.takes() == []


def test_a_line_without_the_words_says_nothing_of_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pack on air has no words for the room: staff who also help hear the old menu, others that nothing fits."""
    release = room.hotline.wiring.releases.get(next(iter(room_release(room))))
    silent = {key: clip for key, clip in release.clips.items() if key[0] != "room_kept"}
    monkeypatch.setattr(room.hotline.wiring.releases, "get", lambda _: replace(release, clips=silent))
    assert "door_record" not in room.rings(Role.STAFF, Role.HELPER).heard
    assert room.rings().heard == ["door_wrong", "helper_goodbye"]


def room_release(room: Room) -> list[str]:
    """What is on air."""
    from ivr.publishing.lines import all_lines

    with room.hotline.wiring.database.connect() as connection:
        return [line.release_id for line in all_lines(connection) if line.release_id]


def test_her_call_is_no_callers_call(room: Room) -> None:
    """Among the calls that are kept hers is marked: nobody counts her among those who asked for help."""
    with room.hotline.wiring.database.begin() as connection:
        connection.execute(delete(calls))
    phone = room.rings()
    phone.hang_up()
    with room.hotline.wiring.database.connect() as connection:
        assert list(connection.execute(select(calls.c.ended)).scalars()) == ["helper"]
