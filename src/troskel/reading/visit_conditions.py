# SPDX-License-Identifier: EUPL-1.2
"""What about visits needs a look, as conditions of a query: what `visits.exceptions` computes of one visit.

For choosing and counting among many. A test compares the two, exception by exception.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from troskel.care.models import Suspension
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.ground import clock
from troskel.people.sign_in_rules import LONGEST_ON_PHONE
from troskel.visits.exceptions import (
    AWAY_EXPLAINED,
    CLOCKS_APART,
    MIN_WAY,
    PROVEN,
    REMEMBERED,
    TAG_EXPLAINED,
    VisitException,
)
from troskel.visits.models import TagRead, Visit
from troskel.visits.rules import CORRECTED, MAX_DURATION, VisitReason

NEAR = MAX_DURATION + timedelta(days=1)
"""Another visit that began longer ago than this has nothing to do with one."""


def with_days(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Returns the visits, each with what the conditions ask of it."""
    return visits.alias(
        day=TruncDate("arrived", tzinfo=clock.STOCKHOLM), ended=Coalesce("departed", "arrived")
    )


def needs_a_look(now: datetime) -> Q:
    """The visits that have any exception."""
    return reduce(or_, by_exception(now).values())


def by_exception(now: datetime) -> Mapping[VisitException, Q]:
    """The condition of each exception, in the order of VisitException; on visits `with_days`."""
    conditions = {
        VisitException.LEFT_OPEN: Q(departed=None) & (Q(open=False) | Q(arrived__lt=now - LONGEST_ON_PHONE)),
        VisitException.LONG: Q(departed__gt=_after("arrived", MAX_DURATION)),
        VisitException.OVERLAP: _overlaps(),
        VisitException.NO_WAY_BETWEEN: _no_way_between(),
        VisitException.TAG_AT_LOCK: Q(evidence="tag") & _held(Link.objects.filter(client=OuterRef("client"))),
        VisitException.COPIED_TAG: _copied(),
        VisitException.BY_HAND_WITH_TAG: (
            Q(evidence="hand") & ~Q(reason__in=TAG_EXPLAINED) & _held(_tags_of_client())
        ),
        VisitException.AWAY: ~Q(reason=AWAY_EXPLAINED) & _away(),
        VisitException.NOT_COVERED: Q(flags__contains="not_covered"),
        VisitException.DECLINED: Q(reason=VisitReason.DECLINED) | Q(departed_reason=VisitReason.DECLINED),
        VisitException.CORRECTED: reduce(or_, (Q(flags__contains=flag) for flag in CORRECTED)),
    }
    return {exception: conditions[exception] for exception in VisitException}


def _after(field: str | OuterRef, by: timedelta) -> Any:
    return ExpressionWrapper((F(field) if isinstance(field, str) else field) + by, DateTimeField())


def _others(about: Q) -> Q:
    """Does the same carer have another visit, near in time, of which this is so?"""
    near = Q(
        arrived__gte=_after(OuterRef("arrived"), -NEAR),
        arrived__lte=_after(OuterRef("ended"), timedelta(days=1)),
    )
    others = Visit.objects.filter(
        near, about, municipality=OuterRef("municipality"), account=OuterRef("account")
    )
    return Q(Exists(others.exclude(id=OuterRef("id"))))


def _overlaps() -> Q:
    """A visit without an end counts as the instant of its arrival, as in `rules.overlaps`."""
    return _others(
        Q(arrived=OuterRef("arrived"))
        | Q(arrived__lt=OuterRef("arrived"), departed__gt=OuterRef("arrived"))
        | Q(arrived__gt=OuterRef("arrived"), arrived__lt=OuterRef("departed"))
    )


def _no_way_between() -> Q:
    """The carer went to another home, or came from one, sooner than anybody can; proven at both."""
    goes = Q(
        evidence__in=PROVEN,
        arrived__gt=OuterRef("arrived"),
        arrived__gte=OuterRef("departed"),
        arrived__lt=_after(OuterRef("departed"), MIN_WAY),
    )
    came = Q(
        departed_evidence__in=PROVEN,
        arrived__lt=OuterRef("arrived"),
        departed__lte=OuterRef("arrived"),
        departed__gt=_after(OuterRef("arrived"), -MIN_WAY),
    )
    elsewhere = Q(client__home__isnull=False) & ~Q(client__home=OuterRef("client__home"))
    return (Q(departed_evidence__in=PROVEN) & _others(goes & elsewhere)) | (
        Q(evidence__in=PROVEN) & _others(came & elsewhere)
    )


def _copied() -> Q:
    """A tag's signature at the visit is not the tag's, its counter was used before, or is below one read earlier."""
    same_key = TagRead.objects.filter(municipality=OuterRef("municipality"), key=OuterRef("key"))
    before = Q(occurred__lt=OuterRef("occurred")) | Q(occurred=OuterRef("occurred"), id__lt=OuterRef("id"))
    used = same_key.filter(before, counter=OuterRef("counter"))
    overtaken = same_key.filter(
        counter__gt=OuterRef("counter"),
        occurred__lt=_after(OuterRef("occurred"), -CLOCKS_APART),
        occurred__gte=_after(OuterRef("occurred"), -REMEMBERED),
    )
    reads = TagRead.objects.filter(municipality=OuterRef("municipality"), visit=OuterRef("id"))
    return Q(Exists(reads.filter(Q(counter=None) | Exists(used) | Exists(overtaken))))


def _held(spans: QuerySet[Any]) -> Q:
    """Was it so during the whole visit: before it began, and not ended before it did?"""
    during = Q(until=None) | Q(until__gte=OuterRef("ended"))
    return Q(
        Exists(spans.filter(during, municipality=OuterRef("municipality"), since__lte=OuterRef("arrived")))
    )


def _tags_of_client() -> QuerySet[Holding]:
    return Holding.objects.filter(
        kind=HolderKind.CLIENT, holder=OuterRef("client"), thing__kind=ThingKind.TAG
    )


def _away() -> Q:
    absences = Suspension.objects.filter(
        Q(valid_through=None) | Q(valid_through__gte=OuterRef("day")),
        municipality=OuterRef("municipality"),
        client=OuterRef("client"),
        valid_from__lte=OuterRef("day"),
        withdrawn=False,
    )
    return Q(Exists(absences))
