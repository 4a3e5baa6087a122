"""What a caller hears at a node. With no language chosen yet, a screen is said in each language in turn."""

from __future__ import annotations

from collections.abc import Iterable

from flows.effects import AskKeys, EndCall, Said
from flows.inputs import Facts
from flows.model import (
    EMERGENCY_NUMBER,
    WAITING_TIME,
    End,
    Flow,
    GlobalKey,
    Menu,
    Rate,
    VoiceMessage,
)
from flows.prompts import INVALID_KEY, KEYS_FOR_LANGUAGES, LAST_RESORT, THIS_LANGUAGE, press

WAIT_SECONDS = 6
"""How long a question waits: people who never used a menu need five to seven seconds."""

WAIT_AFTER_CONTENT_SECONDS = 1

EMERGENCY_NUMBER_ANYWHERE = "112"
"""Mobile networks connect it in most countries; said where a line's own number holds no digit."""


def say(prompts: Iterable[str], languages: tuple[str, ...], facts: Facts) -> tuple[Said, ...]:
    """The prompts as clips, the whole of them in one language before the next."""
    parts = list(expand(prompts, facts))
    return tuple([Said(prompt, language) for language in languages for prompt in parts])


def expand(prompts: Iterable[str], facts: Facts) -> Iterable[str]:
    """Puts the line's emergency number, digit by digit, where a pack says `$emergency_number`, and what is known of
    the time until a call where it says `$waiting_time`."""
    for prompt in prompts:
        if prompt == EMERGENCY_NUMBER:
            yield from _digits(facts.emergency_number) or _digits(EMERGENCY_NUMBER_ANYWHERE)
        elif prompt == WAITING_TIME:
            yield facts.waiting_time
        else:
            yield prompt


def _digits(number: str) -> list[str]:
    return [f"digit_{digit}" for digit in number if digit.isascii() and digit.isdigit()]


def language_menu(flow: Flow) -> AskKeys:
    """Each language names itself in its own voice, and its key."""
    said = tuple(
        Said(prompt, language)
        for language, key in zip(flow.languages, KEYS_FOR_LANGUAGES, strict=False)
        for prompt in (THIS_LANGUAGE, press(key))
    )
    return AskKeys(said, WAIT_SECONDS)


def question(
    node: Menu | Rate,
    languages: tuple[str, ...],
    facts: Facts,
    announced: GlobalKey | None,
    wrong_key: bool,
) -> AskKeys:
    """A menu or a rating: the choice before its key, most urgent first, then one global key if it is its turn."""
    prompts: list[str] = [INVALID_KEY] if wrong_key else []
    prompts += node.prompts
    for option in node.options if isinstance(node, Menu) else node.choices:
        prompts += (option.say, press(option.key))
    if announced is not None and announced.say is not None:
        prompts += (announced.say, press(announced.key))
    barge_in = node.barge_in if isinstance(node, Menu) else True
    return AskKeys(say(prompts, languages, facts), WAIT_SECONDS, barge_in)


def content(
    prompts: Iterable[str], languages: tuple[str, ...], facts: Facts, barge_in: bool = True
) -> AskKeys:
    """Something to listen to: the global keys work all the while."""
    return AskKeys(say(prompts, languages, facts), WAIT_AFTER_CONTENT_SECONDS, barge_in)


def goodbye(node: End, languages: tuple[str, ...], facts: Facts) -> EndCall:
    """The last words of a call that ends as the flow means it to."""
    return EndCall(say(node.prompts, languages, facts))


def last_resort(languages: tuple[str, ...], facts: Facts) -> EndCall:
    """What is said when a call can't go on: never a bare hang-up."""
    return EndCall(say((LAST_RESORT, EMERGENCY_NUMBER), languages, facts))


def message_introduction(node: VoiceMessage, languages: tuple[str, ...], facts: Facts) -> tuple[Said, ...]:
    """What is said before the beep."""
    return say(node.prompts, languages, facts)
