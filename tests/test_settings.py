"""Settings: what an operator can set, held to the one table that documents it, and never half right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from ivr.settings import PREFIX, Settings, SettingsIncomplete, load_settings
from ivr.settings_problems import problems_of
from tests.hotline import settings_for, with_simulator

TABLE = Path(__file__).parents[1] / "docs" / "settings.md"
COMPLETE = {
    "PUBLIC_URL": "https://line.example.org",
    "SECRET_KEY": "k" * 40,
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "t" * 32,
    "KEYS": "keys",
    "MASTER_KEY": "5a" * 32,
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting but those of the test."""
    for name in list(os.environ):
        if name.startswith(PREFIX) or name == "PORT":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(PREFIX + name, value)


def said_default(default: Any) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, bool):
        default = "yes" if default else "no"
    return "" if default in (None, "") else f"`{default}`"


def test_the_table_of_settings_is_the_code() -> None:
    """Every setting stands in docs/settings.md once, with its default and what it does, and nothing else does."""
    written = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*) \|$", TABLE.read_text("utf-8"), re.MULTILINE)
    wanted = [
        (PREFIX + name.upper(), said_default(field.default), field.description)
        for name, field in Settings.model_fields.items()
    ]
    assert written == wanted


def test_a_hotline_with_nothing_set_names_everything_it_needs() -> None:
    """An operator who starts with nothing is told of the address, the secrets and the provider in one go."""
    with pytest.raises(SettingsIncomplete) as refused:
        load_settings()
    said = str(refused.value).splitlines()
    assert len(said) == 5
    for name in ("PUBLIC_URL", "SECRET_KEY", "MASTER_KEY_FILE", "KEYS", "TWILIO_ACCOUNT_SID"):
        assert sum(PREFIX + name in line for line in said) == 1


def test_what_cannot_be_read_and_what_is_missing_are_said_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong port doesn't hide that the secret is missing too."""
    set_all(monkeypatch, {"PORT": "many", "SERVER": "apache", "DEMO": "perhaps"})
    with pytest.raises(SettingsIncomplete) as refused:
        load_settings()
    for name in ("PORT", "SERVER", "DEMO", "PUBLIC_URL", "SECRET_KEY", "TWILIO_ACCOUNT_SID"):
        assert PREFIX + name in str(refused.value)


WRONG: list[tuple[str, dict[str, str], str]] = [
    ("no address", {"PUBLIC_URL": ""}, "PUBLIC_URL"),
    ("an address in clear text", {"PUBLIC_URL": "http://line.example.org"}, "PUBLIC_URL"),
    ("clear text in capitals", {"PUBLIC_URL": "HTTP://line.example.org"}, "PUBLIC_URL"),
    ("an address without a scheme", {"PUBLIC_URL": "line.example.org"}, "PUBLIC_URL"),
    ("an address with a query", {"PUBLIC_URL": "https://line.example.org/?a=1"}, "PUBLIC_URL"),
    ("an address with a name in it", {"PUBLIC_URL": "https://sara@line.example.org"}, "PUBLIC_URL"),
    ("an address with a blank", {"PUBLIC_URL": "https://line.example.org/a b"}, "PUBLIC_URL"),
    ("an address with a wrong port", {"PUBLIC_URL": "https://line.example.org:port"}, "PUBLIC_URL"),
    ("an address with half a bracket", {"PUBLIC_URL": "https://[::1"}, "PUBLIC_URL"),
    ("no secret", {"SECRET_KEY": ""}, "SECRET_KEY"),
    ("a short secret", {"SECRET_KEY": "secret"}, "SECRET_KEY"),
    ("a secret of blanks", {"SECRET_KEY": " " * 40}, "SECRET_KEY"),
    ("an account without a token", {"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
    ("a token without an account", {"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID"),
    ("no provider", {"TWILIO_ACCOUNT_SID": "", "TWILIO_AUTH_TOKEN": ""}, "TWILIO_ACCOUNT_SID"),
    ("a simulator that signs with nothing", {"SIMULATOR": "yes"}, "SIMULATOR_AUTH_TOKEN"),
    (
        "a simulator with a short token",
        {"SIMULATOR": "1", "SIMULATOR_AUTH_TOKEN": "5"},
        "SIMULATOR_AUTH_TOKEN",
    ),
    (
        "a simulator without an account",
        {"SIMULATOR": "yes", "SIMULATOR_AUTH_TOKEN": "5" * 32},
        "SIMULATOR_ACCOUNT_SID",
    ),
    (
        "a simulator that the internet can reach",
        {"SIMULATOR": "yes", "SIMULATOR_AUTH_TOKEN": "5" * 32, "SIMULATOR_ACCOUNT_SID": "AC5"},
        "SIMULATOR must be off",
    ),
    (
        "a simulator under a name like this machine's",
        {
            "SIMULATOR": "yes",
            "SIMULATOR_AUTH_TOKEN": "5" * 32,
            "SIMULATOR_ACCOUNT_SID": "AC5",
            "PUBLIC_URL": "https://127.0.0.1.example.org",
        },
        "SIMULATOR must be off",
    ),
    ("an unknown kind of database", {"DATABASE_URL": "mysql://db/warmline"}, "DATABASE_URL"),
    ("another driver", {"DATABASE_URL": "postgresql://db/warmline"}, "DATABASE_URL"),
    ("no key store", {"KEYS": ""}, "KEYS"),
    ("no master key", {"MASTER_KEY": ""}, "MASTER_KEY_FILE"),
    ("a master key that is none", {"MASTER_KEY": "secret"}, "MASTER_KEY"),
    ("an unknown kind of key store", {"KEY_STORE_URL": "mysql://db/keys"}, "KEY_STORE_URL"),
    ("numbers kept for ever", {"KEEP_NUMBERS_HOURS": "721"}, "KEEP_NUMBERS_HOURS"),
    ("a country in words", {"CALLBACK_COUNTRIES": "Kenya"}, "CALLBACK_COUNTRIES"),
    ("an unknown kind of queue", {"REDIS_URL": "amqp://queue"}, "REDIS_URL"),
    ("a port that isn't one", {"PORT": "70000"}, "PORT"),
    ("an unknown server", {"SERVER": "apache"}, "SERVER"),
    ("no threads", {"WEB_THREADS": "0"}, "WEB_THREADS"),
    ("a switch that is neither on nor off", {"SIMULATOR": "maybe"}, "SIMULATOR"),
]


@pytest.mark.parametrize(("changes", "named"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_nothing_unsafe_boots(monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], named: str) -> None:
    """Each setting that would make a hotline unsafe or useless stops it, and is named."""
    set_all(monkeypatch, COMPLETE | changes)
    with pytest.raises(SettingsIncomplete, match=PREFIX + named):
        load_settings()


def test_complete_settings_load(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the table calls complete is enough, and blanks from copying do no harm."""
    set_all(
        monkeypatch,
        COMPLETE | {"PUBLIC_URL": " https://line.example.org/ ", "TWILIO_AUTH_TOKEN": " 12345 \n"},
    )
    settings = load_settings()
    assert settings.public_url == "https://line.example.org"
    assert settings.twilio_auth_token.get_secret_value() == "12345"
    assert not settings.demo
    assert not settings.simulator


@pytest.mark.parametrize(
    "changes",
    [{"PUBLIC_URL": "https://127.0.0.1:8443"}, {"PUBLIC_URL": "https://localhost"}, {"DEMO": "yes"}],
)
def test_the_simulator_is_for_this_machine_and_the_demo(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str]
) -> None:
    """Who develops on one machine, and who tries the demo, has the telephone in the browser."""
    simulator = {"SIMULATOR": "yes", "SIMULATOR_AUTH_TOKEN": "5" * 32, "SIMULATOR_ACCOUNT_SID": "AC5"}
    set_all(monkeypatch, COMPLETE | simulator | changes)
    assert load_settings().simulator


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line left empty in a file of settings never makes the current folder the place of the clips."""
    set_all(monkeypatch, COMPLETE | {"MEDIA": "", "PORT": "", "DATA": "", "DATABASE_URL": ""})
    settings = load_settings()
    assert settings.media_folder == settings.data / "media"
    assert settings.data.name == ".warmline"
    assert settings.port == 8000


def test_the_port_of_a_host_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a hosting service says PORT, the web process listens there, unless our own setting says otherwise."""
    set_all(monkeypatch, COMPLETE)
    monkeypatch.setenv("PORT", "8123")
    assert load_settings().port == 8123
    monkeypatch.setenv("WARMLINE_PORT", "8124")
    assert load_settings().port == 8124


def test_only_the_demo_may_use_clear_text(tmp_path: Path) -> None:
    """The demo may listen on http, because nobody but this machine can reach it."""
    settings = settings_for(tmp_path, public_url="http://127.0.0.1:8000", demo=True)
    assert problems_of(settings) == []
    keys = tmp_path.parent / "keys"
    assert len(problems_of(settings.model_copy(update={"demo": False, "keys": keys}))) == 1


@pytest.mark.parametrize("name", list(Settings.model_fields))
def test_settings_are_frozen(tmp_path: Path, name: str) -> None:
    """Nothing in a running process can change a setting."""
    settings = settings_for(tmp_path)
    with pytest.raises(ValidationError, match="frozen"):
        setattr(settings, name, getattr(settings, name))


@given(st.text("abcdefghjkmnpqrstuvwxyz", min_size=32, max_size=40))
def test_secrets_are_in_no_printed_form(secret: str) -> None:
    """A secret does not appear when settings are printed or logged: no token, and no password in an address."""
    settings = settings_for(
        Path("data"),
        f"postgresql+psycopg://warmline:{secret}@db/warmline",
        secret_key=secret,
        twilio_auth_token=secret,
        twilio_shared_key=secret,
        master_key=secret,
        master_key_old=secret,
        key_store_url=f"postgresql+psycopg://keys:{secret}@db/keys",
        redis_url=f"redis://:{secret}@queue",
        **with_simulator(simulator_auth_token=secret),
    )
    for printed in (repr(settings), str(settings), f"{settings!r}", repr([settings])):
        assert secret not in printed
        assert "line.example.org" in printed


def test_a_command_says_what_is_missing_in_words(tmp_path: Path) -> None:
    """`warmline web` without settings ends with a list that an operator can work through, and no traceback."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    done = subprocess.run(
        [Path(sys.executable).parent / "warmline", "web"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert done.stderr.count("  - WARMLINE_") + done.stderr.count("  - No provider") == 5
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HARD_CALLS", "0"),
        ("HARD_CALLS", "11"),
        ("HARD_CALLS_BREAK_MINUTES", "1"),
        ("ON_CALL_HOURS", "0"),
        ("ON_CALL_HOURS", "13"),
        ("WRAP_UP_MINUTES", "-1"),
    ],
)
def test_what_would_look_after_nobody_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """No break ever, a break of a minute, thirteen hours on call: Warmline doesn't start with that, and says why."""
    set_all(monkeypatch, {**COMPLETE, name: value})
    with pytest.raises(SettingsIncomplete, match=PREFIX + name):
        load_settings()
