# SPDX-License-Identifier: EUPL-1.2
"""`troskel`: the commands. JSON alone goes to stdout; progress and explanations to stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from troskel.cli.output import REFUSED, Wrong
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound, Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code: 0 done, 1 went wrong, 2 refused or badly asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    parser = _parser()
    asked = parser.parse_args(arguments)
    if not hasattr(asked, "run"):
        parser.print_help(sys.stderr)
        return REFUSED
    try:
        if not getattr(asked, "without_database", False):
            _open_the_house(tables_ready=not getattr(asked, "makes_tables", False))
        return int(asked.run(asked) or 0)
    except Wrong as wrong:
        print(f"troskel: {wrong}", file=sys.stderr)
        return wrong.exit_code
    except (Refusal, NotFound, BadValue) as refusal:
        print(f"troskel: {refusal}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        return 1


def _open_the_house(*, tables_ready: bool) -> None:
    import django

    try:
        django.setup()
        clock.now()
    except (RuntimeError, ValueError) as error:
        raise Wrong(str(error), REFUSED) from None
    if tables_ready:
        from troskel.cli import tables

        tables.ready()


def _parser() -> argparse.ArgumentParser:
    from troskel.cli import (
        care_commands,
        conformance_commands,
        docs_commands,
        journal_commands,
        retention_commands,
        routine_commands,
        running_commands,
        simulate_command,
    )

    parser = argparse.ArgumentParser(
        prog="troskel",
        description="Carries out a municipality's routine for digital lock turners in home care.",
        epilog="Settings come from the environment: TROSKEL_DATABASE, TROSKEL_MUNICIPALITY, TROSKEL_NOW, TROSKEL_SMTP. "
        "'troskel COMMAND --help' is a page to work from.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (
        *(running_commands, care_commands, journal_commands, routine_commands),
        *(conformance_commands, retention_commands, docs_commands, simulate_command),
    ):
        module.add_to(commands)
    return parser
