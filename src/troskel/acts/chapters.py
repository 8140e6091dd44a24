# SPDX-License-Identifier: EUPL-1.2
"""The chapters of the routine, in its order: importing them fills the register of acts."""

from troskel.acts import (
    accounts,
    attending,
    billing_a_month,
    changing_provider,
    deciding,
    ending,
    handing_over,
    housing,
    informing,
    linking,
    mounting,
    opening,
    ordering,
    organising,
    registering,
    superseding,
    taking_over,
    taking_over_things,
    turning_the_day,
    visiting,
    writing_letters,
)
from troskel.acts.register import REGISTER

CHAPTERS = (
    taking_over,
    taking_over_things,
    organising,
    accounts,
    registering,
    housing,
    deciding,
    superseding,
    informing,
    ordering,
    mounting,
    writing_letters,
    linking,
    handing_over,
    visiting,
    opening,
    changing_provider,
    ending,
    billing_a_month,
    attending,
    turning_the_day,
)

__all__ = ["CHAPTERS", "REGISTER"]
