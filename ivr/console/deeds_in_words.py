"""Each deed of the audit log in a sentence. Who and whom are names; of a caller there is nothing to be said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from ivr.audit.deeds import Deed
from ivr.audit.log import Entry
from ivr.console.languages import gettext
from ivr.console.plan_words import shift_set_in_words
from ivr.console.words import ROLES, in_a_row, isolated, who_in_words

SENTENCES: dict[str, Any] = {
    Deed.PERSON_INVITED: _l("%(who)s invited %(whom)s."),
    Deed.INVITATION_USED: _l("%(whom)s used the invitation and set a password."),
    Deed.PERSON_CHANGED: _l("%(who)s changed the roles of %(whom)s."),
    Deed.PERSON_CLOSED: _l("%(who)s closed the account of %(whom)s."),
    Deed.SIGNED_IN: _l("%(whom)s signed in."),
    Deed.SIGNED_OUT: _l("%(whom)s signed out."),
    Deed.SIGNED_OUT_EVERYWHERE: _l("%(who)s signed %(whom)s out everywhere."),
    Deed.SIGN_IN_SHUT: _l("Too many wrong attempts: signing in was shut for a while."),
    Deed.UNLOCKED: _l("%(who)s let %(whom)s try again after wrong attempts."),
    Deed.PASSWORD_CHANGED: _l("%(whom)s changed the password."),
    Deed.CODES_SWITCHED_ON: _l("%(whom)s switched one-time codes on."),
    Deed.CODES_SWITCHED_OFF: _l("%(who)s switched the one-time codes of %(whom)s off."),
    Deed.RECOVERY_CODE_USED: _l("%(whom)s signed in with a recovery code."),
    Deed.RECOVERY_CODES_RENEWED: _l("%(whom)s made new recovery codes."),
    Deed.PIN_CHANGED: _l("%(whom)s changed the PIN."),
    Deed.PROFILE_CHANGED: _l("%(whom)s changed the profile."),
    Deed.NUMBER_REVEALED: _l("%(who)s revealed a caller's number."),
    Deed.NUMBER_HELD: _l("%(who)s kept a caller's number for longer."),
    Deed.HOLD_ENDED: _l("%(who)s ended the keeping of a caller's number."),
    Deed.NUMBER_SHREDDED: _l("%(who)s shredded a caller's number."),
    Deed.TRAINING_CHANGED: _l("%(who)s changed what %(whom)s is trained for."),
    Deed.DEBRIEFED: _l("%(who)s talked with %(whom)s after a hard call."),
    Deed.SHIFT_SET: _l("%(who)s changed the shifts of %(whom)s."),
    Deed.TERMS_CHANGED: _l("%(who)s changed the words in which outcomes are written."),
    Deed.RISK_CASE_ACCEPTED: _l("%(who)s took on looking after a caller whose life may be in danger."),
    Deed.RISK_CASE_CLOSED: _l("%(who)s closed the case of a caller whose life was in danger."),
    Deed.LOG_RESTORED: _l("%(who)s said that an older state of the database was restored."),
    Deed.CLIP_APPROVED: _l("%(who)s approved a recording."),
    Deed.CLIP_ROLLED_BACK: _l("%(who)s went back to an earlier recording."),
    Deed.TAKE_SENT_BACK: _l("%(who)s asked for a recording to be made again."),
    Deed.TAKE_WITHDRAWN: _l("%(who)s withdrew a recording."),
    Deed.TAKE_PUT_BACK: _l("%(who)s took back that a recording was withdrawn or sent back."),
    Deed.SCRIPT_REVIEWED: _l("%(who)s agreed to a therapeutic script as it is now."),
    Deed.VOICES_MIXED: _l("%(who)s said that two voices in one menu are meant."),
    Deed.VOICES_PARTED: _l("%(who)s said that two voices in one menu aren't meant any more."),
    Deed.FLOW_BROUGHT: _l("%(who)s brought in a flow with new or changed scripts."),
    Deed.FLOW_DROPPED: _l("%(who)s took a flow away that nobody records any more."),
    Deed.LIBRARY_RESTORED: _l("%(who)s restored recordings and reviews from a backup."),
    Deed.PUT_ON_AIR: _l("%(who)s put something new on air."),
    Deed.PANEL_MADE: _l("%(who)s made a listening panel."),
    Deed.PANEL_CLOSED: _l("%(who)s closed a listening panel."),
    Deed.COMMENT_HEARD: _l("%(who)s listened to what somebody had said in a listening panel."),
    Deed.MASTER_KEY_ROTATED: _l("%(who)s changed the master key of the vault."),
}

NAMES: dict[str, Any] = {
    Deed.PERSON_INVITED: _l("Invited somebody"),
    Deed.INVITATION_USED: _l("Used an invitation"),
    Deed.PERSON_CHANGED: _l("Changed roles"),
    Deed.PERSON_CLOSED: _l("Closed an account"),
    Deed.SIGNED_IN: _l("Signed in"),
    Deed.SIGNED_OUT: _l("Signed out"),
    Deed.SIGNED_OUT_EVERYWHERE: _l("Signed out everywhere"),
    Deed.SIGN_IN_SHUT: _l("Signing in was shut"),
    Deed.UNLOCKED: _l("Forgot wrong attempts"),
    Deed.PASSWORD_CHANGED: _l("Changed the password"),
    Deed.CODES_SWITCHED_ON: _l("Switched codes on"),
    Deed.CODES_SWITCHED_OFF: _l("Switched codes off"),
    Deed.RECOVERY_CODE_USED: _l("Used a recovery code"),
    Deed.RECOVERY_CODES_RENEWED: _l("Made new recovery codes"),
    Deed.PIN_CHANGED: _l("Changed the PIN"),
    Deed.PROFILE_CHANGED: _l("Changed the profile"),
    Deed.NUMBER_REVEALED: _l("Revealed a number"),
    Deed.NUMBER_HELD: _l("Kept a number for longer"),
    Deed.HOLD_ENDED: _l("Ended keeping a number"),
    Deed.NUMBER_SHREDDED: _l("Shredded a number"),
    Deed.TRAINING_CHANGED: _l("Changed a training"),
    Deed.DEBRIEFED: _l("Debriefed a helper"),
    Deed.SHIFT_SET: _l("Changed shifts of somebody"),
    Deed.TERMS_CHANGED: _l("Changed the words of outcomes"),
    Deed.RISK_CASE_ACCEPTED: _l("Took on a life in danger"),
    Deed.RISK_CASE_CLOSED: _l("Closed the case of a life in danger"),
    Deed.LOG_RESTORED: _l("Restored the database"),
    Deed.CLIP_APPROVED: _l("Approved a recording"),
    Deed.CLIP_ROLLED_BACK: _l("Went back to an earlier recording"),
    Deed.TAKE_SENT_BACK: _l("Asked for another recording"),
    Deed.TAKE_WITHDRAWN: _l("Withdrew a recording"),
    Deed.TAKE_PUT_BACK: _l("Put a recording back"),
    Deed.SCRIPT_REVIEWED: _l("Reviewed a therapeutic script"),
    Deed.VOICES_MIXED: _l("Meant two voices"),
    Deed.VOICES_PARTED: _l("Meant one voice again"),
    Deed.FLOW_BROUGHT: _l("Brought in a flow"),
    Deed.FLOW_DROPPED: _l("Took a flow away"),
    Deed.LIBRARY_RESTORED: _l("Restored the library"),
    Deed.PUT_ON_AIR: _l("Put something on air"),
    Deed.PANEL_MADE: _l("Made a listening panel"),
    Deed.PANEL_CLOSED: _l("Closed a listening panel"),
    Deed.COMMENT_HEARD: _l("Listened to a comment"),
    Deed.MASTER_KEY_ROTATED: _l("Changed the master key"),
}
"""The same as choices of a filter."""


def in_words(entry: Entry, names: Mapping[str, str]) -> str:
    """One row as a sentence. A deed that is unknown here is named as it is written."""
    who = who_in_words(entry.who, dict(names))
    whom = isolated(names[entry.about]) if entry.about in names else who
    sentence = SENTENCES.get(entry.deed)
    return str(sentence) % {"who": who, "whom": whom} if sentence else f"{who}: {entry.deed}"


FIELDS: dict[str, Any] = {
    "name": _l("name"),
    "languages": _l("languages"),
    "gender": _l("gender"),
    "time_zone": _l("time zone"),
    "reads": _l("language of these pages"),
    "number": _l("own number"),
}
"""What can be changed in a profile."""


def details_in_words(entry: Entry) -> str:
    """What else the log knows of a deed, apart from its reason; empty where there is nothing more to say."""
    details = entry.details
    if "before" in details:
        return gettext(
            "Before: %(before)s. Since then: %(after)s.",
            before=_roles(details["before"]),
            after=_roles(details.get("roles", "")),
        )
    if "roles" in details:
        return gettext("As: %(roles)s.", roles=_roles(details["roles"]))
    if "changed" in details:
        return gettext("Changed: %(fields)s.", fields=_listed(details["changed"], FIELDS))
    if "noted_rows" in details:
        return gettext(
            "The key store had noted %(noted)s rows; %(left)s were there.",
            noted=details["noted_rows"],
            left=details.get("rows", "?"),
        )
    if "prompt" in details:
        return gettext(
            "Script: %(prompt)s (%(language)s).",
            prompt=isolated(details["prompt"]),
            language=details.get("language", "?"),
        )
    if entry.deed == Deed.SHIFT_SET:
        return shift_set_in_words(details)
    if details.get("pin") == "off":
        return gettext("The PIN was deleted.")
    return ""


def _roles(listed: str) -> str:
    return _listed(listed, {role.value: word for role, word in ROLES.items()})


def _listed(listed: str, words: Mapping[str, Any]) -> str:
    return in_a_row(str(words.get(one, one)) for one in re.findall(r"\w+", listed))
