# SPDX-License-Identifier: EUPL-1.2
"""The lists of clients, visits and orders: by case number, never by name."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.people.queries import Person
from troskel.people.roles import PROVIDER_ROLES, Role
from troskel.reading import accounts, lists
from troskel.reading.lists import ListedCare, ListedClient, ListedOrder, ListedVisit
from troskel.reading.search import FoundClient
from troskel.screens.pages import page
from troskel.web.forms.fields import Choice
from troskel.web.lists import filters as common
from troskel.web.lists.columns import Case, Column
from troskel.web.lists.filters import CARE, OFFICE, Names
from troskel.web.lists.table import Filter, List, Tab, answer
from troskel.web.text import act_labels, formatting

CLIENTS = (*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST)
ORDERS = (*CARE, Role.LOCKSMITH)


@page("clients/", name="clients", who=CLIENTS)
def clients(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The clients that one may see."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    with_care = viewer.role is not Role.LOCKSMITH
    care = [_care_column(service, names) for service in ("home_care", "safety_alarm")] if with_care else []
    listed = List(
        "clients",
        _("Kunder"),
        _("Kunderna står med ärendenummer. Namn och adress finns hos kunden, för den som får se dem."),
        [
            Column(_("Ärende"), lambda one: Case(one.case)),
            *care,
            Column(_("Lås"), lambda one: ", ".join(one.locks)),
            Column(_("Att veta"), _about_listed if with_care else about_client),
        ],
        lambda asked, **chosen: lists.clients(viewer, asked, **chosen),
        lambda count: ngettext("{count} kund", "{count} kunder", count).format(
            count=formatting.figure(count)
        ),
        (_("Nyast först"), _("Äldst först")),
        _("Här står kunder när de är registrerade och du har med dem att göra."),
        _client_filters(viewer.role, names) if with_care else (),
        tabs=_client_tabs(request, viewer.role),
    )
    return answer(request, listed)


def _care_column(service: str, names: Names) -> Column:
    def told(client: ListedClient) -> str:
        return "; ".join(_care(one, names) for one in client.care if one.service == service)

    return Column(_service(service), told)


def _care(care: ListedCare, names: Names) -> str:
    if care.through is None:
        return _("{who}, tills vidare").format(who=common.name_of(names, care.organisation))
    last = formatting.day(care.through, clock.today())
    return _("{who}, till och med {day}").format(who=common.name_of(names, care.organisation), day=last)


def _about_listed(client: ListedClient) -> str:
    nothing = "" if client.care or client.died else _("Får inget idag")
    return ", ".join(filter(None, (nothing, about_client(client))))


def about_client(client: ListedClient | FoundClient) -> str:
    """What is good to know of a client in a list."""
    told = [
        _("Skyddade personuppgifter") if client.protected else "",
        "" if client.own else _("Från en annan kommun"),
        _("Avliden {day}").format(day=formatting.day(client.died, clock.today())) if client.died else "",
    ]
    return ", ".join(filter(None, told))


def _client_filters(role: Role, names: Names) -> list[Filter]:
    states = [
        Choice("", _("Alla")),
        Choice("in_care", _("Får något idag")),
        Choice("without_care", _("Får inget idag")),
        Choice("elsewhere", _("Från en annan kommun")),
        Choice("protected", _("Skyddade personuppgifter")),
        Choice("dead", _("Avlidna")),
    ]
    services = [Choice("", _("Alla")), *(Choice(one, _service(one)) for one in ("home_care", "safety_alarm"))]
    asked = [Filter("state", _("Vilka"), states), Filter("service", _("Insats"), services)]
    return asked if role in PROVIDER_ROLES else [*asked, common.by_provider(names)]


@page("visits/", name="visits", who=CARE)
def visits(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Visits, and what proves them."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    states = [
        Choice("", _("Alla")),
        Choice("open", _("Pågår nu")),
        Choice("ended", _("Avslutade")),
        Choice("flagged", _("Något att titta på")),
    ]
    proofs = [Choice("", _("Alla")), *(Choice(one, _proof(one)) for one in ("tag", "lock", "hand"))]
    filters = [Filter("state", _("Vilka"), states), Filter("evidence", _("Kvitterat med"), proofs)]
    listed = List(
        "visits",
        _("Besök"),
        _("När någon kom och gick, och vad som visar det."),
        [
            Column(_("Ärende"), lambda one: Case(one.case)),
            Column(_("Utförare"), lambda one: common.name_of(names, one.organisation)),
            Column(_("Kom"), lambda one: one.arrived),
            Column(_("Gick"), lambda one: one.departed),
            Column(_("Kvitterat med"), _proved),
            Column(_("Att titta på"), _flags),
        ],
        lambda asked, **chosen: lists.visits(viewer, asked, **chosen),
        lambda count: ngettext("{count} besök", "{count} besök", count).format(
            count=formatting.figure(count)
        ),
        (_("Senast först"), _("Äldst först")),
        _("Här står besöken när telefonerna eller samordnaren har berättat om dem."),
        filters if viewer.role in PROVIDER_ROLES else [*filters, common.by_provider(names)],
        tabs=_client_tabs(request, viewer.role),
    )
    return answer(request, listed)


def _proof(evidence: str) -> str:
    return act_labels.said(act_labels.choices_of(REGISTER["register_visit"], "by")[evidence])


def _proved(visit: ListedVisit) -> str:
    reasons = act_labels.choices_of(REGISTER["register_visit"], "reason")
    given = reasons.get(visit.reason)
    return f"{_proof(visit.evidence)}: {act_labels.said(given).lower()}" if given else _proof(visit.evidence)


def _flags(visit: ListedVisit) -> str:
    named = {
        "overlap": _("samtidigt som ett annat besök"),
        "long": _("längre än ett dygn"),
        "not_covered": _("inget beslut gällde den dagen"),
        "left_open": _("slutet är inte känt"),
    }
    return ", ".join(named[flag] for flag in visit.flags).capitalize()


@page("orders/", name="orders", who=ORDERS)
def orders(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Orders to the locksmith, and when they are booked."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    states = [Choice("", _("Alla")), Choice("open", _("Inte klara")), *common.choices(_order_states())]
    filters = [
        Filter("state", _("Vilka"), states),
        Filter("kind", _("Arbete"), [Choice("", _("Alla")), *common.choices(_order_kinds())]),
    ]
    if viewer.role in OFFICE:
        filters.append(common.by_provider(names))
    if viewer.role is not Role.LOCKSMITH:
        filters.append(common.by_organisation(names, "locksmith", _("Låssmed"), {"locksmith"}))
    listed = List(
        "orders",
        _("Beställningar"),
        _("Det som låssmeden är ombedd att göra: montera, laga eller ta ner ett låsvred."),
        [
            Column(_("Beställning"), lambda one: one.number),
            Column(_("Arbete"), lambda one: _order_kinds()[one.kind]),
            Column(_("Läge"), _order_state),
            Column(_("Ärende"), lambda one: Case(one.case)),
            Column(_("Bokad tid"), lambda one: one.booked),
            *_parties(viewer.role, names),
            Column(_("Beställd"), lambda one: one.placed),
            Column(_("Avslutad"), lambda one: one.closed),
        ],
        lambda asked, **chosen: lists.orders(viewer, asked, **chosen),
        lambda count: ngettext("{count} beställning", "{count} beställningar", count).format(
            count=formatting.figure(count)
        ),
        (_("Nyast först"), _("Äldst först")),
        _("Här står beställningar när utföraren har gjort dem, från uppgiften eller under Gör något annat."),
        filters,
    )
    return answer(request, listed)


def _parties(role: Role, names: Names) -> list[Column]:
    """Who has ordered of whom; not the one whom one is oneself."""
    ordered_by = Column(_("Beställare"), lambda one: common.name_of(names, one.organisation))
    ordered_of = Column(_("Låssmed"), lambda one: common.name_of(names, one.locksmith))
    if role is Role.LOCKSMITH:
        return [ordered_by]
    return [ordered_of] if role is Role.COORDINATOR else [ordered_by, ordered_of]


def _order_kinds() -> dict[str, str]:
    return {"installation": _("Montering"), "removal": _("Nedmontering"), "repair": _("Lagning")}


def _order_states() -> dict[str, str]:
    return {"placed": _("Beställd"), "booked": _("Bokad"), "done": _("Klar"), "cancelled": _("Avbeställd")}


def _order_state(order: ListedOrder) -> str:
    state = _order_states()[order.state]
    given = act_labels.choices_of(REGISTER["cancel_order"], "reason").get(order.reason)
    return f"{state}: {act_labels.said(given).lower()}" if given else state


def found_orders(orders: list[ListedOrder], names: Names) -> list[tuple[str, str, str]]:
    """Orders that a search found: what and where each is, and the case."""
    return [
        (
            order.number,
            f"{_order_kinds()[order.kind]}, {_order_state(order).lower()}, {common.name_of(names, order.locksmith)}",
            order.case,
        )
        for order in orders
    ]


def _service(service: str) -> str:
    return act_labels.said(act_labels.choices_of(REGISTER["make_decisions"], "decisions.service")[service])


def _client_tabs(request: HttpRequest, role: Role) -> list[Tab]:
    if role not in CARE:
        return []
    return common.tabs(request, [(reverse("clients"), _("Kunder")), (reverse("visits"), _("Besök"))])
