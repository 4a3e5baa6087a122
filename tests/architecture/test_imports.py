"""The rooms of the house, and who may know whom."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.hotline import settings_for
from tests.serving import environment_of

ROOT = Path(__file__).parents[2]
HEAVY = ("twilio", "av", "pydub", "numpy", "espeakng_loader", "rq", "alembic", "matplotlib", "ruamel")
"""Libraries that cost a web process memory and a slow start, and that no webhook needs."""


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
