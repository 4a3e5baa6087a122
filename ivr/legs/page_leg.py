"""The leg of a supervisor who is paged. Whoever takes on somebody in crisis is put through to the caller at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from ivr.callbacks.own_legs import subject_and_person
from ivr.callbacks.paging import RISK_PAGE, AcceptedByAnother, NotASupervisor, PageOver, Pages
from ivr.legs.helper_leg import HELPER, HelperLeg
from ivr.legs.parts import LegParts, Said
from ivr.legs.words import Words, option
from ivr.people.tables import people
from ivr.store.callback_tables import attempts, pages
from ivr.store.engine import reading
from ivr.store.tables import lines
from ivr.telephony.contract import Dialect, EndScreen, LegEvent

PAGE = "page"
TAKE = "1"
MOST_TIMES = 2
"""How often it is said to a supervisor who presses nothing: picking up in the night takes a moment."""
NOTHING = EndScreen(())


class PageLeg:
    """What a supervisor hears."""

    def __init__(self, parts: LegParts, service: Pages, helper_leg: HelperLeg) -> None:
        self._parts = parts
        self._pages = service
        self._helper_leg = helper_leg

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        page_id, person_id = subject_and_person(event.of)
        attempt = self._attempt_of(person_id, event.call)
        if attempt:
            return self._helper_leg.answer(dialect, _as_helper(event, attempt))
        if event.gone:
            self.tell(dialect, event)
            return Said(NOTHING)
        self._pages.leg_known(page_id, person_id, event.call)
        page = self._page(page_id, person_id)
        if page is None or page.release_id is None:
            return Said(NOTHING)
        release = self._parts.release_of(page.release_id)
        words = Words.of(release, self._parts.addresses, json.loads(page.languages))
        match event.happening:
            case "digits" if event.keys == TAKE:
                return self._accepted(dialect, event, words)
            case "digits":
                return Said(words.end("helper_goodbye"))
            case "answered":
                return self._ask(words, page, event, 1)
            case "silence" if event.step != str(MOST_TIMES):
                return self._ask(words, page, event, MOST_TIMES)
            case _:
                return Said(words.end("helper_goodbye"))

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """The leg is over, or goes on."""
        page_id, person_id = subject_and_person(event.of)
        attempt = self._attempt_of(person_id, event.call)
        if attempt:
            self._helper_leg.tell(dialect, _as_helper(event, attempt))
        if event.happening == "over" or event.gone:
            self._pages.ring_is_over(page_id, person_id, event.call, self._parts.clock())
        else:
            self._pages.leg_known(page_id, person_id, event.call)

    def _ask(self, words: Words, page: Any, event: LegEvent, time: int) -> Said:
        match self._pages.stands(page.id, subject_and_person(event.of)[1]):
            case "taken":
                return Said(words.end("helper_taken_meanwhile"))
            case "yours":
                return Said(words.end("page_noted"))
        hello = "page_risk" if page.kind == RISK_PAGE else "page_hello"
        said = words.ask(hello, *option("page_take", TAKE))
        return Said(said, PAGE, event.of, str(time))

    def _accepted(self, dialect: Dialect, event: LegEvent, words: Words) -> Said:
        page_id, person_id = subject_and_person(event.of)
        try:
            accepted = self._pages.accept(page_id, person_id, self._parts.clock(), how="rang_in")
        except (AcceptedByAnother, PageOver, NotASupervisor):
            return Said(words.end("helper_taken_meanwhile"))
        if not accepted.attempt:
            page = self._page(page_id, person_id)
            is_case = page is not None and page.kind == RISK_PAGE
            return Said(words.end("page_noted" if is_case else "page_not_called"))
        return self._helper_leg.answer(dialect, _as_helper(event, accepted.attempt))

    def _attempt_of(self, person_id: str, leg: str) -> str:
        """The attempt that this leg has become; empty while it is a page's."""
        mine = select(attempts.c.id).where(attempts.c.helper_id == person_id, attempts.c.helper_leg == leg)
        with reading(self._parts.database) as connection:
            return connection.execute(mine).scalar() or ""

    def _page(self, page_id: str, person_id: str) -> Any:
        """The page with what its line plays and what the supervisor speaks; None when it is over."""
        query = (
            select(pages.c.id, pages.c.kind, lines.c.release_id, people.c.languages)
            .select_from(pages)
            .join(lines, lines.c.id == pages.c.line_id)
            .join(people, people.c.id == person_id)
            .where(pages.c.id == page_id)
        )
        with reading(self._parts.database) as connection:
            return connection.execute(query).first()


def _as_helper(event: LegEvent, attempt: str) -> LegEvent:
    return replace(event, part=HELPER, of=attempt, step="")
