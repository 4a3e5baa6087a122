"""What callers are promised that isn't done by itself yet. Whoever runs a line must know of it."""

from __future__ import annotations

from flows.model import Callback, Pack

NOBODY_IS_RUNG = "callers can ask to be called back, and nobody is rung by itself yet"
WHERE_WISHES_ARE = "Supervisors see who waits, and ring them, from the page of numbers"


def promises_calls(pack: Pack) -> bool:
    """Whether callers are told that somebody will call them back."""
    return any(isinstance(node, Callback) for flow in pack.flows.values() for node in flow.nodes.values())


def promise_in_words(public_url: str) -> str:
    """What to tell whoever puts such a pack on air."""
    return f"Know this: {NOBODY_IS_RUNG}. {WHERE_WISHES_ARE}: {public_url}/numbers"
