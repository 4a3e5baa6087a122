"""Can callers' numbers be kept and called: the key store answers, the master key is there, and nothing is overdue."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.operations.findings import Finding, good, problem, warning

SUBJECT = "Vault"


@dataclass(frozen=True, slots=True)
class VaultFacts:
    """`failure` is why numbers can't be kept now, in words, or empty. `unreadable` counts keys that no master key at
    hand opens; `old` those wrapped by a master key that has been replaced; `overdue` counts numbers that should
    have been shredded hours ago. `one_server`: keys and data are on one database server; `demo_with_account`: a real
    account may bring real callers to a demo, whose keys lie with its data."""

    failure: str = ""
    unreadable: int = 0
    old: int = 0
    overdue: int = 0
    one_server: bool = False
    demo_with_account: bool = False


def check_vault(facts: VaultFacts) -> Finding:
    """Callers are offered a call only while the vault can be reached."""
    if facts.failure:
        return problem(
            SUBJECT,
            f"{facts.failure}, so no caller is offered a call",
            "Bring it back, or set it up: docs/keys.md. Calls are answered meanwhile.",
        )
    if facts.overdue:
        return problem(
            SUBJECT,
            f"{facts.overdue} numbers should have been shredded hours ago; they open no more, but are still there",
            "A worker shreds them: see whether one runs, and start it with: warmline worker",
        )
    if facts.unreadable:
        return warning(
            SUBJECT,
            f"{facts.unreadable} numbers can't be read: their master key isn't at hand",
            "Put the older master key back below the newest: docs/keys.md",
        )
    if facts.old:
        return warning(
            SUBJECT,
            f"{facts.old} keys are still wrapped by an older master key",
            "Finish: warmline keys rotate",
        )
    if facts.demo_with_account:
        return warning(
            SUBJECT,
            "this is a demo, with its keys beside its data, and a real account brings real callers to it",
            "Give a real line an installation of its own, with keys apart: docs/keys.md",
        )
    if facts.one_server:
        return warning(
            SUBJECT,
            "the key store is on the same database server as the data: one log and one backup hold both",
            "Give the key store a server of its own: docs/keys.md",
        )
    return good(
        SUBJECT, "numbers can be kept, none is overdue, and every key is wrapped by the master key in use"
    )
