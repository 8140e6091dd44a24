# SPDX-License-Identifier: EUPL-1.2
"""The program `troskel`. Results go to stdout; progress and explanations to stderr."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from troskel.cli.output import EXIT_REFUSED, CommandError
from troskel.ground.environment import WrongSettings
from troskel.ground.error_log import error_text
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotFound, Refusal

OF_A_LOST_DATABASE = ("OperationalError", "InterfaceError")
EXIT_INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns its exit code: 0 done, 1 failed, 2 refused or a usage error, 130 interrupted."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print("troskel: interrupted; what was not finished is not done", file=sys.stderr)
        return EXIT_INTERRUPTED
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
        if sentence := _of_the_surroundings(error):
            print(f"troskel: {sentence}", file=sys.stderr)
        else:
            told = error_text(error)
            print(f"troskel: this is an error of the program; please report it:\n{told}", file=sys.stderr)
        return 1


def version() -> str:
    """Returns the program's version; of a checkout, which is not installed, the one it is to be."""
    with suppress(metadata.PackageNotFoundError):
        return metadata.version("troskel")
    project = Path(__file__).resolve().parents[3] / "pyproject.toml"
    return f"{tomllib.loads(project.read_text(encoding='utf-8'))['project']['version']} (a checkout)"


def _run(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if any(not argument.isprintable() for argument in given):
        raise CommandError("an argument holds control characters, or is no UTF-8", EXIT_REFUSED)
    parser = _parser()
    parsed = parser.parse_args(given)
    if not hasattr(parsed, "run"):
        parser.print_help(sys.stderr)
        return EXIT_REFUSED
    if not getattr(parsed, "without_database", False):
        _set_up_django(tables_ready=not getattr(parsed, "makes_tables", False))
        if not getattr(parsed, "of_no_municipality", False):
            from troskel.cli import municipalities

            municipalities.ensure_there(may_be_first=getattr(parsed, "may_be_first", False))
    return int(parsed.run(parsed) or 0)


def _of_the_surroundings(error: Exception) -> str:
    """What is wrong outside the program, in words: a file, a disk, a lost database; empty of anything else."""
    from troskel.ground import waiting

    if waiting.is_busy(error):
        return "others keep the database busy: start again, and what is not done yet is done"
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, OSError) and link.strerror:
            return ": ".join(filter(None, [str(link.filename or ""), link.strerror]))
        if type(link).__module__ == "django.db.utils" and type(link).__name__ in OF_A_LOST_DATABASE:
            return f"the database does not answer as it should: {str(link).strip().splitlines()[0]}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return ""


def _set_up_django(*, tables_ready: bool) -> None:
    import django

    django.setup()
    if tables_ready:
        from troskel.cli import tables

        tables.ensure_ready()


@cache
def _parser() -> argparse.ArgumentParser:
    from troskel.cli import (
        backup_commands,
        begin_command,
        bench_commands,
        care_commands,
        completion,
        conformance_commands,
        day_commands,
        demo_command,
        docs_commands,
        installing_commands,
        journal_commands,
        municipality_commands,
        retention_commands,
        routine_commands,
        running_commands,
        sbom_command,
        simulate_command,
        staff_command,
    )

    parser = argparse.ArgumentParser(
        prog="troskel",
        description="Carries out a municipality's routine for digital lock turners in home care.",
        epilog="Settings come from the environment: TROSKEL_DATABASE, TROSKEL_MUNICIPALITY and others ('troskel "
        "settings' prints them all). 'troskel COMMAND --help' is a page to work from.",
    )
    parser.add_argument("--version", action="version", version=f"troskel {version()}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in (
        *(
            demo_command,
            running_commands,
            installing_commands,
            begin_command,
            municipality_commands,
            staff_command,
            care_commands,
            journal_commands,
            backup_commands,
            day_commands,
        ),
        *(
            routine_commands,
            conformance_commands,
            retention_commands,
            docs_commands,
            sbom_command,
            simulate_command,
        ),
        bench_commands,
    ):
        module.add_to(commands)
    completion.add_to(commands, parser)
    return parser
