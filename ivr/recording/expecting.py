"""What a recording of a script should be like, from its words and its place in the flows."""

from __future__ import annotations

from audio.making import NOTHING_EXPECTED, Expected, expected_of
from audio.take_rows import Take
from flows.checks.timing import MOST_OPTION_SECONDS
from flows.lengths import estimated_seconds
from flows.model import Menu, Pack
from ivr.recording.drafts import Drafts


def expected_of_take(drafts: Drafts, take: Take) -> Expected:
    """What to hold a take to, going by the words of its script as they are now."""
    script = drafts.script(take.prompt, take.language)
    if script is None:
        return NOTHING_EXPECTED
    seconds = script.aim_seconds or estimated_seconds(script.text, script.language)
    names_a_key = any(take.prompt in options_of(drafts.pack(pack_id)) for pack_id in drafts.packs())
    return expected_of(script.text, seconds, MOST_OPTION_SECONDS if names_a_key else 0.0)


def options_of(pack: Pack) -> frozenset[str]:
    """The prompts that name an option of a menu: the key is said right after them."""
    return frozenset(
        option.say
        for flow in pack.flows.values()
        for node in flow.nodes.values()
        if isinstance(node, Menu)
        for option in node.options
    )
