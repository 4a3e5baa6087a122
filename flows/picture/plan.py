"""What is drawn where: a flow as a few trees that begin where calls begin, where a key leads from everywhere, and
where silence leads. A way that would run back or across is not drawn as a line but told by the number of its box."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from flows.model import AGAIN, BACK, Flow, Menu, Pack
from flows.ways import Way, has_silence_path, silence_of, ways


@dataclass(slots=True)
class Link:
    """All ways from one box to one other. `drawn` when it is a line of the tree."""

    to: str
    keys: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    silent: bool = False
    spoken_to: bool = False
    """Whether something else than silence leads along here."""
    drawn: bool = False


@dataclass(slots=True)
class Part:
    """One tree of boxes with its heading."""

    heading: str
    root: str
    children: dict[str, list[str]]
    origin: str | None = None
    """The box that its root hangs on, where that stands on another sheet."""


@dataclass(slots=True)
class Plan:
    """Everything that the drawing has to show of one flow."""

    parts: list[Part]
    links: dict[str, list[Link]]
    numbers: dict[str, int]
    outside: dict[str, str]
    """Where the silence path of a node leads out of this flow: its node there."""

    def link(self, name: str, to: str) -> Link:
        """The link between two boxes."""
        return next(link for link in self.links[name] if link.to == to)


WORDS = {
    "unavailable": "no callback possible",
    "none": "nothing found",
    "nobody": "nobody answers",
    "talked": "after the talk",
    "otherwise": "otherwise",
}


MOST_TOGETHER = 6
"""A branch with more boxes than this may stand for itself."""


def plan_of(pack: Pack, flow: Flow, unreadable: Collection[str], *, split: bool = False) -> Plan:
    """`unreadable` nodes are drawn, and lead where as much of them as could be read says. With `split`, long branches
    of a menu become parts of their own, which fits more boxes onto a page."""
    known = {*flow.nodes, *unreadable}
    outside: dict[str, str] = {}
    links = {name: _links(pack, flow, name, outside) for name in flow.nodes}
    links.update({name: [] for name in unreadable if name not in flow.nodes})
    roots = _roots(pack, flow, known)
    parts = _parts(roots, links, known)
    left = [name for name in links if not any(name in part.children for part in parts)]
    while left:
        found = _parts({left[0]: "No call comes here"}, links, known, taken=_drawn(parts))
        parts += found
        left = [name for name in left if name not in found[0].children]
    if split:
        parts = [piece for part in parts for piece in _split(part, flow, links)]
    return Plan(parts, links, numbered(parts), outside)


def numbered(parts: Iterable[Part]) -> dict[str, int]:
    """The number of every box, part by part."""
    return {name: number for number, name in enumerate((n for part in parts for n in in_order(part)), 1)}


def whence(plan: Plan, part: Part) -> str:
    """The heading of a part: where it comes from, where that stands apart from it."""
    if part.origin is None:
        return part.heading
    link = plan.link(part.origin, part.root)
    keys = f"key {', '.join(link.keys)}" if link.keys else ""
    silence = ("or none" if link.keys else "no key") if link.silent else ""
    how = ", ".join(filter(None, (" ".join(filter(None, (keys, silence))), *link.words)))
    return f"From box {plan.numbers[part.origin]}" + (f", {how}" if how else "")


def _drawn(parts: Iterable[Part]) -> set[str]:
    return {name for part in parts for name in part.children}


def in_order(part: Part) -> list[str]:
    """From top to bottom, each branch to its end before the next."""
    order: list[str] = []
    waiting = [part.root]
    while waiting:
        name = waiting.pop()
        order.append(name)
        waiting.extend(reversed(part.children[name]))
    return order


def _split(part: Part, flow: Flow, links: dict[str, list[Link]]) -> list[Part]:
    """The part without its longest branches, and those after it."""
    pieces = [part]
    for name in in_order(part):
        if not isinstance(flow.nodes.get(name), Menu) or name not in part.children:
            continue
        for link in links[name]:
            branch = branch_of(part, link.to) if link.drawn and link.keys else {}
            if len(branch) > MOST_TOGETHER and len(part.children) > len(branch) + 1:
                link.drawn = False
                part.children[name].remove(link.to)
                own = {each: part.children.pop(each) for each in branch}
                piece = Part(f"From “{name}” with key {' or '.join(link.keys)}", link.to, own)
                pieces += _split(piece, flow, links)
    return pieces


def branch_of(part: Part, root: str) -> dict[str, list[str]]:
    """A box of a part with everything that hangs on it."""
    return {name: part.children[name] for name in in_order(Part("", root, part.children))}


def _roots(pack: Pack, flow: Flow, known: set[str]) -> dict[str, str]:
    entry = flow.id == pack.entry
    roots = {flow.start: "A call starts here" if entry else "This flow starts here"}
    for key in flow.keys.values():
        if key.go not in (AGAIN, BACK):
            roots.setdefault(key.go, f"Key {key.key}, from everywhere")
    if flow.silence is not None:
        roots.setdefault(flow.silence, "When nothing is pressed")
    return {name: heading for name, heading in roots.items() if name in known}


def _parts(
    roots: dict[str, str], links: dict[str, list[Link]], known: set[str], taken: Collection[str] = ()
) -> list[Part]:
    """Each tree is grown breadth first, so that every box hangs where a call meets it first."""
    claimed = {*roots, *taken}
    parts = []
    for root, heading in roots.items():
        children: dict[str, list[str]] = {root: []}
        waiting = deque([root])
        while waiting:
            name = waiting.popleft()
            for link in links[name]:
                if link.to in known and link.to not in claimed:
                    claimed.add(link.to)
                    link.drawn = True
                    children[name].append(link.to)
                    children[link.to] = []
                    waiting.append(link.to)
        parts.append(Part(heading, root, children))
    return parts


def _links(pack: Pack, flow: Flow, name: str, outside: dict[str, str]) -> list[Link]:
    node = flow.nodes[name]
    found: dict[str, Link] = {}
    own = tuple(way for way in ways(node, len(pack.languages)) if way.to)
    for position, way in enumerate(own):
        _add(found, way, own[:position])
    if has_silence_path(node) and getattr(node, "silence", None) is None:
        silence = silence_of(pack, flow, node)
        if silence is not None and silence[0] is flow:
            _add(found, Way("silence", silence[1], ()))
        elif silence is not None:
            outside[name] = silence[1]
    return list(found.values())


def _add(found: dict[str, Link], way: Way, before: tuple[Way, ...] = ()) -> None:
    link = found.setdefault(way.to, Link(way.to))
    link.keys.extend(way.keys)
    if way.by == "silence":
        link.silent = True
        return
    link.spoken_to = True
    if way.by == "else" and any(earlier.to == way.to and earlier.by == "on" for earlier in before):
        link.words.append("in any case")
    elif way.word:
        link.words.append(WORDS.get(way.word, way.word))
