"""The process is killed between the end of the transaction and the reply: the repetition finds what was done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from ivr.store import hot
from ivr.store.hot import Addition, Prepared, Values
from ivr.store.libpq import PostgresConnection
from tests.calls.what_is_kept import all_rows, call_ids, forget_wishes, is_live, kept_of_call, wishes
from tests.hotline import Hotline


class Killed(BaseException):
    """Stands for the moment in which the process is gone: nothing in the house may catch it."""


@contextmanager
def killed_after_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The next group of writes is written, and then nothing more happens."""

    def dying(kind: type[hot.HotConnection]) -> None:
        write = kind.write

        def write_and_die(
            self: hot.HotConnection, guard: Prepared, values: Values, additions: Sequence[Addition]
        ) -> bool:
            write(self, guard, values, additions)
            raise Killed

        monkeypatch.setattr(kind, "write", write_and_die)

    with monkeypatch.context() as context:
        monkeypatch = context
        for kind in hot.HotConnection.__subclasses__():
            dying(kind)
        with pytest.raises(Killed):
            yield


def test_killed_while_a_call_begins(on_air: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first webhook is taken down, its reply is lost: sent again it gets the first screen, and one call is live."""
    call = on_air.ring()
    fields = {**call.fields(), "CallSid": "CA" + "ab" * 16}
    with killed_after_commit(monkeypatch):
        on_air.post("/phone/twilio/voice", fields)
    rows = all_rows(on_air)
    answer = on_air.post("/phone/twilio/voice", fields)
    assert "turn?turn=1" in answer.text
    assert answer.text.count("<Play>") == call.text.count("<Play>")
    assert all_rows(on_air) == rows
    on_air.post("/phone/twilio/status", {**fields, "CallStatus": "completed"})
    call.hang_up()


def test_killed_in_the_turn_that_wishes_for_a_callback(
    on_air: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wish is kept, the reply is lost: the repetition says that it is noted, and there is one wish, not two."""
    forget_wishes(on_air)
    call = on_air.ring().press("111122")
    target, fields = call.on_keys, call.fields(Digits="2")
    with killed_after_commit(monkeypatch):
        on_air.post(target, fields)
    assert wishes(on_air) == 1
    kept = kept_of_call(on_air, call.id)
    call.reply = on_air.post(target, fields)
    assert call.prompts[0] == "callback_noted"
    assert wishes(on_air) == 1
    assert kept_of_call(on_air, call.id) == kept
    call.hang_up()


def test_killed_while_a_call_ends(on_air: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end is kept, the answer is lost: told again it is 204, and the call is kept once."""
    call = on_air.ring().press("1")
    before = call_ids(on_air)
    with killed_after_commit(monkeypatch):
        call.hang_up()
    rows = all_rows(on_air)
    assert call.hang_up().status_code == 204
    assert all_rows(on_air) == rows
    assert len(call_ids(on_air) - before) == 1


def test_killed_before_the_end_of_the_transaction(on_air: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before anything is kept, nothing is: the repetition does it, once."""
    forget_wishes(on_air)
    call = on_air.ring().press("111122")
    target, fields = call.on_keys, call.fields(Digits="2")
    rows = all_rows(on_air)
    execute = hot._execute
    with monkeypatch.context() as context:

        def die(driver: object, statement: Prepared, values: Values) -> object:
            if "INSERT" in statement.text:
                raise Killed
            return execute(driver, statement, values)

        context.setattr(hot, "_execute", die)
        context.setattr(PostgresConnection, "write", _die)
        with pytest.raises(Killed):
            on_air.post(target, fields)
    assert all_rows(on_air) == rows
    call.reply = on_air.post(target, fields)
    assert call.prompts[0] == "callback_noted"
    assert wishes(on_air) == 1
    call.hang_up()
    assert not is_live(on_air, call.id)


def _die(*_: object) -> bool:
    raise Killed
