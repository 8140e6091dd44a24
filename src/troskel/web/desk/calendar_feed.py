# SPDX-License-Identifier: EUPL-1.2
"""Subscribe to the bookings: a secret address that a calendar program fetches, and that one ends when one likes."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.accounts import note_use
from troskel.acts.chapters import REGISTER
from troskel.ground import clock, icalendar
from troskel.ground.ids import created
from troskel.people import queries as people
from troskel.people.queries import Person, bearer_of, digest_of
from troskel.people.roles import Actor, Role
from troskel.people.token_rules import TokenScope
from troskel.reading import accounts
from troskel.reading.calendar_feed import FeedBooking, calendar_feed
from troskel.screens.pages import page, public
from troskel.screens.render import render_page
from troskel.web.text.phrases import ORDER_KINDS

LASTS = timedelta(days=365)


@page(
    "calendar/",
    name="calendar",
    about=gettext_noop(
        "Här får du en adress, så att bokningarna syns i din egen kalender. Inga namn följer med."
    ),
    serves=("P4", "L1"),
    who=calendar_feed.who,
    methods=("GET", "HEAD", "POST"),
)
def subscribing(request: HttpRequest, person: Person) -> HttpResponse:
    """One's addresses for calendar programs: make one, which is shown once, and end them."""
    secret = ""
    if request.method == "POST":
        if token := request.POST.get("token"):
            REGISTER["revoke_token"].perform(person.actor, {"token": token})
            return HttpResponseRedirect(reverse("calendar"))
        secret = _make(person)
    own = people.username_of(person.actor.account) if person.actor.account else ""
    tokens = accounts.tokens(person.actor, of=own)
    values = {
        "address": request.build_absolute_uri(reverse("calendar-feed", args=[secret])) if secret else "",
        "tokens": [token for token in tokens if token.scopes == [TokenScope.CALENDAR]],
        "today": clock.today(),
    }
    return render_page(request, "web/calendar.html", values)


def _make(person: Person) -> str:
    values = {
        "label": _("Kalender"),
        "scopes": [TokenScope.CALENDAR.value],
        "expires": (clock.now() + LASTS).isoformat(),
    }
    return str(REGISTER["issue_token"].perform(person.actor, values).answer["token"])


@public(
    "calendar/<str:secret>.ics",
    name="calendar-feed",
)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The bookings as a calendar, for whoever has the address. 404 when it has ended, or never was."""
    bearer = bearer_of(digest_of(secret), clock.now())
    if (
        bearer is None
        or TokenScope.CALENDAR not in bearer.scopes
        or bearer.actor.role not in calendar_feed.who
    ):
        raise Http404
    note_use(bearer)
    day_page = reverse("start" if bearer.actor.role is Role.LOCKSMITH else "bookings")
    home = request.build_absolute_uri(day_page)
    events = [_event(booking, bearer.actor, home) for booking in calendar_feed(bearer.actor)]
    name = _("Låssmedens tider") if bearer.actor.role is not Role.LOCKSMITH else _("Mina bokningar")
    return HttpResponse(icalendar.calendar(name, events), content_type=icalendar.MEDIA_TYPE)


def _event(booking: FeedBooking, viewer: Actor, home: str) -> icalendar.CalendarEvent:
    work = _(ORDER_KINDS[booking.kind])
    present = {"client": _("Kunden ska vara med."), "carer": _("Personal från utföraren ska vara med.")}
    said = [present.get(booking.presence, ""), _("Adress och telefonnummer står i Tröskel.")]
    summary = f"{work} {booking.order}"
    if booking.done:
        summary = _("{what} (utförd)").format(what=summary)
    day = clock.day_of(booking.starts).isoformat()
    return icalendar.CalendarEvent(
        uid=f"{booking.id}@{viewer.municipality}.troskel",
        changed=created(booking.id),
        starts=booking.starts,
        ends=booking.ends,
        summary=summary,
        description=" ".join(filter(None, said)),
        url=f"{home}?view=day&from={day}#{booking.order}",
    )
