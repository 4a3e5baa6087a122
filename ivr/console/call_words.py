"""What happens in a helper's call, in words: whose phone rings, what to press, and how it went."""

from __future__ import annotations

from ivr.callbacks.listing import Tried, UnderWay
from ivr.callbacks.machine import State
from ivr.callbacks.taking import NobodyWaits, NotFitting, TakenMeanwhile
from ivr.console.callback_words import missed_in_words
from ivr.console.languages import gettext


def not_taken(refused: TakenMeanwhile | NotFitting | NobodyWaits) -> str:
    """Why a callback wasn't taken."""
    if isinstance(refused, TakenMeanwhile):
        return gettext("Somebody else was faster, or this caller doesn't want the call any more.")
    if isinstance(refused, NotFitting):
        return gettext("This caller needs another helper: for the language, a woman or a man, or a training.")
    return gettext("Nobody waits for a call from you any more.")


def call_in_words(call: UnderWay) -> tuple[str, str]:
    """What happens, and what the helper does now."""
    if call.state == State.TALKING:
        return gettext("You are talking"), gettext("Take your time. What stands beside it helps you along.")
    if call.state == State.DIALLING:
        return gettext("We ring the caller now"), gettext(
            "Stay on your phone. You hear it when the caller is there."
        )
    if not call.state:
        return gettext("The talk is over"), gettext(
            "Answer the questions on your phone, or fill in the outcome here."
        )
    if call.leg == "live":
        return gettext("You have picked up"), gettext("Press 1 on your phone; then we ring the caller.")
    return _ringing(call), gettext("Pick up and press 1; then we ring the caller.")


def _ringing(call: UnderWay) -> str:
    return gettext("Your phone rings now") if call.leg == "asked" else gettext("Your phone rings in a moment")


def none_in_words(tried: Tried | None) -> tuple[str, str]:
    """That there is no call; and how the last try went, where it came to nothing."""
    if tried is None:
        return gettext("You have no call in hand"), ""
    if not tried.rang:
        return (
            gettext("The caller wasn't rung"),
            gettext(
                "You put the callback back, or your phone wasn't picked up. The caller waits for somebody else."
            ),
        )
    why = missed_in_words(tried.missed)
    return (
        gettext("It didn't come to a talk: %(why)s", why=why) if why else gettext("It didn't come to a talk"),
        gettext("That isn't your doing. The caller is rung again later, where it is wanted and safe."),
    )
