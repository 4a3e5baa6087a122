"""What people type and keep in files, and what they are told when it can't be read."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.staffing import reading
from ivr.staffing.model import DAY, HOUR, Target
from ivr.staffing.reading import InputUnusable

DAY_OF_CALLS = "hour,calls\n" + "".join(f"{hour},{hour / 2}\n" for hour in range(24))
HALVES = tuple(hour / 2 for hour in range(24))


@pytest.mark.parametrize(
    "text",
    [
        DAY_OF_CALLS,
        "\ufeff" + DAY_OF_CALLS.replace(",", ";"),
        DAY_OF_CALLS.replace(",", "\t").replace("\n", "\r\n"),
        DAY_OF_CALLS.removeprefix("hour,calls\n"),
        DAY_OF_CALLS.replace("hour,calls", "Hour, Calls") + "\n\n",
        "".join(f'"{hour:02d}:00","{hour / 2}"\n' for hour in reversed(range(24))),
    ],
    ids=["plain", "semicolons", "tabs", "no heading", "blank lines", "quoted times, backwards"],
)
def test_arrivals_are_read_as_spreadsheets_write_them(text: str) -> None:
    """However a spreadsheet separates its cells, the calls of each hour are found."""
    assert reading.read_arrivals(text, "arrivals.csv") == HALVES


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DAY_OF_CALLS.replace("7,3.5", "7,a few"), "arrivals.csv, line 9: “a few” is not a number of calls."),
        (
            DAY_OF_CALLS.replace("7,3.5", "7,3,5"),
            "arrivals.csv, line 9: expected an hour and a number of calls",
        ),
        (
            DAY_OF_CALLS.replace("7,3.5", "7,-1"),
            "arrivals.csv, line 9: -1 calls in an hour can't be simulated.",
        ),
        (DAY_OF_CALLS.replace("7,3.5", "7,nan"), "arrivals.csv, line 9: nan calls"),
        (DAY_OF_CALLS.replace("7,3.5", "24,1"), "arrivals.csv, line 9: “24” is not an hour of the day."),
        (DAY_OF_CALLS.replace("7,3.5", "6,1"), "arrivals.csv, line 9: hour 6 stands here a second time."),
        (DAY_OF_CALLS.replace("7,3.5\n", ""), "arrivals.csv: no row for hour 7."),
        ("".join(f"{hour},0\n" for hour in range(24)), "arrivals.csv: there is no call in any hour"),
        ("", "arrivals.csv: no row for hour 0, 1, 2"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(text: str, told: str) -> None:
    """Sara is told the file, the line, what is wrong there and what to write instead."""
    with pytest.raises(InputUnusable) as refused:
        reading.read_arrivals(text, "arrivals.csv")
    assert str(refused.value).startswith(told)
    assert str(refused.value).endswith(".")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    """Whatever stands in a file, it is read or refused with words, and never with a crash."""
    try:
        found = reading.read_arrivals(text, "arrivals.csv")
    except InputUnusable as refused:
        assert "arrivals.csv" in str(refused)
    else:
        assert len(found) == 24


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-22:00", ((8 * HOUR, 22 * HOUR),)),
        ("18:00-06:00", ((0.0, 6 * HOUR), (18 * HOUR, DAY))),
        ("8-12, 17:30–21:45", ((8 * HOUR, 12 * HOUR), (17.5 * HOUR, 21.75 * HOUR))),
        ("00:00-24:00", ((0.0, DAY),)),
        ("18:00-24:00", ((18 * HOUR, DAY),)),
        ("22:00-00:00", ((22 * HOUR, DAY),)),
    ],
)
def test_hours_are_read_past_midnight_too(text: str, spans: tuple[tuple[float, float], ...]) -> None:
    """A night from evening to morning is understood, and so are two spans of one day."""
    assert reading.read_hours(text).spans == spans


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("120 minutes for 80 %", Target(7200.0, 0.8)),
        ("120/80", Target(7200.0, 0.8)),
        ("1.5 h for 95%", Target(5400.0, 0.95)),
        ("2 Hours for 50", Target(7200.0, 0.5)),
    ],
)
def test_a_target_is_read_as_people_say_it(text: str, target: Target) -> None:
    """“120 minutes for 80 %” is understood as it stands."""
    assert reading.read_target(text) == target


def test_the_rest_is_read_as_it_is_written() -> None:
    """Numbers of helpers, shares that answer, wishes and minutes mean what they say."""
    assert reading.read_helpers("1-3,8, 5") == [1, 2, 3, 5, 8]
    assert reading.read_reached("50,65,76") == (0.5, 0.65, 0.76)
    assert reading.read_wishes("soon=60, evening=40") == {"as_soon_as_possible": 0.6, "in_the_evening": 0.4}
    assert reading.read_minutes("30,180") == (1800.0, 10800.0)


@pytest.mark.parametrize(
    ("read", "text", "told"),
    [
        (reading.read_hours, "evening", "“evening” is not a span of hours."),
        (reading.read_hours, "8-8", "“8-8” has no length."),
        (reading.read_hours, "8-12,11-14", "overlap"),
        (reading.read_hours, "8-25", "25:00 is not a time of day."),
        (reading.read_hours, "8:75-9", "8:75 is not a time of day."),
        (reading.read_helpers, "0-3", "“0-3” is not a number of helpers."),
        (reading.read_helpers, "8-1", "“8-1” is not a number of helpers."),
        (reading.read_helpers, "many", "“many” is not a number of helpers."),
        (reading.read_helpers, "1-100", "100 numbers of helpers are too many to try."),
        (reading.read_target, "soon", "“soon” is not a target."),
        (reading.read_target, "0/80", "“0/80” is not a target."),
        (reading.read_target, "1.2.3/80", "is not a target."),
        (reading.read_target, "120/100", "the share from 1 to 99"),
        (reading.read_reached, "50,26", "“50,26” goes down."),
        (reading.read_reached, "50,126", "more than 100 %"),
        (reading.read_reached, "half", "“half” is not a list of numbers."),
        (reading.read_minutes, "30,-1", "is not a list of numbers."),
        (reading.read_minutes, "inf", "is not a list of numbers."),
        (reading.read_wishes, "night=100", "“night=100” can't be used."),
        (reading.read_wishes, "soon=50,soon=50", "“soon=50” can't be used."),
        (reading.read_wishes, "soon=50,evening=40", "comes to 90 %."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(
    read: Callable[[str], object], text: str, told: str
) -> None:
    """Each mistake on the command line is named, with what to write instead."""
    with pytest.raises(InputUnusable) as refused:
        read(text)
    assert told in str(refused.value)
