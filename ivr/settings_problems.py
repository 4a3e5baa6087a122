"""What keeps settings from running a hotline, said all at once, each with what to do about it."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ivr.key_places import KeyPlaces, problems_of_keys

if TYPE_CHECKING:
    from ivr.settings import Settings

_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._/-]*)?")


def problems_of(settings: Settings) -> list[str]:
    """Everything that keeps these settings from running a hotline, each with what to do."""
    return [
        *_problems_of_public_url(settings),
        *_problems_of_secrets(settings),
        *_problems_of_stores(settings),
        *_problems_of_buckets(settings),
        *_problems_of_vault(settings),
        *_problems_of_providers(settings),
    ]


def _problems_of_public_url(settings: Settings) -> list[str]:
    if not settings.public_url:
        return ["WARMLINE_PUBLIC_URL is not set: give the https address at which callers' calls arrive."]
    if not _is_an_address(settings.public_url):
        return ["WARMLINE_PUBLIC_URL must look like https://line.example.org, with nothing after the path."]
    if urlsplit(settings.public_url).scheme == "http" and not settings.demo:
        return ["WARMLINE_PUBLIC_URL must start with https:// (only the demo may use http://)."]
    return []


def is_on_this_machine(address: str) -> bool:
    """Whether nobody but this machine itself can ask for a web address."""
    try:
        name = urlsplit(address).hostname or ""
    except ValueError:
        return False
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _is_an_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        right_port = url.port is None or url.port > 0
    except ValueError:
        return False
    plain = not any(c.isspace() for c in text) and not {"?", "#", "@"} & set(text)
    return url.scheme in ("http", "https") and bool(url.hostname) and right_port and plain


def _problems_of_secrets(settings: Settings) -> list[str]:
    problems = []
    if len(settings.secret_key.get_secret_value()) < 32:
        problems.append(
            'WARMLINE_SECRET_KEY needs at least 32 characters: python3 -c "import secrets; print(secrets.token_hex())"'
        )
    return problems


def _problems_of_stores(settings: Settings) -> list[str]:
    problems = []
    if settings.database_url and not settings.database_url.startswith(
        ("sqlite:///", "postgresql+psycopg://")
    ):
        problems.append(
            "WARMLINE_DATABASE_URL must start with postgresql+psycopg:// or sqlite:/// (or be empty)."
        )
    if settings.redis_url and not settings.redis_url.startswith(("redis://", "rediss://", "unix://")):
        problems.append("WARMLINE_REDIS_URL must start with redis://, rediss:// or unix:// (or be empty).")
    return problems


def is_bucket(place: str) -> bool:
    """Whether sounds are kept in a bucket, and not in a folder."""
    return "://" in place


def _problems_of_buckets(settings: Settings) -> list[str]:
    problems = []
    for name, place in (("MEDIA", settings.media), ("ORIGINALS", settings.originals)):
        if is_bucket(place) and not _BUCKET.fullmatch(place):
            problems.append(f"WARMLINE_{name} must be a folder, or look like s3://bucket/prefix.")
    if settings.originals and settings.originals == settings.media:
        problems.append(
            "WARMLINE_ORIGINALS and WARMLINE_MEDIA are the same place: recordings as they came in are nobody's to "
            "hear, so give them a folder, or a prefix, of their own."
        )
    endpoint = settings.bucket_endpoint
    if endpoint and not _is_an_address(endpoint):
        problems.append("WARMLINE_BUCKET_ENDPOINT must look like https://storage.example.org.")
    elif endpoint and urlsplit(endpoint).scheme == "http" and not is_on_this_machine(endpoint):
        problems.append("WARMLINE_BUCKET_ENDPOINT must start with https://: recordings would travel open.")
    if bool(settings.bucket_key_id) != bool(settings.bucket_secret.get_secret_value()):
        problems.append(
            "WARMLINE_BUCKET_KEY_ID and WARMLINE_BUCKET_SECRET belong together: set both or none."
        )
    return problems


def _problems_of_vault(settings: Settings) -> list[str]:
    places = KeyPlaces(
        data=settings.data,
        database=settings.database,
        key_store=settings.key_store,
        master_key_file=settings.key_file,
        master_key=settings.master_key.get_secret_value(),
        older_master_keys=settings.master_key_old.get_secret_value(),
        demo=settings.demo,
    )
    problems = problems_of_keys(places)
    if not all(
        len(country) == 2 and country.isascii() and country.isalpha() for country in settings.countries
    ):
        problems.append("WARMLINE_CALLBACK_COUNTRIES must be two letters each, such as KE,TZ (or be empty).")
    return problems


def _problems_of_providers(settings: Settings) -> list[str]:
    problems = []
    has_twilio = settings.twilio_account_sid and settings.twilio_auth_token.get_secret_value()
    if bool(settings.twilio_account_sid) != bool(settings.twilio_auth_token.get_secret_value()):
        problems.append(
            "WARMLINE_TWILIO_ACCOUNT_SID and WARMLINE_TWILIO_AUTH_TOKEN belong together: set both or none."
        )
    if settings.simulator and len(settings.simulator_auth_token.get_secret_value()) < 32:
        problems.append(
            "WARMLINE_SIMULATOR_AUTH_TOKEN needs at least 32 characters where the simulator is on."
        )
    if settings.simulator and not settings.simulator_account_sid:
        problems.append("WARMLINE_SIMULATOR_ACCOUNT_SID is not set, and the simulator is on.")
    if settings.simulator and not settings.demo and not is_on_this_machine(settings.public_url):
        problems.append(
            "WARMLINE_SIMULATOR must be off: anybody on the internet could call this hotline with it, from any number. "
            "It may be on in the demo, or where WARMLINE_PUBLIC_URL is an address of this machine alone."
        )
    if not has_twilio and not settings.simulator:
        problems.append("No provider: set WARMLINE_TWILIO_ACCOUNT_SID and WARMLINE_TWILIO_AUTH_TOKEN.")
    return problems
