"""What happens where a call arrives: it passes through some nodes, and stops where something is said or asked."""

from __future__ import annotations

from flows import screens
from flows.clocks import clock_named
from flows.effects import (
    CLOCK,
    Connect,
    Ending,
    FindCallback,
    FindServices,
    Inside,
    Record,
    RequestCallback,
    WithdrawCallback,
)
from flows.model import (
    AskLanguage,
    Branch,
    Callback,
    End,
    Enter,
    GlobalKey,
    Menu,
    Node,
    Play,
    Rate,
    Return,
    Services,
    VoiceMessage,
    Withdraw,
)
from flows.model import Connect as ConnectNode
from flows.paths import branch_to, declined_before
from flows.walk import Lost, Walk

MOST_SERVICES = 3


def arrive(walk: Walk) -> Inside | Ending:
    """Goes on from the node where the call is until there is something for the caller, or to be answered inside."""
    while True:
        walk.count_node()
        node = walk.node
        match node:
            case Branch(on="callback") if not walk.asked and walk.facts.number != "no":
                return FindCallback()
            case Branch():
                walk.go(branch_to(node, walk))
            case Enter():
                walk.enter(node)
            case Return():
                walk.come_back()
            case Callback() if node.need in dict(walk.asked) and not _answered(walk, node):
                # Nothing new is said: what has been keyed before must not be lost to a silence.
                walk.leave("passed")
                walk.go(node.then)
            case Menu() if (no := declined_before(walk)) is not None:
                walk.leave("passed")
                walk.go(no)
            case Callback() | Withdraw() | Services() | ConnectNode():
                return _ask_inside(walk, node)
            case _:
                return _screen(walk, node)


def services_read(walk: Walk, services: tuple[tuple[str, ...], ...]) -> Ending | None:
    """The screen that reads out services; None when there is nothing to read."""
    prompts = [prompt for service in services[:MOST_SERVICES] for prompt in service]
    return screens.content(prompts, walk.languages, walk.facts) if prompts else None


def _ask_inside(walk: Walk, node: Callback | Withdraw | Services | ConnectNode) -> Inside | Ending:
    notes = walk.notes
    match node:
        case Callback(need=need):
            corrected = dict(walk.asked).get(need, "")
            unanswered = tuple(name for name in node.wishes if name not in notes)
            if node.clocks and clock_named(walk, node) is None:
                unanswered = (*unanswered, CLOCK)
            return RequestCallback(
                need, walk.language, _wishes(walk, node), corrected, unanswered, walk.way()
            )
        case Withdraw():
            return WithdrawCallback()
        case Services(need=need):
            area = notes.get(node.area) if node.area is not None else None
            return FindServices(need, area, walk.language)
        case ConnectNode(to=to, seconds=seconds):
            return Connect(to, seconds, clock_named(walk) or "", walk.way())


def _answered(walk: Walk, node: Callback) -> tuple[tuple[str, str], ...]:
    return tuple((name, walk.notes[name]) for name in node.wishes if name in walk.notes)


def _wishes(walk: Walk, node: Callback) -> tuple[tuple[str, str], ...]:
    clock = clock_named(walk, node)
    return _answered(walk, node) if clock is None else (*_answered(walk, node), (CLOCK, clock))


def _screen(walk: Walk, node: Node) -> Ending:
    match node:
        case AskLanguage():
            return screens.language_menu(walk.entry)
        case Menu():
            return _question(walk, node)
        case Rate():
            # Where a question is asked again its old answer doesn't hold any more: silence is the safe answer.
            walk.forget(node.note)
            return _question(walk, node)
        case Play(prompts=prompts, barge_in=barge_in):
            if walk.asking:
                return screens.language_menu(walk.entry)
            return screens.content(prompts, walk.languages, walk.facts, barge_in)
        case VoiceMessage(seconds=seconds):
            return Record(screens.message_introduction(node, walk.languages, walk.facts), seconds)
        case End():
            walk.leave("passed")
            walk.over = True
            return screens.goodbye(node, walk.languages, walk.facts)
        case _:
            raise Lost


def _question(walk: Walk, node: Menu | Rate) -> Ending:
    """Somebody who has pressed a key before choosing a language is asked for it before the next question."""
    if walk.undecided and walk.can_press:
        walk.asking = True
    if walk.asking:
        return screens.language_menu(walk.entry)
    return screens.question(node, walk.languages, walk.facts, _announced(walk, node), walk.wrong_key)


def _announced(walk: Walk, node: Menu | Rate) -> GlobalKey | None:
    """The global key whose turn it is: none at first, then one more at each repetition. What the node says anyway
    isn't said twice on one screen."""
    turn = walk.tries + max(walk.invalid - 1, 0)
    if turn == 0:
        return None
    every = {**walk.entry.keys, **walk.flow.keys}.values()
    keys = [key for key in every if key.say is not None and key.say not in node.prompts]
    return keys[(turn - 1) % len(keys)] if keys else None
