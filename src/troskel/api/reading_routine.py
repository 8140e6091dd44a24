# SPDX-License-Identifier: EUPL-1.2
"""Reading about the routine itself: the document and its versions, conformance, and deputies."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from troskel.api.operations import actor_of, json_response
from troskel.api.reading import READ_FAULTS, After, Day, Limit, parse_day, reads
from troskel.reading import conformance, duties, routine_versions
from troskel.reading.paging import PageRequest

DEFAULT_PERIOD = timedelta(days=90)


@reads("/routine", routine_versions.routine_on, faults=(*READ_FAULTS, 404))
def show_routine(request: HttpRequest, on: Day = None) -> HttpResponse:
    return json_response(routine_versions.routine_on(actor_of(request), parse_day(on)))


@reads("/routine/versions", routine_versions.versions)
def list_versions(request: HttpRequest) -> HttpResponse:
    return json_response(routine_versions.versions(actor_of(request)))


@reads("/routine/versions/{version}/comparison", routine_versions.comparison, faults=(*READ_FAULTS, 404))
def compare_version(request: HttpRequest, version: Annotated[UUID, Path()]) -> HttpResponse:
    return json_response(routine_versions.comparison(actor_of(request), version))


@reads("/conformance", conformance.conformance_report)
def show_conformance(
    request: HttpRequest,
    first: Day = None,
    last: Day = None,
    by: Annotated[
        Literal["paragraph", "organisation"], Query(description="A line an ask, or an ask and organisation")
    ] = "paragraph",
) -> HttpResponse:
    through = parse_day(last, "last")
    begins = through - DEFAULT_PERIOD if first is None else parse_day(first, "first")
    report = conformance.conformance_report(
        actor_of(request), begins, through, by_organisation=by == "organisation"
    )
    return json_response(report)


@reads("/deputies", duties.deputies)
def list_deputies(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(duties.deputies(actor_of(request), PageRequest(limit, after)))
