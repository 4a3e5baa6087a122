"""Lives in danger: who looks after each, and how it ended."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort
from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from ivr.console.forms import ConsoleForm, Needed, options
from ivr.console.frame import go, now, page, parts
from ivr.console.languages import gettext
from ivr.console.says import say
from ivr.console.signed_in import me
from ivr.console.words import language_name, names_of, who_in_words
from ivr.outcomes.risk import AcceptedAlready, NoSuchCase, RiskCase
from ivr.store.engine import reading
from ivr.vault.errors import CallerAsksAgain, VaultOutOfReach

WAYS = {
    "contact_confirmed": _l("The caller has been reached, and the danger is being met"),
    "further_step": _l("A further step was taken, such as calling the emergency services"),
}


class CloseForm(ConsoleForm):
    """How it ended. There is no third way: a case isn't closed because nothing was done."""

    how = RadioField(
        _l("How did it end?"),
        [Needed(_l("Say which of the two it is. If it is neither, the case stays open."))],
        choices=options(WAYS.items()),
        validate_choice=False,
    )

    def validate_how(self, field: RadioField) -> None:
        """What isn't offered was not chosen on this page."""
        if field.data not in WAYS:
            self.refuse(field, gettext("Choose from what is offered."))


def add_risk(console: Blueprint) -> None:
    """Adds the views."""
    console.add_url_rule("/console/risk", "risk_cases", risk_cases, methods=["GET"])
    console.add_url_rule("/console/risk/<case_id>/accept", "accept_risk", accept_risk, methods=["POST"])
    console.add_url_rule("/console/risk/<case_id>/close", "close_risk", close_risk, methods=["GET", "POST"])


def risk_cases() -> Response:
    """Every case that is open, the most urgent first."""
    return page("risk_cases.html", cases=[_in_words(case) for case in _open_cases()])


def _open_cases() -> list[RiskCase]:
    with reading(parts().database) as connection:
        return parts().outcomes.cases.open_cases(connection)


def _in_words(case: RiskCase) -> dict[str, Any]:
    names = names_of(parts().people.accounts.everybody())
    return {
        "case": case,
        "spoken": language_name(case.language) if case.language else "",
        "helper": who_in_words(case.helper_id, names),
        "accepted_by": who_in_words(case.accepted_by, names) if case.accepted_by else "",
        "is_mine": case.accepted_by == me().id,
        "is_overdue": case.is_overdue(now()),
    }


def accept_risk(case_id: str) -> Response:
    """This supervisor looks after it from now on."""
    try:
        with parts().database.begin() as connection:
            parts().outcomes.cases.accept(connection, case_id, me().id, now())
        say(gettext("You look after it. Nobody else is rung for it."))
    except AcceptedAlready as accepted:
        names = names_of(parts().people.accounts.everybody())
        say(gettext("%(name)s looks after it already.", name=who_in_words(str(accepted), names)), "")
    except NoSuchCase:
        say(gettext("This case is closed already."), "")
    return go("console.risk_cases")


def close_risk(case_id: str) -> Response:
    """Says how it ended, once; then the number goes its way."""
    case = next((one for one in _open_cases() if one.id == case_id), None)
    if case is None:
        abort(404)
    form = CloseForm()
    if form.validate_on_submit():
        try:
            parts().outcomes.cases.close(case_id, form.how.data, me().id, now())
            say(gettext("The case is closed. The number isn't kept for it any more."))
            return go("console.risk_cases")
        except NoSuchCase:
            say(gettext("This case is closed already."), "")
            return go("console.risk_cases")
        except CallerAsksAgain:
            form.refuse(
                None,
                gettext("The caller is asking to be called back at this very moment. Look again in an hour."),
            )
        except VaultOutOfReach:
            form.refuse(
                None,
                gettext(
                    "The vault doesn't answer now. Nothing was done, and nothing is lost. Try again in a few minutes."
                ),
            )
    return page("risk_close.html", form=form, **_in_words(case))
