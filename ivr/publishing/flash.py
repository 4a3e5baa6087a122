"""Whether a line can ring missed calls back: its pack has to have the words that say nothing of whose call it is."""

from __future__ import annotations

from flows.model import Pack
from ivr.publishing.releases import Release

SAID_FIRST = ("call_hello", "to_talk_now", "press_1", "call_goodbye")
"""Somebody else may pick up: what is said before a key is pressed names nobody."""


def can_ring_back(release: Release) -> bool:
    """Whether everything that is said first is there, in every language of the pack."""
    return all(
        (prompt, language) in release.clips for language in release.pack.languages for prompt in SAID_FIRST
    )


def unable_to_ring_back(pack: Pack) -> str:
    """Why a line in flash mode can't play this pack, in words."""
    return (
        f"The pack {pack.id!r} can't be played on a line that rings missed calls back: it lacks words to be said "
        f"before anybody knows who picked up ({', '.join(SAID_FIRST)}). A pack with a `callback` node has them."
    )
