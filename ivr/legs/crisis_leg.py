"""The leg of a helper who is rung for somebody in crisis: the caller is on the line, and the first key has the call.

All of it is short, because the caller hears the phone ring all the while: the offer is said once, and a mailbox, which
presses nothing, is hung up on without a word.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, Row, select

from ivr.callbacks.crisis_talks import Claim, CrisisTalks
from ivr.callbacks.crisis_wait import REFUSED, TAKE, offered
from ivr.callbacks.own_legs import subject_and_person
from ivr.calls.screens import Addresses
from ivr.legs.parts import Said
from ivr.legs.words import Words
from ivr.people.tables import people
from ivr.publishing.releases import Releases
from ivr.store.callback_tables import crisis_calls
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.telephony.contract import Dialect, EndScreen, LegEvent, Screen

CRISIS = "crisis"
NOTHING = EndScreen(())

REASONS = {
    Claim.TAKEN: ("helper_taken_meanwhile",),
    Claim.CALLER_GONE: ("crisis_caller_gone",),
    Claim.IN_ANOTHER_CALL: REFUSED,
}
"""What is said to a helper who can't have the call."""


class CrisisLeg:
    """What a helper hears who is rung for somebody on the line."""

    def __init__(
        self,
        database: Engine,
        releases: Releases,
        addresses: Addresses,
        talks: CrisisTalks,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._releases = releases
        self._addresses = addresses
        self._talks = talks
        self._clock = clock

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        if event.gone:
            self.tell(dialect, event)
            return Said(NOTHING)
        call, person = subject_and_person(event.of)
        row = self._with_words(call, person)
        if row is None or row.release_id is None:
            # The call is over, and forgotten: there is nothing left that could be said in the line's own voice.
            return Said(NOTHING)
        release = self._releases.get(row.release_id)
        words = Words.of(release, self._addresses, json.loads(row.languages))
        match event.happening:
            case "answered":
                claim = self._talks.standing(call, person, event.step)
                if claim is not Claim.YOURS:
                    return Said(words.end(*REASONS[claim]))
                return Said(words.ask(*offered(words.speaks(row.language))), CRISIS, event.of, event.step)
            case "digits" if event.keys == TAKE:
                return Said(self._take(words, call, person, event))
            case "digits":
                return Said(words.end(*REFUSED))
            case _:
                return Said(NOTHING)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """The leg is over, or goes on. Whoever didn't take the call isn't asked why, and is rung the next time too."""
        del dialect
        if event.happening == "over" or event.gone:
            self._talks.leg_is_over(subject_and_person(event.of)[1], event.call, self._clock())

    def _take(self, words: Words, call: str, person: str, event: LegEvent) -> Screen:
        claim = self._talks.claim(call, person, event.step, event.call, self._clock())
        return words.let_in() if claim is Claim.YOURS else words.end(*REASONS[claim])

    def _with_words(self, call: str, person: str) -> Row[Any] | None:
        """What the line plays, and which languages the helper speaks."""
        query: Any = (
            select(crisis_calls.c.language, lines.c.release_id, people.c.languages)
            .select_from(crisis_calls)
            .join(lines, lines.c.id == crisis_calls.c.line_id)
            .join(people, people.c.id == person)
            .where(crisis_calls.c.id == call)
        )
        with reading(self._database) as connection:
            found: Row[Any] | None = connection.execute(query).first()
        return found
