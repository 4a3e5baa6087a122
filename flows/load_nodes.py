"""One node of a flow, from text to object."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from flows import model
from flows.fields import Fields, as_yes_no, is_key, shortened, what_it_is
from flows.inputs import Earlier
from flows.load_clocks import read_clocks
from flows.load_languages import language_complaint
from flows.model import KEYS, Choice, Node, Option
from flows.problems import did_you_mean, listed
from flows.yaml_tree import Block, Text, Tree

KINDS: dict[str, tuple[str, ...]] = {
    "ask": ("ask", "then", "silence", "tries"),
    "menu": ("menu", "options", "silence", "tries", "barge_in"),
    "play": ("play", "then", "measure", "barge_in"),
    "rate": ("rate", "choices", "note", "then", "silence", "tries"),
    "callback": ("callback", "wishes", "clocks", "then", "unavailable"),
    "withdraw": ("withdraw", "then", "otherwise"),
    "services": ("services", "area", "then", "none"),
    "connect": ("connect", "then", "otherwise", "seconds"),
    "voice_message": ("voice_message", "then", "silence", "seconds"),
    "branch": ("branch", "cases", "otherwise"),
    "enter": ("enter", "then"),
    "return": ("return",),
    "end": ("end",),
}

GO_ON = "Say where the call goes on: the name of a node, such as “then: goodbye”."
SAY = "Name the prompt that is said here, such as “{0}: main_menu”. Its text belongs into the scripts folder."
MOST_TRIES = 5


def kind_of(fields: Fields) -> str | None:
    """Which kind of node this is, by the field that only that kind has."""
    found = [kind for kind in KINDS if kind in fields.block.fields]
    if len(found) == 1:
        return found[0]
    if found:
        fields.error(
            fields.line(found[1]),
            f"This node says both “{found[0]}” and “{found[1]}”, so it isn't clear what it does.",
            "Make two nodes of it, and lead from the first to the second with “then”.",
        )
        return None
    guesses = [guess for name in fields.block.fields if (guess := did_you_mean(name, KINDS))]
    fields.error(
        fields.block.line,
        "It isn't clear what this node does.",
        (guesses[0] + " " if guesses else "")
        + f"A node needs one of these: {listed(KINDS, 'or', len(KINDS))}.",
    )
    return None


def read_node(fields: Fields, name: str) -> Node | None:
    """The node, or None when it isn't clear what it does. Where only a field of it is wrong, that one is left at its
    default, or "": what the others name can still be checked, and `fields.right` is false."""
    kind = kind_of(fields)
    if kind is None:
        return None
    fields.called = f"This “{kind}” node"
    node = READERS[kind](fields, name)
    fields.finish(KINDS[kind])
    return node


def _then(fields: Fields) -> str:
    return fields.id("then", GO_ON)


def _silence(fields: Fields) -> str | None:
    return fields.optional_id("silence", "Name the node that follows when nothing is pressed.")


def _tries(fields: Fields, default: int) -> int:
    return fields.number("tries", default, 1, MOST_TRIES, "times")


def _prompts(fields: Fields, kind: str) -> tuple[str, ...]:
    return fields.prompts(kind, SAY.format(kind))


def _one_of(fields: Fields, field: str, known: tuple[str, ...]) -> str:
    tree = fields.required(field, f"Write {listed(known, 'or')} after it.")
    if tree is None:
        return ""
    if isinstance(tree, Text) and tree.value in known:
        return tree.value
    guess = did_you_mean(tree.value, known) if isinstance(tree, Text) else ""
    fields.error(
        fields.line(field),
        f"“{field}” can't be {what_it_is(tree)}.",
        guess or f"It can be {listed(known, 'or')}.",
    )
    return ""


def _ask(fields: Fields, name: str) -> Node:
    _one_of(fields, "ask", ("language",))
    return model.AskLanguage(name, _then(fields), _silence(fields), _tries(fields, 3))


def _menu(fields: Fields, name: str) -> Node:
    options = []
    block = fields.block_of(
        "options", "Write one line for each option: “1: {say: to_listen, go: exercises}”."
    )
    for key, tree in block.fields.items() if block else ():
        line = block.lines[key] if block else None
        if _key(fields, key, line) and (option := _option(fields, key, tree)):
            options.append(option)
    if block:
        _doubled(fields, block.twice)
    return model.Menu(
        name,
        _prompts(fields, "menu"),
        tuple(options),
        _silence(fields),
        _tries(fields, 3),
        fields.yes_no("barge_in", True),
    )


def _option(fields: Fields, key: str, tree: Tree) -> Option | None:
    hint = f"Write it like this: “{key}: {{say: to_listen, go: exercises}}”."
    if not isinstance(tree, Block):
        fields.error(
            tree.line, f"Key {key} has {what_it_is(tree)} where its prompt and its node are expected.", hint
        )
        return None
    inner = fields.inner(tree, ("options", key), f"Key {key}")
    option = Option(key, inner.id("say", hint), inner.id("go", hint))
    inner.finish(("say", "go"))
    fields.right = fields.right and inner.right
    return option


def _key(fields: Fields, key: str, line: int | None) -> bool:
    if is_key(key):
        return True
    digits = "".join(str(int(c)) for c in key if c.isdecimal())
    hint = f"A key is one of {' '.join(KEYS)}; write * and # in quotes."
    if len(digits) == 1 and digits != key:
        hint = f"Write it as {digits}. " + hint
    fields.error(line, f"“{shortened(key)}” isn't a key of a telephone.", hint)
    return False


def _doubled(fields: Fields, twice: tuple[tuple[str, int, int], ...]) -> None:
    for key, first, second in twice:
        fields.error(
            second,
            f"Key {shortened(key)} is given twice: in line {first} and again in line {second}.",
            "Give one of them another key.",
        )


def _play(fields: Fields, name: str) -> Node:
    prompts, then = _prompts(fields, "play"), _then(fields)
    measured = fields.has("measure") and _one_of(fields, "measure", ("completion",)) == "completion"
    barge_in = fields.yes_no("barge_in", True)
    return model.Play(name, prompts, then, "completion" if measured else None, barge_in)


def _rate(fields: Fields, name: str) -> Node:
    choices = []
    hint = "Write the answers with their keys: “choices: {1: better, 2: same, 3: worse}”."
    block = fields.block_of("choices", hint)
    for key, tree in block.fields.items() if block else ():
        if _key(fields, key, block.lines[key] if block else None):
            choices.append(Choice(key, fields.as_id(tree, tree.line, hint)))
            fields.findings.places[(*fields.where, "choices", key)] = (fields.file, tree.line)
    if block:
        _doubled(fields, block.twice)
    note = fields.id("note", "Say under which name the answer is noted, such as “note: mood_after”.")
    return model.Rate(
        name,
        _prompts(fields, "rate"),
        tuple(choices),
        note,
        _then(fields),
        _silence(fields),
        _tries(fields, 2),
    )


def _callback(fields: Fields, name: str) -> Node:
    need = fields.id("callback", "Say what the callback is for, such as “callback: emotional_support”.")
    then = _then(fields)
    unavailable = fields.id(
        "unavailable",
        "Name the node that follows when no callback can be offered, such as a goodbye with a number.",
    )
    wishes = fields.optional_ids(
        "wishes", "List the names of the noted answers, such as [safe_time, may_name_us]."
    )
    return model.Callback(name, need, then, unavailable, wishes, read_clocks(fields))


def _withdraw(fields: Fields, name: str) -> Node:
    _one_of(fields, "withdraw", ("callback",))
    then = fields.id("then", "Name the node that follows when the call is taken back.")
    otherwise = fields.id(
        "otherwise", "Name the node that follows when it can't be, such as a word that says so."
    )
    return model.Withdraw(name, then, otherwise)


def _services(fields: Fields, name: str) -> Node:
    need = fields.id("services", "Say what is looked for, such as “services: health”.")
    then = _then(fields)
    none = fields.id("none", "Name the node that follows when there is no service to read out.")
    area = fields.optional_id("area", "Name the noted answer that says where the caller is.")
    return model.Services(name, need, then, none, area)


def _connect(fields: Fields, name: str) -> Node:
    to = _one_of(fields, "connect", ("crisis", "emergency"))
    then = fields.id("then", "Name the node that follows after the talk, such as “then: goodbye”.")
    otherwise = fields.id("otherwise", "Name the node that follows when nobody can be reached.")
    return model.Connect(name, to, then, otherwise, fields.number("seconds", 30, 5, 120, "seconds"))


def _voice_message(fields: Fields, name: str) -> Node:
    return model.VoiceMessage(
        name,
        _prompts(fields, "voice_message"),
        _then(fields),
        _silence(fields),
        fields.number("seconds", 120, 5, 600, "seconds"),
    )


_CASES = {
    "open": "yes and no",
    "number": "yes, no and unavailable",
    "callback": "waiting, none and unavailable",
}
_EXAMPLES = {"language": "{sw: swahili_news}", "callback": "{waiting: asked_already}"}
_ON: tuple[model.BranchOn, ...] = get_args(model.BranchOn)


def _branch(fields: Fields, name: str) -> Node:
    on = _one_of(fields, "branch", _ON)
    otherwise = fields.id("otherwise", "Name the node that follows in every other case.")
    example = _EXAMPLES.get(on, "{yes: talk_now, no: closed}")
    block = fields.block_of("cases", f"Write where each case leads: “cases: {example}”.")
    cases: dict[str, str] = {}
    for case, tree in block.fields.items() if block else ():
        line = block.lines[case] if block else None
        value = _case(fields, on, case, line)
        if value in cases:
            fields.error(line, f"The case “{value}” is written twice here.", "Take one of the two away.")
        node = fields.as_id(tree, tree.line, "Name the node that this case leads to.")
        if value:
            fields.findings.places[(*fields.where, "cases", value)] = (fields.file, tree.line)
            cases[value] = node
    if block:
        for case, first, second in block.twice:
            fields.error(
                second,
                f"The case “{shortened(case)}” is written twice here, first in line {first}.",
                "Take one of the two away.",
            )
    kind: model.BranchOn = next((known for known in _ON if known == on), "open")
    return model.Branch(name, kind, tuple(cases.items()), otherwise)


def _case(fields: Fields, on: str, case: str, line: int | None) -> str:
    if on == "language":
        complaint = language_complaint(case)
        if complaint is not None:
            fields.error(line, *complaint)
            return ""
        return case
    if (on == "number" and case == "unavailable") or not on:
        return case
    if on == "callback" and case in get_args(Earlier):
        return case
    value = as_yes_no(Text(case, 0)) if on != "callback" else None
    if value is None:
        fields.error(
            line,
            f"“{shortened(case)}” isn't a case of “branch: {on}”.",
            f"The cases are {_CASES[on]}. For everything else there is “otherwise”.",
        )
        return ""
    return "yes" if value else "no"


def _enter(fields: Fields, name: str) -> Node:
    flow = fields.id(
        "enter", "Name the flow to go through: the name after “flow:” in another file of this folder."
    )
    return model.Enter(name, flow, _then(fields))


def _return(fields: Fields, name: str) -> Node:
    tree = fields.take("return")
    if tree is None or as_yes_no(tree) is not True:
        fields.error(fields.line("return"), "“return” can only be yes.", "Write “return: yes”.")
    return model.Return(name)


def _end(fields: Fields, name: str) -> Node:
    return model.End(
        name, fields.prompts("end", "A call never ends without a word: name the prompt that says goodbye.")
    )


READERS: dict[str, Callable[[Fields, str], Node]] = {
    "ask": _ask,
    "menu": _menu,
    "play": _play,
    "rate": _rate,
    "callback": _callback,
    "withdraw": _withdraw,
    "services": _services,
    "connect": _connect,
    "voice_message": _voice_message,
    "branch": _branch,
    "enter": _enter,
    "return": _return,
    "end": _end,
}
