# SPDX-License-Identifier: EUPL-1.2
"""The filter by whose clients: one's own with those of whom one stands in for, the unit's, all, nobody's; by area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.ground import clock, formatting
from troskel.reading.caseloads import Caseload, Whose
from troskel.web.shell.links import Button


class WhoseLink(NamedTuple):
    """A way to look at other clients."""

    label: str
    url: str
    is_current: bool


class WhoseClients(NamedTuple):
    """The filter as the page shows it: the ways, what is said of the choice, and the way to hand over."""

    links: list[WhoseLink]
    sentence: str
    new_client: Button | None
    hand_over: Button
    query: str


def whose_clients(caseload: Caseload, waiting: int) -> WhoseClients:
    """Returns the filter. `waiting`: for how many clients something is asked."""
    labels = {Whose.MINE: _("Mina"), Whose.UNIT: _("Enhetens"), Whose.ALL: _("Alla")}
    if not caseload.unit:
        del labels[Whose.UNIT]
    if caseload.nobodys:
        labels[Whose.NOBODYS] = _("Utan handläggare ({number})").format(
            number=formatting.digits(caseload.nobodys)
        )
    links = [
        WhoseLink(label, f"{reverse('start')}?whose={whose}", whose is caseload.chosen)
        for whose, label in labels.items()
    ]
    new_client = Button(_("Ny kund"), reverse("act-take_on_client"))
    hand_over = Button(_("Lämna över …"), reverse("act-hand_over_clients"))
    if caseload.chosen is Whose.NOBODYS:
        hand_over = Button(_("Ta över …"), reverse("act-take_over_clients"))
    return WhoseClients(
        links, _sentence(caseload, waiting), new_client, hand_over, f"whose={caseload.chosen}"
    )


def area_clients(area: Caseload, path: str, query: Mapping[str, Any] | None = None) -> WhoseClients:
    """Returns a coordinator's filter on the page with this path. `query`: what else its links keep."""
    labels = {Whose.ALL: _with_number(_("Alla"), area.all)}
    if area.unit:
        own = _("Mitt område, {name}").format(name=area.unit)
        labels = {Whose.UNIT: _with_number(own, area.clients), **labels}
    if area.nobodys:
        labels[Whose.NOBODYS] = _with_number(_("Utan område"), area.nobodys)
    links = [
        WhoseLink(label, f"{path}?{urlencode({**(query or {}), 'whose': whose})}", whose is area.chosen)
        for whose, label in labels.items()
    ]
    place = Button(_("Placera kunder …"), reverse("act-place_in_area"))
    return WhoseClients(links, "", None, place, f"whose={area.chosen}")


def _with_number(label: str, number: int) -> str:
    return f"{label} ({formatting.digits(number)})"


def _sentence(caseload: Caseload, waiting: int) -> str:
    """Returns how many of one's clients wait for nothing, and for whom one stands in."""
    if caseload.chosen is not Whose.MINE:
        return "" if caseload.clients else _("Du har inga egna kunder ännu.")
    today = clock.today()
    idle = max(caseload.clients - waiting, 0)
    idle_sentence = _("{idle} av dina {clients} kunder väntar inte på något.").format(
        idle=formatting.digits(idle), clients=formatting.digits(caseload.clients)
    )
    said = [idle_sentence] if idle and caseload.clients > 1 else []
    said += [
        _("Du är ersättare för {name} till och med {day}.").format(
            name=one.name, day=formatting.day(one.through, today)
        )
        for one in caseload.stands_in_for
    ]
    return " ".join(said)
