# SPDX-License-Identifier: EUPL-1.2
"""Commands about municipalities, as 'municipality VERB': list, add, rename, sender, export, remove."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troskel.cli.output import EXIT_REFUSED, CommandError, print_json, print_status
from troskel.people.roles import Actor, ActorKind


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("municipality", help="list, add, rename, export and remove municipalities")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("list", help="list the municipalities of the database")
    verb.description = (
        "Lists the municipalities of the database: code, name, whether its clients are taken over."
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=list_all, of_no_municipality=True)
    verb = verbs.add_parser("add", help="add a municipality, with the shipped routine in force from today")
    verb.description = (
        "Adds a municipality to the database, with Tröskelby's routine: to try things on; one of your own is made by "
        "'troskel begin'. Then set TROSKEL_MUNICIPALITY to its code, which the other commands use."
    )
    _of(verb, add)
    verb.add_argument("name", metavar="NAME", help="as 'Annanby'")
    verb = verbs.add_parser("rename", help="change a municipality's name")
    verb.description = "Changes the name that pages show. The code never changes."
    _of(verb, rename)
    verb.add_argument("name", metavar="NAME", help="as 'Annanby'")
    verb = verbs.add_parser("sender", help="set the address that a municipality's e-mail comes from")
    verb.description = "Sets the sender of the municipality's e-mail, instead of TROSKEL_MAIL_FROM."
    _of(verb, set_sender)
    verb.add_argument("address", metavar="E-MAIL", help="as lasvred@annanby.se")
    verb = verbs.add_parser("export", help="write everything of a municipality to a folder")
    verb.description = (
        "Writes every row of the municipality as JSON lines, a file a table, and both chains of the journal with their "
        "details, which anyone can verify (docs/journal.md), to the new folder DIR. It holds personal data."
    )
    _of(verb, export)
    verb.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")
    verb = verbs.add_parser("remove", help="write everything of a municipality to a folder, and remove it")
    verb.description = (
        "Does what 'municipality export' does, checks the chains of the journal, and then deletes every row of the "
        "municipality, its journal too. Take a backup first: nothing brings it back but that."
    )
    _of(verb, remove)
    verb.add_argument("folder", metavar="DIR", type=Path, help="a folder that is not there yet")
    verb.add_argument("--name", required=True, metavar="NAME", help="its name, so that it is the right one")


def _of(verb: argparse.ArgumentParser, run: Any) -> None:
    verb.add_argument("code", metavar="CODE", help="four digits")
    verb.set_defaults(run=run, of_no_municipality=True)


def list_all(arguments: argparse.Namespace) -> int:
    """Lists the municipalities."""
    from troskel.people import queries as people

    rows = people.municipality_rows()
    if arguments.json:
        print_json([row._asdict() for row in rows])
        return 0
    for row in rows:
        print(f"{row.code}  {row.name}{'' if row.taken_over else '  (its clients are not taken over yet)'}")
    return 0


def add(arguments: argparse.Namespace) -> int:
    """Adds a municipality with the shipped routine."""
    from troskel.acts import taking_over
    from troskel.ground import clock

    actor = Actor.system(arguments.code, ActorKind.COMMAND_LINE)
    values = {"name": arguments.name, "valid_from": clock.today().isoformat()}
    taking_over.found_municipality.perform(actor, values)
    print_status(f"municipality {arguments.code} is there, with the shipped routine in force from today")
    return 0


def rename(arguments: argparse.Namespace) -> int:
    """Changes the name."""
    from troskel.acts import taking_over

    before = _name(arguments.code)
    actor = Actor.system(arguments.code, ActorKind.COMMAND_LINE)
    taking_over.change_municipality.perform(actor, {"name": arguments.name})
    print_status(f"{arguments.code} is now {arguments.name}; it was {before}")
    return 0


def set_sender(arguments: argparse.Namespace) -> int:
    """Sets the sender."""
    from troskel.acts import taking_over

    _name(arguments.code)
    actor = Actor.system(arguments.code, ActorKind.COMMAND_LINE)
    taking_over.change_municipality.perform(actor, {"sender": arguments.address})
    print_status(f"the e-mail of {arguments.code} comes from {arguments.address}")
    return 0


def export(arguments: argparse.Namespace) -> int:
    """Writes everything."""
    from troskel.exchange import leaving

    _name(arguments.code)
    try:
        rows = leaving.export(arguments.code, arguments.folder, print_status)
    except FileExistsError:
        raise CommandError(f"{arguments.folder} is there already: name a new folder", EXIT_REFUSED) from None
    print_status(
        f"{sum(rows.values())} rows of {arguments.code} are in {arguments.folder}, which holds personal data"
    )
    return 0


def remove(arguments: argparse.Namespace) -> int:
    """Writes everything, and removes it."""
    from troskel.exchange import leaving
    from troskel.journal import verification

    name = _name(arguments.code)
    if arguments.name != name:
        words = f"{arguments.code} is called {name!r}, not {arguments.name!r}: nothing is removed"
        raise CommandError(words, EXIT_REFUSED)
    for kind in ("acts", "reads"):
        if not verification.verify(arguments.code, kind, tell=print_status).is_sound:
            raise CommandError(f"the chain of {kind} is broken: 'troskel journal verify'. Nothing is removed")
    export(arguments)
    removed = leaving.remove(arguments.code, print_status)
    print_status(f"{removed} rows are removed: {arguments.code} {name} is no longer here")
    return 0


def _name(code: str) -> str:
    """Returns the municipality's name. Raises CommandError where there is none with this code."""
    from troskel.people import queries as people

    names = {row.code: row.name for row in people.municipality_rows()}
    if code not in names:
        raise CommandError(f"there is no municipality {code} here: 'troskel municipality list'", EXIT_REFUSED)
    return names[code]
