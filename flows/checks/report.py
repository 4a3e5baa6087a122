"""Collects problems and finds the file and line each belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from flows.model import Pack
from flows.problems import Path, Places, Problem, Severity


class Report:
    """The problems so far. A path is ("node", flow, node, field …), ("flow", flow, field …) or
    ("script", language, prompt …); the nearest place that is known is shown."""

    def __init__(self, pack: Pack, places: Places) -> None:
        self.pack = pack
        self.places = places
        self.problems: list[Problem] = []

    def error(self, path: Path, message: str, hint: str) -> None:
        self._add("error", path, message, hint)

    def warn(self, path: Path, message: str, hint: str) -> None:
        self._add("warning", path, message, hint)

    def _add(self, severity: Severity, path: Path, message: str, hint: str) -> None:
        file, line = self._place(path)
        node = path[2] if path[0] == "node" and len(path) > 2 else ""
        self.problems.append(Problem(severity, file, line, node, message, hint))

    def _place(self, path: Path) -> tuple[str, int | None]:
        for length in range(len(path), 1, -1):
            place = self.places.get(path[:length])
            if place is not None:
                return place
        if path[0] == "script":
            return f"scripts/{path[1]}.yaml", None
        return ("flow.yaml" if path[1] == self.pack.entry else f"{path[1]}.yaml"), None


def quoted(names: Iterable[str]) -> list[str]:
    return [f"“{name}”" for name in names]
