"""What can be done that leaves a row in the audit log. The console says each in words."""

from __future__ import annotations

from enum import StrEnum


class Deed(StrEnum):
    """A deed. The values stay as they are for ever: old rows name them."""

    PERSON_INVITED = "person_invited"
    INVITATION_USED = "invitation_used"
    PERSON_CHANGED = "person_changed"
    PERSON_CLOSED = "person_closed"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    SIGN_IN_SHUT = "sign_in_shut"
    UNLOCKED = "unlocked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a deed
    CODES_SWITCHED_ON = "codes_switched_on"
    CODES_SWITCHED_OFF = "codes_switched_off"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    RECOVERY_CODE_USED = "recovery_code_used"
    PIN_CHANGED = "pin_changed"
    PROFILE_CHANGED = "profile_changed"
    NUMBER_REVEALED = "number_revealed"
    NUMBER_HELD = "number_held"
    HOLD_ENDED = "hold_ended"
    NUMBER_SHREDDED = "number_shredded"
    TRAINING_CHANGED = "training_changed"
    DEBRIEFED = "debriefed"
    SHIFT_SET = "shift_set"
    TERMS_CHANGED = "terms_changed"
    RISK_CASE_ACCEPTED = "risk_case_accepted"
    RISK_CASE_CLOSED = "risk_case_closed"
    LOG_RESTORED = "log_restored"
    CLIP_APPROVED = "clip_approved"
    CLIP_ROLLED_BACK = "clip_rolled_back"
    TAKE_SENT_BACK = "take_sent_back"
    TAKE_WITHDRAWN = "take_withdrawn"
    TAKE_PUT_BACK = "take_put_back"
    SCRIPT_REVIEWED = "script_reviewed"
    VOICES_MIXED = "voices_mixed"
    VOICES_PARTED = "voices_parted"
    PUT_ON_AIR = "put_on_air"
    PANEL_MADE = "panel_made"
    MASTER_KEY_ROTATED = "master_key_rotated"
