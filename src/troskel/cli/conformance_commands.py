# SPDX-License-Identifier: EUPL-1.2
"""The command 'conformance': how well the routine is followed."""

from __future__ import annotations

import argparse
from datetime import timedelta
from typing import Any

from troskel.cli.output import day, day_or_today, print_json, say, system

A_QUARTER = timedelta(days=90)


def add_to(commands: Any) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("conformance", help="how well the routine is followed, by paragraph")
    command.description = (
        "Counts the duties and notices that were asked in a period, by paragraph and ask: done in time, done late, "
        "open (and of these late), fallen away; the share in time, of what was done or should have been by now; and "
        "the days from asked to done, the one in the middle and the longest. As it stands today. No client is named."
    )
    command.add_argument(
        "--from",
        dest="first",
        type=day,
        metavar="DAY",
        help="the first day (default: 90 days before the last)",
    )
    command.add_argument(
        "--through", dest="last", type=day, metavar="DAY", help="the last day (default: today)"
    )
    command.add_argument(
        "--by",
        choices=["paragraph", "organisation"],
        default="paragraph",
        help="organisation: a line for each too",
    )
    command.add_argument("--json", action="store_true", help="one JSON document")
    command.set_defaults(run=conformance)


def conformance(asked: argparse.Namespace) -> None:
    """Show the figures."""
    from troskel.reading.conformance import conformance_of

    last = day_or_today(asked.last)
    first = asked.first or last - A_QUARTER
    found = conformance_of(system(), first, last, by_organisation=asked.by == "organisation")
    if asked.json:
        print_json(found)
        return
    print("                   organisation  asked  in time  late  open (late)  moot   share  median  longest")
    for row in found.items:
        share = "–" if row.share_in_time is None else f"{row.share_in_time:.0%}"
        median = "–" if row.median_days is None else f"{row.median_days:g}"
        longest = "–" if row.longest_days is None else row.longest_days
        still = f"{row.open} ({row.open_late})"
        print(
            f"{row.paragraph:3} {row.ask:14} {row.organisation or '':12}  {row.asked:5}  {row.in_time:7}  {row.late:4}"
            f"  {still:>11}  {row.moot:4}  {share:>6}  {median:>6}  {longest:>7}"
        )
    say(f"asked {first} through {last}, as it stood {found.on}")
