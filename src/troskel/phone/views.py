# SPDX-License-Identifier: EUPL-1.2
"""Today's clients for a carer, plainly. The app that works without a network comes later."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from troskel.acts import viewing_phone
from troskel.ground import cookie
from troskel.people import queries as people
from troskel.people.roles import PHONE_ROLES

WHO = PHONE_ROLES


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """The clients on this carer's phone today, or those whose alarm this responder has accepted."""
    account = cookie.account_of(request)
    person = people.person(account) if account else None
    if person is None:
        return HttpResponseRedirect(reverse("start"))
    if person.actor.role not in WHO:
        raise PermissionDenied
    shown = {"person": person, "clients": viewing_phone.phone_list(person.actor)}
    return render(request, "phone/today.html", shown, using="jinja2")
