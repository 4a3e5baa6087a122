"""All tables of one database: each room brings its own."""

from __future__ import annotations

import audio.tables
import ivr.audit.tables
import ivr.outcomes.tables
import ivr.people.roster_tables
import ivr.people.tables
import ivr.recording.tables
import ivr.scrubbing.tables
import ivr.store.callback_tables
import ivr.store.tables
import ivr.telephony.simulator.tables
import ivr.vault.tables
import referrals.tables

ALL_METADATA = [
    ivr.store.tables.metadata,
    ivr.store.callback_tables.metadata,
    ivr.audit.tables.metadata,
    ivr.people.tables.metadata,
    ivr.people.roster_tables.metadata,
    ivr.outcomes.tables.metadata,
    ivr.scrubbing.tables.metadata,
    ivr.vault.tables.metadata,
    audio.tables.metadata,
    ivr.recording.tables.metadata,
    referrals.tables.metadata,
    ivr.telephony.simulator.tables.metadata,
]
