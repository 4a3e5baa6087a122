"""What an input means at the node where a call is. Any input is possible anywhere, and each has a designed answer."""

from __future__ import annotations

from flows.arrivals import services_read
from flows.effects import Ending
from flows.inputs import (
    CallbackAnswered,
    CallbackFound,
    CallbackWithdrawn,
    DialEnded,
    Digits,
    Heard,
    Input,
    NobodyToConnect,
    Recorded,
    ServicesFound,
    Silence,
)
from flows.keys import follow, global_key, one_key, press
from flows.model import AGAIN, BACK, Branch, Callback, Connect, Services, VoiceMessage, Withdraw
from flows.silence import keep_silent
from flows.walk import Walk


def take(walk: Walk, given: Input) -> Ending | None:
    """Moves the call as the input means it. What is returned is to be said; after None, what the node says.

    An input that doesn't fit the node moves nothing: the current screen is the answer to it.
    """
    match given:
        case Digits(keys=keys, heard=heard):
            press(walk, keys, heard)
        case Silence(heard=heard):
            keep_silent(walk, heard)
        case Recorded(heard=heard, keys=keys):
            _recorded(walk, heard, keys)
        case DialEnded(talked=talked, heard=heard):
            _dial_ended(walk, talked, heard)
        case NobodyToConnect():
            _nobody(walk)
        case CallbackAnswered():
            _callback_answered(walk, given)
        case CallbackFound():
            _callback_found(walk, given)
        case CallbackWithdrawn(done=done):
            _callback_withdrawn(walk, done)
        case ServicesFound(services=services):
            return _services_found(walk, services)
        case _:
            pass
    return None


def _recorded(walk: Walk, heard: Heard, keys: str) -> None:
    node = walk.node
    if not isinstance(node, VoiceMessage):
        return
    walk.heard_from_caller()
    walk.leave("recorded", heard)
    found = global_key(walk, one_key(keys))
    if found is not None and found[0].go not in (AGAIN, BACK):
        follow(walk, *found)
    else:
        walk.forward(node.then)


def _dial_ended(walk: Walk, talked: bool, heard: Heard) -> None:
    node = walk.node
    if not isinstance(node, Connect):
        return
    walk.leave("connected" if talked else "unconnected", heard)
    if talked:
        walk.heard_from_caller()
        walk.go(node.then)
    else:
        walk.count_silence()
        walk.go(node.otherwise)


def _nobody(walk: Walk) -> None:
    node = walk.node
    if isinstance(node, Connect):
        walk.leave("unconnected")
        walk.go(node.otherwise)


def _callback_answered(walk: Walk, given: CallbackAnswered) -> None:
    node = walk.node
    if not isinstance(node, Callback):
        return
    walk.leave("passed")
    if given.answer == "unavailable":
        walk.go(node.unavailable)
        return
    walk.requested(node.need, given.reference)
    walk.told_to_wait(given.waiting)
    walk.go(node.then)


def _callback_found(walk: Walk, given: CallbackFound) -> None:
    node = walk.node
    if not isinstance(node, Branch) or node.on != "callback":
        return
    if given.found == "waiting":
        walk.told_to_wait(given.waiting)
    walk.go(dict(node.cases).get(given.found, node.otherwise))


def _callback_withdrawn(walk: Walk, done: bool) -> None:
    node = walk.node
    if not isinstance(node, Withdraw):
        return
    walk.leave("passed")
    if done:
        walk.withdrawn()
    walk.go(node.then if done else node.otherwise)


def _services_found(walk: Walk, services: tuple[tuple[str, ...], ...]) -> Ending | None:
    node = walk.node
    if not isinstance(node, Services):
        return None
    screen = services_read(walk, services)
    if screen is None:
        walk.leave("passed")
        walk.go(node.none)
    return screen
