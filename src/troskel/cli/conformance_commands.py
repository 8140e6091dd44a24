# SPDX-License-Identifier: EUPL-1.2
"""The command 'conformance': how well the routine is followed."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from troskel.cli.output import day_or_today, parse_day, print_json, print_status, system_actor

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
