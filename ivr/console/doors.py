"""The doors: every address of the application, and who may come in. Whatever isn't in this table is closed.

`gatekeeper.py` asks it before every request; docs/doors.md is the same table to be read, and
tests/architecture/test_doors.py tries every door as everybody. Webhooks at a provider's exact address are answered in
front of Flask (`Webhooks.shortcut`) and never come by here: they are let in by their signature alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.people.roles import WHO_MAY, Right, Role


class Who(StrEnum):
    """Who may come in, where it isn't a question of roles. The values are what docs/doors.md says."""

    ANYBODY = "anybody"
    SIGNED = "whoever signs with the provider's secret"
    OWN_PAGE = "the telephone's own page, where the simulator is on"
    INVITED = "whoever holds an unused invitation"
    HALF_IN = "whoever has given the password and still has to give a code"
    SIGNED_IN = "everybody who is signed in"


@dataclass(frozen=True, slots=True)
class Door:
    """One door. `without_codes`: open also to those who still have to set up their one-time codes."""

    methods: frozenset[str]
    who: Who | frozenset[Role]
    why: str
    without_codes: bool = False


def _door(methods: str, who: Who | Role | frozenset[Role], why: str, *, without_codes: bool = False) -> Door:
    return Door(
        frozenset(methods.split()), frozenset({who}) if isinstance(who, Role) else who, why, without_codes
    )


_PHONE = {
    "phone.voice": _door("POST", Who.SIGNED, "A call begins."),
    "phone.turn": _door("POST", Who.SIGNED, "A call goes on."),
    "phone.status": _door("POST", Who.SIGNED, "A call is over."),
    "phone.leg": _door("POST", Who.SIGNED, "A phone that we rang asks what to say."),
    "phone.leg-status": _door("POST", Who.SIGNED, "How such a phone's part in a call goes."),
    "phone.recording": _door("POST", Who.SIGNED, "A recording is ready."),
    "phone.fallback": _door(
        "GET POST",
        Who.ANYBODY,
        "The emergency screen; it must be heard on the day the signature is what's broken.",
    ),
    "media.clip": _door(
        "GET", Who.ANYBODY, "The provider fetches clips; each is named by its hash and holds no secret."
    ),
    "healthz": _door(
        "GET", Who.ANYBODY, "Whatever watches over the hotline asks whether calls can be taken."
    ),
}

_TELEPHONE = {
    "telephone.page": _door("GET", Who.OWN_PAGE, "The telephone in the browser."),
    "telephone.lines": _door("GET", Who.OWN_PAGE, "Which lines can be rung."),
    "telephone.static": _door("GET", Who.OWN_PAGE, "Its scripts and its sheet."),
    "telephone.sign": _door("POST", Who.OWN_PAGE, "Signs the simulator's webhooks, and nothing else."),
    "telephone.clip": _door("GET", Who.OWN_PAGE, "What is said in a clip."),
    "telephone.rings": _door("POST", Who.OWN_PAGE, "Who rings a simulated phone."),
    "telephone.add_leg": _door("POST", Who.OWN_PAGE, "A simulated phone rings."),
    "telephone.change_leg": _door("POST", Who.OWN_PAGE, "Something happens to a simulated call."),
    "telephone.recording": _door("GET PUT", Who.OWN_PAGE, "What a simulated phone has recorded."),
}

_ENTRANCE = {
    "console.asset": _door("GET", Who.ANYBODY, "The sheet, the script and the sign of the pages; no secret."),
    "console.speak": _door("POST", Who.ANYBODY, "The language of the pages, before signing in too."),
    "console.sign_in": _door("GET POST", Who.ANYBODY, "Where people sign in."),
    "console.join": _door("GET POST", Who.INVITED, "Where an invited person sets a password, once."),
    "console.code": _door("GET POST", Who.HALF_IN, "The one-time code."),
    "console.recovery_code": _door("GET POST", Who.HALF_IN, "A recovery code instead."),
    "console.sign_out": _door(
        "POST", Who.ANYBODY, "Whoever wants to go out may; only this browser's sign-in ends."
    ),
}

_OWN = {
    "console.home": _door("GET", Who.SIGNED_IN, "What is to be done now."),
    "console.notice_seen": _door("POST", Who.SIGNED_IN, "One's own notices."),
    "console.profile": _door("GET", Who.SIGNED_IN, "One's own profile."),
    "console.about": _door("GET POST", Who.SIGNED_IN, "One's own name, languages, gender and time zone."),
    "console.number": _door("GET POST", Who.SIGNED_IN, "One's own number."),
    "console.pin": _door("GET POST", Who.SIGNED_IN, "One's own PIN."),
    "console.password": _door("GET POST", Who.SIGNED_IN, "One's own password."),
    "console.codes": _door("GET POST", Who.SIGNED_IN, "One's own one-time codes.", without_codes=True),
    "console.codes_off": _door("POST", Who.SIGNED_IN, "Switches one's own codes off, with a code."),
    "console.recovery_codes": _door("POST", Who.SIGNED_IN, "New recovery codes, with a code."),
    "console.out_everywhere": _door(
        "POST", Who.SIGNED_IN, "Signs oneself out on every browser.", without_codes=True
    ),
}

_ADMIN = {
    "console.people": _door("GET", Role.ADMIN, "Who works here."),
    "console.invite": _door("GET POST", Role.ADMIN, "Lets somebody in."),
    "console.person": _door("GET POST", Role.ADMIN, "Somebody's account and roles."),
    "console.invite_again": _door("POST", Role.ADMIN, "A new link, for a lost password."),
    "console.unlock": _door("POST", Role.ADMIN, "Forgets wrong attempts."),
    "console.person_out": _door("POST", Role.ADMIN, "Signs somebody out everywhere."),
    "console.close_person": _door("GET POST", Role.ADMIN, "Closes an account."),
    "console.audit": _door("GET", Role.ADMIN, "Who did what, when; nothing of callers."),
}

_NUMBERS = {
    "console.numbers": _door("GET", Role.SUPERVISOR, "Which numbers are kept, for how long; never a number."),
    "console.hold": _door("GET POST", Role.SUPERVISOR, "Keeps a number while a life is at risk."),
    "console.end_hold": _door("POST", Role.SUPERVISOR, "Ends that."),
    "console.close_case": _door("GET POST", Role.SUPERVISOR, "Shreds a number now."),
    "console.reveal": _door(
        "GET POST", Role.SUPERVISOR, "Break-glass: one number, with a reason; everybody on duty is told."
    ),
}

_WORDS = WHO_MAY[Right.EDIT_TERMS]

_OUTCOMES = {
    "console.outcomes": _door("GET", WHO_MAY[Right.TAKE_CALLBACKS] | _WORDS, "Which outcomes are missing."),
    "console.outcome": _door(
        "GET POST", WHO_MAY[Right.TAKE_CALLBACKS], "The outcome of one's own talk; supervisors, of any."
    ),
    "console.risk_cases": _door("GET", Role.SUPERVISOR, "Lives in danger, and who looks after each."),
    "console.accept_risk": _door("POST", Role.SUPERVISOR, "Takes on looking after one."),
    "console.close_risk": _door("GET POST", Role.SUPERVISOR, "Says how it ended, in one of two ways."),
    "console.terms": _door("GET", _WORDS, "The words of outcomes."),
    "console.add_term": _door("GET POST", _WORDS, "Adds one, whose code stays for ever."),
    "console.term": _door("GET POST", _WORDS, "Other words or another key; the code stays."),
    "console.term_up": _door("POST", _WORDS, "Puts them in order."),
    "console.retire_term": _door("POST", _WORDS, "Offers one no more."),
    "console.offer_term": _door("POST", _WORDS, "Offers it again."),
    "console.delete_term": _door("POST", _WORDS, "Deletes one that nothing was written with."),
}

_TAKING = WHO_MAY[Right.TAKE_CALLBACKS]

_CALLBACKS = {
    "console.queue": _door("GET", _TAKING, "Whom one may call now; never a number."),
    "console.queue_now": _door("GET", _TAKING, "The same, for a page that stays as it is now."),
    "console.take": _door("POST", _TAKING, "Takes a callback."),
    "console.mine": _door("GET", _TAKING, "The call that one has in hand."),
    "console.mine_now": _door("GET", _TAKING, "The same, for a page that stays as it is now."),
    "console.put_back": _door("POST", _TAKING, "Gives one's own callback back."),
    "console.have_a_break": _door("POST", _TAKING, "One's own break."),
    "console.end_break": _door("POST", _TAKING, "Ends that."),
    "console.board": _door("GET", Role.SUPERVISOR, "What happens on the hotline now; never a number."),
    "console.board_now": _door("GET", Role.SUPERVISOR, "The same, for a page that stays as it is now."),
    "console.alarms_now": _door(
        "GET", Role.SUPERVISOR, "Whether a life may be at risk that nobody looks after."
    ),
    "console.accept_page": _door("POST", Role.SUPERVISOR, "Looks after it."),
}

_ROSTER = {
    "console.shifts": _door("GET", WHO_MAY[Right.TAKE_CALLBACKS], "One's own shifts, and how one stands."),
    "console.my_state": _door("POST", WHO_MAY[Right.TAKE_CALLBACKS], "Whether oneself is on call, and rung."),
    "console.add_shift": _door("GET POST", WHO_MAY[Right.TAKE_CALLBACKS], "A new shift of one's own."),
    "console.shift": _door("GET POST", WHO_MAY[Right.TAKE_CALLBACKS], "Changes one's own shift."),
    "console.remove_shift": _door("POST", WHO_MAY[Right.TAKE_CALLBACKS], "Removes one's own shift."),
    "console.leave_out": _door("POST", WHO_MAY[Right.TAKE_CALLBACKS], "Leaves one's own shift out on a day."),
    "console.take_back": _door("POST", WHO_MAY[Right.TAKE_CALLBACKS], "Takes that back."),
    "console.agree": _door("POST", WHO_MAY[Right.TAKE_CALLBACKS], "Agrees to what a supervisor has set."),
    "console.refuse": _door("POST", WHO_MAY[Right.TAKE_CALLBACKS], "Refuses it; nothing of that is kept."),
    "console.roster": _door("GET", Role.SUPERVISOR, "Who is on shift when, and when nobody is."),
    "console.training": _door("POST", Role.SUPERVISOR, "Who is trained for crises."),
    "console.debriefed": _door(
        "POST", Role.SUPERVISOR, "Somebody has talked with a helper after a hard call."
    ),
    "console.plan": _door("GET", Role.SUPERVISOR, "A helper's shifts."),
    "console.plan_add": _door("GET POST", Role.SUPERVISOR, "A new shift for a helper, who is told."),
    "console.plan_move": _door("GET POST", Role.SUPERVISOR, "Moves a helper's shift; the helper is told."),
    "console.plan_remove": _door("POST", Role.SUPERVISOR, "Removes a helper's shift; the helper is told."),
    "console.plan_leave_out": _door(
        "POST", Role.SUPERVISOR, "Leaves a helper's shift out on a day; the helper is told."
    ),
    "console.plan_take_back": _door("POST", Role.SUPERVISOR, "Takes that back; the helper is told."),
}

_HEARING = WHO_MAY[Right.REVIEW_CLIPS]
_PUBLISHING = WHO_MAY[Right.RECORD_AND_PUBLISH]

_SHELVES = {
    "console.library": _door("GET", _HEARING, "How far the recordings of each language are."),
    "console.library_prompt": _door("GET", _HEARING, "One prompt, and every take of it."),
    "console.sheet": _door("GET", _HEARING, "What is to be read aloud, to be printed."),
    "console.take_clip": _door("GET", _HEARING, "A take as the phone plays it."),
    "console.take_original": _door("GET", _HEARING, "A take as it came in."),
    "console.roll_back": _door(
        "POST", _HEARING, "Goes back to an earlier take, in a language that one speaks."
    ),
    "console.withdraw_take": _door("POST", _HEARING, "Takes back one's own take; staff, any."),
    "console.put_back_takes": _door(
        "POST", _HEARING, "Undoes that takes were withdrawn or sent back; for a week, and not by everybody."
    ),
    "console.review": _door("GET", _HEARING, "What waits for one's review."),
    "console.review_take": _door(
        "GET POST", _HEARING, "Somebody else's take, in a language that one speaks; asks for another one."
    ),
    "console.approve_take": _door("POST", _HEARING, "Approves such a take."),
    "console.clinical": _door(
        "GET POST",
        WHO_MAY[Right.REVIEW_CLINICALLY],
        "Changed therapeutic words, old and new; agrees to them.",
    ),
    "console.voices": _door("GET POST", _PUBLISHING, "Who speaks in each language; adds a voice."),
    "console.usual_voice": _door("POST", _PUBLISHING, "Makes one the usual voice of its language."),
    "console.mean_mix": _door("POST", _PUBLISHING, "Says that two voices in one menu are meant, or not."),
    "console.publish": _door("GET", _PUBLISHING, "What is worked on, and what keeps it off the air."),
    "console.put_on_air": _door("POST", _PUBLISHING, "Puts it on air, if nothing is in the way."),
    "console.panels": _door("GET", _PUBLISHING, "Listening panels."),
    "console.new_panel": _door("GET POST", _PUBLISHING, "Makes one; its code is shown once."),
    "console.panel": _door("GET", _PUBLISHING, "What listeners have keyed."),
    "console.close_panel": _door("POST", _PUBLISHING, "Closes one."),
    "console.reopen_panel": _door("POST", _PUBLISHING, "Undoes that, on the same day."),
    "console.comment": _door("GET", _PUBLISHING, "What a listener has said, of whom nothing is known."),
}

_STUDIO = {
    "console.record": _door("GET", _PUBLISHING, "What is to be read aloud, and records it."),
    "console.record_scripts": _door("GET", _PUBLISHING, "All of it, for a browser whose line may break."),
    "console.record_takes": _door("GET", _PUBLISHING, "What has become of a script's takes."),
    "console.send_take": _door("POST", _PUBLISHING, "A take; larger than other forms may be."),
    "console.upload": _door("GET POST", _PUBLISHING, "Files, which may be larger than other forms."),
    "console.upload_now": _door(
        "GET", _PUBLISHING, "The files without a script, for a page that has sent some."
    ),
    "console.settle_files": _door("POST", _PUBLISHING, "Says which script a file is of, or leaves it out."),
}

DOORS: Mapping[str, Door] = {
    **_PHONE,
    **_TELEPHONE,
    **_ENTRANCE,
    **_OWN,
    **_ADMIN,
    **_NUMBERS,
    **_OUTCOMES,
    **_CALLBACKS,
    **_ROSTER,
    **_SHELVES,
    **_STUDIO,
}
"""Endpoint → door. A view without an entry answers 404 to everybody."""
