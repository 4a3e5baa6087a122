"""The table of tasks: a worker runs what is in it, and nothing else; docs/jobs.md shows the same table to people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ivr.jobs import tasks
from ivr.store.queue import DEFAULT_QUEUE, URGENT

MINUTE = 60
HOUR = 3600
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Task:
    """A function that workers run, and what people should know of it.

    `every_seconds` is how often the timetable asks for it, None for never; `ids` how many ids it is given. It is
    stopped after `longest_seconds`; what it has not done by then is done the next time.
    """

    run: Callable[..., object]
    does: str
    every_seconds: int | None
    longest_seconds: int
    ids: int = 0
    queue: str = DEFAULT_QUEUE

    @property
    def name(self) -> str:
        """What people call it."""
        return self.run.__name__

    @property
    def place(self) -> str:
        """What jobs call it."""
        return f"{self.run.__module__}.{self.run.__qualname__}"


TASKS = (
    Task(
        tasks.dispatch,
        "Offers callbacks that wait to helpers who are free; also asked for whenever somebody becomes free.",
        every_seconds=3,
        longest_seconds=3,
        queue=URGENT,
    ),
    Task(
        tasks.ring_helper,
        "Rings the helper of one attempt, once.",
        every_seconds=None,
        longest_seconds=45,
        ids=1,
        queue=URGENT,
    ),
    Task(
        tasks.find_lost_answers,
        "Asks providers whether calls exist of which nobody knows any more whether they were asked for.",
        every_seconds=30,
        longest_seconds=30,
    ),
    Task(
        tasks.sweep_callbacks,
        "Ends waits that are over, finds lost jobs, hangs up legs that were left on the line.",
        every_seconds=10,
        longest_seconds=10,
    ),
    Task(
        tasks.page_supervisors,
        "Rings supervisors, one after the other, when somebody in crisis was reached by nobody or a life is at risk.",
        every_seconds=5,
        longest_seconds=45,
        queue=URGENT,
    ),
    Task(
        tasks.tidy_crisis_calls,
        "Ends talks in a crisis whose end was never reported; shreds the numbers of callers whom nobody could help.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.ring_back,
        "Rings missed calls back, in the order of their coming; also asked for when the first of them comes.",
        every_seconds=1,
        longest_seconds=45,
        queue=URGENT,
    ),
    Task(
        tasks.clear_ring_backs,
        "Shreds the numbers of missed calls that were rung back or came too late.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.close_callback,
        "Writes the outcome of one callback that is over, shreds its number and deletes it.",
        every_seconds=None,
        longest_seconds=30,
        ids=1,
    ),
    Task(
        tasks.close_callbacks,
        "Does so for all that are left, reminds helpers of outcomes, and rings again for lives in danger.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.mix_outcomes,
        "Forgets in which order outcomes were written, where the database keeps it.",
        every_seconds=DAY,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.make_clip,
        "Makes the clip of one recording, so that it can be listened to and reviewed.",
        every_seconds=None,
        longest_seconds=240,
        ids=1,
    ),
    Task(
        tasks.sweep_takes,
        "Asks for clips of recordings that no worker has looked at, and of those that a killed worker left.",
        every_seconds=10,
        longest_seconds=10,
    ),
    Task(
        tasks.clear_sounds,
        "Erases recordings that were withdrawn a week ago, and removes sounds that nothing speaks of any more.",
        every_seconds=HOUR,
        longest_seconds=5 * MINUTE,
    ),
    Task(
        tasks.fetch_spoken,
        "Fetches recordings that were made by phone; deletes at the provider those that are here or not wanted.",
        every_seconds=30,
        longest_seconds=30,
    ),
    Task(
        tasks.shred_comments,
        "Destroys the spoken comments of listening panels that ended ninety days ago.",
        every_seconds=HOUR,
        longest_seconds=5 * MINUTE,
    ),
    Task(
        tasks.end_lost_calls,
        "Ends calls whose end the provider never reported, and forgets the marks of calls that ended.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.scrub_due,
        "Deletes at the provider the records and recordings of calls that are over.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.reconcile,
        "Asks the provider which records and recordings it still has, and puts them on the list.",
        every_seconds=DAY,
        longest_seconds=10 * MINUTE,
    ),
    Task(
        tasks.shred_due_numbers,
        "Shreds the numbers of callers whose time is over and that nobody holds.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.tend_keys,
        "Destroys the keys of old epochs, sweeps left-overs of the vault, and notes where the audit log ends.",
        every_seconds=HOUR,
        longest_seconds=5 * MINUTE,
    ),
    Task(
        tasks.forget_old_sign_ins,
        "Forgets sign-ins, links and wrong attempts that are over.",
        every_seconds=HOUR,
        longest_seconds=MINUTE,
    ),
    Task(
        tasks.tell_unanswered_calls,
        "Tells the hotline which calls to simulated phones rang for nothing, where the simulator is on.",
        every_seconds=MINUTE,
        longest_seconds=MINUTE,
    ),
)
LISTED = {task.place: task for task in TASKS}
