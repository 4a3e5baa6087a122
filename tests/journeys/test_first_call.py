"""Whole calls, from the first ring to what is kept of them."""

from __future__ import annotations

from ivr.calls.kept import kept_calls
from tests.hotline import Hotline


def test_amina_listens_and_asks_for_a_call(hotline: Hotline) -> None:
    """Amina chooses Swahili, listens to an exercise, says she feels better, asks for a call, and only that is kept."""
    call = hotline.ring()
    assert [language for prompt, language in call.said if prompt == "this_language"] == [
        "en",
        "fr",
        "ar",
        "sw",
    ]
    call.press("4")
    assert {language for _, language in call.said} == {"sw"}
    call.press("2").press("1")
    assert call.prompts == ["breathing"]
    call.wait()
    assert call.prompts[0] == "how_now"
    call.press("1").press("1")
    call.press("1").press("2").press("1").press("1").press("3")
    assert call.prompts == ["callback_noted", "wait_unknown", "need_not_answer", "call_us_before"]
    call.wait().wait().wait()
    assert call.prompts == ["goodbye"]
    assert call.hang_up().status_code == 204
    with hotline.wiring.database.connect() as connection:
        (kept,) = kept_calls(connection, 10)
    assert kept["language"] == "sw"
    assert kept["ended"] == "goodbye"
    assert kept["date"] == "2026-03-01"
    assert [n for n in kept["notes"] if n["name"] == "mood_after"] == [
        {"name": "mood_after", "value": "better"}
    ]
    assert [v["node"] for v in kept["visits"]][:4] == ["language", "welcome", "listen", "breathing"]
