"""Whom a caller can be connected with."""

from __future__ import annotations

EMERGENCY = "emergency"


class EmergencyServicesOnly:
    """Connects with the emergency number, on lines that allow it. Helpers on shift are not rung yet."""

    def numbers_for(self, to: str, emergency_number: str, dial_emergency: bool) -> tuple[str, ...]:
        """The line's emergency number for `emergency`; nobody for anything else."""
        return (emergency_number,) if to == EMERGENCY and dial_emergency else ()
