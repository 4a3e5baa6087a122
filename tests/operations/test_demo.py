"""The demo: a hotline out of nothing, with secrets of its own that stay."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from ivr import demo
from ivr.app import create_app
from ivr.demo import DEMO_NUMBER, demo_settings, put_demo_on_air, shipped_pack, wanted_by
from ivr.publishing.gate import NotReadyForAir, wanted_clips
from ivr.settings import DEMO_FILE, PREFIX, SettingsIncomplete, load_settings
from ivr.store.migrate import migrate
from ivr.store.tables import lines, releases
from ivr.wiring import make_emergency_screens, wire
from tests.hotline import TODAY, record_everything


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and an environment with nothing else set; what the demo sets is undone."""
    for name in list(os.environ):
        if name.startswith(PREFIX) or name == "PORT":
            monkeypatch.delenv(name)
    folder = tmp_path / "data"
    for name, value in {"DATA": str(folder), "PORT": "8000"}.items():
        monkeypatch.setenv(PREFIX + name, value)
    return folder


def test_secrets_are_made_once_and_kept(data: Path) -> None:
    """The first start makes secrets of its own; the second finds them, so that calls under way stay genuine."""
    first, second = demo_settings(), demo_settings()
    for name in ("secret_key", "simulator_auth_token"):
        secret = getattr(first, name).get_secret_value()
        assert len(secret) >= 32
        assert getattr(second, name).get_secret_value() == secret
    assert first.simulator_account_sid == second.simulator_account_sid
    assert first.simulator_account_sid.startswith("AC")


def test_two_demos_share_no_secret(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each installation has secrets of its own: what signs in one is refused in another."""
    first = demo_settings()
    monkeypatch.setenv(f"{PREFIX}DATA", str(tmp_path / "other"))
    second = demo_settings()
    assert first.secret_key != second.secret_key
    assert first.simulator_auth_token != second.simulator_auth_token


def test_only_their_owner_can_read_them(data: Path) -> None:
    """The file with the secrets and the folder around it are closed to everybody else on the machine."""
    demo_settings()
    assert stat.S_IMODE((data / DEMO_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_other_commands_find_the_same_hotline(data: Path) -> None:
    """After the demo was prepared, every other command reads the same settings from the data folder."""
    made = demo_settings()
    assert load_settings() == made


def test_the_demo_listens_to_this_machine_only(data: Path) -> None:
    """Nobody in the same network reaches a demo, and its address is this machine's."""
    settings = demo_settings()
    assert settings.host == "127.0.0.1"
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.demo
    assert settings.simulator


def test_another_port_is_honoured_on_the_next_start(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts the demo on another port reaches it there, with the same secrets."""
    first = demo_settings()
    monkeypatch.setenv("PORT", "8123")
    second = demo_settings()
    assert (second.port, second.public_url) == (8123, "http://127.0.0.1:8123")
    assert second.secret_key == first.secret_key


def test_a_port_that_is_none_is_said_in_words(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped port is named, instead of a demo that nobody reaches."""
    monkeypatch.setenv("PORT", "80o0")
    with pytest.raises(SettingsIncomplete, match="PORT"):
        demo_settings()


def test_the_demo_goes_on_air_and_again(data: Path) -> None:
    """With clips there, the demo's line is on air with the pack that ships; doing it again changes nothing."""
    wiring = wire(demo_settings())
    migrate(wiring.database)
    pack = shipped_pack()
    record_everything(wiring, pack)
    for _ in range(2):
        put_demo_on_air(wiring, pack, TODAY)
        assert make_emergency_screens(wiring) == 1
        with wiring.database.connect() as connection:
            (line,) = connection.execute(select(lines)).all()
            assert len(connection.execute(select(releases.c.id)).all()) == 1
        assert (line.number, line.provider) == (DEMO_NUMBER, "simulator")
    assert create_app(wiring).test_client().get("/healthz").json == {"ready": True, "lines": 1}
    wiring.database.dispose()


def test_the_demo_voice_speaks_all_that_a_pack_needs() -> None:
    """Everything that has to be recorded for the shipped pack is asked of the demo voice, in each language."""
    wanted = {(one.prompt, one.language) for one in wanted_by(shipped_pack())}
    assert wanted >= set(wanted_clips(shipped_pack()))
    assert {language for _, language in wanted} == {"en", "fr", "ar", "sw"}


def test_a_broken_pack_is_named_instead_of_going_on_air(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has broken the pack that ships: the demo says where, and nothing goes on air."""
    (tmp_path / "flow.yaml").write_text("flow: first_line\nspec: 1\nnodes: {a: {menu: }}\n")
    monkeypatch.setattr(demo, "SHIPPED_PACK", tmp_path)
    with pytest.raises(NotReadyForAir) as refused:
        shipped_pack()
    assert len(refused.value.reasons) >= 2
    assert all(reason.strip() for reason in refused.value.reasons)
