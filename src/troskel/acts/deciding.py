# SPDX-License-Identifier: EUPL-1.2
"""Investigations, decisions and allocations (A4, A8). Each act takes many at once; a person's is a batch of one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Literal, TypeVar

import msgspec
from django.db.models import Q, QuerySet

from troskel.acts.core import lookup
from troskel.acts.core.fields import Code, Many, Name, Reference
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.care import rules
from troskel.care.models import Allocation, Decision, Ending, Investigation
from troskel.ground.ids import new_id
from troskel.ground.prepared import Prepared
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.models import Client, Organisation
from troskel.people.roles import Role

WHO = (Role.ASSESSOR,)
ROWS = 400


class NewInvestigation(msgspec.Struct, frozen=True):
    """An investigation that has begun; `replaces` is the decision that it follows up."""

    client: str
    reference: Reference
    replaces: Code = ""


class NewDecision(msgspec.Struct, frozen=True):
    """A decision in force. Both days are included; without `valid_through` it holds until further notice."""

    client: str
    reference: Reference
    service: Literal["home_care", "safety_alarm"]
    valid_from: date
    valid_through: date | None = None
    replaces: Code = ""


class NewAllocation(msgspec.Struct, frozen=True):
    """A decision given to an organisation to carry out."""

    decision: str
    reference: Reference
    organisation: str
    valid_from: date
    valid_through: date | None = None


class Period(msgspec.Struct, frozen=True):
    """A new period for a decision or an allocation."""

    reference: Reference
    valid_from: date
    valid_through: date | None = None


class End(msgspec.Struct, frozen=True):
    """A decision or an allocation ends, on a last day that is still included."""

    reference: Reference
    valid_through: date
    reason: Name = ""
    confirmed: bool = True


@act("A8", who=WHO, writes=["investigation.started"])
def start_investigations(doing: Doing, *, investigations: Many[NewInvestigation]) -> dict[str, Any]:
    """Begin investigations, so that a new decision is ready before the old one ends (A8)."""
    clients = _clients(doing, (item.client for item in investigations))
    decisions = _by_reference(
        Decision.objects.filter(municipality=doing.actor.municipality), [i.replaces for i in investigations]
    )
    rows = []
    for item, client in _found(doing, investigations, lambda item: clients[item.client], "client"):
        replaced = decisions.get(item.replaces)
        row = Investigation(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            client=client,
            reference=item.reference,
            started=doing.today,
        )
        rows.append(row)
        doing.journal(
            "investigation.started",
            homes=[client.home_id],
            client=client.id,
            investigation=row.id,
            replaces=replaced.id if replaced else None,
        )
    Investigation.objects.bulk_create(rows, batch_size=ROWS)
    return {"investigations": [row.reference for row in rows]}


@act("A8", who=WHO, writes=["decision.made"])
def make_decisions(doing: Doing, *, decisions: Many[NewDecision]) -> dict[str, Any]:
    """Write decisions: what is granted to whom, from when to when."""
    clients = _clients(doing, (item.client for item in decisions))
    replaced = _by_reference(
        Decision.objects.filter(municipality=doing.actor.municipality), [i.replaces for i in decisions]
    )
    rows = []
    for item, client in _found(doing, decisions, lambda item: clients[item.client], "client"):
        before = replaced.get(item.replaces)
        row = Decision(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            client=client,
            reference=item.reference,
            service=item.service,
            valid_from=item.valid_from,
            valid_through=item.valid_through,
            replaces=item.replaces,
        )
        rows.append(row)
        replaced[row.reference] = row
        doing.journal(
            "decision.made",
            homes=[client.home_id],
            client=client.id,
            decision=row.id,
            service=row.service,
            from_=row.valid_from,
            through=row.valid_through,
            replaces=before.id if before else None,
        )
    Decision.objects.bulk_create(rows, batch_size=ROWS)
    return {"decisions": [row.reference for row in rows]}


@act("A8", who=WHO, writes=["decision.changed"])
def change_decisions(doing: Doing, *, periods: Many[Period]) -> dict[str, Any]:
    """Give decisions another period."""
    rows = _decisions(doing, [item.reference for item in periods])
    changed = []
    for item, row in _found(doing, periods, lambda item: rows[item.reference], "decision"):
        row.valid_from, row.valid_through = item.valid_from, item.valid_through
        row.ending = Ending.NONE
        changed.append(row)
        doing.journal(
            "decision.changed",
            homes=[row.client.home_id],
            client=row.client_id,
            decision=row.id,
            from_=row.valid_from,
            through=row.valid_through,
        )
    Decision.objects.bulk_update(changed, ["valid_from", "valid_through", "ending"], batch_size=ROWS)
    return {"decisions": [row.reference for row in changed]}


@act("A7", "P6", who=WHO, writes=["decision.ended"])
def end_decisions(doing: Doing, *, endings: Many[End]) -> dict[str, Any]:
    """End decisions. If the alarm stays the provider is told that the lock stays (A7); if nothing is left, P6."""
    rows = _decisions(doing, [item.reference for item in endings])
    ended = []
    for item, row in _found(doing, endings, lambda item: rows[item.reference], "decision"):
        row.valid_through = rules.earlier_end(row.valid_from, row.valid_through, item.valid_through)
        row.ending = Ending.CONFIRMED if item.confirmed else Ending.UNCONFIRMED
        row.reason = item.reason
        ended.append(row)
        doing.journal(
            "decision.ended",
            homes=[row.client.home_id],
            client=row.client_id,
            decision=row.id,
            through=row.valid_through,
            confirmed=item.confirmed,
            detail={"reason": item.reason} if item.reason else None,
        )
    Decision.objects.bulk_update(ended, ["valid_through", "ending", "reason"], batch_size=ROWS)
    return {"decisions": [row.reference for row in ended]}


@act("A8", who=WHO, writes=["decision.withdrawn"])
def withdraw_decisions(doing: Doing, *, references: Many[str]) -> dict[str, Any]:
    """Withdraw decisions that had not begun."""
    rows = _decisions(doing, references)
    gone = []
    for _, row in _found(doing, references, lambda reference: rows[reference], "decision"):
        row.withdrawn = True
        gone.append(row)
        doing.journal("decision.withdrawn", homes=[row.client.home_id], client=row.client_id, decision=row.id)
    Decision.objects.bulk_update(gone, ["withdrawn"], batch_size=ROWS)
    return {"decisions": [row.reference for row in gone]}


@act("P6", who=WHO, writes=["ending.confirmed"])
def confirm_ending(doing: Doing, *, client: str) -> dict[str, Any]:
    """Confirm that the client's care has ended, where the case system only left it out (P6 waits for this)."""
    row = lookup.clients(doing, [client])[client]
    over = Q(ending=Ending.UNCONFIRMED) | Q(ending=Ending.NONE, valid_through__lt=doing.today)
    decisions = Decision.objects.filter(over, client=row, withdrawn=False)
    if not decisions.update(ending=Ending.CONFIRMED):
        raise Refusal("P6", "no ending of this client waits for being confirmed")
    doing.journal("ending.confirmed", homes=[row.home_id], client=row.id)
    return {"case": row.case_number}


@act("A4", "A5", "A6", who=WHO, writes=["allocation.made"])
def allocate(doing: Doing, *, allocations: Many[NewAllocation]) -> dict[str, Any]:
    """Give decisions to providers through the case system: so they learn that a client is new (A4), or changes (A5)."""
    decisions = _decisions(doing, [item.decision for item in allocations])
    organisations = _organisations(doing, [item.organisation for item in allocations])
    rows = []
    for index, item in enumerate(allocations):
        try:
            decision, organisation = _both(item, decisions, organisations)
            rules.carries_out(organisation.kind, decision.service)
        except (NotFound, Refusal) as refusal:
            _one_or_many(doing, len(allocations), index, refusal)
            continue
        row = Allocation(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            decision=decision,
            organisation=organisation,
            reference=item.reference,
            valid_from=item.valid_from,
            valid_through=item.valid_through,
        )
        rows.append(row)
        doing.journal(
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
    Allocation.objects.bulk_create(rows, batch_size=ROWS)
    return {"allocations": [row.reference for row in rows]}


@act("A8", who=WHO, writes=["allocation.changed"])
def change_allocations(doing: Doing, *, periods: Many[Period]) -> dict[str, Any]:
    """Give allocations another period."""
    rows = _allocations(doing, [item.reference for item in periods])
    changed = []
    for item, row in _found(doing, periods, lambda item: rows[item.reference], "allocation"):
        row.valid_from, row.valid_through = item.valid_from, item.valid_through
        row.ending = Ending.NONE
        changed.append(row)
        _journal_allocation(doing, "allocation.changed", row, from_=row.valid_from, through=row.valid_through)
    Allocation.objects.bulk_update(changed, ["valid_from", "valid_through", "ending"], batch_size=ROWS)
    return {"allocations": [row.reference for row in changed]}


@act("A6", who=WHO, writes=["allocation.ended"])
def end_allocations(doing: Doing, *, endings: Many[End]) -> dict[str, Any]:
    """End allocations: the provider's phone loses the client after that day. The lock stays (A6)."""
    rows = _allocations(doing, [item.reference for item in endings])
    ended = []
    for item, row in _found(doing, endings, lambda item: rows[item.reference], "allocation"):
        row.valid_through = rules.earlier_end(row.valid_from, row.valid_through, item.valid_through)
        row.ending = Ending.CONFIRMED if item.confirmed else Ending.UNCONFIRMED
        ended.append(row)
        _journal_allocation(
            doing, "allocation.ended", row, through=row.valid_through, confirmed=item.confirmed
        )
    Allocation.objects.bulk_update(ended, ["valid_through", "ending"], batch_size=ROWS)
    return {"allocations": [row.reference for row in ended]}


@act("A6", who=WHO, writes=["allocation.withdrawn"])
def withdraw_allocations(doing: Doing, *, references: Many[str]) -> dict[str, Any]:
    """Withdraw allocations that had not begun."""
    rows = _allocations(doing, references)
    gone = []
    for _, row in _found(doing, references, lambda reference: rows[reference], "allocation"):
        row.withdrawn = True
        gone.append(row)
        _journal_allocation(doing, "allocation.withdrawn", row)
    Allocation.objects.bulk_update(gone, ["withdrawn"], batch_size=ROWS)
    return {"allocations": [row.reference for row in gone]}


# finding many at once, in a constant number of queries

Item = TypeVar("Item")
Row = TypeVar("Row")


def _found(
    doing: Doing, items: Sequence[Item], find: Callable[[Item], Row], field: str
) -> Iterable[tuple[Item, Row]]:
    """Each item with its row. A lone item that finds none is refused; one of many is noted, and left."""
    for index, item in enumerate(items):
        try:
            row = find(item)
        except KeyError:
            _one_or_many(doing, len(items), index, NotFound(field, field))
            continue
        try:
            rules.period(getattr(item, "valid_from", None), getattr(item, "valid_through", None))
        except BadValue as refusal:
            _one_or_many(doing, len(items), index, refusal)
            continue
        yield item, row


def _one_or_many(doing: Doing, count: int, index: int, refusal: NotFound | Refusal | BadValue) -> None:
    if count == 1 and not doing.actor.is_system:
        raise refusal
    doing.refuse_item(index, refusal)


def _clients(doing: Doing, named: Iterable[str]) -> dict[str, Client]:
    return lookup.clients_there(doing, list(named))


def _decisions(doing: Doing, references: Sequence[str]) -> dict[str, Decision]:
    found: dict[str, Decision] = _locked(doing, _homes_of_decisions, _DECISIONS, references)
    lookup.still_there(doing, [row.client for row in found.values()])
    return found


def _allocations(doing: Doing, references: Sequence[str]) -> dict[str, Allocation]:
    found: dict[str, Allocation] = _locked(doing, _homes_of_allocations, _ALLOCATIONS, references)
    lookup.still_there(doing, [row.decision.client for row in found.values()])
    return found


def _locked(
    doing: Doing, homes: Callable[..., QuerySet[Any, Any]], rows: Prepared, references: Sequence[str]
) -> dict[str, Any]:
    """The homes are locked before the rows are read: what another act has just written is seen."""
    batches = [list(references[n : n + lookup.BATCH]) for n in range(0, len(references), lookup.BATCH)]
    for some in batches:
        doing.lock_homes_by(homes, some)
    return {row.reference: row for some in batches for row in rows(doing.actor.municipality, some)}


def _decided(municipality: str, references: list[str]) -> QuerySet[Decision]:
    rows = Decision.objects.select_related("client")
    return rows.filter(municipality=municipality, reference__in=references, withdrawn=False)


def _given(municipality: str, references: list[str]) -> QuerySet[Allocation]:
    rows = Allocation.objects.select_related("decision__client")
    return rows.filter(municipality=municipality, reference__in=references, withdrawn=False)


def _homes_of_decisions(municipality: str, references: list[str]) -> QuerySet[Any, Any]:
    return _decided(municipality, references).values("client__home_id")


def _homes_of_allocations(municipality: str, references: list[str]) -> QuerySet[Any, Any]:
    return _given(municipality, references).values("decision__client__home_id")


_DECISIONS, _ALLOCATIONS = Prepared(_decided), Prepared(_given)


def _organisations(doing: Doing, numbers: Iterable[str]) -> dict[str, Organisation]:
    rows = Organisation.objects.filter(municipality=doing.actor.municipality, orgnr__in=set(numbers))
    return {row.orgnr: row for row in rows}


def _by_reference(rows: QuerySet[Any], references: Sequence[str]) -> dict[str, Any]:
    return {row.reference: row for row in lookup.in_batches(rows, "reference", [r for r in references if r])}


def _both(
    item: NewAllocation, decisions: dict[str, Decision], organisations: dict[str, Organisation]
) -> tuple[Decision, Organisation]:
    if item.decision not in decisions:
        raise NotFound("decision", "decision")
    if item.organisation not in organisations:
        raise NotFound("organisation", "organisation")
    rules.period(item.valid_from, item.valid_through)
    return decisions[item.decision], organisations[item.organisation]


def _journal_allocation(doing: Doing, event: str, row: Allocation, **body: Any) -> None:
    client = row.decision.client
    doing.journal(event, homes=[client.home_id], client=client.id, allocation=row.id, **body)
