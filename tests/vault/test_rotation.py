"""Rotating the master key: while calls go on, killed half-way, twice at once; the old key is worth nothing then."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.vault.errors import MasterKeyMissing, MasterKeyRetired, RotationUnderWay, VaultOutOfReach
from ivr.vault.key_engine import one_rotation_at_a_time
from ivr.vault.key_store import Wrapped
from ivr.vault.master_keys import MasterKeys, add_new_key, remove_keys
from ivr.vault.number import PhoneNumber
from ivr.vault.rotation import Rotated, rotate
from tests.vault.rig import AMINA, JOSEPH, LINE, NOON, Rig


def keep_many(rig: Rig, count: int) -> dict[str, PhoneNumber]:
    numbers = [PhoneNumber(f"+120255501{place:02}") for place in range(count)]
    return {rig.keep(number): number for number in numbers}


def rotated(rig: Rig, batch: int = 3) -> Rotated:
    return rotate(rig.vault.key_store, rig.vault.master, batch)


def counts(rig: Rig) -> dict[str, int]:
    with rig.vault.key_store.reading() as keys:
        return keys.count_by_master()


def test_everything_is_wrapped_by_the_new_key(rig: Rig) -> None:
    """After a rotation every number opens with the new master key alone, and the old one is out of the file."""
    kept = keep_many(rig, 7)
    old = rig.vault.master.ring().current.id
    new = add_new_key(rig.master_file)
    assert rotated(rig) == Rotated(new, 8, 0, (old,), ())
    assert counts(rig) == {new: 8}
    assert list(rig.vault.master.ring().by_id) == [new]
    assert {entry: rig.open(entry) for entry in kept} == kept
    assert rig.recognise(AMINA) is None
    assert rig.keep(PhoneNumber("+12025550100")) in kept


def test_a_rotation_without_a_new_key_changes_nothing(rig: Rig) -> None:
    """Rotating twice does it once."""
    rig.keep()
    current = rig.vault.master.ring().current.id
    assert rotated(rig) == Rotated(current, 0, 0, (), ())
    assert counts(rig) == {current: 2}


def test_nothing_can_be_wrapped_with_a_retired_key(rig: Rig) -> None:
    """A process that has slept through a rotation can't seal anything with the old key, and opens nothing wrongly."""
    entry = rig.keep()
    asleep = rig.another()
    stale = asleep.master.ring()
    add_new_key(rig.master_file)
    rotated(rig)
    asleep.master.ring = lambda: stale  # type: ignore[method-assign]
    with pytest.raises(MasterKeyRetired):
        asleep.keep(JOSEPH, kind="caller", line_id=LINE, now=NOON)
    with rig.database.connect() as connection, pytest.raises(MasterKeyMissing):
        asleep.open(connection, entry, NOON)
    assert not asleep.can_keep()
    with rig.vault.key_store.writing() as keys, pytest.raises(MasterKeyRetired):
        keys.rewrap_row_key(Wrapped(entry, stale.current.id, b""))
    assert rig.open(entry) == AMINA


def test_an_old_key_put_first_again_is_refused(rig: Rig) -> None:
    """Somebody restores the old master key file after a rotation: nothing new is sealed with it."""
    before = rig.master_file.read_bytes()
    rig.keep()
    add_new_key(rig.master_file)
    rotated(rig)
    rig.master_file.write_bytes(before)
    with pytest.raises(VaultOutOfReach):
        rig.keep(JOSEPH)
    with pytest.raises(MasterKeyRetired):
        rotated(rig)


def test_a_turn_that_meets_a_rotation_uses_the_new_key(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation comes between reading the key file and sealing: the turn reads it again, and the caller is noted."""
    rig.keep(JOSEPH)
    stale = rig.vault.master.ring()
    add_new_key(rig.master_file)
    rotated(rig)
    rings = iter([stale, rig.vault.master.ring()])
    monkeypatch.setattr(rig.vault.master, "ring", lambda: next(rings))
    kept = rig.vault.keep(AMINA, kind="caller", line_id=LINE, now=NOON)
    monkeypatch.undo()
    rig.store(kept)
    assert rig.open(kept.id) == AMINA
    assert stale.current.id not in counts(rig)


def test_two_rotations_at_once(rig: Rig) -> None:
    """Two people rotate at the same moment: one does it, the other is told that it is being done."""
    kept = keep_many(rig, 12)
    add_new_key(rig.master_file)
    together = threading.Barrier(2)

    def run() -> str:
        vault = rig.another()
        together.wait()
        try:
            rotate(vault.key_store, vault.master, 2)
        except RotationUnderWay:
            return "under way"
        return "done"

    with ThreadPoolExecutor(2) as threads:
        said = sorted(threads.map(lambda _: run(), range(2)))
    assert said in (["done", "under way"], ["done", "done"])
    assert {entry: rig.open(entry) for entry in kept} == kept
    assert len(counts(rig)) == 1


def test_a_second_rotation_is_told_that_one_is_under_way(rig: Rig) -> None:
    """While a rotation is at work another doesn't start; when it is over, it does."""
    with one_rotation_at_a_time(rig.vault.key_store.engine):
        second = rig.another()
        with pytest.raises(RotationUnderWay):
            rotate(second.key_store, second.master)
    assert rotate(second.key_store, second.master).left == 0


def test_calls_go_on_during_a_rotation(rig: Rig) -> None:
    """While every key is wrapped anew, callers are noted and numbers are opened, and nothing is lost."""
    kept = keep_many(rig, 30)
    add_new_key(rig.master_file)
    over = threading.Event()

    def calls() -> dict[str, PhoneNumber]:
        vault, made, place = rig.another(), {}, 0
        while not over.is_set() and place < 60:
            number = PhoneNumber("+1203" + f"55501{place:02}")
            new = vault.keep(number, kind="caller", line_id=LINE, now=NOON)
            rig.store(new)
            made[new.id] = number
            for entry in list(kept)[:3]:
                with rig.database.connect() as connection:
                    assert vault.open(connection, entry, NOON) == kept[entry]
            place += 1
        return made

    with ThreadPoolExecutor(1) as thread:
        calling = thread.submit(calls)
        rotated(rig, 1)
        over.set()
        made = calling.result(timeout=60)
    everything = kept | made
    assert {entry: rig.open(entry) for entry in everything} == everything
    assert list(counts(rig)) == [rig.vault.master.ring().current.id]


KILLED_HALF_WAY = """
import os, signal, sys
from pathlib import Path
from ivr.store.engine import open_database
from ivr.vault import rotation
from tests.vault.rig import Rig
rig = Rig(open_database(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
wrap, left = rotation.sealing.wrap, [5]
def count(*given):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return wrap(*given)
rotation.sealing.wrap = count
rotation.rotate(rig.vault.key_store, rig.vault.master, 2)
"""


def test_a_rotation_that_was_killed_goes_on_when_run_again(rig: Rig) -> None:
    """Killed half-way, it leaves everything readable; run again it finishes, and only then the old key goes."""
    kept = keep_many(rig, 9)
    old = rig.vault.master.ring().current.id
    new = add_new_key(rig.master_file)
    root = Path(__file__).parents[2]
    url = rig.database.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED_HALF_WAY, url, rig.key_store_url, str(rig.folder)],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=root,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert set(counts(rig)) == {old, new}
    assert set(rig.vault.master.ring().by_id) == {old, new}
    assert {entry: rig.open(entry) for entry in kept} == kept
    assert rotated(rig).removed == (old,)
    assert counts(rig) == {new: 10}
    assert {entry: rig.open(entry) for entry in kept} == kept


def test_a_key_that_still_wraps_something_stays_in_the_file(rig: Rig) -> None:
    """What a rotation can't unwrap is counted and left alone; no master key goes that might open it."""
    rig.keep(JOSEPH)
    first = rig.vault.master.ring().current.id
    text = rig.master_file.read_text()
    second = add_new_key(rig.master_file)
    rig.keep(AMINA)
    remove_keys(rig.master_file, {first})
    third = add_new_key(rig.master_file)
    done = rotated(rig)
    assert (done.to, done.left, done.removed) == (third, 2, (second,))
    rig.master_file.write_text(rig.master_file.read_text() + text)
    assert rotated(rig) == Rotated(third, 2, 0, (first,), ())


def test_keys_of_the_environment_are_left_to_the_operator(rig: Rig) -> None:
    """Where the keys stand in the environment, it is said which may be taken out."""
    rig.keep()
    old = rig.vault.master.ring().current
    new = os.urandom(32).hex()
    master = MasterKeys(None, new, old.key.hex())
    done = rotate(rig.vault.key_store, master)
    assert (done.removed, done.to_remove) == ((), (old.id,))
