"""`warmline flow`: read, draw and hand on what callers hear."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from flows.examine import Examined, examine, problems_in, unreadable_in
from flows.export import as_json, as_recording_sheet
from flows.model import Pack
from flows.picture import Paper, draw_flow, draw_sheets
from flows.problems import Problem, any_error, listed

if TYPE_CHECKING:
    from ivr.audit.deeds import Deed
    from ivr.wiring import Wiring

FOLDER = click.argument("folder", type=click.Path(path_type=Path))
OUTPUT = click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file."
)

ESTIMATED = "How long things take is estimated from the texts here; publishing measures the recordings."


@click.group()
def flow() -> None:
    """Check, draw and hand on what callers hear."""


@flow.command()
@FOLDER
@click.option("--json", "as_document", is_flag=True, help="For programs: one JSON document.")
def check(folder: Path, as_document: bool) -> None:
    """Say everything that is wrong with a pack, with file and line. Ends with 1 when there is a mistake."""
    examined = examine(folder)
    if as_document:
        click.echo(json.dumps(_document(examined), ensure_ascii=False, indent=1))
    else:
        _print_problems(examined.problems)
        click.echo(_summary(examined))
    sys.exit(1 if any_error(examined.problems) else 0)


@flow.command()
@FOLDER
@click.option("--flow", "flow_id", help="Which flow of the pack; without it, the one where calls start.")
@click.option("--language", help="Which language to show; without it, the first.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["sheets", "drawing"]),
    help="sheets: a page (HTML) to print. drawing: all on one large SVG, for a screen or a wall. "
    "Without it, a drawing where the file is to end in .svg, and sheets otherwise.",
)
@click.option(
    "--paper", type=click.Choice(["a4", "a3"]), default="a4", show_default=True, help="Of the sheets."
)
@OUTPUT
def graph(
    folder: Path,
    flow_id: str | None,
    language: str | None,
    form: Literal["sheets", "drawing"] | None,
    paper: Paper,
    output: Path | None,
) -> None:
    """Draw a flow to read, print and discuss, with its mistakes marked in place."""
    examined = examine(folder)
    draft = _draft(examined)
    chosen = flow_id or draft.entry
    if chosen not in draft.flows:
        raise click.ClickException(f"There is no flow “{chosen}” here. The flows are: {listed(draft.flows)}.")
    spoken = _language(draft, language)
    problems = problems_in(examined, chosen, spoken)
    unreadable = unreadable_in(examined, chosen)
    if form == "drawing" or (form is None and output is not None and output.suffix == ".svg"):
        _write(draw_flow(draft, chosen, spoken, problems, unreadable), output)
    else:
        _write(draw_sheets(draft, chosen, spoken, problems, unreadable, paper), output)


@flow.command()
@FOLDER
@click.option(
    "--as",
    "form",
    type=click.Choice(["json", "sheet"]),
    required=True,
    help="json: the whole pack as one document. sheet: a page to print for those who record it.",
)
@click.option("--language", help="Of the sheet: only this language; without it, all.")
@OUTPUT
def export(folder: Path, form: Literal["json", "sheet"], language: str | None, output: Path | None) -> None:
    """Hand a pack on: as a document, or as a sheet to record from."""
    examined = examine(folder)
    if form == "sheet":
        draft = _draft(examined)
        languages = draft.languages if language is None else (_language(draft, language),)
        _write(as_recording_sheet(draft, languages), output)
        if any_error(examined.problems):
            click.echo("This pack has mistakes: see `warmline flow check` before you record it.", err=True)
        return
    if examined.pack is None:
        _print_problems(examined.problems, err=True)
        raise click.ClickException("A pack with mistakes isn't exported. Nothing was written.")
    _write(as_json(examined.pack), output)


@flow.command()
@FOLDER
def bring(folder: Path) -> None:
    """Make a pack the draft that staff record and review. Nothing goes on air by this."""
    pack = examine(folder).pack
    if pack is None:
        raise click.ClickException(f"A pack with mistakes isn't brought. See: warmline flow check {folder}")
    # Imported here, because checking and drawing a pack needs neither settings nor a database.
    from ivr.audit.deeds import Deed
    from ivr.settings import load_settings
    from ivr.wiring import wire

    settings = load_settings()
    wiring = wire(settings)
    brought = wiring.recording.drafts.bring(pack, datetime.now(UTC).date())
    _note(wiring, Deed.FLOW_BROUGHT, pack.id)
    click.echo(
        f"{pack.id} can be recorded now, at {settings.public_url}/console/library or with: "
        "warmline audio import FOLDER"
    )
    for count, what in (
        (len(brought.new), "new"),
        (len(brought.changed), "changed, and has to be recorded again where it was recorded"),
        (len(brought.gone), "no longer said"),
    ):
        if count:
            click.echo(f"  {_count(count, 'script')}: {what}")


@flow.command()
@click.argument("pack")
def drop(pack: str) -> None:
    """Take a draft away that nobody records any more. What is on air stays on air, and no recording is lost."""
    from ivr.audit.deeds import Deed
    from ivr.recording.drafts import NoSuchDraft
    from ivr.settings import load_settings
    from ivr.wiring import wire

    wiring = wire(load_settings())
    drafts = wiring.recording.drafts
    try:
        drafts.drop(pack)
    except NoSuchDraft:
        known = ", ".join(drafts.packs()) or "none"
        raise click.ClickException(f"No pack “{pack}” is being recorded. There are: {known}.") from None
    _note(wiring, Deed.FLOW_DROPPED, pack)
    click.echo(f"{pack} isn't recorded any more. Bring it again at any time: warmline flow bring FOLDER")


def _note(wiring: Wiring, deed: Deed, pack: str) -> None:
    """Which words are recorded decides what callers hear: who changed them stands in the audit log."""
    from ivr.audit.log import COMMAND_LINE

    with wiring.database.begin() as connection:
        wiring.audit.append(
            connection, at=wiring.clock(), who=COMMAND_LINE, deed=deed, details={"pack": pack}
        )


def _draft(examined: Examined) -> Pack:
    if examined.draft is None:
        _print_problems(examined.problems, err=True)
        raise click.ClickException("Too little of this pack can be read. Nothing was written.")
    return examined.draft


def _language(pack: Pack, language: str | None) -> str:
    if language is None:
        return pack.languages[0]
    if language not in pack.languages:
        raise click.ClickException(
            f"Callers can't choose “{language}” here. The languages are: {listed(pack.languages)}."
        )
    return language


def _write(content: str, output: Path | None) -> None:
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_text(content, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} can't be written: {error.strerror}.") from error
    click.echo(f"Written: {output}", err=True)


def _print_problems(problems: Sequence[Problem], err: bool = False) -> None:
    for file, group in groupby(problems, key=lambda problem: problem.file):
        click.echo(click.style(file or "This folder", bold=True), err=err)
        for problem in group:
            _print_problem(problem, err)
        click.echo("", err=err)


def _print_problem(problem: Problem, err: bool) -> None:
    word = "MISTAKE" if problem.severity == "error" else "warning"
    where = [f"line {problem.line}"] if problem.line is not None else []
    where += [f"node “{problem.node}”"] if problem.node else []
    place = f"{', '.join(where)}: " if where else ""
    colour = "red" if problem.severity == "error" else "yellow"
    click.echo(f"  {click.style(word, fg=colour)}  {place}{problem.message}", err=err)
    click.echo(f"           {problem.hint}", err=err)


def _summary(examined: Examined) -> str:
    errors = sum(problem.severity == "error" for problem in examined.problems)
    warnings = len(examined.problems) - errors
    counts = listed(
        [_count(errors, "mistake")] * bool(errors) + [_count(warnings, "warning")] * bool(warnings)
    )
    if errors:
        return f"{counts}. With a mistake in it, this pack can't go on air."
    pack = examined.pack
    nodes = sum(len(each.nodes) for each in pack.flows.values()) if pack is not None else 0
    languages = listed(pack.languages) if pack is not None else ""
    good = f"This pack can go on air once it is recorded: {_count(nodes, 'node')}, in {languages}."
    found = f"{counts}." if counts else "Nothing to improve was found."
    return f"{good} {found} {ESTIMATED}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _document(examined: Examined) -> dict[str, object]:
    errors = sum(problem.severity == "error" for problem in examined.problems)
    return {
        "errors": errors,
        "warnings": len(examined.problems) - errors,
        "problems": [problem.to_document() for problem in examined.problems],
    }
