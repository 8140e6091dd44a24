# SPDX-License-Identifier: EUPL-1.2
"""Commands about the journal: verify, sign, key, export."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from troskel.cli.output import EXIT_REFUSED, CommandError, municipality, print_json, print_status

if TYPE_CHECKING:
    from troskel.keeping.heads import KnownHeads


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("journal", help="verify, sign or export the journal")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    _add_verify(verbs)
    verb = verbs.add_parser("sign", help="sign the heads of all chains, and put them where they are kept")
    verb.description = (
        "Signs the last number and hash of every chain, appends them to TROSKEL_HEADS and sends them to "
        "TROSKEL_HEADS_TO; prints them. The worker does so each day."
    )
    verb.set_defaults(run=sign, of_no_municipality=True)
    verb = verbs.add_parser("key", help="print the public key of signed heads")
    verb.description = "Prints the public key (PEM) by which anyone checks signed heads (docs/journal.md)."
    verb.set_defaults(run=key, of_no_municipality=True)
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


def _add_verify(verbs: Any) -> None:
    verb = verbs.add_parser(
        "verify", help="check every line, and all that follows from it; exit code 1 if broken"
    )
    verb.description = (
        "Checks the municipality's chains from the first line (numbers, hashes, details, clock) against the heads that "
        "were signed; then triggers, blanked details, and duties and rows against the journal replayed. Prints "
        "each chain's last number and hash, or which line is wrong, and how."
    )
    verb.add_argument(
        "--chain", choices=["acts", "reads"], help="one chain only, and nothing else (default: everything)"
    )
    verb.add_argument(
        "--known",
        type=Path,
        metavar="FILE",
        help="compare with what was kept elsewhere: signed heads, or an earlier export",
    )
    verb.add_argument(
        "--key",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a public key to believe beside today's (troskel journal key)",
    )
    verb.add_argument("--all", action="store_true", help="every municipality of the database")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=verify, of_no_municipality=True)


def verify(arguments: argparse.Namespace) -> int:
    """Checks the chains, and what follows from them."""
    from troskel.cli import municipalities
    from troskel.people import queries as people

    if not arguments.all:
        municipalities.ensure_there(may_be_first=False)
    known = _known(arguments)
    codes = people.municipalities() if arguments.all else [municipality()]
    reports = [report for code in codes for report in _verify(code, known, arguments)]
    if arguments.json:
        print_json(reports)
    return 0 if all(report["sound"] for report in reports) else 1


def _verify(code: str, known: KnownHeads, arguments: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yields what each look at a municipality finds, and prints it unless JSON is asked for."""
    from troskel.keeping import checks

    for chain in [arguments.chain] if arguments.chain else checks.CHAINS:
        started = time.monotonic()
        verdict, since = checks.verify_chain(code, chain, known, print_status)
        seconds = time.monotonic() - started
        speed = round(verdict.lines / seconds) if seconds else 0
        if not arguments.json:
            print("\n".join([str(verdict), *since]))
            print_status(f"{speed} lines a second")
        yield {
            "municipality": code,
            "chain": chain,
            "lines": verdict.lines,
            "blanked": verdict.blanked,
            "sound": verdict.is_sound,
            "faults": [{"line": fault.number, "what": fault.what} for fault in verdict.faults],
            "since": since,
            "lines_per_second": speed,
        }
    for looked in [] if arguments.chain else checks.look(code, known, print_status):
        if not arguments.json:
            words = "BROKEN" if looked.wrong else "as it should be"
            print("\n".join([f"{code} {looked.about}: {words}", *(f"  {one}" for one in looked.wrong)]))
        yield {"municipality": code, "about": looked.about, "sound": not looked.wrong, "faults": looked.wrong}


def _known(arguments: argparse.Namespace) -> KnownHeads:
    from troskel.keeping import heads

    try:
        keys = [heads.public_key(path.read_bytes()) for path in arguments.key]
    except (OSError, ValueError) as error:
        raise CommandError(f"the key can't be used: {error}", EXIT_REFUSED) from None
    known = heads.known_in_own_file(keys)
    if arguments.known is None:
        return known
    try:
        with arguments.known.open(encoding="utf-8", errors="replace") as file:
            elsewhere = heads.known_in(file, [heads.private_key().public_key(), *keys])
    except OSError as error:
        raise CommandError(f"{arguments.known} can't be read: {error.strerror}", EXIT_REFUSED) from None
    if not elsewhere.chains and not elsewhere.faults:
        raise CommandError(f"{arguments.known} holds no signed head and no export", EXIT_REFUSED)
    return heads.both(known, elsewhere)


def sign(_arguments: argparse.Namespace) -> int:
    """Signs the heads of all chains."""
    from troskel.keeping import heads

    for head in heads.sign():
        print(heads.as_line(head), end="")
    return 0


def key(_arguments: argparse.Namespace) -> int:
    """Prints the public key."""
    from troskel.keeping import heads

    print(heads.public_pem(), end="")
    return 0


def export(arguments: argparse.Namespace) -> None:
    """Writes the chain to stdout."""
    from troskel.journal import verification

    verification.export(municipality(), arguments.chain, to=sys.stdout, tell=print_status)
