"""Guessing, and that nobody who guesses shuts the hotline out of itself."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, select

from ivr.audit.log import COMMAND_LINE
from ivr.people.lockout import ADDRESS, KNOWN_BROWSER, NAME, NAME_FROM_ADDRESS
from ivr.people.refusals import NotDone, ShutFor, TooBusy, WrongNameOrPassword
from ivr.people.subjects import house_of
from ivr.people.tables import failures
from ivr.store.engine import open_database
from ivr.store.migrate import migrate
from tests.people.house import ELSEWHERE, OFFICE, House


def guess(
    house: House, name: str = "daniel", address: str = ELSEWHERE, times: int = 1, browser: str = ""
) -> int:
    """Mallory guesses; returns how many guesses were looked at."""
    looked_at = 0
    for _ in range(times):
        try:
            house.sign_in(name, "not this one", address, browser)
        except ShutFor:
            continue
        except WrongNameOrPassword:
            looked_at += 1
    return looked_at


def test_five_guesses_then_a_wait_that_grows(house: House) -> None:
    """Mallory has five guesses at Daniel's password, then waits half a minute, then a minute, and so on."""
    house.employ("Daniel")
    assert guess(house, times=10) == NAME_FROM_ADDRESS.free
    with pytest.raises(ShutFor) as shut:
        house.sign_in("daniel", address=ELSEWHERE)
    assert shut.value.seconds == 30
    house.clock.forward(30)
    assert guess(house, times=3) == 1
    house.clock.forward(59)
    assert guess(house) == 0
    house.clock.forward(1)
    assert guess(house) == 1


def test_from_another_place_daniel_comes_in(house: House) -> None:
    """Mallory's guesses from her address don't shut Daniel out at his, not even on a laptop that is new."""
    house.employ("Daniel")
    guess(house, times=20)
    assert house.sign_in("daniel", address=OFFICE).token


def test_a_known_browser_is_never_shut_by_others(house: House) -> None:
    """Mallory guesses from a hundred addresses and from Daniel's own office: new browsers have to wait, his own comes
    in as ever."""
    house.employ("Daniel")
    own = house.sign_in("daniel").browser
    for n in range(100):
        guess(house, address=f"203.0.113.{n}", times=6)
    guess(house, address=OFFICE, times=50)
    with pytest.raises(ShutFor):
        house.sign_in("daniel", address="192.0.2.200")
    assert house.sign_in("daniel", address=OFFICE, browser=own).token


def test_a_known_browser_that_was_stolen_is_bounded_too(house: House) -> None:
    """With Daniel's stolen laptop Mallory has ten guesses, and then waits; nobody else waits for that."""
    house.employ("Daniel")
    own = house.sign_in("daniel").browser
    assert guess(house, browser=own, times=30) == KNOWN_BROWSER.free
    with pytest.raises(ShutFor):
        house.sign_in("daniel", browser=own)
    assert house.sign_in("daniel", address=OFFICE).token


def test_a_browser_known_for_one_is_a_stranger_to_the_others(house: House) -> None:
    """Mallory, who has an account of her own, gains nothing by her browser when she guesses at Daniel's."""
    house.employ("Daniel")
    house.employ("Mallory")
    hers = house.sign_in("mallory", address=ELSEWHERE).browser
    assert guess(house, browser=hers, times=10) == NAME_FROM_ADDRESS.free


def test_one_forgetful_helper_does_not_shut_the_office(house: House) -> None:
    """Leila tries and tries in an office with one address: Joseph signs in there for the first time."""
    house.employ("Leila")
    house.employ("Joseph")
    for _ in range(12):
        guess(house, "leila", OFFICE, times=3)
        house.clock.forward(300)
    assert house.sign_in("joseph", address=OFFICE).token


def test_one_address_that_tries_many_names_is_shut(house: House) -> None:
    """Mallory tries one usual password with hundreds of names from one address: after thirty she waits, whichever name
    she takes, and whether it exists or not."""
    house.employ("Daniel")
    tried = sum(guess(house, f"name{n}") for n in range(200))
    assert tried == ADDRESS.free
    assert guess(house, "daniel") == 0
    assert house.sign_in("daniel", address=OFFICE).token


def test_an_address_is_a_network_where_everybody_has_many(house: House) -> None:
    """Changing the end of an IPv6 address gives Mallory no further guesses."""
    house.employ("Daniel")
    tried = sum(guess(house, address=f"2001:db8:1:2::{n:x}") for n in range(1, 60))
    assert tried == NAME_FROM_ADDRESS.free
    assert house_of("::ffff:192.0.2.7") == house_of("192.0.2.7")
    assert house_of("nonsense") == house_of("")


def test_a_guesser_with_many_addresses_is_bounded(house: House) -> None:
    """With a thousand addresses Mallory has thirty guesses at one name, and then one each five minutes."""
    house.employ("Daniel")
    assert sum(guess(house, address=f"203.0.113.{n % 250}") for n in range(250)) == NAME.free
    log = [entry for entry in house.deeds() if entry.deed == "sign_in_shut"]
    assert [entry.about for entry in log] == [house.parts.accounts.named("daniel").id]
    later = 0
    for n in range(60):
        house.clock.forward(60)
        later += guess(house, address=f"198.18.0.{n}", times=2)
    assert later <= 20


def test_guesses_sent_at_once_are_counted_each(house: House) -> None:
    """Mallory sends forty guesses in the same moment: no more are looked at than if she had sent them one by one."""
    house.employ("Daniel")

    def one(_: int) -> int:
        try:
            house.sign_in("daniel", "not this one", ELSEWHERE)
        except TooBusy:
            return 0
        except ShutFor:
            return 0
        except WrongNameOrPassword:
            return 1
        return 100

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(40))) <= NAME_FROM_ADDRESS.free
    assert guess(house, times=10) <= NAME_FROM_ADDRESS.free


def test_a_right_password_forgets_the_wrong_ones_before_it(house: House) -> None:
    """Leila mistypes four times a day, every day, and is never shut out; nothing of it stays."""
    house.employ("Leila")
    for _ in range(10):
        assert guess(house, "leila", OFFICE, times=4) == 4
        assert house.sign_in("leila", address=OFFICE).token
        house.clock.forward(24 * 3600)


def test_being_busy_counts_against_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is sent away because too many sign in at once has not been wrong, and has cost no write."""
    house.employ("Leila")

    def busy(*_: object, **__: object) -> object:
        raise TooBusy(5)

    with monkeypatch.context() as patched:
        patched.setattr("ivr.people.passwords.Turnstile.passing", busy)
        for _ in range(40):
            with pytest.raises(TooBusy):
                house.sign_in("leila")
    with house.database.connect() as connection:
        assert connection.execute(select(func.count()).select_from(failures)).scalar() == 0
    assert house.sign_in("leila").token


def test_unlocking_opens_what_is_shut_for_one_person(house: House) -> None:
    """Daniel has a new laptop while Mallory guesses from everywhere: `warmline people unlock` lets him in."""
    daniel = house.employ("Daniel")
    own = house.sign_in("daniel").browser
    guess(house, address=OFFICE, times=10)
    guess(house, address=OFFICE, browser=own, times=20)
    with pytest.raises(ShutFor):
        house.sign_in("daniel", address=OFFICE)
    house.parts.accounts.unlock(COMMAND_LINE, daniel.id, house.now)
    assert house.sign_in("daniel", address=OFFICE).token
    assert house.sign_in("daniel", address=OFFICE, browser=own).token
    assert "unlocked" in [entry.deed for entry in house.deeds()]


def test_a_new_link_works_whatever_was_guessed_before(house: House) -> None:
    """While Mallory guesses at Leila's account, Leila joins with a new link and signs in on a browser that is new."""
    leila = house.employ("Leila")
    again = house.parts.accounts.invite_again(COMMAND_LINE, leila.id, house.now)
    for n in range(40):
        guess(house, "leila", f"203.0.113.{n}")
    house.parts.accounts.join(again.token, "yet another nine lamps", house.now)
    assert house.sign_in("leila", "yet another nine lamps").token


@pytest.fixture(scope="module")
def one_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house for many examples, with Daniel in it."""
    database: Engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('guessing') / 'warmline.db'}")
    migrate(database)
    house = House(database)
    house.employ("Daniel")
    house.employ("Mallory")
    yield house
    database.dispose()


ADDRESSES = st.sampled_from([OFFICE, ELSEWHERE, "2001:db8::1", "", "nonsense"])
BROWSERS = st.sampled_from(["", "mallorys", "planted", "own of another"])
ATTACK = st.lists(
    st.tuples(
        st.sampled_from(["daniel", "DANIEL ", "mallory", "nobody"]),
        ADDRESSES,
        BROWSERS,
        st.integers(1, 12),
        st.floats(0, 900),
    ),
    max_size=12,
)


@given(attack=ATTACK, own_mistakes=st.integers(0, KNOWN_BROWSER.free - 1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_mallory_does_daniels_own_browser_comes_in(
    one_house: House, attack: list[tuple[str, str, str, int, float]], own_mistakes: int
) -> None:
    """In whatever order, from wherever and as whomever Mallory guesses: Daniel, who mistypes a few times himself, comes
    in with the browser he always uses, and at once."""
    house = one_house
    with house.database.begin() as connection:
        connection.execute(delete(failures))
    own = house.sign_in("daniel").browser
    browsers = {"mallorys": house.sign_in("mallory", address=ELSEWHERE).browser}
    for name, address, browser, times, pause in attack:
        house.clock.forward(pause)
        guess(house, name, address, times, browsers.get(browser, browser))
    guess(house, "daniel", OFFICE, own_mistakes, own)
    assert house.sign_in("daniel", address=OFFICE, browser=own).token


def test_nothing_of_a_guess_is_kept_that_could_be_read(house: House) -> None:
    """What somebody typed, and where from, isn't in the database: a password in the wrong field stays unread."""
    with pytest.raises(NotDone):
        house.sign_in("my secret passphrase", "x", "203.0.113.77")
    with house.database.connect() as connection:
        rows = repr([tuple(row) for row in connection.execute(select(failures))])
        assert connection.execute(select(func.count()).select_from(failures)).scalar() == 3
    assert "secret" not in rows
    assert "203.0" not in rows
