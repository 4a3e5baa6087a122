"""What happens when nothing is pressed: a designed path, never a mistake."""

from __future__ import annotations

from flows.arrivals import branch_to
from flows.inputs import Heard
from flows.model import (
    AskLanguage,
    Branch,
    Callback,
    Connect,
    Enter,
    Flow,
    Menu,
    Play,
    Rate,
    Services,
    VoiceMessage,
)
from flows.walk import MOST_STEPS, Lost, Walk


def keep_silent(walk: Walk, heard: Heard) -> None:
    """Goes on where nothing was pressed, or says it again."""
    node = walk.node
    listening = isinstance(node, Play | Services) and not walk.asking
    walk.leave("played" if listening else "silence", heard)
    walk.count_silence()
    walk.invalid = 0
    if walk.asking:
        walk.asking = walk.can_press = False
        return
    match node:
        case Play() | Services():
            walk.forward(node.then)
        case AskLanguage() | Menu() | Rate():
            _not_answered(walk, node)
        case Connect():
            walk.go(node.otherwise)
        case VoiceMessage(silence=None):
            walk.forward(node.then)
        case VoiceMessage():
            take_silence_path(walk)
        case _:
            pass


def _not_answered(walk: Walk, node: AskLanguage | Menu | Rate) -> None:
    """A question said in every language takes so long that it isn't repeated."""
    tries = 1 if walk.undecided and not isinstance(node, AskLanguage) else node.tries
    walk.tries += 1
    if walk.tries >= tries:
        take_silence_path(walk)


def _silence_path(walk: Walk) -> tuple[Flow, str] | None:
    """Where silence leads: as the node says, or its flow, or the flow where calls start."""
    own = getattr(walk.node, "silence", None) or walk.flow.silence
    if own is not None:
        return walk.flow, own
    return None if walk.entry.silence is None else (walk.entry, walk.entry.silence)


def take_silence_path(walk: Walk) -> None:
    """Raises Lost where a pack names no path for silence at all."""
    path = _silence_path(walk)
    if path is None:
        raise Lost
    flow, target = path
    if flow.id == walk.flow_id:
        walk.forward(target)
    else:
        walk.leave_for(flow, target)


def agrees_by_silence(walk: Walk) -> bool:
    """Whether saying nothing here asks for a person in the caller's name. Wrong keys then never count as silence:
    somebody who presses keys isn't somebody who can't, and may be trying to say no."""
    path = _silence_path(walk)
    for _ in range(MOST_STEPS):
        if path is None:
            return False
        flow, name = path
        node = flow.nodes.get(name)
        match node:
            case Branch():
                path = flow, branch_to(node, walk.language, walk.facts)
            case Enter(flow=entered) if entered in walk.pack.flows:
                path = walk.pack.flows[entered], walk.pack.flows[entered].start
            case _:
                return isinstance(node, Callback | Connect)
    return False
