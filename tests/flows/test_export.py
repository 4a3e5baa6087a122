"""What is handed on: the document, and the sheet to record from."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flows.examine import examine
from flows.export import as_json, as_recording_sheet, where_heard
from flows.load import pack_from_document
from flows.model import Pack
from flows.prompts import needed_by_pack

PACKS = Path(__file__).parent / "packs"
SHIPPED = Path(__file__).parents[2] / "flows" / "packs" / "first_line"


@pytest.fixture(scope="module")
def shipped() -> Pack:
    pack = examine(SHIPPED).pack
    assert pack is not None
    return pack


class Outline(HTMLParser):
    """The tags of a page, to see that each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.left_open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.opened.pop() != tag:
            self.left_open.append(tag)


def test_document_is_the_pack(shipped: Pack) -> None:
    """What is exported as a document can be read again as the same pack."""
    assert pack_from_document(json.loads(as_json(shipped))) == shipped


def test_equal_packs_give_equal_bytes(shipped: Pack) -> None:
    """The same pack always gives the same document, so that it can be named by its content."""
    again = examine(SHIPPED).pack
    assert again is not None
    assert as_json(again) == as_json(shipped)


def test_sheet_has_every_text_in_every_language(shipped: Pack) -> None:
    """Nobody who records from the sheet misses a text: each is there once in each language, by name."""
    sheet = as_recording_sheet(shipped, shipped.languages)
    for prompt in needed_by_pack(shipped):
        assert len(re.findall(rf"\d+\. {prompt}</p>", sheet)) == len(shipped.languages), prompt
    assert sheet.count('class="said" lang="ar" dir="rtl"') == sum(code == "ar" for _, code in shipped.scripts)
    assert shipped.scripts["goodbye", "sw"].text.split("\n")[0].split("&")[0] in sheet


def test_sheet_is_a_whole_page_without_any_address(shipped: Pack) -> None:
    """The sheet is well formed, prints each language on new paper, and needs nothing from elsewhere."""
    sheet = as_recording_sheet(shipped, shipped.languages)
    outline = Outline()
    outline.feed(sheet)
    assert (outline.opened, outline.left_open) == ([], [])
    assert "break-before: page" in sheet
    assert not re.search(r"https?:|src=|href|@import|url\(|<script", sheet)


def test_sheet_tells_the_speaker_what_matters() -> None:
    """Direction, length, review, source and where a text is heard stand beside it."""
    pack = examine(PACKS / "small").pack
    assert pack is not None
    sheet = as_recording_sheet(pack, ["en"])
    row = next(row for row in sheet.split("<tr>") if ". breathing</p>" in row)
    assert "slowly; leave room" in row
    assert "aim for 90 s" in row
    assert "word for word" in row
    assert "slow breathing, made for tests" in row
    assert "listening: breathing" in row
    assert "Review of all these texts: made for tests." in sheet


def test_text_that_is_missing_or_foreign_stays_harmless() -> None:
    """A text that isn't written yet is said to be missing, and signs in a text can't break the page."""
    pack = examine(PACKS / "small").pack
    assert pack is not None
    welcome = pack.scripts["welcome", "en"]
    script = replace(welcome, text='<b>&amp; "hello"', review=replace(welcome.review, clinical="lead"))
    scripts = {place: one for place, one in pack.scripts.items() if place != ("goodbye", "en")}
    sheet = as_recording_sheet(replace(pack, scripts={**scripts, ("welcome", "en"): script}), ["en"])
    assert "&lt;b&gt;&amp;amp; &quot;hello&quot;" in sheet
    assert "There is no text yet." in sheet
    assert "made for tests; clinical: lead" in sheet


def test_each_prompt_knows_where_it_is_heard(shipped: Pack) -> None:
    """Every prompt that has to be recorded names at least one place where callers hear it."""
    heard = where_heard(shipped)
    assert [prompt for prompt in needed_by_pack(shipped) if not heard.get(prompt)] == []
