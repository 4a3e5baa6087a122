"""Whether somebody may help is asked in the moment in which they press the key, and not when their phone was rung."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from ivr.audit.log import COMMAND_LINE
from ivr.people.roles import Role
from ivr.store.callback_tables import attempts
from tests.calling_back import CallingBack, calling_back, clips_of
from tests.hotline import ACCOUNT, LINE_NUMBER

JOSEPH = "+12025550170"
Leaving = Callable[[CallingBack, str], None]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[CallingBack]:
    """A hotline with an admin, where Joseph is on call."""
    with calling_back(tmp_path) as made:
        made.employ("Sara", "+12025550171", roles=(Role.ADMIN,))
        yield made


def is_closed(house: CallingBack, person: str) -> None:
    house.hotline.wiring.people.accounts.close(COMMAND_LINE, person, house.now)


def gets_a_new_link(house: CallingBack, person: str) -> None:
    house.hotline.wiring.people.accounts.invite_again(COMMAND_LINE, person, house.now)


def loses_the_role(house: CallingBack, person: str) -> None:
    house.hotline.wiring.people.accounts.change_roles(COMMAND_LINE, person, [Role.STAFF], house.now)


def loses_the_training(house: CallingBack, person: str) -> None:
    with house.hotline.wiring.database.begin() as connection:
        house.hotline.wiring.people.helpers.train(connection, COMMAND_LINE, person, False, house.now)


@pytest.mark.parametrize(
    ("leaving", "need"),
    [
        (is_closed, "talk"),
        (gets_a_new_link, "talk"),
        (loses_the_role, "talk"),
        (loses_the_training, "crisis"),
    ],
)
def test_who_may_help_no_more_is_connected_with_nobody(
    house: CallingBack, leaving: Leaving, need: str
) -> None:
    """Mallory's phone rings, and before he presses the key his account is closed, a new link is given for it, or his
    role or his training is taken back: he hears that it is taken, no caller is rung, and the caller waits on."""
    wiring = house.hotline.wiring
    mallory = house.employ("Mallory", JOSEPH)
    with wiring.database.begin() as connection:
        wiring.people.helpers.train(connection, COMMAND_LINE, mallory, True, house.now)
    house.wish(need=need)
    wiring.callbacks.dispatcher.dispatch(house.now)
    (attempt,) = house.attempts
    with wiring.database.begin() as connection:
        connection.execute(update(attempts).values(state="live", helper_leg="CA1", asked_at=house.now))
    leaving(house, mallory)
    form = {
        "CallSid": "CA1", "CallStatus": "in-progress", "Digits": "1", "Direction": "outbound-api", "To": JOSEPH,
        "From": LINE_NUMBER, "AccountSid": ACCOUNT,
    }  # fmt: skip
    address = f"/phone/twilio/leg?part=helper&of={attempt.id}&step=1"
    reply = house.hotline.post(address, form).get_data(as_text=True)
    taken = {
        clip for clip, (prompt, _) in clips_of(house.hotline).items() if prompt == "helper_taken_meanwhile"
    }
    assert "<Dial" not in reply
    assert any(clip in reply for clip in taken)
    assert (house.callback.state, house.callback.attempt) == ("waiting", "")


@pytest.mark.parametrize("leaving", [is_closed, gets_a_new_link])
def test_a_talk_ends_with_the_account(house: CallingBack, leaving: Leaving) -> None:
    """Mallory's account is closed, or its owner gets a new link because he has taken it over, while he has a call in
    hand: his leg is hung up at the next sweep, and the caller waits for somebody else."""
    wiring = house.hotline.wiring
    mallory = house.employ("Mallory", JOSEPH)
    house.wish()
    wiring.callbacks.dispatcher.dispatch(house.now)
    leaving(house, mallory)
    assert [row.end_legs_at for row in house.attempts] == [house.now]
    house.sweep(lambda _: None)
    assert [row.state for row in house.attempts] == ["over"]
    assert house.callback.state == "waiting"
