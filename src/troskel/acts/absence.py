# SPDX-License-Identifier: EUPL-1.2
"""The client is in hospital or away (case 15): access is suspended, and nothing is removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from troskel.care import rules
from troskel.care.models import Suspension
from troskel.care.queries import lasts_through
from troskel.ground.choices import Choice
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.routine.facts import AbsenceFacts, ClientFacts
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, ClientCondition, FromDay, Named, ThroughDay, field
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("På sjukhus eller bortrest")


class AbsenceReason(Choice, question=_("Anledning")):
    """Why the client is away."""

    HOSPITAL = "hospital", _("På sjukhus")
    SHORT_TERM_STAY = "short_term_stay", _("Korttidsboende")
    AWAY = "away", _("Bortrest")


WHO = (Role.ASSESSOR, Role.COORDINATOR)


@act(
    "A8",
    who=WHO,
    writes=["suspension.began"],
    title=_("Kunden är inte hemma"),
    lead=_("Kunden syns inte i telefonen så länge. Inget tas ner."),
    corrected_by="resume_access",
    undone_by=Undo(
        "resume_access",
        lambda told: {"client": told["client"], "on": told["since"], "absence": told["absence"]},
    ),
)
def suspend_access(
    ctx: ActContext,
    *,
    client: CaseNumber,
    since: FromDay,
    reason: AbsenceReason,
    through: ThroughDay | None = None,
) -> dict[str, Any]:
    """Suspend access while the client is away, from `since`: no phone shows the client or opens the door.

    A client may have several absences, planned and begun, that overlap. Answers the absence's id.
    """
    subject = lookup.find_client(ctx, client)
    rules.period(since, through)
    absence = AbsenceFacts(since, through)
    _says_something_new(subject.facts, absence)
    row = Suspension.objects.create(
        municipality_id=ctx.actor.municipality,
        client=subject.row,
        reason=reason,
        valid_from=since,
        valid_through=through,
    )
    ctx.journal(
        "suspension.began",
        homes=[subject.home.home],
        client=subject.row.id,
        from_=since,
        through=through,
        reason_code=reason,
    )
    return {"case": subject.row.case_number, "absence": str(row.id)}


def _says_something_new(client: ClientFacts, absence: AbsenceFacts) -> None:
    """The same days, or from a day on twice, are one absence written down again."""
    already_open = absence.through is None and any(
        known.through is None and known.begins <= absence.begins for known in client.absences
    )
    if already_open or absence in client.absences:
        raise Refusal(
            "A8",
            "client.already_away",
            _("Kunden är redan inskriven som borta. Skriv först vilken dag kunden kom hem."),
        )


@act(
    "A8",
    who=WHO,
    writes=["suspension.ended"],
    title=_("Kunden är hemma igen"),
    lead=_("Telefonen visar kunden som förut. Utan val slutar allt som gäller den dagen."),
    applies_to=ClientCondition.AWAY,
    corrected_by="suspend_access",
)
def resume_access(
    ctx: ActContext,
    *,
    client: CaseNumber,
    on: FromDay,
    absence: Annotated[UUID | None, field(_("Vilken frånvaro"), names=Named.ABSENCE)] = None,
) -> dict[str, Any]:
    """Resume access: the client is home from `on`, and every absence that covers that day ends the day before.

    With an `absence` named, that one alone ends, or is called off where it has not begun by then.
    """
    subject = lookup.find_client(ctx, client)
    standing = Suspension.objects.filter(client=subject.row, withdrawn=False)
    lasts = lasts_through(on)
    if absence is None:
        ended = list(standing.filter(lasts, valid_from__lte=on).order_by("valid_from", "id"))
    elif standing.filter(pk=absence).exists():
        ended = list(standing.filter(lasts, pk=absence))
    else:
        raise NotFound("absence", "absence")
    if not ended:
        raise Refusal(
            "A8",
            "client.not_away",
            _("Kunden är inte inskriven som borta just då ({day}). Kontrollera dagen."),
            day=on,
        )
    before = [{"from": row.valid_from, "through": row.valid_through} for row in ended]
    last = on - timedelta(days=1)
    for row in ended:
        row.withdrawn = row.valid_from > last
        row.valid_through = row.valid_through if row.withdrawn else last
    Suspension.objects.bulk_update(ended, ["valid_through", "withdrawn"])
    ctx.journal("suspension.ended", homes=[subject.home.home], client=subject.row.id, on=on, absences=before)
    return {"case": subject.row.case_number}
