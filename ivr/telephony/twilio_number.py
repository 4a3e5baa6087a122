"""How a number is set up at Twilio, and what is known of the account. Plain values: importing this loads no client."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.telephony.contract import NumberSetup

PERSISTENCE = "rc=2&rp=5xx,ct,rt&ct=2000&rt=4500"
"""Asks for two more tries when we are away, slow, or answer with an error; without it, only a refused connection is
tried again. 4.5 seconds each, so that all three fit into the 15 after which the fallback is asked. Rides in the
fragment, which isn't signed."""


@dataclass(frozen=True, slots=True)
class TwilioNumber:
    """Everything about a number's set-up that we change, so that it can be put back."""

    number: str
    voice_url: str
    voice_method: str
    fallback_url: str
    fallback_method: str
    status_url: str
    status_method: str
    overridden_by: str = ""
    """A trunk, an application or a mode that makes Twilio ignore the addresses, "" when there is none."""

    def setup(self) -> NumberSetup:
        """The same, in the words every provider shares."""
        return NumberSetup(
            self.number, self.voice_url, self.fallback_url, self.status_url, self.overridden_by
        )


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """`kind` is Trial or Full; `status` is active, suspended or closed."""

    kind: str
    status: str


def persistent(url: str) -> str:
    """An address with the provider told to try again; one that already says how often is left as it is."""
    return url if "#" in url else f"{url}#{PERSISTENCE}"
