# SPDX-License-Identifier: EUPL-1.2
"""Facts from lines about care: decisions, allocations, absences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import structs

from troskel.routine import client_state
from troskel.routine.facts import (
    AbsenceFacts,
    AllocationFacts,
    ClientFacts,
    DecisionFacts,
    InvestigationFacts,
)
from troskel.routine.line import LineFacts, day_in, stockholm_day, uid, uid_in


def investigation_started(client: ClientFacts, line: LineFacts) -> None:
    """An investigation begins; it may follow up a decision."""
    client.investigations[uid(line.body["investigation"])] = InvestigationFacts(uid_in(line.body, "replaces"))


def investigation_finished(client: ClientFacts, line: LineFacts) -> None:
    """The investigation is finished, whatever it leads to."""
    begun = client.investigations.get(uid(line.body["investigation"]), InvestigationFacts())
    finished = structs.replace(begun, finished=stockholm_day(line.occurred))
    client.investigations[uid(line.body["investigation"])] = finished


def decision_made(client: ClientFacts, line: LineFacts) -> None:
    """A service is granted. After a confirmed ending it begins anew; a lock that still hangs needs no telling."""
    begins, today = date.fromisoformat(line.body["from"]), stockholm_day(line.recorded)
    if client.stay is not None and client_state.has_left(client, today):
        client.stay, client.first_visits, client.refused, client.unwanted = begins, {}, False, False
        client.visits = {}
        if not client.links:
            client_state.tell_anew(client)
    _is_home_again(client, begins, day_in(line.body, "through"))
    client.stay = min(client.stay, begins) if client.stay else begins
    client.decisions[uid(line.body["decision"])] = DecisionFacts(
        service=line.body["service"],
        begins=begins,
        through=day_in(line.body, "through"),
        of_new=client.own and client_state.is_new_client(client, today),
    )


def decision_changed(client: ClientFacts, line: LineFacts) -> None:
    """Other days. An ending that was confirmed before no longer counts."""
    decision = client.decisions.get(uid(line.body["decision"]))
    if decision is not None:
        decision.begins = day_in(line.body, "from") or decision.begins
        decision.through, decision.ended, decision.confirmed = day_in(line.body, "through"), False, False
        _is_home_again(client, decision.begins, decision.through)
        client.stay = min(client.stay, decision.begins) if client.stay else decision.begins


def _is_home_again(client: ClientFacts, begins: date, through: date | None) -> None:
    """Care at home after the move to special housing: the client is back, or never moved there."""
    away = client.moved_out if client.moved_to is None else None
    if away is not None and (through is None or through >= max(begins, away)):
        client.moved_out = None


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
        line=line.number,
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
    """In hospital or away: access rests, nothing is removed. One absence beside others."""
    absence = AbsenceFacts(date.fromisoformat(line.body["from"]), day_in(line.body, "through"))
    client.absences = [*client.absences, absence]


def suspension_ended(client: ClientFacts, line: LineFacts) -> None:
    """Home from `on`: the absences that it ends last through the day before, or never were.

    `absences`: their first and last days as they were; a line without them ends all that cover the day.
    """
    on, named = date.fromisoformat(line.body["on"]), line.body.get("absences")
    if named is None:
        ended = client_state.absences_on(client, on)
    else:
        ended = [AbsenceFacts(date.fromisoformat(a["from"]), day_in(a, "through")) for a in named]
    last, left = on - client_state.ONE_DAY, []
    for absence in client.absences:
        if absence in ended:
            ended.remove(absence)
            if absence.begins <= last:
                left.append(AbsenceFacts(absence.begins, last))
        else:
            left.append(absence)
    client.absences = left


ON_CLIENT: dict[str, Callable[[ClientFacts, LineFacts], None]] = {
    "investigation.started": investigation_started,
    "investigation.finished": investigation_finished,
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
