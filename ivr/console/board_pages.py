"""The board of now, for supervisors: lives at risk, who waits, who is called, who is on call, and what is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, abort

from ivr.callbacks.listing import Group, LeftPage, UnderWay, groups, left_pages, under_way
from ivr.callbacks.matching import CRISIS
from ivr.callbacks.paging import Accepted, AcceptedByAnother, PageOver
from ivr.callbacks.put_back import given_back
from ivr.callbacks.wish_cap import next_hour
from ivr.console.alarms import alarms_for
from ivr.console.callback_words import doing_in_words, language_of
from ivr.console.frame import go, go_back, now, page, parts
from ivr.console.languages import gettext, language
from ivr.console.live import part
from ivr.console.put_back import given_back_in_words
from ivr.console.says import say
from ivr.console.signed_in import me
from ivr.console.standing_words import standing_in_short
from ivr.console.times import how_long
from ivr.console.words import in_a_row, language_name, names_of, need_in_words, who_in_words
from ivr.outcomes.risk import AcceptedAlready, NoSuchCase, RiskCase
from ivr.outcomes.tasks import Task
from ivr.people.helpers import Helper
from ivr.people.wellbeing import Standing
from ivr.publishing.lines import all_lines
from ivr.store.engine import reading


def add_board(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/board", "board", board, methods=["GET"])
    console.add_url_rule("/console/board/now", "board_now", board_now, methods=["GET"])
    console.add_url_rule("/console/alarms/now", "alarms_now", alarms_now, methods=["GET"])
    console.add_url_rule("/console/alarms/<page_id>/accept", "accept_page", accept_page, methods=["POST"])


def board() -> Response:
    """What happens on the hotline now."""
    return page("board.html", **_board())


def board_now() -> Response:
    """The same, without the page around it."""
    return part("board_now.html", **_board())


def alarms_now() -> Response:
    """What stands in red on every page of a supervisor."""
    return part("alarms_now.html", alarms=alarms_for(parts(), me()))


def accept_page(page_id: str) -> Response:
    """A supervisor looks after it from now on. Somebody in a crisis is called at once, where that can be."""
    if not page_id.isalnum():
        abort(404)
    try:
        accepted = parts().pages.accept(page_id, me().id, now())
    except (PageOver, NoSuchCase):
        say(gettext("This is over already: nobody needs to be looked after any more."), "")
    except (AcceptedByAnother, AcceptedAlready):
        say(gettext("Another supervisor has taken it already."), "")
    else:
        return _now_mine(page_id, accepted)
    return go_back("console.board")


def _now_mine(page_id: str, accepted: Accepted) -> Response:
    """Where it goes on: with the call, with the case, or with finding somebody who can call."""
    if accepted.attempt:
        say(gettext("It is yours now. Nobody else is called about it."))
        return go("console.mine")
    with reading(parts().database) as connection:
        is_case = any(case.id == page_id for case in parts().outcomes.cases.open_cases(connection))
    if is_case:
        say(gettext("It is yours now. Nobody else is called about it."))
        return go("console.risk_cases")
    if accepted.rings:
        say(gettext("It is yours now. Answer the phone that rings, and press 1: then the caller is rung."))
        return go("console.board")
    say(gettext("It is yours now. You can't call from here at this moment: see to it that a helper does."))
    return go("console.board")


def _board() -> dict[str, Any]:
    with reading(parts().database) as connection:
        cases = parts().outcomes.cases.open_cases(connection)
        waiting = groups(connection)
        left = left_pages(connection)
        back = given_back(connection)
        busy = under_way(connection, now())
        helpers = parts().people.helpers.everybody(connection, now())
        overdue = parts().outcomes.tasks.overdue(connection, now())
        lines = all_lines(connection)
        longest = parts().longest_waits.of(lines)
        full = set(parts().wish_cap.full_lines(connection, [line.id for line in lines], now()))
    names = names_of(parts().people.accounts.everybody())
    return {
        "cases": [_case(case, names) for case in cases],
        "waiting": _by_language(waiting),
        "full": [line.name for line in lines if line.id in full],
        "full_until": next_hour(now()),
        "crises": sum(group.count for group in waiting if group.wanted.need == CRISIS),
        "left": [_left(page, names) for page in left],
        "given_back": [given_back_in_words(one) for one in back],
        "busy": [_under_way(attempt, names) for attempt in busy],
        "helpers": [_helper(helper) for helper in _on_call_first(helpers)],
        "free": sum(helper.verdict.standing is Standing.FREE for helper in helpers),
        "overdue": [_overdue(task, names) for task in overdue],
        "longest_wait": how_long(longest, language()) if longest else "",
    }


def _case(case: RiskCase, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": case.id,
        "language": language_of(case.language),
        "helper": who_in_words(case.helper_id, names),
        "opened_at": case.opened_at,
        "due_at": case.due_at,
        "is_late": case.is_overdue(now()),
        "accepted_by": who_in_words(case.accepted_by, names) if case.accepted_by else "",
    }


def _left(page: LeftPage, names: dict[str, str]) -> dict[str, Any]:
    """What was taken on, and isn't done: nobody is to think that it is."""
    name = who_in_words(page.accepted_by, names)
    if page.rings:
        text = gettext(
            "%(name)s has taken on a caller in a crisis: that phone rings now, then the caller's.", name=name
        )
    elif page.tried:
        text = gettext("%(name)s has taken on a caller in a crisis, whom nobody has reached yet.", name=name)
    else:
        text = gettext("%(name)s has taken on a caller in a crisis, whom nobody has called yet.", name=name)
    return {"id": page.id, "text": text, "opened_at": page.opened_at}


def _by_language(found: Iterable[Group]) -> list[dict[str, Any]]:
    """Who waits in each language; where the longest wait is at the top."""
    rows: dict[str | None, dict[str, Any]] = {}
    for group in found:
        row = rows.setdefault(
            group.wanted.language, {"now": 0, "later": 0, "oldest": None, "crisis": 0, "woman": 0, "man": 0}
        )
        row["now" if group.now else "later"] += group.count
        row["crisis"] += group.count if group.wanted.need == CRISIS else 0
        if group.wanted.gender:
            row[group.wanted.gender] += group.count
        if group.now:
            row["oldest"] = min(row["oldest"] or group.oldest, group.oldest)
    listed = [
        {"language": language_of(code), "longest": _longest(row["oldest"]), **row}
        for code, row in rows.items()
    ]
    return sorted(listed, key=lambda row: (-row["crisis"], row["oldest"] or float("inf"), row["language"]))


def _longest(oldest: float | None) -> str:
    return how_long(now() - oldest, language()) if oldest else ""


def _under_way(attempt: UnderWay, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": attempt.attempt,
        "helper": who_in_words(attempt.helper, names),
        "language": language_of(attempt.callback.language),
        "need": need_in_words(attempt.callback.need),
        "doing": doing_in_words(attempt),
        "since": attempt.since,
    }


def _on_call_first(helpers: Iterable[Helper]) -> list[Helper]:
    order = [
        Standing.FREE,
        Standing.BUSY,
        *(one for one in Standing if one is not Standing.OFF),
        Standing.OFF,
    ]
    return sorted(helpers, key=lambda helper: order.index(helper.verdict.standing))


def _helper(helper: Helper) -> dict[str, Any]:
    return {
        "id": helper.person.id,
        "name": helper.person.name,
        "languages": in_a_row(language_name(code) for code in helper.person.languages),
        "crisis_trained": helper.state.crisis_trained,
        "standing": standing_in_short(helper.verdict),
        "kind": helper.verdict.standing.value,
        "until": helper.verdict.until,
    }


def _overdue(task: Task, names: dict[str, str]) -> dict[str, Any]:
    helper = who_in_words(task.helper_id, names)
    return {"id": task.callback_id, "helper": helper, "opened_at": task.opened_at}
