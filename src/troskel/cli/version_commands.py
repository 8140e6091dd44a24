# SPDX-License-Identifier: EUPL-1.2
"""Commands about versions of the routine, as 'routine VERB': propose, versions, approve, withdraw."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any
from uuid import UUID

from troskel.cli.output import REFUSED, Wrong, day, person, print_json, say, system

VERSION_HELP = "its id, as 'troskel routine versions' prints it"


def add_to(verbs: Any) -> None:
    """Add these verbs to the parser of 'routine'."""
    verb = verbs.add_parser("propose", help="propose a file as a new version of the routine")
    verb.description = (
        "Proposes FILE as the municipality's next version of the routine, and prints its id. Nothing changes "
        "until another person approves it. Refused with every fault and its line where the file can't be used. Then "
        "show what it would change: troskel routine compare VERSION."
    )
    verb.add_argument("file", type=Path, metavar="FILE")
    _add_person(verb, "who proposes it: the account of a system administrator or a manager")
    verb.set_defaults(run=propose)
    verb = verbs.add_parser(
        "versions", help="every version: proposed, approved, in force, replaced, withdrawn"
    )
    verb.description = (
        "Lists the versions of the municipality's routine: who proposed and approved each, and when."
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=versions)
    verb = verbs.add_parser("approve", help="approve a proposed version; it is in force from a day")
    verb.description = (
        "Approves a version that somebody else has proposed. It is in force from DAY: today or later, and not before a "
        "version that has been approved already. Duties that are open then keep what they were born with."
    )
    verb.add_argument("version", type=UUID, metavar="VERSION", help=VERSION_HELP)
    _add_person(verb, "who approves it: a system administrator or a manager, never the author")
    verb.add_argument("--from", dest="begins", type=day, required=True, metavar="DAY", help="as 2026-11-20")
    verb.set_defaults(run=approve)
    verb = verbs.add_parser("withdraw", help="withdraw a proposed version")
    verb.description = (
        "Withdraws a proposal. What has been approved stands: propose another version to change it."
    )
    verb.add_argument("version", type=UUID, metavar="VERSION", help=VERSION_HELP)
    _add_person(verb, "who withdraws it: a system administrator or a manager")
    verb.set_defaults(run=withdraw)


def _add_person(verb: argparse.ArgumentParser, meant: str) -> None:
    verb.add_argument("--as", dest="person", required=True, metavar="ACCOUNT", help=meant)


def propose(asked: argparse.Namespace) -> int:
    """Propose a file."""
    from troskel.acts.approving import propose_routine

    try:
        text = asked.file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{asked.file} can't be read: {error}", REFUSED) from None
    outcome = propose_routine(person(asked.person), name=asked.file.name, text=text)
    print(outcome.answer["version"])
    say(f"proposed; see what it would change: troskel routine compare {outcome.answer['version']}")
    return 0


def versions(asked: argparse.Namespace) -> int:
    """List the versions."""
    from troskel.reading import routine_versions

    found = routine_versions.versions(system())
    if asked.json:
        print_json(found)
        return 0
    for version in found:
        approved = "the system" if version.by_system else version.approved_by or "nobody yet"
        period = f"{version.in_force_from or '–'} … {version.in_force_through or ''}"
        print(f"{version.id}  {version.name:12} {version.state:9}  {period:24} approved by {approved}")
    return 0


def approve(asked: argparse.Namespace) -> int:
    """Approve a version."""
    from troskel.acts.approving import approve_routine

    approve_routine(person(asked.person), version=asked.version, in_force_from=asked.begins)
    say(f"approved: in force from {asked.begins}")
    return 0


def withdraw(asked: argparse.Namespace) -> int:
    """Withdraw a proposal."""
    from troskel.acts.approving import withdraw_proposal

    withdraw_proposal(person(asked.person), version=asked.version)
    say("withdrawn")
    return 0
