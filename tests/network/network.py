"""The telephone network: rings people, carries out what the hotline replies, and tells it what became of every leg."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from ivr.telephony.simulator.terminal import hum
from ivr.telephony.simulator.words import Opening, Outcome, Party
from tests.network.clips import Clips
from tests.network.delivery import Delivery
from tests.network.dialling import Dialling
from tests.network.ledger import Kind, Ledger, LegRecord
from tests.network.leg import Leg, Told
from tests.network.people import Person
from tests.network.post_office import PostOffice
from tests.network.schedule import Schedule
from tests.network.weather import Weather
from tests.telephony.fake_rest import rest_app, serve
from tests.telephony.provider.state import OVER, Provider


class PhoneNetwork:
    """Use `phone_network`, which starts and stops one. Seconds are the network's, `speed` of them to a real one."""

    def __init__(
        self,
        provider: Provider,
        public_url: str,
        reach: str | Callable[[], str],
        speed: float,
        clips: Mapping[str, tuple[str, str]] | None = None,
        clips_fetched: bool = False,
        least_patience: float = 5.0,
    ) -> None:
        self.provider = provider
        self.people: dict[str, Person] = {}
        self.ledger = Ledger()
        self.weather = Weather()
        self.lock = provider.lock
        self.schedule = Schedule(self.lock, speed)
        self.reach = reach
        """Where the hotline's public address really leads: "http://127.0.0.1:PORT", or a function; "" is nowhere."""
        self.not_accepted: Outcome = "no-answer"
        """What a Dial ends with when somebody picked up and nobody was put through."""
        self.first_to_pick_up = False
        """Whether, of phones that ring at once, the first to be picked up stops the others, before its whisper is over:
        some providers do so, and then nobody else can take a call that a voicemail has picked up."""
        self.calls_per_second = 0.0
        """How many placed calls leave the provider's queue in a second of the network; 0 for no limit."""
        self.recordings_told_after = 0.0
        """Seconds of the network after which the provider says that a recording can be fetched."""
        self.recordings_held: list[Callable[[], None]] | None = None
        """What the provider would say of recordings, kept back until a test says it; None: nothing is kept back."""
        self.recordings_appear_in = 0.0
        """Seconds of the provider's own clock before which a recording can't be fetched, whatever was said."""
        self.api_url = ""
        self._live: dict[str, Leg] = {}
        self._queue_free_at = 0.0
        delivery = Delivery(public_url, self._where, lambda: provider.token, speed, least_patience)
        self.post = PostOffice(self.schedule, delivery, self.weather, self.ledger)
        self.clips = Clips(dict(clips or {}), clips_fetched, delivery)
        provider.carrier = self
        provider.course = ()

    def _where(self) -> str:
        return self.reach if isinstance(self.reach, str) else self.reach()

    # What tests do

    def now(self) -> float:
        """Seconds of the network since it began."""
        return self.schedule.now()

    def add(self, *people: Person) -> None:
        """People get a phone; whoever had the number before loses it."""
        with self.lock:
            self.people.update({person.number: person for person in people})

    def has_line(self, number: str, voice_url: str, fallback_url: str = "", status_url: str = "") -> None:
        """Gives the account a number that can be rung."""
        setup = {"voice_url": voice_url, "voice_fallback_url": fallback_url, "status_callback": status_url}
        self.provider.has_number(number, **setup)

    def ring_in(
        self, number: str, line: str, hangs_up_after: float | None = None, shown: str | None = None
    ) -> LegRecord:
        """A phone rings a line. What its owner does is up to the `Person`; without one they keep silent.

        `hangs_up_after` is how a flash ends; `shown` is what stands in place of the number ("anonymous").
        """
        with self.lock:
            setup = self.provider.set_up_of(line)
            from_ = number if shown is None else shown
            sid = self.provider.has_call("ringing", to=line, from_=from_)
            self.provider.calls[sid]["direction"] = "inbound"
            record = self._record(sid, "incoming", number, line)
            opening = Opening(
                sid, self.provider.account_sid, from_, line, setup["voice_url"], setup["voice_fallback_url"]
            )
            told = Told(setup["status_callback"], method=setup["status_callback_method"])
            leg = self._begin(Leg(self, record, opening, told))
            self.schedule.soon(lambda: leg.ring_in(hangs_up_after))
            return record

    def press(self, number: str, keys: str) -> None:
        """Whoever has this phone presses keys now."""
        with self.lock:
            leg = self._live_leg(number)
            self.schedule.soon(lambda: leg.press(keys))

    def hang_up(self, number: str) -> None:
        """Whoever has this phone puts it down."""
        with self.lock:
            self.schedule.soon(self._live_leg(number).hang_up)

    def live(self) -> list[LegRecord]:
        """The legs that aren't over."""
        with self.lock:
            return [leg.record for leg in self._live.values()]

    def is_quiet(self) -> bool:
        """Whether no phone rings, nobody talks, and no webhook is on its way."""
        with self.lock:
            return not self._live and not self.post.under_way

    def wait_until(self, condition: Callable[[], object], seconds: float = 10.0, what: str = "it") -> None:
        """Waits so many real seconds at most until a condition holds. It is asked with the lock held."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self.lock:
                if condition():
                    return
            time.sleep(0.005)
        raise AssertionError(
            f"{what} did not happen within {seconds} s; {self.schedule.errors or 'no error'}"
        )

    def wait_quiet(self, seconds: float = 10.0) -> None:
        """Waits so many real seconds at most until the network is quiet."""
        self.wait_until(self.is_quiet, seconds, "quiet")

    # What the provider's REST interface asks for

    def placed(self, sid: str, asked: Mapping[str, Sequence[str]]) -> None:
        """A call was asked for by REST."""

        def one(name: str, otherwise: str = "") -> str:
            return asked[name][-1] if asked.get(name) else otherwise

        record = self._record(sid, "placed", one("To"), one("From"))
        opening = Opening(
            sid, self.provider.account_sid, one("From"), one("To"), one("Url"), one("FallbackUrl"), rung=True
        )
        events = " ".join(asked.get("StatusCallbackEvent", ())) or "completed"
        told = Told(one("StatusCallback"), tuple(events.split()), one("StatusCallbackMethod", "POST"))
        leg = self._begin(Leg(self, record, opening, told))
        seconds = float(one("Timeout", "60")), float(one("TimeLimit", "14400"))
        self.schedule.after(self._wait_in_queue(), lambda: leg.set_out(*seconds) if not leg.is_over else None)

    def sent_elsewhere(self, sid: str, url: str) -> None:
        """A call is redirected by REST."""
        if sid in self._live:
            self.schedule.soon(lambda: self._live[sid].send_elsewhere(url) if sid in self._live else None)

    def ended(self, sid: str) -> None:
        """A call is ended by REST."""
        if sid in self._live:
            self._live[sid].drop()

    # What legs ask for

    def dial(self, dialling: Dialling, leg: Leg, party: Party, shown: str, ring_seconds: float) -> Leg:
        """Rings a phone that a reply names."""
        parent = leg.record.sid
        sid = self.provider.has_call("queued", to=party.number, from_=shown, parent=parent)
        record = self._record(sid, "dialled", party.number, shown, parent)
        opening = Opening(
            sid,
            self.provider.account_sid,
            shown,
            party.number,
            party.whisper,
            rung=True,
            joins=True,
            parent=parent,
        )
        dialled = self._begin(
            Leg(self, record, opening, Told(party.status_url, party.status_events), dialling)
        )
        self.schedule.soon(lambda: dialled.set_out(ring_seconds) if not dialled.is_over else None)
        return dialled

    def is_in_use(self, leg: Leg) -> bool:
        """Whether a phone rings or is talked on, apart from this leg."""
        return any(
            other is not leg and other.record.number == leg.record.number and other.record.rang_at is not None
            for other in self._live.values()
        )

    def is_over(self, leg: Leg) -> None:
        """A leg has ended."""
        del self._live[leg.record.sid]

    def provider_says(self, sid: str, status: str) -> None:
        """What the provider's record of a leg says from now on."""
        call = self.provider.calls.get(sid)
        if call is not None and call["status"] not in OVER:
            self.provider.become(call, status, self.provider.clock())

    def with_length(self, url: str, then: Callable[[float | None], None]) -> None:
        """Tells how long a clip is, None for one that can't be had: now, or after a look at it."""
        if self.clips.is_known(url):
            then(self.clips.length(url))
            return

        def look() -> None:
            self.clips.look(url)
            self.schedule.soon(lambda: then(self.clips.length(url)))

        self.post.aside(look)

    def new_recording(self, call: str) -> str:
        """The provider keeps a recording of a call; its id."""
        return self.provider.has_recording(call=call)

    def recorded(self, recording: str, seconds: int) -> None:
        """What was said has come to its end; where nothing was said there is no recording."""
        kept = self.provider.recordings[recording]
        kept |= {"sound": hum(seconds), "duration": str(seconds)}
        kept["created_at"] = self.provider.clock() + self.recordings_appear_in
        if not seconds:
            del self.provider.recordings[recording]

    def recording_url(self, recording: str) -> str:
        """The address of a recording, as webhooks have it."""
        return f"{self.api_url}/2010-04-01/Accounts/{self.provider.account_sid}/Recordings/{recording}"

    # Within

    def _record(self, sid: str, kind: Kind, number: str, shown: str, parent: str = "") -> LegRecord:
        record = LegRecord(sid, kind, number, shown, parent, self.now())
        self.ledger.legs.append(record)
        return record

    def _begin(self, leg: Leg) -> Leg:
        self._live[leg.record.sid] = leg
        return leg

    def _live_leg(self, number: str) -> Leg:
        answered = [leg for leg in self._live.values() if leg.record.number == number and not leg.is_ringing]
        assert answered, f"{number} is in no call"
        return answered[-1]

    def _wait_in_queue(self) -> float:
        if not self.calls_per_second:
            return 0.0
        now = self.now()
        begins = max(now, self._queue_free_at)
        self._queue_free_at = begins + 1 / self.calls_per_second
        return begins - now

    def start(self) -> None:
        """Time begins."""
        self.schedule.start()

    def stop(self) -> None:
        """Nobody rings any more."""
        self.provider.carrier = None
        self.schedule.stop()
        self.post.close()


@contextmanager
def phone_network(
    public_url: str,
    reach: str | Callable[[], str] = "",
    *,
    speed: float = 50.0,
    provider: Provider | None = None,
    clips: Mapping[str, tuple[str, str]] | None = None,
    clips_fetched: bool = False,
    least_patience: float = 5.0,
) -> Iterator[PhoneNetwork]:
    """A network with its REST interface at `network.api_url`, until the end of the block.

    `clips` says which prompt in which language has which sha256, so that people can know what they hear. With
    `clips_fetched` they are really asked for; otherwise each is two seconds long.
    `least_patience` is how many real seconds at least an answer is waited for, however hurried the network.
    Raises what went wrong inside, such as an error of a `Person`.
    """
    network = PhoneNetwork(
        provider or Provider(), public_url, reach, speed, clips, clips_fetched, least_patience
    )
    with serve(rest_app(network.provider)) as api_url:
        network.api_url = api_url
        network.start()
        try:
            yield network
        finally:
            network.stop()
    if network.schedule.errors:
        raise network.schedule.errors[0]
