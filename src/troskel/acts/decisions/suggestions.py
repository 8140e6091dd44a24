# SPDX-License-Identifier: EUPL-1.2
"""Which acts on decisions and allocations are suggested beside a duty, and with which values (A4, A8)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from troskel.acts.deciding import (
    allocate,
    change_allocations,
    change_decisions,
    end_allocations,
    make_decisions,
    start_investigations,
)
from troskel.acts.ending import end_care
from troskel.routine import client_state
from troskel.routine.facts import AllocationFacts, ClientFacts, DecisionFacts
from troskel.routine.line import uid_in
from troskel.runner.suggestions import DutyContext, Suggestion


@make_decisions.suggested_by("decision.made")
def _suggest_decision(context: DutyContext) -> Iterator[Suggestion]:
    """Make the next decision, start an investigation, or end the care as planned (A8)."""
    client, old = context.client, context.names.decisions.get(UUID(context.about["decision"]))
    service = context.about["service"]
    if client is None or old is None or client_state.decided(client, service, context.day_after):
        return
    following = {"client": context.case, "replaces": old}
    period = {"service": service, "valid_from": context.day_after.isoformat()}
    yield make_decisions.suggestion({**following, **period}, ("reference", "valid_through"), "decisions")
    yield start_investigations.suggestion(following, ("reference",), "investigations", is_final=False)
    ending = {"client": context.case, "service": service, "on": context.about["through"]}
    yield end_care.suggestion(ending, ("reason",))


@change_decisions.suggested_by("decision.changed")
def _suggest_changed_days(context: DutyContext) -> Iterator[Suggestion]:
    client, decision = context.client, UUID(context.about["decision"])
    if client is None or client_state.decided(client, context.about["service"], context.day_after):
        return
    period = {"valid_from": client.decisions[decision].begins.isoformat()}
    values = {"reference": context.names.decisions[decision], **period}
    yield change_decisions.suggestion(values, ("valid_through",), "periods")


@allocate.suggested_by("allocation.made")
def _suggest_allocation(context: DutyContext) -> Iterator[Suggestion]:
    """Allocate a new decision to a provider (A4), or a following one to the client's present provider (A8)."""
    if context.client is None:
        return
    decision, before = _to_allocate(context, context.client)
    if decision is None:
        return
    decision_facts = context.client.decisions[decision]
    values = {"decision": context.names.decisions[decision], **_period(decision_facts)}
    if context.ask.per != "decision":
        values["valid_from"] = max(decision_facts.begins, context.day_after).isoformat()
    if before is None or before.organisation in context.home.closed:
        yield allocate.suggestion(values, ("reference", "organisation"), "allocations")
        return
    values["organisation"] = context.names.organisations[before.organisation]
    yield allocate.suggestion(values, ("reference",), "allocations")


def _to_allocate(context: DutyContext, client: ClientFacts) -> tuple[UUID | None, AllocationFacts | None]:
    """Returns the decision to allocate, and the allocation before it (None: a new decision, or none before)."""
    if context.ask.per == "decision":
        return UUID(context.about["decision"]), None
    day, service = context.day_after, context.about["service"]
    before = [
        allocation
        for allocation in client.allocations.values()
        if allocation.service == service
        and _is_losing(context, allocation)
        and client_state.first_day(client, allocation) < day
    ]
    waiting = (
        (decision.begins, identifier)
        for identifier, decision in client.decisions.items()
        if decision.service == service
        and client_state.first_day(client, decision) <= day <= client_state.last_day(client, decision)
    )
    latest = max(
        before,
        key=lambda allocation: (client_state.last_day(client, allocation), allocation.begins),
        default=None,
    )
    return max(waiting, default=(None, None))[1], latest


@change_allocations.suggested_by("allocation.changed")
def _suggest_changed_allocation(context: DutyContext) -> Iterator[Suggestion]:
    """Give the allocation the same days as its changed decision (A8)."""
    if context.client is None:
        return
    for identifier, allocation in context.client.allocations.items():
        decision = context.client.decisions.get(allocation.decision)
        if decision is None or allocation.service != context.about["service"] or allocation.through is None:
            continue
        if not _is_losing(context, allocation):
            continue
        if decision.begins < context.day_after <= client_state.last_day(context.client, decision):
            values = {"reference": context.names.allocations[identifier], **_period(decision)}
            yield change_allocations.suggestion(values, (), "periods")


@change_allocations.suggested_by("allocation.changed")
def _suggest_ending(context: DutyContext) -> Iterator[Suggestion]:
    """Say that the provider's part ends as planned, where others go on (A8)."""
    client, day = context.client, context.day_after
    if client is None or not client_state.covered(client, context.about["service"], day):
        return
    for identifier, allocation in client.allocations.items():
        first, last = client_state.first_day(client, allocation), client_state.last_day(client, allocation)
        is_its_part = allocation.service == context.about["service"] and _is_losing(context, allocation)
        if is_its_part and first <= last == day - client_state.ONE_DAY:
            values = {"reference": context.names.allocations[identifier], "valid_through": last.isoformat()}
            yield end_allocations.suggestion(values, (), "endings")


def _is_losing(context: DutyContext, allocation: AllocationFacts) -> bool:
    """Is it the allocation of the provider that the duty is about, where it is about one?"""
    return uid_in(dict(context.about), "provider") in (None, allocation.organisation)


def _period(decision: DecisionFacts) -> dict[str, str | None]:
    through = decision.through.isoformat() if decision.through else None
    return {"valid_from": decision.begins.isoformat(), "valid_through": through}
