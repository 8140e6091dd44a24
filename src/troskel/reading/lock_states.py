# SPDX-License-Identifier: EUPL-1.2
"""The locks at doors: what is wished of each and, apart from it, what was observed, when, and what is wrong.

Unknown is said as unknown. No lock is asked: it is what the server has been told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from troskel.access import lock_state_rules as rules
from troskel.access.lock_state_rules import BatteryTold, LockTrouble
from troskel.access.models import GrantAtLock, LockKey, Opening, ReachedLock
from troskel.access.rules import LOW_BATTERY_PER_CENT, LockOutcome
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock
from troskel.people.roles import Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.reading.base import note
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read
from troskel.reading.things import clients_of, own_holdings


class LockAsKnown(msgspec.Struct, frozen=True):
    """A lock at a door, by what the server was told. Wished and observed are two facts: neither follows from the other.

    `by_server`: a lock service knows it, or it has turned for the server; `by_phone`: it has a key of its own, by which
    phones open it. Neither: it is not known how it is reached.
    `bolt`: unknown where nobody has seen it for an hour; `bolt_seen` is what was seen at `seen`. `wished`: unlock or
    lock, what was asked of it last. `outcome`: of the last opening (a provider's: the own organisation's last one).
    `codes`: wished there; `codes_seen`: seen there; `codes_apart`: those where wish and observation differ.
    """

    number: str
    clients: list[str]
    by_server: bool
    by_phone: bool
    bolt: str
    bolt_seen: str
    seen: datetime | None
    battery: int | None
    battery_told: datetime | None
    wished: str
    wished_at: datetime | None
    outcome: str
    outcome_at: datetime | None
    codes: int
    codes_seen: int
    codes_apart: int
    log: str
    """`gap`: lines are missing; `broken`: it contradicts itself; or empty."""
    troubles: list[str]


ANY = "any"
"""The filter for locks with any trouble."""

_ANSWERED = (LockOutcome.OPENED, LockOutcome.JAMMED)
"""Outcomes that only the lock itself can have told."""

_IN_THE_LOCK = Q(wished="there")
_APART = Q(wished="there", observed="gone") | Q(wished="gone", observed="there")
_LOG_WRONG = Q(gap__isnull=False) | Q(broken__isnull=False)


@read(
    who=[Role.COORDINATOR, Role.ADMINISTRATOR],
    title="Locks at doors: what is wished and what was observed of each, its battery, and what is wrong",
)
def lock_states(
    viewer: Actor, page_request: PageRequest, *, trouble: str = "", reached: str = ""
) -> Page[LockAsKnown]:
    """Mounted locks that concern the viewer, by number; with one trouble, or any. Eight queries, one record.

    `reached`: server, phone or neither.
    """
    rows = Holding.objects.filter(
        own_holdings(viewer, ThingKind.LOCK),
        municipality=viewer.municipality,
        thing__municipality=viewer.municipality,
        thing__kind=ThingKind.LOCK,
        thing_kind=ThingKind.LOCK,
        kind=HolderKind.DOOR,
        until=None,
    )
    told = _openings(viewer).order_by("-noted", "-id")
    answered = told.filter(line=None, outcome__in=_ANSWERED)
    rows = rows.annotate(
        answered=Exists(answered),
        last=Subquery(told.values("id")[:1]),
        last_battery=Subquery(told.filter(battery__isnull=False).values("id")[:1]),
    )
    rows = rows.filter(_with_trouble(trouble), _reached_by(reached))
    columns = ("id", "thing_id", "thing__number", "answered", "last", "last_battery")
    page_rows, next_cursor = rows_of(rows.values(*columns), page_request, "thing__number")
    clients = clients_of(viewer, ThingKind.LOCK, page_rows)
    known = _KnownOfLocks.of(viewer, page_rows)
    event = "lock_states.exported" if page_request.export else "lock_states.listed"
    shown = {client for pairs in clients.values() for client, _case in pairs}
    note(
        viewer,
        event,
        ids=shown,
        limit=page_request.limit,
        after=page_request.after,
        trouble=trouble,
        reached=reached,
    )
    return Page(
        [known.state(row, [case for _client, case in clients.get(row["id"], [])]) for row in page_rows],
        next_cursor,
    )


def _openings(viewer: Actor) -> QuerySet[Opening]:
    """The lock's openings with an outcome. To a provider its own: when others were at the door is not its to know."""
    rows = Opening.objects.filter(
        municipality=viewer.municipality, lock=OuterRef("thing"), noted__isnull=False
    ).exclude(outcome="")
    return rows if viewer.role in ROLES_SEEING_ALL else rows.filter(organisation=viewer.organisation)


def _reached() -> QuerySet[ReachedLock]:
    return ReachedLock.objects.filter(municipality=OuterRef("municipality"), serial=OuterRef("thing__number"))


def _keys() -> QuerySet[LockKey]:
    return LockKey.objects.filter(municipality=OuterRef("municipality"), lock=OuterRef("thing"), ended=None)


def _codes() -> QuerySet[GrantAtLock]:
    return GrantAtLock.objects.filter(municipality=OuterRef("municipality"), serial=OuterRef("thing__number"))


def _with_trouble(trouble: str) -> Q:
    """The condition on locks with it. The same judgement as `rules.troubles`, which a test holds them to."""
    last, last_battery = (Opening.objects.filter(pk=OuterRef(name)) for name in ("last", "last_battery"))
    seen = _reached().filter(battery__isnull=False, seen__isnull=False)
    newer = seen.filter(
        seen__gt=Subquery(Opening.objects.filter(pk=OuterRef(OuterRef("last_battery"))).values("noted"))
    )
    is_low = Q(battery__lt=LOW_BATTERY_PER_CENT)
    by_service = Q(Exists(seen.filter(is_low)), Q(last_battery=None) | Exists(newer))
    by_opening = Exists(last_battery.filter(is_low)) & ~Exists(newer)
    conditions = {
        LockTrouble.BATTERY: by_service | Q(by_opening),
        LockTrouble.FAILED: Q(Exists(last.filter(outcome__in=rules.FAILED))),
        LockTrouble.LOG: Q(Exists(_keys().filter(_LOG_WRONG))),
        LockTrouble.CODES: Q(Exists(_codes().filter(_APART))),
        LockTrouble.SILENT: Q(~Exists(_reached().filter(seen__isnull=False)), last=None),
    }
    if trouble == ANY:
        whole = Q()
        for condition in conditions.values():
            whole |= condition
        return whole
    return conditions[LockTrouble(trouble)] if trouble in LockTrouble.codes() else Q()


def _reached_by(reached: str) -> Q:
    by_server, by_phone = Q(answered=True) | Q(Exists(_reached())), Q(Exists(_keys()))
    return {"server": by_server, "phone": by_phone, "neither": ~by_server & ~by_phone}.get(reached, Q())


class _Codes(NamedTuple):
    wished: int = 0
    seen: int = 0
    apart: int = 0


class _KnownOfLocks(NamedTuple):
    """What the server was told of the locks of a page. Four queries."""

    now: datetime
    openings: dict[UUID, Opening]
    reached: dict[str, ReachedLock]
    keys: dict[UUID, LockKey]
    codes: dict[str, _Codes]

    @classmethod
    def of(cls, viewer: Actor, rows: Collection[Row]) -> _KnownOfLocks:
        of_here: dict[str, Any] = {"municipality": viewer.municipality}
        numbers = [row["thing__number"] for row in rows]
        ids = {row[name] for row in rows for name in ("last", "last_battery")} - {None}
        keys = LockKey.objects.filter(**of_here, lock__in=[row["thing_id"] for row in rows], ended=None)
        at_locks = GrantAtLock.objects.filter(**of_here, serial__in=numbers).exclude(wished="turn")
        counted = at_locks.values("serial").annotate(
            codes=Count("id", filter=_IN_THE_LOCK),
            seen=Count("id", filter=Q(observed="there")),
            apart=Count("id", filter=_APART),
        )
        return cls(
            clock.now(),
            {row.id: row for row in Opening.objects.filter(**of_here, id__in=ids)},
            {row.serial: row for row in ReachedLock.objects.filter(**of_here, serial__in=numbers)},
            {row.lock_id: row for row in keys},
            {row["serial"]: _Codes(row["codes"], row["seen"], row["apart"]) for row in counted},
        )

    def state(self, row: Row, clients: list[str]) -> LockAsKnown:
        last, told = self.openings.get(row["last"]), self.openings.get(row["last_battery"])
        reached, key = self.reached.get(row["thing__number"]), self.keys.get(row["thing_id"])
        codes = self.codes.get(row["thing__number"], _Codes())
        seen = reached.seen if reached else None
        battery = rules.newest(
            BatteryTold(told.battery, told.noted)
            if told and told.noted and told.battery is not None
            else None,
            BatteryTold(reached.battery, seen) if reached and seen and reached.battery is not None else None,
        )
        outcome = last.outcome if last else ""
        return LockAsKnown(
            number=row["thing__number"],
            clients=clients,
            by_server=reached is not None or row["answered"],
            by_phone=key is not None,
            bolt=rules.bolt_now(reached.bolt, seen, self.now) if reached else "unknown",
            bolt_seen=reached.bolt if reached and seen else "",
            seen=seen,
            battery=battery.battery if battery else None,
            battery_told=battery.at if battery else None,
            wished=reached.wished if reached else "",
            wished_at=reached.wished_at if reached else None,
            outcome=outcome,
            outcome_at=last.noted if last else None,
            codes=codes.wished,
            codes_seen=codes.seen,
            codes_apart=codes.apart,
            log="broken" if key and key.broken else "gap" if key and key.gap else "",
            troubles=[
                str(trouble)
                for trouble in rules.troubles(
                    battery=battery.battery if battery else None,
                    outcome=outcome,
                    is_log_wrong=bool(key and (key.gap or key.broken)),
                    codes_apart=codes.apart,
                    is_heard=bool(seen or last),
                )
            ],
        )
