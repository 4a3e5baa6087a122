"""What kind of file some bytes are, by what stands in them; names and claimed types are never asked.

Only the kinds that phones and recorders make are known. What isn't among them is never shown to FFmpeg, whose other
readers (play lists, "concat" scripts, streams) open further files and addresses that a file names.
"""

from __future__ import annotations

from audio.refusals import EmptyFile, NotARecording

_ID3 = b"ID3"
_ID3_HEADER = 10


def reader_of(original: bytes) -> str:
    """FFmpeg's name of the reader for this file. Raises EmptyFile, NotARecording."""
    if not original:
        raise EmptyFile("no bytes")
    start = after_tag(original)
    head = original[start : start + 16]
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return "aiff"
    if head[4:8] == b"ftyp":
        return "mov"
    for magic, reader in MAGIC:
        if head.startswith(magic):
            return reader
    return _raw_stream(head, tagged=start > 0)


WHITELIST = {"mov": "mov,mp4,m4a,3gp,3g2,mj2", "matroska": "matroska,webm"}
"""FFmpeg calls some readers by all the names they go by; none but the one that fits may be tried."""

MAGIC = ((b"OggS", "ogg"), (b"\x1aE\xdf\xa3", "matroska"), (b"fLaC", "flac"), (b"#!AMR", "amr"))


def after_tag(original: bytes) -> int:
    """Where the file goes on after a tag with title and pictures, which some recorders write before any format."""
    if not original.startswith(_ID3) or len(original) < _ID3_HEADER:
        return 0
    size = 0
    for seven_bits in original[6:_ID3_HEADER]:
        size = size << 7 | seven_bits & 0x7F
    return _ID3_HEADER + size


def _raw_stream(head: bytes, tagged: bool) -> str:
    """MP3 and bare AAC have no header: each of their frames begins with eleven set bits."""
    if len(head) >= 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0xF6 == 0xF0 else "mp3"
    if tagged:
        return "mp3"
    raise NotARecording("none of the kinds of sound file that are known")
