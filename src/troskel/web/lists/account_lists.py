# SPDX-License-Identifier: EUPL-1.2
"""The lists of those who work with the routine: accounts and organisations, for the system administrator."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.acts.chapters import REGISTER
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import accounts as reading_accounts
from troskel.screens.pages import page
from troskel.web.forms.fields import Choice
from troskel.web.lists import filters as common
from troskel.web.lists.columns import Column
from troskel.web.lists.filters import EVERY_KIND
from troskel.web.lists.table import Filter, List, Tab, answer
from troskel.web.text import act_labels, formatting


@page("accounts/", name="accounts", who=(Role.ADMINISTRATOR,))
def accounts(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The people who have accounts."""
    viewer, names = person.actor, reading_accounts.organisation_names(person.actor)
    roles = [
        Choice("", _("Alla")),
        *(Choice(role.value, formatting.role(role.value)) for role in Role if role is not Role.SYSTEM),
    ]
    states = [Choice("", _("Alla")), Choice("open", _("Öppna")), Choice("closed", _("Stängda"))]
    listed = List(
        "accounts",
        _("Konton"),
        _("Ett konto är en person med en roll i en organisation."),
        [
            Column(_("Namn"), lambda one: one.name),
            Column(_("Konto"), lambda one: one.username),
            Column(_("Roll"), lambda one: formatting.role(one.role)),
            Column(_("Organisation"), lambda one: common.name_of(names, one.organisation)),
            Column(_("Läge"), lambda one: _("Öppet") if one.active else _("Stängt")),
        ],
        lambda asked, **chosen: reading_accounts.accounts(viewer, asked, **chosen),
        lambda count: ngettext("{count} konto", "{count} konton", count).format(
            count=formatting.figure(count)
        ),
        (_("I bokstavsordning"), _("I omvänd bokstavsordning")),
        _("Lägg upp det första kontot med knappen ovanför."),
        [
            Filter("role", _("Roll"), roles),
            common.by_organisation(names, "organisation", _("Organisation"), EVERY_KIND),
            Filter("state", _("Läge"), states),
        ],
        newest_first=False,
        tabs=_account_tabs(request),
        ways=common.ways(viewer.role, "register_account"),
    )
    return answer(request, listed)


@page("organisations/", name="organisations", who=(Role.ADMINISTRATOR,))
def organisations(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The municipality's own office, providers, alarm organisations and locksmiths."""
    viewer = person.actor
    kinds = act_labels.choices_of(REGISTER["change_organisation"], "kind")
    listed = List(
        "organisations",
        _("Organisationer"),
        _("De som är med i rutinen, och vart deras e-post går."),
        [
            Column(_("Namn"), lambda one: one.name),
            Column(_("Nummer"), lambda one: one.orgnr),
            Column(_("Slag"), lambda one: act_labels.said(kinds[one.kind])),
            Column(_("E-post"), lambda one: one.email),
        ],
        lambda asked, **chosen: reading_accounts.organisations_by_name(viewer, asked, **chosen),
        lambda count: ngettext("{count} organisation", "{count} organisationer", count).format(
            count=formatting.figure(count)
        ),
        (_("I bokstavsordning"), _("I omvänd bokstavsordning")),
        _("Lägg upp den första organisationen med knappen ovanför."),
        [
            Filter(
                "kind",
                _("Slag"),
                [
                    Choice("", _("Alla")),
                    *(Choice(kind, act_labels.said(said)) for kind, said in kinds.items()),
                ],
            )
        ],
        newest_first=False,
        tabs=_account_tabs(request),
        ways=common.ways(viewer.role, "register_organisations", "change_organisation"),
    )
    return answer(request, listed)


def _account_tabs(request: HttpRequest) -> list[Tab]:
    return common.tabs(
        request, [(reverse("accounts"), _("Konton")), (reverse("organisations"), _("Organisationer"))]
    )
