# SPDX-License-Identifier: EUPL-1.2
"""The e-mail about a brief sight, to the office and to the organisation of whoever took it: no name, no reason.

Swedish first, then all of it in English. The link leads to the page where it is reviewed, by sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import reverse

from troskel.access.models import BriefSight
from troskel.duties.mailing import BETWEEN_LANGUAGES, recipients, site_address, subject_about
from troskel.ground import formatting
from troskel.outbox.email_delivery import ComposedEmail
from troskel.outbox.worker import PermanentFailure

SUBJECT = "Någon har tagit kort insyn i en kund"


class BriefSightLabels(NamedTuple):
    """The words of the e-mail in one language."""

    happened: str
    case: str
    until: str
    where: str
    link: str


LABELS = {
    "sv": BriefSightLabels(
        "Någon som inte annars ser kunden har tagit kort insyn.",
        "Ärende",
        "Insynen gäller till",
        "Vem det är, varför och hur mycket som har lästs står på sidan Kort insyn. "
        "Chefen eller systemförvaltaren granskar den där.",
        "Öppna Kort insyn (du behöver logga in):",
    ),
    "en": BriefSightLabels(
        "Somebody who does not otherwise see the client has taken brief sight.",
        "Case",
        "The sight lasts until",
        "Who it is, why, and how much was read is on the page Brief sight. "
        "The manager or the system administrator reviews it there.",
        "Open Brief sight (you need to sign in):",
    ),
}


def is_about_brief_sight(payload: Mapping[str, Any]) -> bool:
    """Does the e-mail tell of a brief sight?"""
    return "brief_sight" in payload


def compose(payload: Mapping[str, Any]) -> ComposedEmail:
    """The message, composed when it is sent. Raises PermanentFailure where the sight is no longer stored."""
    sights = BriefSight.objects.select_related("account", "client")
    sight = sights.filter(id=UUID(payload["brief_sight"])).first()
    if sight is None:
        raise PermanentFailure("the brief sight is not there")
    case = sight.client.case_number
    to = [("manager", None), ("provider", sight.account.organisation_id)]
    return ComposedEmail(
        subject=subject_about(SUBJECT, case),
        text=_part(case, sight.until, "sv") + BETWEEN_LANGUAGES + _part(case, sight.until, "en"),
        to=list(recipients(sight.municipality_id, to)),
    )


def _part(case: str, until: datetime, language: str) -> str:
    """All that it says, in one language."""
    labels = LABELS[language]
    lines = [
        labels.happened,
        "",
        f"{labels.case}: {case}",
        f"{labels.until}: {formatting.long_instant(until, language)}",
        "",
        labels.where,
        "",
        labels.link,
        f"{site_address()}{reverse('brief-sights')}",
    ]
    return "\n".join(lines) + "\n"
