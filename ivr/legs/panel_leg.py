"""A listening panel: clips are heard, a key says whether they were understood, and who likes says how to say it better.

One listener may follow another on the same phone. Of each nothing is kept but a random id; no number is ever looked at
here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from flows.house import KEYS_OF_PANEL, PANEL
from flows.prompts import press
from ivr.legs.parts import LegParts, Said
from ivr.legs.words import WAIT_SECONDS, Words, option
from ivr.publishing.releases import Release
from ivr.recording.panel_results import Panel, PanelClip
from ivr.recording.panel_results import Said as Keyed
from ivr.recording.panels import NoSuchPanel, Panels
from ivr.recording.spoken import Recorded, SpokenRows
from ivr.telephony.contract import Dialect, EndScreen, LegEvent, ListenScreen, RecordScreen

PANEL_PART = "panel"
LONGEST_COMMENT_SECONDS = 60
SHORTEST_COMMENT_SECONDS = 1.0
"""Whoever presses a key at the tone has said nothing."""
AGAIN, NEXT_LISTENER = "9", "1"
KEYED = {"1": Keyed.UNDERSTOOD, "2": Keyed.NOT_UNDERSTOOD, "3": Keyed.OTHERWISE}
MOST_TIMES = 2
"""How often a clip is played to whoever presses nothing."""
MOST_AGAIN = 9
MOST_SILENT = 3
"""After so many clips in a row without a key nobody is listening any more."""
NOTHING = EndScreen(())


class Place(NamedTuple):
    """Where a listener is: at which question about which clip, how often it was played without a key, how often it was
    asked for again, and how many clips before it brought no key."""

    question: str
    listener: str
    clip: int = 0
    times: int = 1
    again: int = 0
    silent: int = 0


class PanelLeg:
    """What a listener hears."""

    def __init__(self, parts: LegParts, panels: Panels, rows: SpokenRows, new_id: Callable[[], str]) -> None:
        self._parts = parts
        self._panels = panels
        self._rows = rows
        self._new_id = new_id

    def is_offered(self, release: Release, panel: Panel) -> bool:
        """Whether the line has all the words that a panel takes, in whichever language."""
        return self._words(release, panel).has(*PANEL, *KEYS_OF_PANEL)

    def begin(self, event: LegEvent, panel: Panel) -> Said:
        """The first screen, for somebody who has keyed the code of a panel that is offered."""
        words = self._words(self._parts.release_on(event.line_number), panel)
        return self._next_listener(words, panel)

    def answer(self, dialect: Dialect, event: LegEvent) -> Said:
        """What is said next."""
        panel, place = self._panel(event.of), _read(event.step)
        if panel is None or place is None or place.clip >= len(panel.clips):
            first = Words.of(self._parts.release_on(event.line_number), self._parts.addresses, ())
            return Said(first.end("panel_goodbye"))
        if place.question == "speak":
            self._comment(dialect, event, panel, place)
        if event.gone:
            return Said(NOTHING)
        words = self._words(self._parts.release_on(event.line_number), panel)
        if place.question == "speak":
            return self._go_on(words, panel, place)
        if place.question == "end":
            return self._after_the_end(words, event, panel, place)
        return self._about_clip(words, event, panel, place)

    def tell(self, dialect: Dialect, event: LegEvent) -> None:
        """A comment can be fetched now, or there is none."""
        recorded = Recorded(dialect.name, event.call, event.recording, event.recording_url, event.seconds)
        if event.happening == "recording_ready" and event.recording:
            self._rows.ready(recorded, "comment", self._parts.clock())
        elif event.happening == "recording_absent":
            self._rows.let_go(recorded.id)

    def _about_clip(self, words: Words, event: LegEvent, panel: Panel, place: Place) -> Said:
        clip, keys = panel.clips[place.clip], event.keys if event.happening == "digits" else ""
        keyed = KEYED.get(keys)
        if keyed is not None:
            self._panels.answered(panel, place.listener, clip, keyed, self._today())
            if keyed is not Keyed.OTHERWISE:
                return self._go_on(words, panel, place)
            screen = RecordScreen(words.clips("panel_speak"), LONGEST_COMMENT_SECONDS)
            return _said(screen, panel, place._replace(question="speak"))
        if keys == AGAIN and place.again < MOST_AGAIN:
            return self._play(words, panel, place._replace(again=place.again + 1, times=1))
        if place.times < MOST_TIMES:
            return self._play(words, panel, place._replace(times=place.times + 1))
        self._panels.answered(panel, place.listener, clip, Keyed.NOTHING, self._today())
        if place.silent + 1 >= MOST_SILENT:
            return Said(words.end("panel_goodbye"))
        return self._go_on(words, panel, place, silent=place.silent + 1)

    def _comment(self, dialect: Dialect, event: LegEvent, panel: Panel, place: Place) -> None:
        """Keeps what was said until the key, the silence or the end of the call. All of it may be told twice."""
        if event.happening != "recorded" or not event.recording:
            return
        recorded = Recorded(dialect.name, event.call, event.recording, event.recording_url, event.seconds)
        now, worth = self._parts.clock(), event.seconds >= SHORTEST_COMMENT_SECONDS
        spoken = self._rows.made(recorded, "comment", now, wanted=worth)
        if worth:
            clip = panel.clips[place.clip]
            today = self._today()
            answer = self._panels.answered(panel, place.listener, clip, Keyed.OTHERWISE, today)
            self._rows.keep(spoken, answer, now)

    def _go_on(self, words: Words, panel: Panel, place: Place, silent: int = 0) -> Said:
        following = self._heard_from(panel, place.clip + 1)
        if following < len(panel.clips):
            at = Place("clip", place.listener, following, silent=silent)
            return self._play(words, panel, at, "panel_next")
        return self._end(words, panel, place)

    def _heard_from(self, panel: Panel, first: int) -> int:
        """The place of the next clip that is still there to be heard."""
        places = range(first, len(panel.clips))
        return next(
            (at for at in places if not self._panels.is_withdrawn(panel.clips[at].sha)), len(panel.clips)
        )

    def _end(self, words: Words, panel: Panel, place: Place) -> Said:
        choice = option("panel_next_listener", NEXT_LISTENER)
        screen = ListenScreen(words.clips("panel_end", *choice), WAIT_SECONDS, barge_in=True)
        return _said(screen, panel, Place("end", place.listener))

    def _after_the_end(self, words: Words, event: LegEvent, panel: Panel, place: Place) -> Said:
        if event.happening == "digits" and event.keys == NEXT_LISTENER:
            return self._next_listener(words, panel)
        if event.happening == "digits" and place.times < MOST_TIMES:
            screen = words.ask(*option("panel_next_listener", NEXT_LISTENER))
            return _said(screen, panel, place._replace(times=place.times + 1))
        return Said(words.end("panel_goodbye"))

    def _next_listener(self, words: Words, panel: Panel) -> Said:
        if not panel.is_open(self._today()):
            return Said(words.end("panel_not_open"))
        first = self._heard_from(panel, 0)
        if first == len(panel.clips):
            return Said(words.end("panel_not_open"))
        return self._play(words, panel, Place("clip", self._new_id(), first), "panel_hello")

    def _play(self, words: Words, panel: Panel, place: Place, *before: str) -> Said:
        clip: PanelClip = panel.clips[place.clip]
        choices = (
            *("panel_understood", press("1")),
            *("panel_not_understood", press("2")),
            *("panel_otherwise", press("3")),
            *("panel_again", press(AGAIN)),
        )
        said = [*words.clips(*before), self._parts.addresses.clip(clip.sha), *words.clips(*choices)]
        return _said(ListenScreen(said, WAIT_SECONDS, barge_in=True), panel, place)

    def _panel(self, panel_id: str) -> Panel | None:
        try:
            return self._panels.panel(panel_id)
        except NoSuchPanel:
            return None

    def _words(self, release: Release, panel: Panel) -> Words:
        """In the panel's own language, or in the line's first where that isn't on air yet."""
        return Words.of(release, self._parts.addresses, [panel.language])

    def _today(self) -> date:
        return self._parts.today_of_the_house()


def _said(screen: ListenScreen | RecordScreen, panel: Panel, place: Place) -> Said:
    return Said(screen, PANEL_PART, panel.id, ".".join(map(str, place)))


def _read(step: str) -> Place | None:
    """The place that an address names; None where it names none."""
    parts = step.split(".")
    if len(parts) != len(Place._fields):
        return None
    question, listener, *counts = parts
    if question not in ("clip", "speak", "end") or not all(count.isdigit() for count in counts):
        return None
    return Place(question, listener, *map(int, counts))
