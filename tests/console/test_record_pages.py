"""The page on which Sara records: the right words, in the right language, and every take kept once."""

from __future__ import annotations

import gzip
import json

import pytest

from audio.fingerprint import script_fingerprint
from audio.take_states import TakeState
from ivr.demo import shipped_pack
from ivr.jobs.recordings import make_clip_of
from ivr.people.roles import Role
from ivr.recording.archives import LARGEST_BYTES
from ivr.recording.incoming import Incoming
from tests.audio.corpus import Kind, encoded, spoken
from tests.console.desk import Desk
from tests.console.studio import Studio, hum
from tests.hotline import PUBLIC_URL

WORDS = shipped_pack().scripts["welcome", "en"].text
TAKE = {"language": "en", "prompt": "welcome", "voice": "Sara", "upload_id": "a" * 32}


@pytest.fixture
def studio(small_desk: Desk) -> Studio:
    """Sara in front of the page."""
    made = Studio(small_desk)
    made.browser.get("/console/record?language=en&prompt=welcome")
    return made


def sent_take(
    studio: Studio, name: str = "welcome.webm", sound: bytes = b"", **changes: str
) -> dict[str, str]:
    """Sends a take as the page's script does; returns what it is told."""
    fields = {**TAKE, "fingerprint": script_fingerprint(WORDS), **changes}
    files = [(name, sound or hum())]
    answer = studio.send("/console/takes", fields, files, "sound", Accept="application/json")
    told: dict[str, str] = answer.get_json()
    return told


def test_one_script_is_shown_with_what_is_around_it(studio: Studio) -> None:
    """Sara reads the words, how they are meant, how long they should take, and what callers hear before and after."""
    for text in (
        WORDS,
        "warmly, as to somebody who has just come in",
        "about 6 seconds",
        "Before it, callers hear:",
    ):
        assert text in studio.browser.text
    assert "For help right now," in studio.browser.text


def test_arabic_is_written_from_right_to_left(studio: Studio) -> None:
    """On an English page too, the Arabic script has its own direction."""
    studio.browser.get("/console/record?language=ar&prompt=welcome")
    assert '<p class="script large" lang="ar" dir="rtl"' in studio.browser.page.text


def test_only_this_page_may_use_the_microphone(studio: Studio) -> None:
    """The microphone and sounds of the page's own making are for the recording page alone."""
    page = studio.browser.get("/console/record")
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert "media-src 'self' blob:" in page.headers["Content-Security-Policy"]
    for address in ("/", "/console/upload", "/console/record/scripts?language=en", "/profile"):
        other = studio.browser.get(address)
        assert "microphone=()" in other.headers["Permissions-Policy"], address
        assert "blob:" not in other.headers["Content-Security-Policy"], address


def test_without_scripts_the_page_takes_a_file(studio: Studio) -> None:
    """Where the browser runs no scripts, the page says what to record, and a file sent from it is a take of it."""
    assert "Recording in the browser needs scripts" in studio.browser.text
    fields = {
        "prompt": "welcome",
        "language": "en",
        "voice": "Sara",
        "upload_id": studio.browser.hidden("upload_id"),
    }
    page = studio.send("/console/upload", fields, [("REC0017.amr", hum())])
    assert page.status_code == 200
    assert "It has arrived as" in studio.browser.text
    (take,) = studio.takes()
    assert (take.prompt, take.language, take.voice, take.state) == (
        "welcome",
        "en",
        "Sara",
        TakeState.RECEIVED,
    )
    assert take.file_name == "REC0017.amr"


def test_a_take_is_kept_once_however_often_it_is_sent(studio: Studio) -> None:
    """The line swallows our answer, and the browser sends again: there is one take, and both answers name it."""
    assert sent_take(studio) == sent_take(studio) == {"upload_id": "a" * 32}
    (take,) = studio.takes()
    assert take.recorded_by == studio.sara.id
    assert take.script_fingerprint == script_fingerprint(WORDS)
    assert studio.room.originals.read(take.original_sha) == hum()


def test_what_safari_records_becomes_a_clip(studio: Studio) -> None:
    """An iPhone writes AAC in pieces, without a length at its beginning: it goes through the same door, and to the
    review."""
    pieces = {"movflags": "frag_keyframe+empty_moov"}
    sound = encoded(spoken(WORDS), Kind("mp4", "aac", (48_000,)), options=pieces)
    assert b"moof" in sound
    sent_take(studio, "welcome.mp4", sound)
    (take,) = studio.takes()
    assert make_clip_of(studio.desk.hotline.wiring, take.id) == "made"
    made = studio.room.takes.take(take.id)
    assert made.state is TakeState.TO_REVIEW
    assert 3 < made.seconds < spoken(WORDS).seconds


def test_a_take_of_words_that_have_changed_meanwhile_says_so(studio: Studio) -> None:
    """Sara kept a take while offline; when it goes up, the script is another: the take is there, and marked."""
    sent_take(studio, fingerprint="0" * 64)
    part = studio.browser.get("/console/record/takes?language=en&prompt=welcome")
    assert "says the old words" in part.text
    assert "data-under-way" in part.text


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"prompt": "no_such_prompt"}, "no_such_script"),
        ({"language": "xx"}, "no_such_script"),
        ({"upload_id": "x"}, "unusable"),
    ],
)
def test_what_can_t_be_a_take_is_refused_with_its_reason(
    studio: Studio, changes: dict[str, str], refused: str
) -> None:
    """The browser is told why, in a way that it can tell from a broken line; it keeps its own copy."""
    assert sent_take(studio, **changes) == {"refused": refused}
    assert studio.takes() == []


def test_what_is_too_large_is_refused_before_it_is_read(studio: Studio) -> None:
    """A body that is announced as larger than the limit isn't taken, and other forms take much less."""
    for address, size in (("/console/takes", 200_000_000), ("/profile/about", LARGEST_BYTES)):
        answer = studio.browser.client.post(
            address,
            base_url=PUBLIC_URL,
            content_type="multipart/form-data; boundary=x",
            headers={"Sec-Fetch-Site": "same-origin"},
            environ_overrides={"CONTENT_LENGTH": str(size)},
        )
        assert answer.status_code == 413, address


def test_only_a_few_send_at_once_and_each_place_is_free_again(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two recordings are on their way: a third is told to wait, while pages go on; then there are places again. What
    our web worker has waited for already takes no place: four at once are no more than one."""
    fields = {**TAKE, "fingerprint": "0" * 64, "csrf_token": studio.browser.hidden("csrf_token")}
    seen: list[int] = []

    def slowly(*_: object) -> None:
        seen.append(studio.send("/console/takes", fields, [("a.webm", hum())], "sound").status_code)
        seen.append(studio.browser.get("/console/record").status_code)

    monkeypatch.setattr(Incoming, "recorded", slowly)
    assert studio.send("/console/takes", fields, [("a.webm", hum())], "sound").status_code == 200
    assert seen == [503, 200, 200, 200]
    monkeypatch.undo()
    assert sent_take(studio) == {"upload_id": "a" * 32}
    seen.clear()
    studio.browser.client.environ_base["gunicorn.socket"] = "the worker's own mark"

    def at_once(*_: object) -> None:
        if len(seen) < 3:
            place = len(seen)
            seen.append(0)
            seen[place] = studio.send("/console/takes", fields, [("a.webm", hum())], "sound").status_code

    monkeypatch.setattr(Incoming, "recorded", at_once)
    assert studio.send("/console/takes", fields, [("a.webm", hum())], "sound").status_code == 200
    assert seen == [200, 200, 200]


def test_without_the_page_s_mark_nothing_is_taken(studio: Studio) -> None:
    """Mallory's page can't put a recording on the line in Sara's name."""
    fields = {**TAKE, "fingerprint": "0" * 64, "csrf_token": "made up"}
    answer = studio.send("/console/takes", fields, [("a.webm", hum())], "sound")
    assert answer.status_code == 400
    assert answer.mimetype == "text/html"
    assert studio.takes() == []


def test_all_scripts_are_there_for_a_browser_whose_line_breaks(studio: Studio) -> None:
    """The page fetches every script once, small, in the order of the sheet, with a mark that is good now."""
    answer = studio.browser.client.get(
        "/console/record/scripts?language=sw", base_url=PUBLIC_URL, headers={"Accept-Encoding": "gzip"}
    )
    assert len(answer.data) < 30_000
    told = json.loads(gzip.decompress(answer.data))
    numbers = [int(one["number"]) for one in told["scripts"]]
    assert len(numbers) > 150
    assert numbers == sorted(numbers)
    assert "Ungependa" in next(one["text"] for one in told["scripts"] if one["prompt"] == "main_menu")
    fields = {**TAKE, "fingerprint": "0" * 64, "csrf_token": told["token"]}
    assert studio.send("/console/takes", fields, [("a.webm", hum())], "sound").get_json() == {
        "upload_id": "a" * 32
    }


def test_helpers_don_t_record(small_desk: Desk) -> None:
    """Joseph has no page for it, and nothing that he sends becomes a take."""
    joseph = small_desk.signed_in(small_desk.employ("Joseph", Role.HELPER))
    assert joseph.get("/console/record").status_code == 403


def test_before_there_is_a_draft_the_page_says_what_will_be_here(small_desk: Desk) -> None:
    """A new hotline has nothing to record: the pages say so, and how it comes."""
    sara = small_desk.signed_in(small_desk.employ("Sara", Role.STAFF))
    for address in ("/console/record", "/console/upload"):
        assert "There is no flow to record yet" in sara.get(address).text
