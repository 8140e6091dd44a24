# SPDX-License-Identifier: EUPL-1.2
"""Versions of the routine (D): proposed by one person, approved by another, in force from a day."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q

from troskel.duties import proofs, routines, rules
from troskel.duties.models import RoutineVersion
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.login_models import EnrolmentLink
from troskel.people.models import Account
from troskel.people.roles import Actor, ActorKind, Role
from troskel.routine import InvalidRoutine, Routine, parser
from troskel.runner.fields import FileText, Named, Text, field
from troskel.runner.register import act
from troskel.runner.reported import Reported
from troskel.runner.transaction import ActContext

WHO = (Role.ADMINISTRATOR, Role.MANAGER)
FileName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9._-]{1,50}$",
        description="letters a-z, digits, full stop, hyphen and low line, 50 at most",
    ),
]
NEWLY_LET_IN = timedelta(days=30)
"""Whom the author gave a way to sign in so lately could be the author."""
ApprovedThough = Annotated[list[str], field(_("Godkänn ändå"), names=Named.DONE_THOUGH)]
"""Codes of refusals that have asked, as `done_though` of a report: it is approved all the same."""


@act("D", who=WHO, writes=["routine.proposed"])
def propose_routine(ctx: ActContext, *, name: FileName, text: FileText) -> dict[str, Any]:
    """Propose a new version of the routine, as the text of its file. Nothing changes until somebody else approves it.

    An invalid file is refused with every fault and its line number.
    """
    routine = _parsed(name, text)
    proposals = RoutineVersion.objects.filter(municipality=ctx.actor.municipality, withdrawn=None)
    if proposals.filter(digest=routine.version).exists():
        raise Refusal(
            "D",
            "routine.already_proposed",
            _("Samma fil är redan föreslagen, eller gäller redan. Det finns inget att ändra."),
        )
    latest = routines.approved_last(ctx.actor.municipality)
    rules.is_not_older(routine.header.changed, latest.header.changed if latest else None)
    row = RoutineVersion(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        name=name.removesuffix(".toml"),
        digest=routine.version,
        text=text,
        proposed_by_id=ctx.actor.account,
        proposed_at=ctx.now,
    )
    row.save(force_insert=True)
    ctx.journal("routine.proposed", version=row.digest, name=row.name, proposal=row.id)
    return {"version": row.id, "digest": row.digest}


@act("D", who=WHO, writes=["routine.withdrawn"])
def withdraw_proposal(ctx: ActContext, *, version: UUID) -> dict[str, Any]:
    """Withdraw a proposed version of the routine. An approved version can't be withdrawn."""
    row = _proposal(ctx, version)
    row.withdrawn = ctx.now
    row.save(update_fields=["withdrawn"])
    ctx.journal("routine.withdrawn", version=row.digest, proposal=row.id)
    return {"version": row.id}


@act("D", who=WHO, writes=["routine.in_force"], fresh=True)
def approve_routine(
    ctx: ActContext,
    *,
    version: UUID,
    in_force_from: date,
    done_though: ApprovedThough = [],  # noqa: B006 -- msgspec copies it
    reason: Annotated[Text, field(_("Varför"))] = "",
) -> dict[str, Any]:
    """Approve a version that somebody else has proposed, in force from a day.

    Open duties keep the version under which they were opened. The file is proven first (docs/proving.md); one with
    counterexamples is approved only by `done_though`, with a `reason`. The line says whether it is proven.
    """
    row = _proposal(ctx, version)
    _is_seen_by_two_people(ctx, row.proposed_by_id)
    approved_versions = RoutineVersion.objects.filter(
        municipality=ctx.actor.municipality, sequence__isnull=False
    )
    latest = approved_versions.aggregate(sequence=Max("sequence"), begins=Max("in_force_from"))
    rules.comes_into_force(in_force_from, ctx.today, latest["begins"])
    marks, found = asked_of_the_proof(routines.version(row.digest), done_though, reason)
    row.approved_by_id, row.approved_at = ctx.actor.account, ctx.now
    row.sequence, row.in_force_from = 1 + (latest["sequence"] or 0), in_force_from
    row.save(update_fields=["approved_by", "approved_at", "sequence", "in_force_from"])
    ctx.use_new_routine()
    ctx.journal(
        "routine.in_force",
        detail={"text": reason} if reason else None,
        though=marks,
        version=row.digest,
        name=row.name,
        from_=in_force_from,
        proposal=row.id,
        proven=not found,
        counterexamples=found,
    )
    return {"version": row.id, "in_force_from": in_force_from}


def asked_of_the_proof(routine: Routine, done_though: list[str], reason: str) -> tuple[list[str], int]:
    """Returns the marks of a version's line, and how many counterexamples its proof has.

    Raises Refusal where there are some and `done_though` does not say so, and BadValue without a reason.
    """
    report, found = Reported(done_though), len(proofs.proof_of(routine).counterexamples)
    report.ask(lambda: rules.is_proven(found))
    if report.marks and not reason.strip():
        raise BadValue(
            "reason",
            "approval.no_reason",
            _("Skriv varför versionen ska gälla fast prövningen hittade motexempel."),
        )
    return report.marks, found


@propose_routine.prepared_by
def _parse(_actor: Actor, *, name: str, text: str) -> None:
    """Parses the file, which may take a second where it was made to."""
    _parsed(name, text)


@lru_cache(maxsize=4)
def _parsed(name: str, text: str) -> Routine:
    try:
        return parser.parse_routine(text.encode(), name)
    except InvalidRoutine as refused:
        raise BadValue(
            "text", "routine.unusable", _("Filen går inte att använda: {faults}"), faults=str(refused)
        ) from None


@approve_routine.prepared_by
def _prove(actor: Actor, *, version: UUID, **_: Any) -> None:
    """Proves the file, which takes seconds the first time, and is kept in the process."""
    rows = RoutineVersion.objects.filter(municipality=actor.municipality, id=version, approved_at=None)
    for digest in rows.filter(withdrawn=None).values_list("digest", flat=True):
        proofs.proof_of(routines.version(digest))


def _is_seen_by_two_people(ctx: ActContext, author: UUID | None) -> None:
    """Raises Refusal where one person, or one whom the author has let in, would approve what the author proposed."""
    rules.is_approved_by_a_person(
        is_command_line=ctx.actor.kind is ActorKind.COMMAND_LINE, in_production=settings.PRODUCTION
    )
    approver = ctx.actor.account
    login_of_author = Account.objects.filter(Q(id=author), login__isnull=False).values("login")
    given = EnrolmentLink.objects.filter(
        account=approver, issued__gt=ctx.now - NEWLY_LET_IN, issued_by=OuterRef("id")
    )
    of_author = dict(
        Account.objects.filter(Q(id=author) | Q(login__in=login_of_author)).values_list("id", Exists(given))
    )
    rules.is_approved_by_another(
        author, ctx.actor, same_login=approver in of_author, let_in_by_author=any(of_author.values())
    )


def _proposal(ctx: ActContext, version: UUID) -> RoutineVersion:
    rows = RoutineVersion.objects.select_for_update().filter(municipality=ctx.actor.municipality)
    row = rows.filter(id=version).first()
    if row is None:
        raise NotFound("routine_version", "version")
    rules.is_a_proposal(row.approved_at, row.withdrawn)
    return row
