"""A folder, read and checked in one go, with the problems of both in one list."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.check import check
from flows.lengths import Lengths
from flows.load import Loaded, load_pack
from flows.model import Pack
from flows.problems import Problem, any_error, in_reading_order


@dataclass(frozen=True, slots=True)
class Examined:
    """A folder, read and checked. `pack` is None when there is any error; `draft` is what can be drawn even so."""

    pack: Pack | None
    draft: Pack | None
    problems: tuple[Problem, ...]
    loaded: Loaded


def examine(folder: Path, lengths: Lengths | None = None) -> Examined:
    """Reads and checks a folder, and gives the problems of both in one list."""
    loaded = load_pack(folder)
    problems = loaded.problems
    if loaded.draft is not None:
        found = check(
            loaded.draft,
            lengths,
            places=loaded.places,
            unreadable=loaded.unreadable,
            unreadable_scripts=loaded.unreadable_scripts,
            lost=loaded.lost,
        )
        problems = in_reading_order([*problems, *found])
    return Examined(None if any_error(problems) else loaded.pack, loaded.draft, problems, loaded)


def problems_in(examined: Examined, flow: str, language: str) -> tuple[Problem, ...]:
    """The problems to be shown with one flow in one language: those of its file and of the scripts."""
    file, _ = examined.loaded.places.get(("flow", flow), ("", 0))
    shown = (file, f"scripts/{language}.yaml", "scripts/")
    return tuple(problem for problem in examined.problems if problem.file in shown)


def unreadable_in(examined: Examined, flow: str) -> frozenset[str]:
    """The nodes of a flow that exist but couldn't be read."""
    return frozenset(node for owner, node in examined.loaded.unreadable if owner == flow)
