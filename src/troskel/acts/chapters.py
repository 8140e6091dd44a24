# SPDX-License-Identifier: EUPL-1.2
"""The chapters, in the order of the list of acts. Importing them fills the register of acts."""

from __future__ import annotations

from typing import Any

from troskel.acts import (
    absence,
    accounts,
    alarms,
    approving,
    assigning,
    attesting,
    billing_a_month,
    brief_sight,
    caseloads,
    changing_provider,
    claiming,
    closing,
    correcting,
    correcting_things,
    correspondence,
    deciding,
    doors,
    ending,
    enrolling,
    entrusting,
    erasure,
    handing_over,
    housing,
    importing,
    informing,
    investigating,
    linking,
    lost_and_found,
    opening,
    ordering,
    organising,
    registering,
    repairing,
    reporting_work,
    reused_references,
    reviewing,
    signing_in,
    staff,
    staff_list,
    syncing,
    taking_on,
    taking_over,
    taking_over_things,
    transferring,
    turning_the_day,
    upgrading,
    visiting,
)
from troskel.acts.clients import access_notes, merging
from troskel.acts.decisions import suggestions  # noqa: F401 - registers them
from troskel.runner.register import REGISTER, Act

CHAPTERS = (
    taking_over,
    taking_over_things,
    importing,
    approving,
    informing,
    investigating,
    deciding,
    reused_references,
    changing_provider,
    ending,
    absence,
    taking_on,
    registering,
    merging,
    entrusting,
    housing,
    doors,
    access_notes,
    ordering,
    reporting_work,
    repairing,
    linking,
    handing_over,
    transferring,
    lost_and_found,
    correcting,
    correcting_things,
    visiting,
    syncing,
    opening,
    alarms,
    brief_sight,
    billing_a_month,
    correspondence,
    turning_the_day,
    upgrading,
    erasure,
    reviewing,
    caseloads,
    assigning,
    organising,
    staff,
    staff_list,
    closing,
    accounts,
    claiming,
    enrolling,
    signing_in,
    attesting,
)

__all__ = ["CHAPTERS", "REGISTER", "acts_in_order"]


def acts_in_order() -> list[Act[Any]]:
    """Returns every act, chapter by chapter, in the order of the source."""
    names = [chapter.__name__.rsplit(".", 1)[-1] for chapter in CHAPTERS]
    return sorted(REGISTER.values(), key=lambda act: names.index(act.chapter))
