# SPDX-License-Identifier: EUPL-1.2
"""The difference between a night and what is known.

Minimal: what is the same is not planned, so that the same night twice plans nothing the second time.
"""

from __future__ import annotations

from datetime import date

from troskel.exchange.case_extract.homes import plan_homes
from troskel.exchange.case_extract.known import Known, KnownClient, KnownDecision
from troskel.exchange.case_extract.plan import (
    ClientChanged,
    ClientRegistered,
    Died,
    InvestigationStarted,
    Plan,
)
from troskel.exchange.case_extract.rows import ClientRow, DecisionRow, Night
from troskel.exchange.case_extract.stopping import shares
from troskel.exchange.case_extract.taking_over import plan_taking_over

IMPORTED_KINDS = frozenset({"home_care", "alarm"})


def plan_night(night: Night, known: Known, *, day: date, first_night: bool = False) -> Plan:
    """What has to be done so that what is known becomes what the night tells."""
    plan = Plan(day=day, first_night=first_night)
    _organisations(plan, night, known)
    plan.homes = plan_homes(night, known, day)
    _clients(plan, night, known)
    _decisions(plan, night, known)
    _allocations(plan, night, known)
    if first_night:
        plan.taken_over = plan_taking_over(night, known.municipality, day)
    plan.shares = shares(plan, night, known)
    plan.unchanged += plan.decisions.unchanged + plan.allocations.unchanged
    return plan


def _organisations(plan: Plan, night: Night, known: Known) -> None:
    for row in night.organisations.values():
        before = known.organisations.get(row.orgnr)
        if before is None:
            plan.organisations_registered.append(row)
        elif before.kind in IMPORTED_KINDS and (before.name, before.email, before.kind) != (
            row.name,
            row.email,
            row.kind,
        ):
            plan.organisations_changed.append(row)
        else:
            plan.unchanged += 1


def _clients(plan: Plan, night: Night, known: Known) -> None:
    moved = {move.client for move in plan.homes.moved}
    for row in night.clients.values():
        before = known.clients.get(row.reference)
        own = row.home_municipality == known.municipality
        if before is None:
            plan.clients_registered.append(ClientRegistered(row, own))
        elif fields := _changed_fields(row, before):
            plan.clients_changed.append(ClientChanged(row, own, fields))
        elif row.died == before.died and row.reference not in moved:
            plan.unchanged += 1
        if row.died != (before.died if before else None):
            plan.deaths.append(Died(row.reference, row.died))


def _changed_fields(row: ClientRow, before: KnownClient) -> tuple[str, ...]:
    same = (
        ("identity", row.identity.number12 == before.number12),
        ("first_name", row.first_name == before.first_name),
        ("last_name", row.last_name == before.last_name),
        ("protection", row.protection == before.protection),
        ("home_municipality", row.home_municipality == before.home_municipality),
        ("phone", row.phone == before.phone),
    )
    return tuple(field for field, is_same in same if not is_same)


def _decisions(plan: Plan, night: Night, known: Known) -> None:
    started = set(known.investigations)
    for row in night.decisions.values():
        before = known.decisions.get(row.reference)
        if row.status == "being_written":
            _being_written(plan, row, before, started)
        elif before is None or before.withdrawn:
            _newly_in_force(plan, row, before)
        elif (before.client, before.service) != (row.client, row.service):
            plan.decisions.supersede(before, plan.day)
            _newly_in_force(plan, row, None)
        elif row.status == "closed" and not _ended_by(row.valid_through, plan.day):
            _closed_ahead_of_its_end(plan, row, before)
        else:
            plan.decisions.compare(before, row.valid_from, row.valid_through, day=plan.day, reason=row.reason)
    for before in known.decisions.values():
        if before.reference not in night.mentioned.decisions:
            plan.decisions.absent(before, plan.day)
    plan.decisions_made.sort(key=lambda row: (row.valid_from, row.reference))


def _being_written(plan: Plan, row: DecisionRow, before: KnownDecision | None, started: set[str]) -> None:
    """Not covered yet: an investigation. One that was in force and is being written again is not in force."""
    reference = row.investigation or row.reference
    if before is not None and not before.withdrawn:
        plan.decisions.absent(before, plan.day, reason="UTRED")
    elif reference not in started:
        started.add(reference)
        plan.investigations.append(InvestigationStarted(reference, row.client, row.replaces))


def _newly_in_force(plan: Plan, row: DecisionRow, before: KnownDecision | None) -> None:
    """Made as it stands; but one closed before we heard of it, with days left, was never in force here."""
    if row.status == "closed" and not _ended_by(row.valid_through, plan.day):
        return
    if before is not None:
        plan.decisions.supersede(before, plan.day)
    plan.decisions_made.append(row)


def _closed_ahead_of_its_end(plan: Plan, row: DecisionRow, before: KnownDecision) -> None:
    """Closed without an end, or with one ahead: it ends on the day; not begun, it is withdrawn."""
    if _ended_by(before.valid_through, plan.day):
        plan.decisions.unchanged += 1
    elif before.valid_from > plan.day:
        plan.decisions.absent(before, plan.day)
    else:
        plan.decisions.compare(before, before.valid_from, plan.day, day=plan.day, reason=row.reason or "AVSL")


def _ended_by(valid_through: date | None, day: date) -> bool:
    return valid_through is not None and valid_through <= day


def _allocations(plan: Plan, night: Night, known: Known) -> None:
    made = {row.reference for row in plan.decisions_made}
    superseded = {item.reference for item in plan.decisions.superseded}
    in_force = made | {d.reference for d in known.decisions.values() if not d.withdrawn} - superseded
    for row in night.allocations.values():
        before = known.allocations.get(row.reference)
        is_another = before is not None and (
            before.withdrawn
            or (before.decision, before.organisation) != (row.decision, row.organisation)
            or row.decision in superseded
        )
        if before is not None and not is_another:
            plan.allocations.compare(before, row.valid_from, row.valid_through, day=plan.day)
        elif row.decision not in in_force:
            plan.waiting += 1
            if before is not None:
                plan.allocations.absent(before, plan.day)
        else:
            if before is not None:
                plan.allocations.supersede(before, plan.day)
            plan.allocations_made.append(row)
    for before in known.allocations.values():
        if before.reference not in night.mentioned.allocations:
            plan.allocations.absent(before, plan.day)
    plan.allocations_made.sort(key=lambda row: (row.valid_from, row.reference))
