"""Files that come in: one recording or an archive of them, each matched to its script by its name where that says it.

Nothing is opened as sound here. What can't be matched waits for a person, and what can't be taken is named with the
reason, beside everything that was taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from audio.fingerprint import script_fingerprint
from audio.refusals import TooLarge
from audio.sent import OtherSound, UploadIdTaken
from audio.take_rows import Source, Take
from audio.take_states import TakeState
from ivr.recording.archives import LARGEST_BYTES, Archive, ArchiveUnusable, FileUnusable, is_archive
from ivr.recording.matching import Known, Match, known_names, label_of, match
from ivr.recording.parts import RecordingParts

_AT_ONCE = 1 << 18
_BEGINNING = 64
_NO_SOUND = (
    *(b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"\xd0\xcf\x11\xe0"),
    *(b"<!DOCTYPE", b"<!doctype", b"<html", b"<?xml"),
)
"""How documents, pictures and pages begin. Everything else is left to whoever opens sound."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, and what is said of the files: `language` and `voice` hold for those whose names say nothing else;
    `prompt` is what a single file was sent for, whatever it is called. Each may be empty. With `once`, what they have
    sent already for the same words is not taken a second time, whenever it was."""

    by: str
    language: str
    voice: str
    now: float
    prompt: str = ""
    once: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one file: a take, or the code of why it wasn't taken."""

    name: str
    take: Take | None
    refusal: str = ""


class Incoming:
    """Takes files in."""

    def __init__(self, room: RecordingParts) -> None:
        self._room = room
        self._languages = room.drafts.languages()
        self._scripts = {code: room.drafts.scripts(code) for code in self._languages}

    def known(self) -> Known:
        """What names of files may mean."""
        numbers = {number: prompt for prompt, number in self._room.drafts.sheet_numbers().items()}
        prompts = {prompt for scripts in self._scripts.values() for prompt in scripts}
        return known_names(prompts, numbers, self._languages)

    def receive(self, upload_id: str, path: str, stream: IO[bytes], sender: Sender) -> Iterator[Received]:
        """A file, or all files of an archive. `path` is what it is called where it comes from, with its folders. Sent
        twice under one `upload_id`, everything is there once. Raises UploadIdUnusable."""
        known = self.known()
        if not is_archive(stream):
            yield self._one(upload_id, path, stream, sender, known)
            return
        try:
            archive = Archive(stream)
        except ArchiveUnusable as error:
            yield Received(label_of(path), None, error.code)
            return
        for packed in archive.files():
            try:
                with archive.unpacked(packed) as file:
                    yield self._keep(_part_id(upload_id, packed.place), packed.name, file, sender, known)
            except FileUnusable as error:
                yield Received(label_of(packed.name), None, error.code)

    def recorded(
        self, upload_id: str, script: tuple[str, str], fingerprint: str, sound: IO[bytes], sender: Sender
    ) -> Take:
        """A take of a script that stood on the page, with the fingerprint of those words. Raises TooLarge,
        UploadIdUnusable, UploadIdTaken."""
        prompt, language = script
        with _as_file(sound) as content:
            return self._receive(upload_id, content, prompt, language, fingerprint, "browser", prompt, sender)

    def script_known(self, prompt: str, language: str) -> bool:
        """Whether there are words for a prompt in a language."""
        return prompt in self._scripts.get(language, {})

    def fingerprint(self, prompt: str, language: str) -> str:
        """Of the words as they are now; KeyError where there are none."""
        return script_fingerprint(self._scripts[language][prompt].text)

    def voice_for(self, language: str, wished: str) -> str:
        """The voice that was chosen, where its language has it; its usual one otherwise."""
        names = [voice.name for voice in self._room.voices.all(language)] if language else []
        return wished if wished in names else next(iter(names), "")

    def _one(self, upload_id: str, path: str, stream: IO[bytes], sender: Sender, known: Known) -> Received:
        try:
            with _as_file(stream) as content:
                return self._keep(upload_id, path, content, sender, known)
        except TooLarge:
            return Received(label_of(path), None, "too_large")

    def _keep(self, upload_id: str, path: str, content: Path, sender: Sender, known: Known) -> Received:
        found = Match(sender.prompt, sender.language) if sender.prompt else match(path, known)
        language = found.language or sender.language
        prompt = found.prompt if self.script_known(found.prompt, language) else ""
        fingerprint = self.fingerprint(prompt, language) if prompt else ""
        label = label_of(path)
        if not content.stat().st_size:
            return Received(label, None, "empty_file")
        if _is_something_else(content):
            return Received(label, None, "no_sound")
        before = (
            self._sent_before(content, prompt, language, fingerprint, label, sender) if sender.once else None
        )
        if before is not None:
            return Received(label, before)
        source: Source = "file"
        told = content, prompt, language, fingerprint, source, label, sender
        try:
            try:
                take = self._receive(upload_id, *told)
            except OtherSound:
                take = self._receive(_id_of_its_own(upload_id, content), *told)
        except TooLarge:
            return Received(label, None, "too_large")
        except UploadIdTaken:
            return Received(label, None, "sent_before")
        return Received(label, take)

    def _sent_before(
        self, content: Path, prompt: str, language: str, fingerprint: str, label: str, sender: Sender
    ) -> Take | None:
        """The take of the very same file, as long as something can still become of it."""
        with content.open("rb") as file:
            sha = hashlib.file_digest(file, "sha256").hexdigest()
        takes = self._room.takes
        candidates = takes.takes_of(prompt, language) if prompt else takes.in_states(TakeState.MATCHING)
        for take in candidates:
            same = take.original_sha == sha and take.recorded_by == sender.by
            if not same or take.state in (TakeState.WITHDRAWN, TakeState.REFUSED):
                continue
            if take.script_fingerprint == fingerprint if prompt else take.file_name == label:
                return take
        return None

    def _receive(
        self,
        upload_id: str,
        content: Path,
        prompt: str,
        language: str,
        fingerprint: str,
        source: Source,
        label: str,
        sender: Sender,
    ) -> Take:
        return self._room.takes.receive(
            upload_id=upload_id,
            content=content,
            prompt=prompt,
            language=language,
            voice=self.voice_for(language, sender.voice),
            fingerprint=fingerprint,
            source=source,
            file_name=label,
            by=sender.by,
            today=datetime.fromtimestamp(sender.now, UTC).date(),
            now=sender.now,
        )


def _is_something_else(content: Path) -> bool:
    """A document or a picture that was picked by mistake: nobody should have to settle which prompt it is."""
    with content.open("rb") as file:
        return file.read(_BEGINNING).lstrip().startswith(_NO_SOUND)


def _part_id(upload_id: str, place: int) -> str:
    """The id of one file of an archive: the same whenever the same archive is sent again."""
    return hashlib.sha256(f"{upload_id}/{place}".encode()).hexdigest()[:32]


def _id_of_its_own(upload_id: str, content: Path) -> str:
    """For another file from a page that was gone back to: the same whenever that file is sent from it again."""
    with content.open("rb") as file:
        sha = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(f"{upload_id}/{sha}".encode()).hexdigest()[:32]


@contextmanager
def _as_file(stream: IO[bytes]) -> Iterator[Path]:
    """A copy of it on disk, where nobody has to hold all of it. Raises TooLarge before more is written than a
    recording has."""
    stream.seek(0)
    left = LARGEST_BYTES
    with TemporaryDirectory(prefix="warmline-") as folder:
        path = Path(folder) / "recording"
        with path.open("wb") as file:
            while piece := stream.read(_AT_ONCE):
                left -= len(piece)
                if left < 0:
                    raise TooLarge("more than a recording has")
                file.write(piece)
        yield path
