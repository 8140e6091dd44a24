# SPDX-License-Identifier: EUPL-1.2
"""Reading about the routine itself: the document and its versions, conformance, and deputies."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from troskel.api.operations import actor_of, json_response
from troskel.api.reading import ANYBODY, OFFICE, READ_FAULTS, After, Day, Limit, parse_day, reads
from troskel.people.roles import Role
from troskel.reading import conformance, duties, routine_versions
from troskel.reading.paging import Page, PageRequest

DEFAULT_PERIOD = timedelta(days=90)


@reads("/routine", who=ANYBODY, answers=routine_versions.RoutineShown, faults=(*READ_FAULTS, 404))
def show_routine(request: HttpRequest, on: Day = None) -> HttpResponse:
    """The routine in force on a day, word for word, with who approved it and when"""
    return json_response(routine_versions.routine_on(actor_of(request), parse_day(on)))


@reads("/routine/versions", who=(*OFFICE, Role.MANAGER), answers=list[routine_versions.Version])
def list_versions(request: HttpRequest) -> HttpResponse:
    """Every version of the routine: proposed, approved, in force, replaced or withdrawn"""
    return json_response(routine_versions.versions(actor_of(request)))


@reads(
    "/routine/versions/{version}/comparison",
    who=(Role.ADMINISTRATOR, Role.MANAGER),
    answers=routine_versions.Comparison,
    faults=(*READ_FAULTS, 404),
)
def compare_version(request: HttpRequest, version: Annotated[UUID, Path()]) -> HttpResponse:
    """What a version would have changed, had it been in force all along"""
    return json_response(routine_versions.comparison(actor_of(request), version))


@reads("/conformance", who=(*OFFICE, Role.MANAGER), answers=conformance.ConformanceShown)
def show_conformance(
    request: HttpRequest,
    first: Day = None,
    last: Day = None,
    by: Annotated[
        Literal["paragraph", "organisation"], Query(description="A line an ask, or an ask and organisation")
    ] = "paragraph",
) -> HttpResponse:
    """How well the routine is followed: asked, in time, late, open, and days; default: the last 90 days"""
    through = parse_day(last, "last")
    begins = through - DEFAULT_PERIOD if first is None else parse_day(first, "first")
    report = conformance.conformance_report(
        actor_of(request), begins, through, by_organisation=by == "organisation"
    )
    return json_response(report)


@reads("/deputies", who=ANYBODY, answers=Page[duties.ListedDeputy])
def list_deputies(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Deputies, who also get duties that are late"""
    return json_response(duties.deputies(actor_of(request), PageRequest(limit, after)))
