"""Callers' numbers: which are kept and for how long, and what a supervisor may do. A list never holds a number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, abort, url_for

from ivr.callbacks.cases import (
    CaseGone,
    HoldUnusable,
    NumberHeld,
    ReasonTooShort,
    TimeIsOver,
)
from ivr.console.frame import go, my_zone, now, page, parts
from ivr.console.languages import gettext
from ivr.console.number_forms import HoldForm, RevealForm, too_short
from ivr.console.people_forms import NothingToType
from ivr.console.refused import shut_words
from ivr.console.says import say
from ivr.console.signed_in import me, my_token
from ivr.console.times import zone_of
from ivr.console.wishes import wishes_in_words
from ivr.console.words import language_name, names_of, need_in_words, who_in_words
from ivr.people.refusals import ShutFor, WrongNameOrPassword
from ivr.store.engine import reading
from ivr.vault.due import LONGEST_HOLD_DAYS
from ivr.vault.errors import CallerAsksAgain, CiphertextDamaged, NumberShredded, VaultOutOfReach

A_DAY = timedelta(days=1)


def add_numbers(console: Blueprint) -> None:
    """Adds the views."""
    both = ["GET", "POST"]
    console.add_url_rule("/numbers", "numbers", numbers, methods=["GET"])
    console.add_url_rule("/numbers/<number_id>/reveal", "reveal", reveal, methods=both)
    console.add_url_rule("/numbers/<number_id>/hold", "hold", hold, methods=both)
    console.add_url_rule("/numbers/<number_id>/end-hold", "end_hold", end_hold, methods=["POST"])
    console.add_url_rule("/numbers/<number_id>/close", "close_case", close_case, methods=both)


def _held() -> list[NumberHeld]:
    with reading(parts().database) as connection:
        return list(parts().cases.list_numbers(connection, now()))


def _one(number_id: str) -> dict[str, Any]:
    found = next((number for number in _held() if number.id == number_id), None)
    if found is None:
        abort(404)
    return _in_words(found, names_of(parts().people.accounts.everybody()))


def _in_words(number: NumberHeld, names: dict[str, str]) -> dict[str, Any]:
    return {
        "number": number,
        "id": number.id,
        "need": need_in_words(number.need) if number.need else gettext("No wish any more"),
        "language": language_name(number.language) if number.language else "",
        "held_by": who_in_words(number.held_by, names) if number.held_by else "",
        "wishes": wishes_in_words(number.wishes) if number.need else [],
    }


def numbers() -> Response:
    """Every number that is kept, without the number."""
    names = names_of(parts().people.accounts.everybody())
    return page("numbers.html", rows=[_in_words(number, names) for number in _held()])


def reveal(number_id: str) -> Response:
    """One number, in the open, for a reason that everybody on duty is told."""
    one, form = _one(number_id), RevealForm()
    if form.validate_on_submit() and _is_the_supervisor(form):
        try:
            shown = parts().cases.reveal(number_id, who=me().id, reason=form.reason.data, now=now())
            # Answered at once instead of after another page: a number is kept nowhere, not even for a moment.
            return page("revealed.html", one=one, shown=shown, here=url_for("console.numbers"))
        except ReasonTooShort:
            form.refuse(form.reason, too_short())
        except VaultOutOfReach:
            form.refuse(None, _out_of_reach())
        except CiphertextDamaged:
            form.refuse(
                None,
                gettext(
                    "What is stored of this number is damaged, and can't be read. Tell whoever runs Warmline."
                ),
            )
        except TimeIsOver:
            return _over()
        except (NumberShredded, CaseGone):
            return _gone()
    return page("reveal.html", form=form, one=one)


def _is_the_supervisor(form: RevealForm) -> bool:
    try:
        parts().people.sign_in.confirm_password(my_token(), form.password.data, now())
    except WrongNameOrPassword:
        form.refuse(form.password, gettext("This isn't your password."))
    except ShutFor as shut:
        form.refuse(None, shut_words(shut))
    else:
        return True
    return False


def _out_of_reach() -> str:
    return gettext(
        "The vault doesn't answer now. Nothing was done, and nothing is lost. Try again in a few minutes."
    )


def _gone() -> Response:
    say(gettext("This number has been shredded already."), "")
    return go("console.numbers")


def _over() -> Response:
    say(
        gettext(
            "This number's time is over: nobody can see it or keep it any more. It is about to be shredded."
        ),
        "",
    )
    return go("console.numbers")


def hold(number_id: str) -> Response:
    """Keeps a number until a time that is said, for a reason that is said."""
    one = _one(number_id)
    form = HoldForm(until=_this_time_tomorrow(), reason=one["number"].hold_reason)
    if form.validate_on_submit():
        try:
            parts().cases.hold(
                number_id, who=me().id, reason=form.reason.data, until=_moment(form.until.data), now=now()
            )
            say(gettext("The number is kept. Everybody on duty is told why."))
            return go("console.numbers")
        except HoldUnusable:
            form.refuse(
                form.until,
                gettext(
                    "Choose a time that is still to come, and at most %(days)s days away.",
                    days=LONGEST_HOLD_DAYS,
                ),
            )
        except ReasonTooShort:
            form.refuse(form.reason, too_short())
        except TimeIsOver:
            return _over()
        except CaseGone:
            return _gone()
    return page("hold.html", form=form, one=one)


def _this_time_tomorrow() -> datetime:
    moment = datetime.fromtimestamp(now(), UTC) + A_DAY
    return moment.astimezone(zone_of(my_zone())).replace(tzinfo=None, second=0, microsecond=0)


def _moment(local: datetime) -> float:
    return local.replace(tzinfo=zone_of(my_zone())).timestamp()


def end_hold(number_id: str) -> Response:
    """A number goes its ordinary way again."""
    try:
        parts().cases.end_hold(number_id, who=me().id, now=now())
    except CaseGone:
        return _gone()
    say(gettext("It isn't kept for longer any more, and is shredded when its time is up."))
    return go("console.numbers")


def close_case(number_id: str) -> Response:
    """Shreds a number now, once that has been confirmed."""
    one, form = _one(number_id), NothingToType()
    if form.validate_on_submit():
        try:
            parts().cases.close(number_id, who=me().id, now=now())
            say(gettext("The number is shredded. Nobody can call it any more."))
            return go("console.numbers")
        except CallerAsksAgain:
            form.refuse(
                None,
                gettext("The caller is asking to be called back at this very moment. Look again in an hour."),
            )
        except VaultOutOfReach:
            form.refuse(None, _out_of_reach())
        except CaseGone:
            return _gone()
    return page("close_case.html", form=form, one=one)
