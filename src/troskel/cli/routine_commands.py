# SPDX-License-Identifier: EUPL-1.2
"""Commands about the routine file: check, show, compare. Its versions: version_commands.py."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from troskel.cli import version_commands
from troskel.cli.output import REFUSED, Wrong, municipality, print_json, say, system
from troskel.routine.model import Routine


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser(
        "routine", help="check, show and compare routine files; propose and approve versions"
    )
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser(
        "check", help="check a routine file; exit code 2, and every fault with its line, where it is wrong"
    )
    verb.description = (
        "Reads a routine file and says whether it could be used: how many paragraphs and asks it has, and its version. "
        "Words that a file may use: docs/routine-file.md. Needs no database."
    )
    verb.add_argument("file", type=Path, metavar="FILE", help="as routines/troskelby/2016-11-29.toml")
    verb.set_defaults(run=check, without_database=True)
    verb = verbs.add_parser("show", help="show a routine file as the document it is")
    verb.description = "Shows the header, then the paragraphs under their headings. Needs no database."
    verb.add_argument("file", type=Path, metavar="FILE")
    verb.add_argument("--language", choices=["sv", "en"], default="sv", help="default: sv")
    verb.set_defaults(run=show, without_database=True)
    verb = verbs.add_parser(
        "compare",
        help="replay the municipality's journal under another version, and show which duties would differ",
    )
    verb.description = (
        "Lives the whole journal once more, as if the version had been in force all along, and lists the duties that "
        "would have been otherwise: paragraph, case, and their days and states before and after. Changes nothing."
    )
    verb.add_argument(
        "version", metavar="FILE-OR-VERSION", help="a file, or the id of a version ('routine versions')"
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=compare)
    version_commands.add_to(verbs)


def _read(path: Path) -> Routine:
    from troskel.routine import reading

    try:
        return reading.read_routine(path)
    except OSError as error:
        raise Wrong(f"{path} can't be read: {error.strerror}", REFUSED) from None
    except ValueError as error:
        raise Wrong(f"{path} can't be used:\n{error}", REFUSED) from None


def _file_or_version(named: str) -> Routine:
    from troskel.reading import routine_versions

    try:
        version = UUID(named)
    except ValueError:
        return _read(Path(named))
    return routine_versions.document(system(), version)


def check(asked: argparse.Namespace) -> int:
    """Check a file."""
    routine = _read(asked.file)
    asks = sum(len(paragraph.asks) for paragraph in routine.paragraphs)
    say(
        f"{asked.file.name}: {len(routine.paragraphs)} paragraphs, {asks} asks, version {routine.version[:12]}"
    )
    return 0


def show(asked: argparse.Namespace) -> int:
    """Show the document."""
    routine, tongue = _read(asked.file), asked.language
    header = routine.header
    print(getattr(header.title, tongue))
    approved = f"{getattr(header.approved_by, tongue)} {header.approved_on}"
    print(f"{header.id} · {header.valid_from} · {header.changed} · {approved}")
    print(" · ".join(getattr(role, tongue) for role in header.responsible))
    for heading in routine.headings:
        print(f"\n{getattr(heading.title, tongue)}")
        for paragraph in routine.under(heading.id):
            print(f"  {paragraph.id:3} {getattr(paragraph.text, tongue)}")
    return 0


def compare(asked: argparse.Namespace) -> int:
    """Replay under another version."""
    from troskel.duties import replaying

    differences = replaying.compare(municipality(), _file_or_version(asked.version))
    if asked.json:
        print_json(differences)
        return 0
    for difference in differences:
        before, after = (_in_words(difference[side]) for side in ("before", "after"))
        print(
            f"{difference['paragraph']:3} {difference['ask']:14} {difference['case'] or '':10} {before}  →  {after}"
        )
    say(f"{len(differences)} duties would have been otherwise")
    return 0


def _in_words(fate: dict[str, Any] | None) -> str:
    if fate is None:
        return "not asked"
    escalated = f", escalated {fate['escalated']}" if fate["escalated"] else ""
    return f"due {fate['due'] or 'not yet'}{escalated}, {fate['state']}"
