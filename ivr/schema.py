"""All tables of one database: each room brings its own."""

from __future__ import annotations

import audio.tables
import ivr.store.tables
import ivr.telephony.simulator.tables
import referrals.tables

ALL_METADATA = [
    ivr.store.tables.metadata,
    audio.tables.metadata,
    referrals.tables.metadata,
    ivr.telephony.simulator.tables.metadata,
]
