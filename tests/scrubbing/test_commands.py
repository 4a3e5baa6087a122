"""What an operator sees of the deletion: `warmline scrub`, and the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import cli
from ivr.operations.checks.scrubbing import Look, ScrubbingFacts, check_scrubbing
from ivr.operations.facts import scrubbing_facts
from ivr.scrubbing import waiting
from ivr.scrubbing.provider_state import provider_state
from ivr.scrubbing.status import status
from ivr.store.engine import open_database
from tests.hotline import settings_for
from tests.scrubbing.rig import DAY, Rig, rig_on
from tests.serving import environment_of

TODAY = date(2026, 3, 5)


@pytest.fixture(scope="module")
def own_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """A rig on SQLite for the tests of this module."""
    with rig_on(tmp_path_factory.mktemp("commands"), "") as made:
        yield made


@pytest.fixture
def rig(own_rig: Rig) -> Rig:
    """The rig with nothing at the provider and nothing on the list."""
    own_rig.start_afresh()
    return own_rig


def run(rig: Rig, *arguments: str) -> Result:
    """Runs a command as an operator would."""
    return CliRunner().invoke(cli, arguments, env=environment_of(rig.hotline.wiring.settings))


def test_a_call_that_never_ends_is_shown_to_everybody(rig: Rig) -> None:
    """The provider says for days that a call is under way: the operator's list, the doctor and the panel say so."""
    database, clock = rig.hotline.wiring.database, rig.hotline.clock
    rig.ring().hang_up()
    rig.scrub_later()
    with database.connect() as connection:
        assert status(connection, clock.now).troubles == {}
        assert provider_state(connection, clock.now).late == 0
    clock.forward(DAY)
    rig.scrub_later()
    with database.connect() as connection:
        found = status(connection, clock.now)
        assert provider_state(connection, clock.now).late == 1
    assert (found.overdue, found.troubles, found.reasons) == (0, {"stuck": 1}, {"stuck": 1})
    facts = scrubbing_facts(database, clock.now)
    assert facts is not None
    (finding,) = check_scrubbing(facts)
    assert "for more than a day the provider has said" in finding.found


def test_a_list_without_anything_says_so(rig: Rig) -> None:
    """With nothing waiting and nothing looked through yet, the operator is told both."""
    said = run(rig, "scrub", "status").output
    assert "No call waits" in said
    assert "No provider has been looked through yet" in said


def test_what_waits_and_why_is_shown(rig: Rig) -> None:
    """One call waits for its time and one can't be deleted for the token: both are counted, one is marked."""
    rig.hang_up(rig.ring())
    rig.provider.refuse(401, 20003, times=10)
    rig.scrub_later()
    rig.hang_up(rig.ring())
    said = run(rig, "scrub", "status").output
    assert "2 waiting" in said
    assert "!     1  the provider doesn't accept the account and the token that are set" in said
    assert "      1  waits for its time" in said
    assert "warmline scrub retry" in said
    assert not any(call in said for call in rig.provider.calls)


def test_the_daily_look_can_be_had_now(rig: Rig) -> None:
    """The operator asks the provider at once: what was left is counted, put on the list, and shown afterwards."""
    rig.provider.has_call("completed", began=rig.hotline.clock.now - 2 * DAY)
    result = run(rig, "scrub", "reconcile")
    assert result.exit_code == 0
    assert "1 call records and 0 recordings were left, and were put on the list." in result.output
    said = run(rig, "scrub", "status").output
    assert "1 waiting" in said
    assert "1 call records and 0 recordings were left" in said


def test_a_look_that_fails_is_an_error(rig: Rig) -> None:
    """Where the provider can't be asked, the command says why in words, and its exit status tells a program."""
    rig.provider.refuse(401, 20003)
    result = run(rig, "scrub", "reconcile")
    assert result.exit_code == 1
    assert "it couldn't be asked, because the provider doesn't accept the account" in result.output
    assert "Traceback" not in result.output


def test_what_met_with_trouble_can_be_tried_at_once(rig: Rig) -> None:
    """The token is corrected: one command, and what would have waited an hour is due now."""
    call = rig.ended_call()
    rig.provider.refuse(401, 20003)
    rig.scrub_later()
    assert rig.scrub_later(60) == (0, 0)
    assert "1 will be tried again" in run(rig, "scrub", "retry").output
    rig.hotline.clock.now = max(rig.hotline.clock.now, rig.waiting[0].due_at)
    assert rig.scrub() == (1, 0)
    assert rig.provider.anything_of(call) == []


def findings(facts: ScrubbingFacts) -> list[tuple[str, str]]:
    """Level and text of what the doctor says."""
    return [(finding.level, f"{finding.found} {finding.next_step}") for finding in check_scrubbing(facts)]


def look(on: date = TODAY, calls: int = 0, recordings: int = 0, trouble: str = "") -> Look:
    """A daily look."""
    return Look("twilio", on, calls, recordings, trouble)


def test_the_doctor_is_content_when_nothing_is_left() -> None:
    """Calls that wait for their time are no reason to worry."""
    ((level, said),) = findings(ScrubbingFacts(TODAY, 3, 0, {}, [look()]))
    assert level == "good"
    assert "3 waiting" in said


def test_the_doctor_has_nothing_to_say_of_a_new_hotline() -> None:
    """Before the first day is over nothing has been looked through, and nothing is wrong."""
    assert findings(ScrubbingFacts(TODAY, 0, 0, {}, [])) == []


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (ScrubbingFacts(TODAY, 3, 0, {"the provider refuses (code 20008)": 3}, [look()]), "code 20008"),
        (ScrubbingFacts(TODAY, 9, 4, {}, [look()]), "Is a worker running?"),
        (ScrubbingFacts(TODAY, 0, 0, {}, [look(date(2026, 3, 2))]), "nobody has looked since 2026-03-02"),
        (ScrubbingFacts(TODAY, 0, 0, {}, [look(trouble="the provider doesn't answer")]), "couldn't be asked"),
        (ScrubbingFacts(TODAY, 0, 0, {}, [look(calls=2, recordings=1)]), "2 call records and 1 recordings"),
    ],
)
def test_the_doctor_warns_of_what_needs_somebody(facts: ScrubbingFacts, told: str) -> None:
    """Trouble, workers that are away, a look that is older than two days, or failed, or found something: a warning."""
    ((level, said),) = findings(facts)
    assert level == "warning"
    assert told in said


def test_two_days_are_not_yet_late() -> None:
    """A weekend without the timetable is not reported before the third day."""
    assert [level for level, _ in findings(ScrubbingFacts(TODAY, 0, 0, {}, [look(date(2026, 3, 3))]))] == [
        "good"
    ]


def test_the_doctor_reads_what_the_workers_have_written(rig: Rig) -> None:
    """From a real list and a real look to the doctor's words; where there are no tables he says nothing."""
    rig.ended_call()
    rig.provider.refuse(403, 20008, times=1)
    rig.scrub_later()
    rig.reconcile()
    rig.hotline.clock.forward(3 * DAY)
    facts = scrubbing_facts(rig.hotline.wiring.database, rig.hotline.clock.now)
    assert facts is not None
    said = " ".join(text for _, text in findings(facts))
    assert "code 20008" in said
    assert "an hour ago" in said
    assert "nobody has looked since" in said
    with rig.hotline.wiring.database.begin() as connection:
        connection.execute(waiting.scrubs.delete())


def test_a_database_without_tables_has_no_list(tmp_path: Path) -> None:
    """Before the first migration there is nothing to say about deletions, and nothing breaks."""
    engine = open_database(settings_for(tmp_path).database)
    assert scrubbing_facts(engine, 0.0) is None
    engine.dispose()
