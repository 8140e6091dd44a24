# SPDX-License-Identifier: EUPL-1.2
"""Reading: GET on plural nouns. Each calls one function of the room `reading`, which journals the read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import WithJsonSchema

from troskel.acts.chapters import REGISTER
from troskel.api.operations import View, actor_of, add_operation, json_response
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.reading import access, client_record, coverage, duties, lists, phone, retention, things
from troskel.reading.paging import MAX_PAGE, Page, PageRequest

OFFICE = (Role.ASSESSOR, Role.ADMINISTRATOR)
CARE = (*OFFICE, Role.COORDINATOR)
ANYBODY = tuple(role for role in Role if role is not Role.SYSTEM)
READ_FAULTS = (401, 403, 422)
YEARS = range(1990, 2200)

Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="How many at most")]
After = Annotated[str, Query(max_length=40, description="The cursor 'next' of the page before")]
Case = Annotated[
    str,
    Query(max_length=12, pattern=r"^([0-9]{4}-[0-9]{4,7})?$", description="A case number, as 2026-0001"),
]
Day = Annotated[
    str | None,
    Query(description="A day, as 2026-11-20; today where left out"),
    WithJsonSchema({"type": "string", "format": "date"}),
]


class GapShown(msgspec.Struct, frozen=True):
    """The days on which a client who is covered today has no coverage."""

    client: str
    case: str
    service: str
    days: list[date]


class ActShown(msgspec.Struct, frozen=True):
    """An act of the register."""

    name: str
    chapter: str
    meaning: str
    paragraphs: list[str]
    who: list[str]
    writes: list[str]


def reads(
    path: str, *, who: Iterable[Role], answers: Any, faults: Iterable[int] = READ_FAULTS
) -> Callable[[View], View]:
    """Declares a GET: who may use it, and what it returns. The view's docstring is the summary."""

    def decorate(view: View) -> View:
        summary = (view.__doc__ or "").strip()
        name = view.__name__
        add_operation(
            "GET",
            path,
            view,
            name=name,
            summary=summary,
            who=who,
            answers=answers,
            faults=faults,
            tag="reading",
        )
        return view

    return decorate


def parse_day(text: str | None, field: str = "on") -> date:
    """Returns the given day, or today. Raises BadValue naming the field."""
    if text is None:
        return clock.today()
    try:
        value: date = msgspec.convert(text, date)
    except msgspec.ValidationError:
        raise BadValue(
            field, "value.not_a_day", _("Det är ingen dag som finns. Skriv till exempel 2026-11-20.")
        ) from None
    if value.year not in YEARS:
        raise BadValue(
            field,
            "value.outside_years",
            _("Året ligger utanför {first_year}–{last_year}."),
            first_year=YEARS.start,
            last_year=YEARS.stop - 1,
        )
    return value


@reads(
    "/clients",
    who=(*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST),
    answers=Page[lists.ListedClient],
)
def list_clients(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """The clients that you may see, by case number; no names"""
    return json_response(lists.clients(actor_of(request), PageRequest(limit, after)))


@reads(
    "/clients/{case}",
    who=(*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST),
    answers=client_record.RecordShown,
    faults=(*READ_FAULTS, 404),
)
def open_client(
    request: HttpRequest, case: Annotated[str, Path(max_length=20, pattern=r"^[0-9-]+$")]
) -> HttpResponse:
    """A client's record; the read is journalled"""
    return json_response(client_record.record(actor_of(request), case))


@reads("/decisions", who=(*CARE, Role.ECONOMIST), answers=Page[lists.ListedDecision])
def list_decisions(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """Decisions, with their allocations"""
    return json_response(lists.decisions(actor_of(request), PageRequest(limit, after), client))


@reads("/gaps", who=CARE, answers=list[GapShown])
def list_gaps(
    request: HttpRequest,
    on: Day = None,
    days: Annotated[int, Query(ge=1, le=366, description="How many days ahead")] = 30,
) -> HttpResponse:
    """Clients without coverage, and on which days"""
    gaps = coverage.gaps(actor_of(request), parse_day(on), days)
    return json_response([GapShown(*gap) for gap in gaps])


@reads("/orders", who=(*CARE, Role.LOCKSMITH), answers=Page[lists.ListedOrder])
def list_orders(
    request: HttpRequest,
    client: Case = "",
    state: Literal["", "open", "placed", "booked", "done", "cancelled"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    """Orders of installation and removal"""
    return json_response(lists.orders(actor_of(request), PageRequest(limit, after), client, state))


@reads("/locks", who=(*CARE, Role.LOCKSMITH), answers=Page[things.ListedThing])
def list_locks(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Locks, and where each is"""
    return json_response(things.things(actor_of(request), "lock", PageRequest(limit, after)))


@reads("/tags", who=CARE, answers=Page[things.ListedThing])
def list_tags(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Receipt tags, and who holds each"""
    return json_response(things.things(actor_of(request), "tag", PageRequest(limit, after)))


@reads("/keys", who=CARE, answers=Page[things.ListedThing])
def list_keys(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Keys, and who holds each"""
    return json_response(things.things(actor_of(request), "key", PageRequest(limit, after)))


@reads("/links", who=CARE, answers=Page[lists.ListedLink])
def list_links(request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = "") -> HttpResponse:
    """Links between clients and locks, open and ended"""
    return json_response(lists.links(actor_of(request), PageRequest(limit, after), client))


@reads("/visits", who=CARE, answers=Page[lists.ListedVisit])
def list_visits(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """Visits, with their evidence"""
    return json_response(lists.visits(actor_of(request), PageRequest(limit, after), client))


State = Annotated[
    Literal["open", "all"], Query(description="Those that stood open on the day, or all known by then")
]


@reads("/duties", who=ANYBODY, answers=Page[duties.ListedDuty])
def list_duties(
    request: HttpRequest,
    on: Day = None,
    state: State = "open",
    client: Case = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    """Duties: what, who and by when"""
    page_request = PageRequest(limit, after)
    page = duties.listed_duties(actor_of(request), page_request, on=parse_day(on), state=state, client=client)
    return json_response(page)


@reads("/notices", who=ANYBODY, answers=Page[duties.ListedNotice])
def list_notices(
    request: HttpRequest,
    on: Day = None,
    state: State = "open",
    client: Case = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    """Notices, and who has read them"""
    page_request = PageRequest(limit, after)
    page = duties.listed_notices(
        actor_of(request), page_request, on=parse_day(on), state=state, client=client
    )
    return json_response(page)


@reads("/phone/clients", who=(Role.CARER, Role.RESPONDER), answers=list[phone.OnThePhone])
def list_phone_clients(request: HttpRequest) -> HttpResponse:
    """Your own list for today: addresses, and ways in"""
    return json_response(phone.phone_list(actor_of(request)))


@reads(
    "/phone/doors/{serial}",
    who=(Role.CARER, Role.RESPONDER),
    answers=list[access.DoorAsked],
    faults=(*READ_FAULTS, 404),
)
def ask_door(
    request: HttpRequest, serial: Annotated[str, Path(max_length=50, pattern=r"^[^\x00-\x1f/]+$")]
) -> HttpResponse:
    """Whether you may open this lock now, and by which paragraph, or why not; for each client whom you may see"""
    return json_response(access.ask_door(actor_of(request), serial))


@reads("/openings", who=CARE, answers=Page[access.ListedOpening])
def list_openings(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """Openings that were allowed, and their results; unknown when not reported"""
    return json_response(access.openings(actor_of(request), PageRequest(limit, after), client))


@reads("/alarms", who=(Role.COORDINATOR, Role.RESPONDER), answers=Page[access.ListedAlarm])
def list_alarms(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Alarms that your organisation answers; the client only if you have accepted it or may see the client"""
    return json_response(access.alarms(actor_of(request), PageRequest(limit, after)))


@reads("/phone/counts", who=OFFICE, answers=dict[str, int])
def count_phone_clients(request: HttpRequest, on: Day = None) -> HttpResponse:
    """The number of clients on each organisation's phones"""
    return json_response(coverage.phone_clients(actor_of(request), parse_day(on)))


@reads("/organisations", who=ANYBODY, answers=Page[lists.ListedOrganisation])
def list_organisations(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Providers, alarm organisations and locksmiths"""
    return json_response(lists.organisations(actor_of(request), PageRequest(limit, after)))


@reads("/journal", who=CARE, answers=client_record.LinesShown)
def list_journal(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="The number of the last line you have")] = 0,
    limit: Limit = 50,
) -> HttpResponse:
    """The journal's lines about the clients that you may see"""
    return json_response(client_record.journal_lines(actor_of(request), after, limit))


@reads("/journal/{number}", who=OFFICE, answers=retention.DetailShown, faults=(*READ_FAULTS, 404))
def open_detail(
    request: HttpRequest, number: Annotated[int, Path(ge=1, le=2**53 - 1, description="The line's number")]
) -> HttpResponse:
    """The free text of a line of the journal; the read is journalled"""
    return json_response(retention.detail(actor_of(request), number))


@reads(
    "/retention",
    who=(Role.ADMINISTRATOR,),
    answers=retention.RetentionShown,
    faults=(*READ_FAULTS, 409),
)
def show_retention(request: HttpRequest, on: Day = None) -> HttpResponse:
    """The retention plan in force on a day, and how many rows of each kind are due by then"""
    return json_response(retention.retention(actor_of(request), parse_day(on)))


@reads("/acts", who=ANYBODY, answers=list[ActShown])
def list_acts(request: HttpRequest) -> HttpResponse:
    """Every act: paragraphs, roles, and the events it writes"""
    return json_response(
        [
            ActShown(act.name, act.chapter, act.meaning, [*act.paragraphs], sorted(act.who), [*act.writes])
            for act in REGISTER.values()
        ]
    )
