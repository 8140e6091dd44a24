# SPDX-License-Identifier: EUPL-1.2
"""Investigations, decisions and allocations (A4, A8). Each act takes a list; a person sends a list of one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from troskel.acts.decisions.resolving import not_begun, refuse_item, resolve
from troskel.acts.decisions.rows import (
    find_allocations,
    find_decisions,
    find_organisations,
    rows_by_reference,
)
from troskel.acts.decisions.values import (
    AllocationEnd,
    AllocationPeriod,
    ComingAllocations,
    ComingDecisions,
    DecisionEnd,
    DecisionPeriod,
    NewAllocation,
    NewDecision,
    NewInvestigation,
)
from troskel.acts.made_references import with_references
from troskel.care import rules
from troskel.care.models import Allocation, Decision, Ending, Investigation
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.row_writing import insert, new_row
from troskel.ground.texts import _
from troskel.people import rules as people
from troskel.people.models import Client, Organisation
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, NonEmpty
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Beslut och fördelning")

WHO = (Role.ASSESSOR,)
BATCH_SIZE = 400
ENDING_FIELDS = ["valid_through", "ending", "withdrawn"]


@act(
    "A8",
    who=WHO,
    writes=["investigation.started"],
    title=_("Börja en utredning"),
    lead=_("Utredningen kan följa upp ett beslut."),
    parts="investigations",
)
def start_investigations(ctx: ActContext, *, investigations: NonEmpty[NewInvestigation]) -> dict[str, Any]:
    """Start investigations, so that a new decision is ready before the old one ends (A8)."""
    investigations = with_references(ctx, investigations)
    clients = _clients(ctx, (item.client for item in investigations))
    decisions = rows_by_reference(
        Decision.objects.filter(municipality=ctx.actor.municipality), [i.replaces for i in investigations]
    )
    rows = []
    for item, client in resolve(ctx, investigations, lambda item: clients[item.client], "client"):
        replaced_decision = decisions.get(item.replaces)
        row = new_row(
            Investigation,
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            client_id=client.id,
            reference=item.reference,
            started=ctx.today,
        )
        rows.append(row)
        ctx.journal(
            "investigation.started",
            homes=[client.home_id],
            client=client.id,
            investigation=row.id,
            replaces=replaced_decision.id if replaced_decision else None,
        )
    insert(rows)
    return {"investigations": [row.reference for row in rows]}


@act(
    "A8",
    who=WHO,
    writes=["decision.made"],
    title=_("Skriv in ett beslut"),
    lead=_("Båda dagarna räknas in. Utan sista dag gäller beslutet tills vidare."),
    parts="decisions",
    corrected_by="change_decisions",
    undone_by=Undo(
        "withdraw_decisions",
        lambda told: {} if told.get("decisions.replaces") else {"references": told["decisions"]},
    ),
)
def make_decisions(ctx: ActContext, *, decisions: NonEmpty[NewDecision]) -> dict[str, Any]:
    """Register decisions: what is granted to whom, from when to when."""
    decisions = with_references(ctx, decisions)
    clients = _clients(ctx, (item.client for item in decisions))
    decisions_by_reference = rows_by_reference(
        Decision.objects.filter(municipality=ctx.actor.municipality), [i.replaces for i in decisions]
    )
    rows = []
    for item, client in resolve(ctx, decisions, lambda item: clients[item.client], "client"):
        replaced_decision = decisions_by_reference.get(item.replaces)
        row = new_row(
            Decision,
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            client_id=client.id,
            reference=item.reference,
            service=item.service,
            valid_from=item.valid_from,
            valid_through=item.valid_through,
            replaces=item.replaces,
        )
        rows.append(row)
        decisions_by_reference[row.reference] = row
        ctx.journal(
            "decision.made",
            homes=[client.home_id],
            client=client.id,
            decision=row.id,
            service=row.service,
            from_=row.valid_from,
            through=row.valid_through,
            replaces=replaced_decision.id if replaced_decision else None,
        )
    insert(rows)
    return {"decisions": [row.reference for row in rows]}


@act(
    "A8",
    who=WHO,
    writes=["decision.changed"],
    title=_("Ändra beslutsperiod"),
    lead=_("Beslutet får en ny period."),
    parts="periods",
    corrected_by="change_decisions",
)
def change_decisions(ctx: ActContext, *, periods: NonEmpty[DecisionPeriod]) -> dict[str, Any]:
    """Change the periods of decisions."""
    rows = find_decisions(ctx, [item.reference for item in periods])
    changed_rows = []
    for item, row in resolve(ctx, periods, lambda item: rows[item.reference], "decision"):
        row.valid_from, row.valid_through = item.valid_from, item.valid_through
        row.ending = Ending.NONE
        changed_rows.append(row)
        ctx.journal(
            "decision.changed",
            homes=[row.client.home_id],
            client=row.client_id,
            decision=row.id,
            from_=row.valid_from,
            through=row.valid_through,
        )
    Decision.objects.bulk_update(
        changed_rows, ["valid_from", "valid_through", "ending"], batch_size=BATCH_SIZE
    )
    return {"decisions": [row.reference for row in changed_rows]}


@act(
    "A7",
    "P6",
    who=WHO,
    writes=["decision.ended"],
    title=_("Avsluta ett beslut"),
    lead=_("Sista dagen räknas in."),
    parts="endings",
    corrected_by="change_decisions",
)
def end_decisions(ctx: ActContext, *, endings: NonEmpty[DecisionEnd]) -> dict[str, Any]:
    """End decisions. If the alarm stays, the provider is told that the lock stays (A7); otherwise P6 follows."""
    rows = find_decisions(ctx, [item.reference for item in endings])
    ended_rows = []
    for item, row in resolve(ctx, endings, lambda item: rows[item.reference], "decision"):
        last = _end(ctx, row, item)
        row.reason = item.reason
        ended_rows.append(row)
        ctx.journal(
            "decision.ended",
            homes=[row.client.home_id],
            client=row.client_id,
            decision=row.id,
            through=last,
            confirmed=item.confirmed,
            detail={"reason": item.reason} if item.reason else None,
        )
    Decision.objects.bulk_update(ended_rows, [*ENDING_FIELDS, "reason"], batch_size=BATCH_SIZE)
    return {"decisions": [row.reference for row in ended_rows]}


@act(
    "A8",
    who=WHO,
    writes=["decision.withdrawn"],
    title=_("Ta tillbaka beslut"),
    lead=_("För beslut som inte har börjat gälla. Ett som har börjat avslutas."),
    parts="references",
)
def withdraw_decisions(ctx: ActContext, *, references: ComingDecisions) -> dict[str, Any]:
    """Withdraw decisions that have not begun."""
    rows = find_decisions(ctx, references)
    withdrawn_rows = []
    for row in not_begun(ctx, references, rows, "A8", "decision"):
        row.withdrawn = True
        withdrawn_rows.append(row)
        ctx.journal("decision.withdrawn", homes=[row.client.home_id], client=row.client_id, decision=row.id)
    Decision.objects.bulk_update(withdrawn_rows, ["withdrawn"], batch_size=BATCH_SIZE)
    return {"decisions": [row.reference for row in withdrawn_rows]}


@act(
    "P6",
    who=WHO,
    writes=["ending.confirmed"],
    title=_("Bekräfta att det upphör"),
    lead=_("Beslutet går ut och inget nytt ska skrivas."),
    corrected_by="change_decisions",
)
def confirm_ending(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Confirm that the client's care has ended, where the case system only omitted it (P6 waits for this)."""
    row = lookup.find_clients(ctx, [client])[client]
    is_over = Q(ending__in=(Ending.UNCONFIRMED, Ending.CLOSED)) | Q(
        ending=Ending.NONE, valid_through__lt=ctx.today
    )
    decisions = Decision.objects.filter(is_over, client=row, withdrawn=False)
    if not decisions.update(ending=Ending.CONFIRMED):
        raise Refusal("P6", "ending.none_waits", _("Inget avslut väntar på att bekräftas för kunden."))
    ctx.journal("ending.confirmed", homes=[row.home_id], client=row.id)
    return {"case": row.case_number}


@act(
    "A4",
    "A5",
    "A6",
    who=WHO,
    writes=["allocation.made"],
    title=_("Fördela till en utförare"),
    lead=_("Utföraren får veta det och ser kunden de dagar som fördelas."),
    parts="allocations",
    corrected_by="change_allocations",
    undone_by=Undo("withdraw_allocations", lambda told: {"references": told["allocations"]}),
)
def allocate(ctx: ActContext, *, allocations: NonEmpty[NewAllocation]) -> dict[str, Any]:
    """Allocate decisions to providers, who thereby learn of a new client (A4) or a change (A5)."""
    allocations = with_references(ctx, allocations)
    decisions = find_decisions(ctx, [item.decision for item in allocations])
    organisations = find_organisations(ctx, [item.organisation for item in allocations])
    rows = []
    for index, item in enumerate(allocations):
        try:
            decision, organisation = _decision_and_organisation(item, decisions, organisations)
            people.organisation_is_open(organisation.closed)
            rules.carries_out(organisation.kind, decision.service)
            if not ctx.actor.is_system:
                rules.within_life(decision.client.died, item.valid_from)
        except (NotFound, Refusal) as refusal:
            refuse_item(ctx, len(allocations), index, refusal)
            continue
        row = new_row(
            Allocation,
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            decision_id=decision.id,
            organisation_id=organisation.id,
            reference=item.reference,
            valid_from=item.valid_from,
            valid_through=item.valid_through,
        )
        rows.append(row)
        ctx.journal(
            "allocation.made",
            homes=[decision.client.home_id],
            client=decision.client_id,
            allocation=row.id,
            decision=decision.id,
            service=decision.service,
            organisation=organisation.id,
            from_=row.valid_from,
            through=row.valid_through,
        )
    insert(rows)
    return {"allocations": [row.reference for row in rows]}


@act(
    "A8",
    who=WHO,
    writes=["allocation.changed"],
    title=_("Ändra uppdragets period"),
    lead=_("Uppdraget får en ny period."),
    parts="periods",
    corrected_by="change_allocations",
)
def change_allocations(ctx: ActContext, *, periods: NonEmpty[AllocationPeriod]) -> dict[str, Any]:
    """Change the periods of allocations."""
    rows = find_allocations(ctx, [item.reference for item in periods])
    changed_rows = []
    for item, row in resolve(ctx, periods, lambda item: rows[item.reference], "allocation"):
        row.valid_from, row.valid_through = item.valid_from, item.valid_through
        row.ending = Ending.NONE
        changed_rows.append(row)
        _journal_allocation(ctx, "allocation.changed", row, from_=row.valid_from, through=row.valid_through)
    Allocation.objects.bulk_update(
        changed_rows, ["valid_from", "valid_through", "ending"], batch_size=BATCH_SIZE
    )
    return {"allocations": [row.reference for row in changed_rows]}


@act(
    "A6",
    who=WHO,
    writes=["allocation.ended"],
    title=_("Avsluta ett uppdrag"),
    lead=_("Sista dagen räknas in."),
    parts="endings",
    corrected_by="change_allocations",
)
def end_allocations(ctx: ActContext, *, endings: NonEmpty[AllocationEnd]) -> dict[str, Any]:
    """End allocations: the provider's phones lose the client after that day. The lock stays (A6)."""
    rows = find_allocations(ctx, [item.reference for item in endings])
    ended_rows = []
    for item, row in resolve(ctx, endings, lambda item: rows[item.reference], "allocation"):
        last = _end(ctx, row, item)
        ended_rows.append(row)
        _journal_allocation(ctx, "allocation.ended", row, through=last, confirmed=item.confirmed)
    Allocation.objects.bulk_update(ended_rows, ENDING_FIELDS, batch_size=BATCH_SIZE)
    return {"allocations": [row.reference for row in ended_rows]}


@act(
    "A6",
    who=WHO,
    writes=["allocation.withdrawn"],
    title=_("Ta tillbaka uppdrag"),
    lead=_("För uppdrag som inte har börjat gälla. Ett som har börjat avslutas."),
    parts="references",
)
def withdraw_allocations(ctx: ActContext, *, references: ComingAllocations) -> dict[str, Any]:
    """Withdraw allocations that have not begun."""
    rows = find_allocations(ctx, references)
    withdrawn_rows = []
    for row in not_begun(ctx, references, rows, "A6", "allocation"):
        row.withdrawn = True
        withdrawn_rows.append(row)
        _journal_allocation(ctx, "allocation.withdrawn", row)
    Allocation.objects.bulk_update(withdrawn_rows, ["withdrawn"], batch_size=BATCH_SIZE)
    return {"allocations": [row.reference for row in withdrawn_rows]}


def _end(ctx: ActContext, row: Decision | Allocation, item: DecisionEnd | AllocationEnd) -> date:
    """Ends the row, and returns its last day. One that ends before its first day covers no day, now as it is known."""
    last = rules.earlier_end(row.valid_through, item.valid_through)
    row.valid_through, row.withdrawn = max(last, row.valid_from), last < row.valid_from
    row.ending = _ending(ctx, item.confirmed)
    return last


# look-ups of many rows, in a constant number of queries


def _ending(ctx: ActContext, confirmed: bool) -> Ending:
    """How it ends: the case system's word asks for no more work (P6), but is not a person's."""
    if not confirmed:
        return Ending.UNCONFIRMED
    return Ending.CLOSED if ctx.actor.is_system else Ending.CONFIRMED


def _clients(ctx: ActContext, names: Iterable[str]) -> dict[str, Client]:
    return lookup.find_existing_clients(ctx, list(names))


def _decision_and_organisation(
    item: NewAllocation, decisions: dict[str, Decision], organisations: dict[str, Organisation]
) -> tuple[Decision, Organisation]:
    if item.decision not in decisions:
        raise NotFound("decision", "decision")
    if item.organisation not in organisations:
        raise NotFound("organisation", "organisation")
    rules.period(item.valid_from, item.valid_through)
    return decisions[item.decision], organisations[item.organisation]


def _journal_allocation(ctx: ActContext, event: str, row: Allocation, **body: Any) -> None:
    client = row.decision.client
    ids: dict[str, Any] = {"client": client.id, "allocation": row.id, "decision": row.decision_id}
    ctx.journal(event, homes=[client.home_id], **ids, **body)
