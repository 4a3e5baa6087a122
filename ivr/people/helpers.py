"""Helpers, as whoever gives them calls sees them: who may be rung now, who has a call in hand, and who needs rest.

Everything works inside the transaction of whoever asks. Times are seconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from ivr.audit.deeds import Deed
from ivr.audit.log import AuditLog
from ivr.people import helper_rows, on_call
from ivr.people.on_call import Chosen, Stretch
from ivr.people.person import Person
from ivr.people.records import find_person, open_account, people_where
from ivr.people.refusals import NotAHelper
from ivr.people.roles import WHO_MAY, Right
from ivr.people.standings import AT_FIRST, HelperState, Known, known_of, states_of
from ivr.people.tables import people, person_roles
from ivr.people.wellbeing import Care, Day, Standing, Verdict, standing


@dataclass(frozen=True, slots=True)
class Free:
    """A helper who may be rung now. `languages` are in the order in which the helper gave them."""

    person_id: str
    languages: tuple[str, ...]
    gender: str
    crisis_trained: bool
    number_id: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Helper:
    """A helper now: what they have chosen, how they stand, and the time on call that lasts, or None."""

    person: Person
    state: HelperState
    verdict: Verdict
    stretch: Stretch | None


class Helpers:
    """All helpers of one installation: everybody who may take callbacks."""

    def __init__(self, audit: AuditLog, care: Care) -> None:
        self._audit = audit
        self.care = care

    def free(self, connection: Connection, now: float) -> list[Free]:
        """Who may be rung now: whoever has waited longest for an offer is the first. No rule is left to the asker."""
        found = [(one, known) for one, known in self._ready(connection, now) if known.state.ask_after <= now]
        return [_free(one, known) for one, known in found]

    def crisis_free(self, connection: Connection, now: float) -> list[Free]:
        """Everybody who may be rung for a life at risk, also who didn't pick up a moment ago. Whoever rings them knows
        how many a provider rings at once, and which of them speak the caller's language."""
        found = [(one, known) for one, known in self._ready(connection, now) if known.state.crisis_trained]
        return [_free(one, known) for one, known in found]

    def everybody(self, connection: Connection, now: float) -> list[Helper]:
        """All helpers with an open account, in the order of their names."""
        return [self._helper(one, known, now) for one, known in _helpers(connection, now)]

    def helper(self, connection: Connection, person_id: str, now: float) -> Helper:
        """One helper. Raises NobodyOfThisId, NotAHelper."""
        person = find_person(connection, person_id)
        if not person.may(Right.TAKE_CALLBACKS):
            raise NotAHelper(person_id)
        return self._helper(person, known_of(connection, [person_id], now)[person_id], now)

    def day_of(self, connection: Connection, person_id: str, now: float) -> Day:
        """What is known of somebody's day."""
        return known_of(connection, [person_id], now)[person_id].day(now)

    def standing_of(self, connection: Connection, person_id: str, now: float) -> Verdict:
        """Whether this person may be asked to take a call, and if not, why and until when."""
        return standing(self.day_of(connection, person_id, now), now, self.care)

    def may_have(self, connection: Connection, person_id: str, *, crisis: bool) -> bool:
        """Whether this person may be given a call at all, as of now: an open account, the role, and the training."""
        person = next(iter(people_where(connection, people.c.id == person_id)), None)
        if person is None or not person.may(Right.TAKE_CALLBACKS):
            return False
        return not crisis or states_of(connection, [person_id]).get(person_id, AT_FIRST).crisis_trained

    def claim(
        self, connection: Connection, person_id: str, attempt_id: str, now: float, until: float
    ) -> bool:
        """Takes a helper for one attempt (or call), until then at the latest. False: they are in another.

        The same attempt may claim again, and so hold on for longer.
        """
        return helper_rows.claim(connection, person_id, attempt_id, now, until)

    def release(self, connection: Connection, attempt_id: str) -> None:
        """The attempt is over: whoever was taken for it isn't any more."""
        helper_rows.release(connection, attempt_id)

    def offered(self, connection: Connection, person_id: str, now: float) -> None:
        """A callback was offered: the others come first the next time, whatever the answer is."""
        helper_rows.change_state(connection, person_id, offered_at=now)

    def rest(self, connection: Connection, person_id: str, until: float) -> None:
        """Rings this person for nothing but a life at risk before then, such as after not picking up. No penalty."""
        helper_rows.change_state(connection, person_id, ask_after=until)

    def talked(
        self,
        connection: Connection,
        attempt_id: str,
        person_id: str,
        began: float,
        ended: float,
        hard: bool = False,
    ) -> None:
        """A call was had. May be told again, and before or after `mark_hard`."""
        helper_rows.note_talk(connection, attempt_id, person_id, began, ended, hard)

    def mark_hard(self, connection: Connection, attempt_id: str, person_id: str, now: float) -> None:
        """The call was one of much distress, or of a life at risk, as is known once its outcome is filled in."""
        if not helper_rows.make_hard(connection, attempt_id):
            helper_rows.note_talk(connection, attempt_id, person_id, now, now, True)

    def owe_debrief(self, connection: Connection, person_id: str) -> None:
        """After a life at risk somebody talks with the helper before the next call."""
        helper_rows.change_state(connection, person_id, owes_debrief=True)

    def debriefed(self, connection: Connection, who: str, person_id: str, now: float) -> None:
        """`who` has talked with the helper. The last thing in its transaction. Raises NobodyOfThisId."""
        open_account(connection, person_id)
        helper_rows.change_state(connection, person_id, owes_debrief=False)
        self._audit.append(connection, at=now, who=who, deed=Deed.DEBRIEFED, about=person_id)

    def train(self, connection: Connection, who: str, person_id: str, trained: bool, now: float) -> None:
        """Says whether somebody is trained for crises. The last thing in its transaction. Raises NobodyOfThisId."""
        open_account(connection, person_id)
        helper_rows.change_state(connection, person_id, crisis_trained=trained)
        details = {"crisis_trained": "yes" if trained else "no"}
        self._audit.append(
            connection, at=now, who=who, deed=Deed.TRAINING_CHANGED, about=person_id, details=details
        )

    def choose(self, connection: Connection, person_id: str, chosen: Chosen, now: float) -> None:
        """On or off call by one's own choice; empty: as the roster says. Going off and on again is no rest."""
        known = known_of(connection, [person_id], now)[person_id]
        choice = on_call.choose(known.times, known.state.choice, chosen, now)
        helper_rows.change_state(
            connection,
            person_id,
            chosen=choice.chosen,
            chosen_at=choice.at,
            stretch_began=choice.stretch_began,
        )

    def come_on(self, connection: Connection, person_id: str, now: float) -> None:
        """On call from now on: for as long as the roster says, where a shift lasts, and else by one's own choice."""
        self.choose(connection, person_id, "", now)
        if known_of(connection, [person_id], now)[person_id].stretch(now) is None:
            self.choose(connection, person_id, "on", now)

    def pause(self, connection: Connection, person_id: str) -> None:
        """Nothing is offered until `unpause`."""
        helper_rows.change_state(connection, person_id, paused=True)

    def unpause(self, connection: Connection, person_id: str) -> None:
        """Ends a pause, and a break that was put in."""
        helper_rows.change_state(connection, person_id, paused=False, break_until=0.0)

    def want_rung(self, connection: Connection, person_id: str, wanted: bool) -> None:
        """Whether Warmline rings this person's phone when somebody waits. At first it does."""
        helper_rows.change_state(connection, person_id, rung=wanted)

    def put_in_break(self, connection: Connection, person_id: str, until: float) -> None:
        """Nothing is offered before then."""
        helper_rows.change_state(connection, person_id, break_until=until)

    def _ready(self, connection: Connection, now: float) -> list[tuple[Person, Known]]:
        found = [
            (one, known)
            for one, known in _helpers(connection, now)
            if one.number_id is not None
            and known.state.rung
            and standing(known.day(now), now, self.care).standing is Standing.FREE
        ]
        return sorted(found, key=lambda pair: (pair[1].state.offered_at, pair[0].id))

    def _helper(self, person: Person, known: Known, now: float) -> Helper:
        verdict = standing(known.day(now), now, self.care)
        return Helper(person, known.state, verdict, known.stretch(now))


def _helpers(connection: Connection, now: float) -> list[tuple[Person, Known]]:
    roles = [role.value for role in WHO_MAY[Right.TAKE_CALLBACKS]]
    may = select(person_roles.c.person_id).where(person_roles.c.role.in_(roles))
    found = people_where(connection, (people.c.state == "active") & people.c.id.in_(may))
    known = known_of(connection, [person.id for person in found], now)
    return [(person, known[person.id]) for person in found]


def _free(person: Person, known: Known) -> Free:
    return Free(
        person_id=person.id,
        languages=person.languages,
        gender=person.gender,
        crisis_trained=known.state.crisis_trained,
        number_id=person.number_id or "",
        time_zone=person.time_zone,
    )
