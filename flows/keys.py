"""What a key means where a call is: to the node, to the whole flow, or nothing."""

from __future__ import annotations

from flows.inputs import Heard
from flows.model import (
    AGAIN,
    BACK,
    KEYS,
    AskLanguage,
    Flow,
    GlobalKey,
    Menu,
    Node,
    Play,
    Rate,
    Services,
    VoiceMessage,
)
from flows.paths import agrees_by_silence, declines
from flows.prompts import KEYS_FOR_LANGUAGES
from flows.silence import take_silence_path
from flows.walk import COMPLETED_SHARE, Walk

MOST_INVALID = 3
GO_ON_KEY = "#"


def press(walk: Walk, keys: str, heard: Heard) -> None:
    """A key: of the node, of the whole flow, or without meaning."""
    key = one_key(keys)
    node = walk.node
    if walk.asking and _choose_language(walk, key):
        return
    if not walk.asking and _own_key(walk, node, key, heard):
        return
    found = global_key(walk, key)
    if found is None:
        _wrong_key(walk, node, heard)
    else:
        walk.pressed(key, heard)
        follow(walk, *found)


def one_key(keys: str) -> str:
    """The key that was meant: somebody in distress may press one again and again. "" for anything else."""
    first = keys[:1]
    return first if first and first in KEYS and keys == first * len(keys) else ""


def _own_key(walk: Walk, node: Node, key: str, heard: Heard) -> bool:
    match node:
        case Menu(options=options):
            for option in options:
                if option.key == key:
                    walk.pressed(key, heard)
                    if declines(walk, option.go):
                        walk.said_no = key
                    walk.forward(option.go)
                    return True
        case Rate(choices=choices):
            for choice in choices:
                if choice.key == key:
                    walk.pressed(key, heard)
                    walk.note(node.note, choice.say)
                    walk.forward(node.then)
                    return True
        case Play() | Services() if key == GO_ON_KEY:
            walk.pressed(key, heard)
            walk.forward(node.then)
            return True
        case AskLanguage():
            language = _language_of(walk, key)
            if language is not None:
                walk.pressed(key, heard)
                walk.language, walk.can_press = language, False
                walk.forward(node.then)
                return True
        case _:
            pass
    return False


def _language_of(walk: Walk, key: str) -> str | None:
    position = KEYS_FOR_LANGUAGES.find(key) if key else -1
    return walk.entry.languages[position] if 0 <= position < len(walk.entry.languages) else None


def _choose_language(walk: Walk, key: str) -> bool:
    """Chooses a language where it was asked for in between; the node itself then says what it has to say."""
    language = _language_of(walk, key)
    if language is None:
        return False
    walk.heard_from_caller()
    walk.language, walk.can_press, walk.asking = language, False, False
    return True


def global_key(walk: Walk, key: str) -> tuple[GlobalKey, Flow] | None:
    """The key's meaning and the flow it belongs to: the entry flow's keys hold where a flow doesn't name them."""
    for flow in (walk.flow, walk.entry):
        if key in flow.keys:
            return flow.keys[key], flow
    return None


def follow(walk: Walk, key: GlobalKey, owner: Flow) -> None:
    """Does what a key of the whole flow says."""
    if key.go == AGAIN:
        return
    if key.go == BACK:
        walk.back()
    elif owner.id != walk.flow_id:
        walk.leave_for(owner, key.go)
    else:
        walk.forward(key.go)


def _wrong_key(walk: Walk, node: Node, heard: Heard) -> None:
    walk.leave("invalid", heard)
    walk.count_silence()
    walk.invalid += 1
    if walk.undecided and isinstance(node, Menu | Rate | Play):
        walk.can_press = walk.asking = True
        return
    enough = walk.invalid >= MOST_INVALID
    match node:
        case Play() | Services():
            if enough or heard.share >= COMPLETED_SHARE:
                walk.forward(node.then)
        case Menu() if agrees_by_silence(walk):
            # Somebody who presses keys isn't somebody who can't, and may be trying to say no.
            walk.wrong_key = True
        case AskLanguage() | Menu() | Rate() | VoiceMessage() if enough:
            take_silence_path(walk)
        case _:
            walk.wrong_key = True
