"""By whose clock a caller is rung: the time zone of the place that she has named in this call."""

from __future__ import annotations

from flows.model import Callback
from flows.walk import Walk


def clock_named(walk: Walk, node: Callback | None = None) -> str | None:
    """The time zone, by the clocks of this node first, then of any other: where she is doesn't change with what she
    asks for. None where she wasn't asked, or didn't say."""
    every = (
        one for flow in walk.pack.flows.values() for one in flow.nodes.values() if isinstance(one, Callback)
    )
    asking = every if node is None else (node, *every)
    return next((zone for one in asking if (zone := _by(walk, one)) is not None), None)


def _by(walk: Walk, node: Callback) -> str | None:
    clocks = dict(node.clocks)
    return next((clocks[said] for name in node.wishes if (said := walk.notes.get(name)) in clocks), None)
