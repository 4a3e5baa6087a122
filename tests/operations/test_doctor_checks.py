"""What the doctor makes of what it finds: pure, so every case can be laid out in a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ivr.operations.checks.address import AddressFacts, check_address, check_proxies
from ivr.operations.checks.audit import AuditFacts, check_audit
from ivr.operations.checks.house import (
    DatabaseFacts,
    LineFacts,
    QueueFacts,
    check_database,
    check_lines,
    check_queue,
)
from ivr.operations.checks.machine import (
    FolderFacts,
    SettingsFacts,
    check_clock,
    check_disk,
    check_folder,
    check_settings,
)
from ivr.operations.checks.provider import AccountFacts, Leads, NumberFacts, check_account, check_number
from ivr.operations.findings import Finding

LINE = "+12025550100"
GB = 1_000_000_000


def levels(findings: list[Finding]) -> list[str]:
    """How bad each finding is."""
    return [finding.level for finding in findings]


def test_every_setting_that_is_wrong_is_a_finding_of_its_own() -> None:
    """Daniel gets the whole list of what to set at once, not one thing after the other."""
    facts = SettingsFacts(["A is not set: set A.", "B is too short."], {})
    findings = check_settings(facts)
    assert levels(findings) == ["problem", "problem"]
    assert (findings[0].found, findings[0].next_step) == ("A is not set", "set A.")
    assert findings[1].next_step


def test_complete_settings_say_which_secrets_are_set() -> None:
    """Of a secret only this is said: it is set, or it isn't."""
    [finding] = check_settings(SettingsFacts([], {"token": True, "shared key": False}))
    assert finding.level == "good"
    assert finding.found == "complete: token set, shared key not set"


@pytest.mark.parametrize(
    ("facts", "level", "said"),
    [
        (FolderFacts("/d", True, True, 0o700, 9 * GB), "good", "closed"),
        (FolderFacts("/d", True, True, 0o750, 9 * GB), "good", "closed"),
        (FolderFacts("/d", True, True, 0o755, 9 * GB), "problem", "open to everybody"),
        (FolderFacts("/d", True, True, 0o701, 9 * GB), "problem", "open to everybody"),
        (FolderFacts("/d", True, False, 0o500, 9 * GB), "problem", "can't be written"),
        (FolderFacts("/d", False, False, 0, None), "problem", "isn't there"),
    ],
)
def test_the_data_folder_must_be_there_writable_and_closed(facts: FolderFacts, level: str, said: str) -> None:
    """A folder that other people on the machine can read would show them what callers did."""
    finding = check_folder(facts)
    assert finding.level == level
    assert said in finding.found


@pytest.mark.parametrize(
    ("free", "level"), [(80 * GB, "good"), (GB, "warning"), (100_000_000, "problem"), (0, "problem")]
)
def test_a_full_disk_is_seen_coming(free: int, level: str) -> None:
    """Daniel hears of a filling disk before the hotline stops."""
    finding = check_disk(FolderFacts("/d", True, True, 0o700, free))
    assert finding is not None
    assert finding.level == level


@pytest.mark.parametrize(
    ("ahead", "level", "said"),
    [
        (0.4, "good", "agrees"),
        (-29.0, "good", "agrees"),
        (45.0, "warning", "45 seconds ahead"),
        (-45.0, "warning", "45 seconds behind"),
        (-4000.0, "problem", "behind"),
    ],
)
def test_a_clock_that_is_off_is_told(ahead: float, level: str, said: str) -> None:
    """A wrong clock opens the hotline at the wrong hours, so it is measured against another."""
    finding = check_clock(ahead, "Twilio's")
    assert finding is not None
    assert finding.level == level
    assert said in finding.found


def test_nothing_is_said_of_what_could_not_be_measured() -> None:
    """Without another clock or a folder there is nothing to compare, and nothing is claimed."""
    assert check_clock(None, "Twilio's") is None
    assert check_disk(FolderFacts("/d", False, False, 0, None)) is None


@pytest.mark.parametrize(
    ("facts", "level", "step"),
    [
        (DatabaseFacts("x", up_to_date=True), "good", ""),
        (DatabaseFacts("x", up_to_date=False), "problem", "warmline migrate"),
        (DatabaseFacts("x", is_made=False), "problem", "warmline migrate"),
        (DatabaseFacts("x", failure="OperationalError"), "problem", "WARMLINE_DATABASE_URL"),
    ],
)
def test_each_state_of_the_database_has_its_next_step(facts: DatabaseFacts, level: str, step: str) -> None:
    """Away, empty or out of date: for each, Daniel is told what to type."""
    finding = check_database(facts)
    assert finding.level == level
    assert step in finding.next_step


def test_a_queue_without_workers_is_a_problem() -> None:
    """A queue that nobody works on looks healthy and does nothing, so the workers are counted too."""
    assert levels(check_queue(QueueFacts("x", workers=2))) == ["good", "good"]
    assert levels(check_queue(QueueFacts("x", workers=0))) == ["good", "problem"]
    assert levels(check_queue(QueueFacts("x", failure="ConnectionError"))) == ["problem"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (LineFacts(LINE, "First", "twilio", "112"), "nothing is published"),
        (LineFacts(LINE, "First", "twilio", "", "r1", clips=3), "no emergency number"),
        (LineFacts(LINE, "First", "twilio", "112", "r1", release_stored=False), "isn't in the database"),
        (LineFacts(LINE, "First", "twilio", "112", "r1", release_readable=False), "r1 can't be read"),
        (
            LineFacts(LINE, "First", "twilio", "112", "r1", clips=9, missing_clips=["breathing (en)"]),
            "1 of 9 clips",
        ),
    ],
)
def test_whatever_would_leave_a_caller_in_silence_is_a_problem(line: LineFacts, said: str) -> None:
    """Nothing published, a clip lost, no number for emergencies: each is found before Amina finds it."""
    problems = [finding for finding in check_lines([line], "/media") if finding.level == "problem"]
    assert any(said in finding.found for finding in problems)


def test_only_the_first_missing_clips_are_named() -> None:
    """With the whole media folder gone, the report stays readable."""
    line = LineFacts(
        LINE, "First", "twilio", "112", "r1", clips=300, missing_clips=[f"c{n}" for n in range(300)]
    )
    [finding] = check_lines([line], "/media")
    assert "c2 …" in finding.found
    assert "c3" not in finding.found


@pytest.mark.parametrize(
    ("unsaid", "said"),
    [
        (["page_not_called (en)"], "1 text is missing in it (page_not_called (en))"),
        ([f"t{n} (en)" for n in range(9)], "9 texts are missing in it (t0 (en), t1 (en), t2 (en) …)"),
    ],
)
def test_a_release_older_than_what_is_said_now_is_a_warning(unsaid: list[str], said: str) -> None:
    """A line that was published before an update goes on working, and somebody is told to publish it again."""
    line = LineFacts(LINE, "First", "twilio", "112", "r1", clips=9, unsaid=unsaid)
    good, older = check_lines([line], "/media")
    assert (good.level, older.level) == ("good", "warning")
    assert said in older.found
    assert "publish the pack again" in older.next_step


def test_a_complete_line_is_good_and_one_of_the_simulator_is_told() -> None:
    """A line that only rings in the browser works, and nobody should take it for a real number."""
    line = LineFacts(LINE, "First", "twilio", "112", "r1", clips=9)
    assert levels(check_lines([line], "/media")) == ["good"]
    assert levels(check_lines([replace(line, provider="simulator")], "/media")) == ["good", "warning"]
    assert levels(check_lines([], "/media")) == ["problem"]


HTTPS = AddressFacts("https://line.example.org", status=200, signed_status=204, unsigned_status=403)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (HTTPS, ["good", "good"]),
        (AddressFacts(""), ["problem"]),
        (replace(HTTPS, failure="nothing answers there"), ["problem"]),
        (replace(HTTPS, status=301), ["problem"]),
        (replace(HTTPS, status=404), ["problem"]),
        (replace(HTTPS, status=503, missing="database"), ["problem"]),
        (replace(HTTPS, seconds=4.0), ["warning", "good"]),
        (replace(HTTPS, signed_status=403), ["good", "problem"]),
        (replace(HTTPS, signed_status=500), ["good", "problem"]),
        (replace(HTTPS, unsigned_status=204), ["good", "problem"]),
        (replace(HTTPS, signed_status=None, unsigned_status=None), ["good"]),
        (replace(HTTPS, url="http://line.example.org"), ["good", "problem", "good"]),
        (replace(HTTPS, url="http://127.0.0.1:8000", is_loopback=True), ["good", "warning", "good"]),
    ],
)
def test_the_public_address_is_judged_as_the_provider_will_meet_it(
    facts: AddressFacts, expected: list[str]
) -> None:
    """Out of reach, redirected, not ready, not https, wrong token: each has its own word."""
    findings = check_address(facts)
    assert levels(findings) == expected
    assert all(finding.next_step for finding in findings if finding.level != "good")


def test_a_proxy_that_nobody_spoke_of_is_noticed() -> None:
    """Behind https stands a proxy; where its number isn't set, a stranger's guesses would shut everybody out."""
    found = check_proxies("https://line.example.org", 0)
    assert found
    assert (found.level, "WARMLINE_PROXIES" in found.next_step) == ("warning", True)
    assert check_proxies("https://line.example.org", 1) is None
    assert check_proxies("http://127.0.0.1:8000", 0) is None


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (AuditFacts(7), "good"),
        (AuditFacts(7, noted=False), "warning"),
        (AuditFacts(7, broken_at=4), "problem"),
        (AuditFacts(7, broken_at=4, noted=False), "problem"),
    ],
)
def test_an_audit_log_that_was_touched_is_a_problem(facts: AuditFacts, level: str) -> None:
    """All is well only where every row is as it was written and the key store's note of the end was looked at."""
    finding = check_audit(facts)
    assert finding.level == level
    assert bool(finding.next_step) == (level != "good")


FULL = AccountFacts(True, kind="Full", status="active", balance="12.30 USD")


@pytest.mark.parametrize(
    ("facts", "expected", "said"),
    [
        (FULL, ["good", "good"], "full account"),
        (replace(FULL, kind="Trial"), ["warning", "good"], "2 to 5 calls at once"),
        (replace(FULL, status="suspended"), ["problem", "good"], "suspended"),
        (replace(FULL, balance="1.10 USD"), ["good", "warning"], "1.10 USD"),
        (replace(FULL, balance="-0.40 USD"), ["good", "problem"], "-0.40 USD"),
        (replace(FULL, balance=""), ["good"], "full account"),
        (AccountFacts(True, failure="refused"), ["problem"], "doesn't accept"),
        (AccountFacts(True, failure="unreachable", detail="x"), ["problem"], "can't be reached"),
        (AccountFacts(True, failure="other", detail="x"), ["problem"], "can't be read"),
        (AccountFacts(False), ["warning"], "none is set"),
    ],
)
def test_the_account_is_judged_by_what_callers_would_notice(
    facts: AccountFacts, expected: list[str], said: str
) -> None:
    """A trial, a suspended account or an empty one: Daniel learns it from the doctor, not from callers."""
    findings = check_account(facts)
    assert levels(findings) == expected
    assert any(said in finding.found for finding in findings)


def test_a_full_account_is_told_of_the_limit_before_approval() -> None:
    """A new account may allow only a few calls at once, and nothing in it says so."""
    assert "2 to 5 calls at once" in check_account(FULL)[0].next_step


CALLS = Leads("calls", "https://l.example.org/v#rc=2", "POST", "https://l.example.org/v")
FALLBACK = Leads("fallback", "https://l.example.org/f", "POST", "https://l.example.org/f")


@pytest.mark.parametrize(
    ("facts", "level", "said"),
    [
        (NumberFacts(LINE, leads=(CALLS, FALLBACK)), "good", "all lead here"),
        (NumberFacts(LINE, leads=(replace(CALLS, url=CALLS.wanted), FALLBACK)), "warning", "try again"),
        (NumberFacts(LINE, leads=(CALLS, replace(FALLBACK, url=""))), "problem", "fallback address is empty"),
        (NumberFacts(LINE, leads=(replace(CALLS, method="GET"), FALLBACK)), "problem", "by GET"),
        (
            NumberFacts(LINE, leads=(replace(CALLS, url="https://x.example"), FALLBACK)),
            "problem",
            "elsewhere",
        ),
        (NumberFacts(LINE, overridden_by="trunk TK1"), "problem", "trunk TK1"),
        (NumberFacts(LINE, owned=False), "problem", "doesn't have it"),
        (NumberFacts(LINE, failure="the provider answered 500"), "problem", "couldn't be looked up"),
    ],
)
def test_a_number_must_lead_here_with_all_three_addresses(facts: NumberFacts, level: str, said: str) -> None:
    """A number that leads elsewhere, half here, or is overridden is found, and the command that mends it is named."""
    [finding] = check_number(facts)
    assert finding.level == level
    assert said in finding.found
    assert finding.next_step or level == "good"
