"""A whole hotline that calls back, on the telephone network of the tests: real webhooks, legs and keys.

`work` does what workers do, in the same order, without their processes; tests/faults has those.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, delete, insert, select, update

from ivr.audit.log import COMMAND_LINE
from ivr.callbacks import machine
from ivr.callbacks.rows import changing_values, gender_of, priority_of, window_of
from ivr.jobs.callbacks import ringing_of, sweep_of
from ivr.outcomes.tables import outcome_tasks, outcomes
from ivr.people.roles import Role
from ivr.people.roster_tables import helper_states
from ivr.people.tables import people
from ivr.publishing.lines import all_lines, find_line
from ivr.store.callback_tables import attempts, callbacks
from ivr.vault.number import PhoneNumber
from ivr.vault.tables import vault_entries
from tests.callback_rows import callback_row
from tests.hotline import ACCOUNT, AMINA, LINE_NUMBER, PUBLIC_URL, TOKEN, Hotline, make_hotline
from tests.network import Person, PhoneNetwork, phone_network
from tests.telephony.fake_rest import Provider, serve

JOSEPH, LEILA = "+12025550151", "+12025550152"
PASSWORD, PIN = "tulip over nine lamps", "739164"
TAKES = {"helper_offer": "1"}
"""What a helper presses who takes whatever is offered."""
TALKS = {"call_hello": "1"}
"""What a caller presses who can talk now."""
STAYS = frozenset(
    [
        "alembic_version",
        "audit_chain_head",
        "audit_rows",
        "clips",
        "lines",
        "people",
        "person_roles",
        "releases",
        "vault_entries",
    ]
)
"""Tables that a fresh start leaves alone."""


@dataclass
class CallingBack:
    """The hotline, its network, and hands for what workers and people do."""

    hotline: Hotline
    network: PhoneNetwork
    helpers: dict[str, str] = field(default_factory=dict)
    """People's ids by their numbers."""
    codes: dict[str, str] = field(default_factory=dict)
    """Their phone codes."""
    began: float = 0.0

    def __post_init__(self) -> None:
        self.began = self.hotline.clock.now

    @property
    def now(self) -> float:
        return self.hotline.clock.now

    def employ(self, name: str, number: str, *, languages: tuple[str, ...] = ("en",), **more: Any) -> str:
        """A helper who is on call, wants to be rung, and has a phone and a PIN; the id."""
        wiring = self.hotline.wiring
        rooms = wiring.people
        invited = rooms.accounts.invite(
            COMMAND_LINE, name, name.lower(), more.get("roles", (Role.HELPER,)), self.now
        )
        person = rooms.accounts.join(invited.token, PASSWORD, self.now)
        rooms.profiles.change(
            person.id, name=name, languages=languages, gender=more.get("gender", ""),
            time_zone="Africa/Nairobi", reads="", now=self.now,
        )  # fmt: skip
        with wiring.database.begin() as connection:
            kept = wiring.vault.keep(PhoneNumber(number), kind="helper", line_id="", now=self.now)
            wiring.vault.store(connection, kept)
            rooms.profiles.put_number(connection, person.id, kept.id, self.now)
        with wiring.database.begin() as connection:
            rooms.helpers.choose(connection, person.id, "on", self.now)
            rooms.helpers.want_rung(connection, person.id, True)
        self.helpers[number] = person.id
        self.codes[number] = rooms.pins.set(person.id, PIN, self.now)
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

    def wish(
        self,
        caller: str = AMINA,
        *,
        need: str = "emotional_support",
        wishes: dict[str, str] | None = None,
        **changed: Any,
    ) -> str:
        """The same without a call: Amina waits, in English where nothing else is said; the callback's id."""
        wiring, now, said = self.hotline.wiring, self.now, wishes or {}
        callback_id = f"{len(self.rows(callbacks)):032x}"
        asked = machine.asked(
            machine.Callback(
                callback_id, window_of(said, crisis=need == "crisis"), "Africa/Nairobi", now, now + 72 * 3600
            ),
            now,
        )
        with wiring.database.begin() as connection:
            line = find_line(connection, LINE_NUMBER)
            assert line is not None
            kept = wiring.vault.keep(PhoneNumber(caller), kind="caller", line_id=line.id, now=now)
            wiring.vault.store(connection, kept)
            row = callback_row(callback_id, at=now, line_id=line.id, language="en", number_id=kept.id)
            row |= {"wishes": json.dumps(said), "gender": gender_of(said), "need": need}
            row |= {"crisis": need == "crisis", "priority": priority_of(need), "expires_at": asked.expires_at}
            connection.execute(insert(callbacks).values(row | changing_values(asked, now) | changed))
        return callback_id

    def on_call(self, *numbers: str) -> None:
        """Who comes on call now, rested."""
        helpers = self.hotline.wiring.people.helpers
        with self.hotline.wiring.database.begin() as connection:
            for number in numbers:
                connection.execute(
                    delete(helper_states).where(helper_states.c.person_id == self.helpers[number])
                )
                helpers.choose(connection, self.helpers[number], "on", self.now)

    def last_offered(self, number: str) -> None:
        """Whoever else is on call comes before this helper."""
        helpers = self.hotline.wiring.people.helpers
        with self.hotline.wiring.database.begin() as connection:
            helpers.offered(connection, self.helpers[number], self.now)

    def helper_speaks(self, number: str, *languages: str) -> None:
        """For the night; a fresh start changes nothing of it."""
        with self.hotline.wiring.database.begin() as connection:
            this = people.c.id == self.helpers[number]
            connection.execute(update(people).where(this).values(languages=json.dumps(languages)))

    def meets(self, *people: Person) -> None:
        """These people have phones; workers work, and everything goes as far as it goes."""
        self.network.add(*people)
        self.work()
        self.until_quiet()

    def start_afresh(self) -> None:
        """Nobody waits, nobody is on call, nothing was ever said or done; lines, recordings and accounts stay."""
        self.until_quiet()
        with self.hotline.wiring.database.begin() as connection:
            tables = MetaData()
            tables.reflect(connection)
            for table in tables.tables.values():
                if table.name not in STAYS:
                    connection.execute(delete(table))
            connection.execute(delete(vault_entries).where(vault_entries.c.kind == "caller"))
        network = self.network
        network.weather.calm()
        network.people.clear()
        network.ledger.legs.clear()
        network.ledger.talks.clear()
        network.ledger.webhooks.clear()
        provider = network.provider
        for kept in (
            provider.calls,
            provider.refusals,
            provider.faults,
            provider.asked,
            provider.refused_numbers,
        ):
            kept.clear()
        self.hotline.clock.now = self.began

    def heard(self, number: str) -> list[str]:
        """Everything that was begun to be said on somebody's phone, in its order."""
        return [prompt for prompt, _ in self.said(number)]

    def was_asked(self, number: str) -> list[str]:
        """Everything that the screens on somebody's phone had to say, keyed into or not."""
        legs = self.network.ledger.legs_of(number)
        return [prompt for leg in legs for heard in leg.heard for prompt in heard.prompts]

    def said(self, number: str) -> list[tuple[str, str]]:
        """The same with the languages."""
        known = self.network.clips.known
        played = [clip for leg in self.network.ledger.legs_of(number) for clip in leg.played]
        return [known[clip.rpartition("/")[2].removesuffix(".wav")] for clip in played]

    def work(self) -> None:
        """What workers do in a moment: offer, ring, tidy up, close."""
        wiring = self.hotline.wiring
        wiring.callbacks.dispatcher.dispatch(self.now)
        for row in self.rows(attempts):
            if row.state == "to_ring":
                ringing_of(wiring).ring(row.id)
        sweep_of(wiring).run(self.now)
        ringing_of(wiring).look_again(self.now)
        wiring.outcomes.sweep(self.now)

    def sweep(self, ring_later: Callable[[str], None]) -> dict[str, int]:
        """The sweep alone; it asks `ring_later` for the jobs that were lost."""
        return replace(sweep_of(self.hotline.wiring), ring_later=ring_later).run(self.now)

    def is_free(self, number: str, after: float = 0.0) -> bool:
        """Whether this helper may be rung, so many seconds from now."""
        helpers = self.hotline.wiring.people.helpers
        with self.hotline.wiring.database.connect() as connection:
            free = helpers.free(connection, self.now + after)
        return self.helpers[number] in {one.person_id for one in free}

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
    def attempts(self) -> list[Any]:
        """Every try, as long as its callback isn't closed."""
        return self.rows(attempts)

    @property
    def tasks(self) -> list[Any]:
        """All outcomes that are owed."""
        return self.rows(outcome_tasks)

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
def calling_back(
    folder: Path, database_url: str = "", speed: float = 200, **settings: Any
) -> Iterator[CallingBack]:
    """The whole of it, in a folder. `speed` is how many seconds pass for people in one of ours."""
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    with phone_network(PUBLIC_URL, speed=speed, provider=provider) as network:
        hotline = make_hotline(
            folder / "data", database_url, twilio_api_url=network.api_url, calls_per_second=100, **settings
        )
        network.clips.known.update(clips_of(hotline))
        with serve(hotline.app) as reach:
            network.reach = reach
            provider.clock = hotline.clock
            voice, status = f"{PUBLIC_URL}/phone/twilio/voice", f"{PUBLIC_URL}/phone/twilio/status"
            network.has_line(LINE_NUMBER, voice, f"{PUBLIC_URL}/phone/fallback", status)
            yield CallingBack(hotline, network)
        hotline.wiring.database.dispose()


def clips_of(hotline: Hotline) -> dict[str, tuple[str, str]]:
    """Which prompt in which language has which sha256."""
    with hotline.wiring.database.connect() as connection:
        release = next(line.release_id for line in all_lines(connection) if line.release_id)
    return {clip.sha: key for key, clip in hotline.wiring.releases.get(release).clips.items()}
