# SPDX-License-Identifier: EUPL-1.2
"""Commands that set up and run Tröskel: serve, worker, migrate, token."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from troskel.cli.output import (
    CommandError,
    integer_between,
    port,
    print_status,
    system_actor,
)
from troskel.ground import counters
from troskel.ground.error_log import error_text, log_error_of_thread
from troskel.people.roles import ActorKind

T = TypeVar("T")

MINUTE_SECONDS = 60
THREADS = 16
"""Threads of a process that answers: ten may change something at a time, two never wait for the database."""

WAIT_SECONDS = 5
"""The longest that somebody at a page waits for another's transaction."""

MOST_CONNECTIONS = 4096
"""Of one process: those that send nothing cost it a little memory, and no thread."""

LAST_MAIL_SECONDS = 60
LAST_PART_SECONDS = 5
"""So long a stop waits for the mail that is being sent, and for the part of a day that is being turned."""

LOG_FORMATTER = "troskel.ground.error_log.LogFormatter"


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("serve", help="serve the pages and the API, and run a worker")
    command.description = (
        "Serves pages and API (documentation: /api/v1/docs), until Ctrl-C. Also runs a worker, which sends e-mail and "
        "turns the day for every municipality in the database. It has no TLS: put a web server in front."
    )
    command.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine only")
    command.add_argument("--port", type=port, default=8000, help="default: 8000")
    command.add_argument("--no-worker", action="store_true", help="run no worker here: one runs elsewhere")
    command.add_argument(
        "--workers",
        type=integer_between(1, 64),
        help="processes that answer, as many as processors at most (default: TROSKEL_WORKERS, or 1)",
    )
    command.set_defaults(run=serve, of_no_municipality=True)

    command = commands.add_parser("worker", help="send the outbox and turn the day, until stopped")
    command.description = (
        "Sends the e-mail of the outbox by TROSKEL_SMTP, and turns the day for every municipality in the database; "
        "after an interruption, day by day. Several workers may run at once. Failed messages are retried for about "
        "two days, then parked."
    )
    command.add_argument("--once", action="store_true", help="do what is due now, and exit")
    command.set_defaults(run=worker, of_no_municipality=True)

    command = commands.add_parser("migrate", help="create or update the tables")
    command.description = (
        "Creates the tables of an empty database, or updates those of an older version. Take a backup first. Other "
        "commands also create the tables of an empty database, but refuse to update older ones."
    )
    command.set_defaults(run=migrate, makes_tables=True, of_no_municipality=True)

    command = commands.add_parser("token", help="issue a bearer token for the API; it is printed once")
    command.description = (
        "Prints a bearer token with which another system acts and reads as the account, until it is revoked (the act "
        "revoke_token). Only its digest is stored. Usage: curl -H 'Authorization: Bearer TOKEN' .../api/v1/duties"
    )
    command.add_argument("account", metavar="ACCOUNT", help="the account's name, as 'anna'")
    command.add_argument("--label", default="command line", help="its purpose (default: command line)")
    command.set_defaults(run=token)


def serve(arguments: argparse.Namespace) -> int:
    """Serves pages and API."""
    return serve_on(
        arguments.host, arguments.port, with_worker=not arguments.no_worker, workers=arguments.workers
    )


def serve_on(
    host: str,
    port: int,
    *,
    with_worker: bool,
    workers: int | None = None,
    application: str = "troskel.config.rsgi:application",
) -> int:
    """Serves an application until it is stopped."""
    from troskel.cli import installing_commands

    installing_commands.ensure_servable(host, port)
    from django.conf import settings
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings

    from troskel.screens import whole_requests

    multiprocessing.set_start_method(
        "spawn", force=True
    )  # a fork would inherit the locks our worker's threads hold
    os.environ.setdefault("TROSKEL_THREADS", str(THREADS))  # of the processes that answer
    os.environ.setdefault("TROSKEL_WAIT", str(WAIT_SECONDS))
    server = Granian(
        application,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers or max(1, settings.TROSKEL_WORKERS),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(whole_requests.HEAD_SECONDS * 1000),
            max_buffer_size=whole_requests.LARGEST_HEAD,
        ),
        backlog=MOST_CONNECTIONS,
        backpressure=MOST_CONNECTIONS,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        websockets=False,
        log_access=False,
        log_dictconfig={"formatters": {name: {"()": LOG_FORMATTER} for name in ("generic", "access")}},
    )
    stop = threading.Event()
    sending = threading.Thread(target=_run_worker, args=(stop,), daemon=True)
    with counters.shared():
        if with_worker:
            sending.start()
        try:
            server.serve()
        finally:
            stop.set()
            if with_worker:
                sending.join(LAST_MAIL_SECONDS)  # the mail that is being sent is sent to its end
    return 0


def worker(arguments: argparse.Namespace) -> int:
    """Sends the outbox, and turns the day."""
    if arguments.once:
        from troskel.outbox import queries as outbox
        from troskel.people import queries as people

        none_waits = _turn_days()
        _sign_heads()
        outbox_worker = _outbox_worker()
        due = sum(outbox.outbox_status(code).due for code in people.municipalities())
        tried = sum(outbox_worker.run_once() for _ in range(due))
        after = [outbox.outbox_status(code) for code in people.municipalities()]
        failing, parked = sum(status.failing for status in after), sum(status.parked for status in after)
        print_status(f"{tried} messages tried; {failing} will be tried again, {parked} are parked")
        return 0 if none_waits else 1
    stop, told = threading.Event(), []

    def end(number: int, _frame: Any) -> None:
        told.append(number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    _run_worker(stop)
    if signal.SIGINT in told:
        raise KeyboardInterrupt
    return 0


def _outbox_worker() -> Any:
    """Returns the worker of `config/`, an upper room: settings name it."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    return import_string(settings.TROSKEL_OUTBOX_WORKER)()


def _run_worker(stop: threading.Event) -> None:
    threading.excepthook = log_error_of_thread
    turning = threading.Thread(target=_turn_days_until, args=(stop,), daemon=True)
    turning.start()
    _outbox_worker().run(stop)
    turning.join(LAST_PART_SECONDS)  # what is not committed by then is undone, and done anew next time


def _turn_days_until(stop: threading.Event) -> None:
    from troskel.ground import maintenance
    from troskel.people import queries as people

    while not stop.is_set():
        turned = [
            _logging_errors(partial(_turn, code)) for code in _logging_errors(people.municipalities) or ()
        ]
        if any(turned):
            _logging_errors(maintenance.analyze)
        _sign_heads()
        stop.wait(MINUTE_SECONDS)


def _logging_errors(work: Callable[[], T], what: str = "the day waits to be turned") -> T | None:
    """Runs `work`; logs any error and returns None, so that the thread continues."""
    from django.db import connection

    try:
        return work()
    except Exception as error:
        logging.getLogger(__name__).warning("%s: %s", what, error_text(error))
        connection.close()  # it may be broken: the next query opens a new one
        return None


def _sign_heads() -> None:
    """Signs the journal's heads once a day. What hinders it is logged, and hinders nothing else."""
    from troskel.keeping import heads

    _logging_errors(partial(heads.sign, only_if_due=True), "the journal's heads wait to be signed")


def _turn(code: str) -> int | None:
    """Turns the days of a municipality that have come; None, and a warning, where a person has to confirm the day."""
    from troskel.acts.turning_the_day import catch_up
    from troskel.ground.refusal_texts import english
    from troskel.ground.refusals import Refusal

    try:
        return catch_up(code)
    except Refusal as refusal:
        if refusal.code != "day.not_confirmed":
            raise
        told = f"{english(refusal)} (troskel day confirm)"
        logging.getLogger(__name__).warning("%s: %s", code, told)
        return None


def _turn_days() -> bool:
    """Turns the days of every municipality. Returns whether none waits for a person."""
    from troskel.ground import maintenance
    from troskel.people import queries as people

    turned = [_turn(code) for code in people.municipalities()]
    if any(turned):
        maintenance.analyze()
    return None not in turned


def migrate(arguments: argparse.Namespace) -> int:
    """Creates or updates the tables."""
    from troskel.cli import tables

    tables.migrate()
    return 0


def token(arguments: argparse.Namespace) -> int:
    """Issues a token to an account."""
    from troskel.acts import accounts
    from troskel.ground.refusal_texts import english
    from troskel.ground.refusals import NotFound

    try:
        outcome = accounts.issue_token.perform(
            system_actor(ActorKind.COMMAND_LINE), {"username": arguments.account, "label": arguments.label}
        )
    except NotFound as missing:
        raise CommandError(english(missing)) from None
    print(outcome.answer["token"])
    return 0
