"""A whole hotline on one machine, out of nothing: settings, tables, the demo voice, a line on air."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from audio.make_demo import Counts, Wanted, make_demo
from flows.load import load_pack
from flows.model import Pack
from ivr.demo_people import employ_demo_people, new_password
from ivr.publishing.gate import NotReadyForAir, prepare, publish, scripts_to_record
from ivr.publishing.lines import Line, save_line
from ivr.settings import DEFAULT_DATA, DEMO_FILE, PREFIX, Settings, load_settings
from ivr.store.migrate import migrate
from ivr.vault.master_keys import add_new_key
from ivr.wiring import Wiring, make_emergency_screens, wire

DEMO_NUMBER = "+12025550100"
"""From the range that is kept for fiction."""

DEMO_PASSWORD = "DEMO_PASSWORD"  # noqa: S105 - its name in the demo's file, and not a setting
SHIPPED_PACK = Path(__file__).parents[1] / "flows" / "packs" / "first_line"

Progress = Callable[[int, int, str], None]


def demo_settings() -> Settings:
    """The demo's settings: made once with secrets of their own, and kept where only their owner can read them."""
    data = Path(os.environ.get(f"{PREFIX}DATA") or DEFAULT_DATA).absolute()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    port = os.environ.get("PORT") or os.environ.get(f"{PREFIX}PORT") or "8000"
    os.environ[f"{PREFIX}DATA"] = str(data)
    os.environ[f"{PREFIX}DEMO"] = "yes"
    os.environ[f"{PREFIX}PORT"] = port
    path = data / DEMO_FILE
    kept = _read(path)
    kept.setdefault(f"{PREFIX}SECRET_KEY", secrets.token_hex(32))
    kept.setdefault(DEMO_PASSWORD, new_password())
    kept.setdefault(f"{PREFIX}SIMULATOR_ACCOUNT_SID", f"AC{secrets.token_hex(16)}")
    kept.setdefault(f"{PREFIX}SIMULATOR_AUTH_TOKEN", secrets.token_hex(32))
    kept |= {
        f"{PREFIX}DEMO": "yes",
        f"{PREFIX}SIMULATOR": "yes",
        f"{PREFIX}PORT": port,
        f"{PREFIX}PUBLIC_URL": os.environ.get(f"{PREFIX}PUBLIC_URL") or f"http://127.0.0.1:{port}",
    }
    _write(path, kept)
    make_own_keys(data)
    return load_settings()


def demo_password(settings: Settings) -> str:
    """The password of the demo's helpers."""
    return _read(settings.data / DEMO_FILE)[DEMO_PASSWORD]


def make_own_keys(data: Path) -> None:
    """The demo's master key, unless it has one, or is told of another. A real line keeps its keys elsewhere."""
    elsewhere = (f"{PREFIX}MASTER_KEY", f"{PREFIX}MASTER_KEY_FILE")
    file = Path(os.environ.get(f"{PREFIX}KEYS") or data / "keys") / "master.key"
    if not file.exists() and not any(os.environ.get(name) for name in elsewhere):
        add_new_key(file)


def prepare_demo(settings: Settings, progress: Progress) -> tuple[Wiring, Counts]:
    """Everything between the settings and a line on air; what is there already is kept. Raises NotReadyForAir."""
    wiring = wire(settings)
    migrate(wiring.database)
    wiring.vault.key_store.prepare()
    pack = shipped_pack()
    today = datetime.now(UTC).date()
    drafts = wiring.recording.drafts
    if pack.id not in drafts.packs() or drafts.pack(pack.id) != pack:
        drafts.bring(pack, today)
    counts = make_demo(wanted_by(pack), wiring.library, today, progress)
    put_demo_on_air(wiring, pack, today)
    employ_demo_people(wiring, demo_password(settings))
    make_emergency_screens(wiring)
    return wiring, counts


def shipped_pack() -> Pack:
    """The pack that ships. Raises NotReadyForAir when somebody has broken it."""
    loaded = load_pack(SHIPPED_PACK)
    if loaded.pack is None:
        raise NotReadyForAir([f"{problem.message} {problem.hint}" for problem in loaded.problems])
    return loaded.pack


def wanted_by(pack: Pack) -> list[Wanted]:
    """Every script of a pack, to be spoken."""
    return [
        Wanted(prompt, language, pack.scripts[prompt, language].text)
        for prompt, language in scripts_to_record(pack)
    ]


def put_demo_on_air(wiring: Wiring, pack: Pack, today: date) -> None:
    """The demo's one line, on the simulator, with the pack that ships."""
    release = prepare(pack, wiring.library, demo_allowed=True)
    line = Line(
        id="",
        number=DEMO_NUMBER,
        name="Demo hotline",
        provider="simulator",
        release_id=None,
        country="US",
        time_zone="UTC",
        emergency_number="112",
    )
    with wiring.database.begin() as connection:
        save_line(connection, line)
    publish(wiring.database, release, [DEMO_NUMBER], today)


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    lines = (line.partition("=") for line in path.read_text("utf-8").splitlines() if "=" in line)
    return {name: value for name, _, value in lines}


def _write(path: Path, values: dict[str, str]) -> None:
    temporary = path.with_suffix(".part")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in sorted(values.items()))
    temporary.replace(path)
