"""Whether a file says itself that it should be longer: its sending broke off, or a card was full. Pure.

Only what can be relied on is asked; a recording that merely may be cut off is judged by its sound.
"""

from __future__ import annotations

from audio.containers import after_tag

_HEADER, _SLACK, _UNKNOWN = 8, 64, 0xFFFF_0000
_PAGE, _PAGE_HEADER = b"OggS", 27
_LOOK = 2_048
_COUNTS_FRAMES, _COUNTS_BYTES = 1, 2


def is_broken_off(original: bytes, reader: str) -> bool:
    """`reader` as in `containers`. False where the file doesn't say."""
    told = {"wav": _wav, "ogg": _ogg, "mp3": _mp3}.get(reader)
    return told is not None and told(original)


def _wav(original: bytes) -> bool:
    """The length stands at its beginning. Recorders that don't know it yet write nothing, or the greatest number."""
    promised = int.from_bytes(original[4:8], "little") + _HEADER
    return len(original) < promised - _SLACK and promised < _UNKNOWN


def _ogg(original: bytes) -> bool:
    """Each page says how long it is; the last one may not be whole."""
    page = original.rfind(_PAGE)
    segments = original[page + _PAGE_HEADER - 1 : page + _PAGE_HEADER]
    if not segments:
        return True
    lengths = original[page + _PAGE_HEADER : page + _PAGE_HEADER + segments[0]]
    return page + _PAGE_HEADER + segments[0] + sum(lengths) > len(original)


def _mp3(original: bytes) -> bool:
    """Most encoders write the number of bytes into the first frame, behind one of two words."""
    start = after_tag(original)
    first = original[start : start + _LOOK]
    at = max(first.find(b"Xing"), first.find(b"Info"))
    flags = int.from_bytes(first[at + 4 : at + 8], "big") if at >= 0 else 0
    if not flags & _COUNTS_BYTES:
        return False
    counted = at + 8 + (4 if flags & _COUNTS_FRAMES else 0)
    return len(original) - start < int.from_bytes(first[counted : counted + 4], "big") - _SLACK
