# SPDX-License-Identifier: EUPL-1.2
"""Reading: GET on plural nouns. Each calls one function of the room `reading`, which says who may and journals it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query
from pydantic import WithJsonSchema

from troskel.api.operations import View, actor_of, add_operation, json_response
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.reading import (
    access,
    act_list,
    client_extract,
    client_record,
    coverage,
    duties,
    lists,
    lock_states,
    outages,
    phone,
    phone_events,
    retention,
    things,
    tonight,
    visits,
)
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.reading.register import Reading

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


def reads(
    path: str, reading: Reading[..., Any], *, faults: Iterable[int] = READ_FAULTS
) -> Callable[[View], View]:
    """Declares a GET that answers with a reading: who may, the answer and the summary are the reading's own."""

    def decorate(view: View) -> View:
        add_operation(
            "GET",
            path,
            view,
            name=view.__name__,
            summary=reading.title,
            who=reading.who,
            answers=reading.answers,
            faults=faults,
            tag="reading",
        )
        return view

    return decorate


KnownThenOrNow = Annotated[
    coverage.Known, Query(description="A day that has passed: as it was known then, or as it is known now")
]


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


@reads("/clients", lists.clients)
def list_clients(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(lists.clients(actor_of(request), PageRequest(limit, after)))


@reads("/clients/{case}", client_record.record, faults=(*READ_FAULTS, 404))
def open_client(
    request: HttpRequest, case: Annotated[str, Path(max_length=20, pattern=r"^[0-9-]+$")]
) -> HttpResponse:
    return json_response(client_record.record(actor_of(request), case))


@reads("/clients/{case}/extract", client_extract.client_extract, faults=(*READ_FAULTS, 404, 409))
def extract_client(
    request: HttpRequest, case: Annotated[str, Path(max_length=20, pattern=r"^[0-9-]+$")]
) -> HttpResponse:
    return json_response(client_extract.client_extract(actor_of(request), case))


@reads("/decisions", lists.decisions)
def list_decisions(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    return json_response(lists.decisions(actor_of(request), PageRequest(limit, after), client))


@reads("/gaps", coverage.gaps)
def list_gaps(
    request: HttpRequest,
    on: Day = None,
    days: Annotated[int, Query(ge=1, le=366, description="How many days ahead")] = 30,
    by: Annotated[
        coverage.By, Query(description="By client, or by provider: whose phone loses whom")
    ] = coverage.By.CLIENT,
) -> HttpResponse:
    return json_response(coverage.gaps(actor_of(request), parse_day(on), days, by))


@reads("/orders", lists.orders)
def list_orders(
    request: HttpRequest,
    client: Case = "",
    state: Literal["", "open", "placed", "booked", "done", "cancelled"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    return json_response(lists.orders(actor_of(request), PageRequest(limit, after), client, state))


@reads("/locks", things.locks)
def list_locks(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(things.locks(actor_of(request), PageRequest(limit, after)))


@reads("/lock-states", lock_states.lock_states)
def list_lock_states(
    request: HttpRequest,
    trouble: Literal["", "any", "battery", "failed", "log", "codes", "silent"] = "",
    reached: Literal["", "server", "phone", "neither"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    page = PageRequest(limit, after)
    return json_response(lock_states.lock_states(actor_of(request), page, trouble=trouble, reached=reached))


@reads("/tags", things.tags)
def list_tags(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(things.tags(actor_of(request), PageRequest(limit, after)))


@reads("/keys", things.keys)
def list_keys(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(things.keys(actor_of(request), PageRequest(limit, after)))


@reads("/links", lists.links)
def list_links(request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(lists.links(actor_of(request), PageRequest(limit, after), client))


@reads("/visits", visits.visits)
def list_visits(
    request: HttpRequest,
    client: Case = "",
    state: Literal["", "open", "ended", "flagged"] = "",
    first: Day = None,
    last: Day = None,
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    days: dict[str, Any] = {
        name: parse_day(day, name) if day else None for name, day in (("first", first), ("last", last))
    }
    return json_response(
        visits.visits(actor_of(request), PageRequest(limit, after), client, state=state, **days)
    )


State = Annotated[
    Literal["open", "all"], Query(description="Those that stood open on the day, or all known by then")
]


@reads("/phone/events", phone_events.phone_events)
def list_phone_events(
    request: HttpRequest,
    state: Literal["", "unsettled", "noted", "on_the_way", "acknowledged", "refused", "corrected"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    return json_response(phone_events.phone_events(actor_of(request), PageRequest(limit, after), state))


@reads("/phone/installations", phone_events.phones)
def list_phones(request: HttpRequest) -> HttpResponse:
    return json_response(phone_events.phones(actor_of(request)))


@reads("/duties", duties.listed_duties)
def list_duties(
    request: HttpRequest,
    on: Day = None,
    state: State = "open",
    client: Case = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    page_request = PageRequest(limit, after)
    page = duties.listed_duties(actor_of(request), page_request, on=parse_day(on), state=state, client=client)
    return json_response(page)


@reads("/notices", duties.listed_notices)
def list_notices(
    request: HttpRequest,
    on: Day = None,
    state: State = "open",
    client: Case = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    page_request = PageRequest(limit, after)
    page = duties.listed_notices(
        actor_of(request), page_request, on=parse_day(on), state=state, client=client
    )
    return json_response(page)


@reads("/phone/clients", phone.phone_list)
def list_phone_clients(request: HttpRequest) -> HttpResponse:
    return json_response(phone.phone_list(actor_of(request)))


@reads("/phone/doors/{serial}", access.ask_door, faults=(*READ_FAULTS, 404))
def ask_door(
    request: HttpRequest, serial: Annotated[str, Path(max_length=50, pattern=r"^[^\x00-\x1f/]+$")]
) -> HttpResponse:
    return json_response(access.ask_door(actor_of(request), serial))


@reads("/ways-in", tonight.tonight)
def list_ways_in(request: HttpRequest) -> HttpResponse:
    return json_response(tonight.tonight(actor_of(request)))


@reads("/outages", outages.outages)
def show_outages(request: HttpRequest) -> HttpResponse:
    return json_response(outages.outages(actor_of(request)))


@reads("/openings", access.openings)
def list_openings(
    request: HttpRequest, client: Case = "", limit: Limit = 50, after: After = ""
) -> HttpResponse:
    return json_response(access.openings(actor_of(request), PageRequest(limit, after), client))


@reads("/alarms", access.alarms)
def list_alarms(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(access.alarms(actor_of(request), PageRequest(limit, after)))


@reads("/phone/counts", coverage.phone_clients)
def count_phone_clients(
    request: HttpRequest, on: Day = None, known: KnownThenOrNow = coverage.Known.THEN
) -> HttpResponse:
    return json_response(coverage.phone_clients(actor_of(request), parse_day(on), known))


@reads("/organisations", lists.organisations)
def list_organisations(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(lists.organisations(actor_of(request), PageRequest(limit, after)))


@reads("/journal", client_record.journal_lines)
def list_journal(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=2**53 - 1, description="The number of the last line you have")] = 0,
    limit: Limit = 50,
) -> HttpResponse:
    return json_response(client_record.journal_lines(actor_of(request), after, limit))


@reads("/journal/{number}", retention.detail, faults=(*READ_FAULTS, 404))
def open_detail(
    request: HttpRequest, number: Annotated[int, Path(ge=1, le=2**53 - 1, description="The line's number")]
) -> HttpResponse:
    return json_response(retention.detail(actor_of(request), number))


@reads("/retention", retention.retention, faults=(*READ_FAULTS, 409))
def show_retention(request: HttpRequest, on: Day = None) -> HttpResponse:
    return json_response(retention.retention(actor_of(request), parse_day(on)))


@reads("/acts", act_list.acts)
def list_acts(request: HttpRequest) -> HttpResponse:
    return json_response(act_list.acts(actor_of(request)))
