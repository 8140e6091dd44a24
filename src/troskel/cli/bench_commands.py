# SPDX-License-Identifier: EUPL-1.2
"""`troskel bench`: what acts, pages, nights, doors, phones and backups cost; what a crash loses."""

from __future__ import annotations

import argparse
from typing import Any

from troskel.cli.optional import ensure_bumble
from troskel.cli.output import integer_between, print_json, print_status


def add_to(commands: Any) -> None:
    """Adds this command to the parser."""
    command = commands.add_parser(
        "bench", help="measure acts, pages, nights, doors or phones against a baseline; crash it"
    )
    command.description = (
        "act: hands a tag over and back and opens a door through the API, each time next to a bare view with one "
        "insert; and the access decision and the chain's head next to bare SQL. pages: "
        "requests every page as each of its roles, with many clients loaded directly, next to a bare view. nights: "
        "takes in first nights of 1,500, 15,000 and 60,000 clients and turns the next day, while others act and look "
        "at pages of a served Tröskel; then visits a second, next to a bare view. doors: issues and verifies grants "
        "of the door protocol, next to a bare signature. air: opens a door over Bluetooth, on bumble's virtual link, "
        "next to the bare link and to the same without a link. sync: sends what 20 phones have noted in batches of 50, "
        "next to a bare view and to the bare writing of as many rows. crash: kills server, child, worker "
        "and database (kill -9) under a mixed load, and tells what was acknowledged, lost and doubled. keeping: "
        "backup, drill and restore of a municipality (--clients, default 15000) with two years of history. All but "
        "doors and air use a temporary database of the kind that TROSKEL_DATABASE names; all print JSON. If a page "
        "breaks a limit (queries, bytes sent), 'broken' tells which, and the exit code is 1; as it is where something "
        "was lost."
    )
    command.add_argument(
        "what", choices=["act", "pages", "nights", "doors", "air", "sync", "crash", "keeping"]
    )
    command.add_argument(
        "--rounds",
        type=integer_between(1, 100_000),
        help="default: 200 of an act, 20 of each page, 2000 of a grant, 200 over the air, 200 batches of phones",
    )
    command.add_argument(
        "--clients",
        type=integer_between(100, 1_000_000),
        help="for pages (default: 250000) and keeping (default: 15000)",
    )
    command.add_argument(
        "--nights",
        type=integer_between(10, 1_000_000),
        nargs="+",
        metavar="CLIENTS",
        help="for nights: their sizes (default: 1500 15000 60000)",
    )
    command.add_argument(
        "--workers", type=integer_between(1, 64), default=2, help="for nights: of the server (default: 2)"
    )
    command.add_argument(
        "--kills", type=integer_between(1, 100_000), default=20, help="for crash (default: 20)"
    )
    command.add_argument(
        "--seed", type=integer_between(1, 1_000_000), default=1, help="for crash: when, and whom (default: 1)"
    )
    command.set_defaults(run=bench, of_no_municipality=True)


def bench(arguments: argparse.Namespace) -> int:
    """Measures acts, pages, nights, doors or phones; or crashes it."""
    if arguments.what == "pages":
        from troskel.cli.bench_pages import bench_pages

        report = bench_pages(arguments.clients or 250_000, arguments.rounds or 20)
        print_json(report)
        return 1 if report["broken"] else 0
    if arguments.what == "nights":
        from troskel.cli.bench_nights import SIZES, bench_nights

        print_json(bench_nights(arguments.nights or SIZES, arguments.workers, print_status))
        return 0
    if arguments.what == "crash":
        from troskel.cli.bench_crash import bench_crash

        report = bench_crash(arguments.kills, arguments.seed, print_status)
        print_json(report)
        return 1 if report["lost"] or report["doubled"] or report["wrong"] or report["mail"]["left"] else 0
    if arguments.what == "keeping":
        from troskel.cli.bench_keeping import bench_keeping

        print_json(bench_keeping(arguments.clients or 15_000, print_status))
        return 0
    if arguments.what == "doors":
        from troskel.cli.bench_doors import bench_doors

        print_json(bench_doors(arguments.rounds or 2000))
        return 0
    if arguments.what == "air":
        ensure_bumble()
        from troskel.cli.bench_air import bench_air

        print_json(bench_air(arguments.rounds or 200))
        return 0
    if arguments.what == "sync":
        from troskel.cli.bench_sync import bench_sync

        print_json(bench_sync(arguments.rounds or 200))
        return 0
    from troskel.cli.bench_acts import bench_act

    print_json(bench_act(arguments.rounds or 200))
    return 0
