"""A flow on paper: every box on one sheet, every word whole, and large enough to be read without glasses."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from flows.check import check
from flows.examine import examine, problems_in, unreadable_in
from flows.model import STANDING_FOR, Pack
from flows.picture import NoSuchFlow, NoSuchLanguage, Paper, draw_sheets
from flows.picture.boxes import WIDTH
from flows.picture.sheets import EDGE, PAPERS
from flows.prompts import named_by
from tests.flows.generated import broken_packs
from tests.flows.test_picture import PACKS, SHIPPED, SVG, boxes, rectangles, words

LANGUAGES = ["en", "fr", "ar", "sw"]


def printed(folder: Path, language: str = "en", paper: Paper = "a4") -> str:
    examined = examine(folder)
    assert examined.draft is not None
    flow = examined.draft.entry
    problems = problems_in(examined, flow, language)
    return draw_sheets(examined.draft, flow, language, problems, unreadable_in(examined, flow), paper)


def sheets(page: str) -> list[ElementTree.Element]:
    """The drawings, without the first page."""
    found = re.findall(r'<section class="sheet".*?>(<svg.*?</svg>)</section>', page, re.DOTALL)
    return [ElementTree.fromstring(svg) for svg in found]


def first_page(page: str) -> str:
    return page[page.index('<section class="first"') : page.index("</section>")]


@pytest.fixture(scope="module")
def pack() -> Pack:
    found = examine(SHIPPED).pack
    assert found is not None
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_every_box_is_on_one_sheet_and_on_the_list(pack: Pack, language: str, paper: Paper) -> None:
    """Each node is drawn once, in the order of its number, and the first page says on which sheet."""
    page = printed(SHIPPED, language, paper)
    listed = first_page(page)
    numbers: list[int] = []
    found: list[str] = []
    for number, sheet in enumerate(sheets(page), 2):
        part = listed[listed.index(f"<h2>Sheet {number}</h2>") :].partition("</ul>")[0]
        titles = {name: (box.findtext(f"{SVG}title") or "").split() for name, box in boxes(sheet).items()}
        numbers += sorted(int(title[0]) for title in titles.values())
        found += titles
        for name, title in titles.items():
            assert f"<b>{title[0]}</b> {name} " in part
    assert sorted(found) == sorted(pack.flows[pack.entry].nodes)
    assert numbers == list(range(1, len(found) + 1))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_no_letter_is_too_small_on_paper(language: str, paper: Paper) -> None:
    """Printed on the paper that was asked for, the smallest letter has 7 points."""
    wide, high = PAPERS[paper]
    for sheet in sheets(printed(SHIPPED, language, paper)):
        _, _, units_wide, units_high = (float(number) for number in sheet.get("viewBox", "").split())
        fitting = min((wide - 2 * EDGE) / units_wide, (high - 2 * EDGE) / units_high)
        smallest = min(float(text.get("font-size", "0")) for text in sheet.iter(f"{SVG}text"))
        assert smallest * fitting / 25.4 * 72 >= 7
    sizes = [float(size) for size in re.findall(r"([\d.]+)pt", printed(SHIPPED, language, paper))]
    assert sizes
    assert min(sizes) >= 7


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_cut(pack: Pack, language: str) -> None:
    """Everything a caller hears stands in its box to the last word: above all what is agreed to, and what is safe."""
    shown = {
        name: words(box) for sheet in sheets(printed(SHIPPED, language)) for name, box in boxes(sheet).items()
    }
    for node in pack.flows[pack.entry].nodes.values():
        for prompt in named_by(node):
            if prompt in STANDING_FOR or prompt.startswith("press_"):
                continue
            text = " ".join(pack.scripts[prompt, language].text.split())
            assert text in shown[node.id], (node.id, prompt)


@pytest.mark.parametrize("folder", [SHIPPED, PACKS / "small", PACKS / "sense"])
@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_no_box_covers_another_or_leaves_the_sheet(folder: Path, paper: Paper) -> None:
    """Each sheet has room for all its boxes, side by side."""
    for sheet in sheets(printed(folder, "en", paper)):
        _, _, wide, high = (float(number) for number in sheet.get("viewBox", "").split())
        placed = sorted(rectangles(sheet))
        for n, (x1, y1, h1) in enumerate(placed):
            assert 0 <= x1 <= wide - WIDTH + 0.1
            assert 58 <= y1 <= high - h1 + 0.1
            for x2, y2, h2 in placed[n + 1 :]:
                assert x2 >= x1 + WIDTH or y2 >= y1 + h1 or y1 >= y2 + h2


def test_a_branch_on_another_sheet_is_found_from_both_ends() -> None:
    """Where a branch goes on elsewhere, its number stands in the box, and its heading says where it comes from."""
    drawn = sheets(printed(SHIPPED))
    found = {name: box for sheet in drawn for name, box in boxes(sheet).items()}
    number = (found["noted_before"].findtext(f"{SVG}title") or "").split()[0]
    assert f"yes: noted_before {number}" in words(found["talk"])
    talk = (found["talk"].findtext(f"{SVG}title") or "").split()[0]
    assert any(f"From box {talk}, yes" in words(sheet) for sheet in drawn)
    mood = (found["how_now"].findtext(f"{SVG}title") or "").split()[0]
    assert any(f"From box {mood}, key 1, 2, 3 or none" in words(sheet) for sheet in drawn)


def test_every_sheet_says_what_it_is_and_what_keys_hold_everywhere() -> None:
    """A sheet that has come loose still names its flow, its place, its language, and where 0 leads."""
    drawn = sheets(printed(SHIPPED, "fr"))
    assert 3 <= len(drawn) <= 12
    for number, sheet in enumerate(drawn, 2):
        assert f"sheet {number} of {len(drawn) + 1}" in words(sheet)
        assert "What callers hear in French" in words(sheet)
        assert "0 goes to crisis (" in words(sheet)


def test_mistakes_are_marked_in_their_place() -> None:
    """A mistake stands in its box; what belongs to no box stands on the first page, with what to do."""
    page = printed(PACKS / "sense")
    found = {name: box for sheet in sheets(page) for name, box in boxes(sheet).items()}
    assert "Mistake: The call would go round" in words(found["decide"])
    assert "Key 0 doesn&#x27;t lead to a person." in first_page(page)
    assert "Callers rely on 0 everywhere." in first_page(page)
    assert re.search(r'</b> decide <span>Decides</span> <strong class="error">!', first_page(page))


def test_sheets_need_nothing_from_elsewhere() -> None:
    """No address, font or script: the page can be mailed, kept, and printed without a network."""
    page = printed(SHIPPED).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|href|url\(|@import|<script|<image| on\w+=", page)


@pytest.mark.parametrize("paper", ["a4", "a3"])
def test_a_browser_prints_one_page_for_each_sheet(chromium_path: str, tmp_path: Path, paper: Paper) -> None:
    """What Joseph prints from his browser is one piece of paper for each sheet, and nothing runs over."""
    page = printed(SHIPPED, "ar", paper)
    (tmp_path / "flow.html").write_text(page, encoding="utf-8")
    command = [
        chromium_path,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    subprocess.run(
        [*command, f"--print-to-pdf={tmp_path / 'flow.pdf'}", str(tmp_path / "flow.html")],
        capture_output=True,
        check=True,
        timeout=120,
    )
    pages = re.findall(rb"/Type /Page\b", (tmp_path / "flow.pdf").read_bytes())
    assert len(pages) == 1 + len(sheets(page))


def test_the_same_pack_gives_the_same_sheets() -> None:
    """Two prints can be laid side by side and compared."""
    assert printed(SHIPPED, "sw") == printed(SHIPPED, "sw")


def test_unknown_flow_or_language_is_refused(pack: Pack) -> None:
    """Asking for a flow or a language that isn't there is refused by name."""
    with pytest.raises(NoSuchFlow):
        draw_sheets(pack, "other", "en")
    with pytest.raises(NoSuchLanguage):
        draw_sheets(pack, pack.entry, "es")


@settings(max_examples=100, deadline=None)
@given(broken_packs())
def test_any_pack_can_be_printed(pack: Pack) -> None:
    """However wrong a pack is, each of its nodes stands on one sheet."""
    problems = check(pack)
    for name, flow in pack.flows.items():
        drawn = sheets(draw_sheets(pack, name, pack.languages[-1], problems))
        assert sorted(box for sheet in drawn for box in boxes(sheet)) == sorted(flow.nodes)
