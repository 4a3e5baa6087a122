"""Every command that a document gives a reader is run here, as the reader would run it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ivr.settings import DEMO_FILE, PREFIX
from tests.hotline import ACCOUNT, LINE_NUMBER, SIMULATOR_ACCOUNT, SIMULATOR_TOKEN, TOKEN, short_clip
from tests.serving import PROGRAM, free_port, wait_until
from tests.telephony.fake_rest import Provider, rest_app, serve

pytestmark = [pytest.mark.xdist_group("documents"), pytest.mark.timeout(400)]
"""A reader types the commands in their order, and waits for the demo voice."""

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "flows/README.md", "audio/README.md")
    for path in ROOT.glob(pattern)
)
COMMAND = re.compile(r"([A-Z_]+=\S+ )*(make|warmline) ")
SIMULATED = "+12025550101"


def commands_in(path: Path) -> list[str]:
    """The commands of a document's fenced blocks, in their order."""
    found, fence = [], None
    for line in path.read_text("utf-8").splitlines():
        text = line.strip()
        if text.startswith("```"):
            fence = None if fence is not None else text[3:]
        elif fence in ("", "sh") and COMMAND.match(f"{text} "):
            found.append(text.split("  #")[0].strip())
    return found


ALL = list(dict.fromkeys(command for path in DOCUMENTS for command in commands_in(path)))
MAKE = [command for command in ALL if command.startswith("make")]
WARMLINE = [command for command in ALL if "warmline" in command and command not in MAKE]
BACKUP, RESTORE = "warmline audio backup library.tar", "warmline audio restore library.tar"
ELSEWHERE = {"warmline demo"}
"""Run by the tests of the demo."""

STEPS = [command for command in commands_in(ROOT / "README.md") if command in WARMLINE]
"""How the first page puts a line on a real number, from an empty folder on."""

TO_TRY = (
    f'warmline line add {SIMULATED} --name "To try" --country KE --time-zone Africa/Nairobi '
    "--emergency-number 112 --provider simulator",
    f"WARMLINE_DEMO=yes warmline publish flows/packs/first_line --line {SIMULATED}",
)
"""What `warmline call` of the documents rings: on a machine with a real line only, nobody would answer it."""


@dataclass
class Reader:
    """Somebody with a shell in a folder of their own, who types what the first page says, in its order."""

    folder: Path
    environment: dict[str, str]
    done: dict[str, subprocess.CompletedProcess[str]] = field(default_factory=dict)
    up: subprocess.Popen[bytes] | None = None

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(command.replace("path/to/your/pack", "flows/packs/first_line"))
        at = words.index("warmline")
        settings = dict(word.split("=", 1) for word in words[:at])
        return subprocess.run(
            [str(PROGRAM), *words[at + 1 :]],
            cwd=self.folder,
            env=self.environment | settings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def follow(self, command: str) -> None:
        """Types one step of the first page, and keeps what came of it."""
        self.done[command] = self.start() if command == "warmline up" else self.run(command)

    def start(self) -> subprocess.CompletedProcess[str]:
        """`warmline up`, until it says that calls can be taken. It stays at work."""
        log = self.folder / "up.log"
        with log.open("wb") as written:
            self.up = subprocess.Popen(
                [PROGRAM, "up"], cwd=self.folder, env=self.environment, stdout=written, stderr=written
            )
        wait_until(lambda: b"calls can be taken" in log.read_bytes(), 60, "starting")
        return subprocess.CompletedProcess(["up"], 0, log.read_text(), "")

    def stop(self) -> None:
        if self.up is not None:
            self.up.send_signal(signal.SIGINT)
            self.up.wait(30)


def settings_of_a_real_line(folder: Path, api_url: str) -> dict[str, str]:
    """What the first page asks to be set, with nothing else; and a simulator, to ring without a phone."""
    port = free_port()
    ours = {
        "DATA": str(folder / "data"),
        "PUBLIC_URL": f"https://127.0.0.1:{port}",
        "PORT": str(port),
        "SECRET_KEY": "s" * 64,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_URL": api_url,
        "KEYS": str(folder / "keys"),
        "MASTER_KEY_FILE": str(folder / "elsewhere" / "master.key"),
        "SIMULATOR": "yes",
        "SIMULATOR_ACCOUNT_SID": SIMULATOR_ACCOUNT,
        "SIMULATOR_AUTH_TOKEN": SIMULATOR_TOKEN,
    }
    plain = {
        name: value for name, value in os.environ.items() if not name.startswith(PREFIX) and name != "PORT"
    }
    return plain | {PREFIX + name: value for name, value in ours.items()}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """Somebody who has nothing but a copy of Warmline and an account at a provider, and has followed the first page."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "flows" / "packs", folder / "flows" / "packs")
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "arrivals.csv", folder / "docs")
    (folder / "recordings" / "sw").mkdir(parents=True)
    (folder / "recordings" / "sw" / "breathing.wav").write_bytes(short_clip(9, seconds=1.0))
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    provider.has_number(LINE_NUMBER)
    with serve(rest_app(provider)) as api_url:
        someone = Reader(folder, settings_of_a_real_line(folder, api_url))
        try:
            for command in STEPS:
                someone.follow(command)
            for command in TO_TRY:
                tried = someone.run(command)
                assert tried.returncode == 0, tried.stderr
            yield someone
        finally:
            someone.stop()


def test_the_documents_give_commands() -> None:
    """The search for commands finds those that every reader begins with."""
    assert {"make demo", "make test"} <= set(MAKE)
    assert "warmline doctor" in WARMLINE


def test_the_first_page_leads_to_a_real_number() -> None:
    """The way to a real number on the first page begins with the keys and ends with the people who may come in."""
    names = [" ".join(word for word in step.split() if "=" not in word).split()[1] for step in STEPS]
    assert names == [
        "keys",
        "migrate",
        "line",
        "demo-voice",
        "publish",
        "up",
        "doctor",
        "twilio",
        "people",
    ]


def test_nothing_of_a_demo_is_left_on_a_real_line(reader: Reader) -> None:
    """Whoever follows the first page has a line on air without having loosened anything for good."""
    assert f"{PREFIX}DEMO" not in reader.environment
    assert not (Path(reader.environment[f"{PREFIX}DATA"]) / DEMO_FILE).exists()
    shown = reader.run("warmline line list").stdout
    assert f"{LINE_NUMBER}  First line  (twilio, KE, Africa/Nairobi): on air with first_line" in shown


@pytest.mark.parametrize("command", MAKE)
def test_a_make_command_exists_and_is_explained(command: str) -> None:
    """Each make command of the documents is one that `make help` explains."""
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    target = command.split()[1]
    assert re.search(rf"^  make {target} +\S", shown, re.MULTILINE)


@pytest.mark.parametrize("command", [one for one in WARMLINE if one not in ELSEWHERE])
def test_a_command_of_the_documents_does_what_it_says(reader: Reader, command: str) -> None:
    """Each command of the documents ends well, or, for the doctor, with advice in plain words; what is for the day
    after a disaster says that there was none."""
    if command.endswith("--undo"):
        # There has to be something to undo, whichever tests ran before this one.
        reader.run(command.removesuffix("--undo"))
    if command == BACKUP:
        (reader.folder / "library.tar").unlink(missing_ok=True)
    elif command == RESTORE and not (reader.folder / "library.tar").exists():
        reader.run(BACKUP)
    done = reader.done.get(command) or reader.run(command)
    assert "Traceback" not in done.stdout + done.stderr
    if command.startswith("warmline doctor"):
        assert done.returncode in (0, 1)
        assert "✓" in done.stdout
    elif command.startswith("warmline audit restored"):
        assert done.returncode == 1
        assert "The log has every row" in done.stderr
    else:
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert os.fspath(ROOT) not in done.stdout


def test_every_link_of_the_documents_leads_somewhere() -> None:
    """A reader who follows a link inside the project finds a page or a picture."""
    broken = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert broken == []
