# SPDX-License-Identifier: EUPL-1.2
"""Sight: the clients that a viewer has a reason to see, as one SQL condition (design, rule 7).

| viewer | sees | why, and how long |
|---|---|---|
| assessor, system administrator | every client of the municipality | their office |
| economist | clients of other municipalities | O2, O3 |
| coordinator | whom it has, had, or is asked about | allocation, time for return, things out, open duty |
| carer | clients on the organisation's phones today (`routine.coverage.on_phone`) | rule 4; or a duty taken |
| locksmith | clients with an open order to the firm, or in whose name it is done | the order; the duty (L1) |
| responder | the clients whose alarm this person has accepted | rule 4, until it is closed or the acceptance runs out |
| manager | none | figures are enough |

Beside it, coordinators, carers and responders see the record of one client for an hour after saying why:
`readable_clients`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from troskel.access import queries as access
from troskel.access.models import Alarm, BriefSight
from troskel.care import queries as care
from troskel.care.models import Allocation, Service
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.duties import queries as duties
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client, Entrusted
from troskel.people.roles import Actor, Role

TIME_FOR_RETURN = timedelta(days=90)
"""Time after an allocation to return keys and tags and order removals; then sight ends too."""

ROLES_SEEING_ALL = frozenset({Role.SYSTEM, Role.ASSESSOR, Role.ADMINISTRATOR})


def visible_clients(viewer: Actor, day: date, now: datetime | None = None) -> Q:
    """Returns the condition on Client for the clients that `viewer` may see on `day`. Includes the municipality.

    Of a client entered twice, only the entry that remains.

    `now`: for a responder, whose sight lasts minutes (default: the clock's).
    """
    of_municipality = Q(municipality=viewer.municipality, merged_into=None)
    if viewer.role is Role.RESPONDER and viewer.organisation is not None:
        accepted_alarms = Alarm.objects.filter(
            access.accepted_by(viewer, now or clock.now()), client=OuterRef("pk")
        )
        return of_municipality & Q(Exists(accepted_alarms))
    return of_municipality & _sight_by_day(viewer, day)


@lru_cache(maxsize=256)
def _sight_by_day(viewer: Actor, day: date) -> Q:
    """The condition of a role whose sight changes by the day: building a coordinator's takes 5 ms, each time anew.

    Django copies a condition before it resolves it, so that one may be used again.
    """
    if viewer.role in ROLES_SEEING_ALL:
        return Q()
    if viewer.role is Role.ECONOMIST:
        return ~Q(home_municipality=viewer.municipality)
    if viewer.organisation is None:
        return NO_CLIENTS
    if viewer.role is Role.COORDINATOR:
        allocations = _allocations(viewer)
        has_items_out = Q(Exists(_key_holdings(viewer))) | Q(Exists(_tags_with_client()))
        return (
            Q(Exists(allocations.filter(_lasts_until(day - TIME_FOR_RETURN))))
            | (Q(Exists(_allocations_ever(viewer))) & has_items_out)
            | Q(Exists(_duties(viewer, day).filter(client=OuterRef("pk"))))
        )
    if viewer.role is Role.CARER:
        on_phone = care.on_phone(viewer.municipality, viewer.organisation, day)
        return on_phone | Q(Exists(_duties(viewer, day).filter(client=OuterRef("pk"))))
    if viewer.role is Role.LOCKSMITH:
        asked = _duties(viewer, day).filter(client=OuterRef("pk"))
        return Q(Exists(_open_orders(viewer).filter(client=OuterRef("pk")))) | Q(Exists(asked))
    return NO_CLIENTS


NO_CLIENTS = Q(pk__in=[])


def in_sight(viewer: Actor, day: date, among: Collection[UUID] | None = None) -> set[UUID]:
    """The clients that `viewer` may see on `day`, of these or of all. One query."""
    rows = _IN_SIGHT[viewer.role]
    sought = None if among is None else sorted(among)
    return {
        client for (client,) in rows(viewer.municipality, viewer.organisation, viewer.account, day, sought)
    }


def _in_sight_query(role: Role) -> Callable[..., models.QuerySet[Client, Any]]:
    def build(
        municipality: str,
        organisation: UUID | None,
        account: UUID | None,
        day: date,
        among: list[UUID] | None,
    ) -> models.QuerySet[Client, Any]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        rows = Client.objects.filter(visible_clients(viewer, day)).values_list("id")
        return rows if among is None else rows.filter(id__in=among)

    return build


_IN_SIGHT: dict[Role, Callable[..., Any]] = {
    # A responder's sight lasts minutes: a compiled query would keep the time of its compilation.
    role: _in_sight_query(role) if role is Role.RESPONDER else CompiledQuery(_in_sight_query(role))
    for role in Role
}


def readable_clients(viewer: Actor, day: date, now: datetime | None = None) -> Q:
    """As `visible_clients`, and those whom the viewer sees for a short time after saying why (`BriefSight`).

    For the record of one client alone: no list, no phone, no act and no door takes it.
    """
    instant = now or clock.now()
    brief = Q(Exists(brief_sights(viewer, instant).filter(client=OuterRef("pk"))))
    of_municipality = Q(municipality=viewer.municipality, merged_into=None)
    return visible_clients(viewer, day, instant) | (of_municipality & brief)


def brief_sights(viewer: Actor, now: datetime) -> models.QuerySet[BriefSight]:
    """The viewer's brief sights that last at an instant."""
    return BriefSight.objects.filter(
        municipality=viewer.municipality, account=viewer.account, taken__lte=now, until__gt=now
    )


def candidate_clients(viewer: Actor) -> Q:
    """Returns a cheap condition that Sight implies, for lists to filter by first. Never enough without Sight."""
    if viewer.role in (Role.COORDINATOR, Role.CARER):
        allocations = Allocation.objects.filter(organisation=viewer.organisation)
        asked = _duties(viewer, clock.today()).filter(client__isnull=False)
        return Q(pk__in=allocations.values("decision__client")) | Q(pk__in=asked.values("client"))
    if viewer.role is Role.LOCKSMITH:
        asked = _duties(viewer, clock.today()).filter(client__isnull=False)
        return Q(pk__in=_open_orders(viewer).values("client")) | Q(pk__in=asked.values("client"))
    return Q()


def alarm_clients(viewer: Actor, day: date) -> Q:
    """Returns the condition for the clients whose alarms the viewer's organisation answers on `day`.

    An alarm may come before anybody there has sight of the client.
    """
    if viewer.role is not Role.RESPONDER:
        return visible_clients(viewer, day)
    alarm_allocations = _allocations(viewer).filter(
        care.covers(day, day), decision__service=Service.SAFETY_ALARM
    )
    lived = Q(died=None) | Q(died__gte=day)
    return Q(municipality=viewer.municipality, merged_into=None) & lived & Q(Exists(alarm_allocations))


def _open_orders(viewer: Actor) -> models.QuerySet[Order]:
    return Order.objects.filter(
        locksmith=viewer.organisation, state__in=[OrderState.PLACED, OrderState.BOOKED]
    )


def _duties(viewer: Actor, day: date) -> models.QuerySet[Duty]:
    """What is asked of the viewer (rule 9): all of the organisation's, but of a carer what they have taken."""
    taken = Q(person__isnull=False, person=viewer.account)
    mine = taken if viewer.role is Role.CARER else duties.asked_of(viewer, day)
    return Duty.objects.filter(mine, municipality=viewer.municipality, kind="duty", state="open")


def _allocations_ever(viewer: Actor) -> models.QuerySet[Allocation]:
    """Also those taken back: what was handed over meanwhile is still out."""
    return Allocation.objects.filter(decision__client=OuterRef("pk"), organisation=viewer.organisation)


def _allocations(viewer: Actor) -> models.QuerySet[Allocation]:
    return Allocation.objects.filter(
        decision__client=OuterRef("pk"),
        organisation=viewer.organisation,
        withdrawn=False,
        decision__withdrawn=False,
    )


def _lasts_until(day: date) -> Q:
    """Allocation, decision and client's life all last until the day, or longer."""
    return (
        care.lasts_through(day)
        & (Q(decision__valid_through=None) | Q(decision__valid_through__gte=day))
        & care.is_alive(day)
    )


def _key_holdings(viewer: Actor) -> models.QuerySet[Holding]:
    """Keys that the organisation holds to a door of a current or former home of the client."""
    return Holding.objects.filter(
        thing__kind=ThingKind.KEY,
        kind=HolderKind.ORGANISATION,
        holder=viewer.organisation,
        until=None,
        thing__door__ways__home__residences__client=OuterRef("pk"),
    )


def _tags_with_client() -> models.QuerySet[Holding]:
    return Holding.objects.filter(
        thing__kind=ThingKind.TAG, kind=HolderKind.CLIENT, holder=OuterRef("pk"), until=None
    )


def entrustments_of(viewer: Actor) -> models.QuerySet[Entrusted]:
    """Returns the entrustments of protected clients whose name and address the viewer may see (case 14)."""
    return Entrusted.objects.filter(account=viewer.account, until=None)
