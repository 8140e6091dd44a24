# SPDX-License-Identifier: EUPL-1.2
"""Periods, and which organisations carry out which service. Pure Python."""

from __future__ import annotations

from datetime import date

from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.ground.years import FIRST_YEAR, LAST_YEAR, can_be_meant


def period(valid_from: date | None, valid_through: date | None) -> None:
    """Checks that a period ends on or after the day it begins; both days are included. Raises BadValue."""
    for field, day in (("valid_from", valid_from), ("valid_through", valid_through)):
        if day is not None and not can_be_meant(day):
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


def earlier_end(valid_through: date | None, end: date) -> date:
    """Returns the last day after an early ending: never after the planned end. Before the first day: no day is left."""
    return end if valid_through is None else min(end, valid_through)


def not_begun(rule: str, valid_from: date, today: date) -> None:
    """What has begun has been lived by: it is ended, and not withdrawn as if it had never been (A6, A8)."""
    if valid_from <= today:
        raise Refusal(
            rule,
            "period.has_begun",
            _(
                "Det började gälla {day} och går inte att ta tillbaka. Avsluta det i stället. "
                "Skulle det aldrig ha gällt: skriv en sista dag före den första."
            ),
            day=valid_from,
        )


def born_by(field: str, day: date, born: date | None) -> None:
    """Nothing happens to a client before birth (rule 6)."""
    if born is not None and day < born:
        raise BadValue(
            field, "client.not_born_then", _("Kunden var inte född {day}. Kontrollera dagen."), day=day
        )


def has_happened(field: str, day: date, today: date) -> None:
    """A death or a move is written down when it has happened."""
    if day > today:
        raise BadValue(
            field, "day.in_the_future", _("Dagen har inte kommit än. Skriv in det när det har hänt.")
        )


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
