# SPDX-License-Identifier: EUPL-1.2
"""A municipality begins: its routine comes into force, and what is there already is taken over."""

from __future__ import annotations

from datetime import date
from typing import Any

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.duties import routines
from troskel.duties.models import RoutineVersion
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.people.models import Home, Municipality
from troskel.routine import reading


@act("D", writes=["municipality.founded", "routine.in_force"])
def found_municipality(doing: Doing, *, name: str, valid_from: date) -> dict[str, Any]:
    """Make the municipality that the actor stands in, with the shipped routine in force from a day."""
    if not (
        doing.actor.municipality.isascii()
        and doing.actor.municipality.isdigit()
        and len(doing.actor.municipality) == 4
    ):
        raise BadValue("municipality", "a municipality's code is four digits")
    if Municipality.objects.filter(code=doing.actor.municipality).exists():
        raise Refusal(
            "rule 6", "municipality {municipality} is there already", municipality=doing.actor.municipality
        )
    Municipality.objects.create(code=doing.actor.municipality, name=name)
    doing.journal("municipality.founded")
    return {"version": _begin_with_the_shipped_routine(doing, valid_from)}


def _begin_with_the_shipped_routine(doing: Doing, valid_from: date) -> str:
    """Nobody is there yet to approve it; every later version is approved by somebody (D)."""
    text, name = routines.SHIPPED.read_bytes().decode(), routines.SHIPPED.stem
    routine = reading.parse_routine(text.encode(), name)
    RoutineVersion.objects.create(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        name=name,
        digest=routine.version,
        text=text,
        by_system=True,
        proposed_at=doing.now,
        approved_at=doing.now,
        sequence=1,
        in_force_from=valid_from,
    )
    doing.use_new_routine()
    doing.journal("routine.in_force", version=routine.version, name=name, from_=valid_from)
    return routine.version


@act("D", writes=["take_over.began"])
def begin_take_over(doing: Doing, *, day: date) -> dict[str, Any]:
    """The first night: who is there now has had care, lock and keys for years, and is not new."""
    municipality = Municipality.objects.get(code=doing.actor.municipality)
    if municipality.take_over is not None:
        raise Refusal(
            "rule 6", "the municipality was taken over on {day}: it is done once", day=municipality.take_over
        )
    municipality.take_over = day
    municipality.save(update_fields=["take_over"])
    doing.journal("take_over.began", day=day)
    return {"day": day}


@act("D", writes=["take_over.finished", "home.unknown"])
def finish_take_over(doing: Doing, *, day: date, unknown: list[str]) -> dict[str, Any]:
    """The first night has been taken in. Where nothing told what hangs at the doors, somebody has to look.

    `unknown`: a client of each such home.
    """
    everywhere = sorted(
        Home.objects.filter(municipality=doing.actor.municipality).values_list("id", flat=True)
    )
    doing.lock_homes(everywhere)
    rows = lookup.clients_there(doing, unknown)
    homes = sorted({row.home_id for row in rows.values()})
    for home in homes:
        doing.journal("home.unknown", homes=[home], home=home)
    Municipality.objects.filter(code=doing.actor.municipality).update(taken_over=True)
    doing.journal("take_over.finished", homes=everywhere, day=day)
    return {"homes": len(homes)}
