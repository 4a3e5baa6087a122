"""`warmline audio backup` and `restore`: the whole library in one file, and back."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from audio.backup import write_backup
from audio.restore import BackupContradicts, BackupDamaged, NotABackup, restore_backup
from audio.stores import StoreOutOfReach
from ivr.audit.deeds import Deed
from ivr.audit.log import COMMAND_LINE
from ivr.progress_bars import bar
from ivr.recording.whole_library import whole_library
from ivr.settings import load_settings
from ivr.wiring import wire

FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
MOST_SHOWN = 20
IS_THERE = "{file} is there already, and is left as it is: give another name."


@click.command()
@FILE
def backup(file: Path) -> None:
    """Write the whole library into one new file: drafts, recordings as they came in, clips, who approved them, and what
    listening panels have keyed."""
    wiring, console = wire(load_settings()), Console(stderr=False, highlight=False)
    today = datetime.now(UTC).date()
    library = whole_library(wiring.database, wiring.recording, today)
    if file.exists():
        sys.exit(IS_THERE.format(file=file))
    try:
        with bar(console, "Writing") as progress:
            written = write_backup(library, file, today, progress)
    except FileExistsError:
        sys.exit(IS_THERE.format(file=file))
    except (OSError, StoreOutOfReach) as error:
        sys.exit(
            f"No backup was written: {getattr(error, 'strerror', None) or 'the bucket is out of reach'}."
        )
    rows = sum(written.rows.values())
    click.echo(
        f"Written: {file} with {_counted(written.sounds, 'sound')} and {_counted(rows, 'row')}, "
        f"{written.size / 1e6:.1f} MB. Keep it as safe "
        "as the recordings themselves: whoever has it can hear them all."
    )
    if written.lost:
        click.echo("Not in it, because it is gone or damaged here:")
        for name in written.lost[:MOST_SHOWN]:
            click.echo(f"  - {name}")
        sys.exit(1)


@click.command()
@FILE
def restore(file: Path) -> None:
    """Add what is in a backup and isn't here. It is looked through first; what is here stays as it is."""
    wiring, console = wire(load_settings()), Console(stderr=False, highlight=False)
    library = whole_library(wiring.database, wiring.recording, datetime.now(UTC).date())
    try:
        with bar(console, "Restoring") as progress:
            restored = restore_backup(library, file, progress)
    except FileNotFoundError:
        sys.exit(f"There is no file {file}.")
    except NotABackup as error:
        sys.exit(f"{file} is no backup that can be read here: {error}. Nothing was changed.")
    except BackupDamaged as error:
        sys.exit(f"{file} is damaged: {error}. Nothing of it was noted.")
    except BackupContradicts as error:
        sys.exit(f"{error} Nothing was changed.")
    except StoreOutOfReach:
        sys.exit("The bucket is out of reach. What was restored so far does no harm; run it again.")
    except (OSError, SQLAlchemyError) as error:
        why = getattr(error, "strerror", None) or "the database is out of reach"
        sys.exit(f"It can't be restored here: {why}. What was restored so far does no harm; run it again.")
    rows = sum(restored.rows.values())
    if rows:
        with wiring.database.begin() as connection:
            wiring.audit.append(connection, at=wiring.clock(), who=COMMAND_LINE, deed=Deed.LIBRARY_RESTORED)
    click.echo(
        f"Added: {_counted(restored.sounds, 'sound')} and {_counted(rows, 'row')}. Here already: "
        f"{_counted(restored.sounds_kept, 'sound')} and {_counted(restored.rows_kept, 'row')}, left as they are."
    )


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
