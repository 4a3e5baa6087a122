"""What callers are promised that nobody could keep. Whoever runs a line must know of it."""

from __future__ import annotations

from flows.model import Callback, Pack

NOBODY_IS_RUNG = "callers can ask to be called back, and there is no helper with a phone who could be rung"
WHAT_TO_DO = "Invite helpers; each gives a number and shifts on pages of their own"


def promises_calls(pack: Pack) -> bool:
    """Whether callers are told that somebody will call them back."""
    return any(isinstance(node, Callback) for flow in pack.flows.values() for node in flow.nodes.values())


def promise_in_words(public_url: str) -> str:
    """What to tell whoever puts such a pack on air."""
    return f"Know this: {NOBODY_IS_RUNG}. {WHAT_TO_DO}: {public_url}/people"
