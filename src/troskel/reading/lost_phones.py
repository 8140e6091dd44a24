# SPDX-License-Identifier: EUPL-1.2
"""The phones by which a person opens doors without the server; where one that is lost still does, and until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import Exists, F, Max, OuterRef, Q

from troskel.access.models import IssuedGrant, PhoneKey
from troskel.access.queries import of_denied_phones
from troskel.ground import clock
from troskel.people.roles import STAFF_ROLES, Actor
from troskel.reading.accounts import looked_after
from troskel.reading.register import read


class LockStillOpening(msgspec.Struct, frozen=True):
    """A lock that may still open to a lost phone: no colleague's phone has told it yet, as far as the server knows."""

    serial: str
    until: datetime


class PhonesOfAccount(msgspec.Struct, frozen=True):
    """How many phones a person has enrolled; when one was last reported lost, and the locks that still open to such."""

    enrolled: int
    lost: datetime | None
    locks: list[LockStillOpening]


@read(who=STAFF_ROLES)
def phones_of_account(viewer: Actor, account: UUID) -> PhonesOfAccount:
    """The phones of a person whose account one looks after. No client is read: nothing is recorded. Two queries."""
    now = clock.now()
    rows = PhoneKey.objects.filter(
        municipality=viewer.municipality, account__in=looked_after(viewer).filter(id=account).values("id")
    )
    phones = list(rows.values_list("ended", "lost"))
    told = IssuedGrant.objects.filter(
        Q(epoch__gt=OuterRef("epoch")) | Q(denied__contains=OuterRef("phone__name")),
        municipality=viewer.municipality,
        key=OuterRef("key"),
        learnt__isnull=False,
    )
    grants = IssuedGrant.objects.filter(
        ~Exists(told), of_denied_phones(now), municipality=viewer.municipality, phone__in=rows, ends__gt=now
    )
    locks = grants.values(serial=F("key__lock__number")).annotate(until=Max("ends")).order_by("serial")
    return PhonesOfAccount(
        enrolled=sum(ended is None for ended, _ in phones),
        lost=max((ended for ended, lost in phones if lost and ended), default=None),
        locks=[LockStillOpening(row["serial"], row["until"]) for row in locks],
    )
