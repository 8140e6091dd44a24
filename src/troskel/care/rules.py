# SPDX-License-Identifier: EUPL-1.2
"""Periods, and which organisations carry out which service. Pure Python."""

from __future__ import annotations

from datetime import date

from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _

FIRST_YEAR, LAST_YEAR = 1900, 2200


def period(valid_from: date | None, valid_through: date | None) -> None:
    """Checks that a period ends on or after the day it begins; both days are included. Raises BadValue."""
    for field, day in (("valid_from", valid_from), ("valid_through", valid_through)):
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadValue(
                field,
                "decision.day_unlikely",
                _("{day} är inte mellan åren {first_year} och {last_year}. Kontrollera året."),
                day=day,
                first_year=FIRST_YEAR,
                last_year=LAST_YEAR,
            )
    if valid_from is not None and valid_through is not None and valid_through < valid_from:
        raise BadValue(
            "valid_through",
            "decision.ends_before_start",
            _("{day} är före den första dagen, {first_day}. Rätta en av dem."),
            day=valid_through,
            first_day=valid_from,
        )


def earlier_end(valid_from: date, valid_through: date | None, end: date) -> date:
    """Returns the last day after an early ending: never after the planned end, never before the first day."""
    last = end if valid_through is None else min(end, valid_through)
    return max(last, valid_from)


def within_life(died: date | None, begins: date | None = None) -> None:
    """Nothing is decided about the dead that begins after the day of death, and nothing is said to them (rule 6)."""
    if died is not None and (begins is None or begins > died):
        raise Refusal(
            "rule 6",
            "client.has_died",
            _("Kunden avled {day}. Efter det beslutas, fördelas och berättas inget."),
            day=died,
        )


def carries_out(kind: str, service: str) -> None:
    """Home care is allocated to an organisation that gives it, an alarm to one that gives care or answers alarms."""
    if kind == "alarm" and service == "home_care":
        raise Refusal(
            "A4",
            "organisation.only_answers_alarms",
            _("Organisationen svarar bara på larm. Fördela hemtjänsten till en hemtjänstutförare."),
        )
    if kind not in ("home_care", "alarm", "municipality"):
        raise Refusal(
            "A4",
            "organisation.gives_no_care",
            _("Organisationen utför varken hemtjänst eller larm. Fördela {service} till en utförare."),
            service=service,
        )
