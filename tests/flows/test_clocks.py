"""By which clock a caller can be rung: the flow asks, the checker sees that it can, and the callback is told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flows.check import check
from flows.documents import pack_from_document, pack_to_document
from flows.effects import CLOCK, RequestCallback
from flows.effects import Connect as ConnectNow
from flows.inputs import CallbackAnswered, NobodyToConnect
from flows.load import load_pack
from flows.model import Callback, Choice, Connect, End, Enter, Flow, Node, Pack, Rate, Return
from flows.picture.draw import draw_flow
from tests.flows.driving import Call
from tests.flows.small_packs import small_pack

WEST, EAST = "Africa/Kinshasa", "Africa/Lubumbashi"
CLOCKS = (("in_the_west", WEST), ("in_the_east", EAST))
CHOICES = (Choice("1", "in_the_west"), Choice("2", "in_the_east"))
ASKED = Rate("where", ("where_are_you",), CHOICES, "which_clock", "call_me", "call_me", tries=1)
CALL_ME = Callback("call_me", "support", "noted", "goodbye", ("which_clock",), CLOCKS)
NOTED = Rate("noted", ("once_more",), (Choice("1", "yes_please"),), "again_please", "where", "goodbye")


def asking(*nodes: Node, others: tuple[Flow, ...] = ()) -> Pack:
    """A pack that asks where the caller is, and then notes a call."""
    return small_pack(ASKED, CALL_ME, NOTED, *nodes, others=others)


def mistakes(pack: Pack) -> list[str]:
    return [f"{p.message} {p.hint}" for p in check(pack) if p.severity == "error"]


def asked_of_inside(call: Call) -> RequestCallback:
    assert isinstance(call.last, RequestCallback)
    return call.last


@pytest.mark.parametrize(("key", "zone"), [("1", WEST), ("2", EAST)])
def test_the_answer_names_the_clock(key: str, zone: str) -> None:
    """Amina keys where she is: the callback is asked for with the time zone of that place."""
    wanted = asked_of_inside(Call(asking()).press(key))
    assert dict(wanted.wishes)[CLOCK] == zone
    assert wanted.unanswered == ()


def test_no_answer_names_no_clock() -> None:
    """Amina doesn't say where she is: that is handed on as unanswered, and her number's own zone will count."""
    wanted = asked_of_inside(Call(asking()).silent())
    assert (wanted.wishes, wanted.unanswered) == ((), ("which_clock", CLOCK))


def test_a_later_answer_in_the_same_call_counts() -> None:
    """Amina says east, asks once more, and says west: the second wish corrects the first."""
    call = Call(asking()).press("2").give(CallbackAnswered("noted", "it")).press("1").press("1")
    assert dict(asked_of_inside(call).wishes)[CLOCK] == WEST
    assert asked_of_inside(call).corrects == "it"


def test_the_clock_counts_for_whatever_is_asked_for_then() -> None:
    """Amina says that she is in the east, and then presses 0: whoever is rung for her is told so, and the callback
    knows it for which she is asked nothing. Before she said it, nothing is told."""
    hurried = Callback("hurried", "crisis", "goodbye", "goodbye")
    pack = asking(
        replace(ASKED, then="noted", silence="noted"),
        Connect("crisis", "crisis", "noted", "hurried"),
        hurried,
    )
    assert Call(pack).press("0").last == ConnectNow("crisis", 30)
    call = Call(pack).press("2").press("0")
    assert call.last == ConnectNow("crisis", 30, EAST)
    wanted = asked_of_inside(call.give(NobodyToConnect()))
    assert (wanted.need, wanted.wishes, wanted.unanswered) == ("crisis", ((CLOCK, EAST),), ())


def test_a_pack_with_clocks_is_right_and_survives_storing() -> None:
    """Nothing is said of a question that has a clock for each answer; as a document it comes back as it was."""
    pack = asking()
    assert mistakes(pack) == []
    assert pack_from_document(pack_to_document(pack)) == pack
    older = pack_to_document(pack)
    for node in older["flows"][0]["nodes"]:
        node.pop("clocks", None)
    node = pack_from_document(older).flows["first"].nodes["call_me"]
    assert node == replace(CALL_ME, clocks=())


def test_the_picture_names_the_clocks() -> None:
    """Whoever prints the flow sees which answer means which clock."""
    drawn = draw_flow(asking(), "first", "en")
    assert "in the east: the clock of" in drawn
    assert "Africa/Lubumbashi" in drawn


@pytest.mark.parametrize(
    ("node", "said"),
    [
        (replace(CALL_ME, clocks=CLOCKS[:1]), "can be answered with “in_the_east”, and there is no clock"),
        (replace(CALL_ME, clocks=(*CLOCKS, ("in_the_eats", EAST))), "Did you mean “in_the_east”?"),
        (replace(CALL_ME, clocks=(("up_north", WEST),)), "choices are “up_north”, and add its note"),
        (replace(CALL_ME, wishes=()), "Add “which_clock” to “wishes”."),
        (replace(CALL_ME, wishes=("which_clock", "twice")), "it isn't clear which of them counts"),
    ],
    ids=["no clock", "no such answer", "no such question", "not handed on", "two questions"],
)
def test_clocks_that_can_not_be_meant_are_explained(node: Callback, said: str) -> None:
    """A clock that is missing, idle or never asked for is told before anybody calls, with what to do."""
    twice = "twice" in node.wishes
    second = Rate("noted", ("once_more",), CHOICES if twice else NOTED.choices, "twice", "where", "goodbye")
    told = mistakes(small_pack(ASKED, node, second))
    assert any(said in one for one in told), told


def test_the_question_has_to_be_on_the_way() -> None:
    """The question is asked only after the call is noted: the checker says that it comes too late."""
    late = replace(ASKED, then="goodbye", silence="goodbye")
    told = mistakes(small_pack(CALL_ME, replace(NOTED, then="goodbye"), late, replace(NOTED, then="where")))
    assert any("before it comes here" in one and "“where”" in one for one in told), told


def test_the_question_may_be_in_a_flow_that_is_gone_through() -> None:
    """The place is asked for in a flow of its own that the call goes through on its way: nothing is said."""
    nodes: dict[str, Node] = {"where": replace(ASKED, then="out", silence="out"), "out": Return("out")}
    questions = Flow("places", ("en",), "where", nodes, {})
    pack = small_pack(
        Enter("ask", "places", "call_me"), CALL_ME, End("noted", ("goodbye",)), others=(questions,)
    )
    assert mistakes(pack) == []


YAML = """
flow: line
spec: 1
languages: [en]
start: where
silence: call_me
nodes:
  where: {{rate: where, choices: {{1: in_the_west, 2: in_the_east}}, note: which_clock, then: call_me}}
  call_me:
    callback: support
    wishes: [which_clock]
    clocks: {clocks}
    then: goodbye
    unavailable: goodbye
  goodbye: {{end: goodbye}}
"""
RIGHT = "{in_the_west: Africa/Kinshasa, in_the_east: Africa/Lubumbashi}"


def loaded_with(
    folder: Path, clocks: str
) -> tuple[tuple[tuple[str, str], ...], list[tuple[int | None, str]]]:
    """The clocks as they were read, and what was said of them, with lines."""
    (folder / "scripts").mkdir()
    (folder / "scripts" / "en.yaml").write_text("language: en\nscripts: {}\n", encoding="utf-8")
    (folder / "flow.yaml").write_text(YAML.format(clocks=clocks), encoding="utf-8")
    read = load_pack(folder)
    assert read.draft is not None
    node = read.draft.flows["line"].nodes["call_me"]
    assert isinstance(node, Callback)
    said = [(p.line, f"{p.message} {p.hint}") for p in read.problems if p.file == "flow.yaml"]
    return node.clocks, said


def test_clocks_are_read(tmp_path: Path) -> None:
    """What is written becomes pairs of an answer and a time zone."""
    assert loaded_with(tmp_path, RIGHT) == (CLOCKS, [])


@pytest.mark.parametrize(
    ("clocks", "said"),
    [
        (RIGHT.replace("Kinshasa", "Kinshassa"), "Did you mean “Africa/Kinshasa”?"),
        (RIGHT.replace("Africa/Kinshasa", "WAT"), "There is no time zone “WAT”."),
        (RIGHT.replace("Africa/Kinshasa", "Etc/GMT+1"), "There is no time zone “Etc/GMT+1”."),
        (RIGHT.replace("Africa/Kinshasa", "[Africa/Kinshasa]"), "Write the answers of a question"),
        (RIGHT.replace("in_the_west", "In the west"), "“In the west” can't be an answer"),
        (RIGHT.replace("in_the_east", "in_the_west"), "has two clocks here"),
        ("Africa/Kinshasa", "“clocks” can't be “Africa/Kinshasa”."),
        ("{}", "“clocks” can't be a block of names."),
    ],
)
def test_a_mistake_in_clocks_names_line_and_remedy(tmp_path: Path, clocks: str, said: str) -> None:
    """Whoever mistypes a time zone or an answer is told in which line, and what may stand there."""
    _, problems = loaded_with(tmp_path, clocks)
    assert any(said in words and line == 12 for line, words in problems), problems
