# SPDX-License-Identifier: EUPL-1.2
"""The command 'conformance': how well the routine is followed; with `lock`, whether a lock does what is asked of it."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from troskel.cli.output import (
    EXIT_REFUSED,
    CommandError,
    day_or_today,
    parse_day,
    print_json,
    print_status,
    system_actor,
)

DEFAULT_PERIOD = timedelta(days=90)


def add_to(commands: Any) -> None:
    """Adds the command to the parser."""
    command = commands.add_parser("conformance", help="how well the routine is followed, by paragraph")
    command.description = (
        "Counts the duties and notices that were opened in a period, by paragraph and ask: done in time, done late, "
        "open (and late of these), moot; the share in time of those done or due by now; and the median and longest "
        "number of days from opened to done. States are those of today. No client is named."
    )
    command.add_argument(
        "--from",
        dest="first",
        type=parse_day,
        metavar="DAY",
        help="the first day (default: 90 days before the last)",
    )
    command.add_argument(
        "--through", dest="last", type=parse_day, metavar="DAY", help="the last day (default: today)"
    )
    command.add_argument(
        "--by",
        choices=["paragraph", "organisation"],
        default="paragraph",
        help="organisation: also one line for each",
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=conformance)
    _add_lock(command.add_subparsers(title="of something else", metavar="lock"))


def _add_lock(commands: Any) -> None:
    command = commands.add_parser("lock", help="whether a lock and its driver hold to every requirement")
    command.description = (
        "Tries a real lock by its URL, in the form of TROSKEL_LOCKS, and prints each requirement: held, failed (and "
        "what was seen) or not applicable to what this kind of lock can. Needs no database. THE LOCK TURNS, some "
        "thirty times: try one that lies on a bench. Exit code 1 where a requirement failed."
    )
    command.add_argument(
        "url", metavar="URL", help="as mqtt+nuki://user:password@host:1883/, https://host/ or none"
    )
    command.add_argument(
        "--serial", default="L1", help="the lock's own number, as it is registered (default: L1)"
    )
    command.add_argument(
        "--json", action="store_true", help="JSON: a list with one result for each requirement"
    )
    command.set_defaults(run=try_lock, without_database=True)


def conformance(arguments: argparse.Namespace) -> None:
    """Prints the figures."""
    from troskel.reading.conformance import conformance_report

    last = day_or_today(arguments.last)
    first = arguments.first or last - DEFAULT_PERIOD
    report = conformance_report(system_actor(), first, last, by_organisation=arguments.by == "organisation")
    if arguments.json:
        print_json(report)
        return
    print("                   organisation  asked  in time  late  open (late)  moot   share  median  longest")
    for row in report.items:
        share = "–" if row.share_in_time is None else f"{row.share_in_time:.0%}"
        median = "–" if row.median_days is None else f"{row.median_days:g}"
        longest = "–" if row.longest_days is None else row.longest_days
        open_and_late = f"{row.open} ({row.open_late})"
        print(
            f"{row.paragraph:3} {row.ask:14} {row.organisation or '':12}  {row.asked:5}  {row.in_time:7}  {row.late:4}"
            f"  {open_and_late:>11}  {row.moot:4}  {share:>6}  {median:>6}  {longest:>7}"
        )
    print_status(f"asked {first} through {last}, as it stood {report.on}")


def try_lock(arguments: argparse.Namespace) -> int:
    """Tries a lock, requirement by requirement."""
    with tempfile.TemporaryDirectory(prefix="troskel-conformance-") as folder:
        os.environ["TROSKEL_DATABASE"] = f"sqlite:///{Path(folder) / 'none.sqlite3'}"
        return _try_lock(arguments)


def _try_lock(arguments: argparse.Namespace) -> int:
    from troskel.access.drivers import LockAt
    from troskel.access.locks.conformance import LockOnTrial, TrialVerdict, run_suite
    from troskel.access.locks.records import KeptInMemory
    from troskel.access.locks.urls import driver_of
    from troskel.ground.ids import new_id

    lock, door = LockAt("0999", arguments.serial), new_id()
    try:
        driver = driver_of(arguments.url, lambda: KeptInMemory({lock.serial: door}))
    except ValueError as wrong:
        raise CommandError(f"the URL {wrong}", EXIT_REFUSED) from None
    tried = []
    for one in run_suite(LockOnTrial(driver, lock, door, new_id())):
        tried.append(one)
        if not arguments.json:
            seen = f": {one.seen}" if one.seen else ""
            name, words = one.requirement.name, one.requirement.words
            print(f"{one.verdict:14}  {name:24}  {words}{seen}", flush=True)
    if arguments.json:
        shown = [(one.requirement.name, one.requirement.words, one.verdict, one.seen) for one in tried]
        print_json([dict(zip(("name", "requirement", "verdict", "seen"), one, strict=True)) for one in shown])
    counts = Counter(one.verdict for one in tried)
    print_status(", ".join(f"{counts[verdict]} {verdict}" for verdict in TrialVerdict))
    return 1 if counts[TrialVerdict.FAILED] else 0
