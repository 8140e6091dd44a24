# SPDX-License-Identifier: EUPL-1.2
"""Lists of clients, visits and orders. On the page by name, in CSV by case number alone."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.acts.chapters import REGISTER
from troskel.ground import clock, formatting
from troskel.people.queries import Person
from troskel.people.roles import CARE_ROLES, OFFICE_ROLES, PROVIDER_ROLES, Role
from troskel.reading import accounts, caseloads, lists
from troskel.reading import visits as visits_read
from troskel.reading.care_today import ListedCare
from troskel.reading.lists import ListedClient, ListedOrder
from troskel.reading.paging import Page, PageRequest
from troskel.reading.search import ClientMatch
from troskel.reading.visits import ListedVisit
from troskel.runner.choices import Cancellation, CareService, Evidence, Grade, VisitException, VisitReason
from troskel.screens.pages import page
from troskel.web.desk.whose import area_clients
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists import filters as common
from troskel.web.lists.columns import CaseNumber, Column
from troskel.web.lists.filters import Names
from troskel.web.lists.table import Filter, Listing, Tab, render_listing
from troskel.web.shell.links import Button, act_button, to_act
from troskel.web.text import act_labels, phrases
from troskel.web.text.numbers import to_number


@page(
    "clients/",
    name="clients",
    about=gettext_noop("Kunderna som du har skäl att se, och hur det står till med var och en."),
    serves=("rule 7",),
    who=lists.clients.who,
)
def clients(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of clients in the viewer's sight."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    has_care_columns = viewer.role is not Role.LOCKSMITH
    has_areas = viewer.role is Role.COORDINATOR
    caseload = caseloads.area_clients(viewer, request.GET.get("whose", "")) if has_areas else None
    areas: dict[str, str] = {}

    def read(page_request: PageRequest, **selection: Any) -> Page[ListedClient]:
        found = lists.clients(viewer, page_request, caseload=caseload, **selection)
        if caseload:
            areas.update(caseloads.areas_of_shown(viewer, [row.case for row in found.items]))
        return found

    care = (
        [_care_column(service, names) for service in ("home_care", "safety_alarm")]
        if has_care_columns
        else []
    )
    listing = Listing(
        "clients",
        _("Kunder"),
        _("Alla som du har med att göra. I kalkylbladet står bara ärendenumret."),
        [
            Column(_("Kund"), lambda row: CaseNumber(row.case)),
            *care,
            *([Column(_("Område"), lambda row: areas.get(row.case, ""))] if caseload else []),
            Column(_("Lås"), lambda row: ", ".join(row.locks)),
            Column(_("Att veta"), _client_notes_with_care if has_care_columns else client_notes),
        ],
        read,
        lambda count: ngettext("{count} kund", "{count} kunder", count).format(
            count=formatting.digits(count)
        ),
        (_("Nyast först"), _("Äldst först")),
        _("Här står kunder när de är registrerade och du har med dem att göra."),
        _client_filters(viewer.role, names) if has_care_columns else (),
        tabs=client_tabs(request, viewer.role),
        act_links=[] if caseload or not has_areas else common.act_links(viewer.role, "place_in_area"),
        whose=(lambda kept: area_clients(caseload, reverse("clients"), kept)) if caseload else None,
        whose_chosen=caseload.chosen if caseload else "",
    )
    return render_listing(request, listing)


def _care_column(service: str, names: Names) -> Column:
    def cell(client: ListedClient) -> str:
        return "; ".join(_care_text(care, names) for care in client.care if care.service == service)

    return Column(_service_label(service), cell)


def _care_text(care: ListedCare, names: Names) -> str:
    if care.through is None:
        return _("{who}, tills vidare").format(who=common.organisation_name(names, care.organisation))
    last = formatting.day(care.through, clock.today())
    return _("{who}, till och med {day}").format(
        who=common.organisation_name(names, care.organisation), day=last
    )


def _client_notes_with_care(client: ListedClient) -> str:
    no_care = "" if client.care or client.died else _("Ingen insats i dag")
    return ", ".join(filter(None, (no_care, client_notes(client))))


def client_notes(client: ListedClient | ClientMatch) -> str:
    """Returns notes about a client in a list."""
    notes = [
        _("Skyddade personuppgifter") if client.protected else "",
        "" if client.own else _("Från en annan kommun"),
        _("Avliden {day}").format(day=formatting.day(client.died, clock.today())) if client.died else "",
    ]
    return ", ".join(filter(None, notes))


def _client_filters(role: Role, names: Names) -> list[Filter]:
    states = [
        ChoiceOption("", _("Alla")),
        ChoiceOption("in_care", _("Har insats i dag")),
        ChoiceOption("without_care", _("Ingen insats i dag")),
        ChoiceOption("elsewhere", _("Från en annan kommun")),
        ChoiceOption("protected", _("Skyddade personuppgifter")),
        ChoiceOption("dead", _("Avlidna")),
    ]
    services = [
        ChoiceOption("", _("Alla")),
        *(ChoiceOption(service, _service_label(service)) for service in ("home_care", "safety_alarm")),
    ]
    filters = [Filter("state", _("Vilka"), states), Filter("service", _("Insats"), services)]
    return filters if role in PROVIDER_ROLES else [*filters, common.by_provider(names)]


@page(
    "visits/",
    name="visits",
    about=gettext_noop("Besöken, och hur vart och ett är kvitterat."),
    serves=("P2",),
    who=visits_read.visits.who,
)
def visits(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of visits and their evidence."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    states = [
        ChoiceOption("", _("Alla")),
        ChoiceOption("open", _("Pågår nu")),
        ChoiceOption("ended", _("Avslutade")),
        ChoiceOption("flagged", _("Något att titta på")),
    ]
    evidence = [
        ChoiceOption("", _("Alla")),
        *(ChoiceOption(row, _evidence_label(row)) for row in ("tag", "lock", "hand")),
    ]
    filters = [Filter("state", _("Vilka"), states), Filter("evidence", _("Kvitterat med"), evidence)]
    may_correct = viewer.role in REGISTER["correct_visit"].who
    listing = Listing(
        "visits",
        _("Besök"),
        _(
            "När någon kom och gick, och vad som visar det. "
            "Något att titta på söks två månader bakåt, om du inte väljer dagar."
        ),
        [
            Column(_("Kund"), lambda row: CaseNumber(row.case)),
            Column(_("Utförare"), lambda row: common.organisation_name(names, row.organisation)),
            Column(_("Ankomst"), lambda row: row.arrived),
            Column(_("Avgång"), lambda row: row.departed),
            Column(_("Kvitterat med"), _evidence_text),
            Column(_("Hur säkert"), lambda row: _grade_text(row.grade)),
            Column(_("Att titta på"), _exceptions_text),
            *([Column(_("Gå vidare"), _way_text, _way_url, is_way=True)] if may_correct else []),
        ],
        lambda page_request, **selection: visits_read.visits(viewer, page_request, **selection),
        lambda count: ngettext("{count} besök", "{count} besök", count).format(
            count=formatting.digits(count)
        ),
        (_("Senast först"), _("Äldst först")),
        _("Här står besöken när telefonerna eller samordnaren har berättat om dem."),
        filters if viewer.role in PROVIDER_ROLES else [*filters, common.by_provider(names)],
        days=_("Ankomst"),
        of_client=True,
        tabs=client_tabs(request, viewer.role),
    )
    return render_listing(request, listing)


def _evidence_label(evidence: str) -> str:
    return act_labels.choice_label(Evidence, evidence)


def _evidence_text(visit: ListedVisit) -> str:
    reason = act_labels.choice_label(VisitReason, visit.reason)
    return (
        f"{_evidence_label(visit.evidence)}: {reason.lower()}" if reason else _evidence_label(visit.evidence)
    )


def _grade_text(grade: str) -> str:
    return f"{grade}: {act_labels.choice_label(Grade, grade).lower()}"


def _exceptions_text(visit: ListedVisit) -> str:
    return "; ".join(act_labels.choice_label(VisitException, one) for one in visit.exceptions)


TIMES_IN_DOUBT = {VisitException.LONG, VisitException.OVERLAP, VisitException.NO_WAY_BETWEEN}
"""What another time would put right."""


def _way_text(visit: ListedVisit) -> str:
    """What an exception leads to; a visit without one can be corrected too."""
    if VisitException.LEFT_OPEN in visit.exceptions:
        return _("Skriv in när besöket slutade")
    return _("Rätta tiderna") if TIMES_IN_DOUBT.intersection(visit.exceptions) else _("Rätta")


def _way_url(visit: ListedVisit) -> str:
    times = {"arrived": clock.wall_text(visit.arrived)}
    times |= {"departed": clock.wall_text(visit.departed)} if visit.departed else {}
    return to_act("correct_visit", visit=str(visit.id), **times)


@page(
    "orders/",
    name="orders",
    about=gettext_noop("Beställningarna till låssmederna, från beställd till utförd."),
    serves=("P1", "P6", "L1"),
    who=lists.orders.who,
)
def orders(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of orders to locksmiths."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    states = [
        ChoiceOption("", _("Alla")),
        ChoiceOption("open", _("Inte klara")),
        *common.choices(_order_states()),
    ]
    filters = [
        Filter("state", _("Vilka"), states),
        Filter("kind", _("Arbete"), [ChoiceOption("", _("Alla")), *common.choices(_order_kinds())]),
    ]
    if viewer.role in OFFICE_ROLES:
        filters.append(common.by_provider(names))
    if viewer.role is not Role.LOCKSMITH:
        filters.append(common.by_organisation(names, "locksmith", _("Låssmed"), {"locksmith"}))
    listing = Listing(
        "orders",
        _("Beställningar"),
        _("Det som låssmeden är ombedd att göra: montera, laga eller ta ner ett låsvred."),
        [
            Column(_("Beställning"), lambda row: row.number, lambda row: to_number(row.number)),
            Column(_("Arbete"), lambda row: _order_kinds()[row.kind]),
            Column(_("Läge"), _order_state_text),
            Column(_("Kund"), lambda row: CaseNumber(row.case)),
            Column(_("Bokad tid"), lambda row: row.booked),
            *_party_columns(viewer.role, names),
            Column(_("Beställd"), lambda row: row.placed),
            Column(_("Avslutad"), lambda row: row.closed),
        ],
        lambda page_request, **selection: lists.orders(viewer, page_request, **selection),
        lambda count: ngettext("{count} beställning", "{count} beställningar", count).format(
            count=formatting.digits(count)
        ),
        (_("Nyast först"), _("Äldst först")),
        _("Här står beställningar när utföraren har gjort dem, från uppgiften eller under Fler åtgärder."),
        filters,
        days=_("Beställd"),
    )
    return render_listing(request, listing)


def _party_columns(role: Role, names: Names) -> list[Column]:
    """Returns columns of the orderer and the locksmith, without the viewer's own."""
    ordered_by = Column(_("Beställare"), lambda row: common.organisation_name(names, row.organisation))
    ordered_of = Column(_("Låssmed"), lambda row: common.organisation_name(names, row.locksmith))
    if role is Role.LOCKSMITH:
        return [ordered_by]
    return [ordered_of] if role is Role.COORDINATOR else [ordered_by, ordered_of]


def _order_kinds() -> dict[str, str]:
    return {kind: _(label) for kind, label in phrases.ORDER_KINDS.items()}


def _order_states() -> dict[str, str]:
    return {"placed": _("Beställd"), "booked": _("Bokad"), "done": _("Klar"), "cancelled": _("Avbeställd")}


def _order_state_text(order: ListedOrder) -> str:
    state = _order_states()[order.state]
    reason = act_labels.choice_label(Cancellation, order.reason)
    return f"{state}: {reason.lower()}" if reason else state


class FoundRow(NamedTuple):
    """An order or a thing that a search found: its number, a text, its client's case number, and ways on."""

    number: str
    text: str
    case: str
    ways: list[Button] = []


def order_results(orders: list[ListedOrder], names: Names, role: Role) -> list[FoundRow]:
    """Returns orders found by a search, one that has been reported with the way to correct it."""
    may_correct = role in REGISTER["correct_report"].who
    return [
        FoundRow(
            order.number,
            ", ".join(
                (
                    _order_kinds()[order.kind],
                    _order_state_text(order).lower(),
                    common.organisation_name(names, order.locksmith),
                )
            ),
            order.case,
            [act_button("correct_report", _("Rätta rapporten"), order=order.number)]
            if may_correct and order.state == "done"
            else [],
        )
        for order in orders
    ]


def _service_label(service: str) -> str:
    return act_labels.choice_label(CareService, service)


def client_tabs(request: HttpRequest, role: Role) -> list[Tab]:
    """Returns the tabs of the lists about clients."""
    if role not in CARE_ROLES:
        return []
    places = [
        (reverse("clients"), _("Kunder")),
        (reverse("visits"), _("Besök")),
        (reverse("unanswered-doors"), _("Ingen öppnade")),
    ]
    return common.tabs(request, places)
