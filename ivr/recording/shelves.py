"""The matrix of a pack, read from the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, Engine, literal, select

from audio.library import ClipLibrary
from audio.tables import takes as takes_table
from audio.take_rows import Take, take_of
from flows.model import Pack
from ivr.recording.clinical import agreed_words
from ivr.recording.matrix import Cell, matrix
from ivr.recording.scripts import Key
from ivr.store.engine import reading

_LIGHT = [
    column
    if column.name not in ("report", "waveform")
    else literal("" if column.name == "report" else b"").label(column.name)
    for column in takes_table.c
]
"""Reports and waveforms of hundreds of takes are nothing that a matrix shows."""


class Shelves:
    """What there is for each script, in one look."""

    def __init__(self, database: Engine, library: ClipLibrary) -> None:
        self._database = database
        self._library = library

    def cells(self, pack: Pack) -> dict[Key, Cell]:
        """The cell of each prompt in each language of a pack. Its takes come without reports and waveforms."""
        shelves = self._library.shelves(pack.languages)
        with reading(self._database) as connection:
            takes = _newest_takes(connection, pack.languages)
            agreed = agreed_words(connection)
        return matrix(pack, shelves, takes, agreed)


def _newest_takes(connection: Connection, languages: Sequence[str]) -> dict[Key, list[Take]]:
    wanted = select(*_LIGHT).where(takes_table.c.language.in_(sorted(languages)), takes_table.c.prompt != "")
    found: dict[Key, list[Take]] = {}
    for row in connection.execute(wanted.order_by(takes_table.c.take.desc(), takes_table.c.id)):
        take = take_of(row)
        found.setdefault(take.key, []).append(take)
    return found
