# SPDX-License-Identifier: EUPL-1.2
"""The frame of every page: person, navigation links, number of unread notices."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import (
    access,
    accounts,
    billing,
    bookings,
    brief_sights,
    coverage,
    duties,
    imports,
    lists,
    log_reviews,
    outbox,
    phone,
    phone_events,
    routine_versions,
    search,
    things,
    worklist,
)
from troskel.screens.session import person_of, signed_in_of


class NavLink(NamedTuple):
    """A navigation link; `is_current` marks the page shown."""

    url: str
    label: str
    is_current: bool


class FrameUrls(NamedTuple):
    """URLs of the links in the frame."""

    start: str
    search: str
    unread: str
    logout: str
    sign_out: str
    me: str
    language: str
    accessibility: str
    api: str


class Frame(NamedTuple):
    """Values of the base template."""

    person: Person | None
    urls: FrameUrls
    links: list[NavLink]
    unread: int
    language: str
    languages: list[tuple[str, str]]
    version: str
    is_demo: bool
    has_session: bool
    may_search: bool


def frame_of(request: HttpRequest) -> Frame:
    """Returns the frame of this page. One query each for the person and the unread count, if not already known."""
    person = person_of(request)
    return Frame(
        person=person,
        urls=frame_urls(),
        links=_nav_links(request, person),
        unread=_unread_in_request(request, person) if person else 0,
        language=get_language() or settings.LANGUAGE_CODE,
        languages=list(settings.LANGUAGES),
        version=_version(),
        is_demo=bool(settings.DEMO),
        has_session=signed_in_of(request) is not None,
        may_search=person is not None and person.actor.role in search.search.who,
    )


def frame_urls() -> FrameUrls:
    """Returns the URLs of the links in the frame."""
    return FrameUrls(
        start=reverse("start"),
        search=reverse("search"),
        unread=reverse("count"),
        logout=reverse("demo-logout"),
        sign_out=reverse("sign-out"),
        me=reverse("me"),
        language=reverse("language"),
        accessibility=reverse("accessibility"),
        api=reverse("api:openapi-view"),
    )


def set_unread_count(request: HttpRequest, notices: int) -> None:
    """Stores a count that the page already has, to save a query."""
    request._unread = notices  # type: ignore[attr-defined]


def _unread_in_request(request: HttpRequest, person: Person) -> int:
    count = getattr(request, "_unread", None)
    return worklist.unread_notices(person.actor) if count is None else int(count)


UNLINKED = {("alarms", Role.COORDINATOR), ("clients", Role.CARER), ("bookings", Role.LOCKSMITH)}
"""Pages that a role may open but does not work from: few coordinators answer alarms, a carer uses the phone, and a
locksmith has the calendar on the start page.
"""
LINKED_FROM_START = {
    ("billing", Role.ADMINISTRATOR),
    ("accounts", Role.COORDINATOR),
    ("accounts", Role.LOCKSMITH),
}
"""Pages in the navigation of others, which this role uses only now and then."""


class NavPage(NamedTuple):
    """A page of a role's navigation. `who`: the roles of the reading that it shows."""

    name: str
    label: str
    who: frozenset[Role]
    arguments: tuple[str, ...] = ()
    subpages: tuple[str, ...] = ()

    def is_linked_for(self, role: Role) -> bool:
        return role in self.who and (self.name, role) not in UNLINKED | LINKED_FROM_START


def _nav_links(request: HttpRequest, person: Person | None) -> list[NavLink]:
    """Returns the navigation links of the person's role."""
    if person is None:
        return [_nav_link(request, reverse("start"), _("Start"))]
    role = person.actor.role
    subpages = tuple(f"{name}/" for name, _label in secondary_pages(role))
    start_label = _("Min vecka") if role is Role.LOCKSMITH else _("Att göra")
    links = [_nav_link(request, reverse("start"), start_label, subpages=subpages)]
    links += [
        _nav_link(request, reverse(page.name, args=page.arguments), page.label, page.subpages)
        for page in _pages(role)
        if page.is_linked_for(role)
    ]
    links.append(_nav_link(request, reverse("acts"), _("Fler åtgärder")))
    return links


def secondary_pages(role: Role) -> list[tuple[str, str]]:
    """Returns names and labels of pages used now and then: they are linked from the start page."""
    pages = [
        NavPage("late", _("Försenat hos andra"), duties.late_duties.who),
        NavPage("gaps", _("Kunder som försvinner ur telefonen"), coverage.gaps.who),
        NavPage("emails", _("E-post som inte gick fram"), outbox.failed_emails.who),
        NavPage("phone-events", _("Telefonens händelser"), phone_events.phone_events.who - {Role.CARER}),
        NavPage("brief-sights", _("Kort insyn"), brief_sights.brief_sights.who),
        NavPage("imports", _("Import från verksamhetssystemet"), imports.nights.who),
        NavPage("log-reviews", _("Granskning av loggen"), log_reviews.log_reviews.who),
        *(page for page in _pages(role) if (page.name, role) in LINKED_FROM_START),
        NavPage("notices", _("Meddelanden, och vem som har läst dem"), duties.recent_notices.who),
    ]
    return [(page.name, page.label) for page in pages if role in page.who]


def _pages(role: Role) -> list[NavPage]:
    """Returns the pages of daily work, the lists and the routine, in order of the navigation."""
    sees_locks_only = role not in things.keys.who
    return [
        NavPage("phone", _("Telefonen"), phone.phone_today.who),
        NavPage("bookings", _("Bokningar"), bookings.rounds.who),
        NavPage("alarms", _("Larm"), access.open_alarms.who),
        NavPage("billing", _("Andra kommuner"), billing.invoice_rows.who),
        NavPage("clients", _("Kunder"), lists.clients.who, subpages=("visits/",)),
        NavPage("orders", _("Beställningar"), lists.orders.who),
        NavPage(
            "things",
            _("Låsvred") if sees_locks_only else _("Lås, knappar och nycklar"),
            things.locks.who,
            arguments=("lock",),
            subpages=("things/", "links/"),
        ),
        NavPage("accounts", _("Konton"), accounts.accounts.who, subpages=("organisations/",)),
        NavPage("routine", _("Rutinen"), routine_versions.routine_on.who),
    ]


def _nav_link(request: HttpRequest, url: str, label: str, subpages: tuple[str, ...] = ()) -> NavLink:
    """`subpages`: URL prefixes of pages that belong to the link."""
    is_subpage = any(request.path.startswith(f"{reverse('start')}{path}") for path in subpages)
    return NavLink(url, label, request.path == url or is_subpage)


def _version() -> str:
    try:
        return version("troskel")
    except PackageNotFoundError:
        return _("från källkoden")
