"""Where keys may be, and where not: whoever gets hold of the data, or of a backup of it, must not get the keys too."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import hexdigits
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

_THIS_MACHINE = frozenset({"", "localhost", "127.0.0.1", "::1"})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class KeyPlaces:
    """The places of keys and of data, as the settings say."""

    data: Path
    database: str
    key_store: str
    """Empty when the settings name none."""
    master_key_file: Path | None
    master_key: str = field(repr=False)
    older_master_keys: str = field(repr=False)
    """As they stand in the environment, the older ones separated by commas."""
    demo: bool


def readable_by_others(path: Path) -> bool:
    """Whether anybody but the owner can do anything with a file. Raises OSError when it can't be looked at."""
    return bool(path.stat().st_mode & _OTHERS)


def problems_of_keys(places: KeyPlaces) -> list[str]:
    """What keeps these places from being safe, each with what to do. In the demo all may be in one folder."""
    problems = [*_problems_of_master_key(places)]
    if not places.key_store:
        problems.append(
            "WARMLINE_KEYS is not set: name a folder for the key store that is apart from WARMLINE_DATA "
            "and has backups of its own (or a database of its own with WARMLINE_KEY_STORE_URL)."
        )
        return problems
    if not places.key_store.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("WARMLINE_KEY_STORE_URL must start with postgresql+psycopg:// or sqlite:///.")
        return problems
    return problems if places.demo else [*problems, *_keys_beside_data(places)]


def _problems_of_master_key(places: KeyPlaces) -> Iterator[str]:
    file = places.master_key_file
    if not all(_is_a_master_key(key) for key in (places.master_key, *places.older_master_keys.split(","))):
        yield "WARMLINE_MASTER_KEY and WARMLINE_MASTER_KEY_OLD must be keys of 64 hexadecimal characters."
    if places.master_key:
        if file is not None:
            yield "WARMLINE_MASTER_KEY and WARMLINE_MASTER_KEY_FILE are both set: keep one of them."
        return
    if file is None:
        yield (
            "WARMLINE_MASTER_KEY_FILE is not set: name a file apart from the data and from the key store, "
            "and make it with: warmline keys new"
        )
        return
    try:
        exposed = readable_by_others(file)
    except OSError:
        if not _was_set_up(places.key_store):
            yield f"The master key file {file} can't be read. For a new one: warmline keys new"
        return
    if exposed:
        yield f"Others than its owner can read the master key file {file}: chmod 600 {file}"


def _was_set_up(key_store: str) -> bool:
    """Where there is a key store already, the file is missing for the moment: callers have to be answered all the same.

    They are offered no call until it is back, and the doctor says so.
    """
    file = _file_of(key_store)
    return bool(key_store) and (file is None or file.exists())


def _keys_beside_data(places: KeyPlaces) -> Iterator[str]:
    data = places.data.resolve()
    of_database, of_store = _file_of(places.database), _file_of(places.key_store)
    if of_store is None:
        if _server_of(places.key_store) == _server_of(places.database):
            yield (
                "WARMLINE_KEY_STORE_URL is the database of the data itself: give the keys a database of their own."
            )
    elif _in_one_backup(of_store, data, of_database):
        yield (
            "The key store lies with the data, so one backup would hold both: "
            "set WARMLINE_KEYS to a folder apart from WARMLINE_DATA and from the database."
        )
    master = places.master_key_file
    if master is None:
        return
    master = master.resolve()
    if _in_one_backup(master, data, of_database):
        yield (
            "The master key file lies with the data: move it to a folder apart from WARMLINE_DATA, "
            "and set WARMLINE_MASTER_KEY_FILE."
        )
    if of_store is not None and (_inside(master, of_store.parent) or _inside(of_store, master.parent)):
        yield (
            "The master key file lies with the key store: move it to a folder of its own, "
            "and set WARMLINE_MASTER_KEY_FILE."
        )


def _is_a_master_key(text: str) -> bool:
    return not text or (len(text) == 64 and set(text) <= set(hexdigits))


def _inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _in_one_backup(secret: Path, data: Path, database: Path | None) -> bool:
    """Whether a backup of one folder would hold both. A folder that holds the data as well counts as one."""
    kept = [data, *([database] if database is not None else [])]
    return _inside(secret, data) or any(_inside(place, secret.parent) for place in kept)


def _url_of(address: str) -> URL | None:
    try:
        return make_url(address)
    except ArgumentError:
        return None


def _file_of(address: str) -> Path | None:
    url = _url_of(address)
    if url is None or url.get_backend_name() != "sqlite" or not url.database:
        return None
    # SQLite takes an address of its own as well: file:/folder/name.db?uri=true
    named = url.database.removeprefix("file:")
    return Path(named if named == url.database else unquote(named.partition("?")[0])).resolve()


def _server_of(address: str) -> tuple[str, int, str | None] | None:
    url = _url_of(address)
    if url is None or url.get_backend_name() == "sqlite":
        return None
    named = url.query.get("hostaddr", "") or url.query.get("host", "") or url.host or ""
    host = named if isinstance(named, str) else ",".join(named)
    of_this_machine = host in _THIS_MACHINE or host.startswith("/")
    return "" if of_this_machine else host.lower(), url.port or 5432, url.database
