"""Amina rings the real hotline from the telephone in the browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from flows.model import Script
from tests.browser.conftest import RunningHotline, Telephone

pytestmark = pytest.mark.browser

Open = Callable[..., Telephone]


def rows(running: RunningHotline, query: str) -> list[Any]:
    with running.hotline.wiring.database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def first(heard: list[dict[str, Any]], what: str, after: float = 0, url: str = "") -> float:
    """When something was first heard after a moment, in seconds."""
    return next(h["at"] for h in heard if h["what"] == what and h["at"] >= after and url in h["url"])


def scripts(running: RunningHotline) -> list[tuple[tuple[str, str], Script]]:
    return list(running.hotline.pack.scripts.items())


def clips_begun(heard: list[dict[str, Any]], after: float = 0) -> list[str]:
    return [h["url"] for h in heard if h["what"] == "starts" and h["at"] >= after]


def test_a_whole_call_from_the_language_to_goodbye(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """Amina chooses Swahili, asks for a call, and hears goodbye; nothing breaks, and no number is kept."""
    amina = open_telephone(running_hotline.address)
    said = {
        prompt: script.text.strip()
        for (prompt, language), script in scripts(running_hotline)
        if language == "sw"
    }
    amina.call()
    amina.wait_for_key("4")
    amina.press("4")
    for prompt, key in [
        ("welcome", "1"),
        ("may_we_call", "1"),
        ("when_is_it_safe", "1"),
        ("may_we_say_who", "2"),
    ]:
        amina.wait_for(said[prompt])
        amina.press(key)
    amina.wait_for(said["if_somebody_else_answers"])
    amina.press("2")
    amina.wait_for(said["woman_or_man"])
    amina.press("1")
    amina.wait_for(said["goodbye"], seconds=60)
    amina.wait_for("The call is over")
    languages = {item.get_attribute("lang") for item in amina.page.locator("#lines .said[lang]").all()}
    assert languages == {"en", "sw"}
    assert amina.problems == []
    assert rows(running_hotline, "SELECT count(*) FROM live_calls") == [(0,)]
    assert rows(running_hotline, "SELECT language, test, ended FROM calls") == [("sw", 1, "goodbye")]
    [(wishes,)] = rows(running_hotline, "SELECT wishes FROM callbacks")
    assert json.loads(wishes) == {
        "safe_when": "as_soon_as_possible",
        "say_who": "answer_no",
        "others_safe": "answer_no",
        "helper_gender": "a_woman",
    }
    assert rows(running_hotline, "SELECT from_number, to_number, state FROM simulated_calls") == [
        ("", "", "over")
    ]


def test_a_whole_call_with_an_exercise(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """Amina listens to an exercise to its end, says with a key that she feels better, and hears goodbye. The page has
    said all the while which keys do something."""
    amina = open_telephone(running_hotline.address)
    said = {
        prompt: script.text.strip()
        for (prompt, language), script in scripts(running_hotline)
        if language == "en"
    }
    everywhere = {"0": said["for_urgent_help"], "9": said["to_hear_again"], "*": said["to_go_back"]}
    everywhere = {key: text.rstrip(",") for key, text in everywhere.items()}
    amina.call()
    amina.wait_for_key("1")
    assert amina.keys("always") == everywhere
    amina.press("1")
    amina.wait_for_key("2")
    assert amina.keys("now") | amina.keys("always") == amina.keys("now") | everywhere
    assert not amina.keys("now").keys() & amina.keys("always").keys()
    amina.wait_for(said["welcome"])
    amina.press("2")
    amina.wait_for(said["about_breathing"])
    amina.press("1")
    amina.wait_for_key("#")
    assert (amina.keys("now"), amina.keys("always")) == ({"#": "To go on"}, everywhere)
    amina.wait_for(said["how_now"])
    amina.wait_for_key("3")
    assert amina.keys("now") == {
        key: said[prompt].rstrip(",") for key, prompt in [("1", "better"), ("2", "same"), ("3", "worse")]
    }
    amina.press("1")
    amina.wait_for(said["after_exercise"])
    amina.wait_for(said["goodbye"], seconds=60)
    amina.wait_for("The call is over")
    assert amina.keys("now") == amina.keys("always") == {}
    assert amina.problems == []
    assert rows(running_hotline, "SELECT name, value FROM notes ORDER BY name") == [("mood_after", "better")]
    assert rows(running_hotline, "SELECT completed FROM visits WHERE node = 'breathing'") == [(1,)]
    assert rows(running_hotline, "SELECT language, ended FROM calls") == [("en", "goodbye")]


def test_which_keys_do_what_is_said_in_arabic_too(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """Whoever has chosen Arabic reads the keys of every screen in Arabic, from right to left."""
    amina = open_telephone(running_hotline.address)
    amina.call()
    amina.wait_for_key("3")
    amina.press("3")
    urgent = running_hotline.hotline.pack.scripts["for_urgent_help", "ar"].text.strip(" ،\n")
    amina.page.locator("#keys-now li", has_text=urgent).wait_for()
    words = amina.page.locator("#keys-always li span").all()
    assert {word.get_attribute("lang") for word in words} == {"ar"}
    assert {word.get_attribute("dir") for word in words} == {"rtl"}


def test_a_key_stops_what_is_being_said_at_once(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """Amina presses a key in the middle of the languages: the voice stops in a blink and the menu follows at once."""
    amina = open_telephone(running_hotline.address)
    amina.call()
    amina.wait_to_hear(lambda heard: len(clips_begun(heard)) >= 2)
    amina.page.keyboard.press("1")
    amina.wait_to_hear(lambda heard: clips_begun(heard, after=first(heard, "key")))
    heard = amina.heard
    pressed = first(heard, "key")
    turn = first(heard, "posts", url="/turn")
    assert first(heard, "is cut off") - pressed < 0.1
    assert 0 <= turn - pressed < 1
    assert first(heard, "starts", after=pressed) > turn
    assert len(clips_begun(heard)) - len(clips_begun(heard, after=pressed)) < 8


def test_silence_is_waited_for_and_then_designed(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """Amina presses nothing: six seconds after the last word, and not before, the hotline goes on by itself."""
    amina = open_telephone(running_hotline.address)
    amina.call()
    amina.wait_for("No key was pressed", seconds=30)
    heard = amina.heard
    silence = first(heard, "posts", url="silence=1")
    last_word = max(h["at"] for h in heard if h["what"] == "ends" and h["at"] < silence)
    assert 5.9 < silence - last_word < 6.6
    assert amina.page.locator("body").get_attribute("data-state") == "talking"


def test_two_telephones_at_once(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """Amina in English and Leila in French ring at once, and neither hears the other."""
    amina, leila = open_telephone(running_hotline.address), open_telephone(running_hotline.address)
    amina.call()
    leila.call()
    amina.wait_for_key("2")
    amina.press("1")
    leila.wait_for_key("2")
    leila.press("2")
    amina.wait_for("Hello")
    leila.wait_for("Bonjour")
    assert not any("Bonjour" in line for line in amina.said)
    assert rows(running_hotline, "SELECT count(*) FROM live_calls") == [(2,)]
    amina.page.keyboard.press("Escape")
    amina.wait_until("at rest")
    leila.wait_until("talking")
    assert amina.problems == leila.problems == []


def test_a_call_with_the_keyboard_alone(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """Sara uses no mouse: Enter calls, a digit answers the menu, Escape hangs up, and Tab reaches every key."""
    sara = open_telephone(running_hotline.address)
    sara.page.keyboard.press("Enter")
    sara.wait_for_key("1")
    sara.page.keyboard.press("1")
    sara.wait_for("Hello")
    sara.page.keyboard.press("Escape")
    sara.wait_until("at rest")
    reached = set()
    for _ in range(24):
        sara.page.keyboard.press("Tab")
        reached.add(sara.page.evaluate("document.activeElement.value || document.activeElement.id"))
    assert {*"0123456789*#", "call"} <= reached


def test_nothing_is_asked_of_another_machine(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """The page works with no other address in the world, and keeps the rules it is served with."""
    amina = open_telephone(running_hotline.address)
    amina.call()
    amina.wait_for_key("1")
    amina.press("1")
    amina.wait_for("Hello")
    assert {url for url in amina.requests if not url.startswith(running_hotline.address)} == set()
    assert amina.page.evaluate("window.forbidden") == []
    assert amina.problems == []


def test_the_page_is_small(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """The whole page with its scripts weighs less than 100 kB, for slow lines."""
    amina = open_telephone(running_hotline.address)
    weight = amina.page.evaluate(
        "performance.getEntries().filter(e => 'decodedBodySize' in e).reduce((sum, e) => sum + e.decodedBodySize, 0)"
    )
    assert 20_000 < weight < 100_000


def test_a_caller_can_hide_the_number(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """Amina hides her number: the hotline takes the call and knows that there is none to call back."""
    amina = open_telephone(running_hotline.address)
    amina.page.locator("summary").click()
    amina.page.locator("#hidden").check()
    amina.call()
    amina.wait_for_key("1")
    assert rows(running_hotline, "SELECT has_number FROM live_calls") == [(0,)]


def test_a_telephone_has_a_number_that_nobody_has(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """A page that is opened for the first time takes a number that is kept for fiction, and not the hotline's own."""
    numbers = {open_telephone(running_hotline.address, by_lot=True).number for _ in range(5)}
    assert all(re.fullmatch(r"\+120255501\d\d", number) for number in numbers)
    assert "+12025550100" not in numbers
    assert len(numbers) > 1


def test_the_number_stays_with_the_window(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """Joseph gives his telephone a number; it is still the same when the page is opened again."""
    joseph = open_telephone(running_hotline.address)
    joseph.page.locator("summary").click()
    joseph.page.locator("#number").fill("+1 202 555 0155")
    joseph.page.locator("#number").press("Tab")
    joseph.page.reload()
    joseph.page.locator("body[data-ready]").wait_for()
    assert joseph.number == "+12025550155"


def test_arabic_is_written_from_right_to_left(running_hotline: RunningHotline, open_telephone: Open) -> None:
    """What is said in Arabic stands in the transcript as Arabic is read."""
    amina = open_telephone(running_hotline.address)
    amina.call()
    arabic = amina.page.locator('#lines .said[lang="ar"]')
    arabic.first.wait_for()
    assert arabic.first.get_attribute("dir") == "rtl"


def test_the_database_is_gone_and_callers_still_hear_something(
    running_hotline: RunningHotline, open_telephone: Open
) -> None:
    """The tables vanish in the middle of a call: Amina hears the emergency screen, and no problem of ours."""
    amina = open_telephone(running_hotline.address)
    amina.call()
    amina.wait_for_key("1")
    with running_hotline.hotline.wiring.database.begin() as connection:
        connection.execute(text("DROP TABLE live_calls"))
    amina.press("1")
    amina.wait_for("The call is over", seconds=60)
    last_resort = amina.page.locator("#lines li[data-kind=pressed] ~ li .said[lang]").all()
    assert {item.get_attribute("lang") for item in last_resort} == {"en", "fr", "ar", "sw"}
    assert amina.page.locator("#lines li[data-kind=problem]").count() == 0
