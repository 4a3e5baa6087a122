"""The report on a take: what Sara can do better, the most useful first."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from audio import advice
from audio.limits import Limits
from audio.making import NOTHING_EXPECTED, Expected
from audio.pipeline import clip_of
from audio.refusals import REFUSALS, NothingToHear
from audio.report import ORDER, Finding, Measured, Report, judged
from audio.sound import Sound
from tests.audio.corpus import KINDS, encoded, louder, mixed, noise, quiet, spoken

GOOD = Measured(
    seconds=4.2,
    recorded_seconds=4.7,
    spoken_seconds=3.7,
    loudness=-20.0,
    noise_distance=40.0,
    hum=-96.0,
    longest_silence=0.4,
    longest_silence_at=2.0,
    clipped_moments=0,
    clipped_at=0.4,
    starts_spoken=False,
    ends_spoken=False,
    damaged=False,
)


def report_on(sound: Sound, expected: Expected = NOTHING_EXPECTED) -> Report:
    """The report on a recording."""
    return clip_of(encoded(sound, KINDS["wav"], sound.rate), expected, Limits()).report


def with_noise(kind: str, rms: float) -> Sound:
    reading = louder(spoken(lead=0.9, trail=0.9), -6)
    return mixed(reading, noise(kind, reading.seconds, rms, reading.rate))


def test_a_good_recording_has_nothing_to_report():
    """Sara reads well in a quiet room: the report says that it sounds good, and why it thinks so."""
    report = report_on(spoken(), Expected(seconds=3.8, at_most=6.0))
    assert report.codes == ()
    assert advice.advice(report) == "It sounds good."
    assert report.measured.loudness == pytest.approx(-20, abs=3)
    assert report.measured.noise_distance > 30


@pytest.mark.parametrize("kind", ["fan", "white", "road"])
def test_a_noisy_room_is_told(kind):
    """A fan or traffic nearly as loud as the voice: she is told to move closer, and to which it is compared."""
    report = report_on(with_noise(kind, 900))
    assert report.codes[0] == "noisy"
    assert "microphone" in advice.advice(report)
    assert "noisy" not in report_on(with_noise(kind, 40)).codes


@pytest.mark.parametrize("kind", ["hum", "hum of 60 Hz"])
def test_hum_from_the_mains_is_told_from_a_fan(kind):
    """A charger hums at 50 or 60 Hz; a fan doesn't, and unplugging a charger wouldn't help against it."""
    assert "hum" in report_on(with_noise(kind, 500)).codes
    assert "hum" not in report_on(with_noise("fan", 500)).codes
    assert "hum" not in report_on(with_noise("white", 500)).codes


def test_crackling_is_told_with_the_moment():
    """Too near and too loud: the tops of the waves are cut off, and the report says where it is heard first."""
    reading = spoken(lead=1.5)
    report = report_on(louder(reading, 14))
    finding = next(finding for finding in report.findings if finding.code == "clipped")
    assert 0.4 <= finding.at < 1.5, "in the clip, and not in the recording"
    assert "clipped" not in report_on(louder(reading, 1)).codes


def test_a_whisper_is_told():
    """So faint that the noise of the telephone line would be louder."""
    assert "too_quiet" in report_on(louder(spoken(), -32)).codes


def test_words_at_the_very_edge_are_told():
    """She began to speak before the recorder ran, or stopped it in her last word."""
    reading = spoken(lead=0.0, trail=0.0)
    middle = len(reading.pcm) // 4 * 2
    assert (
        "cut_end"
        in report_on(Sound(quiet(0.5, reading.rate).pcm + reading.pcm[: middle // 2 * 2], reading.rate)).codes
    )
    backwards = Sound(reading.pcm[middle // 2 * 2 :] + quiet(0.5, reading.rate).pcm, reading.rate)
    assert "cut_start" in report_on(backwards).codes
    assert report_on(spoken()).codes == ()


def test_a_hole_in_the_middle_is_told_with_its_moment():
    """Somebody came in and she went on later: four seconds in which callers would hang up."""
    word = spoken("Breathe in.", lead=0.3, trail=0.3)
    report = report_on(Sound(word.pcm + quiet(4.0, word.rate).pcm + word.pcm, word.rate))
    assert report.findings == (Finding("long_silence", report.measured.longest_silence_at),)
    assert report.measured.longest_silence == pytest.approx(4.6, abs=0.2)
    asked_for = Expected(longest_pause=4.0)
    assert report_on(Sound(word.pcm + quiet(4.0, word.rate).pcm + word.pcm, word.rate), asked_for).codes == ()


@pytest.mark.parametrize(
    ("spoken_seconds", "expected", "code"),
    [
        (3.7, Expected(seconds=10.0), "too_short"),
        (3.7, Expected(seconds=6.5), "too_fast"),
        (3.7, Expected(seconds=0.6), "too_long"),
        (3.7, Expected(seconds=3.7, at_most=4.0), "too_long"),
        (3.7, Expected(seconds=3.7, at_most=5.0), None),
        (3.7, Expected(seconds=5.0), None),
        (0.3, Expected(seconds=0.5), None),
        (3.7, NOTHING_EXPECTED, None),
    ],
)
def test_length_is_held_against_the_script(spoken_seconds, expected, code):
    """Words left out, read too fast, or added; a single word, or a script that nobody knows, can't be judged."""
    report = judged(replace(GOOD, spoken_seconds=spoken_seconds), expected)
    assert report.codes == ((code,) if code else ())


def test_the_most_useful_comes_first():
    """A cut-off word is told before hum: she has to record it again anyway."""
    bad = replace(GOOD, hum=-20.0, noise_distance=10.0, starts_spoken=True, damaged=True, clipped_moments=99)
    assert judged(bad, NOTHING_EXPECTED).codes == ("damaged", "cut_start", "clipped", "noisy", "hum")


def test_what_is_found_later_takes_its_place():
    """That the same recording stands under another language is known only when it is stored; twice told is once."""
    report = judged(replace(GOOD, hum=-20.0), NOTHING_EXPECTED).found("same_as_other")
    assert report.codes == ("same_as_other", "hum") == report.found("same_as_other").codes


def test_a_report_survives_being_stored():
    """What is kept with a take as JSON gives the same report again."""
    report = judged(replace(GOOD, clipped_moments=99), Expected(seconds=3.0, at_most=2.0))
    assert report.codes
    assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report


def test_every_code_has_its_sentence():
    """Nobody is ever shown a code: each finding and each refusal has a sentence on what to do."""
    assert set(advice.FINDINGS) == set(ORDER)
    assert set(advice.REFUSALS) == set(REFUSALS)
    assert advice.advice_on_refusal(NothingToHear("…")).startswith("Nobody can be heard")
