"""`warmline doctor`: is everything as it should be. `warmline twilio connect`: a line on a real number."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import TypeVar

import click
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ivr.operations.checks.provider import leads_here
from ivr.operations.connecting import (
    FormerSetups,
    NotConnectable,
    TwilioSide,
    WebhookAddresses,
    is_connected,
    leads_astray,
    refuse_overridden,
    refuse_unsafe,
    webhook_addresses,
)
from ivr.operations.doctor import examine
from ivr.operations.findings import MARKS, Finding, any_problem, problem
from ivr.provider_wiring import twilio_network_of
from ivr.publishing.lines import Line, find_line
from ivr.settings import Settings, SettingsIncomplete, read_settings
from ivr.store.engine import reading
from ivr.telephony.contract import (
    CredentialsRefused,
    NumberRefused,
    ProviderBusy,
    ProviderOutOfReach,
    RequestRefused,
)
from ivr.telephony.twilio_network_http import is_loopback
from ivr.telephony.twilio_number import TwilioNumber
from ivr.wiring import wire

COLOURS = {"good": "green", "warning": "yellow", "problem": "red"}
Answer = TypeVar("Answer")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For programs: the findings as JSON.")
def doctor(as_json: bool) -> None:
    """Look over the whole hotline, and say what to do next. Changes nothing."""
    findings = _findings()
    if as_json:
        report = {"ok": not any_problem(findings), "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        _print(findings)
    sys.exit(1 if any_problem(findings) else 0)


def _findings() -> list[Finding]:
    try:
        settings = read_settings()
        return examine(settings, lambda: wire(settings), twilio_network_of(settings))
    except SettingsIncomplete as error:
        return [problem("Settings", sentence, "Correct it.") for sentence in str(error).splitlines()]
    except ArgumentError:
        found = "WARMLINE_DATABASE_URL can't be understood"
        return [
            problem("Settings", found, "Write it like postgresql+psycopg://user@host/name, or leave it out.")
        ]


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.subject) for finding in findings)
    for finding in findings:
        mark = click.style(MARKS[finding.level], fg=COLOURS[finding.level], bold=True)
        click.echo(f"{mark} {finding.subject:<{width}}  {finding.found}")
        if finding.next_step:
            click.echo(f"  {'':<{width}}  → {finding.next_step}")
    problems = sum(finding.level == "problem" for finding in findings)
    click.echo("")
    if problems:
        click.echo(f"{problems} thing{'s' if problems > 1 else ''} to put right before anybody rings.")
    else:
        click.echo("Ready for calls.")


@click.group()
def twilio() -> None:
    """Put a line on a real number."""


@twilio.command()
@click.option("--line", "number", required=True, help="The line's number, such as +12025550100.")
@click.option("--dry-run", is_flag=True, help="Show what would be changed, and change nothing.")
@click.option("--undo", is_flag=True, help="Put back what was there before the number was pointed here.")
def connect(number: str, dry_run: bool, undo: bool) -> None:
    """Point a Twilio number at this hotline. Safe to run again."""
    settings = read_settings()
    try:
        network = _network(settings)
        former = FormerSetups(settings.data)
        if undo:
            _put_back(network, former, number, dry_run)
        else:
            refuse_unsafe(settings.public_url, is_loopback(settings.twilio_api_url))
            _check_line(settings, number)
            _point_here(network, former, number, webhook_addresses(settings.public_url), dry_run)
    except NotConnectable as error:
        sys.exit(f"{error}\nNothing was changed.")


def _network(settings: Settings) -> TwilioSide:
    network = twilio_network_of(settings)
    if network is None:
        raise NotConnectable(
            "No Twilio account is set: set WARMLINE_TWILIO_ACCOUNT_SID and WARMLINE_TWILIO_AUTH_TOKEN."
        )
    return network


def _check_line(settings: Settings, number: str) -> None:
    line = _line(settings, number)
    if line is None:
        raise NotConnectable(
            f"There is no line {number} yet, so callers would hear nothing. Add it: warmline line add --help"
        )
    if line.provider != "twilio":
        raise NotConnectable(
            f"The line {number} is served by {line.provider}. Change it: warmline line add {number} --provider twilio …"
        )
    if line.release_id is None:
        raise NotConnectable(
            f"Nothing is published on the line {number}, so callers would hear nothing: warmline publish --help"
        )


def _line(settings: Settings, number: str) -> Line | None:
    try:
        with reading(wire(settings).database) as connection:
            return find_line(connection, number)
    except SQLAlchemyError:
        raise NotConnectable("The database doesn't answer. Ask: warmline doctor") from None


def _point_here(
    network: TwilioSide, former: FormerSetups, number: str, wanted: WebhookAddresses, dry_run: bool
) -> None:
    found = _asked(lambda: network.look_up(number))
    _show(found, wanted)
    refuse_overridden(found)
    if is_connected(found, wanted):
        click.echo("The number leads here already.")
        _say_how_to_try(number)
        return
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")
        return
    ours = wanted.set_up_for(number)
    former.remember(found, ours)
    _asked(lambda: network.set_up(ours))
    astray = leads_astray(_asked(lambda: network.look_up(number)), wanted)
    if astray:
        purposes = ", ".join(leads.purpose for leads in astray)
        sys.exit(f"Twilio took the change, but still leads elsewhere for: {purposes}. Try again in a minute.")
    click.echo("Done: the number leads here now, as read back from Twilio.")
    _say_how_to_try(number)


def _put_back(network: TwilioSide, former: FormerSetups, number: str, dry_run: bool) -> None:
    kept = former.of(number)
    if kept is None:
        raise NotConnectable(
            f"Nothing is remembered of {number}: it wasn't pointed here from this data folder."
        )
    found = _asked(lambda: network.look_up(number))
    if found != kept.ours:
        click.echo("Somebody has changed the number since it was pointed here; that change will be lost.")
    click.echo(f"Before Warmline, calls went to: {_shown(kept.former.voice_url)}")
    if dry_run:
        click.echo("This was a dry run: nothing was changed.")
        return
    _asked(lambda: network.set_up(kept.former))
    former.forget(number)
    click.echo("Done: the number is set up as it was before.")


def _asked(request: Callable[[], Answer]) -> Answer:
    try:
        return request()
    except NumberRefused:
        raise NotConnectable("This Twilio account doesn't have that number.") from None
    except CredentialsRefused:
        raise NotConnectable("Twilio doesn't accept the account and the token that are set.") from None
    except (ProviderOutOfReach, ProviderBusy, RequestRefused) as error:
        sys.exit(f"Twilio didn't do it ({error}). Ask how things are now: warmline doctor")


def _show(found: TwilioNumber, wanted: WebhookAddresses) -> None:
    click.echo(f"Number {found.number} at Twilio:")
    for leads in wanted.compared_with(found):
        if leads_here(leads):
            click.echo(f"  {leads.purpose:<12} {_shown(leads.url)}")
        else:
            click.echo(f"  {leads.purpose:<12} {_shown(leads.url)} ({leads.method})")
            click.echo(f"  {'':<12} → {leads.wanted}")


def _shown(url: str) -> str:
    """An address without what may be secret in it: a password before the host, or a key in the query."""
    if not url:
        return "(nothing)"
    plain = url.partition("#")[0].partition("?")
    scheme, separator, rest = plain[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}" + ("?…" if plain[1] else "")


def _say_how_to_try(number: str) -> None:
    click.echo(f"Try it: ring {number} from any phone. Then: warmline doctor, and warmline calls")
