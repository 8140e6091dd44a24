# SPDX-License-Identifier: EUPL-1.2
"""Commands that set up and run Tröskel: demo, serve, worker, migrate, municipality, token, bench."""

from __future__ import annotations

import argparse
import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from troskel.cli.output import Wrong, municipality, port, print_json, say, system, whole
from troskel.people.roles import ActorKind

T = TypeVar("T")

MINUTE = 60


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser("demo", help="fill an invented municipality, and serve it")
    command.description = (
        "Fills an invented municipality by acts, and serves its pages and its API on this machine alone. A "
        "second start finds it filled. Its e-mails come to the folder DIR/mail, unless TROSKEL_SMTP is set; its "
        "database lies in DIR, unless TROSKEL_DATABASE is set. Ctrl-C stops it."
    )
    command.add_argument("--port", type=port, default=8000, help="default: 8000")
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="where the database lies (default: data/demo)"
    )
    command.add_argument("--no-serve", action="store_true", help="fill it, and stop there")
    command.set_defaults(run=demo, without_database=True)

    command = commands.add_parser("serve", help="serve the pages and the API, with a worker beside")
    command.description = (
        "Serves pages and API (its documentation: /api/v1/docs), until Ctrl-C. A worker runs beside: it sends e-mail "
        "and turns the day, for every municipality in the database. No TLS of its own: put a web server in front."
    )
    command.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
    command.add_argument("--port", type=port, default=8000, help="default: 8000")
    command.add_argument("--no-worker", action="store_true", help="send no e-mail: a worker runs elsewhere")
    command.set_defaults(run=serve)

    command = commands.add_parser(
        "worker", help="send what the outbox holds, and turn the day, until stopped"
    )
    command.description = (
        "Sends the e-mails that the outbox holds, by TROSKEL_SMTP, and turns the day for every municipality in the "
        "database; after a standstill day by day. Several workers may run at once. What fails is tried again for "
        "about two days, then parked."
    )
    command.add_argument("--once", action="store_true", help="do what is due now, and stop")
    command.set_defaults(run=worker)

    command = commands.add_parser("migrate", help="make or update the tables")
    command.description = (
        "Makes the tables of an empty database, or updates those of an older version. Take a backup first. Other "
        "commands make the tables of an empty database by themselves, and refuse to touch older ones."
    )
    command.set_defaults(run=migrate, makes_tables=True)

    command = commands.add_parser("municipality", help="add a municipality")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("add", help="add a municipality, with the shipped routine in force from today")
    verb.description = (
        "Adds a municipality to the database. Then let TROSKEL_MUNICIPALITY be its code, so that the other commands "
        "are about it; its first organisations and accounts are made by 'troskel play' (docs/running.md). 'troskel "
        "import' adds a municipality by itself."
    )
    verb.add_argument("code", metavar="CODE", help="four digits")
    verb.add_argument("name", metavar="NAME", help="as 'Annanby'")
    verb.set_defaults(run=add_municipality)

    command = commands.add_parser(
        "token", help="give an account a bearer token for the API; it is shown once"
    )
    command.description = (
        "Prints a bearer token with which another system acts and reads as the account, until it is revoked (the act "
        "revoke_token). Only its digest is kept. In use: curl -H 'Authorization: Bearer TOKEN' .../api/v1/duties"
    )
    command.add_argument("account", metavar="ACCOUNT", help="the account's name, as 'anna'")
    command.add_argument("--label", default="command line", help="what it is for (default: command line)")
    command.set_defaults(run=token)

    command = commands.add_parser("bench", help="measure, beside a limit in the same run")
    command.description = (
        "act: hands a tag over and back as the API does it, each time beside a bare view with one insert. pages: asks "
        "for every page as each of its roles, among many clients that are loaded directly, beside a bare view. Both in "
        "a database of their own, of the kind that TROSKEL_DATABASE names; both print JSON. Where a page breaks a "
        "limit (queries, bytes over the wire), 'broken' says which, and the exit code is 1."
    )
    command.add_argument("what", choices=["act", "pages"])
    command.add_argument("--rounds", type=whole(2, 100_000), help="default: 200 of an act, 20 of each page")
    command.add_argument(
        "--clients", type=whole(100, 1_000_000), default=250_000, help="for pages (default: 250000)"
    )
    command.set_defaults(run=bench)


def demo(asked: argparse.Namespace) -> int:
    """Fill the demo municipality where it is not, and serve it."""
    data = (asked.data or Path("data/demo")).absolute()
    data.mkdir(parents=True, exist_ok=True)
    unfinished = data / "filling"
    if unfinished.exists():
        _start_over(data)
    os.environ.setdefault("TROSKEL_DATABASE", f"sqlite:///{data / 'troskel.sqlite3'}")
    os.environ["TROSKEL_DEMO"] = "1"
    if "TROSKEL_SMTP" not in os.environ:
        os.environ["TROSKEL_LETTER_BOX"] = str(data / "mail")
    import django

    django.setup()
    from troskel.people import queries as people
    from troskel.simulator import demo as simulated

    started = time.monotonic()
    say("making the tables")
    migrate(asked)
    if people.municipality_exists(municipality()):
        say("the demo municipality is there already")
    else:
        unfinished.touch()
        town = simulated.fill(municipality(), say)
        say(f"{sum(town.life.acts.values())} acts in {time.monotonic() - started:.0f} s")
        unfinished.unlink()
    for line in simulated.who_to_be():
        say(f"  {line}")
    if asked.no_serve:
        return 0
    say(f"\nTröskel is on http://127.0.0.1:{asked.port}/ : choose who you are")
    say(f"The API and its documentation: http://127.0.0.1:{asked.port}/api/v1/docs")
    if letters := os.environ.get("TROSKEL_LETTER_BOX"):
        say(f"The routine's e-mails come to the folder {letters}")
    say("Stop with Ctrl-C\n")
    return _serve("127.0.0.1", asked.port, with_worker=True)


def _start_over(data: Path) -> None:
    """The demo was stopped in the middle of its filling: what is there is thrown away."""
    if "TROSKEL_DATABASE" in os.environ:
        raise Wrong(
            "the demo was stopped while it was being filled: empty the database of TROSKEL_DATABASE, remove "
            f"{data / 'filling'}, and start it again"
        )
    say("the demo was stopped while it was being filled: it begins again")
    for file in data.glob("troskel.sqlite3*"):
        file.unlink()


def serve(asked: argparse.Namespace) -> int:
    """Serve pages and API."""
    return _serve(asked.host, asked.port, with_worker=not asked.no_worker)


def _serve(host: str, port: int, *, with_worker: bool) -> int:
    from granian import Granian
    from granian.constants import Interfaces

    multiprocessing.set_start_method(
        "spawn", force=True
    )  # a fork would inherit the locks our worker's threads hold
    if with_worker:
        threading.Thread(target=_work, args=(threading.Event(),), daemon=True).start()
    server = Granian(
        "troskel.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        websockets=False,
        log_access=False,
    )
    server.serve()
    return 0


def worker(asked: argparse.Namespace) -> int:
    """Send what the outbox holds, and turn the day."""
    if asked.once:
        from troskel.outbox import queries as outbox

        _turn_days()
        sent = _outbox_worker()
        due = outbox.condition(municipality()).due
        tried = sum(sent.run_once() for _ in range(due))
        after = outbox.condition(municipality())
        say(f"{tried} parcels tried; {after.failing} will be tried again, {after.parked} are parked")
        return 0
    _work(threading.Event())
    return 0


def _outbox_worker() -> Any:
    """The worker of `config/`, which is above us: settings name it."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    return import_string(settings.TROSKEL_OUTBOX_WORKER)()


def _work(stop: threading.Event) -> None:
    threading.Thread(target=_turn_days_for_ever, args=(stop,), daemon=True).start()
    _outbox_worker().run(stop)


def _turn_days_for_ever(stop: threading.Event) -> None:
    from troskel.acts.turning_the_day import catch_up
    from troskel.ground import upkeep
    from troskel.people import queries as people

    while not stop.is_set():
        turned = [_patiently(partial(catch_up, code)) for code in _patiently(people.municipalities) or ()]
        if any(turned):
            _patiently(upkeep.count_anew)
        stop.wait(MINUTE)


def _patiently(work: Callable[[], T]) -> T | None:
    """Whatever goes wrong is logged by its kind, and comes again next minute; the thread goes on."""
    from django.db import connection

    try:
        return work()
    except Exception as error:
        logging.getLogger(__name__).warning("the day waits to be turned: %s", type(error).__name__)
        connection.close()  # it may be broken: the next query opens a new one
        return None


def _turn_days() -> None:
    from troskel.acts.turning_the_day import catch_up
    from troskel.ground import upkeep
    from troskel.people import queries as people

    turned = [catch_up(code) for code in people.municipalities()]
    if any(turned):
        upkeep.count_anew()


def migrate(asked: argparse.Namespace) -> int:
    """Make or update the tables."""
    from troskel.cli import tables

    tables.make()
    return 0


def add_municipality(asked: argparse.Namespace) -> int:
    """Add a municipality with the shipped routine."""
    from troskel.acts import taking_over
    from troskel.ground import clock
    from troskel.ground.refusals import BadValue, Refusal
    from troskel.people.roles import Actor

    actor = Actor.system(asked.code, ActorKind.IMPORT)
    try:
        taking_over.found_municipality(actor, name=asked.name, valid_from=clock.today())
    except (Refusal, BadValue) as refusal:
        raise Wrong(refusal.message) from None
    say(f"municipality {asked.code} is there, with the shipped routine in force from today")
    return 0


def token(asked: argparse.Namespace) -> int:
    """Give an account a token."""
    from troskel.acts import accounts
    from troskel.ground.refusals import NotFound

    try:
        outcome = accounts.issue_token(system(ActorKind.DEMO), username=asked.account, label=asked.label)
    except NotFound as missing:
        raise Wrong(missing.message) from None
    print(outcome.answer["token"])
    return 0


def bench(asked: argparse.Namespace) -> int:
    """Measure."""
    if asked.what == "pages":
        from troskel.cli.bench_pages import bench_pages

        told = bench_pages(asked.clients, asked.rounds or 20)
        print_json(told)
        return 1 if told["broken"] else 0
    from troskel.cli.bench import bench_act

    print_json(bench_act(asked.rounds or 200))
    return 0
