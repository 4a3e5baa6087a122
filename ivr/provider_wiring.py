"""Chooses the providers: whose webhooks are answered, and whom workers reach out to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.settings import Settings
from ivr.telephony.contract import Dialect
from ivr.telephony.simulator.dialect import SimulatorDialect
from ivr.telephony.twilio import TwilioDialect

if TYPE_CHECKING:
    from ivr.telephony.twilio_network import TwilioNetwork


def dialects_of(settings: Settings) -> dict[str, Dialect]:
    """The providers whose webhooks are answered."""
    found: dict[str, Dialect] = {}
    if settings.twilio_account_sid:
        found["twilio"] = TwilioDialect(
            "twilio",
            settings.twilio_account_sid,
            settings.twilio_auth_token.get_secret_value(),
            settings.twilio_shared_key.get_secret_value(),
        )
    if settings.simulator:
        found["simulator"] = SimulatorDialect(
            "simulator", settings.simulator_account_sid, settings.simulator_auth_token.get_secret_value()
        )
    return found


def twilio_network_of(settings: Settings) -> TwilioNetwork | None:
    """The side of Twilio that reaches out; None where no account is set. For workers and the command line only."""
    token = settings.twilio_auth_token.get_secret_value()
    if not settings.twilio_account_sid or not token:
        return None
    # Imported here, because it takes half a second and web processes never need it.
    from ivr.telephony.twilio_network import TwilioNetwork

    return TwilioNetwork(settings.twilio_account_sid, token, settings.twilio_api_url)
