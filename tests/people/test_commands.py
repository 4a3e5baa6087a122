"""`warmline people` and `warmline audit`, as an operator types them; they need no web process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE
from ivr.cli import cli
from ivr.people.roles import Role
from ivr.settings import Settings
from ivr.store.engine import reading
from ivr.store.migrate import migrate
from ivr.vault.upkeep import note_end_of_audit_log
from ivr.wiring import Wiring, wire
from tests.hotline import PUBLIC_URL, settings_for
from tests.serving import environment_of

PASSWORD = "tulip over nine lamps"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Settings of a hotline whose tables and key store are there."""
    (tmp_path / "data").mkdir()
    found = settings_for(tmp_path / "data", database_url)
    made = wire(found)
    migrate(made.database)
    made.vault.key_store.prepare()
    made.database.dispose()
    return found


@pytest.fixture
def wiring(settings: Settings) -> Iterator[Wiring]:
    """The parts of the same hotline."""
    found = wire(settings)
    yield found
    found.database.dispose()


@pytest.fixture
def warmline(settings: Settings) -> Run:
    """Runs `warmline`; gives its exit code and all it said."""

    def run(*words: str, typed: str = "") -> tuple[int, str]:
        done = CliRunner(env=environment_of(settings)).invoke(cli, words, input=typed)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def joined(wiring: Wiring, said: str) -> str:
    """Uses the link that a command has printed; returns the person's id."""
    link = re.search(rf"{re.escape(PUBLIC_URL)}/invitation/(\S+)", said)
    assert link, said
    return wiring.people.accounts.join(link[1], PASSWORD, wiring.clock()).id


def test_the_first_admin_comes_from_the_command_line(warmline: Run, wiring: Wiring) -> None:
    """An operator adds the first admin, who joins with the printed link; then the list and the log tell of it."""
    code, said = warmline("people", "list")
    assert code == 0
    assert "warmline people add" in said
    code, said = warmline(
        "people", "add", "Daniel", "--sign-in-name", "Daniel", "--role", "admin", "--role", "staff"
    )
    assert code == 0
    person_id = joined(wiring, said)
    assert wiring.people.accounts.person(person_id).roles == {Role.ADMIN, Role.STAFF}
    _, said = warmline("people", "list")
    assert said.strip() == "Daniel  daniel  (active; admin, staff; without codes)"
    code, said = warmline("audit", "show")
    assert code == 0
    assert [line.split("  ")[2:4] for line in said.splitlines()] == [
        ["command line", "person invited"],
        ["Daniel", "invitation used"],
    ]


def test_an_operator_helps_with_a_lost_password_a_lock_and_a_role(warmline: Run, wiring: Wiring) -> None:
    """A new link, an unlocking, other roles and a closing are each one command."""
    for name in ("daniel", "leila"):
        joined(wiring, warmline("people", "add", name.title(), "--sign-in-name", name, "--role", "admin")[1])
    code, said = warmline("people", "invite", "leila", "--codes-off")
    assert code == 0
    leila = joined(wiring, said)
    assert warmline("people", "unlock", "LEILA") == (0, "Leila can sign in again at once.\n")
    assert warmline("people", "roles", "leila", "--role", "helper") == (0, "Leila is now: helper.\n")
    assert wiring.people.accounts.person(leila).roles == {Role.HELPER}
    code, said = warmline("people", "close", "leila", typed="y\n")
    assert code == 0
    assert wiring.people.accounts.person(leila).state == "closed"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "Daniel", "--sign-in-name", "daniel", "--role", "staff"), "signs in with this name already"),
        (("add", "X", "--sign-in-name", "two words", "--role", "staff"), "can't be used"),
        (("add", "X", "--sign-in-name", "xavier", "--role", "boss"), "'boss' is not one of"),
        (("roles", "daniel", "--role", "staff"), "the only admin"),
        (("close", "daniel", "--yes"), "the only admin"),
        (("unlock", "nobody"), "Nobody signs in with this name"),
        (("invite", "nobody"), "Nobody signs in with this name"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    warmline: Run, wiring: Wiring, words: tuple[str, ...], said: str
) -> None:
    """A refusal says what is in the way, and changes nothing."""
    joined(wiring, warmline("people", "add", "Daniel", "--sign-in-name", "daniel", "--role", "admin")[1])
    before = wiring.people.accounts.everybody()
    code, told = warmline("people", *words)
    assert code != 0
    assert said in told
    assert wiring.people.accounts.everybody() == before


def deeds(wiring: Wiring, count: int) -> None:
    for _ in range(count):
        with wiring.database.begin() as connection:
            wiring.audit.append(connection, at=wiring.clock(), who=COMMAND_LINE, deed=Deed.UNLOCKED)


def truncate(database: Engine, seq: int) -> None:
    """What somebody does who takes away the newest rows and sets the head back."""
    first = "ALTER TABLE audit_rows DISABLE TRIGGER ALL"
    if database.dialect.name == "sqlite":
        first = "DROP TRIGGER IF EXISTS audit_rows_no_DELETE"
    with database.begin() as connection:
        connection.execute(text(first))
        connection.execute(text(f"DELETE FROM audit_rows WHERE seq > {seq}"))
        connection.execute(
            text(
                "UPDATE audit_chain_head SET seq = :seq, "
                "chained = (SELECT chained FROM audit_rows WHERE seq = :seq)"
            ),
            {"seq": seq},
        )


def test_an_operator_sees_whether_the_log_was_touched(warmline: Run, wiring: Wiring) -> None:
    """`warmline audit verify` says that all is as it was written, and prints the line to be noted; with that line, rows
    that are taken away later are noticed, with the number of the first and an exit code of 1."""
    deeds(wiring, 5)
    code, said = warmline("audit", "verify")
    assert code == 0
    assert "5 rows" in said
    noted = re.search(r"--expect (5:[0-9a-f]{64})", said)
    assert noted
    deeds(wiring, 1)
    assert warmline("audit", "verify", "--expect", noted[1])[0] == 0
    truncate(wiring.database, 3)
    assert warmline("audit", "verify")[0] == 0
    code, said = warmline("audit", "verify", "--expect", noted[1])
    assert code == 1
    assert "row 4" in said
    code, said = warmline("audit", "verify", "--expect", "five")
    assert code == 2
    assert "isn't a head" in said


def test_the_key_stores_note_tells_without_anybody_having_noted_anything(
    warmline: Run, wiring: Wiring
) -> None:
    """The hourly upkeep notes the log's end in the key store, which whoever has the database alone can't change: rows
    taken away are noticed, also after others were written in their place, and the upkeep never notes the forged end."""
    deeds(wiring, 5)
    note_end_of_audit_log(wiring.database, wiring.vault)
    assert warmline("audit", "verify")[0] == 0
    truncate(wiring.database, 3)
    code, said = warmline("audit", "verify")
    assert (code, "row 4" in said) == (1, True)
    deeds(wiring, 4)
    note_end_of_audit_log(wiring.database, wiring.vault)
    code, said = warmline("audit", "verify")
    assert (code, "row 5" in said) == (1, True)
    with reading(wiring.database) as connection:
        assert wiring.audit.verify(connection).broken_at is None


def test_a_key_store_that_is_gone_is_said(warmline: Run, wiring: Wiring, settings: Settings) -> None:
    """Without the key store the log is looked through all the same, and that its note is missing is said."""
    deeds(wiring, 2)
    Path(settings.key_store.removeprefix("sqlite:///")).unlink()
    code, said = warmline("audit", "verify")
    assert code == 0
    assert "key store doesn't answer" in said
    assert "2 rows" in said


def test_a_database_that_was_restored_can_be_said_to_be(warmline: Run, wiring: Wiring) -> None:
    """Daniel brings back yesterday's backup, and rows are written since. He says so with a reason: it stays in the log,
    the log verifies again, and from then on rows that are taken away are noticed as ever."""
    deeds(wiring, 8)
    note_end_of_audit_log(wiring.database, wiring.vault)
    truncate(wiring.database, 5)
    deeds(wiring, 1)
    code, said = warmline("audit", "verify")
    assert (code, "warmline audit restored" in said) == (1, True)
    assert warmline("audit", "restored")[0] == 2
    assert warmline("audit", "restored", "--reason", " ")[0] == 2
    code, said = warmline("audit", "restored", "--reason", "The disk broke; backup of Sunday.")
    assert (code, "row 7" in said) == (0, True)
    assert "backup of Sunday" in warmline("audit", "show")[1]
    assert warmline("audit", "verify")[0] == 0
    note_end_of_audit_log(wiring.database, wiring.vault)
    truncate(wiring.database, 6)
    assert warmline("audit", "verify")[0] == 1


def test_restoring_explains_nothing_else(warmline: Run, wiring: Wiring) -> None:
    """Where no row is missing there is nothing to say; a row that was changed stays one, whoever says what."""
    deeds(wiring, 5)
    note_end_of_audit_log(wiring.database, wiring.vault)
    code, said = warmline("audit", "restored", "--reason", "Only to try it.")
    assert (code, "Nothing was changed" in said) == (1, True)
    truncate(wiring.database, 4)
    with wiring.database.begin() as connection:
        if wiring.database.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER audit_rows_no_UPDATE"))
        connection.execute(text("UPDATE audit_rows SET who = 'warmline' WHERE seq = 2"))
    code, said = warmline("audit", "restored", "--reason", "The disk broke.")
    assert code == 1
    assert "Row 2 isn't as it was written" in said
    assert warmline("audit", "verify")[0] == 1


def test_without_the_key_store_nothing_is_said_to_be_restored(
    warmline: Run, wiring: Wiring, settings: Settings
) -> None:
    """While the key store is away its note can't be moved, so no row says that it was."""
    deeds(wiring, 2)
    Path(settings.key_store.removeprefix("sqlite:///")).unlink()
    code, said = warmline("audit", "restored", "--reason", "The disk broke.")
    assert (code, "key store doesn't answer" in said) == (1, True)
    assert "log restored" not in warmline("audit", "show")[1]
