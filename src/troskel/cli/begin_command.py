# SPDX-License-Identifier: EUPL-1.2
"""The command 'begin': makes a municipality of one's own, to the point where two administrators can sign in."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troskel.cli.output import EXIT_REFUSED, CommandError, print_status
from troskel.people.roles import Actor, ActorKind

TWO_PEOPLE = 2
"""Each routine is proposed by one person and approved by another (D)."""


def add_to(commands: Any) -> None:
    """Adds this command to the parser."""
    command = commands.add_parser("begin", help="make a municipality of your own, with its first accounts")
    command.description = (
        "Makes a municipality: its own routine in force from today, its social office, and two or more system "
        "administrators, each of whom gets a link to sign in with for the first time. What was interrupted goes on "
        "when it is run again. Write the routine from Tröskelby's ('troskel routine template'). It is proven first, to "
        "depth 1 ('troskel routine prove FILE'); with counterexamples it comes into force only with --though."
    )
    command.add_argument("code", metavar="CODE", help="the municipality's code, four digits")
    command.add_argument("name", metavar="NAME", help="as 'Annanby'")
    command.add_argument("--routine", type=Path, metavar="FILE", required=True, help="its routine file")
    command.add_argument(
        "--office",
        nargs=3,
        metavar=("ORGNR", "NAME", "E-MAIL"),
        required=True,
        help="the social office: organisation number, name, and where the routine's e-mails to it go",
    )
    command.add_argument(
        "--administrator",
        nargs=2,
        action="append",
        metavar=("USERNAME", "NAME"),
        required=True,
        help="a system administrator; two at least",
    )
    command.add_argument(
        "--sender", metavar="E-MAIL", help="the sender of its e-mail (default: TROSKEL_MAIL_FROM)"
    )
    command.add_argument(
        "--though", metavar="REASON", help="begin with it though the proof finds counterexamples: why"
    )
    command.set_defaults(run=begin, of_no_municipality=True)


def begin(arguments: argparse.Namespace) -> int:
    """Makes the municipality."""
    from troskel.acts import organising, taking_over
    from troskel.cli.enrolling import enrolment_link
    from troskel.ground import clock
    from troskel.people import queries as people

    usernames = [username for username, _ in arguments.administrator]
    if len(set(usernames)) < TWO_PEOPLE:
        raise CommandError(
            "name two administrators: whoever proposes a routine never approves it", EXIT_REFUSED
        )
    code = arguments.code
    actor = Actor.system(code, ActorKind.COMMAND_LINE)
    here = {row.code: row for row in people.municipality_rows()}
    there = {username for username in usernames if people.actor_of_username(f"{code}/{username}")}
    if code in here and (len(there) == len(usernames) or len(people.active_people(code)) > len(there)):
        raise CommandError(f"municipality {code} ({here[code].name}) has begun already", EXIT_REFUSED)
    values: dict[str, Any]
    if code not in here:
        values = {"name": arguments.name, "valid_from": clock.today().isoformat()}
        values |= {"routine": _text(arguments.routine), "file": arguments.routine.name}
        if arguments.though:
            values |= {"done_though": ["routine.refuted"], "reason": arguments.though}
        print_status(f"{arguments.routine.name} is proven: every course of events in small households")
        taking_over.found_municipality.perform(actor, values)
    print_status(f"{code} {arguments.name}: its routine is in force from today")
    orgnr, office, email = arguments.office
    if not people.organisation_exists(code, orgnr):
        values = {"orgnr": orgnr, "name": office, "email": email, "kind": "municipality"}
        organising.register_organisations.perform(actor, {"organisations": [values]})
    print_status(f"{orgnr} {office}")
    if arguments.sender:
        taking_over.change_municipality.perform(actor, {"sender": arguments.sender})
    for username, name in arguments.administrator:
        values = {"username": username, "name": name, "role": "administrator", "organisation": orgnr}
        if username not in there:
            organising.register_account.perform(actor, values)
        print_status(f"{username}: {name}, system administrator")
    for username, name in arguments.administrator:
        print(f"{username}  {name}  {enrolment_link(actor, username)}")
    print_status(f"begun. Let TROSKEL_MUNICIPALITY be {code}, and then: troskel check")
    return 0


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no UTF-8"
        raise CommandError(f"{file} can't be read: {why}", EXIT_REFUSED) from None
