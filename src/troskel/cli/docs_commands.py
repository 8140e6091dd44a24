# SPDX-License-Identifier: EUPL-1.2
"""Commands about the documentation: the generated pages of acts, readings, refusals and settings."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from troskel.cli.output import CommandError, print_status

CHECKOUT = Path(__file__).resolve().parents[3]
ACTS_PAGE = Path("docs", "acts.md")
READINGS_PAGE = Path("docs", "readings.md")
REFUSALS_PAGE = Path("docs", "refusals.md")
SETTINGS_PAGE = Path("docs", "settings.md")


def add_to(commands: Any) -> None:
    """Adds these commands to the parser."""
    command = commands.add_parser("acts", help="print the page of all acts (docs/acts.md)")
    command.description = (
        "Prints the page of all acts, generated from the register of acts, the shipped routine and the names of the "
        "tests: for each paragraph its acts and tests; for each act its meaning, roles, values, the events it writes, "
        "and what these open or fulfil. Works only in a checkout, which has the tests."
    )
    command.add_argument("--write", action="store_true", help="write docs/acts.md instead of printing it")
    command.set_defaults(run=acts, without_database=True)
    command = commands.add_parser("readings", help="print the page of all readings (docs/readings.md)")
    command.description = "Prints the page of all readings: who may read what, and what it answers."
    command.add_argument("--write", action="store_true", help="write docs/readings.md instead of printing it")
    command.set_defaults(run=readings, without_database=True)
    command = commands.add_parser("refusals", help="print the page of all refusals (docs/refusals.md)")
    command.description = (
        "Prints the page of all refusals, generated from the source: for each code its HTTP status, paragraph or rule, "
        "Swedish and English text, and where it is raised."
    )
    command.add_argument("--write", action="store_true", help="write docs/refusals.md instead of printing it")
    command.set_defaults(run=refusals, without_database=True)
    command = commands.add_parser("settings", help="print the page of all settings (docs/settings.md)")
    command.description = (
        "Prints the page of all settings: what each is, its default, where it may come from."
    )
    command.add_argument("--write", action="store_true", help="write docs/settings.md instead of printing it")
    command.set_defaults(run=settings, without_database=True)


def acts(arguments: argparse.Namespace) -> None:
    """Prints the page, or writes it."""
    import django

    django.setup()
    from troskel.cli.acts_page import page

    if not (CHECKOUT / "tests").is_dir():
        raise CommandError("the page names the tests, and there are none here: run it in a checkout")
    _print_or_write(page(CHECKOUT), ACTS_PAGE, is_written=arguments.write)


def readings(arguments: argparse.Namespace) -> None:
    """Prints the page, or writes it."""
    import django

    django.setup()
    from troskel.cli.readings_page import page

    _print_or_write(page(), READINGS_PAGE, is_written=arguments.write)


def refusals(arguments: argparse.Namespace) -> None:
    """Prints the page, or writes it."""
    import django

    django.setup()
    from troskel.cli.refusals_page import page

    _print_or_write(page(), REFUSALS_PAGE, is_written=arguments.write)


def settings(arguments: argparse.Namespace) -> None:
    """Prints the page, or writes it."""
    from django.conf import settings as in_force

    from troskel.cli.settings_page import page

    _print_or_write(page(in_force.TROSKEL_SETTINGS), SETTINGS_PAGE, is_written=arguments.write)


def _print_or_write(text: str, page: Path, *, is_written: bool) -> None:
    if is_written and not (CHECKOUT / "docs").is_dir():
        raise CommandError("there is no folder docs here: run it in a checkout")
    if is_written:
        (CHECKOUT / page).write_text(text, encoding="utf-8")
        print_status(f"{page} written")
    else:
        print(text, end="")
