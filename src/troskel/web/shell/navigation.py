# SPDX-License-Identifier: EUPL-1.2
"""What stands around every page: who one is and where, the ways on, how much there is to read."""

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


class Way(NamedTuple):
    """A way on: its address, its word, and whether it is here."""

    address: str
    word: str
    here: bool


class Addresses(NamedTuple):
    """Where the links around every page lead."""

    start: str
    search: str
    unread: str
    logout: str
    language: str
    accessibility: str
    api: str


class Frame(NamedTuple):
    """What the base page shows."""

    person: Person | None
    to: Addresses
    ways: list[Way]
    unread: int
    language: str
    languages: list[tuple[str, str]]
    version: str
    demo: bool
    searches: bool


def frame_of(request: HttpRequest) -> Frame:
    """What stands around this page. A query for each of who and unread that the page has not asked already."""
    person = person_of(request)
    return Frame(
        person=person,
        to=_addresses(),
        ways=_ways(request, person),
        unread=_unread(request, person) if person else 0,
        language=get_language() or settings.LANGUAGE_CODE,
        languages=list(settings.LANGUAGES),
        version=_version(),
        demo=bool(settings.DEMO),
        searches=person is not None and person.actor.role in search.WHO,
    )


def _addresses() -> Addresses:
    return Addresses(
        start=reverse("start"),
        search=reverse("search"),
        unread=reverse("count"),
        logout=reverse("demo-logout"),
        language=reverse("language"),
        accessibility=reverse("accessibility"),
        api=reverse("api:openapi-view"),
    )


def unread(person: Person) -> int:
    """How many notices wait to be read. One query; no client is shown, so no line of reads."""
    asked = duties.worklist(person.actor, clock.today()).filter(kind="notice")
    return int(worklist.of_their_clients(person.actor, asked).count())


def waiting(request: HttpRequest, notices: int) -> None:
    """The page has counted the notices that wait itself: they are not asked for once more."""
    request._unread = notices  # type: ignore[attr-defined]


def _unread(request: HttpRequest, person: Person) -> int:
    counted = getattr(request, "_unread", None)
    return unread(person) if counted is None else int(counted)


def _ways(request: HttpRequest, person: Person | None) -> list[Way]:
    """The ways on, for one's role."""
    if person is None:
        return [_way(request, reverse("start"), _("Start"))]
    beside = tuple(f"{name}/" for name, _word in more(person.actor.role))
    ways = [_way(request, reverse("start"), _("Att göra"), also=beside)]
    if person.actor.role in PHONE_ROLES:
        ways.append(_way(request, reverse("phone"), _("Telefonen")))
    ways += [_way(request, reverse(name), word) for name, word in _of_role(person.actor.role)]
    ways += _lists(request, person.actor.role)
    ways.append(_way(request, reverse("routine"), _("Rutinen")))
    ways.append(_way(request, reverse("acts"), _("Gör något annat")))
    return ways


def more(role: Role) -> list[tuple[str, str]]:
    """The pages that one looks into now and then, by name: they have their ways on the start page."""
    own = [
        ("late", _("Allt som är sent")),
        ("emails", _("E-post som inte gick fram")),
        ("imports", _("Nätternas inläsning")),
        ("billing", _("Andra kommuner")),
    ]
    read = ("notices", _("Meddelanden, och vem som har läst dem"))
    return [*(own if role is Role.ADMINISTRATOR else []), read]


def _of_role(role: Role) -> list[tuple[str, str]]:
    """The pages of each role's own day, by name."""
    own = {
        Role.LOCKSMITH: [("bookings", _("Bokningar"))],
        Role.COORDINATOR: [("bookings", _("Bokningar")), ("billing", _("Andra kommuner"))],
        Role.RESPONDER: [("alarms", _("Larm"))],
        Role.ECONOMIST: [("billing", _("Andra kommuner"))],
    }
    return own.get(role, [])


def _lists(request: HttpRequest, role: Role) -> list[Way]:
    """The lists that a role works from. A carer and a responder work from the phone."""
    ways = []
    if role in (Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH, Role.ECONOMIST):
        ways.append(_way(request, reverse("clients"), _("Kunder"), also=("visits/",)))
    if role in (Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR, Role.LOCKSMITH):
        ways.append(_way(request, reverse("orders"), _("Beställningar")))
        word = _("Låsvred") if role is Role.LOCKSMITH else _("Saker")
        ways.append(_way(request, reverse("things", args=["lock"]), word, also=("things/", "links/")))
    if role is Role.ADMINISTRATOR:
        ways.append(_way(request, reverse("accounts"), _("Konton"), also=("organisations/",)))
    return ways


def _way(request: HttpRequest, address: str, word: str, also: tuple[str, ...] = ()) -> Way:
    """`also`: how the addresses of the pages beside it begin."""
    within = any(request.path.startswith(f"{reverse('start')}{place}") for place in also)
    return Way(address, word, request.path == address or within)


def _version() -> str:
    try:
        return version("troskel")
    except PackageNotFoundError:
        return _("från källkoden")
