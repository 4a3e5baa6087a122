"""Why a file can't become a clip. Each has a code, which the recording room puts into words."""

from __future__ import annotations

from typing import ClassVar


class Refused(ValueError):
    """A file that can't become a clip, whatever is tried again: somebody has to send another. `code` says why."""

    code: ClassVar[str]


class NotARecording(Refused):
    """The bytes are no sound file of a kind that phones and recorders make, or damaged beyond reading."""

    code = "not_a_recording"


class EmptyFile(Refused):
    """There isn't a single byte: the sending broke off, or the recorder's memory was full."""

    code = "empty_file"


class TooLarge(Refused):
    """More bytes than a recording of a prompt can have."""

    code = "too_large"


class NoSoundInFile(Refused):
    """A real file of a kind that can hold sound, without any: a film without sound, or the beginning of a file."""

    code = "no_sound"


class TooLong(Refused):
    """It plays for longer than any prompt: a recorder that was left running."""

    code = "too_long"


class TooHeavy(Refused):
    """Reading it took more memory or time than a recording needs, or broke the reader: damaged, or made to harm."""

    code = "too_heavy"


class NothingToHear(Refused):
    """The recording holds no speech, only silence or an empty room."""

    code = "silent"


REFUSALS: dict[str, type[Refused]] = {
    kind.code: kind
    for kind in (NotARecording, EmptyFile, TooLarge, NoSoundInFile, TooLong, TooHeavy, NothingToHear)
}
"""Every refusal by its code."""
