"""Logs are read by many people and kept for long: a caller's number must not be in them in any spelling."""

from __future__ import annotations

import io
import json
import logging
import sys
import time
import uuid
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.logs import HIDDEN, ascii_digit, hide_numbers, redact, set_up_logs
from tests.hotline import AMINA

NBSP = "\N{NO-BREAK SPACE}"


def _grouped(between: str) -> Callable[[str], str]:
    return lambda digits: (
        "+" + between.join([digits[:1], digits[1:4], digits[4:7], digits[7:]]).rstrip(between)
    )


SPELLINGS: dict[str, Callable[[str], str]] = {
    "E.164": lambda digits: f"+{digits}",
    "digits only": lambda digits: digits,
    "00 in front": lambda digits: f"00{digits}",
    "in a web address": lambda digits: quote(f"+{digits}"),
    "in small letters": lambda digits: f"%2b{digits}",
    "encoded twice": lambda digits: quote(quote(f"+{digits}")),
    "after an encoded equals sign": lambda digits: f"From%3D%2B{digits}",
    "without its plus, after an encoded sign": lambda digits: f"From%3D{digits}%26To",
    "as JSON may write it": lambda digits: f"\\u002b{digits}",
    "with blanks": _grouped(" "),
    "with hyphens": _grouped("-"),
    "with long hyphens": _grouped("–"),
    "with dots": _grouped("."),
    "with slashes": _grouped("/"),
    "with fixed blanks": _grouped(NBSP),
    "with brackets": lambda digits: f"+{digits[:1]} ({digits[1:4]}) {digits[4:7]}-{digits[7:] or 0}",
    "blanks in a form": lambda digits: quote_plus(_grouped(" ")(digits)),
    "blanks in a web address": lambda digits: quote(_grouped(" ")(digits)),
    "as a web link": lambda digits: f"tel:+{digits}",
    "as an internet call": lambda digits: f"sip:+{digits}@example.org",
    "glued to a word": lambda digits: f"From+{digits}to",
    "after half of an encoded sign": lambda digits: f"B{digits}",
    "between small letters": lambda digits: f"xy{digits}z",
    "between underscores": lambda digits: f"_{digits}_",
    "with underscores": _grouped("_"),
    "with commas": _grouped(","),
    "with blanks of no width": _grouped("\N{ZERO WIDTH SPACE}"),
    "between marks of direction": _grouped("\N{LEFT-TO-RIGHT EMBEDDING}\N{POP DIRECTIONAL FORMATTING}"),
    "with soft hyphens": _grouped("\N{SOFT HYPHEN}"),
    "with encoded blanks of no width": lambda digits: quote(_grouped("\N{ZERO WIDTH SPACE}")(digits)),
    "with blanks of no width as JSON may write them": lambda digits: json.dumps(
        _grouped("\N{ZERO WIDTH SPACE}")(digits)
    ),
    "in Arabic digits": lambda digits: digits.translate({48 + n: 0x660 + n for n in range(10)}),
    "in Persian digits": lambda digits: "+" + digits.translate({48 + n: 0x6F0 + n for n in range(10)}),
    "in wide digits": lambda digits: digits.translate({48 + n: 0xFF10 + n for n in range(10)}),
    "as Python writes it": lambda digits: repr(_grouped(NBSP)(digits).encode("latin-1")),
}

e164_digits = st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True)


def digits_left(text: str, digits: str) -> bool:
    """Whether five digits of a number in a row can still be read, whatever stands between them."""
    plain = "".join(ascii_digit(c) for c in text if c.isdigit())
    return any(digits[i : i + 5] in plain for i in range(len(digits) - 4))


@pytest.mark.parametrize("spelling", SPELLINGS)
@settings(max_examples=40)
@given(digits=e164_digits, before=st.sampled_from(["", "caller ", "('", '{"From": "', "?From="]))
def test_every_spelling_of_every_number_is_hidden(spelling: str, digits: str, before: str) -> None:
    """Whatever number a caller has and however it is spelled, a log line doesn't hold it."""
    said = hide_numbers(before + SPELLINGS[spelling](digits) + "' rang")
    assert HIDDEN in said
    assert not digits_left(said, digits)


@given(st.lists(e164_digits, min_size=2, max_size=4), st.sampled_from([" ", ", ", "', '", "&To=", "|"]))
def test_several_numbers_in_one_line_are_all_hidden(numbers: list[str], between: str) -> None:
    """A line with several numbers hides each of them."""
    said = hide_numbers(between.join(f"+{digits}" for digits in numbers))
    assert not any(digits_left(said, digits) for digits in numbers)


@given(st.uuids(version=4))
def test_ids_and_times_stay_readable(random_id: uuid.UUID) -> None:
    """Whoever looks for a fault still finds the random id and the time of what happened."""
    said = f"call {random_id} took place at 2026-03-01T12:34:56.789012Z, on 2026-03-01 13:00:00,123"
    assert hide_numbers(said) == said
    assert hide_numbers(random_id.hex[:7] + "abcdef0") == random_id.hex[:7] + "abcdef0"


@given(st.uuids(version=4), st.sampled_from(["CA", "RE", ""]))
def test_ids_of_calls_and_clips_stay_readable(random_id: uuid.UUID, kind: str) -> None:
    """The id of a call at its provider and the name of a clip stay whole, whatever figure stands before them."""
    clip = random_id.hex * 2
    said = f"line 5 {kind}{random_id.hex} played {clip}.wav at 12 2026-03-01 13:00:00,123"
    assert hide_numbers(said) == said


@given(st.from_regex(r"[1-9][0-9]{7,14}", fullmatch=True), st.from_regex(r"[a-z]{0,4}", fullmatch=True))
def test_a_number_is_hidden_among_letters_of_ids(digits: str, letters: str) -> None:
    """A number with its country is hidden even where the letters around it might be those of a short random id."""
    assert not digits_left(hide_numbers(f"{letters}{digits}{letters}"), digits)


def test_small_figures_stay_readable() -> None:
    """Ports, counts, milliseconds and addresses of machines are no phone numbers."""
    for said in (
        "listening on 127.0.0.1:8000",
        "took 12.5 ms",
        "500 of 1200 clips",
        "error 11205",
        "pid=43210",
    ):
        assert hide_numbers(said) == said


def test_numbers_are_hidden_however_deep_they_lie() -> None:
    """A number in a list, in a field's name, in an error or as a figure is hidden as well."""
    event = {
        "event": "x",
        "count": 3,
        "list": [AMINA, {"deep": (AMINA, 12025550147)}],
        "fields": {AMINA: 1},
        "error": ValueError(f"no such caller: {AMINA}"),
        "figure": 12025550147,
        "timestamp": "2026-03-01T12:00:00Z",
    }
    said = json.dumps(redact(None, "info", event))
    assert "5550147" not in said
    assert '"count": 3' in said
    assert "2026-03-01T12:00:00Z" in said


def test_what_is_really_written_holds_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own events, those of libraries, and their tracebacks reach the log without the number that was in them."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    set_up_logs("info")
    try:
        try:
            raise RuntimeError(f"{AMINA} can't be reached")
        except RuntimeError:
            structlog.get_logger().error("turn_failed", exc_info=True, caller=AMINA)
            logging.getLogger("library").exception("ringing %s", AMINA, stack_info=True)
        structlog.get_logger().info("still", seconds=time.monotonic())
    finally:
        structlog.reset_defaults()
        logging.basicConfig(force=True)
    assert "can't be reached" in written.getvalue()
    assert written.getvalue().count(HIDDEN) >= 3
    assert "5550147" not in written.getvalue()


def test_the_log_of_a_web_server_hides_numbers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server that had its own log before we were loaded hides numbers in it from then on."""
    written = io.StringIO()
    server = logging.getLogger("a.web.server")
    server.propagate = False
    own = logging.StreamHandler(written)
    own.setFormatter(logging.Formatter("[server] %(message)s"))
    server.addHandler(own)
    try:
        set_up_logs("info")
        set_up_logs("info")
        server.warning("Invalid request line: %r", f"&From=%2B{AMINA[1:]}&To=x")
        try:
            raise RuntimeError(f"{AMINA} can't be reached")
        except RuntimeError:
            server.exception("failed", stack_info=True)
    finally:
        server.removeHandler(own)
        structlog.reset_defaults()
        logging.basicConfig(force=True)
    assert written.getvalue().count("[server]") == 2
    assert f"&From={HIDDEN}&To=x" in written.getvalue()
    assert "can't be reached" in written.getvalue()
    assert "5550147" not in written.getvalue()
