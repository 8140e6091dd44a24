# SPDX-License-Identifier: EUPL-1.2
"""Lists of things (locks, tags, keys, with stock) and of links."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.acts.chapters import REGISTER
from troskel.ground import formatting
from troskel.ground.refusals import NotFound
from troskel.people.queries import Person
from troskel.people.roles import OFFICE_ROLES, Role
from troskel.reading import accounts, lists, lock_states
from troskel.reading import things as reading_things
from troskel.reading.things import ListedThing
from troskel.runner.choices import KindOfThing
from troskel.screens.pages import page
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists import filters as common
from troskel.web.lists.care_lists import FoundRow
from troskel.web.lists.columns import CaseNumber, Column
from troskel.web.lists.filters import EVERY_KIND, Names
from troskel.web.lists.table import Filter, Listing, Tab, render_listing
from troskel.web.text import act_labels
from troskel.web.text.numbers import to_number


@page(
    "things/<kind>/",
    name="things",
    about=gettext_noop("Lås, knappar och nycklar: var de är och vem som har dem."),
    serves=("P2", "P5", "rule 5"),
    who=reading_things.locks.who,
)
def things(request: HttpRequest, person: Person, kind: str) -> HttpResponseBase:
    """The list of locks, tags or keys, with what is in stock."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    if kind not in _kinds(viewer.role):
        raise NotFound("thing_kind", "kind")
    filters = [
        Filter("where", _("Var"), [ChoiceOption("", _("Överallt")), *common.choices(_place_labels(kind))])
    ]
    if viewer.role in OFFICE_ROLES:
        filters.append(common.by_organisation(names, "organisation", _("Hos"), EVERY_KIND))
    listing = Listing(
        "things",
        _kinds(viewer.role)[kind],
        _things_lead(kind),
        [
            Column(_("Nummer"), lambda row: row.number, lambda row: to_number(row.number)),
            Column(_("Var"), lambda row: _place_labels(kind)[row.held_by]),
            Column(_("Hos"), lambda row: _holder(row, names)),
            *([] if kind == "tag" else [Column(_("Kund"), lambda row: [*map(CaseNumber, row.clients)])]),
            Column(_("Sedan"), lambda row: row.since),
        ],
        lambda page_request, **selection: reading_things.THING_LISTS[kind](
            viewer, page_request, by="thing__number", **selection
        ),
        _thing_count(kind),
        (_("I nummerordning"), _("Sista numret först")),
        _things_empty(kind),
        filters,
        newest_first=False,
        arguments=(kind,),
        tabs=thing_tabs(request, viewer.role),
        act_links=[*_thing_links(request, viewer.role, kind), *_file_link(viewer.role)],
        facts=[]
        if kind == "key"
        else [_stock_line(row, names) for row in reading_things.stock(viewer, kind)],
    )
    return render_listing(request, listing)


def _thing_links(request: HttpRequest, role: Role, kind: str) -> list[tuple[str, str]]:
    """Returns the ways to take things in, and to print labels of the stock that is looked at."""
    if kind == "key":
        return []
    query = {"organisation": request.GET["organisation"]} if request.GET.get("organisation") else {}
    labels = f"{reverse('labels', args=[kind])}{'?' if query else ''}{urlencode(query)}"
    return [*common.act_links(role, "register_things"), (labels, _("Skriv ut etiketter"))]


def _file_link(role: Role) -> list[tuple[str, str]]:
    may = role in REGISTER["take_over_locks"].who
    return [(reverse("things-file"), _("Lås, nycklar och knappar från en fil"))] if may else []


def _kinds(role: Role) -> dict[str, str]:
    """Returns the kinds of things that a role sees, with the titles of their lists."""
    titles = {"lock": _("Låsvred"), "tag": _("Kvittensprodukter"), "key": _("Nycklar")}
    return {kind: title for kind, title in titles.items() if role in reading_things.THING_LISTS[kind].who}


def _place_labels(kind: str) -> dict[str, str]:
    with_organisation = _("Hos en utförare") if kind == "key" else _("I lager")
    places = {"organisation": with_organisation, "client": _("Hos kunden"), "lost": _("Borttappad")}
    return (
        {"organisation": with_organisation, "door": _("Monterat"), "lost": _("Borttappat")}
        if kind == "lock"
        else places
    )


def _holder(thing: ListedThing, names: Names) -> str | CaseNumber:
    if thing.organisation:
        return common.organisation_name(names, thing.organisation)
    return CaseNumber(thing.case or "")


def thing_results(things: list[ListedThing], names: Names) -> list[FoundRow]:
    """Returns things found by a search, with the client who has it."""
    labels = act_labels.choice_labels(KindOfThing)
    results = []
    for thing in things:
        holder = f", {common.organisation_name(names, thing.organisation)}" if thing.organisation else ""
        place = _place_labels(thing.kind)[thing.held_by].lower()
        results.append(FoundRow(thing.number, f"{labels[thing.kind]}, {place}{holder}", thing.case or ""))
    return results


def _stock_line(stock: reading_things.Stock, names: Names) -> str:
    return f"{common.organisation_name(names, stock.organisation)}: {formatting.digits(stock.things)}"


def _things_lead(kind: str) -> str:
    return {
        "lock": _("Vilka låsvred som finns, var de är och vem de är kopplade till."),
        "tag": _("Kvittensprodukten finns hos kunden tills låset är monterat, annars i lager."),
        "key": _("En nyckel per lås till varje utförare: vem som har den nu."),
    }[kind]


def _things_empty(kind: str) -> str:
    return {
        "lock": _("Här står låsen när systemförvaltaren har tagit in dem i lager."),
        "tag": _("Här står kvittensprodukterna när systemförvaltaren har tagit in dem i lager."),
        "key": _("Här står nycklarna när utföraren har hämtat dem hos kunden."),
    }[kind]


def _thing_count(kind: str) -> Callable[[int], str]:
    def count_text(count: int) -> str:
        text = {
            "lock": ngettext("{count} lås", "{count} lås", count),
            "tag": ngettext("{count} kvittensprodukt", "{count} kvittensprodukter", count),
            "key": ngettext("{count} nyckel", "{count} nycklar", count),
        }[kind]
        return text.format(count=formatting.digits(count))

    return count_text


@page(
    "links/",
    name="links",
    about=gettext_noop("Vilket lås som hör till vilken kund, nu och förut."),
    serves=("S2", "S3", "rule 2"),
    who=lists.links.who,
)
def links(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of links between clients and locks, current and ended."""
    viewer = person.actor
    states = [
        ChoiceOption("", _("Alla")),
        ChoiceOption("open", _("Gäller nu")),
        ChoiceOption("ended", _("Borttagna")),
    ]
    listing = Listing(
        "links",
        _("Kopplingar"),
        _("Vilken kund som hör till vilket lås. Kopplingen är det som låter telefonen öppna."),
        [
            Column(_("Kund"), lambda row: CaseNumber(row.case)),
            Column(_("Lås"), lambda row: row.lock, lambda row: to_number(row.lock)),
            Column(_("Kopplad"), lambda row: row.since),
            Column(_("Borttagen"), lambda row: row.until),
        ],
        lambda page_request, **selection: lists.links(viewer, page_request, **selection),
        lambda count: ngettext("{count} koppling", "{count} kopplingar", count).format(
            count=formatting.digits(count)
        ),
        (_("Nyast först"), _("Äldst först")),
        _("Här står kopplingar när ett lås är monterat och kopplat till kunden (S2)."),
        [Filter("state", _("Vilka"), states)],
        tabs=thing_tabs(request, viewer.role),
    )
    return render_listing(request, listing)


def thing_tabs(request: HttpRequest, role: Role) -> list[Tab]:
    """Returns the tabs of the lists of things, for who has several."""
    if role not in lists.links.who:
        return []
    kinds = [(reverse("things", args=[kind]), label) for kind, label in _kinds(role).items()]
    states = [(reverse("lock-states"), _("Låsens tillstånd"))] if role in lock_states.lock_states.who else []
    return common.tabs(request, [*kinds, (reverse("links"), _("Kopplingar")), *states])
