"""The screen that needs no database: every language's last words and the emergency number, from files.

Made when a release goes on air and when a web process starts; served by the fallback address, and by every webhook
whose turn can't be taken. Somebody may be dying at the other end: this is never allowed to fail.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import structlog

from flows.effects import EndCall
from flows.inputs import Facts
from flows.screens import last_resort
from ivr.calls.screens import Addresses, Shown, show
from ivr.publishing.lines import Line
from ivr.publishing.releases import Release
from ivr.telephony.contract import Dialect, EndScreen, RejectScreen

TIMES_SAID = 2
DEFAULT = "default"

log = structlog.get_logger()


class EmergencyScreens:
    """Ready replies by provider and line, kept in a folder and in memory."""

    def __init__(self, folder: Path, dialects: Iterable[Dialect], addresses: Addresses) -> None:
        self._folder = folder
        self._dialects = {dialect.name: dialect for dialect in dialects}
        self._addresses = addresses
        self._replies: dict[str, str] = {}
        self._screens: dict[str, Shown] = {}
        self.read()

    def read(self) -> None:
        """Takes over what an earlier process has left, in case the database can't be reached now."""
        if self._folder.is_dir():
            for path in self._folder.glob("*.xml"):
                reply = _read(path)
                if reply is not None:
                    self._replies[path.stem] = reply

    def make(self, line: Line, release: Release) -> None:
        """Writes the screens of a line. Half-written files are never seen: each is renamed into place."""
        said = (
            last_resort(release.pack.languages, Facts(emergency_number=line.emergency_number)).said
            * TIMES_SAID
        )
        shown = show(EndCall(said), release.clips, self._addresses)
        self._screens[line.number] = shown
        for dialect in self._dialects.values():
            reply = dialect.render(shown.screen, self._addresses.of_turn(dialect.name, 0))
            names = [_name(dialect.name, line.number)]
            if line.provider == dialect.name or _name(dialect.name, DEFAULT) not in self._replies:
                names.append(_name(dialect.name, DEFAULT))
            for name in names:
                self._replies[name] = reply
                _write(self._folder / f"{name}.xml", reply)

    def reply_for(self, provider: str, number: str) -> str:
        """The ready reply of a line, or of another line rather than none. Before anything is published: a busy tone.

        Looks at the files first: another process may have put a line on air, or corrected its emergency number, since
        this one started. What this process remembers serves where the disk is gone too.
        """
        dialect = self._dialects.get(provider) or next(iter(self._dialects.values()))
        for name in (_name(dialect.name, number), _name(dialect.name, DEFAULT)):
            reply = _read(self._folder / f"{name}.xml") or self._replies.get(name)
            if reply is not None:
                return reply
        return dialect.render(RejectScreen(), self._addresses.of_turn(dialect.name, 0))

    def end_for(self, provider: str) -> str:
        """A reply that hangs up without a word: to a helper's phone, or a caller's that we rang, no machine speaks."""
        dialect = self._dialects.get(provider) or next(iter(self._dialects.values()))
        return dialect.render(EndScreen(()), self._addresses.of_turn(dialect.name, 0))

    def screen_for(self, number: str) -> Shown:
        """The screen itself, for a turn that can't go on."""
        for screen in (self._screens.get(number), *self._screens.values()):
            if screen is not None:
                return screen
        return Shown(RejectScreen(), 0.0, 0.0)


def _name(provider: str, number: str) -> str:
    return f"{provider}-{''.join(c for c in number[:32] if c.isascii() and c.isalnum())}"


def _read(path: Path) -> str | None:
    """A whole reply, or None: half of one, or none, would hang up on a caller."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError):
        return None
    return text if text.endswith("</Response>") else None


def _write(path: Path, text: str) -> None:
    """A disk that takes nothing more must not keep the hotline from starting: what is remembered still serves."""
    temporary = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        log.error("emergency_screen_not_written", error=type(error).__name__)
