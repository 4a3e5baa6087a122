"""A hotline whose calls exist at a provider too: one that remembers, over real HTTP, on the same clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from ivr.scrubbing import waiting
from ivr.scrubbing.batch import Batch, Scrubbed
from ivr.scrubbing.reconcile import Left, lines_by_provider, reconcile
from ivr.scrubbing.tables import reconciliations
from ivr.scrubbing.waiting import AFTER_THE_END_SECONDS, Waiting
from ivr.telephony.contract import Network
from ivr.telephony.twilio_network import TwilioNetwork
from ivr.telephony.twilio_network_http import BoundedHttpClient
from tests.hotline import ACCOUNT, AMINA, LINE_NUMBER, TOKEN, Hotline, Ringing, make_hotline
from tests.telephony.fake_rest import Provider, rest_app, serve

DAY = 86_400.0
JOSEPH = "+12025550151"
# Long enough for a busy machine: a provider that is merely slow must not look as if it were silent.
PATIENCE_SECONDS = 10.0
IMPATIENT_SECONDS = 1.0


@dataclass
class Rig:
    """The hotline, what its provider remembers, and the worker's way to it."""

    hotline: Hotline
    provider: Provider
    network: Network
    api_url: str

    @contextmanager
    def impatient(self) -> Iterator[None]:
        """For a while nobody waits long for the provider: for tests in which it says nothing at all."""
        patient, self.network = self.network, network_to(self.api_url, IMPATIENT_SECONDS)
        try:
            yield
        finally:
            self.network = patient

    def ring(self, keys: str = "12") -> Ringing:
        """Amina rings, and the provider writes it down."""
        call = self.hotline.ring().press(keys)
        self.provider.has_call("in-progress", sid=call.id, to=LINE_NUMBER, from_=AMINA)
        return call

    def connect(self, call: Ringing, recordings: int = 0) -> str:
        """The call dials Joseph, a second leg; it is recorded. The leg's id."""
        leg = self.provider.has_call("in-progress", to=JOSEPH, from_=LINE_NUMBER, parent=call.id)
        for recorded in (call.id, leg):
            for _ in range(recordings):
                self.provider.has_recording(call=recorded)
        return leg

    def hang_up(self, call: Ringing) -> None:
        """The call is over, at the provider and here."""
        self.end_at_the_provider(call.id)
        assert call.hang_up().status_code == 204

    def end_at_the_provider(self, call: str) -> None:
        """The call and its legs are over there."""
        for one in self.provider.calls.values():
            if call in (one["sid"], one["parent_call_sid"]):
                self.provider.become(one, "completed", self.provider.clock())

    def ended_call(self, recordings: int = 0) -> str:
        """A call of both legs that is over; its id."""
        call = self.ring()
        self.connect(call, recordings)
        self.hang_up(call)
        return call.id

    def batch(self) -> Batch:
        """One worker's pass."""
        return Batch(
            database=self.hotline.wiring.database,
            networks=lambda name: self.network if name == "twilio" else None,
            now=self.hotline.clock,
            pace=lambda: None,
            chance=lambda: 0.5,
        )

    def scrub(self) -> Scrubbed:
        """A worker works off what is due."""
        return self.batch().run()

    def scrub_later(self, seconds: float = AFTER_THE_END_SECONDS + 60) -> Scrubbed:
        """The same, some minutes later."""
        self.hotline.clock.forward(seconds)
        return self.scrub()

    def reconcile(self) -> list[Left]:
        """The daily look."""
        database = self.hotline.wiring.database
        with database.connect() as connection:
            lines = lines_by_provider(connection, ["twilio"])
        return reconcile(
            database,
            lambda name: self.network if name == "twilio" else None,
            lines,
            now=self.hotline.clock.now,
            older_than_seconds=DAY,
            pace=lambda: None,
        )

    @property
    def waiting(self) -> list[Waiting]:
        """What stands on the list."""
        with self.hotline.wiring.database.connect() as connection:
            return list(waiting.everything(connection))

    @property
    def looks(self) -> list[tuple[str, int, int, str]]:
        """What was written of the daily looks: date, calls, recordings, trouble."""
        columns = reconciliations.c
        with self.hotline.wiring.database.connect() as connection:
            rows = connection.execute(
                select(columns.date, columns.left_calls, columns.left_recordings, columns.trouble).order_by(
                    columns.date
                )
            )
            return [tuple(row) for row in rows]

    def start_afresh(self) -> None:
        """Nothing at the provider, nothing on the list, nothing wrong."""
        self.provider.calls.clear()
        self.provider.recordings.clear()
        self.provider.deleted_recordings.clear()
        self.provider.faults.clear()
        self.provider.refusals.clear()
        self.provider.asked.clear()
        self.provider.settles_seconds = 0.0
        self.provider.clock = self.hotline.clock
        with self.hotline.wiring.database.begin() as connection:
            connection.execute(waiting.scrubs.delete())
            connection.execute(reconciliations.delete())

    def asked(self, method: str = "") -> list[str]:
        """The paths that were asked for."""
        return [path for how, path, _ in self.provider.asked if method in ("", how)]


def network_to(api_url: str, patience_seconds: float) -> TwilioNetwork:
    """The worker's way to the provider at an address."""
    return TwilioNetwork(ACCOUNT, TOKEN, http=BoundedHttpClient(api_url, read_seconds=patience_seconds))


@contextmanager
def rig_on(folder: Path, url: str) -> Iterator[Rig]:
    """A rig on a database."""
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    with serve(rest_app(provider)) as api_url:
        hotline = make_hotline(folder / "data", url, twilio_api_url=api_url)
        provider.clock = hotline.clock
        provider.has_number(LINE_NUMBER)
        yield Rig(hotline, provider, network_to(api_url, PATIENCE_SECONDS), api_url)
        hotline.wiring.database.dispose()
