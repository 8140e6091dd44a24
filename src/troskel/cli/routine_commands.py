# SPDX-License-Identifier: EUPL-1.2
"""Commands about the routine file: check, template, show, compare. Elsewhere: versions, and the proof."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from troskel.cli import prove_command, version_commands
from troskel.cli.output import (
    EXIT_REFUSED,
    CommandError,
    municipality,
    print_json,
    print_status,
    system_actor,
)
from troskel.routine.model import Routine

if TYPE_CHECKING:
    from troskel.duties.replay import Fate


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser(
        "routine", help="check, show, compare and prove routine files; propose and approve versions"
    )
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser(
        "check", help="check a routine file; on errors print each with its line, exit code 2"
    )
    verb.description = (
        "Reads a routine file and tells whether it can be used: its number of paragraphs and asks, and its version. "
        "The format: docs/routine-file.md. Needs no database."
    )
    verb.add_argument("file", type=Path, metavar="FILE", help="as routines/troskelby/2016-11-29.toml")
    verb.set_defaults(run=check, without_database=True)
    verb = verbs.add_parser("template", help="print Tröskelby's routine file, to write your own from")
    verb.description = "Prints the shipped routine file. Give yours an id and responsible people of its own."
    verb.set_defaults(run=template, without_database=True)
    verb = verbs.add_parser("show", help="print a routine file as a document")
    verb.description = "Prints the header, then the paragraphs under their headings. Needs no database."
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--language", choices=["sv", "en"], default="sv", help="default: sv")
    verb.set_defaults(run=show, without_database=True)
    verb = verbs.add_parser(
        "compare",
        help="replay the municipality's journal under another version, and list the duties that differ",
    )
    verb.description = (
        "Replays the whole journal as if the version had been in force all along, and lists the duties that differ: "
        "paragraph, case, and their days and states before and after. Changes nothing."
    )
    verb.add_argument(
        "version", metavar="FILE-OR-VERSION", help="a file, or the id of a version ('routine versions')"
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=compare)
    prove_command.add_to(verbs, _read)
    version_commands.add_to(verbs)


def _read(path: Path) -> Routine:
    from troskel.routine import parser

    try:
        return parser.read_routine(path)
    except OSError as error:
        raise CommandError(f"{path} can't be read: {error.strerror}", EXIT_REFUSED) from None
    except ValueError as error:
        raise CommandError(f"{path} can't be used:\n{error}", EXIT_REFUSED) from None


def _load_routine(file_or_version: str) -> Routine:
    from troskel.reading import routine_versions

    try:
        version = UUID(file_or_version)
    except ValueError:
        return _read(Path(file_or_version))
    return routine_versions.document(system_actor(), version)


def check(arguments: argparse.Namespace) -> int:
    """Checks a file."""
    routine = _read(arguments.file)
    asks = sum(len(paragraph.asks) for paragraph in routine.paragraphs)
    print_status(
        f"{arguments.file.name}: {len(routine.paragraphs)} paragraphs, {asks} asks, version {routine.version[:12]}"
    )
    return 0


def template(_arguments: argparse.Namespace) -> int:
    """Prints the shipped file."""
    import django

    django.setup()
    from troskel.duties import routines

    print(routines.SHIPPED.read_text(encoding="utf-8"), end="")
    return 0


def show(arguments: argparse.Namespace) -> int:
    """Prints the document."""
    routine, language = _read(arguments.file), arguments.language
    header = routine.header
    print(getattr(header.title, language))
    approved = f"{getattr(header.approved_by, language)} {header.approved_on}"
    print(f"{header.id} · {header.valid_from} · {header.changed} · {approved}")
    print(" · ".join(getattr(role, language) for role in header.responsible))
    for heading in routine.headings:
        print(f"\n{getattr(heading.title, language)}")
        for paragraph in routine.under(heading.id):
            print(f"  {paragraph.id:3} {getattr(paragraph.text, language)}")
    return 0


def compare(arguments: argparse.Namespace) -> int:
    """Compares with a replay under another version."""
    from troskel.duties import replay

    differences = replay.compare(municipality(), _load_routine(arguments.version), print_status)
    if arguments.json:
        print_json(differences)
        return 0
    for difference in differences:
        before, after = _describe(difference.before), _describe(difference.after)
        duty = f"{difference.paragraph:3} {difference.ask:14} {difference.case or '':10}"
        print(f"{duty} {before}  →  {after}")
    print_status(f"{len(differences)} duties would have been otherwise")
    return 0


def _describe(fate: Fate | None) -> str:
    if fate is None:
        return "not asked"
    escalated = f", escalated {fate.escalated}" if fate.escalated else ""
    return f"due {fate.due or 'not yet'}{escalated}, {fate.state}"
