# SPDX-License-Identifier: EUPL-1.2
"""The program `troskel`. Results go to stdout; progress and explanations to stderr."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from troskel.cli.output import EXIT_REFUSED, CommandError
from troskel.ground.environment import WrongSettings
from troskel.ground.error_log import error_text
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotFound, Refusal


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns its exit code: 0 done, 1 failed, 2 refused or a usage error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    parser = _parser()
    parsed = parser.parse_args(arguments)
    if not hasattr(parsed, "run"):
        parser.print_help(sys.stderr)
        return EXIT_REFUSED
    try:
        if not getattr(parsed, "without_database", False):
            _set_up_django(tables_ready=not getattr(parsed, "makes_tables", False))
        return int(parsed.run(parsed) or 0)
    except CommandError as wrong:
        print(f"troskel: {wrong}", file=sys.stderr)
        return wrong.exit_code
    except (Refusal, NotFound, BadValue) as refusal:
        field = f"{refusal.field}: " if isinstance(refusal, BadValue) else ""
        print(f"troskel: {field}{english(refusal)}", file=sys.stderr)
        return EXIT_REFUSED
    except WrongSettings as wrong:
        for fault in wrong.faults:
            print(f"troskel: {fault}", file=sys.stderr)
        return EXIT_REFUSED
    except BrokenPipeError:
        return 1
    except Exception as error:
        print(
            f"troskel: this is an error of the program; please report it:\n{error_text(error)}",
            file=sys.stderr,
        )
        return 1


def _set_up_django(*, tables_ready: bool) -> None:
    import django

    django.setup()
    if tables_ready:
        from troskel.cli import tables

        tables.ensure_ready()


def _parser() -> argparse.ArgumentParser:
    from troskel.cli import (
        care_commands,
        conformance_commands,
        docs_commands,
        installing_commands,
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
        *(running_commands, installing_commands, care_commands, journal_commands, routine_commands),
        *(conformance_commands, retention_commands, docs_commands, simulate_command),
    ):
        module.add_to(commands)
    return parser
