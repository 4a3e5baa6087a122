"""Words for packs that tests make up."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from flows.model import Pack, Review, Script
from flows.prompts import needed_by_pack


def with_scripts(pack: Pack) -> Pack:
    """The pack with a few words for everything that it says."""
    review = Review("sample, needs clinical and native-speaker review")
    scripts = {
        (prompt, language): Script(
            prompt, language, "A few words.", "calmly", 1, False, "made for a test", "CC-BY-4.0", review
        )
        for prompt in needed_by_pack(pack)
        for language in pack.languages
    }
    return replace(pack, scripts=scripts)


def odd_scripts(prompt: str, language: str) -> st.SearchStrategy[Script]:
    """Any words, and any notes about them, for one thing that is said."""
    short = st.text(max_size=30)
    return st.builds(
        Script,
        prompt=st.just(prompt),
        language=st.just(language),
        text=st.text(max_size=200),
        direction=short,
        aim_seconds=st.floats(0, 300),
        therapeutic=st.booleans(),
        source=short,
        licence=short,
        review=st.builds(Review, short, short, short),
    )
