# SPDX-License-Identifier: EUPL-1.2
"""Sight: the clients a viewer has a reason to know of, as one SQL condition (design, rule 7).

| viewer | sees | why, and how long |
|---|---|---|
| assessor, system administrator | every client of the municipality | their office |
| economist | clients of other municipalities | O2, O3 |
| coordinator | clients allocated to the organisation | the allocation, the time for return, a key or tag still out |
| carer | clients covered today by a decision allocated to the organisation, and at home | rule 4 |
| locksmith | clients with an open order to the firm | the order |
| responder | the clients whose alarm this person has accepted | rule 4, until it is closed or the acceptance runs out |
| manager | none | figures are enough |
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q

from troskel.access import queries as access
from troskel.access.models import Alarm
from troskel.care.models import Allocation, Service, Suspension
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock
from troskel.orders.models import Order, OrderState
from troskel.people.models import Entrusted
from troskel.people.roles import Actor, Role

TIME_FOR_RETURN = timedelta(days=90)
"""Keys, tags and removals are seen to after an allocation has ended; then sight ends too."""

EVERYBODY = frozenset({Role.SYSTEM, Role.ASSESSOR, Role.ADMINISTRATOR})


def visible_clients(viewer: Actor, day: date) -> Q:
    """The condition on Client for what `viewer` may know of on `day`. Municipality included."""
    return Q(municipality=viewer.municipality) & _reason(viewer, day)


def _reason(viewer: Actor, day: date) -> Q:
    if viewer.role in EVERYBODY:
        return Q()
    if viewer.role is Role.ECONOMIST:
        return ~Q(home_municipality=viewer.municipality)
    if viewer.organisation is None:
        return NOBODY
    if viewer.role is Role.COORDINATOR:
        had = _allocations(viewer)
        still_out = Q(Exists(_keys_held(viewer))) | Q(Exists(_tags_with_client()))
        return Q(Exists(had.filter(_lasts_until(day - TIME_FOR_RETURN)))) | (Q(Exists(had)) & still_out)
    if viewer.role is Role.CARER:
        covered = Exists(_allocations(viewer).filter(_covers(day)))
        return _alive_and_own(viewer, day) & Q(covered) & ~Q(Exists(_away(day)))
    if viewer.role is Role.RESPONDER:
        answered = Alarm.objects.filter(access.accepted(viewer, clock.now()), client=OuterRef("pk"))
        return Q(Exists(answered))
    if viewer.role is Role.LOCKSMITH:
        return Q(Exists(_open_orders(viewer).filter(client=OuterRef("pk"))))
    return NOBODY


NOBODY = Q(pk__in=[])


def within_reach(viewer: Actor) -> Q:
    """What Sight implies, and a list begins from: the clients who can be the viewer's. Never enough alone."""
    if viewer.role in (Role.COORDINATOR, Role.CARER):
        had = Allocation.objects.filter(organisation=viewer.organisation, withdrawn=False)
        return Q(pk__in=had.values("decision__client"))
    if viewer.role is Role.LOCKSMITH:
        return Q(pk__in=_open_orders(viewer).values("client"))
    return Q()


def may_be_alarmed_about(viewer: Actor, day: date) -> Q:
    """The clients whose alarm the viewer's organisation answers on `day`: a call may come before anyone sees them."""
    if viewer.role is not Role.RESPONDER:
        return visible_clients(viewer, day)
    alarms = _allocations(viewer).filter(_covers(day), decision__service=Service.SAFETY_ALARM)
    return Q(municipality=viewer.municipality) & Q(Exists(alarms))


def _open_orders(viewer: Actor) -> models.QuerySet[Order]:
    return Order.objects.filter(
        locksmith=viewer.organisation, state__in=[OrderState.PLACED, OrderState.BOOKED]
    )


def _allocations(viewer: Actor) -> models.QuerySet[Allocation]:
    return Allocation.objects.filter(
        decision__client=OuterRef("pk"),
        organisation=viewer.organisation,
        withdrawn=False,
        decision__withdrawn=False,
    )


def _lasts_until(day: date) -> Q:
    """Neither the allocation, nor its decision, nor the client's life has ended before the day."""
    return (
        (Q(valid_through=None) | Q(valid_through__gte=day))
        & (Q(decision__valid_through=None) | Q(decision__valid_through__gte=day))
        & (Q(decision__client__died=None) | Q(decision__client__died__gte=day))
    )


def _keys_held(viewer: Actor) -> models.QuerySet[Holding]:
    """Keys that the organisation holds to a door of where the client lives or has lived."""
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


def _covers(day: date) -> Q:
    return (
        Q(valid_from__lte=day, decision__valid_from__lte=day)
        & (Q(valid_through=None) | Q(valid_through__gte=day))
        & (Q(decision__valid_through=None) | Q(decision__valid_through__gte=day))
    )


def _away(day: date) -> models.QuerySet[Suspension]:
    """In hospital or away on the day."""
    lasts = Q(valid_through=None) | Q(valid_through__gte=day)
    return Suspension.objects.filter(lasts, client=OuterRef("pk"), valid_from__lte=day)


def _alive_and_own(viewer: Actor, day: date) -> Q:
    return Q(home_municipality=viewer.municipality) & (Q(died=None) | Q(died__gt=day))


def entrusted_to(viewer: Actor) -> models.QuerySet[Entrusted]:
    """The protected clients whose name and address this very person may see (case 14)."""
    return Entrusted.objects.filter(account=viewer.account, until=None)
