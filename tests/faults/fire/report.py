"""docs/reliability.md: what was done to the hotline, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from tests.faults.fire.arson import TROUBLES
from tests.faults.fire.run import Burnt

HAS_TO_HOLD = (
    "Every callback that was asked for is closed with exactly one row in the outcome log, or its outcome is still owed "
    "by a helper, or it waits for hours in which it is safe, or it is over and its row is written an hour and a "
    "quarter later at the most, because a turn that was killed had sealed the number anew and the vault can't "
    "know that nobody comes back for it: none is lost, none is counted twice.",
    "There are at least as many callbacks from callers who rang in during the fire as were told “it is noted”.",
    "No caller's phone rings twice at the same time, more often than the attempts allow, or again after a talk.",
    "No helper is in two talks at once, and no helper's phone is rung while it is in use for another callback.",
    "No helper is left claimed for a callback that isn't under way, and no attempt is left open.",
    "Whoever pressed 0 has heard a voice or the emergency number; no callback of theirs waits without a page for "
    "supervisors, and their phones don't ring too often or twice at once.",
    "Nobody who let it ring once is rung back more often than they rang, or twice at once.",
    "No leg is left on the network: nobody listens to silence.",
    "No number of a caller or a helper was found in any file of database, logs or queue. Of every number the plain "
    "spellings were looked for, of each tenth every disguise of `tests/faults/traces.py` but the two that chance would "
    "hit; packed contents were not unpacked.",
)

SWITCHED_OFF = (
    ("none is lost", "a helper who doesn't take it ends it; one attempt is enough; it expires a day early",
     "`no_callback_is_lost`, each time"),
    ("", "a talk leaves no task", "`every_talk_leaves_one_task`, each time"),
    ("none has two helpers", "taken while it is taken; an offer that runs out leaves its leg alone",
     "`nobody_has_two_helpers`, mostly"),
    ("", "the key of an old leg counts", "`nobody_is_rung_too_often`, in one search of two"),
    ("none is dialled outside its window", "not looked at when it is taken; when the key is pressed; anywhere",
     "`nobody_is_rung_outside_the_window`, each time"),
    ("", "the time zone, or all zones but the first; hours that never end; “as soon as possible” for four hours",
     "the same; the last in one search of three"),
    ("", "the queue doesn't look who is ready", "`nobody_waits_beside_a_free_helper`, each time"),
    ("", "the queue doesn't look at the end of the hours, or begins too early",
     "the same, in one search of five: the machine refuses what the queue lets through"),
    ("no helper is in two calls", "a claim, or a release, doesn't look whose it is; a lost answer counts as no ring; a "
     "job that comes an hour late rings", "`no_helper_is_in_two_calls`, each time"),
    ("", "rings without writing it down", "the provider, which is asked twice for one attempt, each time"),
    ("what is over stays over", "taken back when it is over", "`what_is_over_stays_over`, each time"),
    ("", "late words reach what is over", "`no_callback_is_lost`, in one search of two"),
    ("", "a number that goes ends what is over once more", "not by this search; by `tests/callbacks/test_machine.py`"),
    ("every wait has an end", "an offer never ends", "`every_wait_has_an_end`, each time"),
    ("", "nobody sweeps; legs are left on the line; an attempt outlives its leg",
     "`everything_has_come_to_its_end`, each time"),
    ("", "a talk never ends", "the same, in one search of two"),
    ("", "nobody looks for lost answers", "not by this search, as the sweep ends such a leg after two hours all the "
     "same; by `tests/journeys/test_calling_back_trouble.py`"),
)  # fmt: skip


def report(burnt: Sequence[Burnt], command: str) -> str:
    """The page, in Markdown."""
    plan, seed = burnt[0].plan, burnt[0].seed
    seeds = ", ".join(f"seed {one.seed} on {one.database}" for one in burnt)
    faults = sum(len(one.verdict.faults) for one in burnt)
    sections = [
        "# What becomes of callbacks when everything breaks",
        f"{plan.callbacks} people ask to be called back, and {plan.helpers} helpers are on call. They are as people "
        f"are: busy, not there, silent, hanging up, pressing the wrong key, asking for another time. Meanwhile every "
        f"process of the hotline is killed outright (`kill -9`), one by one and all at once, and started again; the "
        f"queue server and the database are stopped and started; the provider's webhooks come late, twice, in another "
        f"order, or never; and its REST interface refuses, breaks off, or loses the answer to a call that it places "
        f"all the same. When the fire is over, all has to be as it should:",
        "\n".join(f"- {one}" for one in HAS_TO_HOLD),
        f"**{'All of it held' if not faults else f'{faults} faults were found'}** on "
        f"{datetime.now(UTC).date().isoformat()}, with `{command}` ({seeds}), which writes this page. A shorter "
        f"course of the same is part of every test run (`tests/faults/test_callbacks_under_fire.py`).",
        *(f"- {one.database}: {fault}" for one in burnt for fault in one.verdict.faults),
        "## What was done",
        _table(("blow", *(one.database for one in burnt)), _blows(burnt)),
        f"Starts of all processes together: {_each(burnt, lambda one: sum(one.starts.values()))}. After each blow "
        f"something stays down for {plan.down_seconds[0]} to {plan.down_seconds[1]} seconds; the next comes "
        f"{plan.gap_seconds[0]:.0f} to {plan.gap_seconds[1]:.0f} seconds later, and not before somebody is on a phone. "
        f"Of the webhooks, a fifth of the status callbacks come up to a minute late, a fifth of all come twice, "
        f"{plan.lost * 100:.0f} in a hundred status callbacks never come, and of two in a hundred the answer is lost.",
        "## What came of it",
        _table(("", *(one.database for one in burnt)), _figures(burnt)),
        "## In any order",
        "`tests/callbacks/test_book_any_order.py` searches on a small scale what the fire meets by chance: six "
        "callers with windows in several time zones, two helpers, days that pass, words of legs that are lost, "
        "repeated and late, lost answers of the provider, and processes that die before any single write. To see "
        "that it would notice, each of these was switched off, one at a time, and searched for two or three times; "
        "what most searches miss is said:",
        _table(("promise", "switched off", "found by"), SWITCHED_OFF),
        "## How it is run",
        f"`warmline web`, two `warmline worker`, two `warmline worker --urgent`, `warmline timetable` and the queue "
        f"server are processes of their own. The telephone network (`tests/network`) rings people, carries out the "
        f"replies and sends signed webhooks; {plan.speed:.0f} of its seconds pass in a real one. {plan.keyed} callers "
        f"ring in and ask by key while it burns, the others before. Beside them {plan.in_danger} callers press 0, "
        f"{plan.flashers} let it ring once, up to three times each, {plan.ring_in} helpers ring in with their code, "
        f"{plan.on_pages} take calls in the console and give some back, and {plan.supervisors} supervisors are paged. "
        f"Waits are shortened by the settings of "
        f"`docs/settings.md` (calls {plan.settings['callback_spacing_minutes']} minutes apart, offers of "
        f"{plan.settings['offer_seconds']} seconds), and what the timetable asks for each minute is asked for sooner "
        f"once it is calm. Who does what, and what is struck when, is drawn from the seed: "
        f"`make fire SEED={seed}` draws the same again, as far as the machine is as fast.",
    ]
    return "\n\n".join(sections) + "\n"


def _blows(burnt: Sequence[Burnt]) -> list[tuple[str, ...]]:
    names = sorted({name for one in burnt for name in one.struck}, key=lambda name: (name in TROUBLES, name))
    return [
        (
            f"REST: {name}" if name in TROUBLES else f"killed: {name}",
            *(str(one.struck.get(name, 0)) for one in burnt),
        )
        for name in names
    ]


def _figures(burnt: Sequence[Burnt]) -> list[tuple[str, ...]]:
    rows = [(name, *(str(one.verdict.figures[name]) for one in burnt)) for name in burnt[0].verdict.figures]
    rows.append(
        ("seconds until all was settled, after the fire", *(f"{one.settled_seconds:.0f}" for one in burnt))
    )
    rows.append(("faults", *(str(len(one.verdict.faults)) for one in burnt)))
    return rows


def _each(burnt: Sequence[Burnt], figure: Callable[[Burnt], int]) -> str:
    return ", ".join(f"{figure(one)} on {one.database}" for one in burnt)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
