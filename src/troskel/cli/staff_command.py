# SPDX-License-Identifier: EUPL-1.2
"""The command 'staff': lets accounts follow a file, with the difference told first where that is asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troskel.cli.output import EXIT_REFUSED, CommandError, actor_of_account, print_json, print_status

EXIT_SOME_REFUSED = 1
"""Exit code where the file was followed, but for some of its lines."""
CHANGES = {"new": "new", "changed": "changed", "reopened": "opened again", "closed": "closed"}
MAX_BYTES = 1_000_000


def add_to(commands: Any) -> None:
    """Adds this command to the parser."""
    command = commands.add_parser(
        "staff", help="let accounts follow a file of staff; try it first by --dry-run"
    )
    command.description = (
        "Reads a CSV file in UTF-8 with the columns kontonamn, namn, roll and organisation (its number), and makes, "
        "changes and opens accounts as it says; prints which. A line that an account can't follow is printed with its "
        "number and left out; exit code 1 then. Exit code 2: a line can't be read, and nothing has changed."
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument(
        "--as",
        dest="account",
        required=True,
        metavar="ACCOUNT",
        help="on whose behalf: the system administrator, or a coordinator, for the own organisation's staff",
    )
    command.add_argument(
        "--complete",
        action="store_true",
        help="close the accounts of those of the file's organisations who are not in it",
    )
    command.add_argument("--dry-run", action="store_true", help="print what would happen, and change nothing")
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=staff)


def staff(arguments: argparse.Namespace) -> int:
    """Follows the file, or tells what that would change."""
    from troskel.acts.chapters import REGISTER
    from troskel.exchange import staff_file

    told = staff_file.read(_text(arguments.file))
    values = {"staff": told.people, "complete": arguments.complete}
    actor = actor_of_account(arguments.account)
    outcome = REGISTER["update_staff"].perform(actor, values, preview=arguments.dry_run)
    refused = [
        {"line": told.lines[entry["item"]], "code": entry["code"], "reason": entry["message"]}
        for entry in outcome.refused
    ]
    if arguments.json:
        print_json({**outcome.answer, "refused": refused, "dry_run": arguments.dry_run})
    else:
        for entry in refused:
            print_status(f"left out: line {entry['line']}: {entry['reason']}")
        for name, words in CHANGES.items():
            for username in outcome.answer[name]:
                print(f"{words:12}  {username}")
        print(f"{'unchanged':12}  {outcome.answer['unchanged']}")
        if arguments.dry_run:
            print_status("nothing has changed: it was tried")
    return EXIT_SOME_REFUSED if refused else 0


def _text(file: Path) -> str:
    try:
        data = file.read_bytes()
        if len(data) > MAX_BYTES:
            raise CommandError(f"{file} is larger than a megabyte: divide it", EXIT_REFUSED)
        return data.decode("utf-8")
    except OSError as error:
        raise CommandError(f"{file} can't be read: {error.strerror}", EXIT_REFUSED) from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} can't be read: it is no UTF-8", EXIT_REFUSED) from None
