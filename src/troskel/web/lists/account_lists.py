# SPDX-License-Identifier: EUPL-1.2
"""Lists of accounts and organisations, for the system administrator."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.ground import formatting
from troskel.people.queries import Person
from troskel.people.roles import OrganisationKind, Role
from troskel.reading import accounts as reading_accounts
from troskel.screens.pages import page
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists import filters as common
from troskel.web.lists.columns import Column
from troskel.web.lists.filters import EVERY_KIND
from troskel.web.lists.table import Filter, Listing, Tab, render_listing
from troskel.web.text import act_labels, phrases


@page(
    "accounts/",
    name="accounts",
    about=gettext_noop("Vilka som arbetar i Tröskel, i vilken roll, och hur de loggar in."),
    serves=("rule 7",),
    who=reading_accounts.accounts.who,
)
def accounts(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of accounts."""
    viewer, names = person.actor, reading_accounts.organisation_names(person.actor)
    roles = [
        ChoiceOption("", _("Alla")),
        *(ChoiceOption(role.value, phrases.role(role.value)) for role in Role if role is not Role.SYSTEM),
    ]
    states = [
        ChoiceOption("", _("Alla")),
        ChoiceOption("open", _("Öppna")),
        ChoiceOption("closed", _("Stängda")),
    ]
    listing = Listing(
        "accounts",
        _("Konton"),
        _("Ett konto är en person med en roll i en organisation."),
        [
            Column(_("Namn"), lambda row: row.name, lambda row: reverse("account-sign-in", args=[row.id])),
            Column(_("Konto"), lambda row: row.username),
            Column(_("Roll"), lambda row: phrases.role(row.role)),
            Column(_("Organisation"), lambda row: common.organisation_name(names, row.organisation)),
            Column(_("Läge"), lambda row: _("Aktivt") if row.active else _("Inaktivt")),
        ],
        lambda page_request, **selection: reading_accounts.accounts(viewer, page_request, **selection),
        lambda count: ngettext("{count} konto", "{count} konton", count).format(
            count=formatting.digits(count)
        ),
        (_("I bokstavsordning"), _("I omvänd bokstavsordning")),
        _("Lägg upp det första kontot med knappen ovanför."),
        [
            Filter("role", _("Roll"), roles),
            common.by_organisation(names, "organisation", _("Organisation"), EVERY_KIND),
            Filter("state", _("Läge"), states),
        ],
        newest_first=False,
        tabs=_account_tabs(request, viewer.role),
        act_links=[
            *common.act_links(
                viewer.role, "register_account", "change_account", "place_in_unit", "close_account"
            ),
            (reverse("staff-file"), _("Personal från en fil")),
        ],
    )
    return render_listing(request, listing)


@page(
    "organisations/",
    name="organisations",
    about=gettext_noop(
        "Kommunen, utförarna, larmorganisationerna och låssmederna, och vart deras e-post går."
    ),
    serves=("A4", "S1"),
    who=reading_accounts.organisations_by_name.who,
)
def organisations(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of organisations: the municipality, providers, alarm organisations and locksmiths."""
    viewer = person.actor
    kinds = act_labels.choice_labels(OrganisationKind)
    listing = Listing(
        "organisations",
        _("Organisationer"),
        _("De som är med i rutinen, och vart deras e-post går."),
        [
            Column(_("Namn"), lambda row: row.name),
            Column(_("Nummer"), lambda row: row.orgnr),
            Column(_("Slag"), lambda row: kinds[row.kind]),
            Column(_("E-post"), lambda row: row.email),
        ],
        lambda page_request, **selection: reading_accounts.organisations_by_name(
            viewer, page_request, **selection
        ),
        lambda count: ngettext("{count} organisation", "{count} organisationer", count).format(
            count=formatting.digits(count)
        ),
        (_("I bokstavsordning"), _("I omvänd bokstavsordning")),
        _("Lägg upp den första organisationen med knappen ovanför."),
        [
            Filter(
                "kind",
                _("Slag"),
                [
                    ChoiceOption("", _("Alla")),
                    *(ChoiceOption(kind, label) for kind, label in kinds.items()),
                ],
            )
        ],
        newest_first=False,
        tabs=_account_tabs(request, viewer.role),
        act_links=common.act_links(viewer.role, "register_organisations", "change_organisation"),
    )
    return render_listing(request, listing)


def _account_tabs(request: HttpRequest, role: Role) -> list[Tab]:
    places = [(reverse("accounts"), _("Konton"))]
    if role in reading_accounts.organisations_by_name.who:
        places.append((reverse("organisations"), _("Organisationer")))
    return common.tabs(request, places)
