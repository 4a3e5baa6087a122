"""A whole hotline that calls back, on the telephone network of the tests: real webhooks, legs and keys.

`work` does what workers do, in the same order, without their processes; tests/faults has those.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from ivr.audit.log import COMMAND_LINE
from ivr.jobs.callbacks import ringing_of, sweep_of
from ivr.outcomes.tables import outcome_tasks, outcomes
from ivr.people.roles import Role
from ivr.publishing.lines import all_lines
from ivr.store.callback_tables import attempts, callbacks
from ivr.vault.number import PhoneNumber
from tests.hotline import ACCOUNT, AMINA, LINE_NUMBER, PUBLIC_URL, TOKEN, Hotline, make_hotline
from tests.network import PhoneNetwork, phone_network
from tests.telephony.fake_rest import Provider, serve

JOSEPH, LEILA = "+12025550151", "+12025550152"
PASSWORD, PIN = "tulip over nine lamps", "739164"
TAKES = {"helper_offer": "1"}
"""What a helper presses who takes whatever is offered."""
TALKS = {"call_hello": "1"}
"""What a caller presses who can talk now."""


@dataclass
class CallingBack:
    """The hotline, its network, and hands for what workers and people do."""

    hotline: Hotline
    network: PhoneNetwork
    helpers: dict[str, str] = field(default_factory=dict)
    """People's ids by their numbers."""

    @property
    def now(self) -> float:
        return self.hotline.clock.now

    def employ(self, name: str, number: str, *, languages: tuple[str, ...] = ("en",), **more: Any) -> str:
        """A helper who is on call, wants to be rung, and has a phone and a PIN; the id."""
        wiring = self.hotline.wiring
        people = wiring.people
        invited = people.accounts.invite(
            COMMAND_LINE, name, name.lower(), more.get("roles", (Role.HELPER,)), self.now
        )
        person = people.accounts.join(invited.token, PASSWORD, self.now)
        people.profiles.change(
            person.id, name=name, languages=languages, gender=more.get("gender", ""),
            time_zone="Africa/Nairobi", reads="", now=self.now,
        )  # fmt: skip
        with wiring.database.begin() as connection:
            kept = wiring.vault.keep(PhoneNumber(number), kind="helper", line_id="", now=self.now)
            wiring.vault.store(connection, kept)
            people.profiles.put_number(connection, person.id, kept.id, self.now)
        with wiring.database.begin() as connection:
            people.helpers.choose(connection, person.id, "on", self.now)
            people.helpers.want_rung(connection, person.id, True)
        self.helpers[number] = person.id
        return person.id

    def ask(self, caller: str = AMINA, **answers: str) -> str:
        """A caller asks in English to be called back; the callback's id. `answers` are keys by the prompt of the
        question, silence where there is none."""
        before = {row.id for row in self.rows(callbacks)}
        call = self.hotline.ring(caller).press("111")
        while "callback_noted" not in call.prompts:
            key = next((answers[prompt] for prompt in call.prompts if prompt in answers), "")
            call.press(key) if key else call.wait()
        call.hang_up()
        (made,) = {row.id for row in self.rows(callbacks)} - before
        return str(made)

    def work(self) -> None:
        """What workers do in a moment: offer, ring, tidy up, close."""
        wiring = self.hotline.wiring
        wiring.callbacks.dispatcher.dispatch(self.now)
        for row in self.rows(attempts):
            if row.state == "to_ring":
                ringing_of(wiring).ring(row.id)
        sweep_of(wiring).run(self.now)
        wiring.outcomes.sweep(self.now)

    def go_on(self, seconds: float) -> None:
        """Time passes on the hotline's clock."""
        self.hotline.clock.forward(seconds)
        self.work()

    def until_quiet(self) -> None:
        """Until nobody is on the line any more."""
        self.network.wait_quiet(20)

    def rows(self, table: Any) -> list[Any]:
        """Everything in a table."""
        with self.hotline.wiring.database.connect() as connection:
            return list(connection.execute(select(table)))

    @property
    def callback(self) -> Any:
        """The one callback that there is."""
        (row,) = self.rows(callbacks)
        return row

    @property
    def outcome(self) -> Any:
        """The one row of the outcome log."""
        (row,) = self.rows(outcomes)
        return row

    @property
    def task(self) -> Any:
        """The one outcome that is owed."""
        (row,) = self.rows(outcome_tasks)
        return row


@contextmanager
def calling_back(folder: Path, database_url: str = "", **settings: Any) -> Iterator[CallingBack]:
    """The whole of it, in a folder."""
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    with phone_network(PUBLIC_URL, speed=200, provider=provider) as network:
        hotline = make_hotline(
            folder / "data", database_url, twilio_api_url=network.api_url, calls_per_second=100, **settings
        )
        network.clips.known.update(clips_of(hotline))
        with serve(hotline.app) as reach:
            network.reach = reach
            voice, status = f"{PUBLIC_URL}/phone/twilio/voice", f"{PUBLIC_URL}/phone/twilio/status"
            network.has_line(LINE_NUMBER, voice, f"{PUBLIC_URL}/phone/fallback", status)
            yield CallingBack(hotline, network)
        hotline.wiring.database.dispose()


def clips_of(hotline: Hotline) -> dict[str, tuple[str, str]]:
    """Which prompt in which language has which sha256."""
    with hotline.wiring.database.connect() as connection:
        release = next(line.release_id for line in all_lines(connection) if line.release_id)
    return {clip.sha: key for key, clip in hotline.wiring.releases.get(release).clips.items()}
