"""Puts the simulator together from the parts of the house that `wiring.py` has chosen."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ivr.telephony.simulator.exchange import Exchange
from ivr.telephony.simulator.network import SimulatorNetwork
from ivr.telephony.simulator.recordings import Recordings
from ivr.telephony.simulator.scripts import ScriptsOnAir
from ivr.telephony.simulator.signing import Signer
from ivr.telephony.simulator.wire import Wire

if TYPE_CHECKING:
    from flask import Blueprint

    from ivr.settings import Settings
    from ivr.wiring import Wiring


def signer_of(settings: Settings) -> Signer:
    """The simulator's account on this installation."""
    token = settings.simulator_auth_token.get_secret_value()
    return Signer(settings.simulator_account_sid, token, settings.public_url)


def telephone_of(wiring: Wiring) -> Blueprint:
    """The telephone page."""
    # Imported here, because workers ring telephones and show no page: what shows pages is 10 MB in each of them.
    from ivr.telephony.simulator.page import TelephoneParts, telephone_blueprint

    scripts = ScriptsOnAir(wiring.database, wiring.releases)
    return telephone_blueprint(
        TelephoneParts(
            signer=signer_of(wiring.settings),
            exchange=Exchange(wiring.database, time.time),
            recordings=_recordings_of(wiring),
            lines=scripts.lines,
            about_clip=scripts.about,
        )
    )


def network_of(wiring: Wiring) -> SimulatorNetwork:
    """What workers ring telephone pages with."""
    exchange = Exchange(wiring.database, time.time)
    return SimulatorNetwork(exchange, _recordings_of(wiring), signer_of(wiring.settings))


def tell_unanswered(wiring: Wiring) -> int:
    """Tells the hotline, at its public address, which calls rang for nothing; returns how many. Those that nobody will
    ever end are ended first, so that their numbers go and their records can be deleted.
    """
    signer, network = signer_of(wiring.settings), network_of(wiring)
    network.end_the_forgotten()
    return network.tell_unanswered(Wire(signer, signer.public_url))


def _recordings_of(wiring: Wiring) -> Recordings:
    return Recordings(wiring.settings.data / "tmp" / "recordings", wiring.database, time.time)
