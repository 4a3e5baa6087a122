"""What an operator can set. Frozen once read, and never half right: what is missing is said all at once, loudly.

Every field is an environment variable with the prefix `WARMLINE_`; docs/settings.md is the table of them, and a test
holds the two together. `warmline demo` writes its own choices into `demo.env` in the data folder, so that the other
commands find the same hotline.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ivr.settings_problems import is_bucket, problems_of

PREFIX = "WARMLINE_"
DEMO_FILE = "demo.env"
DEFAULT_DATA = Path(".warmline")
START = f"{PREFIX}START"
"""No setting: whoever starts the processes of a machine names the start here, to know its own web process again."""
START_HEADER = "Warmline-Start"


class SettingsIncomplete(Exception):
    """The settings can't run a hotline. The message lists everything that is wrong. Permanent until changed."""


class Settings(BaseSettings):
    """All settings, by subject."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data: Path = Field(DEFAULT_DATA, description="Folder for everything Warmline keeps on this machine.")
    public_url: str = Field(
        "",
        description="The address under which the provider reaches this hotline, such as https://line.example.org.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="At least 32 random characters; keys sign-ins, codes, the audit log, and late webhooks.",
    )
    database_url: str = Field(
        "",
        repr=False,
        description="Database. Empty: SQLite in the data folder. PostgreSQL: postgresql+psycopg://user@host/name.",
    )
    redis_url: str = Field(
        "",
        repr=False,
        description="Queue server. Empty: one that `warmline up` starts itself, with its data in the data folder.",
    )
    media: str = Field(
        "", description="Folder of the clips, or s3://bucket/prefix. Empty: `media` in the data folder."
    )
    originals: str = Field(
        "",
        description="Folder of the recordings as they came in, or s3://bucket/prefix. Empty: `originals` in the data.",
    )
    bucket_endpoint: str = Field(
        "", description="Address of the service that has the buckets, where it isn't Amazon's."
    )
    bucket_region: str = Field("", description="Region of the buckets, where their service has regions.")
    bucket_key_id: str = Field(
        "",
        description="Name of the key to the buckets. Empty: the machine's own rights, or AWS_ACCESS_KEY_ID.",
    )
    bucket_secret: SecretStr = Field(SecretStr(""), description="The key to the buckets.")
    keys: Path | None = Field(
        None,
        description="Folder of the key store, apart from the data. Empty in the demo: `keys` in the data folder.",
    )
    key_store_url: str = Field(
        "",
        repr=False,
        description="Database of the key store, apart from the data's. Empty: SQLite in `WARMLINE_KEYS`.",
    )
    master_key_file: Path | None = Field(
        None,
        description="File of the master key, apart from data and key store; made by `warmline keys new`.",
    )
    master_key: SecretStr = Field(
        SecretStr(""),
        description="The master key itself, 64 hexadecimal characters, where there is no such file.",
    )
    master_key_old: SecretStr = Field(
        SecretStr(""), description="The master keys before it, separated by commas, while rotating."
    )
    keep_numbers_hours: int = Field(
        72,
        ge=1,
        le=720,
        description="Hours after which the number of a caller who asked to be called is shredded.",
    )
    callback_countries: str = Field(
        "",
        description="Countries that are called back, such as KE,TZ. Empty: those of the lines.",
    )
    calls_per_second: float = Field(
        1.0,
        ge=0.1,
        le=100,
        description="Calls that the provider is asked for in a second, by all processes together.",
    )
    callback_attempts: int = Field(
        3,
        ge=1,
        le=10,
        description="How often the phone of somebody who asked to be called rings at the most.",
    )
    callback_spacing_minutes: str = Field(
        "30,180",
        description="Minutes from the first of these calls to the second, to the third, and so on.",
    )
    offer_seconds: int = Field(
        90, ge=5, le=600, description="Seconds that a helper who is rung has for taking a callback."
    )
    dial_seconds: int = Field(
        90, ge=5, le=600, description="Seconds after which a caller who is rung counts as not reached."
    )
    talk_minutes: float = Field(60.0, ge=0.1, le=240, description="Minutes after which a talk is ended.")
    wrap_up_minutes: float = Field(
        15.0, ge=0, le=240, description="Minutes of rest that a helper has after each talk."
    )
    hard_calls: int = Field(
        3, ge=1, le=10, description="Hard calls in a row after which a helper takes a break."
    )
    hard_calls_break_minutes: float = Field(
        45.0, ge=5, le=480, description="Minutes of the break after so many hard calls in a row."
    )
    on_call_hours: float = Field(
        4.0,
        ge=0.5,
        le=12,
        description="Hours on call after which a helper is asked no more, until off call for an hour.",
    )
    helper_rest_minutes: float = Field(
        10.0,
        ge=0,
        le=240,
        description="Minutes for which the phone of a helper who didn't take a callback isn't rung.",
    )
    risk_minutes: int = Field(
        60, ge=5, le=1440, description="How soon a supervisor looks after a case of high risk, in minutes."
    )
    crisis_ring_seconds: int = Field(
        30,
        ge=5,
        le=60,
        description="Seconds for which helpers are rung at the most for somebody in crisis.",
    )
    page_spacing_seconds: int = Field(
        60,
        ge=15,
        le=600,
        description="Seconds after which supervisors are rung once more, when none of them has accepted.",
    )
    page_hurry_minutes: int = Field(
        15,
        ge=1,
        le=240,
        description="Minutes after which they are rung more slowly, and the doctor and the board say so.",
    )
    page_slow_minutes: int = Field(
        10, ge=1, le=60, description="Minutes between two rounds of supervisors from then on."
    )
    ring_back_minutes: int = Field(
        15, ge=1, le=60, description="Minutes after which a missed call isn't rung back any more."
    )
    ring_backs_a_number: int = Field(
        5, ge=1, le=100, description="How often one number is rung back in a day, however often it rings."
    )
    ring_backs_an_hour: int = Field(
        1000, ge=1, le=100_000, description="How many missed calls one line rings back in an hour."
    )
    ring_backs_a_day: int = Field(
        5000, ge=1, le=1_000_000, description="How many missed calls one line rings back in a day."
    )
    upload_megabytes: int = Field(
        100,
        ge=1,
        le=1000,
        description="Megabytes of recordings that a browser may send at once, zip files too.",
    )
    callbacks_an_hour: int = Field(
        300,
        ge=1,
        le=100_000,
        description="How many new callbacks one line notes in an hour; somebody in a crisis always can ask.",
    )
    host: str = Field("127.0.0.1", description="Address on which the web process listens.")
    port: int = Field(
        8000, ge=1, le=65535, description="Port on which the web process listens; PORT is honoured too."
    )
    server: Literal["gthread", "granian"] = Field(
        "gthread", description="Web server: gunicorn with threads, or granian."
    )
    web_processes: int = Field(1, ge=1, le=64, description="How many web processes to start.")
    web_threads: int = Field(
        8, ge=1, le=256, description="How many webhooks one web process answers at once."
    )
    proxies: int = Field(
        0,
        ge=0,
        le=8,
        description="How many proxies stand in front, whose X-Forwarded-For says where somebody signs in from.",
    )
    sign_in_idle_minutes: int = Field(
        30, ge=5, le=720, description="Minutes without a page after which somebody is signed out."
    )
    sign_in_hours: int = Field(
        12, ge=1, le=168, description="Hours after which everybody has to sign in again."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged.")
    twilio_account_sid: str = Field("", description="Twilio account, AC followed by 32 characters.")
    twilio_auth_token: SecretStr = Field(SecretStr(""), description="Twilio auth token: signs every webhook.")
    twilio_shared_key: SecretStr = Field(
        SecretStr(""), description="Secret of a webhook shared key, where the account signs with HMAC-SHA256."
    )
    twilio_api_url: str = Field(
        "",
        description="Where the REST client goes instead of Twilio: a mock, or a provider of the same interface.",
    )
    scrub_after_hours: int = Field(
        24,
        ge=1,
        le=720,
        description="Hours after which a call that the provider still has is found by the daily look and deleted.",
    )
    simulator: bool = Field(
        False,
        description="Whether the telephone in the browser exists. Only in the demo, or at an address of this machine.",
    )
    simulator_account_sid: str = Field("", description="Account under which the simulator signs.")
    simulator_auth_token: SecretStr = Field(
        SecretStr(""), description="Token with which the simulator signs."
    )
    demo: bool = Field(False, description="Whether packs with a synthesised demo voice may be on air.")

    @field_validator("*", mode="before")
    @classmethod
    def _without_blanks(cls, value: object) -> object:
        # A blank that came along when a token was copied would make a forgery of every webhook.
        return value.strip() if isinstance(value, str) else value

    @field_validator("callback_spacing_minutes")
    @classmethod
    def _of_minutes(cls, value: str) -> str:
        if not all(0 < minutes <= 7 * 24 * 60 for minutes in _figures(value)):
            raise ValueError("give minutes separated by commas, such as 30,180")
        return value

    @field_validator("public_url")
    @classmethod
    def _without_end_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def database(self) -> str:
        """The database's address as SQLAlchemy wants it."""
        return self.database_url or f"sqlite:///{(self.data / 'warmline.db').absolute()}"

    @property
    def media_folder(self) -> Path:
        """Where the clips are, unless in a bucket."""
        return self.data / "media" if is_bucket(self.media) else Path(self.media or self.data / "media")

    @property
    def media_place(self) -> str:
        """Where the clips are, in words for people."""
        return self.media if is_bucket(self.media) else str(self.media_folder)

    @property
    def originals_folder(self) -> Path:
        """Where the recordings are as they came in, unless in a bucket: never where clips are served from."""
        usual = self.data / "originals"
        return usual if is_bucket(self.originals) else Path(self.originals or usual)

    @property
    def emergency_folder(self) -> Path:
        """Where the screens are that need no database."""
        return self.data / "emergency"

    @property
    def key_store(self) -> str:
        """The address of the key store; empty when none is set."""
        if self.key_store_url:
            return self.key_store_url
        folder = self._keys_folder
        return f"sqlite:///{(folder / 'keys.db').absolute()}" if folder else ""

    @property
    def key_file(self) -> Path | None:
        """The file of the master key; None when none is set."""
        if self.master_key_file or not self.demo or self.master_key.get_secret_value():
            return self.master_key_file
        return self._keys_folder / "master.key" if self._keys_folder else None

    @property
    def _keys_folder(self) -> Path | None:
        return self.keys or (self.data / "keys" if self.demo else None)

    @property
    def countries(self) -> frozenset[str]:
        """The countries that are called back, two letters each; empty: those of the lines."""
        return frozenset(self.callback_countries.upper().replace(",", " ").split())

    @property
    def callback_spacing(self) -> tuple[float, ...]:
        """Seconds between one call to somebody and the next; the last one repeats."""
        return tuple(minutes * 60.0 for minutes in _figures(self.callback_spacing_minutes))

    @property
    def uses_embedded_queue(self) -> bool:
        """Whether this installation starts its own queue server."""
        return not self.redis_url


def _figures(text: str) -> list[float]:
    return [float(figure) for figure in text.split(",")]


def read_settings() -> Settings:
    """Reads the settings without judging whether they are complete. For commands that explain what is missing."""
    settings, problems = _read()
    if problems:
        raise SettingsIncomplete("\n".join(problems))
    return settings


def load_settings() -> Settings:
    """Reads the settings; raises SettingsIncomplete, listing everything that is wrong."""
    settings, problems = _read()
    problems += problems_of(settings)
    if _is_a_demos(settings.data) and settings.twilio_account_sid and PREFIX + "DEMO" not in os.environ:
        problems.append(
            f"{settings.data} is the folder of a demo, with its simulator and its demo voice: give a real line a "
            f"folder of its own. To try a number with the demo voice, set {PREFIX}DEMO=yes yourself."
        )
    if problems:
        raise SettingsIncomplete("\n".join(problems))
    return settings


def _is_a_demos(data: Path) -> bool:
    return (data / DEMO_FILE).exists()


def _read() -> tuple[Settings, list[str]]:
    """The settings, and what about them can't be read; what can't be read has its default."""
    if os.environ.get("PORT"):
        os.environ.setdefault(PREFIX + "PORT", os.environ["PORT"])
    data = Path(os.environ.get(PREFIX + "DATA") or DEFAULT_DATA)
    try:
        return Settings(_env_file=data / DEMO_FILE, data=data), []
    except ValidationError as error:
        unreadable = {str(e["loc"][0]): e["msg"] for e in error.errors()}
    defaults: dict[str, Any] = {name: Settings.model_fields[name].default for name in unreadable}
    problems = [f"{PREFIX}{name.upper()}: {message}" for name, message in unreadable.items()]
    return Settings(_env_file=data / DEMO_FILE, **{"data": data, **defaults}), problems
