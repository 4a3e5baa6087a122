"""The simulator's dialect: that of its provider, and the time of telephones that don't wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ivr.telephony.contract import PhoneEvent
from ivr.telephony.simulator.patience import LONGEST_CALL
from ivr.telephony.twilio import TwilioDialect

ELAPSED = "SimulatedSeconds"
"""The field in which a telephone says how many seconds of its call are over. No other provider's webhooks are read so:
whoever could set the time of a real call could make Warmline believe that something was heard."""


class SimulatorDialect(TwilioDialect):
    """What telephones of this machine's own say."""

    def parse(self, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> PhoneEvent:
        """Reads a webhook. Raises UnreadableWebhook when it doesn't say which call it is about."""
        return replace(super().parse(path, query, form), elapsed=_seconds(form.get(ELAPSED, "")))


def _seconds(text: str) -> float | None:
    """Seconds within the longest call; None for anything else, so that this machine's clock counts."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if 0 <= seconds <= LONGEST_CALL else None
