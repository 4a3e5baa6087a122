"""How far a command is, on a terminal as a bar; where nobody watches, as a line now and then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

LONGEST_LABEL = 40
EVERY = 100

SaysProgress = Callable[[int, int, str], None]
"""(done, total, what was just done)"""


@contextmanager
def bar(console: Console, what: str) -> Iterator[SaysProgress]:
    """A bar, until the end of the block."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(what, total=None)

        def progress(done: int, total: int, label: str) -> None:
            plain = label[:LONGEST_LABEL].replace("[", "(")
            shown.update(task, description=f"{what}: {plain:<{LONGEST_LABEL}}", completed=done, total=total)
            if not console.is_terminal and (done == total or done % EVERY == 0):
                console.print(f"{what}: {done} of {total}")

        yield progress
        shown.update(task, visible=False)
