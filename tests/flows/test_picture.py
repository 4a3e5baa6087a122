"""The picture of a flow: whole, well formed, and readable without colour, network or font."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from flows.check import check
from flows.examine import examine, problems_in, unreadable_in
from flows.languages import name as language_name
from flows.model import Menu, Pack, Rate
from flows.picture import NoSuchFlow, NoSuchLanguage, draw_flow
from flows.picture.boxes import WIDTH
from flows.picture.text import fitted, width, wrapped
from tests.flows.generated import broken_packs

PACKS = Path(__file__).parent / "packs"
SHIPPED = Path(__file__).parents[2] / "flows" / "packs" / "first_line"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(folder: Path, language: str = "en", flow: str | None = None) -> ElementTree.Element:
    examined = examine(folder)
    assert examined.draft is not None
    chosen = flow or examined.draft.entry
    problems = problems_in(examined, chosen, language)
    svg = draw_flow(examined.draft, chosen, language, problems, unreadable_in(examined, chosen))
    return ElementTree.fromstring(svg)


def words(element: ElementTree.Element) -> str:
    return " ".join(text.text or "" for text in element.iter(f"{SVG}text"))


def boxes(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    found = {}
    for group in root.iter(f"{SVG}g"):
        name = group.get("id", "")
        if name.startswith("node-"):
            found[name.removeprefix("node-")] = group
    return found


@pytest.mark.parametrize("language", ["en", "fr", "ar", "sw"])
def test_shipped_flow_is_drawn_whole(language: str) -> None:
    """Every node of the pack that ships has one box with its name, in each language."""
    pack = examine(SHIPPED).pack
    assert pack is not None
    root = drawn(SHIPPED, language)
    flow = pack.flows[pack.entry]
    found = boxes(root)
    assert sorted(found) == sorted(flow.nodes)
    for name, box in found.items():
        title = box.find(f"{SVG}title")
        assert title is not None
        assert f" {name}: " in (title.text or "")
    assert f"What callers hear in {language_name(language)}" in words(root)


def test_every_key_is_shown_with_what_it_is_for() -> None:
    """Each key of each menu and question stands in its box, beside the words a caller hears."""
    pack = examine(SHIPPED).pack
    assert pack is not None
    found = boxes(drawn(SHIPPED))
    for node in pack.flows[pack.entry].nodes.values():
        given = node.options if isinstance(node, Menu) else node.choices if isinstance(node, Rate) else ()
        shown = words(found[node.id])
        for one in given:
            first_words = pack.scripts[one.say, "en"].text.split()[:3]
            assert re.search(rf"\b{one.key} {re.escape(' '.join(first_words))}", shown), (node.id, one.key)


def test_keys_stand_on_the_arrows_and_silence_is_dashed() -> None:
    """Between the boxes, round keys say what leads on, and dashes say where silence leads."""
    root = drawn(PACKS / "small")
    inside = {id(element) for box in boxes(root).values() for element in box.iter()}
    outside = [element for element in root.iter() if id(element) not in inside]
    keys = {
        element.text for element in outside if element.tag == f"{SVG}text" and len(element.text or "") == 1
    }
    assert {"1", "2", "3", "0", "9", "*"} <= keys
    assert any(element.get("stroke-dasharray") for element in outside if element.tag == f"{SVG}path")


def test_boxes_never_cover_each_other() -> None:
    """However the parts are packed, no box lies on another."""
    for folder, flow in (
        (SHIPPED, None),
        (PACKS / "small", None),
        (PACKS / "sense", None),
        (PACKS / "sense", "deep"),
    ):
        frames = sorted(rectangles(drawn(folder, flow=flow)))
        for (x1, y1, h1), (x2, y2, h2) in ((a, b) for n, a in enumerate(frames) for b in frames[n + 1 :]):
            apart = x2 >= x1 + WIDTH or y2 >= y1 + h1 or y1 >= y2 + h2
            assert apart, (folder.name, (x1, y1), (x2, y2))


def rectangles(root: ElementTree.Element) -> list[tuple[float, float, float]]:
    """Left, top and height of each box, on the page."""
    found = []

    def visit(element: ElementTree.Element, x: float, y: float) -> None:
        moved = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
        if moved:
            x, y = x + float(moved[1]), y + float(moved[2])
        if element.get("id", "").startswith("node-"):
            frame = element.find(f"{SVG}rect")
            assert frame is not None
            found.append((x, y, float(frame.get("height", "0"))))
        for child in element:
            visit(child, x, y)

    visit(root, 0.0, 0.0)
    return found


def test_everything_lies_on_the_page() -> None:
    """The page is large enough for all boxes, and has the shape of paper."""
    root = drawn(SHIPPED)
    _, _, wide, high = (float(number) for number in root.get("viewBox", "").split())
    assert wide / high == pytest.approx(1.414, abs=0.01)
    for x, y, height in rectangles(root):
        assert 0 <= x <= wide - WIDTH
        assert 0 <= y <= high - height - 90


@pytest.mark.parametrize("folder", [SHIPPED, PACKS / "small", PACKS / "sense"])
def test_the_large_drawing_can_be_read_on_the_paper_it_is_made_for(folder: Path) -> None:
    """No letter is under 7 points on the paper whose size the drawing gives."""
    root = drawn(folder)
    points = float(root.get("width", "").removesuffix("mm")) / 25.4 * 72
    unit = points / float(root.get("viewBox", "").split()[2])
    assert min(float(t.get("font-size", "0")) for t in root.iter(f"{SVG}text")) * unit >= 7


def test_picture_needs_nothing_from_elsewhere() -> None:
    """No address, font, script or style sheet: the file can be mailed, printed and kept."""
    pack = examine(SHIPPED).pack
    assert pack is not None
    svg = draw_flow(pack, pack.entry, "en").replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"https?:|href|url\(|@import|<script|<style|style=|<image|on\w+=", svg)


def test_picture_says_what_it_is() -> None:
    """A title and a description are read out by screen readers."""
    root = drawn(SHIPPED)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert title.text == "The flow “First line”"
    assert description is not None
    assert "boxes show what a caller hears in English" in (description.text or "")


def test_arabic_is_written_from_right_to_left() -> None:
    """What callers hear in Arabic runs from right to left; the names of nodes don't."""
    root = drawn(PACKS / "small", "ar")
    said = [element for element in root.iter(f"{SVG}text") if element.get("lang") == "ar"]
    assert len(said) > 10
    assert {element.get("direction") for element in said} == {"rtl"}
    assert all(
        element.get("direction") is None for element in root.iter(f"{SVG}text") if element.get("lang") is None
    )


def test_mistakes_are_marked_in_their_place() -> None:
    """A mistake stands in its box with a sign and in words; what belongs to no box stands under the title."""
    root = drawn(PACKS / "sense")
    box = boxes(root)["decide"]
    assert "Mistake: The call would go round" in words(box)
    assert "!" in words(box).split()
    assert "Warning:" in words(boxes(root)["fourth"])
    assert "Key 0 doesn't lead to a person" in words(root)


def test_node_that_could_not_be_read_is_still_there(tmp_path: Path) -> None:
    """A node with a typing mistake keeps its place in the picture, with what is wrong."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "flow.yaml").write_text(
        "flow: f\nspec: 1\nlanguages: [en]\nstart: a\nnodes:\n  a: {play: x, then: b}\n  b: {ply: x}\n"
    )
    root = drawn(tmp_path)
    assert sorted(boxes(root)) == ["a", "b"]
    assert "Can't be read" in words(boxes(root)["b"])
    assert "Mistake: It isn't clear" in words(boxes(root)["b"])


def test_unknown_flow_or_language_is_refused() -> None:
    """Asking for a flow or a language that isn't there is refused by name."""
    pack = examine(PACKS / "small").pack
    assert pack is not None
    with pytest.raises(NoSuchFlow):
        draw_flow(pack, "other", "en")
    with pytest.raises(NoSuchLanguage):
        draw_flow(pack, "small", "fr")


def test_same_pack_gives_the_same_picture() -> None:
    """Two prints of the same flow are the same to the last stroke, so they can be compared."""
    one, two = examine(SHIPPED).pack, examine(SHIPPED).pack
    assert one is not None
    assert two is not None
    assert draw_flow(one, one.entry, "sw") == draw_flow(two, two.entry, "sw")


@settings(max_examples=150, deadline=None)
@given(broken_packs())
def test_any_pack_can_be_drawn(pack: Pack) -> None:
    """However wrong a pack is, its picture is well formed and names every node."""
    problems = check(pack)
    for name, flow in pack.flows.items():
        root = ElementTree.fromstring(draw_flow(pack, name, pack.languages[-1], problems))
        assert sorted(boxes(root)) == sorted(flow.nodes)


def test_lines_fit_their_room() -> None:
    """Text is broken between words and cut with an ellipsis, never wider than its box."""
    text = "Let us breathe slowly together, and sit or lie as you like, for as long as you like"
    lines = wrapped(text, 11.5, 120, 3)
    assert len(lines) == 3
    assert all(width(line, 11.5) <= 120 for line in lines)
    assert lines[-1].endswith("…")
    assert text.startswith(" ".join(lines)[:-1])
    assert wrapped(text, 11.5, 10_000, 3) == [text]
    assert width(fitted("w" * 50, 10, 90), 10) <= 90
    assert all(len(a) >= len(b) for a, b in pairwise(fitted(text, 10, room) for room in (300, 200, 100)))
