# SPDX-License-Identifier: EUPL-1.2
"""The e-mail about a brief sight, to the office and to the organisation of whoever took it: no name, no reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from troskel.access.models import BriefSight
from troskel.duties.mailing import recipients, subject_about
from troskel.ground import clock
from troskel.outbox.email_delivery import ComposedEmail
from troskel.outbox.worker import PermanentFailure

SUBJECT = "Någon har tagit kort insyn i en kund"


def is_about_brief_sight(payload: Mapping[str, Any]) -> bool:
    """Does the e-mail tell of a brief sight?"""
    return "brief_sight" in payload


def compose(payload: Mapping[str, Any]) -> ComposedEmail:
    """The message, composed when it is sent. Raises PermanentFailure where the sight is no longer stored."""
    sights = BriefSight.objects.select_related("account", "client")
    sight = sights.filter(id=UUID(payload["brief_sight"])).first()
    if sight is None:
        raise PermanentFailure("the brief sight is not there")
    case, until = sight.client.case_number, sight.until.astimezone(clock.STOCKHOLM)
    text = [
        "Någon som inte annars ser kunden har tagit kort insyn. Vem, varför och vad som har lästs står på sidan",
        "Kort insyn, där chefen granskar den.",
        "",
        "Somebody who does not otherwise see the client has taken brief sight. Who, why and what was read is on the",
        "page of brief sights, where the manager reviews it.",
        "",
        f"Ärende / case: {case}",
        f"Till / until: {until:%Y-%m-%d %H.%M}",
    ]
    to = [("manager", None), ("provider", sight.account.organisation_id)]
    return ComposedEmail(
        subject=subject_about(SUBJECT, case),
        text="\n".join(text) + "\n",
        to=list(recipients(sight.municipality_id, to)),
    )
