"""The demo voice: scripts read by a synthesiser, so that a hotline can be heard before anybody has recorded it.

Never a substitute for a person: its clips are marked `demo` in the library. It speaks through a GPL library that isn't
installed with a hotline in use. The synthesiser carries a little state from one sentence to the next, so two readings
of a text differ in a few samples; nothing may depend on their hashes being equal.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from threading import Lock

from audio.reading import phrases
from audio.sound import Pause, Sound

WORDS_PER_MINUTE = {"en": 124, "fr": 130, "ar": 135, "sw": 144, "es": 125, "uk": 120, "am": 120, "pt": 125}
"""Slow and calm; the synthesiser's own 175 is what callers of other hotlines called too fast to follow."""
_VARIANT = "+f3"
_PITCH = 42

_OK = 0
_SAMPLES_AT_ONCE = 2
_UTF8 = 1
_RATE_PARAMETER, _PITCH_PARAMETER = 1, 3
_Receive = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


class DemoVoiceNotInstalled(RuntimeError):
    """The synthesiser isn't there: install requirements/demo.txt."""


class LanguageNotSpoken(ValueError):
    """The demo voice has no voice for this language. Permanent: record it, or leave the language out of the demo."""


class NothingWasSaid(RuntimeError):
    """The synthesiser refused a text, or gave no sound for it."""


def supported_languages() -> tuple[str, ...]:
    """The languages that were tried and can be understood, as the packs name them."""
    return tuple(WORDS_PER_MINUTE)


def voice_name(language: str) -> str:
    """What the library calls this voice."""
    return f"espeak-ng {language}{_VARIANT}"


def require(languages: Iterable[str]) -> None:
    """Raises DemoVoiceNotInstalled or LanguageNotSpoken before any work is begun."""
    if find_spec("espeakng_loader") is None:
        raise DemoVoiceNotInstalled("The demo voice isn't installed: install requirements/demo.txt")
    for language in languages:
        if language not in WORDS_PER_MINUTE:
            spoken = ", ".join(supported_languages())
            raise LanguageNotSpoken(f"The demo voice can't speak {language!r}, only {spoken}")


def read_aloud(text: str, language: str) -> list[Sound | Pause]:
    """Reads a script, phrase by phrase, with its written pauses.

    Raises LanguageNotSpoken, NothingWasSaid, DemoVoiceNotInstalled.
    """
    require([language])
    return [part if isinstance(part, Pause) else _synthesiser().say(part, language) for part in phrases(text)]


class _Synthesiser:
    """The library is one machine a process, with one voice at a time: hence the lock."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self._rate: int = self._library.espeak_Initialize(_SAMPLES_AT_ONCE, 0, data, 0)
        if self._rate <= 0:
            raise DemoVoiceNotInstalled("The demo voice is damaged: install requirements/demo.txt again")
        self._samples = bytearray()
        self._lock = Lock()
        # Kept on the instance: the library would call into freed memory once the callback was collected.
        self._receive = _Receive(self._received)
        self._library.espeak_SetSynthCallback(self._receive)

    def say(self, text: str, language: str) -> Sound:
        with self._lock:
            self._choose(language)
            self._samples.clear()
            encoded = text.encode() + b"\0"
            size = ctypes.c_size_t(len(encoded))
            said = self._library.espeak_Synth(encoded, size, 0, 0, 0, _UTF8, None, None)
            if said != _OK or self._library.espeak_Synchronize() != _OK or not any(self._samples):
                raise NothingWasSaid(f"no sound for {text!r} in {language}")
            return Sound(bytes(self._samples), self._rate)

    def _choose(self, language: str) -> None:
        # An unknown voice is refused in the return code only: the sound would go on in whatever voice was last.
        if self._library.espeak_SetVoiceByName((language + _VARIANT).encode()) != _OK:
            raise LanguageNotSpoken(f"The demo voice has lost its voice for {language!r}")
        self._library.espeak_SetParameter(_RATE_PARAMETER, WORDS_PER_MINUTE[language], 0)
        self._library.espeak_SetParameter(_PITCH_PARAMETER, _PITCH, 0)

    def _received(self, samples: int | None, count: int, _events: int | None) -> int:
        if samples and count > 0:
            self._samples += ctypes.string_at(samples, count * 2)
        return 0


@lru_cache(maxsize=1)
def _synthesiser() -> _Synthesiser:
    return _Synthesiser()
