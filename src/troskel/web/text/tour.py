# SPDX-License-Identifier: EUPL-1.2
"""The demo's ten minutes: what to do as whom, and on which page."""

from __future__ import annotations

from typing import NamedTuple

from troskel.ground.texts import _
from troskel.people.roles import Role


class Stop(NamedTuple):
    """A stop of the demo's ten minutes: as whom one goes on, on which page, and what to look at."""

    role: Role
    page: str
    title: str
    text: str


TOUR = (
    Stop(
        Role.ASSESSOR,
        "start",
        _("Handläggaren: ett beslut går ut"),
        _("Öppna en kund som snart försvinner ur telefonen. Tiden på kundens sida visar glappet i rött."),
    ),
    Stop(
        Role.COORDINATOR,
        "start",
        _("Samordnaren: ett lås beställs"),
        _("Innan något görs står det vad som följer, för dig och för alla andra."),
    ),
    Stop(
        Role.LOCKSMITH,
        "start",
        _("Låssmeden: veckan"),
        _("Dagens besök i ordning, och det som ska bokas. Rapportera ett lås från kortet."),
    ),
    Stop(
        Role.ADMINISTRATOR,
        "start",
        _("Systemförvaltaren: låset kopplas"),
        _("Rapporten har gett en uppgift, med kund och lås ifyllda."),
    ),
    Stop(
        Role.CARER,
        "phone",
        _("Omvårdnadspersonalen: dörren öppnas"),
        _("Telefonen visar dagens kunder. Öppna en dörr och starta besöket."),
    ),
    Stop(
        Role.MANAGER,
        "start",
        _("Chefen: hur rutinen följs"),
        _("Bilden först. Under Rutinen väntar en föreslagen version på att jämföras och godkännas."),
    ),
)
"""One client's way through the municipality, in about ten minutes."""
