# SPDX-License-Identifier: EUPL-1.2
"""Plans the difference between a night and the current state.

The plan is minimal: equal values are not planned, so importing the same night again plans nothing.
"""

from __future__ import annotations

from datetime import date

from troskel.exchange.case_extract import refusals_ahead
from troskel.exchange.case_extract.areas import named_areas
from troskel.exchange.case_extract.assessors import named_assessors
from troskel.exchange.case_extract.homes import plan_homes
from troskel.exchange.case_extract.known_records import KnownClient, KnownDecision, KnownState
from troskel.exchange.case_extract.mass_changes import mass_changes
from troskel.exchange.case_extract.plan import (
    ClientChanged,
    ClientRegistered,
    DeathRecorded,
    InvestigationStarted,
    NightPlan,
)
from troskel.exchange.case_extract.rows import ClientRow, DecisionRow, NightExtract, as_merged
from troskel.exchange.case_extract.take_over import plan_take_over
from troskel.exchange.case_extract.to_decide import same_numbers, unsure_homes

IMPORTED_KINDS = frozenset({"home_care", "alarm"})


def plan_night(night: NightExtract, state: KnownState, *, day: date, first_night: bool = False) -> NightPlan:
    """Returns the changes that turn the current state into the state of the extract."""
    plan = NightPlan(day=day, first_night=first_night)
    if night.tells_only_things:
        return plan
    night = as_merged(night, state.merged)
    _organisations(plan, night, state)
    plan.homes = plan_homes(night, state, day)
    _clients(plan, night, state)
    _decisions(plan, night, state)
    _allocations(plan, night, state)
    plan.assessors_named = named_assessors(night, state)
    plan.areas_named = named_areas(plan, night, state)
    if first_night:
        plan.taken_over = plan_take_over(night, state.municipality, day)
    plan.to_decide = same_numbers(night, state) + unsure_homes(plan.homes)
    plan.mass_changes = mass_changes(plan, night, state)
    plan.unchanged += plan.decisions.unchanged + plan.allocations.unchanged
    return plan


def _organisations(plan: NightPlan, night: NightExtract, state: KnownState) -> None:
    for row in night.organisations.values():
        before = state.organisations.get(row.orgnr)
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


def _clients(plan: NightPlan, night: NightExtract, state: KnownState) -> None:
    moved = {move.client for move in plan.homes.moved}
    for row in night.clients.values():
        before = state.clients.get(row.reference)
        is_own = row.home_municipality == state.municipality
        if before is None:
            plan.clients_registered.append(ClientRegistered(row, is_own))
        elif fields := _changed_fields(row, before):
            plan.clients_changed.append(ClientChanged(row, is_own, fields))
        elif row.died == before.died and row.reference not in moved:
            plan.unchanged += 1
        if row.died != (before.died if before else None):
            plan.deaths.append(DeathRecorded(row.reference, row.died))


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


def _decisions(plan: NightPlan, night: NightExtract, state: KnownState) -> None:
    started = set(state.investigations)
    for row in night.decisions.values():
        before = state.decisions.get(row.reference)
        if row.status == "being_written":
            _being_written(plan, row, before, started)
        elif before is None or before.withdrawn:
            _newly_in_force(plan, row, before)
        elif (before.client, before.service) != (row.client, row.service):
            if not refusals_ahead.of_decision(row):
                plan.decisions.supersede(before, plan.day)
            _newly_in_force(plan, row, None)
        elif row.status == "closed" and not _ended_by(row.valid_through, plan.day):
            _closed_ahead_of_its_end(plan, row, before)
        else:
            plan.decisions.compare(before, row.valid_from, row.valid_through, day=plan.day, reason=row.reason)
    for before in state.decisions.values():
        if before.reference not in night.mentioned_ids.decisions:
            plan.decisions.absent(before, plan.day)
    plan.refused_ahead["beslut"] = sum(map(refusals_ahead.of_decision, plan.decisions_made))
    plan.decisions_made.sort(key=lambda row: row.valid_from)  # then by their place in the file


def _being_written(
    plan: NightPlan, row: DecisionRow, before: KnownDecision | None, started: set[str]
) -> None:
    """Plans an investigation. A decision that was in force and is being written again is no longer in force."""
    reference = row.investigation or row.reference
    if before is not None and not before.withdrawn:
        plan.decisions.absent(before, plan.day, reason="UTRED")
    elif reference not in started:
        started.add(reference)
        plan.investigations.append(InvestigationStarted(reference, row.client, row.replaces, row))


def _newly_in_force(plan: NightPlan, row: DecisionRow, before: KnownDecision | None) -> None:
    """Plans a new decision; but one that is new, already closed and has days left was never in force here."""
    if row.status == "closed" and not _ended_by(row.valid_through, plan.day):
        return
    if before is not None:
        plan.decisions.supersede(before, plan.day)
    plan.decisions_made.append(row)


def _closed_ahead_of_its_end(plan: NightPlan, row: DecisionRow, before: KnownDecision) -> None:
    """Plans the end of a decision closed without an end, or with a later one: today, or withdrawn if not begun."""
    if _ended_by(before.valid_through, plan.day):
        plan.decisions.unchanged += 1
    elif before.valid_from > plan.day:
        plan.decisions.absent(before, plan.day)
    else:
        plan.decisions.compare(before, before.valid_from, plan.day, day=plan.day, reason=row.reason or "AVSL")


def _ended_by(valid_through: date | None, day: date) -> bool:
    return valid_through is not None and valid_through <= day


def _allocations(plan: NightPlan, night: NightExtract, state: KnownState) -> None:
    new = {row.reference for row in plan.decisions_made}
    superseded = {item.reference for item in plan.decisions.superseded}
    in_force = new | {d.reference for d in state.decisions.values() if not d.withdrawn} - superseded
    for row in night.allocations.values():
        before = state.allocations.get(row.reference)
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
            is_refused = refusals_ahead.of_allocation(row, night, state)
            plan.refused_ahead["fordelning"] += is_refused
            if before is not None and not is_refused:
                plan.allocations.supersede(before, plan.day)
            plan.allocations_made.append(row)
    for before in state.allocations.values():
        if before.reference not in night.mentioned_ids.allocations:
            plan.allocations.absent(before, plan.day)
    plan.allocations_made.sort(key=lambda row: row.valid_from)  # then by their place in the file
