"""A pack, from its folder. Every mistake is reported at once, and no bytes on disk raise an exception."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.curly import straightened
from flows.documents import UnknownPackDocument, pack_from_document, pack_to_document
from flows.fields import Findings
from flows.load_flow import ReadFlow, read_flow
from flows.load_scripts import read_scripts
from flows.model import Pack, Script
from flows.problems import WHOLE_FILE, Lost, Places, Problem, any_error, did_you_mean, in_reading_order
from flows.quotes import CURLY_HINT, CURLY_MESSAGE
from flows.yaml_tree import MOST_BYTES, Tree, UnreadableFile, decoded, parsed

__all__ = ["Loaded", "UnknownPackDocument", "load_pack", "pack_from_document", "pack_to_document"]

ENTRY = "flow.yaml"
SCRIPTS = "scripts"
MOST_FILES = 60


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pack that was read. `pack` is None as soon as there is any error; `draft` is what could be read even so, for
    drawing it and for finding more mistakes at once, and `unreadable` names the (flow, node) with mistakes in them:
    missing in it, or with defaults where a field is wrong."""

    pack: Pack | None
    problems: tuple[Problem, ...]
    draft: Pack | None = None
    unreadable: frozenset[tuple[str, str]] = frozenset()
    unreadable_scripts: frozenset[tuple[str, str]] = frozenset()
    """(prompt, language) that exist but contain mistakes; the prompt is “*” where that holds for a whole file."""
    lost: Lost = "nothing"
    places: Places = field(default_factory=dict)


def load_pack(folder: Path) -> Loaded:
    """Reads `flow.yaml`, every other flow beside it, and `scripts/*.yaml`."""
    findings = Findings()
    if not _is_folder(folder):
        message, hint = _no_folder(folder)
        findings.add("error", "", None, "", message, hint)
        return Loaded(None, tuple(findings.problems))
    flows, lost = _flows(findings, folder)
    scripts = _scripts(findings, folder)
    problems = in_reading_order(findings.problems)
    entry = flows.get(ENTRY)
    if entry is None:
        return Loaded(None, problems, places=findings.places)
    draft = Pack(entry.flow.id, entry.flow.id, {read.flow.id: read.flow for read in flows.values()}, scripts)
    unreadable = frozenset((read.flow.id, name) for read in flows.values() for name in read.unreadable)
    return Loaded(
        pack=None if any_error(problems) else draft,
        problems=problems,
        draft=draft,
        unreadable=unreadable,
        unreadable_scripts=frozenset(findings.unreadable_scripts),
        places=findings.places,
        lost=lost,
    )


def _no_folder(folder: Path) -> tuple[str, str]:
    try:
        if folder.is_file():
            inside = folder.parent if folder.parent.name != SCRIPTS else folder.parent.parent
            return f"“{folder.name}” is a file, not a folder.", f"Give the folder of the pack: {inside}"
    except (OSError, ValueError):
        pass
    return f"There is no folder “{folder.name}”.", "Check its name and where you are."


def _is_folder(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):
        return False


def _flows(findings: Findings, folder: Path) -> tuple[dict[str, ReadFlow], Lost]:
    """By file name; the entry flow first. And how much of the flows could not be read."""
    found: dict[str, ReadFlow] = {}
    names: dict[str, str] = {}
    files = _yaml_files(findings, folder, "")
    if not any(path.name == ENTRY for path in files):
        guess = did_you_mean(ENTRY, [path.name for path in files])
        findings.add(
            "error",
            ENTRY,
            None,
            "",
            f"There is no file “{ENTRY}” in this folder, so nobody knows where calls start.",
            (guess + " " if guess else "") + f"Call the file with the first flow “{ENTRY}”.",
        )
    for path in sorted(files, key=lambda path: (path.name != ENTRY, path.name)):
        read = read_flow(findings, path.name, tree) if (tree := _tree(findings, path, path.name)) else None
        if read is None:
            continue
        if read.flow.id in names:
            findings.add(
                "error",
                path.name,
                findings.places.get(("flow", read.flow.id), ("", 1))[1],
                "",
                f"The flow “{read.flow.id}” already exists in {names[read.flow.id]}.",
                "Give one of the two flows another name, after “flow:”.",
            )
            continue
        names[read.flow.id] = path.name
        found[path.name] = read
    if len(found) < len(files):
        return found, "flows"
    return found, "nothing" if all(read.right for read in found.values()) else "parts"


def _scripts(findings: Findings, folder: Path) -> dict[tuple[str, str], Script]:
    found: dict[tuple[str, str], Script] = {}
    if not _is_folder(folder / SCRIPTS):
        findings.add(
            "error",
            f"{SCRIPTS}/",
            None,
            "",
            f"There is no folder “{SCRIPTS}” with the texts to be read aloud.",
            f"Make a folder “{SCRIPTS}” with one file for each language, such as {SCRIPTS}/en.yaml.",
        )
        return found
    for path in _yaml_files(findings, folder / SCRIPTS, f"{SCRIPTS}/"):
        file = f"{SCRIPTS}/{path.name}"
        read = read_scripts(findings, file, tree) if (tree := _tree(findings, path, file)) else None
        if read is None:
            findings.unreadable_scripts.add((WHOLE_FILE, path.stem))
        else:
            language, scripts = read
            found.update({(prompt, language): script for prompt, script in scripts.items()})
    return found


def _yaml_files(findings: Findings, folder: Path, prefix: str) -> list[Path]:
    try:
        entries = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        findings.add(
            "error", prefix, None, "", "This folder can't be opened.", "Check who is allowed to read it."
        )
        return []
    for path in entries:
        if path.suffix.lower() in (".yml", ".yaml") and path.suffix != ".yaml":
            findings.add(
                "warning",
                f"{prefix}{path.name}",
                None,
                "",
                "This file isn't read, because its name ends in another way.",
                f"Rename it to “{path.stem}.yaml” if it belongs to the pack.",
            )
    files = [path for path in entries if path.suffix == ".yaml"]
    if len(files) > MOST_FILES:
        findings.add(
            "error",
            prefix,
            None,
            "",
            f"There are {len(files)} files here; a pack never has more than {MOST_FILES}.",
            "Check that this is the folder of one pack.",
        )
    return files[:MOST_FILES]


def _tree(findings: Findings, path: Path, file: str) -> Tree | None:
    """The tree of a file; None when it can't be read or is empty, which is then noted."""
    try:
        with path.open("rb") as opened:
            content = opened.read(MOST_BYTES + 1)
    except OSError:
        findings.add(
            "error", file, None, "", "This file can't be opened.", "Check who is allowed to read it."
        )
        return None
    try:
        text = decoded(content)
        tree = parsed(text)
    except UnreadableFile as error:
        findings.add("error", file, error.line, "", error.message, error.hint)
        return None
    for line, shown in _keys_taken_for_comments(text):
        findings.add(
            "warning",
            file,
            line,
            "",
            f"“{shown}” is taken for a remark, not for the hash key.",
            'If you mean the key, write it in quotes: "#". Otherwise leave it as it is.',
        )
    if tree is None:
        findings.add("error", file, 1, "", "This file is empty.", "Fill it, or take it away.")
        return None
    meant, curly = straightened(tree, prose=file.startswith(SCRIPTS))
    for number in curly:
        findings.add("error", file, number, "", CURLY_MESSAGE, CURLY_HINT)
    return meant


def _keys_taken_for_comments(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip().startswith("#:") or line.lstrip().startswith("# :"):
            yield number, line.strip()[:20]
