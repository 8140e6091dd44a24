# SPDX-License-Identifier: EUPL-1.2
"""What opens when something fails: each failure, what still works, and at how many clients."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.people.queries import Person
from troskel.reading import outages as reading
from troskel.reading.client_names import names_of_shown
from troskel.reading.outages import Outages, WaysLeft
from troskel.screens.pages import page
from troskel.screens.render import render_page

MOST = 50
"""Clients who are named; the API has them all."""


class ShownFailure(NamedTuple):
    """Something that fails, what still opens a door then, and at how many clients."""

    what: str
    then: str
    ways: WaysLeft


@page(
    "outages/",
    name="outages",
    about=gettext_noop(
        "Vad som går att öppna när servern, täckningen, inloggningen, låstjänsten eller ett lås inte fungerar. "
        "Den mekaniska nyckeln är vägen som alltid finns kvar."
    ),
    serves=("P5", "S2", "rule 4"),
    who=reading.outages.who,
)
def outages(request: HttpRequest, person: Person) -> HttpResponse:
    """Each failure with what is left, and the clients who would be shut out."""
    found = reading.outages(person.actor)
    shown = found.shut_out[:MOST]
    values = {
        "failures": _failures(found),
        "shut_out": shown,
        "clients": names_of_shown(person.actor, shown),
        "further": len(found.shut_out) - len(shown),
    }
    return render_page(request, "web/outages.html", values)


def _failures(found: Outages) -> list[ShownFailure]:
    by_phone = _(
        "Telefoner som har tagit med dagens kunder öppnar de låsvred som har en egen nyckel, till midnatt. "
        "Annars behövs den mekaniska nyckeln."
    )
    return [
        ShownFailure(_("Allt fungerar"), _("Telefonen öppnar låsvredet."), found.as_usual),
        ShownFailure(_("Servern svarar inte"), by_phone, found.without_server),
        ShownFailure(_("Telefonen har ingen täckning"), by_phone, found.without_server),
        ShownFailure(
            _("Låstjänsten, eller navet i bostaden, svarar inte"),
            _(
                "Låsvred med en egen nyckel öppnas av telefonen vid dörren. Annars behövs den mekaniska nyckeln."
            ),
            found.without_server,
        ),
        ShownFailure(
            _("Kommunens inloggning ligger nere"),
            _(
                "Den som är inloggad arbetar vidare passet ut. Den som inte är det loggar in med passnyckel, "
                "om en finns, eller tar nyckeln."
            ),
            found.as_usual,
        ),
        ShownFailure(
            _("En klocka går fel"),
            _(
                "Låsvredet går efter sin egen klocka, och rättar den efter telefonens intyg. Går serverns klocka mer "
                "än ett dygn fel lyder låset den inte: då behövs nyckeln."
            ),
            found.as_usual,
        ),
        ShownFailure(
            _("Låsvredet självt: batteriet är slut, eller det kärvar"),
            _("Bara den mekaniska nyckeln. Så vore det om inget låsvred gick att öppna."),
            found.without_locks,
        ),
    ]
