# SPDX-License-Identifier: EUPL-1.2
"""Facts from lines about care: decisions, allocations, absences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from troskel.routine import client_state
from troskel.routine.facts import AllocationFacts, ClientFacts, DecisionFacts
from troskel.routine.line import LineFacts, day_in, stockholm_day, uid


def decision_made(client: ClientFacts, line: LineFacts) -> None:
    """A service is granted. After a confirmed ending it begins anew; a lock that still hangs needs no telling."""
    begins, today = date.fromisoformat(line.body["from"]), stockholm_day(line.recorded)
    if client.stay is not None and client_state.has_left(client, today):
        client.stay, client.first_visits, client.refused = begins, {}, False
        if not client.links:
            client_state.tell_anew(client)
    client.stay = min(client.stay, begins) if client.stay else begins
    client.decisions[uid(line.body["decision"])] = DecisionFacts(
        service=line.body["service"], begins=begins, through=day_in(line.body, "through")
    )


def decision_changed(client: ClientFacts, line: LineFacts) -> None:
    """Other days. An ending that was confirmed before no longer counts."""
    decision = client.decisions.get(uid(line.body["decision"]))
    if decision is not None:
        decision.begins = day_in(line.body, "from") or decision.begins
        decision.through, decision.ended, decision.confirmed = day_in(line.body, "through"), False, False
        client.stay = min(client.stay, decision.begins) if client.stay else decision.begins


def decision_ended(client: ClientFacts, line: LineFacts) -> None:
    """The service ends. `confirmed` is false where an import only stopped mentioning it."""
    decision = client.decisions.get(uid(line.body["decision"]))
    if decision is not None:
        decision.through, decision.ended = day_in(line.body, "through"), True
        decision.confirmed = bool(line.body.get("confirmed"))
        if decision.confirmed:
            client.told = stockholm_day(line.recorded)


def decision_withdrawn(client: ClientFacts, line: LineFacts) -> None:
    """Withdrawn: without effect from today."""
    decision, today = client.decisions.get(uid(line.body["decision"])), stockholm_day(line.recorded)
    if decision is not None:
        yesterday = today - client_state.ONE_DAY
        decision.through = min(decision.through or yesterday, yesterday)
        decision.ended = decision.confirmed = True
        client.told = today


def ending_confirmed(client: ClientFacts, line: LineFacts) -> None:
    """An assessor confirms that what has run out, or was no longer mentioned, has ended."""
    today = stockholm_day(line.recorded)
    for decision in client.decisions.values():
        if decision.ended or (decision.through is not None and decision.through < today):
            decision.confirmed = True
    client.told = today


def allocation_made(client: ClientFacts, line: LineFacts) -> None:
    """A decision is given to a provider (A4)."""
    client.allocations[uid(line.body["allocation"])] = AllocationFacts(
        decision=uid(line.body["decision"]),
        service=line.body["service"],
        organisation=uid(line.body["organisation"]),
        begins=date.fromisoformat(line.body["from"]),
        through=day_in(line.body, "through"),
        made=line.recorded,
    )


def allocation_changed(client: ClientFacts, line: LineFacts) -> None:
    """The allocation gets other days."""
    allocation = client.allocations.get(uid(line.body["allocation"]))
    if allocation is not None:
        allocation.begins = day_in(line.body, "from") or allocation.begins
        allocation.through, allocation.confirmed = day_in(line.body, "through"), False


def allocation_ended(client: ClientFacts, line: LineFacts) -> None:
    """The provider no longer has the client after this day."""
    allocation = client.allocations.get(uid(line.body["allocation"]))
    if allocation is not None:
        allocation.through, allocation.confirmed = (
            day_in(line.body, "through"),
            bool(line.body.get("confirmed")),
        )


def allocation_withdrawn(client: ClientFacts, line: LineFacts) -> None:
    """Withdrawn: without effect from today."""
    allocation = client.allocations.get(uid(line.body["allocation"]))
    if allocation is not None:
        yesterday = stockholm_day(line.recorded) - client_state.ONE_DAY
        allocation.through, allocation.confirmed = min(allocation.through or yesterday, yesterday), True


def suspension_began(client: ClientFacts, line: LineFacts) -> None:
    """In hospital or away: access rests, nothing is removed."""
    client.suspended, client.suspended_through = day_in(line.body, "from"), day_in(line.body, "through")


def suspension_ended(client: ClientFacts, line: LineFacts) -> None:
    """Home again: the day before was the last day away."""
    last = date.fromisoformat(line.body["on"]) - client_state.ONE_DAY
    client.suspended_through = min(client.suspended_through or last, last)


ON_CLIENT: dict[str, Callable[[ClientFacts, LineFacts], None]] = {
    "decision.made": decision_made,
    "decision.changed": decision_changed,
    "decision.ended": decision_ended,
    "decision.withdrawn": decision_withdrawn,
    "ending.confirmed": ending_confirmed,
    "allocation.made": allocation_made,
    "allocation.changed": allocation_changed,
    "allocation.ended": allocation_ended,
    "allocation.withdrawn": allocation_withdrawn,
    "suspension.began": suspension_began,
    "suspension.ended": suspension_ended,
}
