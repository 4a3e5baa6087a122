"""The longest way to help of each line, as pages and the doctor say it. Worked out once for each release: a flow is
walked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ivr.callbacks.crisis_wait import NoWayToHelp, longest_crisis_wait
from ivr.publishing.lines import Line
from ivr.publishing.releases import Release


class LongestWaits:
    """Of one installation, whose settings don't change while it runs."""

    def __init__(self, release: Callable[[str], Release], most_ring_seconds: int) -> None:
        self._release = release
        self._most_ring_seconds = most_ring_seconds
        self._known: dict[tuple[str, str, bool], float] = {}

    def of(self, lines: Iterable[Line]) -> float | None:
        """Seconds of the line on which it takes longest; None where no line on air rings anybody for help now."""
        found = [self.of_line(line) for line in lines]
        return max((seconds for seconds in found if seconds), default=None)

    def of_line(self, line: Line) -> float:
        """Seconds; 0 where no key of the line rings a helper, nothing is on air, or its release is damaged."""
        if line.release_id is None:
            return 0.0
        key = line.release_id, line.emergency_number, line.dial_emergency
        if key not in self._known:
            self._known[key] = self._work_out(line, line.release_id)
        return self._known[key]

    def _work_out(self, line: Line, release_id: str) -> float:
        try:
            return longest_crisis_wait(
                self._release(release_id),
                emergency_number=line.emergency_number,
                dials_emergency=line.dial_emergency,
                most_ring_seconds=self._most_ring_seconds,
            ).seconds
        except (NoWayToHelp, LookupError, ValueError):
            # A line whose release is damaged is the doctor's to name; the board shows the others.
            return 0.0
