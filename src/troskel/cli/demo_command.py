# SPDX-License-Identifier: EUPL-1.2
"""The demo: an invented municipality is filled, with its progress on the page, and served."""

from __future__ import annotations

import argparse
import os
import shutil
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from troskel.cli.demo_progress import ProgressPage, progress_shown
from troskel.cli.output import CommandError, municipality, port, print_status

HOST = "127.0.0.1"
FOLDER = Path("data/demo")
MARK = "this-is-a-demo"
"""The file that says that a folder holds a demo, which may be thrown away."""


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    command = commands.add_parser("demo", help="fill an invented municipality, and serve it")
    command.description = (
        "Fills an invented municipality by acts, and serves its pages and its API on this machine only; while it is "
        "being filled, the page says how far it has come. A second start uses the filled database; --fresh fills it "
        "anew. E-mail is written to the folder DIR/mail, unless TROSKEL_SMTP is set; the database is in DIR, unless "
        "TROSKEL_DATABASE is set. Ctrl-C stops it."
    )
    command.add_argument("--port", type=port, default=8000, help="default: 8000")
    command.add_argument(
        "--data", type=Path, metavar="DIR", help="the folder of the database (default: data/demo)"
    )
    command.add_argument("--fresh", action="store_true", help="throw the filled demo away, and begin anew")
    command.add_argument("--no-serve", action="store_true", help="fill it, and exit")
    command.set_defaults(run=demo, without_database=True)


def demo(arguments: argparse.Namespace) -> int:
    """Fills the demo municipality if it is missing, and serves it."""
    data = (arguments.data or FOLDER).absolute()
    data.mkdir(parents=True, exist_ok=True)
    unfinished = data / "filling"
    if unfinished.exists():
        _start_over(data, "the demo was stopped while it was being filled")
    elif arguments.fresh:
        _ensure_is_demo(data)
        _start_over(data, "the demo is thrown away")
    os.environ.setdefault("TROSKEL_DATABASE", f"sqlite:///{data / 'troskel.sqlite3'}")
    os.environ["TROSKEL_DEMO"] = "1"
    if "TROSKEL_SMTP" not in os.environ:
        os.environ["TROSKEL_LETTER_BOX"] = str(data / "mail")
    import django

    django.setup()
    from troskel.cli import running_commands
    from troskel.simulator import demo as demo_town

    if not arguments.no_serve:
        _ensure_port_is_free(arguments.port)
        print_status(f"Tröskel is on http://{HOST}:{arguments.port}/")
    with nullcontext(None) if arguments.no_serve else progress_shown(arguments.port) as page:
        _fill(arguments, data, page)
    for line in demo_town.demo_accounts():
        print_status(f"  {line}")
    if arguments.no_serve:
        return 0
    print_status(f"\nTröskel is on http://{HOST}:{arguments.port}/ : choose who you are")
    print_status(f"The API and its documentation: http://{HOST}:{arguments.port}/api/v1/docs")
    if mail_directory := os.environ.get("TROSKEL_LETTER_BOX"):
        print_status(f"The routine's e-mails come to the folder {mail_directory}")
    print_status("Stop with Ctrl-C\n")
    return running_commands.serve_on(HOST, arguments.port, with_worker=True)


def _fill(arguments: argparse.Namespace, data: Path, page: ProgressPage | None) -> None:
    from troskel.cli.running_commands import migrate
    from troskel.people import queries as people
    from troskel.simulator import demo as demo_town

    started = time.monotonic()
    print_status("making the tables")
    migrate(arguments)
    if people.municipality_exists(municipality()):
        print_status("the demo municipality is there already")
        return
    unfinished = data / "filling"
    unfinished.touch()
    (data / MARK).touch()
    town = demo_town.fill(municipality(), print_status, passed=page.tell if page else None)
    print_status(f"{sum(town.life.acts.values())} acts in {time.monotonic() - started:.0f} s")
    unfinished.unlink()


def _ensure_port_is_free(number: int) -> None:
    """Raises CommandError, with who has it, before anything is filled."""
    from troskel.cli.checking import port_findings
    from troskel.cli.findings import Weight

    for finding in port_findings(HOST, number):
        if finding.weight is Weight.MISSING:
            raise CommandError(f"{finding.about}: {finding.words}")


def _ensure_is_demo(data: Path) -> None:
    """Raises CommandError where the folder holds a database that no demo has filled."""
    is_demo = (data / MARK).exists() or data == FOLDER.absolute()
    if (data / "troskel.sqlite3").exists() and not is_demo:
        raise CommandError(f"{data} holds a database that is no demo's: it is not thrown away")


def _start_over(data: Path, why: str) -> None:
    """Deletes the filled demo of this folder: its database, what lies beside it, and the e-mail."""
    if "TROSKEL_DATABASE" in os.environ:
        raise CommandError(
            f"{why}: empty the database of TROSKEL_DATABASE, remove {data / 'filling'}, and start it again"
        )
    print_status(f"{why}: it begins again")
    for file in data.glob("troskel.sqlite3*"):
        file.unlink()
    shutil.rmtree(data / "mail", ignore_errors=True)
    (data / "filling").unlink(missing_ok=True)
