"""What the console works with; the wiring hands it over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from sqlalchemy import Connection, Engine

from ivr.audit.log import AuditLog, Head
from ivr.people.parts import PeopleParts

if TYPE_CHECKING:
    from ivr.callbacks.cases import Cases
    from ivr.callbacks.longest_waits import LongestWaits
    from ivr.callbacks.paging import Pages
    from ivr.callbacks.ports import Hurry
    from ivr.callbacks.taking import Taking
    from ivr.callbacks.wish_cap import WishCap
    from ivr.outcomes.parts import OutcomeParts
    from ivr.publishing.on_air import OnAir
    from ivr.publishing.releases import Releases
    from ivr.recording.parts import RecordingParts
    from ivr.vault.number import PhoneNumber
    from ivr.vault.vault import KeptNumber


class OwnNumbers(Protocol):
    """All that a page can do with the vault: seal a helper's own number, and shred it. A page can open none; a caller's
    number is shown by `cases` alone, which tells the audit log and everybody on duty."""

    def keep(self, number: PhoneNumber, *, kind: Literal["helper"], line_id: str, now: float) -> KeptNumber:
        """Seals a number. Raises CannotBeCalled, VaultOutOfReach."""

    def store(self, connection: Connection, kept: KeptNumber) -> None:
        """Stores what was kept, in the transaction of whoever asks."""

    def shred(self, connection: Connection, entry_ids: Collection[str]) -> int:
        """Destroys numbers. Raises VaultOutOfReach."""


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """`public_url` begins the links that are handed out; `spoken` gives the languages of the flows on air; `noted_end`
    says where the audit log ended when the key store last noted it (None before the first; raises VaultOutOfReach);
    `largest_upload` is how many bytes of recordings may be sent at once, `uploads_at_once` by how many in one process.
    """

    database: Engine
    people: PeopleParts
    audit: AuditLog
    cases: Cases
    vault: OwnNumbers
    noted_end: Callable[[], Head | None]
    clock: Callable[[], float]
    new_id: Callable[[], str]
    public_url: str
    spoken: Callable[[], Sequence[str]]
    taking: Taking
    hurry: Hurry
    outcomes: OutcomeParts
    pages: Pages
    longest_waits: LongestWaits
    recording: RecordingParts
    releases: Releases
    on_air: OnAir
    largest_upload: int
    wish_cap: WishCap
    uploads_at_once: int
