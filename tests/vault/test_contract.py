"""Nothing but the vault, and what rings a number, can read one: the contract is there, and it bites."""

from __future__ import annotations

import ast
import json
import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.console.parts import ConsoleParts, OwnNumbers
from ivr.vault.number import PhoneNumber
from tests.vault.rig import AMINA

ROOT = Path(__file__).parents[2]
ROOMS = ("ivr", "flows", "audio", "referrals")
MAY_READ = (
    "ivr/vault/sealing.py", "ivr/vault/allowed.py", "ivr/vault/vault.py",
    "ivr/phone/filling.py",  # puts a number into a reply in the moment in which it leaves for the provider
)  # fmt: skip
NETWORKS = "ivr/telephony/"
"""The side of telephony that reaches out rings numbers."""
INSIDE = ("ivr/vault/number.py", "ivr/vault/plain.py")


def modules() -> list[tuple[str, ast.Module]]:
    return [
        (path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8")))
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
    ]


def imports_plain(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name == "ivr.vault.plain" for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            if node.module == "ivr.vault.plain" or (node.module == "ivr.vault" and "plain" in names):
                return True
    return False


def test_only_the_vault_and_networks_open_a_number() -> None:
    """The function that turns a number into text is used where numbers are sealed, judged, revealed or rung."""
    found = {name for name, tree in modules() if imports_plain(tree)}
    assert set(MAY_READ) <= found
    others = {name for name in found - set(MAY_READ) if not (name.startswith(NETWORKS) and "network" in name)}
    assert others == set()


def test_nobody_reaches_into_a_number() -> None:
    """No module looks at the digits inside a number past the one function, by attribute or by its name in quotes."""
    for name, tree in modules():
        if name in INSIDE:
            continue
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Attribute) and node.attr == "_e164"), name
            assert not (isinstance(node, ast.Constant) and node.value == "_e164"), name


SHOWS = ("ivr/callbacks/cases.py", "self._vault.reveal")
"""The one place that shows a number to somebody: with a reason, a row in the audit log, and a notice to all."""
OPENS = {
    "ivr/vault/vault.py", "ivr/phone/filling.py", "ivr/callbacks/ringing.py", "ivr/callbacks/ring_backs.py",
    "ivr/callbacks/page_ringing.py", "ivr/callbacks/crisis.py",
}  # fmt: skip
"""Who takes a number out of the vault otherwise: whatever rings one, and hands it closed to the provider's network."""


def reached(tree: ast.Module, names: set[str]) -> set[str]:
    """Every mention of a vault's way to a number: `parts().vault.reveal`, or its name in quotes for `getattr`."""
    found = {ast.unparse(n) for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in names}
    asked_for = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "getattr")
    return found | {
        ast.unparse(call) for call in asked_for if any(repr(name) in ast.unparse(call) for name in names)
    }


def past_the_audit_log(name: str, tree: ast.Module) -> set[str]:
    """Where a module could show a number to somebody of whom nobody is told."""
    shown = {
        way for way in reached(tree, {"reveal"}) if not way.endswith("cases.reveal") and (name, way) != SHOWS
    }
    opened = {way for way in reached(tree, {"open"}) if "vault" in way}
    return shown | (opened if name not in OPENS else set())


def test_only_cases_shows_a_number() -> None:
    """No page, job or command shows a caller's number past the service that tells the audit log and everybody."""
    assert {
        name: past_the_audit_log(name, tree) for name, tree in modules() if past_the_audit_log(name, tree)
    } == {}
    assert SHOWS[1] in reached(dict(modules())[SHOWS[0]], {"reveal"})


@pytest.mark.parametrize(
    "planted",
    [
        "shown = parts().vault.reveal(connection, number_id, now())",
        "shown = wiring.vault.open(connection, number_id, now())",
        "shown = getattr(parts().vault, 'reveal')(connection, number_id, now())",
    ],
)
def test_a_page_that_shows_a_number_by_itself_is_found(planted: str) -> None:
    """Somebody adds one line to a page that asks the vault itself: it is found."""
    assert past_the_audit_log("ivr/console/number_pages.py", ast.parse(planted)) != set()


def test_the_console_is_handed_no_way_to_open_a_number() -> None:
    """What the pages are told of the vault is sealing and shredding, so the type checker refuses anything else."""
    given = {name for name in vars(OwnNumbers) if not name.startswith("_")}
    assert given == {"keep", "store", "shred"}
    assert ConsoleParts.__annotations__["vault"] == "OwnNumbers"


def test_the_import_contract_bites(tmp_path: Path) -> None:
    """Somebody plants an import of the plain number in other rooms: the build fails, and names each."""
    leave_out = shutil.ignore_patterns("__pycache__", "packs", "static", "templates", "translations")
    for room in (*ROOMS, "benchmarks"):
        shutil.copytree(ROOT / room, tmp_path / room, ignore=leave_out)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = [f"ivr.{room}.planted" for room in ("console", "phone", "calls", "callbacks", "jobs", "people")]
    for module in planted:
        path = tmp_path / (module.replace(".", "/") + ".py")
        path.write_text("from ivr.vault.plain import e164_of\n\nprint(e164_of)\n")
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "Only the vault, and what rings a number, can read one BROKEN" in done.stdout
    assert [module for module in planted if f"{module} -> ivr.vault.plain" not in done.stdout] == []


def test_a_number_is_printed_nowhere() -> None:
    """However a number is printed, logged or put into an error, it shows its country and nothing else."""
    for shown in (str(AMINA), repr(AMINA), f"{AMINA}", f"{AMINA:>20}", repr([AMINA]), str(ValueError(AMINA))):
        assert "+1•••" in shown
        assert "555" not in shown
    assert repr(PhoneNumber("+255712555012")) == "+255•••"


def test_a_number_can_not_be_written_down() -> None:
    """A number can't get into a job, a session or a cache: it is neither pickled, nor JSON, nor a key of anything."""
    with pytest.raises(TypeError):
        pickle.dumps(AMINA)
    with pytest.raises(TypeError):
        json.dumps({"number": AMINA})
    with pytest.raises(TypeError):
        hash(AMINA)
