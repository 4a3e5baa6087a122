"""The queue, and one's own calls: whom a helper may call, and what happens in the call that they have taken."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, Response, request
from flask_babel import ngettext

from ivr.callbacks.listing import Queue, Waiting, last_tried, queue_of, under_way
from ivr.callbacks.machine import State
from ivr.callbacks.matching import Offering
from ivr.callbacks.put_back import reason_of
from ivr.callbacks.taking import (
    BY_CHOICE,
    HelperNotFree,
    NobodyWaits,
    NoOwnNumber,
    NotFitting,
    TakenMeanwhile,
)
from ivr.console.call_words import call_in_words, none_in_words, not_taken
from ivr.console.callback_words import card
from ivr.console.frame import go, now, page, parts
from ivr.console.languages import gettext
from ivr.console.live import part
from ivr.console.put_back import choices, said_to_the_next, what_comes_next
from ivr.console.says import say
from ivr.console.signed_in import me
from ivr.console.standing_words import standing_in_words
from ivr.people.helpers import Helper
from ivr.people.wellbeing import Standing
from ivr.store.engine import reading

JUST_NOW = 900.0
"""For how long a page says that the last try came to nothing."""

log = structlog.get_logger()


def add_callbacks(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/queue", "queue", queue, methods=["GET"])
    console.add_url_rule("/console/queue/now", "queue_now", queue_now, methods=["GET"])
    console.add_url_rule("/console/queue/take", "take", take, methods=["POST"])
    console.add_url_rule("/console/mine", "mine", mine, methods=["GET"])
    console.add_url_rule("/console/mine/now", "mine_now", mine_now, methods=["GET"])
    console.add_url_rule("/console/mine/put-back", "put_back", put_back, methods=["POST"])
    console.add_url_rule("/console/break", "have_a_break", have_a_break, methods=["POST"])
    console.add_url_rule("/console/break/end", "end_break", end_break, methods=["POST"])


def queue() -> Response:
    """Who waits that this helper may call."""
    return page("queue.html", **_queue())


def queue_now() -> Response:
    """The same, without the page around it."""
    return part("queue_now.html", **_queue())


def _queue() -> dict[str, Any]:
    person = me()
    with reading(parts().database) as connection:
        helper = parts().people.helpers.helper(connection, person.id, now())
        found = queue_of(connection, offering_of(helper), now())
    ready = bool(person.number_id and person.languages)
    return {
        "person": person,
        "ready": ready,
        "may_take": ready and helper.verdict.standing in BY_CHOICE,
        "waiting": [_card(one) for one in found.waiting],
        "found": found,
        "news": _news(found),
        **_standing(helper),
    }


def _card(one: Waiting) -> dict[str, Any]:
    return card(one, now()) | {"said": said_to_the_next(one.said)}


def offering_of(helper: Helper) -> Offering:
    """What a helper can give."""
    return Offering(frozenset(helper.person.languages), helper.person.gender, helper.state.crisis_trained)


def _standing(helper: Helper) -> dict[str, Any]:
    return {
        "standing": standing_in_words(helper.verdict),
        "until": helper.verdict.until,
        "kind": helper.verdict.standing.value,
        "calm": helper.verdict.standing not in (Standing.FREE, Standing.OFF),
    }


def _news(found: Queue) -> str:
    count = len(found.waiting) + found.more
    if not count:
        return gettext("Nobody waits for a call from you now.")
    return str(
        ngettext(
            "%(num)s caller waits for a call from you.", "%(num)s callers wait for a call from you.", count
        )
    )


def take() -> Response:
    """A certain callback, or the first that fits."""
    try:
        parts().taking.take(me().id, request.form.get("callback") or None, "console", now())
        return go("console.mine")
    except NoOwnNumber:
        say(gettext("Give your own number first: your phone is rung, and then the caller's."), "")
        return go("console.number")
    except HelperNotFree as refused:
        say(standing_in_words(refused.verdict), "")
    except (TakenMeanwhile, NotFitting, NobodyWaits) as refused:
        say(not_taken(refused), "")
    return go("console.queue")


def mine() -> Response:
    """The call that this helper has in hand, and what is still to be done."""
    return page("mine.html", **_mine())


def mine_now() -> Response:
    """The same, without the page around it."""
    return part("mine_now.html", **_mine())


def _mine() -> dict[str, Any]:
    person = me()
    with reading(parts().database) as connection:
        helper = parts().people.helpers.helper(connection, person.id, now())
        mine = under_way(connection, now(), person.id)
        tried = None if mine else last_tried(connection, person.id, now() - JUST_NOW)
        tasks = parts().outcomes.tasks.open_of(connection, person.id)
    call = mine[0] if mine else None
    title, next_step = call_in_words(call) if call else none_in_words(tried)
    return {
        "call": call,
        "one": _card(call.callback) if call else None,
        "title": title,
        "next_step": next_step,
        "tried": tried,
        "tasks": [task for task in tasks if not call or task.callback_id != call.callback.id],
        "reasons": choices(),
        "may_put_back": call is not None and call.state in (State.OFFERED, State.DIALLING),
        "talking": call is not None and call.state == State.TALKING,
        "keying": call is not None and not call.state,
        "paused": helper.state.paused,
        "news": title,
        **_standing(helper),
    }


def put_back() -> Response:
    """Gives the callback back, with a reason of the list; it is said what helps, and nobody is blamed."""
    reason = reason_of(request.form.get("reason", ""))
    if not parts().taking.put_back(me().id, request.form.get("attempt", ""), now(), reason or ""):
        say(gettext("It was too late to put it back: the call has gone on, or is over."), "")
        return go("console.mine")
    log.info("put_back", reason=reason.value if reason else "none")
    say(gettext("Put back. The caller keeps their place, and somebody else is asked."))
    return what_comes_next(reason)


def have_a_break() -> Response:
    """Nothing is offered any more until this helper is back."""
    with parts().database.begin() as connection:
        parts().people.helpers.pause(connection, me().id)
    say(gettext("Your break begins as soon as you are free. Say when you are back."))
    return go("console.mine")


def end_break() -> Response:
    """This helper is back."""
    with parts().database.begin() as connection:
        parts().people.helpers.unpause(connection, me().id)
    say(gettext("Welcome back."))
    return go("console.queue")
