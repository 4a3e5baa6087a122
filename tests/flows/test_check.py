"""Checking packs: what would fail a caller is found before anyone calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from flows.check import check
from flows.examine import examine
from flows.lengths import CLIP_SILENCE_SECONDS, estimated_seconds, seconds_of
from flows.model import Branch, Choice, End, Enter, Flow, GlobalKey, Menu, Node, Option, Pack, Play, Rate
from flows.problems import Problem
from tests.flows.generated import broken_packs

PACKS = Path(__file__).parent / "packs"
SHIPPED = Path(__file__).parents[2] / "flows" / "packs" / "first_line"


@pytest.fixture(scope="module")
def small() -> Pack:
    pack = examine(PACKS / "small").pack
    assert pack is not None
    return pack


def with_flow(pack: Pack, **changes: object) -> Pack:
    return replace(pack, flows={**pack.flows, "small": replace(pack.flows["small"], **changes)})  # type: ignore[arg-type]


def with_nodes(pack: Pack, *nodes: Node) -> Pack:
    return with_flow(pack, nodes={**pack.flows["small"].nodes, **{node.id: node for node in nodes}})


def errors(pack: Pack) -> list[Problem]:
    return [problem for problem in check(pack) if problem.severity == "error"]


def said(problems: list[Problem] | tuple[Problem, ...], words: str) -> list[str]:
    """The nodes of which something was said in these words."""
    return [problem.node for problem in problems if words in problem.message]


def test_nothing_is_said_of_good_packs(small: Pack) -> None:
    """A good pack, and the pack that ships, get no complaint at all: every warning is worth reading."""
    assert check(small) == ()
    assert examine(SHIPPED).problems == ()


def test_places_without_a_folder_are_named_by_file(small: Pack) -> None:
    """A pack that comes from the database has no lines, but its files are still named."""
    found = check(with_nodes(small, Play("lost", ("welcome",), "nowhere")))
    assert [(p.file, p.line, p.node) for p in found if p.severity == "error"] == [("flow.yaml", None, "lost")]


def test_unreadable_nodes_count_as_there(small: Pack) -> None:
    """A node with a typing mistake isn't called missing by those that lead to it."""
    pack = with_nodes(small, Play("lost", ("welcome",), "unread"))
    assert said(check(pack), "no such node") == ["lost"]
    assert said(check(pack, unreadable=frozenset({("small", "unread")})), "no such node") == []


def test_unreachable_node_is_a_warning(small: Pack) -> None:
    """A node that no call comes to may stay, but somebody should know."""
    found = check(with_nodes(small, Play("lost", ("welcome",), "goodbye")))
    assert [(p.severity, p.node) for p in found] == [("warning", "lost")]


def test_loop_without_the_caller_is_an_error(small: Pack) -> None:
    """Two decisions that lead to each other would turn in circles while the caller hears nothing."""
    one = Branch("number", "number", (("yes", "other"),), "goodbye")
    two = Branch("other", "open", (("yes", "number"),), "goodbye")
    assert said(errors(with_nodes(small, one, two)), "round and round") == ["number"]


def test_flow_that_enters_itself_is_an_error(small: Pack) -> None:
    """A flow that goes through itself would never come back."""
    node = Enter("exercise", "small", "goodbye")
    assert said(errors(with_nodes(small, node)), "more than 3 flows") == ["exercise"]


def test_flow_entered_twice_makes_no_false_loop(small: Pack) -> None:
    """Going through the same flow from two places isn't a circle: each comes back to its own."""
    pack = with_nodes(
        small, Enter("exercise", "listening", "again_please"), Enter("again_please", "listening", "goodbye")
    )
    assert errors(pack) == []


def test_silence_that_never_ends_is_an_error(small: Pack) -> None:
    """A caller who presses nothing has to reach a goodbye in the end."""
    nodes = small.flows["small"].nodes
    pack = with_flow(small, nodes={**nodes, "quiet": replace(nodes["quiet"], then="main")})  # type: ignore[type-var]
    assert said(errors(pack), "presses nothing would") == ["quiet"]


def test_menu_without_silence_path_is_an_error(small: Pack) -> None:
    """Every question says what follows when nothing is pressed."""
    assert said(errors(with_flow(small, silence=None)), "Nothing is planned") == ["language", "main"]


def test_too_many_silences_are_a_warning(small: Pack) -> None:
    """After twelve silences the call is ended, so a longer path without keys is pointed out."""
    chain = [
        Menu(
            f"wait_{n}",
            ("welcome",),
            (Option("1", "to_talk", "number"),),
            f"wait_{n + 1}" if n < 2 else "quiet",
            5,
        )
        for n in range(3)
    ]
    pack = with_nodes(small, *chain, Menu("main", ("welcome",), (Option("1", "to_talk", "wait_0"),)))
    assert said(check(pack), "15 silences") == ["wait_0"]


def test_without_key_zero_there_is_no_way_to_a_person(small: Pack) -> None:
    """Zero leads to a person, everywhere; a pack without it can't go on air."""
    flow = small.flows["small"]
    without = {key: value for key, value in flow.keys.items() if key != "0"}
    assert said(errors(with_flow(small, keys=without)), "Key 0 doesn't lead to a person") == [""]
    astray = {**flow.keys, "0": GlobalKey("0", "goodbye", "to_talk")}
    assert said(errors(with_flow(small, keys=astray)), "to no person") == [""]
    itself = {**flow.keys, "0": GlobalKey("0", "again", "to_talk")}
    assert said(errors(with_flow(small, keys=itself)), "to no person") == [""]


def test_place_without_any_person_is_an_error(small: Pack) -> None:
    """Where neither a key nor waiting brings a person, the node is named."""
    nodes: dict[str, Node] = {
        "language": replace(small.flows["small"].nodes["language"], then="hear", silence="goodbye"),  # type: ignore[type-var]
        "hear": Play("hear", ("welcome",), "goodbye"),
        "goodbye": End("goodbye", ("goodbye",)),
    }
    pack = replace(small, flows={"small": Flow("small", small.languages, "language", nodes, {}, None)})
    assert said(errors(pack), "can't reach a person") == ["hear", "language"]


def test_key_of_a_menu_may_not_hide_a_key_of_everywhere(small: Pack) -> None:
    """If 0 brings a person, a menu can't give 0 another meaning."""
    for node in (
        Menu("main", ("welcome",), (Option("0", "to_talk", "number"),)),
        Rate("main", ("welcome",), (Choice("0", "to_talk"),), "safe_when", "goodbye"),
    ):
        assert said(errors(with_nodes(small, node)), "Key 0 already means") == ["main"]


@pytest.mark.parametrize(("options", "words"), [(3, None), (4, "4 options")])
def test_menu_has_at_most_three_options(small: Pack, options: int, words: str | None) -> None:
    """Three options can be kept in mind, four can't."""
    menu = Menu(
        "main", ("welcome",), tuple(Option(str(n), "to_talk", "number") for n in range(1, options + 1))
    )
    found = [
        p.message
        for p in errors(with_nodes(small, menu))
        if "options" in p.message or "press_" not in p.message
    ]
    assert (found == []) if words is None else any(words in message for message in found)


def test_things_offered_one_after_the_other_are_one_level(small: Pack) -> None:
    """“One to hear it, two for the next” may go on for long; menus inside menus may not."""
    row = [
        Menu(
            f"offer_{n}",
            ("welcome",),
            (Option("1", "to_listen", "emergency"), Option("2", "to_talk", f"offer_{n + 1}")),
        )
        for n in range(6)
    ]
    last = Menu("offer_6", ("welcome",), (Option("1", "to_listen", "emergency"),))
    start = Menu("main", ("welcome",), (Option("1", "to_talk", "when"), Option("2", "to_listen", "offer_0")))
    assert said(check(with_nodes(small, start, *row, last)), "levels down") == []
    nested = [
        Menu(
            f"offer_{n}",
            ("welcome",),
            (Option("1", "to_listen", f"offer_{n + 1}"), Option("2", "to_talk", "when")),
        )
        for n in range(3)
    ]
    assert said(check(with_nodes(small, start, *nested, replace(last, id="offer_3"))), "levels down") == [
        "offer_1",
        "offer_2",
        "offer_3",
    ]


def test_same_words_on_another_key_are_pointed_out(small: Pack) -> None:
    """A digit keeps its meaning: what was 1 in one menu should be 1 in the next."""
    other = Menu("tell", ("welcome",), (Option("2", "to_talk", "number"),))
    assert said(check(with_nodes(small, other)), "“to_talk” is on key 2") == ["tell"]


def test_missing_text_is_named_with_its_languages(small: Pack) -> None:
    """A prompt without a text in a language names the node where it would be heard."""
    scripts = {place: script for place, script in small.scripts.items() if place != ("welcome", "ar")}
    found = check(replace(small, scripts=scripts))
    assert [(p.severity, p.node, p.message) for p in found] == [
        ("error", "main", "“welcome” has no text in Arabic.")
    ]
    assert check(replace(small, scripts=scripts), unreadable_scripts=frozenset({("welcome", "ar")})) == ()


def test_real_lengths_count_more_than_estimates(small: Pack) -> None:
    """Once clips are recorded, their real lengths decide."""
    assert check(small, {("breathing", "en"): 130.0, ("breathing", "ar"): 90.0})[0].message.startswith(
        "This takes 130.0 s in English"
    )
    assert check(small, {("this_language", "en"): 14.0})[0].message.startswith("Choosing a language takes 1")
    assert "7.6 s in English" in check(small, {("to_talk", "en"): 6.0})[0].message


SECOND_EACH = 1.0


def measured(pack: Pack, **seconds: float) -> list[str]:
    """What is said of a pack whose clips last a second each, an exercise ninety, and these as given."""
    lengths = dict.fromkeys(pack.scripts, SECOND_EACH) | {
        (prompt, "en"): length for prompt, length in {"breathing": 90.0, **seconds}.items()
    }
    lengths["breathing", "ar"] = 90.0
    return [problem.message for problem in check(pack, lengths)]


@pytest.mark.parametrize(
    ("prompt", "most", "said"),
    [
        ("to_talk", 3.0, "“to_talk” with its key takes 4.1 s in English; 4 s are enough."),
        ("to_hear_again", 3.0, "“to_hear_again” with its key takes 4.1 s in English; 4 s are enough."),
        ("welcome", 14.0, "This takes 20.1 s in English until the last key is named; 20 s are enough."),
        ("this_language", 9.0, "Choosing a language takes 12.1 s, and callers give up after 12 s."),
        ("breathing", 120.0, "This takes 120.1 s in English; most people listen for 120 s at most."),
    ],
)
def test_of_real_clips_every_limit_holds_to_the_moment(
    small: Pack, prompt: str, most: float, said: str
) -> None:
    """A clip that is there is measured, so what is a hair too long is told, and never as if it were just right."""
    assert measured(small, **{prompt: most}) == []
    assert measured(small, **{prompt: most + 0.01}) == [said]


def test_an_exercise_a_hair_too_short_is_told(small: Pack) -> None:
    """An exercise of less than a minute is too short to help, however little it lacks."""
    assert measured(small, breathing=60.0) == []
    assert "This takes only 59.9 s in English" in measured(small, breathing=59.99)[0]


def test_the_silence_in_every_clip_is_counted(small: Pack) -> None:
    """A clip begins with silence, because networks swallow its start: eight of them are four seconds of a menu."""
    text = small.scripts["welcome", "en"].text
    one, two = seconds_of(small, ["welcome"], "en", {}), seconds_of(small, ["welcome"] * 2, "en", {})
    assert one == pytest.approx(estimated_seconds(text, "en") + CLIP_SILENCE_SECONDS)
    assert two == pytest.approx(2 * one)
    assert seconds_of(small, ["welcome"], "en", {("welcome", "en"): 3.0}) == 3.0


def test_pauses_and_pace_make_up_a_length() -> None:
    """A pause counts a second, and scripts that leave out vowels need longer for as many letters."""
    assert estimated_seconds("… … …", "en") == pytest.approx(3.0)
    assert estimated_seconds("a" * 115, "en") == pytest.approx(10.0)
    assert estimated_seconds("ب" * 85, "ar-EG") == pytest.approx(10.0)
    assert estimated_seconds("", "xx") == 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: replace(s, text=""), "is empty"),
        (lambda s: replace(s, source=""), "where its method comes from"),
        (lambda s: replace(s, licence=""), "under which licence"),
        (lambda s: replace(s, review=replace(s.review, state="")), "reviewed"),
    ],
)
def test_script_has_to_say_where_it_comes_from(
    small: Pack, change: Callable[..., object], words: str
) -> None:
    """A text to be read to people in distress says its licence, its review, and the source of its method."""
    scripts = {**small.scripts, ("breathing", "en"): change(small.scripts["breathing", "en"])}
    found = errors(replace(small, scripts=scripts))  # type: ignore[arg-type]
    assert len(found) == 1
    assert words in found[0].message


@settings(max_examples=200, deadline=None)
@given(broken_packs())
def test_any_pack_can_be_checked(pack: Pack) -> None:
    """No pack, however wrong, makes the checker stumble, and each problem comes with a hint."""
    for problem in check(pack):
        assert problem.message
        assert problem.hint
        assert not problem.node or any(problem.node in flow.nodes for flow in pack.flows.values())
