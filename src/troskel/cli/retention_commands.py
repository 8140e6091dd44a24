# SPDX-License-Identifier: EUPL-1.2
"""Commands about retention: show, preview, blank."""

from __future__ import annotations

import argparse
from datetime import date
from typing import Any

from troskel.cli.output import REFUSED, Wrong, day, day_or_today, print_json, say, system, whole

LARGEST_BATCH = 5000


def add_to(commands: Any) -> None:
    """Add these commands to the parser."""
    command = commands.add_parser("retention", help="show what is kept how long, and blank what is due")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("show", help="show the retention plan, and how much of each kind is due")
    verb.description = (
        "Shows the plan in force on a day (a file retention-<first day>.toml of routines/troskelby, or of the folder "
        "TROSKEL_RETENTION): each kind of data, its legal basis that day, how long it is kept and from what, and how "
        "many rows are due. A day ahead shows what will be due by then, if nothing more is written. Lines marked ! "
        "ask for a lawyer's word."
    )
    verb.add_argument("--on", type=day, metavar="DAY", help="as 2026-11-20 (default: today)")
    verb.add_argument("--language", choices=["sv", "en"], default="sv", help="default: sv")
    verb.add_argument("--json", action="store_true", help="one JSON document")
    verb.set_defaults(run=show)
    verb = verbs.add_parser("preview", help="say what would be blanked, and change nothing")
    verb.description = (
        "Runs the blanking whole and rolls it back, for each KIND or for all of the plan: how many rows a first batch "
        "would blank, and how many would remain after it."
    )
    _add_values(verb)
    verb.set_defaults(run=preview)
    verb = verbs.add_parser("blank", help="blank or delete what is due, for ever")
    verb.description = (
        "Blanks what is due of each KIND (or, with --all, of every kind of the plan), a batch at a time until nothing "
        "remains. Each batch is an act and a line of the journal, with the plan's version and the rows; the chain "
        "still verifies (troskel journal verify). It can't be undone: see first what preview says. Copies of the "
        "database that were made before still hold what was there."
    )
    _add_values(verb)
    verb.add_argument("--all", action="store_true", help="every kind of the plan")
    verb.set_defaults(run=blank)


def _add_values(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("kind", nargs="*", metavar="KIND", help="as names; 'retention show' lists them")
    verb.add_argument(
        "--on", type=day, metavar="DAY", help="the day whose plan holds; not ahead (default: today)"
    )
    verb.add_argument(
        "--limit",
        type=whole(1, LARGEST_BATCH),
        default=1000,
        metavar="N",
        help=f"rows in a batch, 1 to {LARGEST_BATCH} (default: 1000)",
    )
    verb.add_argument("--json", action="store_true", help="one JSON document")


def show(asked: argparse.Namespace) -> None:
    """Show the plan."""
    from troskel.reading import retention

    shown = retention.retention(system(), day_or_today(asked.on))
    if asked.json:
        print_json(shown)
        return
    tongue, header = asked.language, shown.header
    print(getattr(header.title, tongue))
    print(
        f"{header.id} · {header.valid_from} · {getattr(header.approved_by, tongue)} {header.approved_on}"
        f" · {shown.version[:12]}"
    )
    for kind in shown.kinds:
        time = f"{kind.years} år" if kind.years and tongue == "sv" else f"{kind.years} years"
        if not kind.years:
            time = f"{kind.days} {'dagar' if tongue == 'sv' else 'days'}"
        since = getattr(kind.counted_from, tongue)
        print(f"\n{kind.due:6}  {kind.id:17} {getattr(kind.what, tongue)}")
        print(f"        SFS {kind.basis} · {time} · {since} · ≤ {kind.last_due_day}")
        print(f"        {getattr(kind.basis_text, tongue)}")
        if kind.lawyer:
            print(f"      ! {getattr(kind.lawyer, tongue)}")


def preview(asked: argparse.Namespace) -> None:
    """Say what would be blanked."""
    _told(asked, [_once(kind, asked, preview=True) for kind in _kinds(asked)])


def blank(asked: argparse.Namespace) -> None:
    """Blank what is due."""
    if not asked.kind and not asked.all:
        raise Wrong("say which kinds, or --all: 'troskel retention preview' tells what is due", REFUSED)
    told = []
    for kind in _kinds(asked):
        blanked = 0
        while True:
            answer = _once(kind, asked, preview=False)
            blanked += answer["blanked"]
            if not answer["blanked"] or not answer["remain"]:
                break
            say(f"{kind}: {blanked} blanked, {answer['remain']} remain")
        told.append(answer | {"blanked": blanked})
    _told(asked, told)


def _kinds(asked: argparse.Namespace) -> list[str]:
    from troskel.retention import plans

    named: list[str] = list(dict.fromkeys(asked.kind))
    return named or [kind.id for kind in plans.in_force(day_or_today(asked.on)).kinds]


def _once(kind: str, asked: argparse.Namespace, *, preview: bool) -> dict[str, Any]:
    from troskel.acts.chapters import REGISTER

    on: date = day_or_today(asked.on)
    values = {"kind": kind, "on": on.isoformat(), "limit": asked.limit}
    return REGISTER["blank_details"].perform(system(), values, preview=preview).answer


def _told(asked: argparse.Namespace, told: list[dict[str, Any]]) -> None:
    if asked.json:
        print_json(told)
        return
    for answer in told:
        print(f"{answer['blanked']:6}  {answer['kind']:17} {answer['remain']:6} remain")
