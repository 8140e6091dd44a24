# SPDX-License-Identifier: EUPL-1.2
"""Commands about the days that are turned: confirm, take-back."""

from __future__ import annotations

import argparse
from typing import Any

from troskel.cli.output import actor_of_account, day_or_today, parse_day, print_json, print_status


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("day", help="say which day it is; take back days that have not been")
    verbs = command.add_subparsers(metavar="VERB", required=True)
    verb = verbs.add_parser("confirm", help="say which day it is, after a standstill of more than a week")
    verb.description = (
        "After more than a week no day is turned until somebody says which it is: the clock may be wrong. Then the "
        "worker turns the days since."
    )
    verb.add_argument(
        "day", nargs="?", type=parse_day, metavar="DAY", help="as 2026-11-30 (default: as the clock says)"
    )
    _add_person(verb)
    verb.set_defaults(run=confirm)
    verb = verbs.add_parser("take-back", help="take back days that were turned and have not been")
    verb.description = (
        "After a clock that was too far ahead: a line in the journal takes the days after today back, and duties are "
        "judged anew from the journal, which takes as long as 'journal verify'. Prints what those days did that stays: "
        "planned moves that were carried out. E-mails that were sent are sent."
    )
    _add_person(verb)
    verb.set_defaults(run=take_back)


def _add_person(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--as", dest="account", required=True, metavar="ACCOUNT", help="the system administrator"
    )


def confirm(arguments: argparse.Namespace) -> int:
    """Says which day it is."""
    from troskel.acts.chapters import REGISTER

    values = {"day": day_or_today(arguments.day).isoformat()}
    answer = REGISTER["confirm_day"].perform(actor_of_account(arguments.account), values).answer
    print_json(answer)
    print_status(f"{answer['to_turn']} days are turned by the worker ('troskel worker --once')")
    return 0


def take_back(arguments: argparse.Namespace) -> int:
    """Takes days back."""
    from troskel.acts.chapters import REGISTER

    print_json(REGISTER["take_back_days"].perform(actor_of_account(arguments.account), {}).answer)
    return 0
