# SPDX-License-Identifier: EUPL-1.2
"""Which act fulfils a duty, and with which values: what stands beside a duty, for a person to press.

Asked by what the routine file says fulfils a duty (`done_by`, `done_when`, `by_hand`), not by its paragraph's
number: a municipality with another file needs no other table. What is known is filled in; what only a person
knows (a serial number, a time, which locksmith) is `left`. The table itself: `acts/fulfilling_events.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from troskel.acts.chapters import REGISTER
from troskel.acts.fulfilling_events import FULFILLING, Asked, Named, Way
from troskel.care.models import Decision
from troskel.custody.models import Thing
from troskel.duties import routines, rules
from troskel.duties.models import Duty, HomeState
from troskel.duties.queries import asked_of
from troskel.ground import clock
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor, Role
from troskel.routine import duty as engine
from troskel.routine.facts import HomeFacts

__all__ = ["Asked", "Way", "acts_towards", "ways"]

SOME = 400


def ways(viewer: Actor, duties: Sequence[UUID]) -> dict[UUID, list[Way]]:
    """How each of these open duties and notices can be fulfilled by the viewer; for the system, by whom it is asked.

    Seven queries for some hundreds. A duty that is not the viewer's, or not open, is left out.
    """
    found: dict[UUID, list[Way]] = {}
    for start in range(0, len(duties), SOME):
        rows = Duty.objects.filter(
            asked_of(viewer, clock.today()),
            id__in=duties[start : start + SOME],
            municipality=viewer.municipality,
            state="open",
        )
        for asked in _around(viewer.municipality, list(rows)):
            found[asked.duty.id] = [way for way in _ways(asked) if _may(viewer, asked.duty, way)]
    return found


class _Unasked(Mapping[UUID, str]):
    """Names that nobody has asked for: which act fulfils a duty does not hang on what things are called."""

    def __getitem__(self, key: UUID) -> str:
        return ""

    def __iter__(self) -> Iterator[UUID]:
        return iter(())

    def __len__(self) -> int:
        return 0


_UNASKED = Named(*[_Unasked()] * len(Named._fields))


def acts_towards(
    viewer: Actor, rows: Sequence[Duty], homes: Mapping[UUID, HomeFacts]
) -> dict[UUID, list[str]]:
    """The acts of `ways`, each once, without their values: for duties of the viewer's that are read already. No query.

    Their values are found when the act's form is opened.
    """
    found: dict[UUID, list[str]] = {}
    for row in rows:
        offered = (
            way.act for way in _ways(_asked(row, homes[row.home_id], _UNASKED)) if _may(viewer, row, way)
        )
        found[row.id] = list(dict.fromkeys(offered))
    return found


def _may(viewer: Actor, row: Duty, way: Way) -> bool:
    asked = rules.ROLES_OF.get(row.role, frozenset()) if viewer.role is Role.SYSTEM else {viewer.role}
    return not asked.isdisjoint(REGISTER[way.act].who)


def _ways(asked: Asked) -> Iterator[Way]:
    if asked.duty.kind == "notice":
        yield Way("read_notice", {"notice": str(asked.duty.id)})
    for event in asked.ask.done_by:
        if event in FULFILLING:
            yield from FULFILLING[event](asked)
    first = routines.attest_from(asked.duty) if asked.ask.by_hand else None
    if asked.ask.by_hand and (first is None or first <= clock.today()):
        yield Way("attest", {"duty": str(asked.duty.id)})


# -- what is known around the duties, in a constant number of queries


def _around(municipality: str, rows: Sequence[Duty]) -> Iterator[Asked]:
    homes = {row.home_id for row in rows}
    states = {
        state.home_id: msgspec.json.decode(state.state, type=engine.HomeState).facts
        for state in HomeState.objects.filter(home_id__in=homes)
    }
    named = _named(municipality, [(row, msgspec.json.decode(row.about)) for row in rows], states)
    for row in rows:
        yield _asked(row, states[row.home_id], named)


def _asked(row: Duty, home: HomeFacts, named: Named) -> Asked:
    return Asked(
        duty=row,
        ask=routines.version(row.version).asks[row.paragraph, row.ask],
        about=msgspec.json.decode(row.about),
        home=home,
        client=home.clients.get(row.client_id) if row.client_id else None,
        door=home.doors.get(row.door_id) if row.door_id else None,
        named=named,
    )


DECISIONS = ("id", "reference", "allocations__id", "allocations__reference")


def _named(
    municipality: str, rows: Sequence[tuple[Duty, Mapping[str, Any]]], homes: Mapping[UUID, HomeFacts]
) -> Named:
    clients = [client for home in homes.values() for client in home.clients.values()]
    doors = [door for home in homes.values() for door in home.doors.values()]
    things = {UUID(about[kind]) for _, about in rows for kind in ("lock", "tag") if about.get(kind)}
    things |= {tag for client in clients for tag in client.tags}
    things |= {key for door in doors for key in door.keys} | {door.lock for door in doors if door.lock}
    follow_up = any("through" in about or "decision" in about for _, about in rows)
    decisions = {one for client in clients for one in client.decisions} if follow_up else set()
    granted = list(Decision.objects.filter(id__in=decisions).values_list(*DECISIONS))
    return Named(
        cases=dict(
            Client.objects.filter(id__in=[c.client for c in clients]).values_list("id", "case_number")
        ),
        things=dict(Thing.objects.filter(id__in=things).values_list("id", "number")),
        decisions={decision: reference for decision, reference, _, _ in granted},
        allocations={allocation: reference for _, _, allocation, reference in granted if allocation},
        organisations=dict(Organisation.objects.filter(municipality=municipality).values_list("id", "orgnr")),
    )
