"""Packs being worked on. They lie in the database, so that every page, phone and worker sees the same words.

A draft is brought from a folder, or from another draft that was changed; bringing it puts nothing on air.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from audio.fingerprint import script_fingerprint
from flows.documents import pack_from_document, pack_to_document
from flows.model import Pack, Script
from ivr.recording.scripts import Key, in_recording_order, scripts_to_record
from ivr.recording.tables import drafts, sheet_numbers
from ivr.store.engine import reading


class NoSuchDraft(LookupError):
    """No pack of this name is being worked on: it has to be brought first."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A pack being worked on. `version` goes up each time it is brought with a change, beyond that of every other:
    where two have words for one prompt, those of the higher version hold."""

    pack: Pack
    brought_on: date
    version: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What bringing a draft has changed: scripts that are new, and those whose words have changed."""

    new: tuple[Key, ...]
    changed: tuple[Key, ...]
    gone: tuple[Key, ...]


class Drafts:
    """The drafts of one installation. What was read is kept until somebody brings another."""

    def __init__(self, database: Engine) -> None:
        self._database = database
        self._read: dict[str, Draft] = {}
        self._reading = Lock()

    def bring(self, pack: Pack, today: date) -> Brought:
        """Makes this pack the draft of its name, and gives its new prompts the next numbers on the sheet. Its words
        hold from now on, also for prompts that another draft has in other words."""
        document = json.dumps(pack_to_document(pack), ensure_ascii=False)
        return _twice(lambda: self._bring(pack, document, today))

    def drop(self, pack_id: str) -> None:
        """Takes a draft away. What is on air stays on air, recordings stay, and numbers stay those of their prompts.
        Raises NoSuchDraft."""
        with self._database.begin() as connection:
            if connection.execute(delete(drafts).where(drafts.c.pack == pack_id)).rowcount == 0:
                raise NoSuchDraft(pack_id)

    def packs(self) -> list[str]:
        """The ids of all drafts."""
        with reading(self._database) as connection:
            return list(connection.execute(select(drafts.c.pack).order_by(drafts.c.pack)).scalars())

    def pack(self, pack_id: str) -> Pack:
        """The pack of a draft. Raises NoSuchDraft."""
        return self.draft(pack_id).pack

    def draft(self, pack_id: str) -> Draft:
        """A draft. Raises NoSuchDraft."""
        with reading(self._database) as connection:
            version = connection.execute(select(drafts.c.version).where(drafts.c.pack == pack_id)).scalar()
            known = self._read.get(pack_id)
            if known is not None and known.version == version:
                return known
            found = _draft(connection, pack_id)
        if found is None:
            raise NoSuchDraft(pack_id)
        with self._reading:
            self._read[pack_id] = found
        return found

    def languages(self) -> list[str]:
        """Every language that a draft speaks, in the order of the drafts."""
        return list(dict.fromkeys(code for pack_id in self.packs() for code in self.pack(pack_id).languages))

    def scripts(self, language: str) -> dict[str, Script]:
        """What has to be recorded in a language, by prompt, in the order of the sheets. Where two drafts have words for
        one prompt, those that were brought last hold."""
        found: dict[str, Script] = {}
        for pack in map(self.pack, self._last_brought_last()):
            if language in pack.languages:
                for prompt in in_recording_order(pack):
                    if (prompt, language) in pack.scripts:
                        found[prompt] = pack.scripts[prompt, language]
        return found

    def said_otherwise(self, pack: Pack) -> dict[Key, str]:
        """The scripts of a pack for which another draft, brought later, has other words: the id of that draft."""
        order = self._last_brought_last()
        later = order[order.index(pack.id) + 1 :] if pack.id in order else []
        said: dict[Key, tuple[str, str]] = {}
        for pack_id in later:
            words = scripts_to_record(self.pack(pack_id))
            said |= {key: (fingerprint, pack_id) for key, fingerprint in words.items()}
        own = scripts_to_record(pack) if said else {}
        return {key: said[key][1] for key in own if key in said and said[key][0] != own[key]}

    def _last_brought_last(self) -> list[str]:
        with reading(self._database) as connection:
            wanted = select(drafts.c.pack).order_by(drafts.c.version, drafts.c.pack)
            return list(connection.execute(wanted).scalars())

    def script(self, prompt: str, language: str) -> Script | None:
        """The words of a prompt as they are now; None where no draft has any."""
        return self.scripts(language).get(prompt)

    def fingerprints(self, languages: list[str] | None = None) -> dict[Key, str]:
        """The fingerprint of every script that has to be recorded."""
        return {
            (prompt, language): script_fingerprint(script.text)
            for language in (self.languages() if languages is None else languages)
            for prompt, script in self.scripts(language).items()
        }

    def sheet_number(self, prompt: str) -> int | None:
        """The number of a prompt on every sheet; None for one that was never in a draft."""
        with reading(self._database) as connection:
            wanted = select(sheet_numbers.c.printed).where(sheet_numbers.c.prompt == prompt)
            number: int | None = connection.execute(wanted).scalar()
        return number

    def sheet_numbers(self) -> dict[str, int]:
        """Every number, by prompt."""
        with reading(self._database) as connection:
            rows = connection.execute(select(sheet_numbers.c.prompt, sheet_numbers.c.printed))
            return {row.prompt: row.printed for row in rows}

    def prompt_of(self, number: int) -> str | None:
        """The prompt that has this number on the sheets."""
        with reading(self._database) as connection:
            wanted = select(sheet_numbers.c.prompt).where(sheet_numbers.c.printed == number)
            prompt: str | None = connection.execute(wanted).scalar()
        return prompt

    def _bring(self, pack: Pack, document: str, today: date) -> Brought:
        with self._database.begin() as connection:
            before = _draft(connection, pack.id)
            others = select(func.max(drafts.c.version)).where(drafts.c.pack != pack.id)
            last = connection.execute(others).scalar() or 0
            values = {"document": document, "brought_on": today}
            if before is None:
                connection.execute(insert(drafts).values(pack=pack.id, version=last + 1, **values))
            elif before.pack != pack or before.version <= last:
                version = max(last, before.version) + 1
                connection.execute(
                    update(drafts).where(drafts.c.pack == pack.id).values(version=version, **values)
                )
            _give_numbers(connection, in_recording_order(pack))
        return _difference(before.pack if before else None, pack)


def _twice(bring: Callable[[], Brought]) -> Brought:
    """Two who bring at once may both want the same number: the second looks again."""
    try:
        return bring()
    except IntegrityError:
        return bring()


def _draft(connection: Connection, pack_id: str) -> Draft | None:
    row = connection.execute(select(drafts).where(drafts.c.pack == pack_id)).first()
    if row is None:
        return None
    return Draft(pack_from_document(json.loads(row.document)), row.brought_on, row.version)


def _give_numbers(connection: Connection, prompts: tuple[str, ...]) -> None:
    known = set(connection.execute(select(sheet_numbers.c.prompt)).scalars())
    last = connection.execute(select(func.max(sheet_numbers.c.printed))).scalar() or 0
    new = [prompt for prompt in prompts if prompt not in known]
    if new:
        rows = [{"printed": number, "prompt": prompt} for number, prompt in enumerate(new, last + 1)]
        connection.execute(insert(sheet_numbers), rows)


def _difference(before: Pack | None, now: Pack) -> Brought:
    old = scripts_to_record(before) if before else {}
    new = scripts_to_record(now)
    return Brought(
        new=tuple(key for key in new if key not in old),
        changed=tuple(key for key in new if key in old and old[key] != new[key]),
        gone=tuple(key for key in old if key not in new),
    )
