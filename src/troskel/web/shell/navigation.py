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

from troskel.duties import queries as duties
from troskel.ground import clock
from troskel.people.queries import Person
from troskel.people.roles import PHONE_ROLES, Role
from troskel.reading import search, worklist
from troskel.screens.session import person_of


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
        may_search=person is not None and person.actor.role in search.ROLES,
    )


def frame_urls() -> FrameUrls:
    """Returns the URLs of the links in the frame."""
    return FrameUrls(
        start=reverse("start"),
        search=reverse("search"),
        unread=reverse("count"),
        logout=reverse("demo-logout"),
        language=reverse("language"),
        accessibility=reverse("accessibility"),
        api=reverse("api:openapi-view"),
    )


def unread_count(person: Person) -> int:
    """Returns the number of unread notices. One query; no client is shown, so the read is not journalled."""
    notices = duties.worklist(person.actor, clock.today()).filter(kind="notice")
    return int(worklist.within_sight(person.actor, notices).count())


def set_unread_count(request: HttpRequest, notices: int) -> None:
    """Stores a count that the page already has, to save a query."""
    request._unread = notices  # type: ignore[attr-defined]


def _unread_in_request(request: HttpRequest, person: Person) -> int:
    count = getattr(request, "_unread", None)
    return unread_count(person) if count is None else int(count)


def _nav_links(request: HttpRequest, person: Person | None) -> list[NavLink]:
    """Returns the navigation links of the person's role."""
    if person is None:
        return [_nav_link(request, reverse("start"), _("Start"))]
    subpages = tuple(f"{name}/" for name, _label in secondary_pages(person.actor.role))
    links = [_nav_link(request, reverse("start"), _("Att göra"), subpages=subpages)]
    if person.actor.role in PHONE_ROLES:
        links.append(_nav_link(request, reverse("phone"), _("Telefonen")))
    links += [_nav_link(request, reverse(name), label) for name, label in _role_pages(person.actor.role)]
    links += _list_links(request, person.actor.role)
    links.append(_nav_link(request, reverse("routine"), _("Rutinen")))
    links.append(_nav_link(request, reverse("acts"), _("Gör något annat")))
    return links


def secondary_pages(role: Role) -> list[tuple[str, str]]:
    """Returns names and labels of pages used now and then: they are linked from the start page."""
    pages = [
        ("late", _("Allt som är sent")),
        ("emails", _("E-post som inte gick fram")),
        ("imports", _("Nätternas inläsning")),
        ("billing", _("Andra kommuner")),
    ]
    notices = ("notices", _("Meddelanden, och vem som har läst dem"))
    return [*(pages if role is Role.ADMINISTRATOR else []), notices]


def _role_pages(role: Role) -> list[tuple[str, str]]:
    """Returns names and labels of the pages of a role's daily work."""
    pages = {
        Role.LOCKSMITH: [("bookings", _("Bokningar"))],
        Role.COORDINATOR: [("bookings", _("Bokningar")), ("billing", _("Andra kommuner"))],
        Role.RESPONDER: [("alarms", _("Larm"))],
        Role.ECONOMIST: [("billing", _("Andra kommuner"))],
    }
    return pages.get(role, [])


def _list_links(request: HttpRequest, role: Role) -> list[NavLink]:
    """Returns links to the lists of a role. Carers and responders work from the phone."""
    links = []
    if role in (Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH, Role.ECONOMIST):
        links.append(_nav_link(request, reverse("clients"), _("Kunder"), subpages=("visits/",)))
    if role in (Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH):
        links.append(_nav_link(request, reverse("orders"), _("Beställningar")))
        label = _("Låsvred") if role is Role.LOCKSMITH else _("Saker")
        links.append(
            _nav_link(request, reverse("things", args=["lock"]), label, subpages=("things/", "links/"))
        )
    if role is Role.ADMINISTRATOR:
        links.append(_nav_link(request, reverse("accounts"), _("Konton"), subpages=("organisations/",)))
    return links


def _nav_link(request: HttpRequest, url: str, label: str, subpages: tuple[str, ...] = ()) -> NavLink:
    """`subpages`: URL prefixes of pages that belong to the link."""
    is_subpage = any(request.path.startswith(f"{reverse('start')}{path}") for path in subpages)
    return NavLink(url, label, request.path == url or is_subpage)


def _version() -> str:
    try:
        return version("troskel")
    except PackageNotFoundError:
        return _("från källkoden")
