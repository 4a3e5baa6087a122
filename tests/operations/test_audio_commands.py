"""Recordings from a folder, sheets, backups: as an operator types it."""

from __future__ import annotations

import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from audio.fingerprint import PIPELINE_VERSION
from audio.take_states import TakeState
from ivr.audit.log import entries
from ivr.cli import cli
from ivr.people.roles import Role
from ivr.settings import load_settings
from ivr.store.migrate import migrate
from ivr.wiring import Wiring, wire
from tests.audio.take_rig import DAY, as_recorded
from tests.hotline import settings_for, the_shipped_pack
from tests.serving import environment_of

PACK = Path(__file__).parents[2] / "flows" / "packs" / "first_line"


@dataclass
class Operator:
    """Somebody at the shell of a hotline that has just been set up."""

    wiring: Wiring
    folder: Path

    def run(self, *words: object, status: int = 0) -> Result:
        done = CliRunner().invoke(cli, [str(word) for word in words])
        assert done.exit_code == status, done.output
        return done

    def bring(self) -> None:
        """Makes the pack that ships the draft, without reading it once more."""
        self.wiring.recording.drafts.bring(the_shipped_pack(), DAY)

    def put(self, name: str, content: bytes | None = None) -> None:
        path = self.folder / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_recorded(words=f"This is {name}.") if content is None else content)

    def states(self) -> dict[str, TakeState]:
        found = self.wiring.recording.takes.in_states(*TakeState)
        return {take.file_name: take.state for take in found}


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tables_on_sqlite: Path) -> Operator:
    settings = settings_for(tmp_path / "data", public_url="http://127.0.0.1:9")
    (tmp_path / "data").mkdir()
    shutil.copy(tables_on_sqlite, tmp_path / "data" / "warmline.db")
    for name, value in environment_of(settings).items():
        monkeypatch.setenv(name, value)
    return Operator(wire(load_settings()), tmp_path)


def test_a_pack_is_brought_before_anything_is_recorded(operator: Operator) -> None:
    """Without a pack nobody knows what is to be recorded; bringing one says what is new, and then what has changed."""
    operator.put("breathing.wav", b"x")
    for command in (("audio", "import", operator.folder / "in"), ("audio", "sheets")):
        assert "warmline flow bring FOLDER" in operator.run(*command, status=1).output
    said = operator.run("flow", "bring", PACK).output
    assert "first_line can be recorded now" in said
    assert "scripts: new" in said
    copy = operator.folder / "pack"
    shutil.copytree(PACK, copy)
    script = copy / "scripts" / "sw.yaml"
    script.write_text(script.read_text("utf-8").replace("Kiswahili,", "Kiswahili sanifu,", 1), "utf-8")
    assert "changed, and has to be recorded again" in operator.run("flow", "bring", copy).output
    assert "isn't recorded any more" in operator.run("flow", "drop", "first_line").output
    with operator.wiring.database.connect() as connection:
        deeds = [row.deed for row in entries(connection, 9)]
    assert deeds == ["flow_dropped", "flow_brought", "flow_brought"]
    assert "There are: none" in operator.run("flow", "drop", "first_line", status=1).output
    script.write_text("broken: [", "utf-8")
    assert "isn't brought" in operator.run("flow", "bring", copy, status=1).output


def test_a_folder_comes_in_and_becomes_clips(operator: Operator) -> None:
    """Each file finds its script by its name, its number and its folder; the rest is named; twice is once."""
    operator.bring()
    number = operator.wiring.recording.drafts.sheet_number("to_listen")
    for name in ("sw/breathing.wav", f"sw/{number:03} take.wav", "AUD-20260301-WA0001.wav"):
        operator.put(name)
    operator.put("en/goodbye.mp3", b"\xff\xd8\xff picture")
    operator.put("en/.hidden.wav", b"x")
    folder = operator.folder / "in"
    assert "--voice NAME" in operator.run("audio", "import", folder, status=1).output
    sara = operator.wiring.people.accounts
    invitation = sara.invite("command line", "Sara", "sara", (Role.STAFF,), operator.wiring.clock())
    sara.join(invitation.token, "tulip over nine lamps", operator.wiring.clock())
    said = operator.run(
        "audio", "import", folder, "--language", "sw", "--voice", "Sara", "--by", "sara", "--here"
    )
    assert "4 files: 2 matched" in said.output
    assert "1 could not be matched" in said.output
    assert "/console/upload:\n  - AUD-20260301-WA0001.wav" in said.output
    assert "goodbye.mp3: There is no sound in this file." in said.output
    assert operator.states() == {
        "breathing.wav": TakeState.TO_REVIEW,
        f"{number:03} take.wav": TakeState.TO_REVIEW,
        "AUD-20260301-WA0001.wav": TakeState.MATCHING,
    }
    (take,) = operator.wiring.recording.takes.takes_of("to_listen", "sw")
    assert (take.voice, take.recorded_by) == ("Sara", sara.named("sara").id)
    again = operator.run("audio", "import", folder, "--by", "sara", "--here").output
    assert "Clips: 0 made" in again
    assert len(operator.wiring.recording.takes.in_states(*TakeState)) == 3
    made = operator.wiring.recording.takes.takes_of("breathing", "sw")[0]
    assert made.pipeline == PIPELINE_VERSION
    assert "Clips: 0 made" in operator.run("audio", "rebuild").output


def test_a_name_in_an_unknown_encoding_stops_nothing(operator: Operator) -> None:
    """An old memory stick has a name that isn't text any more: that file comes in, and so does all behind it."""
    operator.bring()
    folder = operator.folder / "in" / "sw"
    folder.mkdir(parents=True)
    operator.put("sw/breathing.wav")
    (folder / os.fsdecode(b"a s\xe9lection.wav")).write_bytes(as_recorded(words="Something."))
    for _ in range(2):
        said = operator.run("audio", "import", operator.folder / "in", "--language", "sw", "--voice", "Sara")
        assert "2 files: 1 matched" in said.output
    assert sorted(operator.states().values()) == [TakeState.MATCHING, TakeState.RECEIVED]


def test_nothing_is_read_through_a_link(operator: Operator) -> None:
    """Mallory puts a link to the keys into a shared folder: nobody can listen to what lies at its other end."""
    operator.bring()
    operator.put("sw/breathing.wav")
    (operator.folder / "secrets").mkdir()
    (operator.folder / "secrets" / "welcome.wav").write_bytes(b"0123456789abcdef")
    (operator.folder / "in" / "sw" / "goodbye.wav").symlink_to(operator.folder / "secrets" / "welcome.wav")
    (operator.folder / "in" / "en").symlink_to(operator.folder / "secrets")
    said = operator.run(
        "audio", "import", operator.folder / "in", "--language", "sw", "--voice", "Sara"
    ).output
    assert "3 files: 1 matched" in said
    assert "2 can't be used:" in said
    assert "sw/goodbye.wav: It is a link" in said
    assert set(operator.states()) == {"breathing.wav"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--language", "xx", "--voice", "Sara"], "Nothing is recorded in 'xx'"),
        (["--voice", "Sara"], "Say with --language"),
        (["--language", "sw", "--voice", "Sara", "--by", "nobody"], "Nobody signs in as 'nobody'"),
    ],
)
def test_what_is_missing_is_asked_for(operator: Operator, options: list[str], said: str) -> None:
    """A wish that can't be met is answered with what to say instead, before a single file is read."""
    operator.bring()
    operator.put("sw/breathing.wav", b"x")
    assert said in operator.run("audio", "import", operator.folder / "in", *options, status=1).output
    assert operator.states() == {}


def test_sheets_are_printed_for_a_language_and_a_voice(operator: Operator) -> None:
    """Sara gets a sheet in Swahili with the numbers that phones and files know."""
    operator.bring()
    sheet = operator.folder / "sheet.html"
    operator.run("audio", "sheets", "--language", "sw", "--voice", "Sara", "-o", sheet)
    text = sheet.read_text("utf-8")
    number = operator.wiring.recording.drafts.sheet_number("breathing")
    assert f"{number}. breathing" in text
    assert "<strong>Sara</strong>" in text
    assert text.count("<section>") == 1
    assert operator.run("audio", "sheets").output.count("<section>") == 4
    for wrong in (("nobody",), ("--language", "xx")):
        operator.run("audio", "sheets", *wrong, status=1)


def test_the_library_goes_into_one_file_and_comes_back(operator: Operator, tmp_path: Path) -> None:
    """After a disaster the operator types one command, and is told what came back; a damaged copy changes nothing."""
    operator.bring()
    operator.put("sw/breathing.wav")
    operator.run("audio", "import", operator.folder / "in", "--language", "sw", "--voice", "Sara", "--here")
    file = tmp_path / "library.tar"
    assert "with 2 sounds" in operator.run("audio", "backup", file).output
    assert "is there already" in operator.run("audio", "backup", file, status=1).output
    before = operator.states()
    shutil.rmtree(operator.folder / "data" / "originals")
    (operator.folder / "data" / "warmline.db").unlink()
    migrate(operator.wiring.database)
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(file.read_bytes()[:40_000])
    assert "is damaged" in operator.run("audio", "restore", damaged, status=1).output
    assert operator.states() == {}
    said = operator.run("audio", "restore", file).output
    assert said.splitlines()[-1].startswith("Added: 1 sound and ")
    assert operator.states() == before
    assert "Added: 0 sounds and 0 rows" in operator.run("audio", "restore", file).output
    with tarfile.open(file) as archive:
        assert archive.getnames()[-1] == "manifest.json"
    for wrong, word in ((PACK / "flow.yaml", "is no backup"), (tmp_path / "nowhere.tar", "There is no file")):
        assert word in operator.run("audio", "restore", wrong, status=1).output


def test_a_backup_says_what_it_could_not_save(operator: Operator, tmp_path: Path) -> None:
    """A recording that has gone from the disk is named, and the command fails so that nobody trusts it blindly."""
    operator.bring()
    operator.put("sw/breathing.wav")
    operator.run("audio", "import", operator.folder / "in", "--language", "sw", "--voice", "Sara")
    (sha,) = operator.wiring.recording.originals.names()
    operator.wiring.recording.originals.remove(sha)
    said = operator.run("audio", "backup", tmp_path / "library.tar", status=1).output
    assert f"  - originals/{sha}" in said
