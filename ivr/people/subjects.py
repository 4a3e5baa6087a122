"""Whose wrong attempts are counted: which subjects an attempt to sign in, a code or a PIN belongs to."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from sqlalchemy import Connection, select

from ivr.people import lockout
from ivr.people.failures import Counter, forget
from ivr.people.keys import PeopleKeys
from ivr.people.person import Person
from ivr.people.tables import known_browsers

IPV6_OF_ONE_HOUSE = 64


class Subjects:
    """Names subjects by keyed hashes: neither a name that was typed nor an address is ever kept."""

    def __init__(self, keys: PeopleKeys) -> None:
        self._keys = keys

    def of_sign_in(
        self, sign_in_name: str, address: str, browser: str, *, known: bool, person_id: str
    ) -> list[Counter]:
        """A password. Of a browser that is known for this person, nothing else counts."""
        owner = self._owner("name", sign_in_name)
        if known:
            mark = self._keys.mark("browser", browser, person_id)
            return [Counter(mark, lockout.KNOWN_BROWSER, owner, starts_again=True)]
        house = house_of(address)
        pair = self._keys.mark("name from address", sign_in_name, house)
        return [
            Counter(pair, lockout.NAME_FROM_ADDRESS, owner, starts_again=True),
            Counter(self._keys.mark("address", house), lockout.ADDRESS, ""),
            Counter(self._keys.mark("name", sign_in_name), lockout.NAME, owner),
        ]

    def of_code(self, person: Person, browser: str, *, known: bool) -> list[Counter]:
        """A one-time code or recovery code."""
        mark = self._keys.mark("code", person.id, browser if known else "")
        return [Counter(mark, lockout.CODE, self._owner("name", person.sign_in_name), starts_again=True)]

    def of_signed_in(self, person: Person) -> list[Counter]:
        """The password or a code, asked of somebody who is signed in."""
        mark = self._keys.mark("signed in", person.id)
        return [Counter(mark, lockout.CODE, self._owner("name", person.sign_in_name), starts_again=True)]

    def of_pin(self, phone_code: str, phone: str, *, known: bool) -> list[Counter]:
        """A PIN on a keypad. `phone` is an opaque token; phones that show none are counted as one."""
        owner = self._owner("pin", phone_code)
        if known:
            mark = self._keys.mark("pin from known phone", phone_code, phone)
            return [Counter(mark, lockout.PIN_FROM_PHONE, owner, starts_again=True)]
        pair = self._keys.mark("pin from phone", phone_code, phone)
        return [
            Counter(pair, lockout.PIN_FROM_PHONE, owner, starts_again=True),
            Counter(self._keys.mark("phone", phone), lockout.PHONE, ""),
            Counter(self._keys.mark("pin", phone_code), lockout.PIN, owner),
        ]

    def of_panel(self, phone: str) -> list[Counter]:
        """The code of a listening panel. From one phone it counts together with phone codes; phones that show no number
        share only what counts for all, which shuts nobody out for long."""
        anywhere = Counter(self._keys.mark("panels"), lockout.PANELS, "")
        return (
            [anywhere, Counter(self._keys.mark("phone", phone), lockout.PHONE, "")] if phone else [anywhere]
        )

    def forget_all_of(self, connection: Connection, person: Person) -> None:
        """Opens what is shut for this person, wherever they are, on the web and by phone."""
        owners = [self._owner("name", person.sign_in_name)]
        if person.phone_code:
            owners.append(self._owner("pin", person.phone_code))
        forget(connection, owners)

    def _owner(self, kind: str, name: str) -> str:
        return self._keys.mark("counted against", kind, name)


def house_of(address: str) -> str:
    """An address as it is counted. Of IPv6 everybody has as many as they like, so the network is what counts."""
    try:
        found = ip_address(address)
    except ValueError:
        return "nowhere"
    mapped = getattr(found, "ipv4_mapped", None)
    if mapped is not None:
        return str(mapped)
    if found.version == 6:
        return str(ip_network((found, IPV6_OF_ONE_HOUSE), strict=False))
    return str(found)


def is_known(connection: Connection, mark: str, person_id: str) -> bool:
    """Whether this person has come in with this browser or phone before."""
    wanted = select(known_browsers.c.token).where(
        known_browsers.c.token == mark, known_browsers.c.person_id == person_id
    )
    return connection.execute(wanted).first() is not None


def browser_mark(keys: PeopleKeys, browser: str) -> str:
    """How a browser's cookie is kept."""
    return keys.mark("known browser", browser)


def phone_mark(keys: PeopleKeys, phone: str) -> str:
    """How a phone's opaque token is kept."""
    return keys.mark("known phone", phone)
