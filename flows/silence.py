"""What happens when nothing is pressed: a designed path, never a mistake."""

from __future__ import annotations

from flows.inputs import Heard
from flows.model import (
    AskLanguage,
    Connect,
    Menu,
    Play,
    Rate,
    Services,
    VoiceMessage,
)
from flows.paths import silence_path
from flows.walk import Lost, Walk


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
        if not isinstance(node, Rate):
            walk.kept_silent()
        take_silence_path(walk)


def take_silence_path(walk: Walk) -> None:
    """Raises Lost where a pack names no path for silence at all."""
    path = silence_path(walk)
    if path is None:
        raise Lost
    flow, target = path
    if flow.id == walk.flow_id:
        walk.forward(target)
    else:
        walk.leave_for(flow, target)
