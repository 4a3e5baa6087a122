"""Fetches what was spoken on the phone when it is really there, and deletes it at the provider when it is safe here.

The row says what is left to do. Whatever dies in between, the next pass does the rest, and nothing is fetched into two
takes: a take that has its sound takes no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy import Engine, select

from audio.refusals import TooLarge
from audio.tables import takes as takes_table
from audio.take_states import NotNow, TakeState
from audio.takes import TakeChanged, Takes, TakeUnknown
from ivr.recording.comments import NoSuchComment, SpokenComments
from ivr.recording.spoken import MADE, UNWANTED, WAITING, Spoken, SpokenRows
from ivr.scrubbing.pauses import NoAccount
from ivr.store.engine import reading
from ivr.telephony.contract import Network, RecordingMissing, RecordingTooLarge
from ivr.telephony.simulator.clips import wav_seconds
from ivr.wiring import Wiring, networks_of

MOST_AT_ONCE = 20
LONGEST_PASS_SECONDS = 8.0
"""The request that is under way then takes twenty seconds at the most, and the job half a minute."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5.0, 900.0
PAUSE_AFTER_ALL_SECONDS = 86_400.0
MOST_MISSING = 12
"""Tries after which a recording that isn't there will never be: more than an hour."""
MOST_TRIES = 120
"""More than a day of a provider that doesn't answer, or doesn't know the account."""
SMALLEST_BYTES = 2000
"""A fifth of a second, as the telephone records it, and what stands before it in the file."""

NEVER_CAME, NO_RECORDING, TOO_LARGE = "never_came", "no_recording", "too_large"
"""Refusals of takes: it was never to be had, it is no sound, it is larger than a recording can be."""

log = structlog.get_logger()


class NoRecording(ValueError):
    """What the provider sends isn't a telephone recording. Permanent."""


@dataclass
class Fetching:
    """One pass. `networks` gives the side of a provider that reaches out, None where there is no account any more."""

    database: Engine
    rows: SpokenRows
    takes: Takes
    comments: SpokenComments
    networks: Callable[[str], Network | None]
    now: Callable[[], float]

    def run(self) -> dict[str, int]:
        """Works off what is due, for some seconds; how often what was done. Two at once never do the same recording."""
        began, done = self.now(), Counter[str]()
        for row in self.rows.due(began, MOST_AT_ONCE):
            if self.now() - began > LONGEST_PASS_SECONDS:
                break
            held = self.rows.claim(row, self.now())
            if held is None:
                continue
            try:
                done[self._one(held)] += 1
            except Exception as problem:
                # Whatever goes wrong with one, its row stays, and the others have their turn.
                self._put_off(held, problem)
                done["put_off"] += 1
        return dict(done)

    def _one(self, held: Spoken) -> str:
        if held.state in (MADE, UNWANTED) and self._is_kept_after_all(held):
            return "found_wanted"
        if held.state == MADE:
            self.rows.let_go(held.id)
            return "let_go"
        network = self.networks(held.provider)
        if network is None:
            raise NoAccount
        if held.state == WAITING:
            return self._fetch(network, held)
        network.delete_recording(held.recording)
        self.rows.is_deleted(held)
        return "deleted"

    def _fetch(self, network: Network, held: Spoken) -> str:
        try:
            sound = network.fetch_recording(held.recording)
            _check(sound)
            return "fetched" if self._store(held, sound) else "taken_away"
        except RecordingMissing:
            if held.tries < MOST_MISSING:
                raise
            self._refuse(held, NEVER_CAME)
        except (RecordingTooLarge, TooLarge):
            self._refuse(held, TOO_LARGE)
        except NoRecording:
            self._refuse(held, NO_RECORDING)
        except (NoSuchComment, TakeUnknown):
            self.rows.give_up(held, self.now())
        return "given_up"

    def _store(self, held: Spoken, sound: bytes) -> bool:
        if held.kind == "comment":
            return self.comments.keep(held, sound, self.now())
        try:
            self.takes.fetched(held.of, sound, self.now())
        except NotNow:
            # A pass before this one had stored it and could say so no more, or somebody has withdrawn the take.
            log.info("recording_fetched_before", take=held.of)
        return self.rows.is_fetched(held, self.now())

    def _refuse(self, held: Spoken, code: str) -> None:
        log.warning("recording_not_fetched", kind=held.kind, reason=code)
        if held.kind == "take":
            try:
                self.takes.refuse(held.of, code, self.now())
            except (NotNow, TakeUnknown):
                log.info("recording_not_wanted_any_more", take=held.of)
        self.rows.give_up(held, self.now())

    def _is_kept_after_all(self, held: Spoken) -> bool:
        """Whether a process died between noting the take and asking for its sound."""
        if held.kind != "take":
            return False
        waits = takes_table.c.upload_id == held.id, takes_table.c.state == TakeState.AT_PROVIDER.value
        with reading(self.database) as connection:
            take_id = connection.execute(select(takes_table.c.id).where(*waits)).scalar()
        return take_id is not None and self.rows.found_wanted(held, take_id, self.now())

    def _put_off(self, held: Spoken, problem: Exception) -> None:
        log.info("recording_put_off", kind=held.kind, state=held.state, error=type(problem).__name__)
        if held.tries >= MOST_TRIES:
            log.error("recording_not_deleted", kind=held.kind, state=held.state)
            if held.state == WAITING:
                self._refuse(held, NEVER_CAME)
            elif isinstance(problem, NoAccount):
                self.rows.is_deleted(held)
            else:
                # Somebody's voice is still at the provider: as long as it is, Warmline doesn't forget where.
                self.rows.put_off(held, self.now() + PAUSE_AFTER_ALL_SECONDS)
            return
        pause = min(FIRST_PAUSE_SECONDS * 2 ** min(held.tries - 1, 20), LONGEST_PAUSE_SECONDS)
        if isinstance(problem, TakeChanged):
            pause = FIRST_PAUSE_SECONDS
        self.rows.put_off(held, self.now() + pause)


def _check(sound: bytes) -> None:
    """Raises NoRecording. It is opened by the pipeline alone; here it only has to look like what was asked for, and how
    long it claims to be isn't believed."""
    if len(sound) < SMALLEST_BYTES or wav_seconds(sound[:4096]) is None:
        raise NoRecording


def fetching_of(wiring: Wiring) -> Fetching:
    """A pass of this installation."""
    room = wiring.recording
    return Fetching(
        database=wiring.database,
        rows=room.spoken,
        takes=room.takes,
        comments=room.comments,
        networks=networks_of(wiring),
        now=wiring.clock,
    )
