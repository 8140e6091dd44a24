# SPDX-License-Identifier: EUPL-1.2
"""A municipality is founded with its first routine, and its existing clients are taken over."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec

from troskel.acts.approving import ApprovedThough, asked_of_the_proof
from troskel.duties import proofs, routines
from troskel.duties import queries as duties
from troskel.duties.models import RoutineVersion
from troskel.ground import spelling
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.outbox.models import Sender
from troskel.people.models import Municipality
from troskel.people.roles import Actor
from troskel.routine import InvalidRoutine, Routine, parser
from troskel.routine.engine_digest import engine_digest
from troskel.routine.facts import HomeFacts
from troskel.runner import lookup
from troskel.runner.fields import Email, FileText, Text, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

MunicipalityName = Annotated[str, msgspec.Meta(max_length=100), field(_("Namn"), spelling=spelling.name)]


@act("D", writes=["municipality.founded", "routine.in_force"])
def found_municipality(
    ctx: ActContext,
    *,
    name: MunicipalityName,
    valid_from: date,
    routine: FileText | None = None,
    file: str = "",
    done_though: ApprovedThough = [],  # noqa: B006 -- msgspec copies it
    reason: Annotated[Text, field(_("Varför"))] = "",
) -> dict[str, Any]:
    """Found the actor's municipality, with its routine in force from a day: its own file's text, else the shipped one.

    Its own file is proven first, as when a version is approved. The shipped routine is another town's document. It is
    for trying things: nobody begins with it as their own.
    """
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
    ctx.journal("municipality.founded", engine=engine_digest())
    if routine is None:
        return {
            "version": _adopt(ctx, routines.SHIPPED.read_bytes().decode(), routines.SHIPPED.stem, valid_from)
        }
    own = _own(routine, file)
    marks, found = asked_of_the_proof(own, done_though, reason)
    name = file.removesuffix(".toml")[:50] or own.header.id
    proof = {"though": marks, "proven": not found, "counterexamples": found}
    detail = {"text": reason} if reason else None
    return {"version": _adopt(ctx, routine, name, valid_from, detail=detail, **proof)}


@found_municipality.prepared_by
def _prove(_actor: Actor, *, routine: str | None = None, file: str = "", **_: Any) -> None:
    """Proves the municipality's own file, which takes seconds, and is kept in the process."""
    if routine is not None:
        proofs.proof_of(_own(routine, file))


def _own(text: str, file: str) -> Routine:
    """Returns the municipality's own version. Refuses an unusable file, and another town's document."""
    try:
        routine = parser.parse_routine(text.encode(), file)
    except InvalidRoutine as refused:
        raise BadValue(
            "routine", "routine.unusable", _("Filen går inte att använda: {faults}"), faults=str(refused)
        ) from None
    if routine.header.id == routines.shipped().header.id:
        raise BadValue(
            "routine",
            "routine.of_another_town",
            _("Det här är Tröskelbys rutin. Skriv er egen: ett eget id och era egna ansvariga i huvudet."),
        )
    return routine


def _adopt(ctx: ActContext, text: str, name: str, valid_from: date, **proof: Any) -> str:
    """Puts a routine in force unapproved: nobody has an account yet. Later versions need approval (D)."""
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
    ctx.journal("routine.in_force", version=routine.version, name=name, from_=valid_from, **proof)
    return routine.version


@act("D", writes=["municipality.changed"])
def change_municipality(
    ctx: ActContext, *, name: MunicipalityName | None = None, sender: Email | None = None
) -> dict[str, Any]:
    """Change the municipality's name, or the address that its e-mail comes from; what is left out stays."""
    if name is not None:
        Municipality.objects.filter(code=ctx.actor.municipality).update(name=name)
    if sender is not None:
        Sender.objects.update_or_create(municipality=ctx.actor.municipality, defaults={"address": sender})
    ctx.journal("municipality.changed", renamed=name is not None, sender=sender is not None)
    return {"municipality": ctx.actor.municipality}


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


class TakenOverHome(msgspec.Struct, frozen=True):
    """A home of the take-over; `unknown` where nobody knows its lock, tags and keys."""

    home: UUID
    unknown: bool = False


@act("D", writes=["homes.taken_over", "home.unknown"], parts="homes")
def settle_homes(ctx: ActContext, *, homes: list[TakenOverHome]) -> dict[str, Any]:
    """Settle homes that are being taken over: from now on they are asked about like others. A repeat adds nothing.

    Somebody has to look at those where lock, tag and keys are unknown.
    """
    ctx.lock_homes(item.home for item in homes)
    waiting = [item for item in homes if _is_settling(ctx.facts[item.home])]
    for item in waiting:
        if item.unknown:
            ctx.journal("home.unknown", homes=[item.home], home=item.home)
    if waiting:
        ctx.journal("homes.taken_over", homes=[item.home for item in waiting])
    return {"homes": len(waiting)}


def _is_settling(home: HomeFacts) -> bool:
    return any(client.settling for client in home.clients.values())


@act("D", writes=["take_over.finished", "home.unknown"])
def finish_take_over(ctx: ActContext, *, day: date, unknown: list[str] = []) -> dict[str, Any]:  # noqa: B006
    """Finish the take-over. Homes that have not been settled are settled now (many: by `settle_homes`, before).

    `unknown`: the reference of a client in each home where somebody has to look at lock, tag and keys.
    """
    rows = lookup.find_existing_clients(ctx, unknown)
    homes = list(dict.fromkeys(rows[reference].home_id for reference in unknown if reference in rows))
    for home in homes:
        ctx.journal("home.unknown", homes=[home], home=home)
    left = duties.homes_being_taken_over(ctx.actor.municipality)
    ctx.lock_homes(left)
    Municipality.objects.filter(code=ctx.actor.municipality).update(taken_over=True)
    ctx.journal("take_over.finished", homes=left, day=day)
    return {"homes": len(homes)}
