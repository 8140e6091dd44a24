# SPDX-License-Identifier: EUPL-1.2
"""The lists of things: locks, tags and keys, what lies in stock, and which client belongs to which lock."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.acts.chapters import REGISTER
from troskel.ground.refusals import NotFound
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import accounts, lists
from troskel.reading import things as reading_things
from troskel.reading.things import ListedThing
from troskel.screens.pages import page
from troskel.web.forms.fields import Choice
from troskel.web.lists import filters as common
from troskel.web.lists.columns import Case, Column
from troskel.web.lists.filters import CARE, EVERY_KIND, OFFICE, Names
from troskel.web.lists.table import Filter, List, Tab, answer
from troskel.web.text import act_labels, formatting

WHO = (*CARE, Role.LOCKSMITH)


@page("things/<kind>/", name="things", who=WHO)
def things(request: HttpRequest, person: Person, kind: str) -> HttpResponseBase:
    """Locks, tags or keys: where each is, and what lies in stock."""
    viewer, names = person.actor, accounts.organisation_names(person.actor)
    if kind not in _kinds(viewer.role):
        raise NotFound("kind of thing", "kind")
    filters = [Filter("where", _("Var"), [Choice("", _("Överallt")), *common.choices(_places(kind))])]
    if viewer.role in OFFICE:
        filters.append(common.by_organisation(names, "organisation", _("Hos"), EVERY_KIND))
    listed = List(
        "things",
        _kinds(viewer.role)[kind],
        _things_lead(kind),
        [
            Column(_("Nummer"), lambda one: one.number),
            Column(_("Var"), lambda one: _places(kind)[one.held_by]),
            Column(_("Hos"), lambda one: _holder(one, names)),
            *([] if kind == "tag" else [Column(_("Ärende"), lambda one: [*map(Case, one.clients)])]),
            Column(_("Sedan"), lambda one: one.since),
        ],
        lambda asked, **chosen: reading_things.things(viewer, kind, asked, by="thing__number", **chosen),
        _counted_things(kind),
        (_("I nummerordning"), _("Sista numret först")),
        _things_empty(kind),
        filters,
        newest_first=False,
        arguments=(kind,),
        tabs=_thing_tabs(request, viewer.role),
        ways=common.ways(viewer.role, *(["register_things"] if kind != "key" else [])),
        facts=[] if kind == "key" else [_in_stock(one, names) for one in reading_things.stock(viewer, kind)],
    )
    return answer(request, listed)


def _kinds(role: Role) -> dict[str, str]:
    """The kinds of things that a role has to do with, and what a list of each is called."""
    if role is Role.LOCKSMITH:
        return {"lock": _("Låsvred")}
    return {"lock": _("Låsvred"), "tag": _("Kvittensprodukter"), "key": _("Nycklar")}


def _places(kind: str) -> dict[str, str]:
    with_organisation = _("Hos en utförare") if kind == "key" else _("I lager")
    places = {"organisation": with_organisation, "client": _("Hos kunden"), "lost": _("Borttappad")}
    return (
        {"organisation": with_organisation, "door": _("Monterat"), "lost": _("Borttappat")}
        if kind == "lock"
        else places
    )


def _holder(thing: ListedThing, names: Names) -> str | Case:
    if thing.organisation:
        return common.name_of(names, thing.organisation)
    return Case(thing.case or "")


def found_things(things: list[ListedThing], names: Names) -> list[tuple[str, str, str]]:
    """Things that a search found: what and where each is, and the case where a client has it."""
    called = act_labels.choices_of(REGISTER["register_things"], "kind")
    told = []
    for thing in things:
        who = f", {common.name_of(names, thing.organisation)}" if thing.organisation else ""
        where = _places(thing.kind)[thing.held_by].lower()
        told.append((thing.number, f"{act_labels.said(called[thing.kind])}, {where}{who}", thing.case or ""))
    return told


def _in_stock(stock: reading_things.Stock, names: Names) -> str:
    return f"{common.name_of(names, stock.organisation)}: {formatting.figure(stock.things)}"


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


def _counted_things(kind: str) -> Callable[[int], str]:
    def counted(count: int) -> str:
        said = {
            "lock": ngettext("{count} lås", "{count} lås", count),
            "tag": ngettext("{count} kvittensprodukt", "{count} kvittensprodukter", count),
            "key": ngettext("{count} nyckel", "{count} nycklar", count),
        }[kind]
        return said.format(count=formatting.figure(count))

    return counted


@page("links/", name="links", who=CARE)
def links(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Which client belongs to which lock, now and before."""
    viewer = person.actor
    states = [
        Choice("", _("Alla")),
        Choice("open", _("Gäller nu")),
        Choice("ended", _("Borttagna")),
    ]
    listed = List(
        "links",
        _("Kopplingar"),
        _("Vilken kund som hör till vilket lås. Kopplingen är det som låter telefonen öppna."),
        [
            Column(_("Ärende"), lambda one: Case(one.case)),
            Column(_("Lås"), lambda one: one.lock),
            Column(_("Kopplad"), lambda one: one.since),
            Column(_("Borttagen"), lambda one: one.until),
        ],
        lambda asked, **chosen: lists.links(viewer, asked, **chosen),
        lambda count: ngettext("{count} koppling", "{count} kopplingar", count).format(
            count=formatting.figure(count)
        ),
        (_("Nyast först"), _("Äldst först")),
        _("Här står kopplingar när ett lås är monterat och kopplat till kunden (S2)."),
        [Filter("state", _("Vilka"), states)],
        tabs=_thing_tabs(request, viewer.role),
    )
    return answer(request, listed)


def _thing_tabs(request: HttpRequest, role: Role) -> list[Tab]:
    kinds = [(reverse("things", args=[kind]), word) for kind, word in _kinds(role).items()]
    return common.tabs(request, [*kinds, (reverse("links"), _("Kopplingar"))]) if role in CARE else []
