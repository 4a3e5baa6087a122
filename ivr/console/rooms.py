"""Puts the console together: its pages, their languages, their errors, and the guard against forged forms."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import SQLAlchemyError

from ivr.console.assets import asset
from ivr.console.audit_pages import add_audit
from ivr.console.board_pages import add_board
from ivr.console.body_limits import set_up_body_limits
from ivr.console.callback_pages import add_callbacks
from ivr.console.codes_pages import add_codes
from ivr.console.errors import set_up_errors
from ivr.console.home_pages import add_home
from ivr.console.languages import set_up_languages
from ivr.console.library_pages import add_library
from ivr.console.number_pages import add_numbers
from ivr.console.outcome_pages import add_outcomes
from ivr.console.panel_pages import add_panels
from ivr.console.parts import ConsoleParts
from ivr.console.people_pages import add_people
from ivr.console.plan_pages import add_plan
from ivr.console.profile_pages import add_profile
from ivr.console.prompt_pages import add_prompts
from ivr.console.publish_pages import add_publishing
from ivr.console.record_pages import add_record
from ivr.console.review_pages import add_reviews
from ivr.console.risk_pages import add_risk
from ivr.console.roster_pages import add_roster
from ivr.console.shift_pages import add_shifts
from ivr.console.sign_in_pages import add_entrance
from ivr.console.signed_in import who_is_in
from ivr.console.take_pages import add_takes
from ivr.console.term_pages import add_terms
from ivr.console.upload_pages import add_uploads
from ivr.console.voice_pages import add_voices
from ivr.console.withdraw_pages import add_withdrawing

SETTINGS = {
    # A page may stay open through a long night; whoever comes back to it loses nothing.
    "WTF_CSRF_TIME_LIMIT": None,
    # Our pages send no referrer, so there is none to compare with.
    "WTF_CSRF_SSL_STRICT": False,
    "WTF_I18N_ENABLED": False,
}
TAKE_RECORDINGS = ("console.send_take", "console.upload")
"""Views that are sent more than a form."""
NOT_FORMS = ("phone", "telephone", "media")
"""Blueprints whose posts aren't forms of the console: they are signed, or look at where they come from themselves."""


def set_up_console(app: Flask, parts: ConsoleParts) -> None:
    """Adds the console to an application that knows already who is signed in, and has its other blueprints."""
    app.config.update(SETTINGS)
    app.extensions["console"] = parts
    set_up_body_limits(app, dict.fromkeys(TAKE_RECORDINGS, parts.largest_upload), parts.uploads_at_once)
    guard = CSRFProtect(app)
    for name in NOT_FORMS:
        if name in app.blueprints:
            guard.exempt(app.blueprints[name])
    set_up_languages(app, _preferred)
    app.register_blueprint(console_blueprint())
    set_up_errors(app)


def _preferred() -> str:
    try:
        person = who_is_in()
    except SQLAlchemyError:
        # The page that says so has a language all the same.
        return ""
    return person.reads if person else ""


def console_blueprint() -> Blueprint:
    """Every page of the console. Who may open which is for `doors.py` to say."""
    console = Blueprint("console", __name__, template_folder="templates")
    console.add_url_rule("/assets/<name>", "asset", asset, methods=["GET"])
    for add in (add_entrance, add_home, add_profile, add_codes, add_people, add_audit, add_numbers):
        add(console)
    for add in (add_outcomes, add_risk, add_terms):
        add(console)
    for add in (add_callbacks, add_board):
        add(console)
    for add in (add_shifts, add_roster, add_plan):
        add(console)
    for add in (add_record, add_takes, add_uploads):
        add(console)
    for add in (
        add_library,
        add_prompts,
        add_withdrawing,
        add_reviews,
        add_voices,
        add_publishing,
        add_panels,
    ):
        add(console)
    return console
