"""How the audit log is, for the doctor."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from ivr.audit.log import AuditLog
from ivr.operations.checks.audit import AuditFacts
from ivr.store.engine import reading
from ivr.vault.errors import VaultOutOfReach
from ivr.vault.noted import noted_end
from ivr.vault.vault import Vault


def audit_facts(database: Engine, log: AuditLog, vault: Vault) -> AuditFacts | None:
    """What looking through the whole log has shown; None where the database can't say."""
    try:
        noted, asked = noted_end(vault), True
    except VaultOutOfReach:
        noted, asked = None, False
    try:
        with reading(database) as connection:
            verdict = log.verify(connection, [noted] if noted else [])
    except SQLAlchemyError:
        return None
    return AuditFacts(verdict.head.seq, verdict.broken_at, asked)
