# SPDX-License-Identifier: EUPL-1.2
"""The search field of every page. Queries are not stored; the ids found are, for a few minutes.

The form is posted; the ids found go into a signed cookie of this page's path, and the result is a page of its own. It
can be reloaded, and the query is in no URL, log or cookie (docs/decisions/0033).
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.ground import formatting
from troskel.people.queries import Person
from troskel.reading import accounts
from troskel.reading import search as reading_search
from troskel.reading.client_names import names_of_shown
from troskel.reading.discretion import PersonShown
from troskel.reading.search import SearchMatches, SearchResults
from troskel.screens.cookies import full_name
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.lists import care_lists, thing_lists

COOKIE_NAME = "troskel_found"
COOKIE_LIFETIME = timedelta(minutes=10)
LONGEST_NUMBER = 50


@page(
    "search",
    name="search",
    about=gettext_noop(
        "Det som stämmer med det du sökte. Bara det du har skäl att se är med, och sökningen sparas inte."
    ),
    serves=("rule 7",),
    who=reading_search.search.who,
    methods=("GET", "HEAD", "POST"),
)
def search(request: HttpRequest, person: Person) -> HttpResponse:
    """Search (POST), or show the result of the last search."""
    if request.method == "POST":
        return _run_search(request, person)
    return _result_page(request, person, _result_in_cookie(request, person))


@page(
    "number/<path:number>",
    name="number",
    about=gettext_noop(
        "Det som har ett visst nummer: ett ärende, en beställning, ett lås, en knapp eller en nyckel."
    ),
    serves=("rule 7",),
    who=reading_search.search.who,
)
def by_number(request: HttpRequest, person: Person, number: str) -> HttpResponse:
    """What has this number: where numbers in texts and lists lead. Numbers may stand in an address, names may not."""
    if len(number) > LONGEST_NUMBER or not any(character.isdigit() for character in number):
        raise Http404
    return _result_page(request, person, reading_search.search(person.actor, number))


def _result_page(request: HttpRequest, person: Person, result: SearchMatches | None) -> HttpResponse:
    answer = reading_search.results(person.actor, result) if result else None
    names = accounts.organisation_names(person.actor) if result and (result.orders or result.things) else {}
    values = {
        "answer": answer,
        "heading": _heading(answer),
        "clients": [
            (client, _address_line(client.person), care_lists.client_notes(client))
            for client in answer.clients
        ]
        if answer
        else [],
        "orders": care_lists.order_results(answer.orders, names, person.actor.role) if answer else [],
        "things": thing_lists.thing_results(answer.things, names) if answer else [],
        "named": names_of_shown(person.actor, _cases(answer)) if answer else {},
        "max_clients": reading_search.MAX_CLIENTS,
    }
    return render_page(request, "web/search.html", values)


def _run_search(request: HttpRequest, person: Person) -> HttpResponse:
    response = HttpResponseRedirect(reverse("search"))
    question = request.POST.get("question", "").strip()
    if not question:
        response.delete_cookie(
            full_name(COOKIE_NAME, of_every_path=False), path=reverse("search"), samesite="Lax"
        )
        return response
    result = reading_search.search(person.actor, question)
    response.set_cookie(
        full_name(COOKIE_NAME, of_every_path=False),
        _signed_result(person, result),
        max_age=COOKIE_LIFETIME,
        path=reverse("search"),
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response


def _signed_result(person: Person, result: SearchMatches) -> str:
    """Returns the account and the ids found, packed and signed: a cookie holds at most 4,000 characters."""
    ids = [person.actor.account, *result.clients, *result.orders, *result.things]
    counts = bytes([result.more, len(result.clients), len(result.orders)])
    packed = counts + b"".join(uuid.bytes for uuid in ids if uuid)
    return signing.TimestampSigner(salt=COOKIE_NAME).sign(urlsafe_b64encode(packed).decode())


def _result_in_cookie(request: HttpRequest, person: Person) -> SearchMatches | None:
    """Returns the last result; None if it is too old, tampered with, or of another account."""
    try:
        value = signing.TimestampSigner(salt=COOKIE_NAME).unsign(
            request.COOKIES.get(full_name(COOKIE_NAME, of_every_path=False), ""), max_age=COOKIE_LIFETIME
        )
    except signing.BadSignature:
        return None
    packed = urlsafe_b64decode(value)
    more, clients, orders = packed[:3]
    account, *ids = (UUID(bytes=packed[at : at + 16]) for at in range(3, len(packed), 16))
    if account != person.actor.account:
        return None
    return SearchMatches(ids[:clients], ids[clients : clients + orders], ids[clients + orders :], bool(more))


def _heading(answer: SearchResults | None) -> str:
    """Returns the number of matches; never the query."""
    if answer is None:
        return _("Sök")
    count = len(answer.clients) + len(answer.orders) + len(answer.things)
    if not count:
        return _("Inget stämde")
    return ngettext("{count} träff", "{count} träffar", count).format(count=formatting.digits(count))


def _cases(answer: SearchResults) -> list[str]:
    """Returns the case numbers beside the orders and things that were found."""
    cases = [*(order.case for order in answer.orders), *(thing.case for thing in answer.things)]
    return [case for case in cases if case]


def _address_line(person: PersonShown | None) -> str:
    if person is None or not person.street:
        return ""
    return ", ".join(filter(None, (person.street, " ".join((person.postcode, person.town)).strip())))
