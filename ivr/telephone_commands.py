"""`warmline call`: a telephone in the terminal, for tests and for staff over a bad connection."""

from __future__ import annotations

import json

import click

from ivr.settings import SettingsIncomplete, load_settings
from ivr.telephony.simulator.exchange import NUMBER, new_leg_id
from ivr.telephony.simulator.hands import AskingHands, Hands, UnknownMove, WrittenHands, read_moves
from ivr.telephony.simulator.parts import signer_of
from ivr.telephony.simulator.signing import Signer
from ivr.telephony.simulator.terminal import DialledParty, JumpingClock, Telephone, WallClock
from ivr.telephony.simulator.transcript import Line, Transcript
from ivr.telephony.simulator.wire import NobodyAnswers, RecordsOutOfReach, Wire
from ivr.telephony.simulator.words import Opening

WITHHELD = "anonymous"
MARKS = {"heard": "♪", "keys": "⌨", "pressed": "▶", "silence": "…", "problem": "!"}


@click.command()
@click.option(
    "--press", "moves", metavar="KEYS", help="What to do on each screen, such as 2,1,~,0. See below."
)
@click.option("--to", "line", metavar="NUMBER", help="The line to ring. Default: the first line on air.")
@click.option("--number", default="+12025550123", show_default=True, help="The caller's number, made up.")
@click.option("--withheld", is_flag=True, help="Hide the caller's number.")
@click.option("--hang-up", is_flag=True, help="Hang up after the last key instead of staying silent.")
@click.option("--real-time", is_flag=True, help="Take as long as the call would take.")
@click.option(
    "--dialled", metavar="SECONDS", type=int, help="Whoever the hotline dials answers and talks so long."
)
@click.option(
    "--base-url", metavar="URL", help="Where the hotline is reached. Default: this machine, its own port."
)
@click.option("--json", "as_json", is_flag=True, help="Print the transcript as JSON.")
def call(
    moves: str | None,
    line: str | None,
    number: str,
    withheld: bool,
    hang_up: bool,
    real_time: bool,
    dialled: int | None,
    base_url: str | None,
    as_json: bool,
) -> None:
    """Ring the hotline from the terminal and print what is heard.

    KEYS is a list with one entry for each screen: a key (or several, 1234), ~ for silence, voice:4 to talk for four
    seconds, end to hang up. A key is pressed when the last word has been said; 1@2.5 presses it 2.5 seconds into the
    screen. Without --press, each screen asks for the key.

    Ends with 1 if anything broke on the way: an error, a missing clip, a hang-up with nothing said.
    """
    try:
        settings = load_settings()
        written = None if moves is None else read_moves(moves)
    except (SettingsIncomplete, UnknownMove) as unusable:
        raise click.ClickException(str(unusable)) from None
    if not settings.simulator:
        raise click.ClickException("The simulator is switched off here: set WARMLINE_SIMULATOR=true.")
    if not NUMBER.fullmatch(number):
        raise click.ClickException(f"{number!r} is not a number. Write it with + and digits only.")
    signer = signer_of(settings)
    wire = Wire(signer, base_url or f"http://127.0.0.1:{settings.port}")
    opening = _opening(signer, WITHHELD if withheld else number, line or _first_line(wire))
    transcript = Transcript(wire.about_clip, (lambda _: None) if as_json else _print)
    hands: Hands = AskingHands(_ask, click.echo) if written is None else WrittenHands(written, hang_up)
    party = DialledParty("completed", talks=dialled) if dialled else DialledParty()
    Telephone(opening, wire, hands, WallClock() if real_time else JumpingClock(), transcript, party).run()
    if as_json:
        click.echo(json.dumps(_document(opening, transcript), ensure_ascii=False, indent=2))
    raise SystemExit(1 if transcript.problems else 0)


def _opening(signer: Signer, number: str, line: str) -> Opening:
    return Opening(
        sid=new_leg_id(),
        account=signer.account,
        from_number=number,
        to_number=line,
        voice_url=signer.voice_url,
        fallback_url=signer.fallback_url,
        status_url=signer.status_url,
    )


def _first_line(wire: Wire) -> str:
    try:
        lines = wire.lines()
    except NobodyAnswers:
        raise click.ClickException(
            "The hotline can't be reached. Is it running? Start it with: make demo"
        ) from None
    except RecordsOutOfReach:
        raise click.ClickException(
            "The hotline runs, and its database doesn't answer. Callers hear the emergency number meanwhile. "
            "Look for the cause with: warmline doctor. To hear what they hear, name the line with --to."
        ) from None
    if not lines:
        raise click.ClickException("No line is on air yet. Put one on air with: warmline publish")
    return lines[0][0]


def _ask() -> str:
    try:
        return str(click.prompt("key (Enter: silence, end: hang up)", default="~", show_default=False))
    except click.Abort:
        return "end"


def _print(line: Line) -> None:
    mark = MARKS.get(line.kind, "·")
    minutes, seconds = divmod(int(line.at), 60)
    language = f"[{line.language}] " if line.language else ""
    text = line.text.replace("\n", "\n" + " " * 10)
    click.echo(f"{minutes:3}:{seconds:02}  {mark} {language}{text}")


def _document(opening: Opening, transcript: Transcript) -> dict[str, object]:
    return {
        "line": opening.to_number,
        "problems": [line.text for line in transcript.problems],
        "transcript": [line.as_json() for line in transcript.lines],
    }
