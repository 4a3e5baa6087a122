"""`warmline audio`: recordings in from a folder, clips made anew, sheets to read from, and the library in one file."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import click
from rich.console import Console

from audio import advice
from audio.fingerprint import PIPELINE_VERSION
from audio.make_many import MakeMany, Tally, ToMake
from audio.report import Report
from audio.stores import StoreOutOfReach
from audio.take_rows import Take
from audio.take_states import TakeState
from flows.export import as_recording_sheet
from ivr.audit.log import COMMAND_LINE
from ivr.backup_commands import backup, restore
from ivr.people.refusals import NobodyOfThisId
from ivr.people.roles import Right
from ivr.progress_bars import SaysProgress, bar
from ivr.recording.archives import LARGEST_CONTENTS
from ivr.recording.drafts import NoSuchDraft
from ivr.recording.expecting import expected_of_take
from ivr.recording.incoming import Incoming, Received, Sender
from ivr.settings import load_settings
from ivr.wiring import Wiring, wire

MOST_SHOWN = 30
MOST_AT_ONCE = 100_000

REFUSALS = {
    **advice.REFUSALS,
    "sent_before": "Somebody else has brought in this very file before.",
    "unreadable": "It can't be opened.",
    "link": "It is a link to somewhere else. Put the recording itself into the folder.",
    "original_lost": "The recording is gone from where recordings are kept.",
}


@click.group()
def audio() -> None:
    """Bring recordings in, make clips of them, and keep the library safe."""


audio.add_command(backup)
audio.add_command(restore)


@audio.command("import")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--language", default="", help="Of files whose name and folders say none, such as sw.")
@click.option("--voice", default="", help="Who is heard; without it, the usual voice of the language.")
@click.option(
    "--by", "sign_in_name", default="", help="Who recorded it, by sign-in name: nobody approves their own."
)
@click.option(
    "--here",
    is_flag=True,
    help="Make the clips at once, on all processors, instead of leaving it to workers.",
)
def import_folder(folder: Path, language: str, voice: str, sign_in_name: str, here: bool) -> None:
    """Bring in every recording of a folder, and say which script each is of.

    A file is matched by its name: the prompt (breathing.m4a), or its number on the sheet (017.wav); its folder or its
    name says the language (sw/017.wav). What was brought in before isn't brought in again.
    """
    wiring, console = wire(load_settings()), Console(stderr=False, highlight=False)
    _require_draft(wiring)
    _require_voice(wiring, language, voice)
    by = _person_named(wiring, sign_in_name)
    received = list(_bring_in(wiring, console, folder, Sender(by, language, voice, wiring.clock())))
    taken = [one for one in received if one.take is not None]
    _say_received(wiring, received)
    if here:
        _make_here(wiring, console, {one.take.id for one in taken if one.take is not None})
    elif any(one.take is not None and one.take.state is TakeState.RECEIVED for one in taken):
        click.echo("Workers make the clips now; then they can be heard and approved.")


@audio.command()
def rebuild() -> None:
    """Make every clip anew that was made in an older way, from its recording, and try once more what workers have given
    up. Can be stopped and started again."""
    wiring, console = wire(load_settings()), Console(stderr=False, highlight=False)
    older = wiring.recording.work.made_in_an_older_way(PIPELINE_VERSION)
    given_up = wiring.recording.work.begin_anew(wiring.clock())
    with bar(console, "Making clips anew") as progress:
        tally = _maker(wiring, progress).rebuild(_to_make(wiring, older))
    _say_tally(tally)
    if tally.made:
        click.echo("Callers hear them once the pack is published again.")
    if given_up:
        _make_here(wiring, console, {take.id for take in given_up})


@audio.command()
@click.argument("pack", required=False)
@click.option("--language", help="Only this one; without it, all.")
@click.option("--voice", default="", help="Who is to record it; printed on the sheet.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
def sheets(pack: str | None, language: str | None, voice: str, output: Path | None) -> None:
    """Print what is to be recorded, with the numbers by which it is recorded on a phone and named in files."""
    wiring = wire(load_settings())
    _require_draft(wiring)
    drafts = wiring.recording.drafts
    try:
        chosen = drafts.pack(pack or drafts.packs()[0])
    except NoSuchDraft:
        sys.exit(f"No pack {pack!r} is being recorded. There are: {', '.join(drafts.packs())}")
    if language is not None and language not in chosen.languages:
        sys.exit(f"Callers can't choose {language!r} here. The languages are: {', '.join(chosen.languages)}")
    languages = chosen.languages if language is None else (language,)
    page = as_recording_sheet(chosen, languages, drafts.sheet_numbers(), voice)
    if output is None:
        click.echo(page, nl=False)
    else:
        output.write_text(page, encoding="utf-8")
        click.echo(f"Written: {output}", err=True)


def _require_draft(wiring: Wiring) -> None:
    if not wiring.recording.drafts.packs():
        sys.exit("Nothing is being recorded yet. Bring a pack first: warmline flow bring FOLDER")


def _require_voice(wiring: Wiring, language: str, voice: str) -> None:
    """Callers should hear one person within a menu, so it has to be known who is heard."""
    room = wiring.recording
    if language and language not in room.drafts.languages():
        sys.exit(
            f"Nothing is recorded in {language!r}. The languages are: {', '.join(room.drafts.languages())}"
        )
    if voice and not language:
        sys.exit("Say with --language in which language this voice is heard.")
    if voice:
        room.voices.add(language, voice)
    elif not any(room.voices.all(code) for code in ([language] if language else room.drafts.languages())):
        sys.exit("Say who is heard, with --voice NAME and --language CODE; afterwards it is known.")


def _person_named(wiring: Wiring, sign_in_name: str) -> str:
    if not sign_in_name:
        return COMMAND_LINE
    try:
        person = wiring.people.accounts.named(sign_in_name)
    except NobodyOfThisId:
        sys.exit(f"Nobody signs in as {sign_in_name!r}. See: warmline people list")
    if not person.may(Right.RECORD_AND_PUBLISH):
        sys.exit(f"{sign_in_name} isn't staff, and records nothing.")
    return person.id


def _bring_in(wiring: Wiring, console: Console, folder: Path, sender: Sender) -> Iterator[Received]:
    files = sorted(path for path in folder.rglob("*") if _is_file(path) and not _is_hidden(path, folder))
    incoming = Incoming(wiring.recording)
    with bar(console, "Bringing in") as progress:
        for done, path in enumerate(files, start=1):
            named = os.fsencode(path.relative_to(folder).as_posix())
            # A stick or an old archive may hold names in no encoding that is known: they are shown as well as can be.
            name = named.decode("utf-8", "replace")
            yield from _brought(incoming, path, name, named, sender)
            progress(done, len(files), name)


def _brought(incoming: Incoming, path: Path, name: str, named: bytes, sender: Sender) -> Iterator[Received]:
    if path.is_symlink():
        yield Received(name, None, "link")
        return
    try:
        if path.stat().st_size > LARGEST_CONTENTS:
            yield Received(name, None, "too_large")
            return
        with path.open("rb") as file:
            sha = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            yield from incoming.receive(_upload_id(named, sha), name, file, sender)
    except OSError:
        yield Received(name, None, "unreadable")


def _is_file(path: Path) -> bool:
    """Also what is only a link, so that it is named among what can't be used: nothing is read through
    links. What came in can be listened to, and a link in a shared folder may lead to the master key."""
    return path.is_file() or path.is_symlink()


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def _upload_id(named: bytes, sha: str) -> str:
    """The same file at the same place is the same take, whenever it is brought in."""
    return hashlib.sha256(named + b"\n" + sha.encode()).hexdigest()


def _say_received(wiring: Wiring, received: list[Received]) -> None:
    unmatched = [one for one in received if one.take is not None and one.take.state is TakeState.MATCHING]
    matched = len(received) - len(unmatched) - sum(bool(_refusal(one)) for one in received)
    click.echo(f"{len(received)} files: {matched} matched to their script.")
    if unmatched:
        click.echo(f"{len(unmatched)} could not be matched. Say which script each is of at {_page(wiring)}:")
        _list([one.name for one in unmatched])
    refused = [f"{one.name}: {_why(_refusal(one))}" for one in received if _refusal(one)]
    if refused:
        click.echo(f"{len(refused)} can't be used:")
        _list(refused)


def _refusal(one: Received) -> str:
    """Why a file can't be used, as far as it is known yet."""
    return one.refusal if one.take is None else one.take.refusal


def _page(wiring: Wiring) -> str:
    return f"{wiring.settings.public_url}/console/upload"


def _why(code: str) -> str:
    return REFUSALS.get(code, code.replace("_", " "))


def _list(lines: list[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        click.echo(f"  - {line}")
    if len(lines) > MOST_SHOWN:
        click.echo(f"  … and {len(lines) - MOST_SHOWN} more")


def _make_here(wiring: Wiring, console: Console, ids: set[str]) -> None:
    waiting = wiring.recording.takes.in_states(TakeState.RECEIVED, most=MOST_AT_ONCE)
    own = [take for take in waiting if take.id in ids]
    with bar(console, "Making clips") as progress:
        tally = _maker(wiring, progress).received(_to_make(wiring, own))
    _say_tally(tally)
    _say_what_helps(wiring, own)


def _say_what_helps(wiring: Wiring, made: list[Take]) -> None:
    """The one sentence that helps most, of each recording that could be better."""
    told = []
    for take in made:
        now = wiring.recording.takes.take(take.id)
        report = Report.from_json(now.report) if now.clip_sha else None
        if report is not None and report.findings:
            told.append(f"{now.file_name or now.prompt} ({now.language}): {advice.advice(report)}")
    if told:
        click.echo(f"{len(told)} could be better:")
        _list(told)


def _maker(wiring: Wiring, progress: SaysProgress) -> MakeMany:
    room = wiring.recording
    return MakeMany(room.work, room.originals, room.media, wiring.clock, progress, os.cpu_count())


def _to_make(wiring: Wiring, takes: list[Take]) -> list[ToMake]:
    drafts = wiring.recording.drafts
    return [ToMake(take, expected_of_take(drafts, take)) for take in takes]


def _say_tally(tally: Tally) -> None:
    click.echo(f"Clips: {tally.made} made.")
    refused = [
        f"{take.file_name or take.prompt} ({take.language}): {_why(code)}" for take, code in tally.refused
    ]
    if refused:
        click.echo(f"{len(refused)} can't become a clip:")
        _list(refused)
    broken = [f"{take.file_name or take.prompt}: {words}" for take, words in tally.broken]
    if broken:
        click.echo(f"On {len(broken)} Warmline itself failed; they stay as they were:")
        _list(broken)
    if tally.stopped is not None:
        sys.exit(f"Not all are made: {_why_stopped(tally.stopped)} Run it again, and it goes on.")


def _why_stopped(error: Exception) -> str:
    if isinstance(error, StoreOutOfReach):
        return f"the place where sounds are kept can't be reached ({error})."
    if isinstance(error, BrokenProcessPool):
        return "a process was ended by the system, which may have had too little memory."
    return f"the machine says {error}."
