# SPDX-License-Identifier: EUPL-1.2
"""Who can get in tonight: the clients at whose doors nobody does first, then those who need a key, then the rest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import tonight as reading
from troskel.reading.accounts import organisation_names
from troskel.reading.client_names import ClientName, names_of_shown
from troskel.reading.tonight import Tonight, WayTonight
from troskel.runner.choices import WayVerdict
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text import ways_in
from troskel.web.text.ways_in import DoorText

MOST = 200
"""Clients of one group on the page; a longer list is not read through, and the API has them all."""


class ShownWay(NamedTuple):
    """A client's way in as a card. `organisation`: who would come, or all of whom the same is said."""

    case: str
    client: ClientName | None
    organisation: str
    reasons: list[str]
    doors: list[DoorText]


class WayGroup(NamedTuple):
    """The clients with one verdict: how many, and those shown."""

    name: str
    title: str
    total: int
    rows: list[ShownWay]


@page(
    "tonight/",
    name="tonight",
    about=gettext_noop(
        "Kunder där ingen kommer in i natt, så att det går att ordna innan det är kväll: "
        "dörr för dörr, med lås, nyckel och vem som har loggat in."
    ),
    serves=("P5", "S2", "rule 4"),
    who=reading.tonight.who,
)
def tonight(request: HttpRequest, person: Person) -> HttpResponse:
    """The ways in at every client, the worst first."""
    found = reading.tonight(person.actor)
    names = {orgnr: name for orgnr, (name, _kind) in organisation_names(person.actor).items()}
    shown = {verdict: _of(found, verdict) for verdict in reversed(list(WayVerdict))}
    cases = [way.case for ways in shown.values() for way in ways[:MOST]]
    clients = names_of_shown(person.actor, cases)
    names_organisation = person.actor.role is not Role.COORDINATOR
    groups = [
        WayGroup(
            verdict.value,
            ways_in.verdict(verdict),
            len({way.case for way in ways}),
            _rows(ways[:MOST], clients, names, found.day, names_organisation=names_organisation),
        )
        for verdict, ways in shown.items()
    ]
    values = {
        "groups": groups,
        "heading": _heading(len({way.case for way in shown[WayVerdict.NOBODY]}), bool(found.ways)),
        "clients_in_all": len({way.case for way in found.ways}),
        "people": found.people,
        "most": MOST,
        "lately": reading.SIGNED_IN_DAYS,
    }
    return render_page(request, "web/tonight.html", values)


def _of(found: Tonight, verdict: WayVerdict) -> list[WayTonight]:
    return [way for way in found.ways if way.verdict == verdict]


def _heading(shut_out: int, has_clients: bool) -> str:
    if shut_out:
        return _("Vem kommer in i natt?")
    return _("Någon kommer in hos alla i natt") if has_clients else _("Ingen kund är hemma i natt")


def _rows(
    ways: list[WayTonight],
    clients: Mapping[str, ClientName],
    names: Mapping[str, str],
    today: date,
    *,
    names_organisation: bool,
) -> list[ShownWay]:
    rows: list[ShownWay] = []
    of_case: dict[str, list[int]] = {}
    for way in ways:
        row = ShownWay(
            way.case,
            clients.get(way.case),
            names.get(way.organisation, "") if names_organisation else "",
            ways_in.reasons(way),
            ways_in.door_texts(way, names if names_organisation else {}, today),
        )
        same = next((n for n in of_case.get(way.case, []) if _is_same_way(rows[n], row)), None)
        if same is None:
            of_case.setdefault(way.case, []).append(len(rows))
            rows.append(row)
        else:
            organisations = filter(None, (rows[same].organisation, row.organisation))
            rows[same] = row._replace(organisation=", ".join(organisations))
    return rows


def _is_same_way(one: ShownWay, other: ShownWay) -> bool:
    """Whether the same is said of the client's doors, whichever organisation comes."""
    return (one.reasons, one.doors) == (other.reasons, other.doors)
