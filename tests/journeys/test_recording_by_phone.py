"""Sara records by phone: real webhooks, a provider that has recordings when it has them, workers that fetch them."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from audio.tables import takes
from audio.take_states import TakeState
from ivr.jobs.scrubs import scrub_what_is_due
from ivr.jobs.spoken import fetching_of
from ivr.people.roles import Role
from ivr.recording.tables import spoken
from ivr.scrubbing.tables import scrubs
from tests.calling_back import PIN, CallingBack, calling_back
from tests.hotline import LINE_NUMBER, TODAY
from tests.network import SILENT, Heard, Move, Person, hang_up, press, speak, speak_and_hang_up
from tests.telephony.provider.faults import Fault

SARA = "+12025550155"
LONGEST = 100


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CallingBack]:
    """Sara works for the programme and helps nobody; she has a phone and a printed sheet."""
    with calling_back(tmp_path_factory.mktemp("house")) as made:
        made.employ("Sara", SARA, roles=(Role.STAFF,), languages=("en",))
        yield made


@pytest.fixture
def evening(house: CallingBack) -> CallingBack:
    """Three texts have new words since they were recorded."""
    house.start_afresh()
    house.network.recordings_told_after = house.network.recordings_appear_in = 0.0
    house.network.recordings_held = None
    house.network.provider.recordings.clear()
    house.network.provider.deleted_recordings.clear()
    pack, changed = house.hotline.pack, {("goodbye", "en"), ("to_listen", "en"), ("breathing", "en")}
    scripts = {
        key: replace(script, text="Other words now.") if key in changed else script
        for key, script in pack.scripts.items()
    }
    house.hotline.wiring.recording.drafts.bring(replace(pack, scripts=scripts), TODAY)
    return house


class Reading(Person):
    """Sara comes in, and reads for so many seconds; `answers` are her keys when she has heard herself, then she hangs
    up. Seconds of 0 are nothing read; below 0 she hangs up while reading."""

    def __init__(self, house: CallingBack, *reads: int, answers: str) -> None:
        super().__init__(SARA)
        self.network = house.network
        self.code, self.reads, self.answers = house.codes[SARA], list(reads), list(answers)

    def hears(self, heard: Heard) -> Move:
        if heard.screen == 0:
            return press("#", after=1)
        if "door_code" in heard.prompts:
            return press(f"{self.code}#", after=1)
        if "door_pin" in heard.prompts:
            return press(f"{PIN}#", after=1)
        if heard.records:
            seconds = self.reads.pop(0) if self.reads else 0
            return speak(seconds, then="#") if seconds >= 0 else speak_and_hang_up(-seconds)
        if "room_keep" in heard.prompts:
            return press(self.answers.pop(0)) if self.answers else hang_up(after=1)
        if "room_text_number" in heard.prompts:
            return press("#") if self.reads else hang_up(after=1)
        return SILENT


class Waiting(Reading):
    """While she is asked for a moment, the provider says that what she has read is there."""

    def hears(self, heard: Heard) -> Move:
        held = self.network.recordings_held
        if "room_one_moment" in heard.prompts and held is not None:
            self.network.recordings_held = None
            for tell in held:
                tell()
        return super().hears(heard)


def rings_in(house: CallingBack, person: Person) -> None:
    """They ring the line, and it goes as far as it goes."""
    house.network.add(person)
    house.network.ring_in(person.number, LINE_NUMBER)
    house.until_quiet()


def works(house: CallingBack, seconds: float = 1.0) -> dict[str, int]:
    """Some time later a worker looks."""
    house.hotline.clock.forward(seconds)
    return fetching_of(house.hotline.wiring).run()


def states(house: CallingBack) -> list[str]:
    return sorted(row.state for row in house.rows(takes))


def seconds_of(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as sound:
        return sound.getnframes() / sound.getframerate()


def original_of(house: CallingBack, take: Any) -> bytes:
    return house.hotline.wiring.recording.originals.read(take.original_sha)


def test_sara_records_two_texts_with_any_phone(evening: CallingBack) -> None:
    """She hears each as it was recorded and keeps it; a worker fetches both, and the provider keeps neither."""
    rings_in(evening, Reading(evening, 5, 7, answers="11"))
    assert states(evening) == ["at_provider", "at_provider"]
    [leg] = evening.network.ledger.legs_of(SARA)
    assert sum("/Recordings/" in clip for clip in leg.played) == 2
    assert leg.troubles == []
    assert works(evening) == {"fetched": 2}
    assert states(evening) == ["received", "received"]
    assert sorted(seconds_of(original_of(evening, take)) for take in evening.rows(takes)) == [5.0, 7.0]
    assert {take.recorded_by for take in evening.rows(takes)} == {evening.helpers[SARA]}
    assert works(evening) == {"deleted": 2}
    assert evening.network.provider.recordings == {}
    assert evening.rows(spoken) == []


def test_what_she_does_not_keep_is_deleted_at_the_provider(evening: CallingBack) -> None:
    """One read again, one left out, one in the middle of which she hangs up: nothing is left anywhere."""
    rings_in(evening, Reading(evening, 5, 6, -3, answers="23"))
    assert len(evening.network.provider.recordings) == 3
    assert works(evening) == {"deleted": 3}
    assert evening.network.provider.recordings == {}
    assert (evening.rows(spoken), evening.rows(takes)) == ([], [])


def test_a_recording_is_heard_as_soon_as_the_provider_has_it(evening: CallingBack) -> None:
    """At first the provider says nothing: she is asked for a moment, and then hears herself."""
    evening.network.recordings_held = []
    rings_in(evening, Waiting(evening, 5, answers="1"))
    heard = prompts(evening)
    assert heard.index("room_one_moment") < heard.index("room_as_recorded")
    assert "room_heard_later" not in heard


def prompts(house: CallingBack) -> list[str]:
    """What was begun to be said to Sara, without what she has read herself."""
    known = house.network.clips.known
    played = [clip for leg in house.network.ledger.legs_of(SARA) for clip in leg.played]
    names = [clip.rpartition("/")[2].removesuffix(".wav") for clip in played]
    return [known[name][0] for name in names if name in known]


def test_one_that_comes_late_is_kept_unheard(evening: CallingBack) -> None:
    """The provider says nothing in time: she is told that the review will play it, keeps it, and it is fetched."""
    evening.network.recordings_held = []
    rings_in(evening, Reading(evening, 5, answers="1"))
    assert "room_heard_later" in prompts(evening)
    works(evening)
    assert states(evening) == ["received"]


def test_a_recording_that_is_not_there_yet_is_fetched_later(evening: CallingBack) -> None:
    """The provider knows nothing of it for a minute: the worker asks again, less and less often, and gets it once."""
    evening.network.recordings_appear_in = 60.0
    rings_in(evening, Reading(evening, 5, answers="1"))
    asked = [works(evening, 5) for _ in range(20)]
    assert asked.count({"put_off": 1}) in (3, 4, 5)
    assert asked.count({"fetched": 1}) == 1
    assert states(evening) == ["received"]


def test_a_recording_that_never_comes_is_given_up(evening: CallingBack) -> None:
    """For more than an hour the provider knows nothing of it: Sara is told by the page that it has to be read again."""
    evening.network.recordings_appear_in = 1e9
    rings_in(evening, Reading(evening, 5, answers="1"))
    for _ in range(LONGEST):
        works(evening, 200)
    [take] = evening.rows(takes)
    assert (take.state, take.refusal) == (TakeState.REFUSED.value, "never_came")
    assert evening.rows(spoken) == []


def test_what_is_no_recording_is_refused(evening: CallingBack) -> None:
    """The provider sends something else: it is never handed on to be opened, and is deleted there."""
    rings_in(evening, Reading(evening, 5, answers="1"))
    for kept in evening.network.provider.recordings.values():
        kept["sound"] = b"<html>error</html>"
    works(evening)
    [take] = evening.rows(takes)
    assert (take.state, take.refusal) == ("refused", "no_recording")
    works(evening)
    assert evening.network.provider.recordings == {}


def test_a_provider_that_is_away_loses_nothing(evening: CallingBack) -> None:
    """Fetching fails, then deleting fails: each is tried again, and in the end there is one take and nothing left."""
    rings_in(evening, Reading(evening, 5, answers="1"))
    provider = evening.network.provider
    provider.faults += [
        Fault("refused", "GET", ".wav", times=2),
        Fault("refused", "DELETE", "/Recordings/", times=2),
    ]
    for _ in range(12):
        works(evening, 60)
    assert states(evening) == ["received"]
    assert (provider.recordings, evening.rows(spoken)) == ({}, [])


def test_her_call_is_deleted_at_the_provider_only_when_her_recording_is_here(evening: CallingBack) -> None:
    """Ten minutes after the call its records are due to go; what she kept is fetched first, however late it comes."""
    evening.network.recordings_appear_in = 1200.0
    rings_in(evening, Reading(evening, 5, answers="1"))
    evening.hotline.clock.forward(900)
    scrub_what_is_due(evening.hotline.wiring)
    assert [row.trouble for row in evening.rows(scrubs)] == ["needed"]
    assert len(evening.network.provider.recordings) == 1
    works(evening, 400)
    works(evening)
    evening.hotline.clock.forward(900)
    scrub_what_is_due(evening.hotline.wiring)
    assert states(evening) == ["received"]
    assert evening.rows(scrubs) == []
    assert evening.network.provider.calls == {}
