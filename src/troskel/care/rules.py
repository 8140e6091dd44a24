# SPDX-License-Identifier: EUPL-1.2
"""Periods, and who carries out what. Pure Python."""

from __future__ import annotations

from datetime import date

from troskel.ground.refusals import BadValue, Refusal


def period(valid_from: date | None, valid_through: date | None) -> None:
    """A period ends on or after the day it begins; both days are in it."""
    if valid_from is not None and valid_through is not None and valid_through < valid_from:
        raise BadValue("valid_through", f"{valid_through} is before {valid_from}, the first day")


def carries_out(kind: str, service: str) -> None:
    """Home care is allocated to a home-care provider; an alarm may be answered by one, or by an alarm organisation."""
    if kind not in ("home_care", "alarm", "municipality"):
        raise Refusal(
            "A4", "the organisation is no provider: allocate to one that gives home care or answers alarms"
        )
    if service == "home_care" and kind == "alarm":
        raise Refusal(
            "A4", "the organisation answers alarms only: allocate home care to a home-care provider"
        )
