# SPDX-License-Identifier: EUPL-1.2
"""The search field in the page's head. A question is answered and forgotten: what it found is kept a little while.

The form is posted; ids of what was found go into a signed cookie of this page alone; the answer is then a page like
others. It can be reloaded and come back to, and the question is in no address, log or cookie (docs/decisions/0033).
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.people.queries import Person
from troskel.reading import accounts
from troskel.reading import search as reading_search
from troskel.reading.client_record import PersonShown
from troskel.reading.search import Answer, Found
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.lists import care_lists, thing_lists
from troskel.web.text import formatting

COOKIE = "troskel_found"
LASTS = timedelta(minutes=10)


@page("search", name="search", who=reading_search.WHO, methods=("GET", "HEAD", "POST"))
def search(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask; or see what the last question found."""
    if request.method == "POST":
        return _asked(request, person)
    found = _kept(request, person)
    answer = reading_search.answer(person.actor, found) if found else None
    names = accounts.organisation_names(person.actor) if found and (found.orders or found.things) else {}
    values = {
        "answer": answer,
        "heading": _heading(answer),
        "clients": [(one, _place(one.person), care_lists.about_client(one)) for one in answer.clients]
        if answer
        else [],
        "orders": care_lists.found_orders(answer.orders, names) if answer else [],
        "things": thing_lists.found_things(answer.things, names) if answer else [],
        "most": reading_search.MOST,
    }
    return show(request, "web/search.html", values)


def _asked(request: HttpRequest, person: Person) -> HttpResponse:
    answer = HttpResponseRedirect(reverse("search"))
    question = request.POST.get("question", "").strip()
    if not question:
        answer.delete_cookie(COOKIE, path=reverse("search"), samesite="Lax")
        return answer
    found = reading_search.search(person.actor, question)
    answer.set_cookie(
        COOKIE,
        _written(person, found),
        max_age=LASTS,
        path=reverse("search"),
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return answer


def _written(person: Person, found: Found) -> str:
    """Whose answer it is, and the ids, packed: a browser keeps no more than four thousand characters."""
    ids = [person.actor.account, *found.clients, *found.orders, *found.things]
    counts = bytes([found.more, len(found.clients), len(found.orders)])
    packed = counts + b"".join(one.bytes for one in ids if one)
    return signing.TimestampSigner(salt=COOKIE).sign(urlsafe_b64encode(packed).decode())


def _kept(request: HttpRequest, person: Person) -> Found | None:
    """What the last question found; nothing where it is too long ago, tampered with, or somebody else's."""
    try:
        written = signing.TimestampSigner(salt=COOKIE).unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS)
    except signing.BadSignature:
        return None
    packed = urlsafe_b64decode(written)
    more, clients, orders = packed[:3]
    account, *ids = (UUID(bytes=packed[at : at + 16]) for at in range(3, len(packed), 16))
    if account != person.actor.account:
        return None
    return Found(ids[:clients], ids[clients : clients + orders], ids[clients + orders :], bool(more))


def _heading(answer: Answer | None) -> str:
    """How much was found; never what was asked."""
    if answer is None:
        return _("Sök")
    count = len(answer.clients) + len(answer.orders) + len(answer.things)
    if not count:
        return _("Inget stämde")
    return ngettext("{count} träff", "{count} träffar", count).format(count=formatting.figure(count))


def _place(person: PersonShown | None) -> str:
    if person is None or not person.street:
        return ""
    return ", ".join(filter(None, (person.street, " ".join((person.postcode, person.town)).strip())))
