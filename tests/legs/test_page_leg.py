"""What a supervisor hears who is paged, webhook by webhook, on both databases."""

from __future__ import annotations

import re
from html import unescape
from typing import Any, cast

import pytest
from sqlalchemy import insert, select, update

from ivr.audit.log import COMMAND_LINE
from ivr.callbacks.own_legs import leg_of
from ivr.people.roles import Role
from ivr.store.callback_tables import callbacks, pages, risk_cases
from tests.calling_back import CallingBack, clips_of
from tests.hotline import LINE_NUMBER, Hotline
from tests.network import PhoneNetwork

DANIEL, GRACE = "+12025550161", "+12025550162"


@pytest.fixture
def paged(hotline: Hotline) -> CallingBack:
    """Amina has asked for a call in a crisis, and Daniel's phone rings for it."""
    house = CallingBack(hotline, cast(PhoneNetwork, None))
    wiring = hotline.wiring
    for name, number in (("Daniel", DANIEL), ("Grace", GRACE)):
        person = house.employ(name, number, roles=(Role.SUPERVISOR,))
        with wiring.database.begin() as connection:
            wiring.people.helpers.choose(connection, person, "off", house.now)
            wiring.people.helpers.train(connection, COMMAND_LINE, person, True, house.now)
    call = hotline.ring().press("10")
    while "<Redirect" in call.text:
        call.wait()
    call.hang_up()
    ring(house, DANIEL)
    return house


def page_of(house: CallingBack) -> Any:
    with house.hotline.wiring.database.connect() as connection:
        return connection.execute(select(pages)).one()


def ring(house: CallingBack, number: str) -> None:
    """The worker has asked the provider to ring this supervisor."""
    with house.hotline.wiring.database.begin() as connection:
        connection.execute(update(pages).values(ringing=house.helpers[number], tries=1, leg=""))


def hears(house: CallingBack, number: str, to: str = "", **more: str) -> tuple[list[str], str]:
    """What is said to whoever holds this phone, and where silence would go."""
    of = leg_of(page_of(house).id, house.helpers[number])
    fields = {
        "CallSid": "CA" + number[-4:] * 8, "AccountSid": "AC" + "0" * 32, "From": LINE_NUMBER, "To": number,
        "CallStatus": "in-progress", "ApiVersion": "2010-04-01", **more,
    }  # fmt: skip
    url = to or f"/phone/twilio/leg?part=page&of={of}&step="
    text = house.hotline.post(url.partition("#")[0], fields).get_data(as_text=True)
    known = clips_of(house.hotline)
    said = [known[sha][0] for sha in re.findall(r"/media/([0-9a-f]{64})\.wav", text)]
    silence = re.findall(r"<Redirect[^>]*>([^<]+)<", text)
    return said, unescape(silence[0]) if silence else ""


def test_the_page_says_what_it_is_about_and_the_key(paged: CallingBack) -> None:
    """A caller in crisis has reached nobody; to take this on, press 1."""
    assert hears(paged, DANIEL)[0] == ["page_hello", "page_take", "press_1"]


def test_it_is_said_twice_and_then_the_next_phone_rings(paged: CallingBack) -> None:
    """Daniel is half asleep: he hears it once more, then goodbye; nothing is accepted."""
    _, silence = hears(paged, DANIEL)
    again, silence = hears(paged, DANIEL, silence)
    assert again == ["page_hello", "page_take", "press_1"]
    assert hears(paged, DANIEL, silence)[0] == ["helper_goodbye"]
    assert page_of(paged).accepted_by == ""


def test_one_key_and_the_caller_is_rung(paged: CallingBack) -> None:
    """Daniel presses 1: the reply to that same key rings Amina. Asked for again by the provider, it is the same."""
    for _ in range(2):
        assert hears(paged, DANIEL, Digits="1")[0] == ["helper_connecting"]
    assert page_of(paged).accepted_by == paged.helpers[DANIEL]
    assert page_of(paged).ringing == ""


def test_who_accepts_and_cannot_call_hears_so(paged: CallingBack) -> None:
    """Amina speaks Swahili and Daniel doesn't: he has taken it on, and hears that nobody has called her yet."""
    with paged.hotline.wiring.database.begin() as connection:
        connection.execute(update(callbacks).values(language="sw"))
    assert hears(paged, DANIEL, Digits="1")[0] == ["page_not_called"]
    assert page_of(paged).accepted_by == paged.helpers[DANIEL]


def test_grace_is_faster_on_the_web(paged: CallingBack) -> None:
    """Daniel picks up, and presses his key, when Grace has it: he hears that it is taken."""
    paged.hotline.wiring.crisis.pages.accept(page_of(paged).id, paged.helpers[GRACE], paged.now)
    assert hears(paged, DANIEL)[0] == ["helper_taken_meanwhile"]
    assert hears(paged, DANIEL, Digits="1")[0] == ["helper_taken_meanwhile"]
    assert page_of(paged).accepted_by == paged.helpers[GRACE]


def test_accepted_on_the_web_the_ringing_phone_leads_to_her(paged: CallingBack) -> None:
    """Daniel presses "I take it" while his phone rings: he picks up, presses 1, and Amina's phone rings. Whichever
    comes first, the button or the key: it is his, and he is told so."""
    service, page = paged.hotline.wiring.crisis.pages, page_of(paged)
    assert service.accept(page.id, paged.helpers[DANIEL], paged.now).rings
    assert hears(paged, DANIEL)[0] == ["page_hello", "page_take", "press_1"]
    assert hears(paged, GRACE)[0] == ["helper_taken_meanwhile"]
    assert hears(paged, DANIEL, Digits="1")[0] == ["helper_connecting"]
    assert service.accept(page.id, paged.helpers[DANIEL], paged.now).attempt


def test_another_key_accepts_nothing(paged: CallingBack) -> None:
    """Daniel presses two: goodbye, and the next supervisor is looked for."""
    assert hears(paged, DANIEL, Digits="2")[0] == ["helper_goodbye"]
    assert page_of(paged).accepted_by == ""


def test_a_life_at_risk_has_words_of_its_own(paged: CallingBack) -> None:
    """A page about a case says so; its key makes Daniel the one who sees it through, and rings nobody."""
    wiring = paged.hotline.wiring
    with wiring.database.begin() as connection:
        page = connection.execute(select(pages)).one()
        case = {"id": "f" * 32, "line_id": page.line_id, "number_id": None, "language": "en", "risk": "high"}
        times = {"helper_id": "e" * 32, "opened_at": paged.now, "due_at": paged.now + 3600, "accepted_by": ""}
        connection.execute(insert(risk_cases).values(**case, **times))
        connection.execute(update(pages).values(id=case["id"], about=case["id"], kind="risk"))
    assert hears(paged, DANIEL)[0] == ["page_risk", "page_take", "press_1"]
    assert hears(paged, DANIEL, Digits="1")[0] == ["page_noted"]
    with wiring.database.connect() as connection:
        assert connection.execute(select(risk_cases)).one().accepted_by == paged.helpers[DANIEL]


def test_the_end_of_the_leg_makes_room_for_the_next(paged: CallingBack) -> None:
    """Daniel's phone wasn't picked up: nobody is rung now, and Grace a moment later."""
    of = leg_of(page_of(paged).id, paged.helpers[DANIEL])
    hears(paged, DANIEL, f"/phone/twilio/leg-status?part=page&of={of}", CallStatus="no-answer")
    assert (page_of(paged).ringing, page_of(paged).next_at) == ("", paged.now + 5)
