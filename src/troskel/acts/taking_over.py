# SPDX-License-Identifier: EUPL-1.2
"""A municipality is founded with its first routine, and its existing clients are taken over."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec

from troskel.duties import routines
from troskel.duties.models import RoutineVersion
from troskel.ground import spelling
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.models import Home, Municipality
from troskel.routine import parser
from troskel.runner import lookup
from troskel.runner.fields import field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

MunicipalityName = Annotated[str, msgspec.Meta(max_length=100), field(_("Namn"), spelling=spelling.name)]


@act("D", writes=["municipality.founded", "routine.in_force"])
def found_municipality(ctx: ActContext, *, name: MunicipalityName, valid_from: date) -> dict[str, Any]:
    """Found the actor's municipality, with the shipped routine in force from a day."""
    if not (
        ctx.actor.municipality.isascii()
        and ctx.actor.municipality.isdigit()
        and len(ctx.actor.municipality) == 4
    ):
        raise BadValue("municipality", "municipality.malformed_code", _("En kommuns kod är fyra siffror."))
    if Municipality.objects.filter(code=ctx.actor.municipality).exists():
        raise Refusal(
            "rule 6",
            "municipality.already_there",
            _("Kommun {municipality} finns redan."),
            municipality=ctx.actor.municipality,
        )
    Municipality.objects.create(code=ctx.actor.municipality, name=name)
    ctx.journal("municipality.founded")
    return {"version": _adopt_shipped_routine(ctx, valid_from)}


def _adopt_shipped_routine(ctx: ActContext, valid_from: date) -> str:
    """Puts the shipped routine in force unapproved: nobody has an account yet. Later versions need approval (D)."""
    text, name = routines.SHIPPED.read_bytes().decode(), routines.SHIPPED.stem
    routine = parser.parse_routine(text.encode(), name)
    RoutineVersion.objects.create(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        name=name,
        digest=routine.version,
        text=text,
        by_system=True,
        proposed_at=ctx.now,
        approved_at=ctx.now,
        sequence=1,
        in_force_from=valid_from,
    )
    ctx.use_new_routine()
    ctx.journal("routine.in_force", version=routine.version, name=name, from_=valid_from)
    return routine.version


@act("D", writes=["take_over.began"])
def begin_take_over(ctx: ActContext, *, day: date) -> dict[str, Any]:
    """Begin the take-over, on the first night: clients registered now are not new, and may have lock and keys."""
    municipality = Municipality.objects.get(code=ctx.actor.municipality)
    if municipality.take_over is not None:
        raise Refusal(
            "rule 6",
            "municipality.already_taken_over",
            _("Kommunen togs över {day}. Det görs en gång."),
            day=municipality.take_over,
        )
    municipality.take_over = day
    municipality.save(update_fields=["take_over"])
    ctx.journal("take_over.began", day=day)
    return {"day": day}


@act("D", writes=["take_over.finished", "home.unknown"])
def finish_take_over(ctx: ActContext, *, day: date, unknown: list[str]) -> dict[str, Any]:
    """Finish the take-over. Somebody has to look at the homes where lock, tag and keys are unknown.

    `unknown`: the reference of a client in each such home.
    """
    all_homes = sorted(Home.objects.filter(municipality=ctx.actor.municipality).values_list("id", flat=True))
    ctx.lock_homes(all_homes)
    rows = lookup.find_existing_clients(ctx, unknown)
    homes = list(dict.fromkeys(rows[reference].home_id for reference in unknown))
    for home in homes:
        ctx.journal("home.unknown", homes=[home], home=home)
    Municipality.objects.filter(code=ctx.actor.municipality).update(taken_over=True)
    ctx.journal("take_over.finished", homes=all_homes, day=day)
    return {"homes": len(homes)}
