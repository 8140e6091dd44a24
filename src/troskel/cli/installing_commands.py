# SPDX-License-Identifier: EUPL-1.2
"""Commands of whoever installs it: static."""

from __future__ import annotations

import argparse
from typing import Any

from troskel.cli.output import EXIT_REFUSED, CommandError, print_status


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("static", help="collect the pages' files into TROSKEL_STATIC")
    command.description = (
        "Collects the pages' files (styles, scripts, a font), each named by its content, into the folder "
        "TROSKEL_STATIC, from where they are served in production. Once for each version of the program."
    )
    command.set_defaults(run=collect_static, without_database=True)


def collect_static(_arguments: argparse.Namespace) -> int:
    """Collects the pages' files."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    if not settings.STATIC_ROOT:
        raise CommandError("only production needs this: TROSKEL_PRODUCTION is not set", EXIT_REFUSED)
    try:
        call_command("collectstatic", interactive=False, verbosity=0)
    except OSError as error:
        raise CommandError(f"{settings.STATIC_ROOT} can't be written to: {error.strerror}") from None
    print_status(f"the pages' files are in {settings.STATIC_ROOT}")
    return 0
