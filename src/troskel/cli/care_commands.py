# SPDX-License-Identifier: EUPL-1.2
"""Commands about clients and care: import, gaps, phone-clients, clients, duties, play."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import msgspec

from troskel.cli.output import (
    EXIT_REFUSED,
    CommandError,
    day_or_today,
    days_ahead,
    parse_day,
    print_json,
    print_status,
    system_actor,
)
from troskel.people.roles import ActorKind


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("import", help="import a night's extract of the case system")
    command.description = (
        "Reads utforare.csv, kunder.csv, beslut.csv, fordelning.csv (and las.csv, nycklar.csv, knappar.csv if "
        "present, which may also come alone once the first night is in) from DIR, and carries out the difference as "
        "acts. Lines that can't be used are listed and skipped; the exit code is still 0, but 1 where an act refused "
        "some of them. Exit code 2: the night is refused or stops, and nothing has changed."
    )
    command.add_argument("directory", metavar="DIR", type=Path)
    command.add_argument(
        "--day", type=parse_day, metavar="DAY", help="the day of the import, as 2026-11-20 (default: today)"
    )
    command.add_argument(
        "--mapping",
        type=Path,
        metavar="FILE",
        help="a TOML file that adapts another case system's names and codes",
    )
    command.add_argument("--dry-run", action="store_true", help="print what would happen, and change nothing")
    command.add_argument(
        "--confirm",
        action="store_true",
        help="continue with a night that stops: it would end, rename, move or reallocate more than 5 %%, is older than "
        "the newest, or is spoilt",
    )
    command.add_argument("--json", action="store_true", help="print the report as one JSON document")
    command.set_defaults(run=import_night, may_be_first=True)

    command = commands.add_parser("gaps", help="list clients without coverage, and on which days")
    command.description = (
        "Lists the clients who are covered on a day by an allocated decision but not on some of the days after it: "
        "case number, service, first day and number of days."
    )
    command.add_argument(
        "--on", type=parse_day, metavar="DAY", help="the day of coverage, as 2026-11-20 (default: today)"
    )
    command.add_argument(
        "--days",
        type=days_ahead,
        default=30,
        metavar="N",
        help="how many days ahead to look, 1 to 3660 (default: 30)",
    )
    command.add_argument(
        "--by",
        choices=("client", "provider"),
        default="client",
        help="by client: days on which nobody has the client (the default); by provider: whose phone loses whom, "
        "though others may go on, and what is decided but given to nobody",
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=gaps)

    command = commands.add_parser("phone-clients", help="count clients on each organisation's phones")
    command.description = (
        "Counts, for each organisation (by number), the clients with an ongoing allocation to it on a day. Dead "
        "clients, and other municipalities' clients, are on no phone. A day that has passed is told as it was known "
        "then, whatever has been changed since."
    )
    command.add_argument("--on", type=parse_day, metavar="DAY", help="as 2026-11-20 (default: today)")
    command.add_argument(
        "--known",
        choices=["then", "now"],
        default="then",
        help="a day that has passed as it was known then, or as it is known now (default: then)",
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=phone_clients)

    command = commands.add_parser("clients", help="count clients")
    command.description = (
        "Counts the municipality's own clients and other municipalities'; of all clients, protected and dead."
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=clients)

    command = commands.add_parser("duties", help="list duties: what, who and by when")
    command.description = (
        "Lists the duties and unread notices that were open at the end of a day: paragraph, duty, case number, role, "
        "due day, and whether it was late. --json also lists closed ones, each with its state that day: open, late, "
        "done or moot."
    )
    command.add_argument(
        "--on", type=parse_day, metavar="DAY", help="state at the end of this day (default: today)"
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=duties)

    command = commands.add_parser("play", help="carry out a file of acts, and print the results")
    command.description = (
        'Each line of FILE is JSON: {"at": instant, "as": account, "act": name, "values": {…}, "expect": the '
        "paragraph or rule that must refuse}. The days between are turned. Exit code 1 if an act is refused "
        "unexpectedly, or an expected refusal does not come; exit code 2 for an invalid file. The acts and their "
        'values: docs/acts.md. \'demo\' acts as the system itself, which may do every act. The value {"$": "order"} '
        'is an earlier act\'s answer of that name, {"$file": "x.toml"} the text of a file beside FILE; '
        '"keep": {"door": "gate"} stores an act\'s answer '
        'under another name. {"include": "founding.jsonl"} plays another file of the same folder at that point. '
        'A line with "at" and one of these is a check; exit code 1 if it is otherwise, and then what the file says and '
        'what was found are printed. "open", "done", "notices": {"client", "of", "paragraph", "are", "late", "due", '
        '"owners", "about", "say"}: which duties are open or done, and which notices unread, whose, and by when. '
        '"mails": {"client", "are", "to", "say"}: the e-mails of that day. "gaps": {"client", "on", "days", "by", '
        '"are"}. "phones": {"client", "on", "are"}: the organisations whose phones have the client. "phone": {"of", '
        '"are", "ways"}: the clients on an account\'s phone. "door": {"lock", "client", "opens_for", "through", '
        '"why_not"}: who may open. "journal": {"client", "event", "times", "says"}. An act with "preview": {"opens", '
        '"mails", "phones"} is only tried. Each with an example: docs/plays.md. Lines that begin with # are ignored. '
        "Examples: plays/ and tests/plays/, each in an empty database."
    )
    command.add_argument("file", metavar="FILE", type=Path)
    command.add_argument("--json", action="store_true", help="one JSON line per act")
    command.set_defaults(run=play, of_no_municipality=True)


def import_night(arguments: argparse.Namespace) -> int:
    """Imports a night's extract."""
    from troskel.exchange.case_extract import apply_night
    from troskel.exchange.case_extract.contract import NightRefused
    from troskel.exchange.case_extract.mapping import MappingRefused

    actor = system_actor(ActorKind.IMPORT)
    try:
        report = apply_night.import_night(
            actor,
            arguments.directory,
            day=day_or_today(arguments.day),
            mapping=arguments.mapping,
            dry_run=arguments.dry_run,
            confirm=arguments.confirm,
            progress=print_status,
        )
    except NightRefused as refused:
        raise CommandError(f"the night is refused, nothing has changed: {refused}", EXIT_REFUSED) from None
    except MappingRefused as refused:
        raise CommandError(
            f"{arguments.mapping} can't be used, nothing has changed: {refused}", EXIT_REFUSED
        ) from None
    if arguments.json:
        print_json(report)
    else:
        for line in report["rejected"]:
            print_status(f"rejected: {line['file']} line {line['line']}, {line['column']}: {line['reason']}")
        for line in report["to_decide"]:
            print_status(f"to decide: {line['file']} line {line['line']}, {line['column']}: {line['reason']}")
        for name, count in report["acts"].items():
            print(f"{count:6}  {name}")
        print(f"{report['unchanged']:6}  unchanged")
    return EXIT_SOME_REFUSED if report["refused"] else 0


EXIT_SOME_REFUSED = 1
"""Exit code of a night that is taken in, but an act refused some of its lines."""

GAP_COLUMNS = {
    "client": ("client", "service", "days"),
    "provider": ("client", "service", "organisation", "days"),
}


def gaps(arguments: argparse.Namespace) -> None:
    """Lists gaps in coverage."""
    from troskel.reading import coverage

    by = coverage.By(arguments.by)
    gaps_found = coverage.gaps(system_actor(), day_or_today(arguments.on), arguments.days, by)
    if arguments.json:
        told = [msgspec.structs.asdict(gap) for gap in gaps_found]
        print_json([{name: gap[name] for name in GAP_COLUMNS[arguments.by]} for gap in told])
        return
    for gap in gaps_found:
        organisation = f"{gap.organisation or 'nobody':12}  " if by is coverage.By.PROVIDER else ""
        print(f"{gap.case}  {gap.service:12}  {organisation}from {gap.days[0]}, {len(gap.days)} days")
    print_status(f"{len(gaps_found)} gaps")


def phone_clients(arguments: argparse.Namespace) -> None:
    """Counts clients on each organisation's phones."""
    from troskel.reading import coverage

    known = coverage.Known(arguments.known)
    counts = coverage.phone_clients(system_actor(), day_or_today(arguments.on), known)
    if arguments.json:
        print_json(counts)
        return
    for orgnr, count in counts.items():
        print(f"{orgnr}  {count}")


def clients(arguments: argparse.Namespace) -> None:
    """Counts clients."""
    from troskel.reading import coverage

    counts = msgspec.structs.asdict(coverage.count_clients(system_actor()))
    if arguments.json:
        print_json(counts)
        return
    for name, count in counts.items():
        print(f"{count:6}  {name.replace('_', ' ')}")


def duties(arguments: argparse.Namespace) -> None:
    """Lists duties."""
    from troskel.reading import worklist

    columns = ("paragraph", "case", "client", "organisation", "role", "opened", "due", "state", "kind", "ask",
             "days_late", "person", "escalated", "deputy")  # fmt: skip
    rows = worklist.duties_on(system_actor(), day_or_today(arguments.on))
    if arguments.json:
        print_json([{name: getattr(row, name) for name in columns} for row in rows])
        return
    for row in rows:
        if row.state in ("open", "late"):
            due = row.due or "not yet"
            duty = f"{row.paragraph:3} {row.ask:14} {row.case or '':10} {row.role:14}"
            escalated = ", escalated" if row.escalated else ""
            print(f"{duty} due {due}  {row.state}{escalated}")


def play(arguments: argparse.Namespace) -> int:
    """Carries out a file of acts."""
    from django.conf import settings

    from troskel.cli.play_runner import play_file

    if settings.PRODUCTION:
        raise CommandError("a play acts as anybody, by a clock of its own: never in production", EXIT_REFUSED)
    return play_file(arguments.file, as_json=arguments.json)
