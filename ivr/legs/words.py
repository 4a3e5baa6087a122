"""What a line itself says, as addresses of clips: the house prompts of the pack that it has on air."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flows.house import speaks
from flows.prompts import press
from ivr.calls.screens import Addresses
from ivr.publishing.releases import Release
from ivr.telephony.contract import CodeScreen, EndScreen, LetInScreen, ListenScreen

WAIT_SECONDS = 6
CODE_WAIT_SECONDS = 8
MOST_DIGITS = 12


class Words:
    """The house prompts of one release, in one language or in each."""

    def __init__(self, release: Release, addresses: Addresses, languages: Sequence[str]) -> None:
        self._release = release
        self._addresses = addresses
        self.languages = tuple(languages)

    @classmethod
    def of(cls, release: Release, addresses: Addresses, wanted: Iterable[str]) -> Words:
        """For a helper: the first of these languages that the pack has, or else the pack's first."""
        known = release.pack.languages
        return cls(release, addresses, [next((code for code in wanted if code in known), known[0])])

    @classmethod
    def for_caller(cls, release: Release, addresses: Addresses, language: str | None) -> Words:
        """For a caller: the language of the call, or every language where none was ever chosen."""
        known = release.pack.languages
        return cls(release, addresses, [language] if language in known else known)

    def clips(self, *prompts: str) -> list[str]:
        """The addresses of what is said, the whole of it in one language before the next."""
        found = []
        for language in self.languages:
            for prompt in prompts:
                clip = self._release.clips.get((prompt, language))
                if clip is not None:
                    found.append(self._addresses.clip(clip.sha))
        return found

    def has(self, *prompts: str) -> bool:
        """Whether all of it can be said."""
        return all(
            (prompt, language) in self._release.clips for prompt in prompts for language in self.languages
        )

    def ask(self, *prompts: str) -> ListenScreen:
        """Says it and waits for one key."""
        return ListenScreen(self.clips(*prompts), WAIT_SECONDS, barge_in=True)

    def ask_code(self, *prompts: str) -> CodeScreen:
        """Says it and waits for digits that end with the hash key."""
        return CodeScreen(self.clips(*prompts), CODE_WAIT_SECONDS, MOST_DIGITS)

    def end(self, *prompts: str) -> EndScreen:
        """Says it and ends the leg."""
        return EndScreen(self.clips(*prompts))

    def let_in(self, *prompts: str) -> LetInScreen:
        """Says it and connects the two."""
        return LetInScreen(self.clips(*prompts))

    def speaks(self, language: str | None) -> tuple[str, ...]:
        """The prompt that names a caller's language to a helper; none where the caller chose none."""
        return (speaks(language),) if language in self._release.pack.languages and language else ()


def option(say: str, key: str) -> tuple[str, str]:
    """The choice before its key."""
    return say, press(key)
