"""`warmline demo`: one command from nothing to a telephone that can be rung. `warmline demo-voice`: its voice alone."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from audio.demo_voice import DemoVoiceNotInstalled, LanguageNotSpoken
from audio.make_demo import ClipsCouldNotBeMade, make_demo
from audio.make_demo import Progress as MadeSoFar
from flows.load import load_pack
from ivr.demo import DEMO_NUMBER, demo_password, demo_settings, prepare_demo, shipped_pack, wanted_by
from ivr.demo_people import HELPERS, PEOPLE
from ivr.jobs.queue_server import QueueServerMissing
from ivr.operations.processes import PortTaken, require_port, run_all
from ivr.publishing.gate import NotReadyForAir, in_one_line, prepare, warnings_about
from ivr.settings import Settings, load_settings
from ivr.wiring import wire

OTHER_PORT = 9000


@click.command()
@click.option("--prepare-only", is_flag=True, help="Set everything up, and don't start it.")
def demo(prepare_only: bool) -> None:
    """Set up and start a whole hotline on this machine, with a telephone in the browser."""
    console = Console(stderr=False, highlight=False)
    started = time.monotonic()
    settings = demo_settings()
    if not prepare_only:
        _require_port(settings)
    console.print(f"Warmline demo, with everything in {settings.data}")
    try:
        _prepare(settings, console)
    except NotReadyForAir as error:
        console.print("The hotline can't go on air:")
        for reason in error.reasons:
            console.print(f"  - {reason}", markup=False)
        sys.exit(1)
    console.print(f"Ready to start after {time.monotonic() - started:.0f} s.")
    if prepare_only:
        return
    console.print("Starting web, workers and timetable …")
    try:
        sys.exit(run_all(settings, lambda: _say_address(settings)))
    except PortTaken as error:
        _leave(error)
    except QueueServerMissing as error:
        console.print(f"Not started: {error}.", markup=False)
        sys.exit(1)


def _require_port(settings: Settings) -> None:
    """Said at once: nobody should wait for a demo voice, and then have no telephone."""
    try:
        require_port(settings)
    except PortTaken as error:
        _leave(error)


def _leave(error: PortTaken) -> NoReturn:
    other = OTHER_PORT if error.port != OTHER_PORT else OTHER_PORT + 1
    sys.exit(
        f"Port {error.port} is taken, by another demo or another program. Stop that one, or try another port:\n\n"
        f"    PORT={other} make demo\n"
    )


@click.command("demo-voice")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def speak(folder: Path) -> None:
    """Give every text of a pack that has no recording one in a synthesised voice, to try it out."""
    settings = load_settings()
    if not settings.demo:
        sys.exit(
            "The demo voice is for trying out, and callers in distress should hear people. To use it all the same, "
            "set WARMLINE_DEMO=yes for this command and for warmline publish."
        )
    pack = load_pack(folder).pack
    if pack is None:
        sys.exit(f"The pack can't be read. See: warmline flow check {folder}")
    wiring, console = wire(settings), Console(stderr=False, highlight=False)
    try:
        with _bar(console) as progress:
            counts = make_demo(wanted_by(pack), wiring.library, datetime.now(UTC).date(), progress)
    except DemoVoiceNotInstalled:
        sys.exit("The demo voice isn't installed here. Install it with: pip install -r requirements/demo.txt")
    except (LanguageNotSpoken, ClipsCouldNotBeMade) as error:
        sys.exit(f"{error}.")
    console.print(
        f"Clips: {counts.made} made, {counts.kept} kept. None of them is meant for callers in distress."
    )


def _prepare(settings: Settings, console: Console) -> None:
    with _bar(console) as progress:
        wiring, counts = prepare_demo(settings, progress)
    console.print(
        f"Clips: {counts.made} made, {counts.kept} kept. Tables are up to date. {DEMO_NUMBER} is on air."
    )
    for warning in warnings_about(prepare(shipped_pack(), wiring.library, demo_allowed=True)):
        console.print(f"Could be better: {in_one_line(warning)}", markup=False)


@contextmanager
def _bar(console: Console) -> Iterator[MadeSoFar]:
    """Shows how many clips are made; where nobody watches, a line now and then."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("Looking for clips", total=None)

        def progress(done: int, total: int, label: str) -> None:
            bar.update(task, description=f"Making the demo voice: {label:<28}", completed=done, total=total)
            if not console.is_terminal and (done == total or done % 50 == 0):
                console.print(f"Making the demo voice: {done} of {total} clips")

        yield progress
        bar.update(task, visible=False)


def _say_address(settings: Settings) -> None:
    address = f"http://{'localhost' if settings.host == '127.0.0.1' else settings.host}:{settings.port}"
    phones = "".join(
        f"      {address}/telephone?number={one.number[1:]}&name={one.name}\n" for one in HELPERS
    )
    helpers = " or ".join(one.sign_in_name for one in HELPERS)
    staff = " or ".join(one.sign_in_name for one in PEOPLE if one not in HELPERS)
    click.echo(
        f"\n  The hotline answers. Open the telephone in a browser:\n\n      {address}/telephone\n\n"
        f"  Press “Call”, and ask to be called back. These are the telephones of two helpers, each in a tab of its "
        f"own; they ring:\n\n{phones}\n"
        f"  The pages: {address}/ (sign in as {helpers} to call back, or as {staff} to record;"
        f" password {demo_password(settings)})\n"
        f"  Ctrl-C stops everything.\n"
    )
