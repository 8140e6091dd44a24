# SPDX-License-Identifier: EUPL-1.2
"""Commands about the journal: verify, export."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from troskel.cli.output import municipality, print_json, say


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser("journal", help="verify or export the journal")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("verify", help="check every line; exit code 1 where the chain is broken")
    verb.description = (
        "Reads the municipality's chains from the first line: numbers, hashes, details. Says how far each holds, with "
        "its last number and hash, which are worth noting elsewhere; or which line is wrong, and how."
    )
    verb.add_argument(
        "--chain", choices=["acts", "reads"], help="what was done, or what was read (default: both)"
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=verify)
    verb = verbs.add_parser(
        "export", help="write the chain as JSON lines that an outsider can check (docs/journal.md)"
    )
    verb.description = (
        "Writes one chain to stdout: the head, then each line with the very texts that are hashed; no free text and no "
        "personal details. Anyone can check it with Python alone: python src/troskel/journal/form.py EXPORT.jsonl"
    )
    verb.add_argument(
        "--chain", choices=["acts", "reads"], default="acts", help="what was done, or read (default: acts)"
    )
    verb.set_defaults(run=export)


def verify(asked: argparse.Namespace) -> int:
    """Check the chains."""
    from troskel.journal import verification

    told, sound = [], True
    for chain in [asked.chain] if asked.chain else ["acts", "reads"]:
        started = time.monotonic()
        verdict = verification.verify(municipality(), chain)
        seconds = time.monotonic() - started
        sound = sound and verdict.sound
        told.append(
            {
                "chain": chain,
                "lines": verdict.lines,
                "blanked": verdict.blanked,
                "sound": verdict.sound,
                "faults": [{"line": fault.number, "what": fault.what} for fault in verdict.faults],
                "lines_per_second": round(verdict.lines / seconds) if seconds else 0,
            }
        )
        if not asked.json:
            print(verdict)
            say(f"{told[-1]['lines_per_second']} lines a second")
    if asked.json:
        print_json(told)
    return 0 if sound else 1


def export(asked: argparse.Namespace) -> None:
    """Write the chain to stdout."""
    from troskel.journal import verification

    verification.export(municipality(), asked.chain, to=sys.stdout)
