"""The plot of helpers and waiting times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf
from xml.etree import ElementTree

import pytest

from flows.picture.text import width
from ivr.staffing.figures import Measures, Row
from ivr.staffing.model import Target
from ivr.staffing.plot import draw
from ivr.staffing.report import sentence

SVG = "{http://www.w3.org/2000/svg}"
TARGET = Target(7200.0, 0.8)
INK, PAPER = "#1f2a36", "#ffffff"


def row(helpers: int | None, minutes: float, in_time: float) -> Row:
    """A row in which 8 of 10 wait so many minutes, give or take a tenth."""
    middle = Measures(60.0, minutes * 60, inf, in_time, 0.7, 0.2, 0.1, 0.0, 0.6, 0.3)
    low, high = (replace(middle, wait_of_target=middle.wait_of_target * part) for part in (0.9, 1.1))
    return Row(helpers, middle, low, high)


FOUR = [row(1, inf, 0.02), row(2, 1500, 0.4), row(3, 60, 0.85), row(4, 0, 1.0), row(None, 0, 1.0)]


def drawn(rows: Sequence[Row]) -> ElementTree.Element:
    return ElementTree.fromstring(draw(rows, TARGET))


def bars(picture: ElementTree.Element) -> list[ElementTree.Element]:
    return [rect for rect in picture.iter(f"{SVG}rect") if rect.get("stroke")]


def words(picture: ElementTree.Element) -> list[str]:
    return [shape.text or "" for shape in picture.iter(f"{SVG}text")]


def test_the_title_says_what_is_to_be_seen() -> None:
    """The title is the answer in a sentence, for those who see it and for those who have it read out."""
    picture = drawn(FOUR)
    assert sentence(FOUR, TARGET) == "With 3 helpers on call, 8 of 10 callers are called back within 1 h."
    assert words(picture)[0] == picture.findtext(f"{SVG}title") == sentence(FOUR, TARGET)


def test_bars_stand_on_zero_and_are_as_high_as_their_share() -> None:
    """The bars have one foot, their heights are in the proportion of the shares, and there is no bar for “no limit”."""
    found = bars(drawn(FOUR))
    assert len({float(bar.get("y", 0)) + float(bar.get("height", 0)) for bar in found}) == 1
    heights = [float(bar.get("height", 0)) for bar in found]
    assert [height / heights[-1] for height in heights] == pytest.approx([0.02, 0.4, 0.85, 1.0], abs=0.002)


def test_black_and_white_is_enough() -> None:
    """Bars that reach the target are dark and the others white, so a copying machine loses nothing."""
    assert [bar.get("fill") for bar in bars(drawn(FOUR))] == [PAPER, PAPER, INK, INK]


def test_every_column_says_its_figures() -> None:
    """Nobody has to measure with a ruler: shares and waits stand at their columns, and the target at its line."""
    said = words(drawn(FOUR))
    for figure in (
        "2 %",
        "40 %",
        "85 %",
        "100 %",
        "never",
        "25 h",
        "1 h",
        "under 1 min",
        "target 2 h",
        "target 80 %",
    ):
        assert figure in said


@pytest.mark.parametrize("columns", [1, 2, 8, 30])
def test_nothing_leaves_the_picture(columns: int) -> None:
    """Whether one number of helpers is shown or thirty, every mark and every word lies inside of it."""
    rows = [
        row(number + 1, inf if number < 2 else 900 / number, number / columns) for number in range(columns)
    ]
    picture = drawn([*rows, row(None, 0, 1.0)])
    wide, high = float(picture.get("width", 0)), float(picture.get("height", 0))
    for shape in picture.iter():
        x, y = (float(shape.get(axis, shape.get(f"c{axis}", 0))) for axis in "xy")
        room = width(shape.text or "", float(shape.get("font-size", 0))) if shape.tag == f"{SVG}text" else 0.0
        left = x - room / 2 if shape.get("text-anchor") == "middle" else x
        assert 0 <= left <= left + room <= wide
        assert 0 <= y <= high
    for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", draw(rows, TARGET)):
        assert 0 <= float(x) <= wide
        assert 0 <= float(y) <= high


def test_the_plot_needs_nothing_from_elsewhere() -> None:
    """No font, picture, style or script is fetched when the plot is opened."""
    picture = draw(FOUR, TARGET)
    assert re.findall(r"https?://[^\"]+", picture) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"url\(|<image|<script|<style|href", picture)
