"""Points a Twilio number at this hotline, and puts back what was there before.

What was there is written down before anything is changed, in a file that only this installation's owner can read: the
addresses of whatever answered the number until now may themselves be secret.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from ivr.operations.checks.provider import Leads, leads_here
from ivr.telephony.twilio_number import TwilioAccount, TwilioNumber, persistent

FORMER_FILE = "former-numbers.json"


class NotConnectable(Exception):
    """The number can't be pointed here, or put back. The message says why and what to do; nothing was changed."""


class TwilioSide(Protocol):
    """What is asked of Twilio here; ivr.telephony.twilio_network answers it. Raises the contract's errors."""

    @property
    def clock_ahead_seconds(self) -> float | None:
        """By how much this machine's clock was ahead of Twilio's at the last answer."""

    def account(self) -> TwilioAccount:
        """What kind of account this is."""

    def balance(self) -> str:
        """What is left to spend, with its currency."""

    def look_up(self, number: str) -> TwilioNumber:
        """How a number is set up. Raises NumberRefused when the account doesn't have it."""

    def set_up(self, wanted: TwilioNumber) -> TwilioNumber:
        """Sets a number up, and gives it as stored."""


@dataclass(frozen=True, slots=True)
class WebhookAddresses:
    """Where Twilio has to ask: for a call, when that fails, and to say how a call goes on."""

    voice: str
    fallback: str
    status: str

    def set_up_for(self, number: str) -> TwilioNumber:
        """A number as it should be."""
        return TwilioNumber(
            number, persistent(self.voice), "POST", self.fallback, "POST", persistent(self.status), "POST"
        )

    def compared_with(self, found: TwilioNumber) -> tuple[Leads, Leads, Leads]:
        """Where a number leads, beside where it should."""
        return (
            Leads("calls", found.voice_url, found.voice_method, self.voice),
            Leads("fallback", found.fallback_url, found.fallback_method, self.fallback),
            Leads("call status", found.status_url, found.status_method, self.status),
        )


def webhook_addresses(public_url: str) -> WebhookAddresses:
    """The addresses of this installation."""
    base = f"{public_url}/phone"
    return WebhookAddresses(f"{base}/twilio/voice", f"{base}/fallback", f"{base}/twilio/status")


def refuse_unsafe(public_url: str, api_is_loopback: bool) -> None:
    """Raises NotConnectable unless callers' calls would travel encrypted, or stay on this machine."""
    if not public_url:
        raise NotConnectable(
            "WARMLINE_PUBLIC_URL is not set: set it to the https address at which calls arrive."
        )
    if urlsplit(public_url).scheme != "https" and not api_is_loopback:
        raise NotConnectable(
            f"{public_url} isn't https: anybody on the way could listen in on what callers key. "
            "Put a reverse proxy with a certificate in front of Warmline, and set WARMLINE_PUBLIC_URL to its address."
        )


def refuse_overridden(found: TwilioNumber) -> None:
    """Raises NotConnectable where Twilio would ignore what we set."""
    if found.overridden_by:
        raise NotConnectable(
            f"Twilio ignores this number's addresses because of {found.overridden_by}. Take that off the number in the "
            "Twilio Console (Configure with: Webhook), then connect again."
        )


def is_connected(found: TwilioNumber, wanted: WebhookAddresses) -> bool:
    """Whether nothing is left to do."""
    return found == wanted.set_up_for(found.number)


def leads_astray(found: TwilioNumber, wanted: WebhookAddresses) -> Sequence[Leads]:
    """The addresses that don't lead here."""
    return [leads for leads in wanted.compared_with(found) if not leads_here(leads)]


@dataclass(frozen=True, slots=True)
class Kept:
    """A number as it was before us, and as we last set it up."""

    former: TwilioNumber
    ours: TwilioNumber


class FormerSetups:
    """Remembers, in the data folder, how numbers were set up before they were pointed here."""

    def __init__(self, data: Path) -> None:
        self._file = data / "twilio" / FORMER_FILE

    def remember(self, found: TwilioNumber, ours: TwilioNumber) -> None:
        """Keeps what was there before us; what we ourselves have set earlier isn't worth keeping."""
        kept = self._read()
        known = kept.get(found.number)
        former = known.former if known and found in (known.ours, ours) else found
        self._write({**kept, found.number: Kept(former, ours)})

    def of(self, number: str) -> Kept | None:
        """What is remembered of a number."""
        return self._read().get(number)

    def forget(self, number: str) -> None:
        """Drops it, once it has been put back."""
        self._write({known: kept for known, kept in self._read().items() if known != number})

    def _read(self) -> dict[str, Kept]:
        if not self._file.exists():
            return {}
        stored = json.loads(self._file.read_text("utf-8"))
        return {
            number: Kept(TwilioNumber(**each["former"]), TwilioNumber(**each["ours"]))
            for number, each in stored.items()
        }

    def _write(self, kept: dict[str, Kept]) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.parent.chmod(0o700)
        unfinished = self._file.with_suffix(".unfinished")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({number: asdict(each) for number, each in kept.items()}, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._file)
