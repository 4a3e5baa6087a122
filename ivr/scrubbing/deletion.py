"""Deletes everything that a provider has of one call, and looks whether it is gone.

Every step may be repeated, so it doesn't matter where the one before was interrupted. The records of the legs go first
and that of the call last: as long as anything is there, the way to it is there too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ivr.scrubbing.pauses import LegUnderWay, StillThere
from ivr.telephony.contract import Network

Answer = TypeVar("Answer")


def delete_call(network: Network, call: str, pace: Callable[[], None]) -> None:
    """Returns when nothing of the call can be found any more. `pace` is called before each request.

    Raises LegUnderWay, StillThere, and what the network raises.
    """

    def ask(request: Callable[[str], Answer], about: str) -> Answer:
        pace()
        return request(about)

    legs = [*ask(network.legs_of, call), call]
    states = {leg: ask(network.state_of, leg) for leg in legs}
    if "under_way" in states.values():
        raise LegUnderWay
    for leg in legs:
        for recording in ask(network.recordings_of, leg):
            ask(network.delete_recording, recording)
    there = [leg for leg in legs if states[leg] == "over"]
    for leg in there:
        ask(network.delete_call, leg)
    if any(ask(network.state_of, leg) != "gone" for leg in there) or any(
        ask(network.recordings_of, leg) for leg in legs
    ):
        raise StillThere
