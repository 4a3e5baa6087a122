"""How long a clip is: a length for all of them, or what a look at the clip itself says."""

from __future__ import annotations

import re

from ivr.telephony.simulator.clips import wav_seconds
from tests.network.delivery import Delivery

USUAL_SECONDS = 2.0
_SHA = re.compile(r"/([0-9a-f]{64})\.wav")


class Clips:
    """`known` says which prompt in which language has which sha256. `fetched`: whether clips are really asked for."""

    def __init__(self, known: dict[str, tuple[str, str]], fetched: bool, delivery: Delivery) -> None:
        self.known = known
        self._fetched = fetched
        self._delivery = delivery
        self._lengths: dict[str, float | None] = {}

    def said(self, url: str) -> tuple[str, str] | None:
        """The prompt and language of a clip, as far as they are known."""
        found = _SHA.search(url)
        return self.known.get(found[1]) if found else None

    def is_known(self, url: str) -> bool:
        """Whether `length` can be said without a look."""
        return not self._fetched or url in self._lengths

    def length(self, url: str) -> float | None:
        """Seconds; None for a clip that can't be had."""
        return self._lengths.get(url) if self._fetched else USUAL_SECONDS

    def look(self, url: str) -> None:
        """Asks for the clip, which takes a while."""
        head = self._delivery.head_of(url)
        self._lengths[url] = None if head is None else wav_seconds(head)
