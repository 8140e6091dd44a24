# SPDX-License-Identifier: EUPL-1.2
"""Commands about the journal: verify, export."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from troskel.cli.output import municipality, print_json, print_status


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("journal", help="verify or export the journal")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("verify", help="check every line; exit code 1 if the chain is broken")
    verb.description = (
        "Checks the municipality's chains from the first line: numbers, hashes, details. Prints each chain's last "
        "number and hash, which are worth noting elsewhere, or which line is wrong, and how."
    )
    verb.add_argument(
        "--chain", choices=["acts", "reads"], help="the chain of acts or of reads (default: both)"
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=verify)
    verb = verbs.add_parser(
        "export", help="write the chain as JSON lines that an outsider can check (docs/journal.md)"
    )
    verb.description = (
        "Writes one chain to stdout: the head, then each line with exactly the texts that are hashed; no free text and "
        "no personal data. Anyone can check it with Python alone: python src/troskel/journal/form.py EXPORT.jsonl"
    )
    verb.add_argument(
        "--chain",
        choices=["acts", "reads"],
        default="acts",
        help="the chain of acts or of reads (default: acts)",
    )
    verb.set_defaults(run=export)


def verify(arguments: argparse.Namespace) -> int:
    """Checks the chains."""
    from troskel.journal import verification

    reports, sound = [], True
    for chain in [arguments.chain] if arguments.chain else ["acts", "reads"]:
        started = time.monotonic()
        verdict = verification.verify(municipality(), chain, tell=print_status)
        seconds = time.monotonic() - started
        sound = sound and verdict.is_sound
        reports.append(
            {
                "chain": chain,
                "lines": verdict.lines,
                "blanked": verdict.blanked,
                "sound": verdict.is_sound,
                "faults": [{"line": fault.number, "what": fault.what} for fault in verdict.faults],
                "lines_per_second": round(verdict.lines / seconds) if seconds else 0,
            }
        )
        if not arguments.json:
            print(verdict)
            print_status(f"{reports[-1]['lines_per_second']} lines a second")
    if arguments.json:
        print_json(reports)
    return 0 if sound else 1


def export(arguments: argparse.Namespace) -> None:
    """Writes the chain to stdout."""
    from troskel.journal import verification

    verification.export(municipality(), arguments.chain, to=sys.stdout)
