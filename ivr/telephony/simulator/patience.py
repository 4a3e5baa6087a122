"""Replies that only send to one another, with nothing heard between, would keep a caller for ever. PURE.

`static/patience.js` is the same for the browser.
"""

from __future__ import annotations

LONGEST_CALL = 4 * 60 * 60
MOST_REPLIES = 30
AT_ONCE = 0.2


class Patience:
    """Counts the replies of one call. Times are seconds."""

    def __init__(self) -> None:
        self._replies = 0
        self._last_at = 0.0

    def is_over(self, now: float) -> bool:
        """Whether the next reply, `now` seconds into the call, is one too many."""
        if now - self._last_at > AT_ONCE:
            self._replies = 0
        self._replies += 1
        self._last_at = now
        return self._replies > MOST_REPLIES or now > LONGEST_CALL
