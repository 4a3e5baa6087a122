"""The library: how far each language is, every take of a prompt, and the sheets that people read from."""

from __future__ import annotations

import re

import pytest

from audio.take_states import TakeState
from ivr.people.roles import Role
from tests.console.desk import Browser, Desk, Worker
from tests.console.recorded import approved, bring, forget_clips, recorded, room_of, speaks, with_words

WELCOME = "/console/library/sw/welcome"
MOST_BYTES = 100_000


@pytest.fixture
def sara(small_desk: Desk) -> Worker:
    """Records in Swahili, where nothing is recorded yet."""
    bring(small_desk)
    forget_clips(small_desk, "sw")
    sara = small_desk.employ("Sara", Role.STAFF)
    speaks(small_desk, sara, "sw")
    return sara


@pytest.fixture
def leila(small_desk: Desk) -> Worker:
    """A helper who speaks Swahili."""
    leila = small_desk.employ("Leila")
    speaks(small_desk, leila, "sw")
    return leila


def prompts_shown(browser: Browser) -> list[str]:
    """The prompts that have a row."""
    return re.findall(r'<bdi dir="ltr">([a-z_0-9]+)</bdi></th>', browser.page.text)


def test_progress_is_a_sentence_and_leads_to_what_is_left(
    small_desk: Desk, sara: Worker, leila: Worker
) -> None:
    """Of each language the first page says how much is approved, and each number that is left leads to its prompts."""
    total = len(room_of(small_desk).drafts.scripts("sw"))
    approved(small_desk, sara, leila, "welcome")
    recorded(small_desk, sara, "main_menu")
    browser = small_desk.signed_in(sara)
    browser.get("/console/library")
    assert f"Swahili: 1 of {total} approved; {total - 2} to record, 1 to review" in browser.page.text
    assert f"1 of {total} approved" in browser.text
    browser.get("/console/library?language=sw&state=approved")
    assert prompts_shown(browser) == ["welcome"]
    browser.get("/console/library?language=sw&state=to_review")
    assert prompts_shown(browser) == ["main_menu"]


def test_nothing_is_said_by_colour_alone(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """Each state in the matrix is a word and a sign, with its meaning written below."""
    take = recorded(small_desk, sara, "welcome")
    room_of(small_desk).reviewing.ask_again(leila.id, take.id, "too fast", None, small_desk.now)
    recorded(small_desk, sara, "main_menu", words="older words")
    browser = small_desk.signed_in(sara)
    browser.get("/console/library?language=sw")
    for sign, word in (("↺", "Again"), ("!", "Outdated"), ("–", "Missing")):
        assert f'aria-hidden="true">{sign}</span> {word}</span>' in browser.page.text
    assert "Whoever heard it asks for another take." in browser.text
    assert len(browser.page.data) < MOST_BYTES


def test_prompts_are_found_by_where_they_are_heard_and_who_says_them(small_desk: Desk, sara: Worker) -> None:
    """Sara looks for the words of one node, or what one voice has said; a filter that means nothing is ignored."""
    recorded(small_desk, sara, "to_listen", voice="Neema")
    recorded(small_desk, sara, "welcome")
    browser = small_desk.signed_in(sara)
    browser.get("/console/library?place=main")
    assert "main_menu" in prompts_shown(browser)
    assert "goodbye" not in prompts_shown(browser)
    browser.get("/console/library?language=sw&voice=Neema")
    assert prompts_shown(browser) == ["to_listen"]
    browser.get("/console/library?language=xx&state=nothing&start=99999")
    assert "Prompts 1 to 40" in browser.text
    browser.get("/console/library?place=nowhere")
    assert "No prompt is like that now" in browser.text


def test_long_lists_come_in_pages(small_desk: Desk, sara: Worker) -> None:
    """Hundreds of prompts come forty at a time, so that the page stays light on a slow line."""
    browser = small_desk.signed_in(sara)
    browser.get("/console/library?state=missing&language=sw")
    first = prompts_shown(browser)
    following = re.findall(r'href="([^"]+)">Those after', browser.page.text)[0].replace("&amp;", "&")
    browser.get(following.partition("#")[0])
    assert len(first) == 40
    assert not set(first) & set(prompts_shown(browser))


def test_every_take_of_a_prompt_is_there_with_its_story(
    small_desk: Desk, sara: Worker, leila: Worker
) -> None:
    """The page of a prompt shows words, takes, who recorded and approved them, and what to do better."""
    approved(small_desk, sara, leila, "welcome")
    recorded(small_desk, sara, findings=[{"code": "noisy", "at": None}, {"code": "clipped", "at": 1.25}])
    browser = small_desk.signed_in(sara)
    browser.get(WELCOME)
    assert "Karibu sana" in browser.text
    assert "Take 1: recorded by Sara in the browser, 1 Mar 2026; voice: Sara" in browser.text
    assert "Approved by Leila, 1 Mar 2026" in browser.text
    assert "There is noise behind the voice" in browser.text
    assert "(at second 1.2)" in browser.text
    assert browser.page.text.count('<svg class="wave"') == 2
    assert "You recorded this yourself, so somebody else has to hear it." in browser.text
    assert "the one that goes on air" in browser.text
    assert "number" in browser.text


def test_a_take_that_can_t_be_used_says_why(small_desk: Desk, sara: Worker) -> None:
    """A file without sound is on the page with what is wrong and what to do, and has nothing to listen to."""
    room = room_of(small_desk)
    take = room.takes.receive(
        upload_id="a-film-without-sound", content=b"nothing", prompt="welcome", language="sw", voice="Sara",
        fingerprint="0" * 64, source="file", file_name="holiday.mp4", by=sara.id,
        today=room.drafts.draft("first_line").brought_on, now=small_desk.now,
    )  # fmt: skip
    room.takes.refuse(take.id, "no_sound", small_desk.now)
    browser = small_desk.signed_in(sara)
    browser.get(WELCOME)
    assert "There is no sound in this file." in browser.text
    assert f"/console/takes/{take.id}/clip" not in browser.page.text


def test_an_earlier_take_is_played_again_by_one_press(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """Leila goes back to the first take: it is the one that goes on air, and the later one is still there."""
    first = approved(small_desk, sara, leila)
    second = approved(small_desk, sara, leila)
    browser = small_desk.signed_in(leila)
    browser.get(WELCOME)
    assert f"/console/takes/{first.id}/roll-back" in browser.page.text
    assert f"/console/takes/{second.id}/roll-back" not in browser.page.text
    browser.post(f"/console/takes/{first.id}/roll-back")
    assert "This take goes on air the next time the flow is published." in browser.text
    cell = room_of(small_desk).shelves.cells(small_desk.hotline.pack)["welcome", "sw"]
    assert cell.clip and cell.clip.take_id == first.id
    assert f"/console/takes/{second.id}/roll-back" in browser.page.text
    assert [entry.deed for entry in small_desk.deeds()][-1] == "clip_rolled_back"
    assert f'action="/console/takes/{second.id}/roll-back"' in browser.page.text.partition("<h1>")[0]


def test_a_take_is_withdrawn_at_once_and_put_back_as_it_was(
    small_desk: Desk, sara: Worker, leila: Worker
) -> None:
    """Sara takes back what she recorded, hears no more of it, and undoes it, once; Leila, who only reviews, is offered
    neither and refused if she tries."""
    take = approved(small_desk, sara, leila)
    helper = small_desk.signed_in(leila)
    helper.get(WELCOME)
    assert "/withdraw" not in helper.page.text
    helper.post(f"/console/takes/{take.id}/withdraw")
    assert "Your role doesn't include this." in helper.text
    browser = small_desk.signed_in(sara)
    browser.get(WELCOME)
    browser.post(f"/console/takes/{take.id}/withdraw")
    assert "The take is withdrawn, and its sound is erased in 7 days." in browser.text
    assert browser.page.text.count('action="/console/takes/put-back"') == 2
    assert room_of(small_desk).takes.take(take.id).state is TakeState.WITHDRAWN
    assert small_desk.signed_in(sara).get(f"/console/takes/{take.id}/original").status_code == 404
    helper.get(WELCOME)
    assert "put-back" not in helper.page.text
    helper.post("/console/takes/put-back", {"take": take.id})
    assert "only they can undo it" in helper.text
    for said in ("That is undone.", "Somebody has dealt with this meanwhile."):
        browser.post("/console/takes/put-back", {"take": take.id})
        assert said in browser.text
        assert room_of(small_desk).takes.take(take.id).state is TakeState.APPROVED
    assert "the one that goes on air" in browser.text
    assert browser.post("/console/takes/put-back").status_code == 400


def test_a_changed_script_makes_its_takes_outdated(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """When words change, the approved take says the old ones: it is marked, and the prompt is to be recorded anew."""
    approved(small_desk, sara, leila)
    bring(small_desk, with_words(small_desk.hotline.pack, ("welcome", "sw"), "Karibu. Tunafurahi."))
    browser = small_desk.signed_in(leila)
    browser.get(WELCOME)
    assert "Outdated" in browser.text
    assert "says the old words" in browser.text
    assert "/roll-back" not in browser.page.text


def test_sheets_are_printed_for_a_language_and_a_voice(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """A sheet holds what is still to be recorded, by number, and what another voice has said is left to that voice."""
    room_of(small_desk).voices.add("sw", "Sara")
    room_of(small_desk).voices.add("sw", "Neema")
    approved(small_desk, sara, leila, "welcome")
    number = room_of(small_desk).drafts.sheet_number("main_menu")
    browser = small_desk.signed_in(sara)
    browser.get("/console/library/sheets/sw")
    assert f"<b>{number}</b>" in browser.page.text
    assert "Karibu sana" not in browser.text
    assert len(browser.page.data) < MOST_BYTES
    browser.get("/console/library/sheets/sw?all=yes&voice=Sara")
    assert "Karibu sana" in browser.text
    browser.get("/console/library/sheets/sw?all=yes&voice=Neema")
    assert "Karibu sana" not in browser.text
    assert "Voice: Neema" in browser.text
    assert browser.get("/console/library/sheets/xx").status_code == 404


def test_sounds_are_played_in_parts_to_those_who_may(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """A clip and its original are sent whole or in part, kept by nobody else, and not at all to somebody signed out."""
    take = recorded(small_desk, sara)
    browser = small_desk.signed_in(leila)
    address = f"/console/takes/{take.id}"
    whole = browser.get(f"{address}/clip")
    assert (
        whole.data == browser.get(f"{address}/original").data == room_of(small_desk).media.read(take.clip_sha)
    )
    assert whole.headers["Content-Type"] == "audio/wav"
    assert "private" in whole.headers["Cache-Control"]
    client, base = browser.client, {"base_url": "https://line.example.org"}
    part = client.get(f"{address}/clip", headers={"Range": "bytes=10-19"}, **base)
    assert (part.status_code, part.data) == (206, whole.data[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(whole.data)}"
    assert client.get(f"{address}/clip", headers={"Range": "bytes=99999999-"}, **base).status_code == 416
    for otherwise in (
        {"Range": "items=0-3"},
        {"Range": "bytes=0-1,4-5"},
        {"Range": "bytes=0-3", "If-Range": '"another"'},
    ):
        all_of_it = client.get(f"{address}/clip", headers=otherwise, **base)
        assert (all_of_it.status_code, all_of_it.data) == (200, whole.data)
    known = client.get(f"{address}/clip", headers={"If-None-Match": f'"{take.clip_sha}"'}, **base)
    assert (known.status_code, known.data) == (304, b"")
    assert browser.get("/console/takes/none/clip").status_code == 404
    assert browser.get("/console/takes/..%2F..%2Fetc/clip").status_code == 404
    stranger = small_desk.browser()
    stranger.get(f"{address}/original")
    assert stranger.path == "/sign-in"


def test_an_original_is_nothing_but_sound(small_desk: Desk, sara: Worker) -> None:
    """Mallory sends a page as a recording: it is never sent as one, so no browser runs it."""
    room = room_of(small_desk)
    take = room.takes.receive(
        upload_id="a-page-not-a-sound", content=b"<html><script>alert(1)</script>", prompt="welcome",
        language="sw", voice="Sara", fingerprint="0" * 64, source="file", file_name="welcome.wav", by=sara.id,
        today=room.drafts.draft("first_line").brought_on, now=small_desk.now,
    )  # fmt: skip
    answer = small_desk.signed_in(sara).get(f"/console/takes/{take.id}/original")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_without_a_draft_the_pages_say_what_will_appear(small_desk: Desk) -> None:
    """Before any flow was brought in, every page about recordings opens and says how something comes there."""
    browser = small_desk.signed_in(small_desk.employ("Sara", Role.STAFF))
    for address in ("/console/library", "/console/voices", "/console/publish"):
        assert browser.get(address).status_code == 200
        assert "There is no flow to record yet." in browser.text
    assert browser.get("/console/review").status_code == 200
    assert "You have not said yet which languages you speak" in browser.text
    assert browser.get("/console/panels").status_code == 200
    assert "There has been no panel yet." in browser.text


def test_the_first_page_says_what_is_left_to_do(small_desk: Desk, sara: Worker, leila: Worker) -> None:
    """Sara's first page says how far Swahili is; Leila's, that a take waits for her ears, and leads to it."""
    recorded(small_desk, sara)
    assert "Swahili: 0 of" in small_desk.signed_in(sara).text
    browser = small_desk.signed_in(leila)
    assert "1 recording or script waits for your review." in browser.text
    browser.get("/console/review")
    assert "1 take waits for you" in browser.text
