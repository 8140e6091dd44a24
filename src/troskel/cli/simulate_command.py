# SPDX-License-Identifier: EUPL-1.2
"""The command that lives an invented municipality for its own sake: simulate."""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from troskel.cli.output import municipality, print_json, say, whole

A_YEAR = 365
MOST_SEEDS = 9_999


def add_to(commands: Any) -> None:
    """Add this command to the parser."""
    command = commands.add_parser("simulate", help="live an invented municipality, and check every rule")
    command.description = (
        "Lives an invented municipality day by day through the acts, ending today: clients come, move and die; people "
        "do, forget and delay what the routine asks of them. The same seed on the same day gives the same journal. "
        "Prints what was done and how the routine was followed. It uses a database of its own, thrown away afterwards, "
        "unless --database names an empty one. Exit code 1 where a rule is broken, or somebody is refused without "
        "reason."
    )
    length = command.add_mutually_exclusive_group()
    length.add_argument("--years", type=whole(1, 20), default=2, help="how many years (default: 2)")
    length.add_argument(
        "--days", type=whole(1, 7300), help="how many days, instead of years; life is brisk below 120"
    )
    chance = command.add_mutually_exclusive_group()
    chance.add_argument("--seed", type=whole(0, 10**9), default=7, help="which life (default: 7)")
    chance.add_argument(
        "--seeds", type=_seeds, metavar="A-B", help="many lives, each in a municipality of its own"
    )
    command.add_argument(
        "--clients", type=whole(1, 20_000), default=300, help="how many in care (default: 300)"
    )
    command.add_argument("--check", action="store_true", help="ask every rule after each day")
    command.add_argument("--json", action="store_true", help="JSON, a list with a life for each seed")
    command.add_argument(
        "--database", metavar="URL", help="where to live it, as TROSKEL_DATABASE has it; stays there"
    )
    command.set_defaults(run=simulate, without_database=True)


def _seeds(written: str) -> range:
    found = re.fullmatch(r"(\d+)-(\d+)", written, re.ASCII)
    if found is None or not 1 <= int(found[1]) <= int(found[2]) <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(
            f"{written!r} is no range of seeds: write it as 1-20, at most {MOST_SEEDS}"
        )
    return range(int(found[1]), int(found[2]) + 1)


def simulate(asked: argparse.Namespace) -> int:
    """Live, check and tell."""
    with tempfile.TemporaryDirectory(prefix="troskel-simulate-") as folder:
        os.environ["TROSKEL_DATABASE"] = asked.database or f"sqlite:///{Path(folder) / 'life.sqlite3'}"
        return _simulate(asked)


def _simulate(asked: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.db import connection

    from troskel.cli import tables
    from troskel.simulator.simulating import simulate as live

    tables.ready()
    lives = []
    for seed in asked.seeds or [asked.seed]:
        code = f"{seed:04}" if asked.seeds else municipality()
        days = asked.days or asked.years * A_YEAR
        lived = live(
            code,
            days=days,
            clients=asked.clients,
            seed=seed,
            check=asked.check,
            tell=say if asked.seeds is None else lambda _: None,
        )
        lives.append(lived)
        say(_in_short(lived))
    connection.close()
    if asked.json:
        print_json(lives)
    else:
        for lived in lives:
            _print(lived)
    return 0 if all(lived.is_sound for lived in lives) else 1


def _in_short(lived: Any) -> str:
    told = [
        f"seed {lived.seed}: {lived.days} days, {lived.clients} clients",
        f"{lived.acts} acts in {lived.seconds} s ({lived.acts_per_second} a second)",
        f"{sum(lived.refused.values())} refusals, {len(lived.faults)} faults",
    ]
    if lived.days_checked:
        told.append(f"{lived.days_checked} days checked, {len(lived.broken)} rules broken")
    return ", ".join(told)


def _print(lived: Any) -> None:
    print(_in_short(lived))
    for act, count in sorted(lived.by_act.items(), key=lambda item: -item[1]):
        print(f"  {count:6} {act}")
    for rule, count in lived.refused.items():
        print(f"  {count:6} refused by {rule}")
    for broken in lived.broken:
        print(f"  BROKEN on {broken.day}: {broken.rule}: {broken.message}")
    for fault in lived.faults:
        print(f"  FAULT on {fault.day}: {fault.who} {fault.act}: {fault.rule}: {fault.message}")
    print("  paragraph         asked  in time  late  open  moot  median days")
    for kept in lived.conformance:
        days = "–" if kept.days is None else f"{kept.days:g}"
        name = f"{kept.paragraph} {kept.ask}"
        print(
            f"  {name:17} {kept.asked:5}  {kept.in_time:7}  {kept.late:4}  {kept.open:4}  {kept.moot:4}  {days:>11}"
        )
