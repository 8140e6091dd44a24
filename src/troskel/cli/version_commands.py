# SPDX-License-Identifier: EUPL-1.2
"""Commands about versions of the routine, as 'routine VERB': propose, versions, approve, withdraw."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from troskel.cli.output import (
    EXIT_REFUSED,
    CommandError,
    actor_of_account,
    parse_day,
    print_json,
    print_status,
    system_actor,
)

VERSION_HELP = "its id, as 'troskel routine versions' prints it"


def add_to(verbs: Any) -> None:
    """Adds these verbs to the parser of 'routine'."""
    verb = verbs.add_parser("propose", help="propose a file as a new version of the routine")
    verb.description = (
        "Proposes FILE as the municipality's next version of the routine, and prints its id. Nothing changes until "
        "another person approves it. If the file is invalid it is refused, and every error is printed with its line. "
        "To see what it would change: troskel routine compare VERSION."
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    _add_person(verb, "who proposes it: the account of a system administrator or a manager")
    verb.set_defaults(run=propose)
    verb = verbs.add_parser(
        "versions", help="list every version: proposed, approved, in force, replaced, withdrawn"
    )
    verb.description = (
        "Lists the versions of the municipality's routine: who proposed and approved each, and when."
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=versions)
    verb = verbs.add_parser("approve", help="approve a proposed version; it is in force from a day")
    verb.description = (
        "Approves a version that another person has proposed. It is in force from DAY: today or later, and not before "
        "a version that has already been approved. Duties that are open then keep their terms. The file is proven "
        "first, to depth 1 ('troskel routine prove FILE'); one with counterexamples is approved only with --though. "
        "Not in production: there a person approves it, signed in."
    )
    verb.add_argument("version", type=UUID, metavar="VERSION", help=VERSION_HELP)
    _add_person(verb, "who approves it: a system administrator or a manager, never the author")
    verb.add_argument(
        "--from", dest="begins", type=parse_day, required=True, metavar="DAY", help="as 2026-11-20"
    )
    verb.add_argument(
        "--though",
        metavar="REASON",
        default="",
        help="approve it though the proof finds counterexamples: why",
    )
    verb.set_defaults(run=approve)
    verb = verbs.add_parser("withdraw", help="withdraw a proposed version")
    verb.description = (
        "Withdraws a proposal. Approved versions can't be withdrawn: propose another version instead."
    )
    verb.add_argument("version", type=UUID, metavar="VERSION", help=VERSION_HELP)
    _add_person(verb, "who withdraws it: a system administrator or a manager")
    verb.set_defaults(run=withdraw)


def _add_person(verb: argparse.ArgumentParser, help_text: str) -> None:
    verb.add_argument("--as", dest="person", required=True, metavar="ACCOUNT", help=help_text)


def propose(arguments: argparse.Namespace) -> int:
    """Proposes a file."""
    from troskel.acts.approving import propose_routine

    try:
        text = arguments.file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{arguments.file} can't be read: {error}", EXIT_REFUSED) from None
    outcome = propose_routine.perform(
        actor_of_account(arguments.person), {"name": arguments.file.name, "text": text}
    )
    print(outcome.answer["version"])
    print_status(f"proposed; see what it would change: troskel routine compare {outcome.answer['version']}")
    return 0


def versions(arguments: argparse.Namespace) -> int:
    """Lists the versions."""
    from troskel.reading import routine_versions

    rows = routine_versions.versions(system_actor())
    if arguments.json:
        print_json(rows)
        return 0
    for version in rows:
        approved = "the system" if version.by_system else version.approved_by or "nobody yet"
        period = f"{version.in_force_from or '–'} … {version.in_force_through or ''}"
        print(f"{version.id}  {version.name:12} {version.state:9}  {period:24} approved by {approved}")
    return 0


def approve(arguments: argparse.Namespace) -> int:
    """Approves a version."""
    from troskel.acts.approving import approve_routine

    why = {"done_though": ["routine.refuted"], "reason": arguments.though} if arguments.though else {}
    values = {"version": str(arguments.version), "in_force_from": arguments.begins.isoformat(), **why}
    approve_routine.perform(actor_of_account(arguments.person), values)
    print_status(f"approved: in force from {arguments.begins}")
    return 0


def withdraw(arguments: argparse.Namespace) -> int:
    """Withdraws a proposal."""
    from troskel.acts.approving import withdraw_proposal

    withdraw_proposal.perform(actor_of_account(arguments.person), {"version": str(arguments.version)})
    print_status("withdrawn")
    return 0
