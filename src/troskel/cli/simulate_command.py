# SPDX-License-Identifier: EUPL-1.2
"""The command 'simulate': runs an invented municipality and checks the rules."""

from __future__ import annotations

import argparse
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from troskel.cli.optional import ensure_bumble
from troskel.cli.output import (
    EXIT_REFUSED,
    CommandError,
    integer_between,
    municipality,
    print_json,
    print_status,
)

DAYS_PER_YEAR = 365
MAX_SEED = 9_999


def add_to(commands: Any) -> None:
    """Adds this command to the parser."""
    command = commands.add_parser("simulate", help="simulate an invented municipality, and check every rule")
    command.description = (
        "Simulates an invented municipality day by day through the acts, ending today: clients come, move and die; "
        "people do, forget and delay their duties. The same seed on the same day produces the same journal. Prints "
        "the acts and how well the routine was followed. Uses a temporary database, unless --database names an empty "
        "one. Exit code 1 if a rule is broken, or an act is refused unexpectedly. locks: a street of locks that phones "
        "open without a network, with jams, lost power, lost clocks and full memories; no database. Exit code 1 if a "
        "door opened that nobody had asked for, or twice, a line of a log is lost, or a memory put back is not found."
    )
    command.add_argument(
        "what",
        nargs="?",
        choices=["municipality", "locks"],
        default="municipality",
        help="default: municipality",
    )
    command.add_argument(
        "--doors", type=integer_between(1, 10_000), default=100, help="locks: how many (default: 100)"
    )
    command.add_argument(
        "--openings", type=integer_between(1, 1000), default=10, help="locks: of each door (default: 10)"
    )
    command.add_argument(
        "--over",
        choices=["bumble"],
        help="locks: as Bluetooth devices on bumble's virtual link, with small packets and broken lines besides",
    )
    command.add_argument(
        "--at",
        metavar="TRANSPORT",
        help="locks: be one lock on the Bluetooth controller at this transport of bumble (usb:0, "
        "tcp-client:127.0.0.1:9001), until Ctrl-C",
    )
    command.add_argument(
        "--issuer",
        action="append",
        default=[],
        metavar="KEY",
        help="locks: whose grants the lock at --at takes: as enrol_lock answers; may be repeated",
    )
    length = command.add_mutually_exclusive_group()
    length.add_argument("--years", type=integer_between(1, 20), default=2, help="how many years (default: 2)")
    length.add_argument(
        "--days",
        type=integer_between(1, 7300),
        help="how many days, instead of years; events are more frequent below 120",
    )
    chance = command.add_mutually_exclusive_group()
    chance.add_argument("--seed", type=integer_between(0, 10**9), default=7, help="random seed (default: 7)")
    chance.add_argument(
        "--seeds", type=_seeds, metavar="A-B", help="several simulations, each in its own municipality"
    )
    command.add_argument(
        "--clients",
        type=integer_between(1, 20_000),
        default=300,
        help="how many clients in care (default: 300)",
    )
    command.add_argument(
        "--rough",
        action="store_true",
        help="a rougher life: changes told late, withdrawals, corrections, deaths undone, a bankruptcy; any act may be "
        "refused",
    )
    command.add_argument("--check", action="store_true", help="check every rule after each day")
    command.add_argument(
        "--stop",
        action="store_true",
        help="check, and stop a simulation on the first day on which a rule is broken; print the journal and the "
        "duties of the homes concerned",
    )
    command.add_argument("--json", action="store_true", help="JSON: a list with one result for each seed")
    command.add_argument(
        "--database", metavar="URL", help="the database to use, in the format of TROSKEL_DATABASE; it is kept"
    )
    command.set_defaults(run=simulate, without_database=True)


def _seeds(text: str) -> range:
    match = re.fullmatch(r"(\d+)-(\d+)", text, re.ASCII)
    if match is None or not 1 <= int(match[1]) <= int(match[2]) <= MAX_SEED:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no range of seeds: write it as 1-20, at most {MAX_SEED}"
        )
    return range(int(match[1]), int(match[2]) + 1)


def simulate(arguments: argparse.Namespace) -> int:
    """Simulates, checks and reports."""
    if arguments.what == "locks":
        return _simulate_locks(arguments)
    with tempfile.TemporaryDirectory(prefix="troskel-simulate-") as folder:
        os.environ["TROSKEL_DATABASE"] = arguments.database or f"sqlite:///{Path(folder) / 'life.sqlite3'}"
        return _simulate(arguments)


def _simulate_locks(arguments: argparse.Namespace) -> int:
    from troskel.simulator import lock_street

    if arguments.at or arguments.over:
        ensure_bumble()
    if arguments.at:
        return _be_a_lock(arguments.at, arguments.issuer)
    run = lock_street.run_street_over_air if arguments.over else lock_street.run_street
    result = run(arguments.doors, arguments.openings, arguments.seed)
    if arguments.json:
        print_json(result)
        return 0 if result.is_sound else 1
    print(f"{result.doors} doors, asked {result.asked} times, {result.median_ms} ms each (median)")
    for title, counts in (("outcome", result.outcomes), ("fault", result.faults)):
        for name, count in sorted(counts.items(), key=lambda item: -item[1]):
            print(f"  {count:6} {title} {name}")
    for name in ("openings_nobody_asked_for", "double_openings", "lines_lost", "contradictions"):
        print(f"  {getattr(result, name):6} {name.replace('_', ' ')}")
    print(f"  {result.put_back_found:6} of {result.memories_put_back} memories that were put back are found")
    return 0 if result.is_sound else 1


def _be_a_lock(transport: str, issuers: list[str]) -> int:
    """Prints what `enrol_lock` asks for, and answers phones until stopped. The key is new each time."""
    import asyncio
    import secrets

    from cryptography.hazmat.primitives.asymmetric import ec

    from troskel.doorproto.cose import key_at, name_of, point_of
    from troskel.simulator.door_locks import LockMailbox, LockThing
    from troskel.simulator.lock_in_air import NoController, serve_lock

    try:
        keys = [key_at(bytes.fromhex(issuer)) for issuer in issuers]
    except ValueError as error:
        raise CommandError(f"--issuer: not a public key: {error}") from error
    number, key = secrets.token_bytes(8), ec.generate_private_key(ec.SECP256R1())
    lock = LockThing(number, key, {name_of(issuer): issuer for issuer in keys})
    print_json({"number": number.hex(), "key": point_of(key.public_key()).hex(), "at": transport})
    try:
        asyncio.run(serve_lock(transport, LockMailbox(lock.hello, lock.answer)))
    except NoController as error:
        raise CommandError(f"no Bluetooth controller at {transport}: {error}") from error
    except KeyboardInterrupt:
        pass
    return 0


def _simulate(arguments: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    from troskel.cli import tables
    from troskel.simulator.run import simulate as run_simulation

    if settings.PRODUCTION:
        raise CommandError(
            "this lives by a clock of its own: never where TROSKEL_PRODUCTION is set", EXIT_REFUSED
        )
    tables.ensure_ready()
    results = []
    for seed in arguments.seeds or [arguments.seed]:
        code = f"{seed:04}" if arguments.seeds else municipality()
        days = arguments.days or arguments.years * DAYS_PER_YEAR
        result = run_simulation(
            code,
            days=days,
            clients=arguments.clients,
            seed=seed,
            check=arguments.check or arguments.stop,
            is_stopped=arguments.stop,
            is_rough=arguments.rough,
            tell=print_status if arguments.seeds is None else lambda _: None,
        )
        results.append(result)
        print_status(_summary(result))
    connection.close()
    if arguments.json:
        print_json(results)
    else:
        for result in results:
            _print(result)
    return 0 if all(result.is_sound for result in results) else 1


def _summary(result: Any) -> str:
    parts = [
        f"seed {result.seed}: {result.days} days, {result.clients} clients",
        f"{result.acts} acts in {result.seconds} s ({result.acts_per_second} a second)",
        f"{sum(result.refused.values())} refusals, {len(result.faults)} faults",
    ]
    if result.days_checked:
        parts.append(f"{result.days_checked} days checked, {len(result.broken)} rules broken")
    return ", ".join(parts)


def _print(result: Any) -> None:
    print(_summary(result))
    for act, count in sorted(result.by_act.items(), key=lambda item: -item[1]):
        print(f"  {count:6} {act}")
    for rule, count in result.refused.items():
        print(f"  {count:6} refused by {rule}")
    for broken in result.broken:
        print(f"  BROKEN on {broken.day}: {broken.rule}: {broken.message}")
    for fault in result.faults:
        print(f"  FAULT on {fault.day}: {fault.who} {fault.act}: {fault.rule}: {fault.message}")
    for line in result.history:
        print(f"  {line}")
    print("  paragraph         asked  in time  late  open  moot  median days")
    for row in result.conformance:
        days = "–" if row.days is None else f"{row.days:g}"
        name = f"{row.paragraph} {row.ask}"
        print(
            f"  {name:17} {row.asked:5}  {row.in_time:7}  {row.late:4}  {row.open:4}  {row.moot:4}  {days:>11}"
        )
