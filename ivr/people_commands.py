"""Commands for the people who work on the hotline. They need the database alone, so they work when the web is down."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ivr.audit.log import COMMAND_LINE
from ivr.people.accounts import INVITATION_SECONDS, Invitation
from ivr.people.person import Person
from ivr.people.refusals import (
    LastAdmin,
    NameTaken,
    NameUnusable,
    NobodyOfThisId,
    NoRole,
)
from ivr.people.roles import Role
from ivr.settings import load_settings
from ivr.wiring import Wiring, wire

ROLES = click.Choice([role.value for role in Role])


@click.group()
def people() -> None:
    """The people who work on the hotline: invite, list, change roles, unlock, close."""


@people.command("add")
@click.argument("name")
@click.option("--sign-in-name", required=True, help="What this person types to sign in.")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given again.")
def add(name: str, sign_in_name: str, roles: tuple[str, ...]) -> None:
    """Invite somebody; prints a link that works once, for 7 days."""
    wiring = _wired()
    with _in_words():
        invitation = wiring.people.accounts.invite(
            COMMAND_LINE, name, sign_in_name, [Role(role) for role in roles], wiring.clock()
        )
    _print_link(wiring, name, invitation)


@people.command("list")
def list_people() -> None:
    """Show everybody who has or had an account."""
    wiring = _wired()
    everybody = wiring.people.accounts.everybody()
    for person in everybody:
        click.echo(_in_a_line(person))
    if not everybody:
        click.echo("Nobody yet. The first admin: warmline people add NAME --sign-in-name … --role admin")


@people.command("roles")
@click.argument("sign_in_name")
@click.option("--role", "roles", type=ROLES, multiple=True, required=True, help="May be given again.")
def change_roles(sign_in_name: str, roles: tuple[str, ...]) -> None:
    """Give somebody exactly these roles."""
    wiring = _wired()
    with _in_words():
        person = wiring.people.accounts.named(sign_in_name)
        wiring.people.accounts.change_roles(
            COMMAND_LINE, person.id, [Role(role) for role in roles], wiring.clock()
        )
    click.echo(f"{person.name} is now: {', '.join(sorted(roles))}.")


@people.command("invite")
@click.argument("sign_in_name")
@click.option("--codes-off", is_flag=True, help="Also when the telephone that makes codes is lost.")
def invite(sign_in_name: str, codes_off: bool) -> None:
    """A new link for somebody who has lost the password. The old one counts no more."""
    wiring = _wired()
    with _in_words():
        person = wiring.people.accounts.named(sign_in_name)
        invitation = wiring.people.accounts.invite_again(
            COMMAND_LINE, person.id, wiring.clock(), codes_off=codes_off
        )
    _print_link(wiring, person.name, invitation)


@people.command("unlock")
@click.argument("sign_in_name")
def unlock(sign_in_name: str) -> None:
    """Forget the wrong attempts against somebody's account, on the web and by phone."""
    wiring = _wired()
    with _in_words():
        person = wiring.people.accounts.named(sign_in_name)
        wiring.people.accounts.unlock(COMMAND_LINE, person.id, wiring.clock())
    click.echo(f"{person.name} can sign in again at once.")


@people.command("close")
@click.argument("sign_in_name")
@click.confirmation_option(prompt="An account that is closed stays closed. Close it?")
def close(sign_in_name: str) -> None:
    """Close somebody's account for good: signed out everywhere, secrets and own number deleted."""
    wiring = _wired()
    with _in_words():
        person = wiring.people.accounts.named(sign_in_name)
        wiring.people.accounts.close(COMMAND_LINE, person.id, wiring.clock())
    click.echo(f"The account of {person.name} is closed.")


def _wired() -> Wiring:
    return wire(load_settings())


@contextmanager
def _in_words() -> Iterator[None]:
    try:
        yield
    except NameTaken:
        sys.exit("Somebody signs in with this name already. Choose another with --sign-in-name.")
    except NameUnusable:
        sys.exit(
            "This name can't be used: to sign in, 3 to 120 letters, digits and . - _ @ +, without blanks; "
            "and no name may look like a phone number."
        )
    except NoRole:
        sys.exit("Give at least one --role.")
    except NobodyOfThisId:
        sys.exit("Nobody signs in with this name. See: warmline people list")
    except LastAdmin:
        sys.exit("This is the only admin who can sign in. Make somebody else an admin first.")


def _print_link(wiring: Wiring, name: str, invitation: Invitation) -> None:
    days = int(INVITATION_SECONDS // 86400)
    click.echo(f"Give this link to {name}, and to nobody else. It works once, for {days} days:")
    click.echo(f"  {wiring.settings.public_url}/invitation/{invitation.token}")


def _in_a_line(person: Person) -> str:
    roles = ", ".join(sorted(person.roles)) or "no roles"
    codes = "with codes" if person.has_codes else "without codes"
    signs_in = f"{person.sign_in_name}  " if person.sign_in_name else ""
    return f"{person.name}  {signs_in}({person.state}; {roles}; {codes})"
