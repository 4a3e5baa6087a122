"""`warmline staffing`: how many helpers reach which waiting time."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from math import inf, isfinite
from pathlib import Path
from typing import Any, TypeVar

import click

from ivr.callbacks.machine import Rules
from ivr.callbacks.windows import Wish
from ivr.people.wellbeing import Care
from ivr.staffing import reading
from ivr.staffing.figures import FEWEST_CALLERS, FEWEST_RUNS, Row, TooFewCallers, steps_of, try_plan
from ivr.staffing.model import HOUR, Opening, Plan, Target, Trial, spread_over_a_day
from ivr.staffing.plot import draw
from ivr.staffing.report import as_csv, assumptions, remarks, sentence, table
from ivr.staffing.textbook import CASES, Comparison, compare_all
from ivr.staffing.words import percent

Read = TypeVar("Read")
FILE = click.Path(path_type=Path, dir_okay=False)
LINE = 110
"""How wide sentences are printed, so that they are no wider than the table."""
MOST_CALLS_A_DAY = 24 * reading.MOST_CALLS_AN_HOUR


class Number(click.FloatRange):
    """A number in a range; “nan” is in none, though it compares as if it were."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number = float(super().convert(value, param, ctx))
        if not isfinite(number):
            self.fail(f"“{value}” is not a number that can be used. Write one like 2.5.", param, ctx)
        return number


def read_by(
    read: Callable[[str], Read],
) -> Callable[[click.Context, click.Parameter, str | None], Read | None]:
    """Reads an option; what can't be read is said in the reader's words."""

    def convert(_context: click.Context, _option: click.Parameter, text: str | None) -> Read | None:
        try:
            return None if text is None else read(text)
        except reading.InputUnusable as error:
            raise click.BadParameter(str(error)) from error

    return convert


@click.command()
@click.option("--arrivals", type=FILE, help="A file with a row “hour,calls” for each hour from 0 to 23.")
@click.option(
    "--calls-a-day",
    type=Number(0, MOST_CALLS_A_DAY, min_open=True),
    help="Instead of a file: how many callers ask to be called back, spread over the day as usual.",
)
@click.option(
    "--hours",
    default="00:00-24:00",
    show_default=True,
    callback=read_by(reading.read_hours),
    help="When helpers are on call, in the callers' time, like 18:00-06:00.",
)
@click.option(
    "--windows",
    default="soon=60,morning=15,evening=25",
    show_default=True,
    callback=read_by(reading.read_wishes),
    help="For when callers ask to be called, in percent.",
)
@click.option(
    "--helpers",
    default="1-6",
    show_default=True,
    callback=read_by(reading.read_helpers),
    help="How many on call at the same time to try, like 1-8 or 5,10,15.",
)
@click.option(
    "--target",
    default="120 minutes for 80 %",
    show_default=True,
    callback=read_by(reading.read_target),
    help="Which share of callers is to be called back within which time.",
)
@click.option(
    "--call-minutes",
    type=Number(0, 60, min_open=True),
    default=25.0,
    show_default=True,
    help="How long a call lasts on average.",
)
@click.option(
    "--call-spread",
    type=Number(0, 300),
    default=100.0,
    show_default=True,
    help="How unlike calls are, in percent of that; 0: all alike, 100: many short ones and few long ones.",
)
@click.option(
    "--wrap-up-minutes",
    type=Number(0, 240),
    default=Care().wrap_up_seconds / 60,
    show_default=True,
    help="A helper's break after each call.",
)
@click.option(
    "--hard-calls",
    type=Number(0, 100),
    default=20.0,
    show_default=True,
    help="How many of 100 calls are hard; after three running, a helper has a longer break.",
)
@click.option(
    "--reach-rates",
    default="50,65,76",
    show_default=True,
    callback=read_by(reading.read_reached),
    help="How many of 100 have answered by the first, second, third attempt.",
)
@click.option(
    "--spacing",
    default=",".join(f"{seconds / 60:g}" for seconds in Rules().spacing),
    show_default=True,
    callback=read_by(reading.read_minutes),
    help="Minutes until the second attempt, and until the third.",
)
@click.option(
    "--ring-seconds",
    type=Number(0, Rules().dial_seconds),
    default=30.0,
    show_default=True,
    help="How long a phone rings before it is answered, or isn't.",
)
@click.option(
    "--patience-hours",
    type=Number(0, min_open=True),
    help="After how many hours on average a waiting caller withdraws. Without it, nobody does.",
)
@click.option(
    "--keep-hours",
    type=click.IntRange(1, 720),
    default=72,
    show_default=True,
    help="How long a number is kept; who hasn't been reached by then isn't called any more.",
)
@click.option(
    "--days", type=click.IntRange(1, 366), default=Trial().days, show_default=True, help="Length of a run."
)
@click.option(
    "--runs",
    type=click.IntRange(FEWEST_RUNS, 1000),
    default=Trial().runs,
    show_default=True,
    help="Independent runs.",
)
@click.option(
    "--seed", type=int, default=Trial().seed, show_default=True, help="The same seed gives the same figures."
)
@click.option("--csv", "csv_file", type=FILE, help="Write all figures, with their ranges, into this file.")
@click.option("--svg", "svg_file", type=FILE, help="Draw the plot into this file.")
@click.option("--check", is_flag=True, help="Hold the simulation against the theory (Erlang C) instead.")
def staffing(
    arrivals: Path | None,
    calls_a_day: float | None,
    hours: Opening,
    windows: dict[Wish, float],
    helpers: list[int],
    target: Target,
    call_minutes: float,
    call_spread: float,
    wrap_up_minutes: float,
    hard_calls: float,
    reach_rates: tuple[float, ...],
    spacing: tuple[float, ...],
    ring_seconds: float,
    patience_hours: float | None,
    keep_hours: int,
    days: int,
    runs: int,
    seed: int,
    csv_file: Path | None,
    svg_file: Path | None,
    check: bool,
) -> None:
    """Say how many helpers reach which waiting time, by playing a month of calls many times over."""
    if check:
        _check(seed)
        return
    plan = Plan(
        calls_by_hour=_calls_by_hour(arrivals, calls_a_day),
        opening=hours,
        wishes=windows,
        call_seconds=call_minutes * 60,
        spread=call_spread / 100,
        reached_by=reach_rates,
        ring_seconds=ring_seconds,
        patience_seconds=inf if patience_hours is None else patience_hours * HOUR,
        keep_seconds=keep_hours * HOUR,
        hard_share=hard_calls / 100,
        rules=replace(Rules(), most_attempts=len(reach_rates), spacing=spacing),
        care=replace(Care(), wrap_up_seconds=wrap_up_minutes * 60),
    )
    rows = _try(plan, helpers, target, Trial(days, runs, seed))
    _say(plan, rows, target, guessed_shape=arrivals is None)
    _write(csv_file, lambda: as_csv(plan, rows))
    _write(svg_file, lambda: draw(rows, target))


def _calls_by_hour(arrivals: Path | None, calls_a_day: float | None) -> tuple[float, ...]:
    if (arrivals is None) == (calls_a_day is None):
        raise click.UsageError(
            "Say how many callers ask: with --arrivals FILE, or with --calls-a-day NUMBER."
        )
    if arrivals is None:
        return spread_over_a_day(calls_a_day or 0.0)
    try:
        return reading.read_arrivals(arrivals.read_text("utf-8"), arrivals.name)
    except OSError as error:
        raise click.ClickException(f"{arrivals} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{arrivals.name} isn't a text file. Save the sheet as CSV, with rows like “18,2.5”."
        ) from error
    except reading.InputUnusable as error:
        raise click.ClickException(str(error)) from error


def _try(plan: Plan, helpers: list[int], target: Target, trial: Trial) -> list[Row]:
    with click.progressbar(
        length=steps_of(helpers, trial),
        label="Playing a month of calls, many times over",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as progress:
        try:
            return try_plan(plan, helpers, target, trial, lambda: progress.update(1))
        except TooFewCallers as error:
            raise click.ClickException(
                f"About {error.callers:g} callers in {trial.days} days are too few to say anything: a run needs "
                f"{FEWEST_CALLERS}. Give more --days."
            ) from error


def _say(plan: Plan, rows: list[Row], target: Target, *, guessed_shape: bool) -> None:
    click.echo(click.style(sentence(rows, target), bold=True))
    for remark in remarks(plan, rows, target):
        click.echo(_wrapped(remark))
    click.echo("")
    click.echo("\n".join(table(plan, rows, target)))
    click.echo("")
    click.echo(_wrapped(assumptions(plan, guessed_shape)))


def _wrapped(words: str) -> str:
    return textwrap.fill(words, LINE, break_long_words=False)


def _write(path: Path | None, content: Callable[[], str]) -> None:
    if path is None:
        return
    try:
        path.write_text(content(), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{path} can't be written: {error.strerror}.") from error
    click.echo(f"Written: {path}", err=True)


# ── Against the theory


def _check(seed: int) -> None:
    with click.progressbar(
        length=len(CASES), label="Comparing", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as progress:
        found = compare_all(seed, lambda: progress.update(1))
    click.echo("Steady arrivals, calls of one minute on average, everybody answers, no breaks:")
    for comparison in found:
        click.echo(_compared(comparison))
    if all(comparison.agrees for comparison in found):
        click.echo("The simulation agrees with Erlang C: the theory lies within every range (99 % sure).")
        return
    click.echo(
        "The theory lies outside of a range. One range in a hundred misses the truth by chance: try another --seed, "
        "and report it if that fails too."
    )
    sys.exit(1)


def _compared(found: Comparison) -> str:
    wait, waiting = found.wait, found.has_to_wait
    return (
        f"  {found.helpers} on call, {percent(found.busy)} busy: mean wait {wait.simulated:.1f} ± {wait.margin:.1f} s "
        f"(theory {wait.theory:.1f} s), has to wait {waiting.simulated * 100:.1f} ± {waiting.margin * 100:.1f} % "
        f"(theory {waiting.theory * 100:.1f} %)"
    )
