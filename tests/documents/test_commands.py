"""Every command that a document gives a reader is run here, as the reader would run it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ivr.publishing.lines import Line, save_line
from ivr.vault.master_keys import add_new_key
from tests.hotline import ACCOUNT, LINE_NUMBER, TOKEN, make_hotline, with_simulator
from tests.serving import PROGRAM, environment_of, free_port, wait_until
from tests.telephony.fake_rest import Provider, rest_app, serve

pytestmark = pytest.mark.xdist_group("documents")
"""A reader types the commands in their order."""

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
WARMLINE = [command for command in ALL if command.startswith("warmline")]
ELSEWHERE = {"warmline demo", "warmline up"}
"""Run by the tests of the demo, and by the fixture below."""


@dataclass
class Reader:
    """Somebody with a shell, in a folder of their own, with a hotline at work."""

    folder: Path
    environment: dict[str, str]

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        words = shlex.split(command.replace("path/to/your/pack", "flows/packs/first_line"))
        return subprocess.run(
            [str(PROGRAM), *words[1:]],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """`warmline up` at work, with a line at a provider and one for the telephone in the browser."""
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(ROOT / "flows" / "packs", folder / "flows" / "packs")
    data = folder / "data"
    data.mkdir(mode=0o700)
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    provider = Provider(account_sid=ACCOUNT, token=TOKEN)
    provider.has_number(LINE_NUMBER)
    add_new_key(data / "keys" / "master.key")
    with serve(rest_app(provider)) as api_url:
        made = make_hotline(
            data, public_url=public_url, port=port, twilio_api_url=api_url, master_key="", **with_simulator()
        )
        wiring = made.wiring
        line = Line("", SIMULATED, "To try", "simulator", None, "KE", "Africa/Nairobi", "112")
        with wiring.database.begin() as connection:
            save_line(connection, line)
        wiring.database.dispose()
        someone = Reader(folder, environment_of(wiring.settings))
        published = someone.run(f"warmline publish flows/packs/first_line --line {SIMULATED}")
        assert published.returncode == 0, published.stderr
        log = (folder / "up.log").open("wb")
        up = subprocess.Popen([PROGRAM, "up"], env=someone.environment, stdout=log, stderr=log)
        try:
            wait_until(lambda: b"calls can be taken" in (folder / "up.log").read_bytes(), 40, "starting")
            yield someone
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(30)
            log.close()


def test_the_documents_give_commands() -> None:
    """The search for commands finds those that every reader begins with."""
    assert {"make demo", "make test"} <= set(MAKE)
    assert "warmline doctor" in WARMLINE


@pytest.mark.parametrize("command", MAKE)
def test_a_make_command_exists_and_is_explained(command: str) -> None:
    """Each make command of the documents is one that `make help` explains."""
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    target = command.split()[1]
    assert re.search(rf"^  make {target} +\S", shown, re.MULTILINE)


@pytest.mark.parametrize("command", [one for one in WARMLINE if one not in ELSEWHERE])
def test_a_command_of_the_documents_does_what_it_says(reader: Reader, command: str) -> None:
    """Each command of the documents ends well, or, for the doctor, with advice in plain words."""
    if command.endswith("--undo"):
        # There has to be something to undo, whichever tests ran before this one.
        reader.run(command.removesuffix("--undo"))
    done = reader.run(command)
    assert "Traceback" not in done.stdout + done.stderr
    if command.startswith("warmline doctor"):
        assert done.returncode in (0, 1)
        assert "✓" in done.stdout
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
