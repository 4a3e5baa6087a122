"""Files of recordings: found by their names, settled by Sara where those say nothing, and none lost."""

from __future__ import annotations

import pytest

from audio.take_states import TakeState
from ivr.jobs.recordings import make_clip_of
from tests.console.desk import Desk
from tests.console.studio import Studio, hum
from tests.recording.test_archives import packed


@pytest.fixture
def studio(small_desk: Desk) -> Studio:
    """Sara in front of the page."""
    made = Studio(small_desk)
    made.browser.get("/console/upload")
    return made


def upload(studio: Studio, *files: tuple[str, bytes], language: str = "", **headers: str) -> str:
    """Sends files by the page's form; returns what the page says."""
    studio.send("/console/upload", {"language": language, "upload_id": "b" * 32}, files, **headers)
    return studio.browser.text


def settle(studio: Studio, **fields: str) -> str:
    """Fills in the list of files to be settled."""
    studio.browser.post(
        "/console/upload/settle", {name.replace("_", "-", 1): value for name, value in fields.items()}
    )
    return studio.browser.text


def test_files_find_their_scripts_by_their_names(studio: Studio) -> None:
    """By prompt, by number on the sheet, by the language that was chosen; each is named with what became of it."""
    number = studio.room.drafts.sheet_number("main_menu")
    said = upload(studio, ("welcome.m4a", hum(1)), (f"{number} second try.wav", hum(2)), language="sw")
    assert "It has arrived as welcome, Swahili." in said
    assert "It has arrived as main_menu, Swahili." in said
    assert {take.key for take in studio.takes(TakeState.RECEIVED)} == {("welcome", "sw"), ("main_menu", "sw")}


def test_a_zip_file_is_as_good_as_its_files(studio: Studio) -> None:
    """Folders say the language; what can't be taken is named beside what was."""
    archive = packed(
        {"sw/welcome.wav": hum(), "ar/welcome.wav": hum(2), "more.zip": packed({"a": b""}).getvalue()}
    )
    said = upload(studio, ("everything.bin", archive.getvalue()))
    assert {take.key for take in studio.takes(TakeState.RECEIVED)} == {("welcome", "sw"), ("welcome", "ar")}
    assert "more.zip This is a zip file inside a zip file" in said


def test_what_was_sent_before_is_there_once(studio: Studio) -> None:
    """Sara chooses the same files again, after the line broke or on another day: nothing is doubled, in the library or
    among what is to be settled, and nothing of a zip file either. What she left out she may send again."""
    archive = packed({"sw/main_menu.wav": hum(3)}).getvalue()
    for day in ("c", "c", "d"):
        sent = [("welcome.wav", hum(1)), ("Recording 1.m4a", hum(2)), ("a.zip", archive)]
        studio.send("/console/upload", {"language": "sw", "upload_id": day * 32}, sent)
    assert len(studio.takes()) == 3
    (open_one,) = studio.takes(TakeState.MATCHING)
    settle(studio, **{f"leave_{open_one.id}": "yes"})
    studio.send("/console/upload", {"language": "sw", "upload_id": "e" * 32}, [("Recording 1.m4a", hum(2))])
    assert len(studio.takes(TakeState.MATCHING)) == 1


def test_another_file_from_a_page_that_was_gone_back_to_is_kept_too(studio: Studio) -> None:
    """Sara presses Back and sends another file, and a corrected zip, from the same page: what is told as arrived has
    arrived, each once."""
    for _ in range(2):
        for number, name in enumerate(("welcome.wav", "main_menu.wav", "note.wav", "other note.wav")):
            said = upload(studio, (name, hum(number)), language="sw")
        assert "other note.wav" in said
    for number in (5, 6):
        upload(studio, ("all.zip", packed({"sw/goodbye.wav": hum(number)}).getvalue()))
    kept = sorted(take.file_name for take in studio.takes())
    assert kept == [
        *("goodbye.wav", "goodbye.wav", "main_menu.wav"),
        *("note.wav", "other note.wav", "welcome.wav"),
    ]
    assert all(studio.room.originals.has(take.original_sha) for take in studio.takes())


def test_what_a_name_says_is_filled_in(studio: Studio) -> None:
    """The name says the prompt and nothing the language: Sara chooses that, and what she hasn't looked at waits."""
    upload(studio, ("welcome.m4a", hum(1)), ("goodbye.m4a", hum(2)))
    first = next(take for take in studio.takes(TakeState.MATCHING) if take.file_name == "welcome.m4a")
    other = next(take for take in studio.takes(TakeState.MATCHING) if take.file_name == "goodbye.m4a")
    page = studio.browser.get("/console/upload").text
    assert 'value="welcome"' in page
    settle(studio, **{
        f"prompt_{first.id}": "welcome", f"language_{first.id}": "sw",
        f"prompt_{other.id}": "goodbye", f"language_{other.id}": "",
    })  # fmt: skip
    assert "Settled: 1." in studio.browser.text
    assert studio.room.takes.take(first.id).key == ("welcome", "sw")
    assert studio.room.takes.take(other.id).state is TakeState.MATCHING


def test_sara_settles_what_names_don_t_say(studio: Studio) -> None:
    """She listens, types a number or a name, or leaves a file out; what isn't understood stays as she typed it."""
    upload(studio, ("Recording 1.m4a", hum(1)), ("Recording 2.m4a", hum(2)), ("Recording 3.m4a", hum(3)))
    first, second, third = (take.id for take in studio.takes(TakeState.MATCHING))
    number = str(studio.room.drafts.sheet_number("main_menu"))
    studio.browser.get("/console/upload")
    said = settle(studio, **{
        f"prompt_{first}": number, f"language_{first}": "en",
        f"prompt_{second}": "wellcome", f"language_{second}": "en", f"leave_{third}": "yes",
    })  # fmt: skip
    assert "There is no such prompt." in said
    assert f'name="take" value="{third}"' in studio.browser.page.text
    assert 'value="wellcome"' in studio.browser.page.text
    settled = studio.room.takes.take(first)
    assert (settled.prompt, settled.language, settled.voice, settled.state) == (
        "main_menu",
        "en",
        "Sara",
        TakeState.RECEIVED,
    )
    assert studio.room.takes.take(third).state is TakeState.WITHDRAWN
    settle(studio, **{f"prompt_{second}": "welcome", f"language_{second}": ""})
    assert "Choose the language too." in studio.browser.text
    settle(studio, **{f"prompt_{second}": "welcome", f"language_{second}": "sw"})
    assert "Settled: 1." in studio.browser.text
    assert studio.takes(TakeState.MATCHING) == []
    studio.browser.post("/console/takes/put-back", {"take": third})
    assert studio.browser.path == "/console/upload"
    assert [take.id for take in studio.takes(TakeState.MATCHING)] == [third]


def test_a_script_is_told_what_became_of_each_file(studio: Studio) -> None:
    """Sent by the page's script, the answer names what was sent and says it in words."""
    fields = {"upload_id": "c" * 32, "path": "Swahili/welcome.wav"}
    files = [("welcome.wav", hum())]
    told = studio.send("/console/upload", fields, files, Accept="application/json").get_json()
    assert told["upload_id"] == "c" * 32
    assert [(one["name"], one["kind"]) for one in told["files"]] == [("welcome.wav", "matched")]
    assert "Nothing waits to be settled" in studio.browser.get("/console/upload/now").text


def test_a_name_is_shown_as_text_whatever_it_holds(studio: Studio) -> None:
    """Mallory calls a file by a piece of a page: Sara sees the name, and nothing happens."""
    upload(studio, ("<script>alert(1).wav", hum()))
    page = studio.browser.get("/console/upload").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1).wav" in page


def test_a_file_that_can_t_be_used_is_named_to_whoever_sent_it(studio: Studio) -> None:
    """It looked as if it had arrived: the page says why no clip was made, until something else is sent for the prompt.
    An empty file, a document or a page is refused at once."""
    assert "This file is empty" in upload(studio, ("goodbye.m4a", b""), language="en")
    said = upload(studio, ("welcome.pdf", b"%PDF-1.7 The plan"), ("page.wav", b"\n <!DOCTYPE html><html>"))
    assert said.count("There is no sound in this file.") == 2
    assert studio.takes() == []
    upload(studio, ("welcome.m4a", b"no sound of any kind" * 200), language="en")
    (take,) = studio.takes(TakeState.RECEIVED)
    make_clip_of(studio.desk.hotline.wiring, take.id)
    said = studio.browser.get("/console/upload").text
    assert "Files of yours that can" in said
    assert "This file holds no sound that can be read." in said
    upload(studio, ("welcome.m4a", hum(2)), language="en")
    assert "Files of yours that can" not in studio.browser.get("/console/upload").text
