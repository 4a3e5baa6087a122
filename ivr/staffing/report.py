"""What the simulation has found, said: a sentence, what to know about it, a table, and the same for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from math import isinf

from ivr.callbacks.windows import Wish
from ivr.staffing.figures import Measures, Row
from ivr.staffing.model import DAY, Plan, Target, safe_hours
from ivr.staffing.words import clock, count, duration, of_callers, percent

WISHES: dict[Wish, str] = {
    "as_soon_as_possible": "as soon as possible",
    "in_the_morning": "in the morning",
    "in_the_evening": "in the evening",
}
LOST = 0.01
"""More callers than these lost for want of helpers are worth a remark."""


def fewest_that_reach(rows: Sequence[Row], target: Target) -> Row | None:
    """The first row that reaches the target with a number of helpers."""
    reaching = (row for row in rows if row.helpers is not None and row.reaches(target))
    return next(reaching, None)


def sentence(rows: Sequence[Row], target: Target) -> str:
    """The answer, in one sentence."""
    wanted = of_callers(target.share)
    found = fewest_that_reach(rows, target)
    if found is not None and found.helpers is not None:
        return (
            f"With {count(found.helpers, 'helper')} on call, {wanted} callers are called back within "
            f"{duration(found.middle.wait_of_target)}."
        )
    counted = [row for row in rows if row.helpers is not None]
    most = counted[-1]
    return (
        f"With {count(most.helpers or 0, 'helper')} on call, {percent(most.middle.in_time)} of callers are called back "
        f"within {duration(target.seconds)}: fewer than the {wanted} that you aim at."
    )


def remarks(plan: Plan, rows: Sequence[Row], target: Target) -> list[str]:
    """What has to be known about the sentence, most important first."""
    found = fewest_that_reach(rows, target)
    said = [_how_sure(found, target)] if found is not None else _why_not(plan, rows, target)
    said += _who_is_never_called(plan)
    said += _who_is_lost(plan, rows)
    return said


def _how_sure(row: Row, target: Target) -> str:
    low, high = row.low.wait_of_target, row.high.wait_of_target
    return (
        f"That is the smallest number that reaches your target ({of_callers(target.share)} within "
        f"{duration(target.seconds)}). 95 % sure: between {duration(low)} and {duration(high)}."
    )


def _why_not(plan: Plan, rows: Sequence[Row], target: Target) -> list[str]:
    if rows[-1].reaches(target):
        return ["More helpers would reach it: try a higher number with --helpers."]
    impatient = "" if isinf(plan.patience_seconds) else ", or withdraw first"
    best = percent(rows[-1].middle.in_time)
    return [
        f"No number of helpers reaches it. Even if one were always free, {best} of callers would be called "
        f"back in time: the rest ask, or can be rung safely, when the service is closed{impatient}. Longer or "
        "other hours would help."
    ]


def _who_is_never_called(plan: Plan) -> list[str]:
    said = []
    for wish, share in plan.wishes.items():
        opens, closes = safe_hours(wish)
        if share and not plan.opening.overlaps(opens, closes):
            said.append(
                f"Nobody who asks for a call {WISHES[wish]} ({clock(opens)}–{clock(closes)}, {percent(share)} of "
                f"callers) can be called{_but_soon(wish)}: the service is closed then."
            )
    return said


def _who_is_lost(plan: Plan, rows: Sequence[Row]) -> list[str]:
    unavoidable = rows[-1].middle.expired
    too_few = [row for row in rows[:-1] if row.middle.expired > unavoidable + LOST]
    if not too_few:
        return []
    most = too_few[-1]
    return [
        f"With {count(most.helpers or 0, 'helper')}{' or fewer' if (most.helpers or 0) > 1 else ''}, callers are lost "
        f"who could have been called: nobody has time for them within {duration(plan.keep_seconds)}, and then "
        "their number is gone."
    ]


def _but_soon(wish: Wish) -> str:
    return " later than two hours after asking" if wish == "as_soon_as_possible" else ""


# ── The table


def table(plan: Plan, rows: Sequence[Row], target: Target) -> list[str]:
    """Lines of a table, columns aligned."""
    texts = [_headings(target), *(_cells(plan, row) for row in rows)]
    widths = [max(len(cells[place]) for cells in texts) for place in range(len(texts[0]))]
    return [
        "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)) for cells in texts
    ]


def _headings(target: Target) -> list[str]:
    return [
        "helpers",
        "shifts a day",
        "half in",
        f"{of_callers(target.share)} in",
        "19 of 20 in",
        f"within {duration(target.seconds)}",
        "talked",
        "never reached",
        "busy",
        "in calls",
    ]


def _cells(plan: Plan, row: Row) -> list[str]:
    middle = row.middle
    waits = (middle.wait_of_half, middle.wait_of_target, middle.wait_of_most)
    shares = (middle.in_time, middle.talked, middle.never_reached)
    if row.helpers is None:
        return ["no limit", "", *map(duration, waits), *map(percent, shares), "", ""]
    shifts = row.helpers * plan.opening.shifts_a_day(plan.care.most_seconds_a_shift)
    return [
        str(row.helpers),
        str(shifts),
        *map(duration, waits),
        *map(percent, shares),
        percent(middle.busy),
        percent(middle.talking),
    ]


# ── For a spreadsheet


def as_csv(plan: Plan, rows: Sequence[Row]) -> str:
    """One line a number of helpers, with the range of each figure. Minutes and percent; “never” where nobody is."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\n")
    names = [field.name for field in fields(Measures)]
    units = [f"{name}_{'minutes' if name.startswith('wait') else 'percent'}" for name in names]
    ranged = [f"{unit}{end}" for unit in units for end in ("", "_low", "_high")]
    table.writerow(["helpers", "shifts_a_day", *ranged])
    for row in rows:
        shifts: int | str = ""
        if row.helpers is not None:
            shifts = row.helpers * plan.opening.shifts_a_day(plan.care.most_seconds_a_shift)
        figures = [
            _figure(name, getattr(measures, name))
            for name in names
            for measures in (row.middle, row.low, row.high)
        ]
        table.writerow([row.helpers or "no limit", shifts, *figures])
    return written.getvalue()


def _figure(name: str, value: float) -> str:
    if isinf(value):
        return "never"
    return f"{value / 60:.1f}" if name.startswith("wait") else f"{value * 100:.1f}"


# ── What was assumed


def assumptions(plan: Plan, guessed_shape: bool) -> str:
    """The hotline that was simulated, in one line."""
    wishes = ", ".join(f"{percent(share)} {WISHES[wish]}" for wish, share in plan.wishes.items())
    hours = " and ".join(f"{clock(opens)}–{clock(closes)}" for opens, closes in _joined(plan))
    shape = " (spread over the day as usual: give --arrivals for your own)" if guessed_shape else ""
    return (
        f"{plan.calls_a_day:g} callers a day{shape}; call back {wishes}; helpers on call {hours}; "
        f"calls of {plan.call_seconds / 60:g} min and a break of {plan.care.wrap_up_seconds / 60:g} min; "
        f"{', '.join(percent(share) for share in plan.reached_by)} reached by attempt "
        f"{', '.join(str(number + 1) for number in range(len(plan.reached_by)))}. "
        "Waiting is counted from asking to the first ring, while it is safe to ring."
    )


def _joined(plan: Plan) -> list[tuple[float, float]]:
    """A night is kept as two spans and said as one."""
    spans = list(plan.opening.spans)
    if len(spans) > 1 and spans[0][0] == 0 and spans[-1][1] == DAY:
        night = (spans[-1][0], spans[0][1])
        return [*spans[1:-1], night]
    return spans
