"""The `warmline` command."""

from __future__ import annotations

import importlib
import sys

import click

from ivr.settings import SettingsIncomplete

COMMANDS = {
    "demo": "ivr.demo_commands:demo",
    "demo-voice": "ivr.demo_commands:speak",
    "up": "ivr.process_commands:up",
    "web": "ivr.process_commands:web",
    "worker": "ivr.process_commands:worker",
    "timetable": "ivr.process_commands:timetable",
    "migrate": "ivr.line_commands:migrate",
    "line": "ivr.line_commands:line",
    "publish": "ivr.line_commands:publish_pack",
    "calls": "ivr.call_commands:calls",
    "outcomes": "ivr.outcome_commands:outcomes",
    "services": "ivr.service_commands:services",
    "audio": "ivr.audio_commands:audio",
    "keys": "ivr.key_commands:keys",
    "flow": "ivr.flow_commands:flow",
    "call": "ivr.telephone_commands:call",
    "scrub": "ivr.scrub_commands:scrub",
    "people": "ivr.people_commands:people",
    "audit": "ivr.audit_commands:audit",
    "staffing": "ivr.staffing_commands:staffing",
    "doctor": "ivr.doctor_commands:doctor",
    "twilio": "ivr.doctor_commands:twilio",
}


class Commands(click.Group):
    """Imports a command only when it is used: a web process has no need of the audio libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found


@click.group(cls=Commands)
def cli() -> None:
    """A phone hotline that anyone can use from any phone, and that never tells anyone who called."""


def main() -> None:
    """The entry point: what is wrong with the settings is said in words, not as a traceback."""
    try:
        cli()
    except SettingsIncomplete as error:
        click.echo("Warmline can't start, because its settings are not complete:", err=True)
        for line in str(error).splitlines():
            click.echo(f"  - {line}", err=True)
        sys.exit(2)
