"""What a helper hears who is rung for somebody in crisis, webhook by webhook, on both databases."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from typing import Any, cast

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from ivr.audit.log import COMMAND_LINE
from ivr.callbacks import crisis
from ivr.callbacks.crisis_talks import CrisisTalks
from ivr.people.helpers import Helpers
from ivr.store.callback_tables import attempts, callbacks, crisis_calls
from ivr.store.hot import HotDatabase
from ivr.vault.errors import VaultOutOfReach
from ivr.vault.vault import Vault
from tests.calling_back import JOSEPH, LEILA, CallingBack, clips_of
from tests.hotline import AMINA, LINE_NUMBER, Hotline, Ringing
from tests.network import PhoneNetwork

HALIMA = "+12025550153"


@pytest.fixture
def rung(hotline: Hotline) -> Ringing:
    """Amina has pressed zero, and the phones of Joseph, Leila and Halima ring."""
    house = CallingBack(hotline, cast(PhoneNetwork, None))
    for name, number in (("Joseph", JOSEPH), ("Leila", LEILA), ("Halima", HALIMA)):
        person = house.employ(name, number)
        with hotline.wiring.database.begin() as connection:
            hotline.wiring.people.helpers.train(connection, COMMAND_LINE, person, True, hotline.clock.now)
    return hotline.ring().press("10")


def parties(call: Ringing) -> dict[str, tuple[str, str]]:
    """Whisper and status addresses by number, as the provider reads them."""
    found = re.findall(r'<Number url="([^"]+)"[^>]*statusCallback="([^"]+)"[^>]*>([^<]+)</Number>', call.text)
    return {
        number: (unescape(whisper).partition("#")[0], unescape(status).partition("#")[0])
        for whisper, status, number in found
    }


def leg(number: str, **more: str) -> dict[str, str]:
    """What every webhook of a helper's leg says."""
    always = {
        "CallSid": "CA" + number[-4:] * 8,
        "AccountSid": "AC" + "0" * 32,
        "From": LINE_NUMBER,
        "To": number,
    }
    return {**always, "CallStatus": "in-progress", "ApiVersion": "2010-04-01", **more}


def says(call: Ringing, reply: Any) -> list[str]:
    """The prompts of a reply."""
    known = clips_of(call.hotline)
    return [known[sha][0] for sha in re.findall(r"/media/([0-9a-f]{64})\.wav", reply.get_data(as_text=True))]


def rows(call: Ringing, table: Any) -> list[Any]:
    with call.hotline.wiring.database.connect() as connection:
        return list(connection.execute(select(table)))


def test_all_are_rung_in_one_dial_and_no_number_is_kept(rung: Ringing) -> None:
    """Three numbers in one reply, each with a whisper of its own; what is stored of the reply names the vault alone."""
    assert set(parties(rung)) == {JOSEPH, LEILA, HALIMA}
    assert f'callerId="{LINE_NUMBER}"' in rung.text
    assert 'timeout="30"' in rung.text
    with rung.hotline.wiring.database.connect() as connection:
        (kept,) = connection.exec_driver_sql("SELECT reply FROM live_calls").scalars()
    assert JOSEPH not in kept
    assert "vault:" in kept
    assert JOSEPH not in str(rows(rung, crisis_calls))


def test_the_offer_names_the_language_and_the_key(rung: Ringing) -> None:
    """Somebody needs help now, in English; to talk with this person, press 1."""
    whisper, _ = parties(rung)[JOSEPH]
    reply = rung.hotline.post(whisper, leg(JOSEPH))
    assert says(rung, reply) == ["crisis_offer", "speaks_en", "crisis_take", "press_1"]


def test_the_second_to_press_hears_that_it_is_taken(rung: Ringing) -> None:
    """Joseph is let in without another word; Leila's key comes later, and so does Halima's hand to her phone."""
    joseph, leila, halima = (parties(rung)[number][0] for number in (JOSEPH, LEILA, HALIMA))
    taken = rung.hotline.post(joseph, leg(JOSEPH, Digits="1"))
    assert "<Hangup/>" not in taken.get_data(as_text=True)
    assert says(rung, taken) == []
    for reply in (
        rung.hotline.post(leila, leg(LEILA, Digits="1")),
        rung.hotline.post(halima, leg(HALIMA)),
    ):
        assert says(rung, reply) == ["helper_taken_meanwhile"]
        assert "<Hangup/>" in reply.get_data(as_text=True)


def test_three_keys_in_the_same_moment(rung: Ringing) -> None:
    """All three press at once, each on a thread of the web server: one is let in, two are thanked."""
    numbers = list(parties(rung))

    def press(number: str) -> str:
        reply = rung.hotline.post(parties(rung)[number][0], leg(number, Digits="1"))
        return "out" if "<Hangup/>" in reply.get_data(as_text=True) else "in"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(press, numbers)) == ["in", "out", "out"]
    assert len(rows(rung, attempts)) == len(rows(rung, callbacks)) == 1


def test_she_hung_up_a_moment_before_the_key(rung: Ringing) -> None:
    """Joseph hears that the caller has gone, and that it is nothing he did wrong; he is in no call."""
    whisper, _ = parties(rung)[JOSEPH]
    rung.hang_up()
    for reply in (
        rung.hotline.post(whisper, leg(JOSEPH)),
        rung.hotline.post(whisper, leg(JOSEPH, Digits="1")),
    ):
        assert says(rung, reply) == ["crisis_caller_gone"]
    assert rows(rung, attempts) == []


def test_a_mailbox_is_hung_up_on_without_a_word(rung: Ringing) -> None:
    """No key after the offer: no message is left anywhere, and the caller's wait isn't made longer."""
    whisper, _ = parties(rung)[JOSEPH]
    silence = re.findall(
        r"<Redirect[^>]*>([^<]+)<", rung.hotline.post(whisper, leg(JOSEPH)).get_data(as_text=True)
    )
    reply = rung.hotline.post(unescape(silence[0]).partition("#")[0], leg(JOSEPH))
    assert says(rung, reply) == []
    assert "<Hangup/>" in reply.get_data(as_text=True)


def test_the_callers_dial_is_believed_only_with_a_key(rung: Ringing) -> None:
    """The provider says "completed" of a mailbox that picked up: Amina goes on to the emergency number all the same."""
    rung.reply = rung.hotline.post(rung.on_keys, rung.fields(DialCallStatus="completed"))
    assert "nobody_free" in rung.prompts


def test_after_a_talk_she_is_asked_what_she_needs(rung: Ringing) -> None:
    """Joseph pressed the key: when the Dial is over she isn't told that nobody was free, and his outcome is owed."""
    whisper, status = parties(rung)[JOSEPH]
    rung.hotline.post(whisper, leg(JOSEPH, Digits="1"))
    rung.hotline.clock.forward(300)
    rung.reply = rung.hotline.post(rung.on_keys, rung.fields(DialCallStatus="completed"))
    assert "after_crisis" in rung.prompts
    assert rung.hotline.post(status, leg(JOSEPH, CallStatus="completed")).status_code == 204
    assert [row.ending for row in rows(rung, callbacks)] == ["talked"]


def test_let_in_and_not_connected_after_all(rung: Ringing) -> None:
    """Joseph pressed the key, and his line broke before the two were connected: Amina hears the number."""
    whisper, _ = parties(rung)[JOSEPH]
    rung.hotline.post(whisper, leg(JOSEPH, Digits="1"))
    rung.reply = rung.hotline.post(rung.on_keys, rung.fields(DialCallStatus="failed"))
    assert "nobody_free" in rung.prompts


def test_an_address_of_nothing_is_answered_with_silence(hotline: Hotline) -> None:
    """A whisper of a call that nobody knows any more: the leg ends, and nothing breaks."""
    reply = hotline.post(f"/phone/twilio/leg?part=crisis&of={'0' * 64}&step=1", leg(JOSEPH))
    assert reply.status_code == 200
    assert "<Hangup/>" in reply.get_data(as_text=True)


@pytest.mark.parametrize(
    "broken", [OperationalError("", {}, Exception()), VaultOutOfReach()], ids=["roster", "vault"]
)
def test_what_is_broken_costs_the_caller_no_second(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch, broken: Exception
) -> None:
    """The roster can't be read, or no number opened: nobody is rung, and the emergency number comes at once."""

    def breaks(*_: Any, **__: Any) -> Any:
        raise broken

    monkeypatch.setattr(Helpers, "crisis_free", breaks)
    assert "nobody_free" in hotline.ring().press("10").prompts


def test_the_database_is_gone_when_she_presses_zero(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be read or written: she hears the emergency screen, with the number in it, at once."""
    call = hotline.ring().press("1")
    monkeypatch.setattr(HotDatabase, "connection", out_of_reach)
    call.press("0")
    assert any(
        f"/media/{sha}.wav" in call.text for sha, said in clips_of(hotline).items() if said[0] == "digit_1"
    )
    assert "<Dial" not in call.text


def test_the_database_is_gone_when_a_helper_presses_the_key(
    rung: Ringing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is let in whose talk couldn't be noted: the provider is asked again, and then Joseph has it."""
    whisper, _ = parties(rung)[JOSEPH]
    with monkeypatch.context() as broken:
        broken.setattr(CrisisTalks, "claim", out_of_reach)
        assert rung.hotline.post(whisper, leg(JOSEPH, Digits="1")).status_code == 503
    assert says(rung, rung.hotline.post(whisper, leg(JOSEPH, Digits="1"))) == []
    assert [row.helper for row in rows(rung, callbacks)] != [""]


def out_of_reach(*_: Any, **__: Any) -> Any:
    raise OperationalError("", {}, Exception())


def test_a_helper_whose_number_is_gone_is_left_out(rung: Ringing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leila's number can't be opened: the others ring, and no empty place is dialled. Without any, nobody is."""
    monkeypatch.setattr(crisis, "MOST_RUNG", 2)
    opened: list[str] = []
    real = Vault.open

    def opens(vault: Vault, connection: Any, entry: str, now: float) -> Any:
        opened.append(entry)
        if opened[0] == entry:
            raise crisis.NumberShredded(entry)
        return real(vault, connection, entry, now)

    monkeypatch.setattr(Vault, "open", opens)
    again = rung.hotline.ring("+12025550148").press("10")
    assert len(parties(again)) == 2


def test_ten_are_rung_and_those_who_speak_her_language_are_among_them(
    hotline: Hotline,
) -> None:
    """Twelve are free, and the twelfth alone speaks Swahili: hers is the phone that rings. For English, ten ring."""
    house = CallingBack(hotline, cast(PhoneNetwork, None))
    for n in range(12):
        person = house.employ(f"Helper{n}", f"+120255501{70 + n}", languages=("sw",) if n == 11 else ("en",))
        with hotline.wiring.database.begin() as connection:
            hotline.wiring.people.helpers.train(connection, COMMAND_LINE, person, True, hotline.clock.now)
    assert list(parties(hotline.ring().press("40"))) == ["+12025550181"]
    assert len(parties(hotline.ring("+12025550148").press("10"))) == 10


def test_a_withheld_number_leaves_no_number(rung: Ringing) -> None:
    """Her phone shows none: what is stored says so, and names no entry."""
    again = rung.hotline.ring("anonymous").press("10")
    assert [row.number_id for row in rows(again, crisis_calls) if row.number_id is None] == [None]
    assert AMINA not in str(rows(again, crisis_calls))
