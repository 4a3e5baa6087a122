"""What turns are made with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ivr.callbacks.flashes import Flashes
from ivr.calls.call_rows import CallRows
from ivr.calls.emergency import EmergencyScreens
from ivr.calls.ports import CallbackDesk, Connector, Directory
from ivr.calls.remembered import Remembered
from ivr.calls.screens import Addresses
from ivr.publishing.releases import Releases
from ivr.store.hot import HotDatabase


@dataclass(frozen=True, slots=True)
class House:
    """What turns are made with; `wiring.py` chooses."""

    database: HotDatabase
    rows: CallRows
    releases: Releases
    desk: CallbackDesk
    flashes: Flashes
    connector: Connector
    directory: Directory
    addresses: Addresses
    emergency: EmergencyScreens
    remembered: Remembered
    clock: Callable[[], float]
    new_id: Callable[[], str]
