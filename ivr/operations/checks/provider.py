"""Is Twilio ready: the account, what is left to spend, and whether each line's number leads here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

from ivr.operations.findings import Finding, good, problem, warning

LITTLE_MONEY = 5.0


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """`failure` is what stands in the way: "" or one of refused, unreachable, other. `balance` is "" when not told."""

    is_set: bool
    failure: str = ""
    detail: str = ""
    kind: str = ""
    status: str = ""
    balance: str = ""


@dataclass(frozen=True, slots=True)
class Leads:
    """One of a number's addresses: what it is for, where it leads, by which method, and where it should lead."""

    purpose: str
    url: str
    method: str
    wanted: str


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """A line's number as the account has it. `failure` is "" or a sentence that says why it couldn't be looked up."""

    number: str
    owned: bool = True
    failure: str = ""
    overridden_by: str = ""
    leads: Sequence[Leads] = ()


def check_account(facts: AccountFacts) -> list[Finding]:
    """The account is ours, active, and can pay. Says what trial and new accounts can't do."""
    if not facts.is_set:
        return [
            warning(
                "Twilio account",
                "none is set, so nobody can ring in from a real telephone",
                "Nothing to do while you try it out. For a real number see docs/real-number.md.",
            )
        ]
    if facts.failure == "refused":
        return [
            problem(
                "Twilio account",
                "both account and auth token are set, and Twilio doesn't accept them",
                "Copy both from the front page of the Twilio Console. A new token has to be set here too.",
            )
        ]
    if facts.failure == "unreachable":
        return [
            problem(
                "Twilio account",
                f"Twilio can't be reached from here: {facts.detail}",
                "Check this machine's way to the internet. Twilio's own state: https://status.twilio.com",
            )
        ]
    if facts.failure:
        return [
            problem("Twilio account", f"it can't be read: {facts.detail}", "Look into the Twilio Console.")
        ]
    return [_kind(facts), *_money(facts)]


def _kind(facts: AccountFacts) -> Finding:
    if facts.status.lower() != "active":
        return problem(
            "Twilio account",
            f"it is {facts.status or 'in no known state'}: no call goes in or out",
            "Ask Twilio's support why, in the Twilio Console.",
        )
    if facts.kind.lower() == "trial":
        return warning(
            "Twilio account",
            "a trial account: only numbers verified with Twilio can be rung or ring in, callers first hear a message "
            "of Twilio's, and it allows 2 to 5 calls at once",
            "Good for trying out. Upgrade it in the Twilio Console before anybody in need is given the number.",
        )
    return good(
        "Twilio account",
        f"{facts.kind.lower() or 'full'} account, active",
        "Until Twilio has approved your organisation's profile, it may allow only 2 to 5 calls at once: see "
        "Trust Hub in the Twilio Console before the number is announced.",
    )


def _money(facts: AccountFacts) -> list[Finding]:
    amount = facts.balance.partition(" ")[0]
    try:
        left = float(amount)
    except ValueError:
        return []
    if left <= 0:
        step = (
            "Top it up in the Twilio Console, and switch on auto-recharge: without money calls are refused."
        )
        return [problem("Balance", facts.balance, step)]
    if left < LITTLE_MONEY:
        step = "Top it up soon, and switch on auto-recharge: a hotline that runs out of money falls silent."
        return [warning("Balance", facts.balance, step)]
    return [good("Balance", facts.balance)]


def check_number(facts: NumberFacts) -> list[Finding]:
    """The account has the number, nothing overrides its addresses, and all three lead here."""
    subject = f"Number {facts.number}"
    connect = f"Point it here: warmline twilio connect --line {facts.number}"
    if facts.failure:
        return [problem(subject, f"it couldn't be looked up: {facts.failure}", "Ask again in a minute.")]
    if not facts.owned:
        return [
            problem(
                subject,
                "this Twilio account doesn't have it",
                "Buy it or move it there in the Twilio Console, or correct the line's number or the account.",
            )
        ]
    if facts.overridden_by:
        return [
            problem(
                subject,
                f"Twilio ignores its addresses, because of {facts.overridden_by}",
                "Take that off the number in the Twilio Console: set “Configure with” to Webhook.",
            )
        ]
    wrong = [_astray(leads) for leads in facts.leads if not leads_here(leads)]
    if wrong:
        return [problem(subject, "; ".join(wrong), connect)]
    if not all("#" in leads.url for leads in facts.leads if leads.purpose == "calls"):
        found = "it leads here, but Twilio isn't told to try again when an answer is late"
        return [warning(subject, found, connect)]
    return [good(subject, "calls, fallback and call status all lead here")]


def leads_here(leads: Leads) -> bool:
    """Whether an address is the wanted one, apart from what rides in its fragment."""
    return urldefrag(leads.url).url == leads.wanted and leads.method == "POST"


def _astray(leads: Leads) -> str:
    if not leads.url:
        return f"its {leads.purpose} address is empty"
    if urldefrag(leads.url).url == leads.wanted:
        return f"its {leads.purpose} address is asked by {leads.method} instead of POST"
    return f"its {leads.purpose} address leads elsewhere"
