"""What the line itself says, to helpers and to callers whom it rings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows import house
from flows.check import check
from flows.examine import examine
from flows.export import as_recording_sheet
from flows.model import Callback, Connect, End, Flow, Pack
from flows.prompts import needed_by_pack, only_of_house

PACKS = Path(__file__).parent / "packs"
SHIPPED = Path(__file__).parents[2] / "flows" / "packs" / "first_line"
NAMES_US = ("warmline", "hotline", "help", "aide", "aider", "ligne", "مساعدة", "msaada", "laini")


@pytest.fixture(scope="module")
def shipped() -> Pack:
    pack = examine(SHIPPED).pack
    assert pack is not None
    return pack


def one_node(node: Callback | Connect | End) -> Pack:
    nodes = {node.id: node, "goodbye": End("goodbye", ("goodbye",))}
    return Pack("one", "one", {"one": Flow("one", ("en", "fr-CD"), node.id, nodes, {})})


def test_only_packs_that_call_people_need_what_is_said_to_helpers() -> None:
    """A line that calls nobody back and rings no helper doesn't have to record what helpers would hear."""
    assert house.needed_by_house(one_node(End("bye", ("goodbye",)))) == ()
    called = house.needed_by_house(one_node(Callback("ask", "support", "goodbye", "goodbye")))
    assert {"call_hello", "door_code", "outcome_suicide", "wait_unknown", "speaks_fr_cd"} <= set(called)
    assert "crisis_offer" not in called
    rung = house.needed_by_house(one_node(Connect("ring", "crisis", "goodbye", "goodbye")))
    assert {"crisis_offer", "page_hello", "outcome_risk"} <= set(rung)
    assert "call_hello" not in rung
    assert house.needed_by_house(one_node(Connect("dial", "emergency", "goodbye", "goodbye"))) == ()


def test_every_one_of_them_says_when_it_is_heard(shipped: Pack) -> None:
    """Whoever records them is told of each to whom it is said."""
    moments = {prompt: house.moment(prompt) for prompt in house.needed_by_house(shipped)}
    assert all(moments.values())
    assert moments["call_hello"] == "said to a caller whom the line rings"
    assert moments["speaks_sw"] == "naming a caller's language to a helper"
    assert moments["press_hash"] == "naming a key to a helper"


def test_the_first_words_of_a_call_name_nobody(shipped: Pack) -> None:
    """Before a key is pressed, whoever picks up must not learn who is calling, in any language."""
    before_a_key = ("call_hello", "to_talk_now", "to_be_called_later", "call_goodbye", "call_later_noted")
    for prompt in (*before_a_key, "call_connecting"):
        for language in shipped.languages:
            said = shipped.scripts[prompt, language].text.lower()
            assert not [word for word in NAMES_US if word in said], (prompt, language)


def test_a_pack_without_them_is_told_so_in_one_sentence_a_language() -> None:
    """Sara isn't sent sixty problems when she has not recorded what helpers hear yet, but one for each language."""
    small = examine(PACKS / "small").pack
    assert small is not None
    own = only_of_house(small)
    without = {place: script for place, script in small.scripts.items() if place[0] not in own}
    found = check(replace(small, scripts=without))
    assert [problem.file for problem in found] == ["scripts/ar.yaml", "scripts/en.yaml"]
    assert "“call_hello”, “to_talk_now”, “to_be_called_later” and" in found[1].message


def test_one_that_is_missing_is_named() -> None:
    """Where only a few of them lack a text, each is named as any other prompt is."""
    small = examine(PACKS / "small").pack
    assert small is not None
    without = {place: script for place, script in small.scripts.items() if place != ("door_pin", "ar")}
    assert [problem.message for problem in check(replace(small, scripts=without))] == [
        "“door_pin” has no text in Arabic."
    ]


def test_the_recording_sheet_keeps_them_together(shipped: Pack) -> None:
    """On the sheet they stand under a heading of their own, after what flows say, for one voice to read."""
    sheet = as_recording_sheet(shipped, ["en"])
    flows, own = sheet.split("<h2>Said by the line itself</h2>")
    for prompt in needed_by_pack(shipped):
        itself = prompt in only_of_house(shipped)
        assert (f". {prompt}</p>" in own) == itself, prompt
        assert (f". {prompt}</p>" in flows) != itself, prompt


def test_what_is_said_to_staff_who_record_may_be_left_out(shipped: Pack) -> None:
    """A hotline that records in a studio publishes without it, and is not told that anything is missing."""
    at_will = {*house.ROOM, *house.PANEL}
    assert at_will <= only_of_house(shipped)
    assert at_will.isdisjoint(needed_by_pack(shipped))
    without = {place: script for place, script in shipped.scripts.items() if place[0] not in at_will}
    assert check(replace(shipped, scripts=without)) == check(shipped)
    assert at_will.isdisjoint(only_of_house(replace(shipped, scripts=without)))


def test_half_of_it_is_no_use_and_that_is_said(shipped: Pack) -> None:
    """Sara has put four of the texts for listeners into her words: nobody would hear them, so she is told."""
    without = {place: script for place, script in shipped.scripts.items() if place != ("panel_speak", "sw")}
    told = [
        problem for problem in check(replace(shipped, scripts=without)) if "panel_speak" in problem.message
    ]
    assert [(problem.severity, problem.file) for problem in told] == [("warning", "scripts/sw.yaml")]
    assert "said to those who listen in a panel" in told[0].message
