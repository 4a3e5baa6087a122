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

from ivr.vault.number import PhoneNumber
from tests.vault.rig import AMINA

ROOT = Path(__file__).parents[2]
ROOMS = ("ivr", "flows", "audio", "referrals")
MAY_READ = ("ivr/vault/sealing.py", "ivr/vault/allowed.py", "ivr/vault/vault.py")
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
