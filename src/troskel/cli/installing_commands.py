# SPDX-License-Identifier: EUPL-1.2
"""Commands of whoever installs it: static, check."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troskel.cli.findings import Weight
from troskel.cli.output import EXIT_REFUSED, CommandError, port, print_json, print_status


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("static", help="collect the pages' files into TROSKEL_STATIC")
    command.description = (
        "Collects the pages' files (styles, scripts, a font), each named by its content, into the folder "
        "TROSKEL_STATIC, from where they are served in production. Once for each version of the program."
    )
    command.set_defaults(run=collect_static, without_database=True)

    command = commands.add_parser("check", help="say what is missing before it can be served")
    command.description = (
        "Looks at settings, database, pages' files, mail server, port, clock, time zone and file rights, and says "
        "what is missing and what to do. Changes nothing. Exit code 1 if something is missing; what is only to be "
        "looked at is a note. 'serve' does the same first, but asks no mail server, and begins only where nothing is "
        "missing."
    )
    command.add_argument("--host", default="127.0.0.1", help="where it will listen (default: 127.0.0.1)")
    command.add_argument("--port", type=port, default=8000, help="default: 8000")
    command.add_argument("--running", action="store_true", help="it is being served: do not try the port")
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=check, without_database=True)


def collect_static(_arguments: argparse.Namespace) -> int:
    """Collects the pages' files."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    if not settings.STATIC_ROOT:
        raise CommandError("only production needs this: TROSKEL_PRODUCTION is not set", EXIT_REFUSED)
    from troskel.cli import checking

    try:
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0)
        Path(settings.STATIC_ROOT, checking.STAMP).write_text(
            checking.static_digest() + "\n", encoding="ascii"
        )
    except OSError as error:
        raise CommandError(f"{settings.STATIC_ROOT} can't be written to: {error.strerror}") from None
    print_status(f"the pages' files are in {settings.STATIC_ROOT}")
    return 0


def check(arguments: argparse.Namespace) -> int:
    """Says what is missing."""
    import django

    django.setup()
    from troskel.cli import checking

    address = None if arguments.running else (arguments.host, arguments.port)
    found = list(checking.findings(address, ask_mail_server=True))
    if arguments.json:
        print_json([finding._asdict() for finding in found])
    else:
        for finding in found:
            print(f"{finding.weight:8} {finding.about}: {finding.words}")
    return 1 if any(finding.weight is Weight.MISSING for finding in found) else 0


def ensure_servable(host: str, port: int) -> None:
    """Raises CommandError with all that is missing; prints what to look at."""
    from troskel.cli import checking

    found = list(checking.findings((host, port), ask_mail_server=False))
    wrong = [f"{finding.about}: {finding.words}" for finding in found if finding.weight is Weight.MISSING]
    if wrong:
        raise CommandError("\ntroskel: ".join(wrong))
    for finding in found:
        if finding.weight is Weight.NOTE:
            print_status(f"note: {finding.about}: {finding.words}")
