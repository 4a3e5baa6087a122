"""Reading packs: what is right becomes a pack, what is wrong is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.examine import examine
from flows.load import Loaded, load_pack
from flows.model import Branch, End, Menu, Option, Play, Rate, Withdraw
from flows.problems import Problem

PACKS = Path(__file__).parent / "packs"
SHIPPED = Path(__file__).parents[2] / "flows" / "packs" / "first_line"

FLOW = """
flow: line
spec: 1
languages: [en]
start: main
nodes:
  main: {menu: welcome, options: {1: {say: to_end, go: goodbye}}}
  goodbye: {end: goodbye}
"""

SCRIPTS = """
language: en
licence: CC-BY-4.0
review: {state: made for tests}
scripts:
  welcome: "Welcome."
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "flow.yaml").write_text(FLOW, encoding="utf-8")
    (tmp_path / "scripts" / "en.yaml").write_text(SCRIPTS, encoding="utf-8")
    return tmp_path


def load(folder: Path, flow: str | bytes | None = None, scripts: str | None = None) -> Loaded:
    if flow is not None:
        (folder / "flow.yaml").write_bytes(flow if isinstance(flow, bytes) else flow.encode())
    if scripts is not None:
        (folder / "scripts" / "en.yaml").write_text(scripts, encoding="utf-8")
    return load_pack(folder)


def only(loaded: Loaded) -> Problem:
    assert len(loaded.problems) == 1, loaded.problems
    return loaded.problems[0]


def test_small_pack_is_read_whole() -> None:
    """A pack without mistakes becomes exactly the flows and scripts that were written."""
    loaded = load_pack(PACKS / "small")
    assert loaded.problems == ()
    assert loaded.pack is not None
    flow = loaded.pack.flows["small"]
    assert (loaded.pack.id, loaded.pack.entry, list(loaded.pack.flows)) == (
        "small",
        "small",
        ["small", "listening"],
    )
    assert flow.languages == ("en", "ar")
    assert flow.nodes["main"] == Menu(
        "main",
        ("welcome",),
        (
            Option("1", "to_talk", "number"),
            Option("2", "to_listen", "exercise"),
            Option("3", "to_tell_us", "tell"),
        ),
    )
    assert flow.nodes["emergency"] == Play(
        "emergency", ("call_this", "$emergency_number"), "goodbye", barge_in=False
    )
    assert flow.nodes["number"] == Branch("number", "number", (("yes", "when"), ("no", "goodbye")), "goodbye")
    assert isinstance(flow.nodes["when"], Rate)
    assert flow.keys["9"].go == "again"
    script = loaded.pack.scripts["breathing", "en"]
    assert (script.therapeutic, script.aim_seconds, script.licence) == (True, 90.0, "CC-BY-4.0")
    assert script.review.state == "made for tests"


def test_shipped_pack_has_no_mistake() -> None:
    """The pack that ships can be read without a single complaint."""
    loaded = load_pack(SHIPPED)
    assert loaded.problems == ()
    assert loaded.pack is not None
    assert set(loaded.pack.languages) >= {"en", "fr", "ar", "sw"}


def test_norwegian_is_a_language_and_no_a_case(folder: Path) -> None:
    """The word “no” is Norwegian in a list of languages, a case of a branch, and a plain no elsewhere."""
    flow = (
        FLOW.replace("[en]", "[no, en]").replace("main: {menu", "main: {barge_in: no, menu")
        + "  open: {branch: open, cases: {no: goodbye, on: main}, otherwise: main}\n"
        + "  which: {branch: language, cases: {no: goodbye}, otherwise: main}\n"
    )
    pack = load(folder, flow).pack
    assert pack is not None
    nodes = pack.flows["line"].nodes
    assert pack.languages == ("no", "en")
    assert nodes["open"] == Branch("open", "open", (("no", "goodbye"), ("yes", "main")), "main")
    assert nodes["which"] == Branch("which", "language", (("no", "goodbye"),), "main")
    assert isinstance(nodes["main"], Menu)
    assert not nodes["main"].barge_in


def test_asking_again_and_taking_back_are_read(folder: Path) -> None:
    """A flow may look for a call that is noted already, take it back, and say how long it may take."""
    flow = (
        FLOW
        + "  before: {branch: callback, cases: {waiting: take_back, none: main}, otherwise: main}\n"
        + "  take_back: {withdraw: callback, then: told, otherwise: main}\n"
        + "  told: {play: [goodbye, $waiting_time], then: main}\n"
    )
    pack = load(folder, flow).pack
    assert pack is not None
    nodes = pack.flows["line"].nodes
    assert nodes["before"] == Branch(
        "before", "callback", (("waiting", "take_back"), ("none", "main")), "main"
    )
    assert nodes["take_back"] == Withdraw("take_back", "told", "main")
    assert nodes["told"] == Play("told", ("goodbye", "$waiting_time"), "main")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("  b: {branch: callback, cases: {yes: main}, otherwise: main}\n", "waiting, none and unavailable"),
        ("  w: {withdraw: wishes, then: main, otherwise: main}\n", "It can be callback."),
        ("  w: {withdraw: callback, then: main}\n", "otherwise"),
        (
            "  b: {branch: open, cases: {yes: $waiting_time}, otherwise: main}\n",
            "waiting time can only stand",
        ),
    ],
)
def test_a_mistake_about_callbacks_is_explained(folder: Path, wrong: str, said: str) -> None:
    """Whoever mistypes these nodes is told what may stand there."""
    problems = load(folder, FLOW + wrong).problems
    assert any(said in f"{problem.message} {problem.hint}" for problem in problems), problems


@pytest.mark.parametrize("key", ["1", '"1"', "'1'"])
def test_keys_can_be_written_with_or_without_quotes(folder: Path, key: str) -> None:
    """A key is the same key with and without quotes."""
    pack = load(folder, FLOW.replace("{1:", f"{{{key}:")).pack
    assert pack is not None
    node = pack.flows["line"].nodes["main"]
    assert isinstance(node, Menu)
    assert node.options == (Option("1", "to_end", "goodbye"),)


@pytest.mark.parametrize(
    ("was", "becomes", "line", "message", "hint"),
    [
        ("spec: 1", "spec: 7", 3, "version 7", "Update Warmline"),
        ("spec: 1", "spec: one", 3, "“spec” can't be “one”", "spec: 1"),
        ("start: main", "", 2, "This flow has no “start”", "start: language"),
        ("start: main", "strat: main", 5, "“strat” means nothing here", "“start”"),
        ("[en]", "[en, xx]", 4, "“xx”", "short codes"),
        ("[en]", "[French]", 4, "“French”", "Write “fr”"),
        ("[en]", "[]", 4, "The list of languages is empty", "at least one"),
        ("[en]", "[en, fr, ar, sw, es, pt, so, am, ti]", 4, "9 languages", "two lines"),
        ("go: goodbye", "goo: goodbye", 7, "“goo” means nothing here", "“go”"),
        ("{menu: welcome", "{menus: welcome", 7, "what this node does", "“menu”"),
        ("{1: ", "{11: ", 7, "“11” isn't a key", "0 1 2"),
        ("{1: ", "{٢: ", 7, "“٢” isn't a key", "Write it as 2"),
        ("menu: welcome", "menu: Welcome!", 7, "capital letters", "“welcome”"),
        ("menu: welcome", "menu: []", 7, "is empty", "main_menu"),
        ("menu: welcome", "menu: {a: b}", 7, "a block of names", "main_menu"),
        ("menu: welcome", f"menu: {'w' * 33}", 7, "longer than 32", "at most 32"),
        ("  goodbye: {end: goodbye}", "  goodbye: {end: }", 8, "no “end”", "says goodbye"),
        ("  goodbye: {end: goodbye}", "  goodbye: hello", 8, "“hello”", "{end: goodbye}"),
        ("flow: line", "flow: line\nflow: other", 3, "“flow” is written twice", "Keep one"),
        ("flow: line", "flow: $emergency_number", 2, "can only stand among prompts", "small letters"),
    ],
)
def test_mistake_names_line_and_remedy(
    folder: Path, was: str, becomes: str, line: int, message: str, hint: str
) -> None:
    """Each mistake is reported once, in its line, with a hint that says what to write."""
    assert was in FLOW
    loaded = load(folder, FLOW.replace(was, becomes, 1))
    found = [problem for problem in loaded.problems if message in problem.message]
    assert len(found) == 1, loaded.problems
    assert (found[0].file, found[0].line, found[0].severity) == ("flow.yaml", line, "error")
    assert hint in found[0].hint
    assert loaded.pack is None


def test_mistakes_in_several_files_come_at_once(folder: Path) -> None:
    """One bad file doesn't hide what is wrong in the others."""
    (folder / "second.yaml").write_text("flow: second\nspec: [\n")
    loaded = load(folder, FLOW.replace("spec: 1", "spec: 0"), SCRIPTS.replace("licence", "license"))
    assert [problem.file for problem in loaded.problems] == ["flow.yaml", "scripts/en.yaml", "second.yaml"]


def test_broken_node_leaves_the_rest_to_be_drawn(folder: Path) -> None:
    """One broken node keeps the pack off the air, but the others are still there to be checked and drawn."""
    loaded = load(folder, FLOW.replace("{menu:", "{meno:"))
    assert loaded.pack is None
    assert loaded.draft is not None
    assert loaded.draft.flows["line"].nodes == {"goodbye": End("goodbye", ("goodbye",))}
    assert loaded.unreadable == {("line", "main")}


HALF_READ = """
flow: line
spec: 1
languages: [en]
start: main
nodes:
  main:
    menu: [wellcome, Not A Name]
    tries: two
    options:
      1: {say: to_lissten, go: lissten}
      2: {say: To Talk, go: goodbuy}
      12: {say: to_end, go: goodbye}
    silence: bye
  talk: {callback: support, then: godbye, wishes: [mood]}
  decide: {branch: langage, cases: {sw: nowhere, fr: nobody}, otherwise: goodbye}
  goodbye: {end: goodbye}
"""


def test_one_bad_field_does_not_hide_the_other_mistakes_of_a_node(folder: Path) -> None:
    """Sara reads everything that is wrong with a node at once, and doesn't mend it five times over."""
    (folder / "flow.yaml").write_text(HALF_READ, encoding="utf-8")
    found = [(p.node, p.message) for p in examine(folder).problems if p.severity == "error" and p.node]
    expected = {
        ("main", "“Not A Name” can't be used as a name: it contains a space."),
        ("main", "“wellcome” has no text in English."),
        ("main", "“tries” should be a whole number of times, but it is “two”."),
        ("main", "This leads to “lissten”, but there is no such node."),
        ("main", "“to_lissten” has no text in English."),
        ("main", "This leads to “goodbuy”, but there is no such node."),
        ("main", "“To Talk” can't be used as a name: it contains a space."),
        ("main", "“12” isn't a key of a telephone."),
        ("main", "This leads to “bye”, but there is no such node."),
        ("main", "“press_1” has no text in English."),
        ("main", "“press_2” has no text in English."),
        ("talk", "This leads to “godbye”, but there is no such node."),
        ("talk", "This “callback” node has no “unavailable”."),
        ("decide", "This leads to “nobody”, but there is no such node."),
        ("decide", "This leads to “nowhere”, but there is no such node."),
        ("decide", "“branch” can't be “langage”."),
        ("goodbye", "“goodbye” has no text in English."),
    }
    assert sorted(found) == sorted(expected)
    assert load_pack(folder).pack is None


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("menu: welcome", "meno: welcome"),
        ("menu: welcome", "menu: wel come"),
        ("menu: welcome", "menu: wellcome"),
        ("  main: {menu", "  main: [menu"),
        ("flow: line", "flow: line\ntitle: [x"),
    ],
)
def test_a_mistake_does_not_make_its_texts_look_idle(folder: Path, was: str, becomes: str) -> None:
    """A text whose node has a typing mistake isn't called “never said”: somebody might take it away."""
    found = examine(folder)
    assert not any("Never said" in problem.message for problem in found.problems)
    (folder / "flow.yaml").write_text(FLOW.replace(was, becomes), encoding="utf-8")
    found = examine(folder)
    assert any(problem.severity == "error" for problem in found.problems)
    assert not any("Never said" in problem.message for problem in found.problems)


def test_a_text_that_is_really_idle_is_still_told(folder: Path) -> None:
    """In a pack whose flows can be read, a text that nothing names is pointed out, whatever else is wrong."""
    load(folder, FLOW.replace("go: goodbye", "go: goodbuy"), SCRIPTS + '  idle: "Never."\n')
    messages = [problem.message for problem in examine(folder).problems]
    assert "Never said in any flow: “idle”." in messages


def test_a_flow_that_could_not_be_read_is_not_called_missing(folder: Path) -> None:
    """Whoever enters a flow whose file has a mistake hears of the mistake, and not that there is no such flow."""
    load(folder, FLOW + "  go_in: {enter: inner, then: goodbye}\n")
    inner = "flow: inner\nspec: 1\nlanguages: [en]\nstart: out\nnodes:\n  out: {return: yes}\n"
    (folder / "inner.yaml").write_text(inner + "\tx: y\n", encoding="utf-8")
    messages = [problem.message for problem in examine(folder).problems]
    assert "There is a tab at the start of this line." in messages
    assert not any("There is no flow" in message for message in messages)
    (folder / "inner.yaml").write_text(inner.replace("flow: inner", "flow: other"), encoding="utf-8")
    assert any("There is no flow “inner”" in problem.message for problem in examine(folder).problems)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"# nothing but a remark\n", "empty"),
        (b"\xff\xfef\x00l\x00", "UTF-16"),
        (b"flow: caf\xe9\n", "UTF-8"),
        (b"x" * 1_000_001, "larger than 1000 kB"),
        (b"just words\n", "no flow"),
        (b"- a\n- b\n", "a list"),
        (b"a: 1\n---\nb: 2\n", "second document"),
        (b"flow: \x00line\n", "invisible"),
        (b'flow: "a\\x07b"\n', "invisible"),
        (b'flow: "a\\ud800b"\n', "invisible"),
        (b"nodes:\n\tmain: x\n", "tab"),
        (b"keys: {*: back}\n", "star key"),
        (b"title: Hello: you\n", "second colon"),
        (b"title: 'it's us'\n", "after a text has already ended"),
        (b'title: "never closed\n', "never closed"),
        (b"nodes: {a: {end: b}\n", "“{” is opened"),
        (b"nodes: [a, b\n", "“[” is opened"),
        (b"nodes: }\n", "never opened"),
        (b"a:\n  b: 1\n c: 2\n", "in line with"),
        (b"title: @home\n", "can't begin with “@”"),
        (b'title: "a \\q b"\n', "backslash"),
        (b"title: >x\n  b\n", "next line"),
        (b"title: !!python/object:os.system x\n", "“!”"),
        (b"a: &x 1\nb: *x\n", "“&x”"),
        (b"a: *x\n", "“*x”"),
        (b"{[a]: b}\n", "a name is expected"),
        (b"a: " + b"[" * 400_000, "Too many things stand inside each other"),
        (b"a: " + b"{a: " * 5_000, "Too many things stand inside each other"),
        (b'a: "\\UFFFFFFFF"\n', "can't be read"),
    ],
)
def test_unreadable_file_is_explained(folder: Path, content: bytes, message: str) -> None:
    """A file that can't be understood at all is explained in plain words, without the terms of the file format."""
    loaded = load(folder, content)
    assert loaded.pack is None
    assert message in only(loaded).message
    assert only(loaded).hint
    assert not {"mapping", "scalar", "token", "parser", "node content"} & set(only(loaded).message.split())


def test_nested_references_cannot_grow(folder: Path) -> None:
    """A small file that would unfold to gigabytes is refused at its first line."""
    bomb = 'a: &a ["x","x","x"]\n' + "".join(
        f"{b}: &{b} [*{a},*{a},*{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert only(load(folder, bomb)).line == 1


def test_quoted_hash_key_works_and_bare_one_is_noticed(folder: Path) -> None:
    """The hash key in quotes is a key; without quotes it would silently vanish, so a warning says so."""
    quoted = FLOW.replace("{1: {say: to_end, go: goodbye}}", '{"#": {say: to_end, go: goodbye}}')
    assert load(folder, quoted).pack is not None
    bare = FLOW.replace("start: main", 'start: main\nkeys:\n  #: goodbye\n  "0": goodbye')
    loaded = load(folder, bare)
    assert loaded.pack is not None
    assert (only(loaded).severity, only(loaded).line) == ("warning", 7)


def test_missing_folder_is_said(tmp_path: Path) -> None:
    """A folder that isn't there is one plain sentence."""
    assert "no folder “nowhere”" in only(load_pack(tmp_path / "nowhere")).message
    assert load_pack(Path("with\0zero")).pack is None


def test_folder_without_first_flow_is_said(folder: Path) -> None:
    """Without flow.yaml nobody knows where calls start; a file with nearly that name is pointed at."""
    (folder / "flow.yaml").rename(folder / "flows.yaml")
    loaded = load_pack(folder)
    assert "There is no file “flow.yaml”" in only(loaded).message
    assert "flows.yaml" in only(loaded).hint


def test_folder_without_scripts_is_said(folder: Path) -> None:
    """Flows without a scripts folder have nothing to be said."""
    (folder / "scripts" / "en.yaml").unlink()
    (folder / "scripts").rmdir()
    assert "no folder “scripts”" in only(load_pack(folder)).message


def test_flow_named_twice_is_said(folder: Path) -> None:
    """Two files can't hold flows of the same name."""
    (folder / "second.yaml").write_text(FLOW)
    assert "already exists in flow.yaml" in only(load_pack(folder)).message


def test_unreadable_entry_in_folder_is_said(folder: Path) -> None:
    """A folder that is called like a file doesn't stop the reading."""
    (folder / "second.yaml").mkdir()
    assert "can't be opened" in only(load_pack(folder)).message


def test_script_inherits_what_the_file_says(folder: Path) -> None:
    """Licence, review and source at the top hold for every script that says nothing else."""
    scripts = SCRIPTS + '  own: {text: "Own.", licence: CC0, review: {state: read, clinical: "lead, 2024"}}\n'
    pack = load(folder, scripts=scripts).pack
    assert pack is not None
    welcome, own = pack.scripts["welcome", "en"], pack.scripts["own", "en"]
    assert (welcome.licence, welcome.review.state) == ("CC-BY-4.0", "made for tests")
    assert (own.licence, own.review.state, own.review.clinical) == ("CC0", "read", "lead, 2024")
