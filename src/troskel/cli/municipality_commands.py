# SPDX-License-Identifier: EUPL-1.2
"""Commands about municipalities, as 'municipality VERB': add, list."""

from __future__ import annotations

import argparse
from typing import Any

from troskel.cli.output import print_json, print_status
from troskel.people.roles import Actor, ActorKind


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("municipality", help="list and add municipalities")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("list", help="list the municipalities of the database")
    verb.description = (
        "Lists the municipalities of the database: code, name, whether its clients are taken over."
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=list_all, of_no_municipality=True)
    verb = verbs.add_parser("add", help="add a municipality, with the shipped routine in force from today")
    verb.description = (
        "Adds a municipality to the database, with Tröskelby's routine: to try things on. Then set "
        "TROSKEL_MUNICIPALITY to its code, which the other commands use."
    )
    verb.add_argument("code", metavar="CODE", help="four digits")
    verb.add_argument("name", metavar="NAME", help="as 'Annanby'")
    verb.set_defaults(run=add, of_no_municipality=True)


def add(arguments: argparse.Namespace) -> int:
    """Adds a municipality with the shipped routine."""
    from troskel.acts import taking_over
    from troskel.ground import clock

    actor = Actor.system(arguments.code, ActorKind.IMPORT)
    values = {"name": arguments.name, "valid_from": clock.today().isoformat()}
    taking_over.found_municipality.perform(actor, values)
    print_status(f"municipality {arguments.code} is there, with the shipped routine in force from today")
    return 0


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
