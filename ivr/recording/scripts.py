"""Which scripts of a pack have to be recorded. Pure."""

from __future__ import annotations

from audio.fingerprint import script_fingerprint
from flows.export import sheet_order
from flows.model import Pack
from flows.prompts import needed_by_pack

Key = tuple[str, str]
"""(prompt, language)"""


def wanted_clips(pack: Pack) -> dict[Key, str]:
    """The fingerprint of every script a pack can't go on air without."""
    needed = [(prompt, language) for language in pack.languages for prompt in needed_by_pack(pack)]
    return {key: script_fingerprint(pack.scripts[key].text) for key in needed if key in pack.scripts}


def scripts_to_record(pack: Pack) -> dict[Key, str]:
    """The fingerprint of every script of a pack in its languages: what flows say, and what services are said with."""
    return {
        key: script_fingerprint(script.text)
        for key, script in pack.scripts.items()
        if script.language in pack.languages
    }


def in_recording_order(pack: Pack) -> tuple[str, ...]:
    """Every prompt that has a script, in the order of the recording sheet."""
    spoken = {prompt for prompt, _ in pack.scripts}
    return tuple(prompt for prompt in sheet_order(pack) if prompt in spoken)
