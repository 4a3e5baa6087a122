"""Where callers hear the demo voice: for trying a number, and not for anybody in distress."""

from __future__ import annotations

from sqlalchemy import Connection, select

from audio.tables import clips
from ivr.publishing.lines import Line, all_lines
from ivr.publishing.releases import Release, Releases


def demo_clips(connection: Connection, release: Release) -> int:
    """How many clips of a release are spoken by the demo voice."""
    spoken = set(connection.execute(select(clips.c.sha).where(clips.c.state == "demo")).scalars())
    return sum(clip.sha in spoken for clip in release.clips.values()) if spoken else 0


def lines_in_demo_voice(connection: Connection, releases: Releases) -> list[Line]:
    """The lines on which callers hear it. One whose release can't be read is the doctor's to find."""
    found = ((line, releases.readable(line.release_id)) for line in all_lines(connection))
    return [line for line, release in found if release is not None and demo_clips(connection, release)]
