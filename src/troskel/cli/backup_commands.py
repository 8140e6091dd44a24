# SPDX-License-Identifier: EUPL-1.2
"""Commands that keep what there is, and bring it back: backup, restore."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from troskel.cli.output import EXIT_REFUSED, CommandError, integer_between, print_json, print_status

if TYPE_CHECKING:
    from troskel.keeping.restoring import Place, Restored

MEGABYTE = 1_000_000


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("backup", help="make a backup while it is served; drill; make a key")
    command.description = (
        "backup [DIR]: the database as it is at an instant, settings without secrets, routines and signed heads, in "
        "one file encrypted by age, in DIR (TROSKEL_BACKUP). Then removes what need not be kept. backup drill [DIR]: "
        "brings the newest back to a temporary place, verifies journal, duties and rows, and tells the seconds. "
        "backup key FILE: a new identity in FILE, which can read what is encrypted to the recipient that is printed: "
        "keep it elsewhere."
    )
    command.add_argument(
        "words", nargs="*", metavar="[drill | key] DIR", help="./drill where a folder is called so"
    )
    command.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="age1…",
        help="encrypt to this one too (also ssh-ed25519 …); default: TROSKEL_BACKUP_TO",
    )
    command.add_argument("--plain", action="store_true", help="do not encrypt")
    for name, period, number in (("daily", "days", 7), ("weekly", "weeks", 5), ("monthly", "months", 12)):
        command.add_argument(
            f"--{name}",
            type=integer_between(0, 1000),
            default=number,
            metavar="N",
            help=f"keep the newest of each of the last N {period} (default: {number})",
        )
    command.add_argument("--keep-all", action="store_true", help="remove none")
    _add_reading(command)
    command.set_defaults(run=backup, of_no_municipality=True)

    command = commands.add_parser("restore", help="bring a backup back into an empty place, and verify it")
    command.description = (
        "Brings a backup back into a database that is empty (a SQLite file that is not there), verifies journal, "
        "duties and rows there, and changes nothing else. Refused where something is. Exit code 1 where it is brought "
        "back, and something is wrong with it."
    )
    command.add_argument("file", type=Path, metavar="FILE")
    command.add_argument("--into", required=True, metavar="URL", help="as TROSKEL_DATABASE is written")
    _add_reading(command)
    command.set_defaults(run=restore, without_database=True)


def _add_reading(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--identity", type=Path, action="append", default=[], metavar="FILE", help="who can read it"
    )
    command.add_argument("--json", action="store_true", help="one JSON document")


def backup(arguments: argparse.Namespace) -> int:
    """Makes a backup, tries one, or makes a key."""
    words = list(arguments.words)
    verb = words.pop(0) if words and words[0] in ("drill", "key") else ""
    if len(words) > 1 or (verb == "key" and not words):
        raise CommandError("write: backup [DIR], backup drill [DIR], or backup key FILE", EXIT_REFUSED)
    if verb == "key":
        return _said(lambda: _key(Path(words[0])))
    folder = _folder(words)
    return _said(lambda: _drill(folder, arguments) if verb else _make(folder, arguments))


def restore(arguments: argparse.Namespace) -> int:
    """Brings a backup back."""
    import django

    django.setup()
    from troskel.keeping import restoring

    place = _place(arguments.into)

    def work() -> int:
        restored = restoring.restore(arguments.file, place, arguments.identity, print_status)
        return _told(restored, arguments.file, arguments)

    return _said(work)


def _said(work: Callable[[], int]) -> int:
    from troskel.keeping.backup import CannotKeep

    try:
        return work()
    except CannotKeep as wrong:
        raise CommandError(str(wrong), EXIT_REFUSED) from None


def _key(file: Path) -> int:
    from troskel.keeping import backup as keeping

    print(keeping.new_identity(file))
    print_status(f"the identity is in {file}: keep it elsewhere; without it no backup can be read")
    return 0


def _make(folder: Path, arguments: argparse.Namespace) -> int:
    from django.conf import settings

    from troskel.keeping import backup as keeping

    keep = None if arguments.keep_all else keeping.Keep(arguments.daily, arguments.weekly, arguments.monthly)
    recipients = [*settings.TROSKEL_BACKUP_TO, *arguments.recipient]
    made = keeping.make(folder, recipients, keep, plain=arguments.plain, tell=print_status)
    if arguments.json:
        print_json({**made._asdict(), "path": str(made.path), "pruned": [str(path) for path in made.pruned]})
        return 0
    print(f"{made.path}: {made.size / MEGABYTE:.1f} MB, {made.lines} lines of the journal")
    for path in made.pruned:
        print_status(f"{path.name} need not be kept, and is removed")
    return 0


def _drill(folder: Path, arguments: argparse.Namespace) -> int:
    from django.db import connection

    from troskel.keeping import restoring

    place = restoring.Place(connection.settings_dict)
    path, restored = restoring.drill(folder, place, arguments.identity, print_status)
    return _told(restored, path, arguments)


def _told(restored: Restored, path: Path, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json({**restored._asdict(), "path": str(path)})
    else:
        print(
            f"{path.name}, made {restored.made}: {restored.lines} lines of the journal, brought back in "
            f"{restored.restoring:.1f} s, verified in {restored.verifying:.1f} s"
        )
        print(
            "\n".join(["BROKEN", *restored.wrong]) if restored.wrong else "journal, duties and rows are sound"
        )
    return 1 if restored.wrong else 0


def _folder(words: list[str]) -> Path:
    from django.conf import settings

    folder = Path(words[0]) if words else settings.TROSKEL_BACKUP
    if folder is None:
        raise CommandError("where? Name a folder, or set TROSKEL_BACKUP", EXIT_REFUSED)
    return Path(folder)


def _place(url: str) -> Place:
    from django.conf import settings

    from troskel.keeping.restoring import Place

    (described,) = (one for one in settings.TROSKEL_SETTINGS if one.name == "TROSKEL_DATABASE")
    try:
        return Place(described.parse(url))
    except ValueError as error:
        raise CommandError(f"--into {error}", EXIT_REFUSED) from None
