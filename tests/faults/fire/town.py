"""The people: helpers who mostly take what is offered, and callers who are mostly there. Their moods are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from tests.network import Chances, Heard, MoodyPerson, Move, by_prompt, fictional_numbers, hang_up, press

LANGUAGES = ("en", "fr", "ar", "sw")
"""In the order of the keys with which callers choose."""
GENDERS = ("woman", "man", "")
OUTCOME = {
    "outcome_contact": "1",
    "outcome_issue": "01",
    "outcome_before": "5",
    "outcome_after": "3",
    "outcome_suicide": "1",
    "outcome_risk": "1",
    "outcome_action": "1",
    "outcome_follow_up": "2",
}
ASKING = {"welcome": "1", "main_menu": "1", "may_we_call": "1", "when_is_it_safe": "1", "while_you_wait": ""}
HELPERS_MOODS = Chances(busy=0.02, never=0.06, dead=0.02, hangs_up=0.05, says_nothing=0.04)
CALLERS_MOODS = Chances(busy=0.08, never=0.15, dead=0.03, hangs_up=0.06, says_nothing=0.06)
PASSES, PUTS_DOWN = 0.05, 0.1
NOT_NOW, WRONG_KEY = 0.07, 0.04


class Helper(MoodyPerson):
    """Takes most offers, keys most outcomes."""

    def __init__(self, number: str, random: Random) -> None:
        super().__init__(number, by_prompt(OUTCOME), random, HELPERS_MOODS, talks=(40, 300))
        self._draw = random

    def hears(self, heard: Heard) -> Move:
        if "helper_offer" in heard.prompts and not self._silent:
            return press("2" if self._draw.random() < PASSES else "1", after=self._draw.uniform(1, 6))
        if "outcome_intro" in heard.prompts and self._draw.random() < PUTS_DOWN:
            return hang_up(1.0)
        return super().hears(heard)


class Caller(MoodyPerson):
    """Asks with the keys of her language, and can mostly talk when she is called."""

    def __init__(self, number: str, random: Random, language: str) -> None:
        key = str(LANGUAGES.index(language) + 1)
        super().__init__(
            number, by_prompt({"choose_language": key, **ASKING}), random, CALLERS_MOODS, (20, 200)
        )
        self._draw = random
        self._language_key = key

    def hears(self, heard: Heard) -> Move:
        if heard.leg.kind == "incoming" and heard.screen == 0:
            return press(self._language_key)
        if "call_hello" in heard.prompts and not self._silent:
            drawn = self._draw.random()
            key = "2" if drawn < NOT_NOW else "5" if drawn < NOT_NOW + WRONG_KEY else "1"
            return press(key, after=self._draw.uniform(1, 6))
        return super().hears(heard)


class Town:
    """Everybody of one run, the same for the same seed. `others` are numbers for whoever else there is."""

    def __init__(self, seed: int, callers: int, helpers: int, others: int = 0) -> None:
        numbers = fictional_numbers(callers + helpers + others + 1)[1:]
        numbers, self.others = numbers[: callers + helpers], numbers[callers + helpers :]
        random = Random(f"town {seed}")
        self.helpers = {number: Helper(number, Random(f"{seed} {number}")) for number in numbers[:helpers]}
        self.speak = {number: _languages(place, random) for place, number in enumerate(self.helpers)}
        self.gender = {number: GENDERS[place % 3] for place, number in enumerate(self.helpers)}
        self.callers: Mapping[str, Caller] = {
            number: Caller(number, Random(f"{seed} {number}"), random.choice(LANGUAGES))
            for number in numbers[helpers:]
        }
        self.language_keys = {number: caller._language_key for number, caller in self.callers.items()}


def _languages(place: int, random: Random) -> tuple[str, ...]:
    # Every language is spoken by somebody, however few they are.
    first = LANGUAGES[place % len(LANGUAGES)]
    others = [language for language in LANGUAGES if language != first]
    return (first, *random.sample(others, random.choice((1, 2, 3))))
