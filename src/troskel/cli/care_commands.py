# SPDX-License-Identifier: EUPL-1.2
"""Commands about clients and care: import, gaps, phone-clients, clients, duties, play."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troskel.cli.output import REFUSED, Wrong, day, day_or_today, days_ahead, print_json, say, system
from troskel.people.roles import ActorKind


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser("import", help="take in a night's extract of the case system")
    command.description = (
        "Reads utforare.csv, kunder.csv, beslut.csv, fordelning.csv (and las.csv, nycklar.csv, knappar.csv "
        "where they are) from DIR, and carries out the difference as acts. Lines that can't be used are listed "
        "and left; exit code 0 all the same. Exit code 2: the night is refused, and nothing has changed."
    )
    command.add_argument("directory", metavar="DIR", type=Path)
    command.add_argument(
        "--day", type=day, metavar="DAY", help="the day of the import, as 2026-11-20 (default: today)"
    )
    command.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="a TOML file that adapts another case system's names and codes",
    )
    command.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
    command.add_argument(
        "--confirm",
        action="store_true",
        help="go on though the night would end more than 5 %% of what is ongoing",
    )
    command.add_argument("--json", action="store_true", help="the report as one JSON document")
    command.set_defaults(run=import_night)

    command = commands.add_parser("gaps", help="who will be without cover, and on which days")
    command.description = (
        "Lists the clients who are covered on a day, by an allocated decision, and whom nobody covers on some of the "
        "days after it: each with case number, service, first day and number of days."
    )
    command.add_argument(
        "--on", type=day, metavar="DAY", help="the day they are covered on, as 2026-11-20 (default: today)"
    )
    command.add_argument(
        "--days",
        type=days_ahead,
        default=30,
        metavar="N",
        help="how many days ahead to look, 1 to 3660 (default: 30)",
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=gaps)

    command = commands.add_parser("phone-clients", help="how many clients each organisation's phones have")
    command.description = (
        "Counts, for each organisation (by its number), the clients with an ongoing allocation to it on a day. The "
        "dead, and other municipalities' clients, are on no phone."
    )
    command.add_argument("--on", type=day, metavar="DAY", help="as 2026-11-20 (default: today)")
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=phone_clients)

    command = commands.add_parser("clients", help="how many clients there are")
    command.description = (
        "Counts the municipality's own clients and other municipalities'; of them all, protected and dead."
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=clients)

    command = commands.add_parser("duties", help="what the routine asks, of whom, and by when")
    command.description = (
        "Lists the duties and unread notices that stood open at the end of a day: paragraph, what is asked, case "
        "number, role, due day, and whether it was late. --json lists the closed ones too, each with its state that "
        "day: open, late, done or moot."
    )
    command.add_argument(
        "--on", type=day, metavar="DAY", help="how it stood at the end of this day (default: today)"
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=duties)

    command = commands.add_parser("play", help="carry out a file of acts, and print what followed")
    command.description = (
        'Each line of FILE is JSON: {"at": instant, "as": account, "act": name, "values": {…}, "expect": the '
        "paragraph or rule that must refuse}. Days between are turned. Exit code 1 where an act is refused that "
        "was not expected to be, or an expected refusal does not come; exit code 2 for a bad file. The acts and their "
        'values: docs/acts.md. \'demo\' acts as the system itself, which may do every act. {"$": "order"} as a value '
        'stands for what an earlier act answered by that name, {"$file": "x.toml"} for the text of a file beside FILE; '
        '"keep": {"door": "gate"} beside an act keeps its answer '
        'under another name. {"include": "founding.jsonl"} plays another file of the same folder there. '
        '{"at": instant, "open": {"client": "K1", "are": ["P6.order"], "late": []}} says which duties are open then, '
        'and which of them are late ("client" and "late" may be left out: everybody\'s, and not asked); exit code 1 '
        "where it is otherwise. Lines that begin with # are left. Examples: plays/, each in an empty database."
    )
    command.add_argument("file", metavar="FILE", type=Path)
    command.add_argument("--json", action="store_true", help="one JSON line an act")
    command.set_defaults(run=play)


def import_night(asked: argparse.Namespace) -> int:
    """Take in a night's extract."""
    from troskel.exchange.case_extract import carrying_out
    from troskel.exchange.case_extract.contract import NightRefused
    from troskel.exchange.case_extract.mapping import MappingRefused

    actor = system(ActorKind.IMPORT)
    try:
        report = carrying_out.import_night(
            actor,
            asked.directory,
            day=day_or_today(asked.day),
            mapping=asked.mapping,
            dry_run=asked.dry_run,
            confirm=asked.confirm,
            progress=say,
        )
    except NightRefused as refused:
        raise Wrong(f"the night is refused, nothing has changed: {refused}", REFUSED) from None
    except MappingRefused as refused:
        raise Wrong(f"{asked.mapping} can't be used, nothing has changed: {refused}", REFUSED) from None
    if asked.json:
        print_json(report)
    else:
        for line in report["rejected"]:
            say(f"rejected: {line['file']} line {line['line']}, {line['column']}: {line['reason']}")
        for name, count in report["acts"].items():
            print(f"{count:6}  {name}")
        print(f"{report['unchanged']:6}  unchanged")
    return 0


def gaps(asked: argparse.Namespace) -> None:
    """Who will be without cover."""
    from troskel.reading import coverage

    found = coverage.gaps(system(), day_or_today(asked.on), asked.days)
    if asked.json:
        print_json([{"client": gap.client, "service": gap.service, "days": gap.days} for gap in found])
        return
    for gap in found:
        print(f"{gap.case}  {gap.service:12}  from {gap.days[0]}, {len(gap.days)} days")
    say(f"{len(found)} gaps")


def phone_clients(asked: argparse.Namespace) -> None:
    """How many clients each organisation's phones have."""
    from troskel.reading import coverage

    counted = coverage.phone_clients(system(), day_or_today(asked.on))
    if asked.json:
        print_json(counted)
        return
    for orgnr, count in counted.items():
        print(f"{orgnr}  {count}")


def clients(asked: argparse.Namespace) -> None:
    """How many clients there are."""
    from troskel.reading import coverage

    counted = coverage.count_clients(system())._asdict()
    if asked.json:
        print_json(counted)
        return
    for name, count in counted.items():
        print(f"{count:6}  {name.replace('_', ' ')}")


def duties(asked: argparse.Namespace) -> None:
    """What the routine asks of whom."""
    from troskel.reading import worklist

    shown = ("paragraph", "case", "client", "organisation", "role", "opened", "due", "state", "kind", "ask",
             "days_late", "person", "escalated", "deputy")  # fmt: skip
    rows = worklist.duties_on(system(), day_or_today(asked.on))
    if asked.json:
        print_json([{name: row[name] for name in shown} for row in rows])
        return
    for row in rows:
        if row["state"] in ("open", "late"):
            due = row["due"] or "not yet"
            asked_of = f"{row['paragraph']:3} {row['ask']:14} {row['case'] or '':10} {row['role']:14}"
            escalated = ", escalated" if row["escalated"] else ""
            print(f"{asked_of} due {due}  {row['state']}{escalated}")


def play(asked: argparse.Namespace) -> int:
    """Carry out a file of acts."""
    from troskel.cli.playing import play_file

    return play_file(asked.file, as_json=asked.json)
