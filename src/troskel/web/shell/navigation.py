# SPDX-License-Identifier: EUPL-1.2
"""The frame of every page: person, navigation links, number of unread notices, what the page is for."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from troskel.people.queries import Person
from troskel.people.roles import OVERSIGHT_ROLES, OrganisationKind, Role
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
    outages,
    outbox,
    phone,
    phone_events,
    routine_versions,
    search,
    things,
    tonight,
    worklist,
)
from troskel.screens.pages import PAGES, START, PageSpec, page_around
from troskel.screens.session import person_of, signed_in_of
from troskel.web.text import phrases


class NavLink(NamedTuple):
    """A navigation link; `is_current` marks the page shown.

    `is_seldom`: it is under *Mer*. `is_routine`: on a narrow screen it is there too, and not in the row.
    """

    url: str
    label: str
    is_current: bool = False
    is_seldom: bool = False
    is_routine: bool = False


class PageHelp(NamedTuple):
    """What the page is for: a sentence, the paragraphs of the routine that it serves, and the rules in words.

    `may_leave`: no form is filled in here, which a link would lose.
    """

    about: str
    paragraphs: list[str]
    rules: list[str]
    may_leave: bool


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
    guide: str


class Frame(NamedTuple):
    """Values of the base template."""

    person: Person | None
    urls: FrameUrls
    links: list[NavLink]
    more: list[NavLink]
    help: PageHelp | None
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
    links = _nav_links(request, person)
    return Frame(
        person=person,
        urls=frame_urls(),
        links=[link for link in links if not link.is_seldom],
        more=[link for link in links if link.is_seldom or link.is_routine],
        help=_page_help(request, person),
        unread=_unread_in_request(request, person) if person else 0,
        language=get_language() or settings.LANGUAGE_CODE,
        languages=list(settings.LANGUAGES),
        version=_version() or _("från källkoden"),
        is_demo=bool(settings.DEMO),
        has_session=signed_in_of(request) is not None,
        may_search=person is not None and person.actor.role in search.search.who,
    )


def frame_urls() -> FrameUrls:
    """Returns the URLs of the links in the frame."""
    return _frame_urls(get_script_prefix())


@cache
def _frame_urls(_prefix: str) -> FrameUrls:
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
        guide=reverse("guide"),
    )


def set_unread_count(request: HttpRequest, notices: int) -> None:
    """Stores a count that the page already has, to save a query."""
    request._unread = notices  # type: ignore[attr-defined]


def _unread_in_request(request: HttpRequest, person: Person) -> int:
    count = getattr(request, "_unread", None)
    return worklist.unread_notices(person.actor) if count is None else int(count)


UNLINKED = {("clients", Role.CARER), ("bookings", Role.LOCKSMITH)}
"""Pages that a role may open but does not work from: a carer uses the phone, and a locksmith has the calendar on the
start page.
"""
SELDOM = {("clients", Role.LOCKSMITH)}
"""Pages that a role needs less often than those after them."""
IN_THE_ROW = 2
"""How many pages stand in the row of the header, between the start page and the routine; the rest are under *Mer*."""
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

    def is_linked_for(self, role: Role, kind: OrganisationKind) -> bool:
        if self.name == "alarms" and role is Role.COORDINATOR:
            return kind is OrganisationKind.ALARM
        return role in self.who and (self.name, role) not in UNLINKED | LINKED_FROM_START


def _nav_links(request: HttpRequest, person: Person | None) -> list[NavLink]:
    """Returns the navigation links of the person's role, those in the row first."""
    prefix, language = get_script_prefix(), get_language()
    of = (person.actor.role, person.organisation_kind) if person else None
    return [
        link._replace(is_current=request.path == link.url or request.path.startswith(below))
        for link, below in _links_of(of, prefix, language)
    ]


_Link = tuple[NavLink, tuple[str, ...]]
"""A link, and how the paths of the pages that belong to it begin."""


@cache
def _links_of(of: tuple[Role, OrganisationKind] | None, prefix: str, _language: str | None) -> list[_Link]:
    """The links of a role, in the language in use; all addresses begin with the prefix."""
    if of is None:
        return [(NavLink(reverse("start"), _("Start")), ())]
    role, kind = of
    pages = [page for page in _pages(role) if page.is_linked_for(role, kind)]
    often = [page for page in pages if (page.name, role) not in SELDOM][:IN_THE_ROW]
    start_label = _("Min vecka") if role is Role.LOCKSMITH else _("Att göra")
    routine = NavPage("routine", _("Rutinen"), routine_versions.routine_on.who)
    seldom = [
        *(page for page in pages if page not in often),
        NavPage("acts", _("Fler åtgärder"), frozenset()),
        *_secondary_pages(role),
        NavPage("guide", _("Den första timmen"), frozenset()),
    ]
    return [
        (NavLink(reverse("start"), start_label), ()),
        *(_link_to(page, prefix) for page in often),
        _link_to(routine, prefix, is_routine=True),
        *(_link_to(page, prefix, is_seldom=True) for page in seldom),
    ]


def _link_to(page: NavPage, prefix: str, *, is_seldom: bool = False, is_routine: bool = False) -> _Link:
    link = NavLink(
        reverse(page.name, args=page.arguments), page.label, is_seldom=is_seldom, is_routine=is_routine
    )
    return link, tuple(prefix + path for path in page.subpages or (f"{page.name}/",))


def _page_help(request: HttpRequest, person: Person | None) -> PageHelp | None:
    """Returns what the page shown is for. None where nobody has signed in yet, and for what is no page of ours."""
    match = request.resolver_match
    shown = _shown_by(match.url_name) if match and match.url_name else None
    if shown is None or not shown.about or (person is None and shown.name == START):
        return None
    rules = [_(phrases.RULES[name]) for name in shown.serves if name in phrases.RULES]
    paragraphs = [name for name in shown.serves if name not in phrases.RULES]
    return PageHelp(_(shown.about), paragraphs, rules, may_leave="POST" not in shown.methods)


@cache
def _shown_by(name: str) -> PageSpec | None:
    spec = next((one for one in PAGES if one.name == name), None)
    return page_around(spec) if spec else None


def _secondary_pages(role: Role) -> list[NavPage]:
    """Returns the pages used now and then."""
    pages = [
        NavPage("late", _("Försenat hos andra"), duties.late_duties.who),
        NavPage("gaps", _("Kunder som försvinner ur telefonen"), coverage.gaps.who),
        NavPage("tonight", _("Vem kommer in i natt?"), tonight.tonight.who),
        NavPage("outages", _("När något inte fungerar"), outages.outages.who),
        NavPage("emails", _("E-post som inte gick fram"), outbox.failed_emails.who),
        NavPage("phone-events", _("Telefonens händelser"), phone_events.phone_events.who - {Role.CARER}),
        NavPage("brief-sights", _("Kort insyn"), brief_sights.brief_sights.who),
        NavPage("emergency-openings", _("Öppningar vid larm"), OVERSIGHT_ROLES),
        NavPage("imports", _("Import från verksamhetssystemet"), imports.nights.who),
        NavPage("log-reviews", _("Granskning av loggen"), log_reviews.log_reviews.who),
        *(page for page in _pages(role) if (page.name, role) in LINKED_FROM_START),
        NavPage("notices", _("Meddelanden, och vem som har läst dem"), duties.recent_notices.who),
    ]
    return [page for page in pages if role in page.who]


def _pages(role: Role) -> list[NavPage]:
    """Returns the pages of daily work and the lists, the most used first."""
    sees_locks_only = role not in things.keys.who
    return [
        NavPage("phone", _("Telefonen"), phone.phone_today.who),
        NavPage("bookings", _("Bokningar"), bookings.rounds.who),
        NavPage("alarms", _("Larm"), access.open_alarms.who),
        NavPage("clients", _("Kunder"), lists.clients.who, subpages=("clients/", "visits/")),
        NavPage("orders", _("Beställningar"), lists.orders.who),
        NavPage(
            "things",
            _("Låsvred") if sees_locks_only else _("Lås, knappar och nycklar"),
            things.locks.who,
            arguments=("lock",),
            subpages=("things/", "links/", "lock-states/"),
        ),
        NavPage("billing", _("Andra kommuner"), billing.invoice_rows.who),
        NavPage("accounts", _("Konton"), accounts.accounts.who, subpages=("accounts/", "organisations/")),
    ]


@cache
def _version() -> str:
    """The installed version; empty from the source code."""
    try:
        return version("troskel")
    except PackageNotFoundError:
        return ""
