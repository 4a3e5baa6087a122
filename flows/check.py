"""Everything that is wrong with a pack that can be read. Pure: it looks at nothing but what it is given."""

from __future__ import annotations

from flows.checks.habits import check_habits
from flows.checks.reach import check_reach
from flows.checks.references import check_facts, check_references
from flows.checks.report import Report
from flows.checks.scripts import check_scripts
from flows.checks.timing import check_timing
from flows.lengths import Lengths
from flows.model import Pack
from flows.problems import Lost, Places, Problem, any_error, in_reading_order
from flows.session import Place

NOTHING: frozenset[tuple[str, str]] = frozenset()


def check(
    pack: Pack,
    lengths: Lengths | None = None,
    *,
    places: Places | None = None,
    unreadable: frozenset[Place] = NOTHING,
    unreadable_scripts: frozenset[tuple[str, str]] = NOTHING,
    lost: Lost = "nothing",
) -> tuple[Problem, ...]:
    """The problems of a pack, in reading order. `lengths` are seconds of real clips by (prompt, language); without
    them lengths are estimated from the scripts. `places` gives lines; the two sets and `lost` say what couldn't be
    read, so that nothing is said to be missing or idle that is only misspelt. Where names lead nowhere, reachability
    isn't judged: one misspelt name would make half a flow look lost."""
    report = Report(pack, places or {})
    whole = not unreadable and lost == "nothing"
    check_references(pack, report, unreadable, flows_lost=lost == "flows")
    if whole and not any_error(report.problems):
        check_reach(pack, report)
    check_facts(pack, report, whole=whole)
    check_habits(pack, report)
    check_scripts(pack, report, unreadable_scripts, whole=whole)
    check_timing(pack, report, lengths or {})
    return in_reading_order(report.problems)
