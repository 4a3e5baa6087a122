"""Digits as people type them, times as people read them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from ivr.console.digits import international, plain_digits
from ivr.console.languages import LANGUAGES, set_up_languages
from ivr.console.times import both, day, exactly, hours, how_long, zone_of, zones
from tests.hotline import Clock

NOW = Clock().now


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("+1 202 555 0133", "+12025550133"),
        ("00 1 (202) 555-0133", "+12025550133"),
        ("‎+1.202.555.0133‬", "+12025550133"),
        ("+١ ٢٠٢ ٥٥٥ ٠١٣٣", "+12025550133"),
        ("+۱ ۲۰۲ ۵۵۵ ۰۱۳۳", "+12025550133"),
        ("0202 5550133", "02025550133"),
    ],
)
def test_a_number_is_understood_however_it_is_typed(typed: str, meant: str) -> None:
    """Blanks, dashes, brackets, hidden marks and digits of other scripts make no difference."""
    assert international(typed) == meant


def test_digits_of_any_script_are_digits() -> None:
    """A code typed on an Arabic, Persian or Bengali keyboard is the same code."""
    assert {plain_digits(code) for code in ("123 456", "١٢٣٤٥٦", "۱۲۳۴۵۶", "১২৩৪৫৬")} == {"123456"}


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 minute"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (900, "15 minutes"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
    ],
)
def test_a_wait_is_rounded_up_and_never_short(seconds: float, said: str) -> None:
    """Whoever comes back when the page said finds the door open."""
    assert how_long(seconds, "en") == said


@pytest.mark.parametrize(
    ("language", "said", "exact"),
    [
        ("en", "3 hours ago", "1 Mar 2026, 12:00"),
        ("fr", "il y a 3 heures", "1 mars 2026, 12:00"),
        ("ar", "قبل 3 ساعات", "1 مارس 2026، 12:00"),
    ],
)
def test_a_time_says_how_long_ago_and_when(language: str, said: str, exact: str) -> None:
    """A reader in Nairobi reads the hour of Nairobi, in the language of the page."""
    app = Flask("test")
    set_up_languages(app, lambda: language)
    with app.test_request_context():
        shown = both(NOW - 3 * 3600, NOW, ZoneInfo("Africa/Nairobi"), language)
    assert said in shown
    assert exact in shown
    assert 'datetime="2026-03-01T09:00:00+00:00"' in shown


def test_every_language_can_say_every_time() -> None:
    """Days, hours and time zones exist in all languages of the console."""
    for language in LANGUAGES:
        assert "2026" in day("2026-03-01", language)
        assert exactly(NOW, zone_of("Nowhere/Land"), language)
        names = dict(zones(language, "Africa/Nairobi"))
        assert "Africa/Nairobi" in names and "UTC" in names
        assert len(names) > 300
    assert zones("en", "Etc/GMT+3")[0] == ("Etc/GMT+3", "Etc/GMT+3")
    assert hours("00-04") == "00:00–04:00"
