# SPDX-License-Identifier: EUPL-1.2
"""Worklists: the duties that were open on a day, of whom they were asked, and the deputies."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import StrIndex

from troskel.duties import rules
from troskel.duties.models import Deputy, Duty, HomeState
from troskel.people.models import Client
from troskel.people.roles import Actor, OrganisationKind, Role
from troskel.routine import duty as engine
from troskel.routine.facts import HomeFacts

OFFICE_ROLES = rules.ROLES_IN[OrganisationKind.MUNICIPALITY]

FIELDS = (
    "id",
    "kind",
    "paragraph",
    "ask",
    "version",
    "client__case_number",
    "client__reference",
    "organisation__orgnr",
    "organisation__name",
    "role",
    "opened",
    "due",
    "person__username",
    "escalated",
    "deputy",
    "state",
    "closed",
    "closed_line",
    "about",
    "home_id",
    "door_id",
    "client_id",
    "organisation_id",
    "opened_line",
)


class DutyFacts(NamedTuple):
    """What the suggestions beside a duty are made from, whole: the names of the columns of Duty."""

    id: UUID
    kind: str
    paragraph: str
    ask: str
    version: str
    role: str
    opened: date
    due: date | None
    about: str
    home_id: UUID
    door_id: UUID | None
    client_id: UUID | None
    organisation_id: UUID | None


def known_on(day: date) -> Q:
    """Duties opened by `day`."""
    return Q(opened__lte=day)


def open_on(day: date) -> Q:
    """Duties open on `day`; one closed that day is not."""
    return known_on(day) & (Q(closed=None) | Q(closed__gt=day))


def duties(viewer: Actor, condition: Q, day: date, *, all_of_them: bool) -> QuerySet[Any, dict[str, Any]]:
    """The duties asked of the viewer on `day`; `all_of_them` for an office that sees everybody."""
    asked = Q() if all_of_them else asked_of(viewer, day)
    return _in_order(Duty.objects.filter(asked, condition, municipality=viewer.municipality), day)


def worklist(viewer: Actor, today: date) -> QuerySet[Any, dict[str, Any]]:
    """The viewer's open duties and notices. The administrator also sees what is escalated."""
    return _in_order(open_for(viewer, today), today)


def open_for(viewer: Actor, today: date) -> QuerySet[Duty]:
    """The rows of the viewer's worklist, in no order."""
    asked = asked_of(viewer, today)
    if viewer.role is Role.ADMINISTRATOR:
        asked |= Q(escalated__isnull=False)
    return Duty.objects.filter(asked, municipality=viewer.municipality, state="open")


def asked_of(viewer: Actor, day: date) -> Q:
    """The condition on Duty for what was the viewer's to do on `day`, of what their municipality asks.

    It is asked of their role and organisation, or of them as well from some day, or is late and they are deputy.
    """
    if viewer.role is Role.SYSTEM:
        return Q()
    roles = [role for role, accounts in rules.ROLES_OF.items() if viewer.role in accounts]
    own = Q(role__in=roles) & (Q(organisation=None) | Q(organisation=viewer.organisation))
    also = Q(also_role__in=roles, also_from__lte=day) & (
        Q(also_organisation=None) | Q(also_organisation=viewer.organisation)
    )
    as_deputy = Q(Exists(deputies_of_the_duty(day).filter(account=viewer.account)), escalated__lte=day)
    return own | also | as_deputy


def standing_on(day: date) -> Q:
    """The deputies who stand on `day`."""
    within = Q(valid_from__lte=day) & (Q(valid_through=None) | Q(valid_through__gte=day))
    return within & (Q(dismissed=None) | Q(dismissed__gt=day))


def deputies_of_the_duty(day: date) -> QuerySet[Deputy]:
    """Who stands as deputy for a duty's role and organisation; the office's own duties name no organisation."""
    within = Q(organisation=OuterRef("organisation")) | Q(role__in=OFFICE_ROLES)
    of_the_role = Q(municipality=OuterRef("municipality"), role=OuterRef("role"))
    return Deputy.objects.filter(standing_on(day), of_the_role, within).order_by("valid_from", "id")


def _in_order(rows: QuerySet[Duty], day: date) -> QuerySet[Any, dict[str, Any]]:
    deputy = Subquery(deputies_of_the_duty(day).values("account__username")[:1])
    ordered: QuerySet[Any, dict[str, Any]] = (
        rows.annotate(deputy=deputy).order_by("due", "opened", "id").values(*FIELDS)
    )
    return ordered


def facts_of(municipality: str, homes: Collection[UUID] | QuerySet[Any, Any]) -> dict[UUID, HomeFacts]:
    """The stored facts of these homes, without locks. One query."""
    rows = HomeState.objects.filter(municipality=municipality, home__in=homes)
    stored = rows.values_list("home_id", "state")
    return {home: engine.home_snapshot(state).facts for home, state in stored}


_SETTLING = '"settling":true'


def homes_being_taken_over(municipality: str) -> list[UUID]:
    """The homes with a client whom the first night has not finished with, in order of case numbers.

    One query, which looks through all states.
    """
    settling = HomeState.objects.annotate(at=StrIndex("state", Value(_SETTLING))).filter(
        municipality=municipality, at__gt=0
    )
    homes = set(settling.values_list("home_id", flat=True))
    if not homes:
        return []
    clients = Client.objects.filter(municipality=municipality).order_by("case_number")
    by_case = dict.fromkeys(home for home in clients.values_list("home_id", flat=True) if home in homes)
    return [*by_case, *sorted(homes - by_case.keys())]
