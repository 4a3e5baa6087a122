"""The commands that the Procfile starts, and the one that starts them all."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
import time

import click
from redis import Redis

from ivr.logs import set_up_logs
from ivr.settings import Settings, load_settings

PATIENCE_SECONDS = 2


@click.command()
def web() -> None:
    """Answer webhooks and pages (one process of the Procfile)."""
    settings = load_settings()
    command = server_command(
        settings.server,
        "ivr.wsgi:app",
        host=settings.host,
        port=settings.port,
        processes=settings.web_processes,
        threads=settings.web_threads,
        log_level=_server_log_level(settings),
    )
    program = shutil.which(command[0], path=_path()) or command[0]
    os.execv(program, command)  # noqa: S606 - a fixed program with validated settings


@click.command()
@click.option("--urgent", is_flag=True, help="Only what rings somebody. At least one such worker has to run.")
def worker(urgent: bool) -> None:
    """Run jobs from the queue (two processes of the Procfile)."""
    from rq import SimpleWorker, Worker

    from ivr.jobs.queue import default_worker
    from ivr.store.queue import QUEUES, URGENT

    settings = load_settings()
    set_up_logs(settings.log_level)
    connection = wait_for_queue(settings, waits_for_jobs=True)
    # RQ tells four lines of each job at "info": what matters would drown in them.
    level = "DEBUG" if settings.log_level == "debug" else "WARNING"
    logging.getLogger("rq").setLevel(level)
    # A job that rings somebody takes milliseconds, and making a process for each takes longer than that.
    if urgent:
        default_worker(connection, SimpleWorker, (URGENT,)).work(logging_level=level)
    else:
        default_worker(connection, Worker, QUEUES).work(logging_level=level)


@click.command()
def timetable() -> None:
    """Put jobs on the queue at their times (one process of the Procfile)."""
    from ivr.jobs.timetable import keep_time

    settings = load_settings()
    set_up_logs(settings.log_level)
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: stop.set())
    connection = wait_for_queue(settings)
    keep_time(connection, stop.is_set)


@click.command()
def up() -> None:
    """Start everything the Procfile names, with the embedded queue server unless WARMLINE_REDIS_URL is set."""
    from ivr.operations.processes import PortTaken, run_all

    settings = load_settings()
    try:
        sys.exit(run_all(settings, lambda: click.echo("Warmline is up: calls can be taken.")))
    except PortTaken as error:
        sys.exit(f"Not started: {error}. Stop that one, or set WARMLINE_PORT to another port.")


def wait_for_queue(settings: Settings, *, waits_for_jobs: bool = False) -> Redis:
    """A connection to the queue server, once it answers. It may start after us, or be away for a while."""
    from ivr.jobs.queue_server import is_answering
    from ivr.store.queue import connect_to_queue, queue_url

    said = False
    while not is_answering(queue_url(settings)):
        if not said:
            click.echo("Waiting for the queue server …", err=True)
            said = True
        time.sleep(PATIENCE_SECONDS)
    return connect_to_queue(settings, waits_for_jobs=waits_for_jobs)


def server_command(
    server: str, application: str, *, host: str, port: int, processes: int, threads: int, log_level: str
) -> list[str]:
    """How a web server is started. `server` is gthread or granian, `application` a module and a name in it."""
    if server == "granian":
        return [
            "granian",
            "--interface=wsgi",
            f"--workers={processes}",
            f"--blocking-threads={threads}",
            f"--host={host}",
            f"--port={port}",
            "--backpressure=128",
            f"--log-level={log_level}",
            application,
        ]
    return [
        "gunicorn",
        "--worker-class=ivr.web_worker.WaitingWorker",
        f"--workers={processes}",
        f"--threads={threads}",
        f"--bind={host}:{port}",
        "--timeout=60",
        "--graceful-timeout=20",
        "--keep-alive=30",
        "--worker-connections=800",
        "--no-control-socket",
        f"--log-level={log_level}",
        application,
    ]


def _server_log_level(settings: Settings) -> str:
    """Never "debug": at that level a web server writes down every address it is asked for, past our redaction."""
    return "info" if settings.log_level == "debug" else settings.log_level


def _path() -> str:
    """The programs of this environment first."""
    return os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])  # noqa: PTH120
