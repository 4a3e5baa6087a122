"""A person who works on the hotline, as everybody but the people's room sees one: no hash, no secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ivr.people.roles import Right, Role, may, need_codes

State = Literal["invited", "active", "closed"]


@dataclass(frozen=True, slots=True)
class Person:
    """`sign_in_name` is empty once the account is closed. `reads` is the console's language, or empty for the
    browser's; `number_id` the vault's entry of this person's own number."""

    id: str
    name: str
    sign_in_name: str
    state: State
    roles: frozenset[Role]
    languages: tuple[str, ...]
    gender: str
    time_zone: str
    reads: str
    number_id: str | None
    has_codes: bool
    has_pin: bool
    phone_code: str | None

    def may(self, right: Right) -> bool:
        """Whether one of this person's roles has the right, and the account is open."""
        return self.state == "active" and may(self.roles, right)

    @property
    def has_to_set_up_codes(self) -> bool:
        """Whether this person gets nowhere before one-time codes are set up."""
        return need_codes(self.roles) and not self.has_codes
