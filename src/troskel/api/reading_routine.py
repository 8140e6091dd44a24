# SPDX-License-Identifier: EUPL-1.2
"""Reading about the routine itself: the document and its versions, how well it is followed, and who is deputy."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from troskel.api.operations import actor_of, answer
from troskel.api.reading import ANYBODY, FAULTS, OFFICE, After, Day, Limit, day, reads
from troskel.people.roles import Role
from troskel.reading import conformance, duties, routine_versions
from troskel.reading.paging import Asked, Page

A_QUARTER = timedelta(days=90)


@reads("/routine", who=ANYBODY, answers=routine_versions.RoutineShown, faults=(*FAULTS, 404))
def show_routine(request: HttpRequest, on: Day = None) -> HttpResponse:
    """The routine in force on a day, word for word, with who approved it and when"""
    return answer(routine_versions.routine_on(actor_of(request), day(on)))


@reads("/routine/versions", who=(*OFFICE, Role.MANAGER), answers=list[routine_versions.Version])
def list_versions(request: HttpRequest) -> HttpResponse:
    """Every version of the routine: proposed, approved, in force, replaced or withdrawn"""
    return answer(routine_versions.versions(actor_of(request)))


@reads(
    "/routine/versions/{version}/comparison",
    who=(Role.ADMINISTRATOR, Role.MANAGER),
    answers=routine_versions.Comparison,
    faults=(*FAULTS, 404),
)
def compare_version(request: HttpRequest, version: Annotated[UUID, Path()]) -> HttpResponse:
    """What a version would have changed, had it been in force all along"""
    return answer(routine_versions.comparison(actor_of(request), version))


@reads("/conformance", who=(*OFFICE, Role.MANAGER), answers=conformance.ConformanceShown)
def show_conformance(
    request: HttpRequest,
    first: Day = None,
    last: Day = None,
    by: Annotated[
        Literal["paragraph", "organisation"], Query(description="A line an ask, or an ask and organisation")
    ] = "paragraph",
) -> HttpResponse:
    """How well the routine is followed: asked, in time, late, open, and days; of the last 90 days where left out"""
    through = day(last, "last")
    begins = through - A_QUARTER if first is None else day(first, "first")
    found = conformance.conformance_of(
        actor_of(request), begins, through, by_organisation=by == "organisation"
    )
    return answer(found)


@reads("/deputies", who=ANYBODY, answers=Page[duties.ListedDeputy])
def list_deputies(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    """Who is asked too when something is late"""
    return answer(duties.deputies(actor_of(request), Asked(limit, after)))
