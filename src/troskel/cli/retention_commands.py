# SPDX-License-Identifier: EUPL-1.2
"""Commands about retention: show, preview, blank."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from troskel.cli.output import (
    EXIT_REFUSED,
    CommandError,
    day_or_today,
    integer_between,
    parse_day,
    print_json,
    print_status,
    system_actor,
)

MAX_BATCH_ROWS = 5000


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("retention", help="show retention times, and blank data that is due")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("show", help="show the retention plan, and how much of each kind is due")
    verb.description = (
        "Shows the plan in force on a day (a file retention-<first day>.toml of routines/troskelby, or of the folder "
        "TROSKEL_RETENTION): each kind of data, its legal basis that day, its retention time and starting point, and "
        "how many rows are due. A future day shows what will be due by then, if nothing more is written. Lines marked "
        "! need a lawyer's opinion."
    )
    verb.add_argument("--on", type=parse_day, metavar="DAY", help="as 2026-11-20 (default: today)")
    verb.add_argument("--language", choices=["sv", "en"], default="sv", help="default: sv")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=show, of_no_municipality=True)
    verb = verbs.add_parser("preview", help="print what would be blanked, and change nothing")
    verb.description = (
        "Runs the blanking and rolls it back, for each KIND or for the whole plan: how many rows the first batch would "
        "blank, and how many would remain."
    )
    _add_values(verb)
    verb.set_defaults(run=preview)
    verb = verbs.add_parser("blank", help="blank or delete data that is due, permanently")
    verb.description = (
        "Blanks the data that is due of each KIND (or, with --all, of every kind of the plan), in batches until none "
        "remain. Each batch is an act and a line of the journal, with the plan's version and the rows; the chain "
        "still verifies (troskel journal verify). It can't be undone: run preview first. Earlier copies of the "
        "database still contain the data."
    )
    _add_values(verb)
    verb.add_argument("--all", action="store_true", help="every kind of the plan")
    verb.set_defaults(run=blank)


def _add_values(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("kind", nargs="*", metavar="KIND", help="as names; 'retention show' lists them")
    verb.add_argument(
        "--on",
        type=parse_day,
        metavar="DAY",
        help="the day whose plan is used; not in the future (default: today)",
    )
    verb.add_argument(
        "--limit",
        type=integer_between(1, MAX_BATCH_ROWS),
        default=1000,
        metavar="N",
        help=f"rows in a batch, 1 to {MAX_BATCH_ROWS} (default: 1000)",
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")


def show(arguments: argparse.Namespace) -> None:
    """Prints the plan."""
    from troskel.reading import retention

    plan = retention.retention(system_actor(), day_or_today(arguments.on))
    if arguments.json:
        print_json(plan)
        return
    language, header = arguments.language, plan.header
    print(getattr(header.title, language))
    print(
        f"{header.id} · {header.valid_from} · {getattr(header.approved_by, language)} {header.approved_on}"
        f" · {plan.version[:12]}"
    )
    for kind in plan.kinds:
        time = f"{kind.years} år" if kind.years and language == "sv" else f"{kind.years} years"
        if not kind.years:
            time = f"{kind.days} {'dagar' if language == 'sv' else 'days'}"
        counted_from = getattr(kind.counted_from, language)
        print(f"\n{kind.due:6}  {kind.id:17} {getattr(kind.what, language)}")
        print(f"        SFS {kind.basis} · {time} · {counted_from} · ≤ {kind.last_due_day}")
        print(f"        {getattr(kind.basis_text, language)}")
        if kind.lawyer:
            print(f"      ! {getattr(kind.lawyer, language)}")


def preview(arguments: argparse.Namespace) -> None:
    """Prints what would be blanked."""
    _print_answers(arguments, [_run_batch(kind, arguments, preview=True) for kind in _kinds(arguments)])


def blank(arguments: argparse.Namespace) -> None:
    """Blanks the data that is due."""
    if not arguments.kind and not arguments.all:
        raise CommandError(
            "say which kinds, or --all: 'troskel retention preview' tells what is due", EXIT_REFUSED
        )
    answers = []
    for kind in _kinds(arguments):
        blanked = 0
        while True:
            answer = _run_batch(kind, arguments, preview=False)
            blanked += answer["blanked"]
            if not answer["blanked"] or not answer["remain"]:
                break
            print_status(f"{kind}: {blanked} blanked, {answer['remain']} remain")
        answers.append(answer | {"blanked": blanked})
    _print_answers(arguments, answers)


def _kinds(arguments: argparse.Namespace) -> list[str]:
    from troskel.retention import plans

    kinds: list[str] = list(dict.fromkeys(arguments.kind))
    return kinds or [kind.id for kind in plans.in_force(day_or_today(arguments.on)).kinds]


def _run_batch(kind: str, arguments: argparse.Namespace, *, preview: bool) -> dict[str, Any]:
    from troskel.acts.chapters import REGISTER

    on: date = day_or_today(arguments.on)
    values = {"kind": kind, "on": on.isoformat(), "limit": arguments.limit}
    return REGISTER["blank_details"].perform(system_actor(), values, preview=preview).answer


def _print_answers(arguments: argparse.Namespace, answers: list[dict[str, Any]]) -> None:
    if arguments.json:
        print_json(answers)
        return
    for answer in answers:
        print(f"{answer['blanked']:6}  {answer['kind']:17} {answer['remain']:6} remain")
