# SPDX-License-Identifier: EUPL-1.2
"""Reading: GET on plural nouns. Each calls one function of the viewing acts, which notes what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import WithJsonSchema

from troskel.acts.chapters import REGISTER
from troskel.api.operations import View, actor_of, answer, operation
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.people.roles import Role
from troskel.reading import access, client_record, coverage, duties, lists, phone, retention, things
from troskel.reading.paging import LONGEST, Asked, Page

OFFICE = (Role.ASSESSOR, Role.ADMINISTRATOR)
CARE = (*OFFICE, Role.COORDINATOR)
ANYBODY = tuple(role for role in Role if role is not Role.SYSTEM)
FAULTS = (401, 403, 422)
YEARS = range(1990, 2200)

Limit = Annotated[int, Query(ge=1, le=LONGEST, description="How many at most")]
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
    """The days on which a client who is covered today is covered by nobody."""

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
    path: str, *, who: Iterable[Role], answers: Any, faults: Iterable[int] = FAULTS
) -> Callable[[View], View]:
    """Declare a GET: who may use it, and what it answers. Its first line of words is the summary."""

    def declared(view: View) -> View:
        summary = (view.__doc__ or "").strip()
        name = view.__name__
        operation(
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

    return declared


def day(asked: str | None, field: str = "on") -> date:
    """The day asked for, else today. Raises BadValue naming the field."""
    if asked is None:
        return clock.today()
    try:
        found: date = msgspec.convert(asked, date)
    except msgspec.ValidationError:
        raise BadValue(field, "is no day: write it as 2026-11-20") from None
    if found.year not in YEARS:
        raise BadValue(
            field, "lies outside {first_year}–{last_year}", first_year=YEARS.start, last_year=YEARS.stop - 1
        )
    return found


@reads(
    "/clients",
    who=(*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST),
    answers=Page[lists.ListedClient],
)
def list_clients(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """The clients that you see, by case number; no names"""
    return answer(lists.clients(actor_of(request), Asked(limit, after)))


@reads(
    "/clients/{case}",
    who=(*CARE, Role.CARER, Role.LOCKSMITH, Role.ECONOMIST),
    answers=client_record.RecordShown,
    faults=(*FAULTS, 404),
)
def open_client(
    request: HttpRequest, case: Annotated[str, Path(max_length=20, pattern=r"^[0-9-]+$")]
) -> HttpResponse:
    """Open a client's record; that you did is journalled"""
    return answer(client_record.record(actor_of(request), case))


@reads("/decisions", who=(*CARE, Role.ECONOMIST), answers=Page[lists.ListedDecision])
def list_decisions(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """Decisions, with their allocations"""
    return answer(lists.decisions(actor_of(request), Asked(limit, after), client))


@reads("/gaps", who=CARE, answers=list[GapShown])
def list_gaps(
    request: HttpRequest,
    on: Day = None,
    days: Annotated[int, Query(ge=1, le=366, description="How many days ahead")] = 30,
) -> HttpResponse:
    """Who will be without cover, and on which days"""
    found = coverage.gaps(actor_of(request), day(on), days)
    return answer([GapShown(*gap) for gap in found])


@reads("/orders", who=(*CARE, Role.LOCKSMITH), answers=Page[lists.ListedOrder])
def list_orders(
    request: HttpRequest,
    client: Case = "",
    state: Literal["", "open", "placed", "booked", "done", "cancelled"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    """Orders of installation and removal"""
    return answer(lists.orders(actor_of(request), Asked(limit, after), client, state))


@reads("/locks", who=(*CARE, Role.LOCKSMITH), answers=Page[things.ListedThing])
def list_locks(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Locks, and where each is"""
    return answer(things.things(actor_of(request), "lock", Asked(limit, after)))


@reads("/tags", who=CARE, answers=Page[things.ListedThing])
def list_tags(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Receipt tags, and who holds each"""
    return answer(things.things(actor_of(request), "tag", Asked(limit, after)))


@reads("/keys", who=CARE, answers=Page[things.ListedThing])
def list_keys(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Keys, and who holds each"""
    return answer(things.things(actor_of(request), "key", Asked(limit, after)))


@reads("/links", who=CARE, answers=Page[lists.ListedLink])
def list_links(request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = "") -> HttpResponse:
    """Links between clients and locks, open and ended"""
    return answer(lists.links(actor_of(request), Asked(limit, after), client))


@reads("/visits", who=CARE, answers=Page[lists.ListedVisit])
def list_visits(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """Visits, and what proves them"""
    return answer(lists.visits(actor_of(request), Asked(limit, after), client))


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
    """What the routine asks of whom, and by when"""
    asked = Asked(limit, after)
    found = duties.listed_duties(actor_of(request), asked, on=day(on), state=state, client=client)
    return answer(found)


@reads("/notices", who=ANYBODY, answers=Page[duties.ListedNotice])
def list_notices(
    request: HttpRequest,
    on: Day = None,
    state: State = "open",
    client: Case = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    """What the routine tells whom, and who has read it"""
    asked = Asked(limit, after)
    found = duties.listed_notices(actor_of(request), asked, on=day(on), state=state, client=client)
    return answer(found)


@reads("/phone/clients", who=(Role.CARER, Role.RESPONDER), answers=list[phone.OnThePhone])
def list_phone_clients(request: HttpRequest) -> HttpResponse:
    """Your own list for today: where, and how to get in"""
    return answer(phone.phone_list(actor_of(request)))


@reads(
    "/phone/doors/{serial}",
    who=(Role.CARER, Role.RESPONDER),
    answers=list[access.DoorAsked],
    faults=(*FAULTS, 404),
)
def ask_door(
    request: HttpRequest, serial: Annotated[str, Path(max_length=50, pattern=r"^[^\x00-\x1f/]+$")]
) -> HttpResponse:
    """May you open this lock now, and by which paragraph, or why not; for each client whom you see"""
    return answer(access.ask_door(actor_of(request), serial))


@reads("/openings", who=CARE, answers=Page[access.ListedOpening])
def list_openings(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    """Openings that were allowed, and what came of them; unknown where nobody has told"""
    return answer(access.openings(actor_of(request), Asked(limit, after), client))


@reads("/alarms", who=(Role.COORDINATOR, Role.RESPONDER), answers=Page[access.ListedAlarm])
def list_alarms(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Alarms that your organisation answers; whose, only where you have accepted it or see the client"""
    return answer(access.alarms(actor_of(request), Asked(limit, after)))


@reads("/phone/counts", who=OFFICE, answers=dict[str, int])
def count_phone_clients(request: HttpRequest, on: Day = None) -> HttpResponse:
    """How many clients each organisation's phones have"""
    return answer(coverage.phone_clients(actor_of(request), day(on)))


@reads("/organisations", who=ANYBODY, answers=Page[lists.ListedOrganisation])
def list_organisations(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Providers, alarm organisations and locksmiths"""
    return answer(lists.organisations(actor_of(request), Asked(limit, after)))


@reads("/journal", who=CARE, answers=client_record.LinesShown)
def list_journal(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="The number of the last line you have")] = 0,
    limit: Limit = 50,
) -> HttpResponse:
    """What was done, line by line, about the clients that you see"""
    return answer(client_record.journal_lines(actor_of(request), after, limit))


@reads("/journal/{number}", who=OFFICE, answers=retention.DetailShown, faults=(*FAULTS, 404))
def open_detail(
    request: HttpRequest, number: Annotated[int, Path(ge=1, le=2**53 - 1, description="The line's number")]
) -> HttpResponse:
    """Read the free text of a line of the journal; that you did is journalled"""
    return answer(retention.detail(actor_of(request), number))


@reads(
    "/retention",
    who=(Role.ADMINISTRATOR,),
    answers=retention.RetentionShown,
    faults=(*FAULTS, 409),
)
def show_retention(request: HttpRequest, on: Day = None) -> HttpResponse:
    """The retention plan in force on a day, and how much of each kind is due by then"""
    return answer(retention.retention(actor_of(request), day(on)))


@reads("/acts", who=ANYBODY, answers=list[ActShown])
def list_acts(request: HttpRequest) -> HttpResponse:
    """Every act: paragraphs, who may, and what it writes"""
    return answer(
        [
            ActShown(act.name, act.chapter, act.meaning, [*act.paragraphs], sorted(act.who), [*act.writes])
            for act in REGISTER.values()
        ]
    )
