"""Packs of a few nodes, for one situation each."""

from __future__ import annotations

from flows.model import (
    Branch,
    Callback,
    Connect,
    End,
    Enter,
    Flow,
    GlobalKey,
    Menu,
    Node,
    Option,
    Pack,
    Play,
    Return,
)
from tests.flows.some_scripts import with_scripts

KEYS = {
    "0": GlobalKey("0", "crisis", "for_help"),
    "9": GlobalKey("9", "again", "to_hear_again"),
    "*": GlobalKey("*", "back"),
}


def small_pack(*nodes: Node, languages: tuple[str, ...] = ("en",), others: tuple[Flow, ...] = ()) -> Pack:
    """A pack whose calls start at the first of these nodes; silence leads to the offer, and 0 to the crisis path."""
    rest: list[Node] = [
        Branch("offer", "number", (("yes", "offered"),), "goodbye"),
        Menu("offered", ("stay_on_the_line",), (Option("2", "to_say_no", "goodbye"),), "quiet", tries=1),
        Callback("quiet", "support", "goodbye", "goodbye"),
        Connect("crisis", "crisis", "goodbye", "nobody"),
        Play("nobody", ("nobody_free", "$emergency_number"), "main", barge_in=False),
        Menu("main", ("main_menu",), (Option("1", "to_talk", "quiet"), Option("2", "to_stay", "main"))),
        End("goodbye", ("goodbye",)),
    ]
    named = {node.id: node for node in [*rest, *nodes]}
    start = nodes[0].id if nodes else "main"
    first = Flow("first", languages, start, named, KEYS, "offer")
    return with_scripts(Pack("small", "first", {"first": first, **{flow.id: flow for flow in others}}))


INNER = Flow(
    "inner",
    ("en",),
    "ask",
    {
        "ask": Menu(
            "ask", ("inner_menu",), (Option("1", "to_go_on", "tell"), Option("2", "to_leave", "out"))
        ),
        "tell": Play("tell", ("story",), "out"),
        "out": Return("out"),
    },
    {"9": GlobalKey("9", "again", "once_more")},
)
DOOR = Menu("door", ("door",), (Option("1", "to_go_in", "go_in"), Option("2", "to_talk", "main")))


def nested() -> Pack:
    """A pack in which key 1 leads into a second flow."""
    return small_pack(DOOR, Enter("go_in", "inner", "main"), others=(INNER,))
