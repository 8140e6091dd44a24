# SPDX-License-Identifier: EUPL-1.2
"""The conditions that a routine file may name, as functions of a case. `not` before a name negates it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from troskel.routine import charges, client_state, coverage, door_state, months, silence, things
from troskel.routine.facts import ALARM, HOME_CARE, ClientFacts
from troskel.routine.line import day_in, uid_in
from troskel.routine.subjects import Case

Condition = Callable[[Case], bool]
ONE_DAY = timedelta(days=1)


def _of_client(question: Callable[[ClientFacts, Case], bool]) -> Condition:
    return lambda case: case.client is not None and question(case.client, case)


def _away(client: ClientFacts, case: Case) -> bool:
    """On the day that the client was said to be home from, else on the day itself."""
    day = day_in(case.about, "on") or case.day
    return bool(client_state.absences_on(client, day))


def _day_after(case: Case) -> date | None:
    through = case.about.get("through")
    return date.fromisoformat(through) + ONE_DAY if through else None


def _next_day_decided(client: ClientFacts, case: Case) -> bool:
    day = _day_after(case)
    if day is None:
        return False
    service = case.about["service"]
    return client_state.decided(client, service, day) or client_state.decided_since(
        client, service, day, case.day
    )


def _followed_up(client: ClientFacts, case: Case) -> bool:
    """A decision follows, or an investigation is finished: of this decision, or of none named while it was asked."""
    decision = uid_in(case.about, "decision")
    return _next_day_decided(client, case) or any(
        one.finished is not None
        and (one.replaces == decision or (one.replaces is None and one.finished >= case.opened))
        for one in client.investigations.values()
    )


def _gap(client: ClientFacts, case: Case) -> coverage.Loss[UUID] | None:
    """The gap that the duty is about, if it is still ahead or going on."""
    day, provider = _day_after(case), uid_in(case.about, "provider")
    if day is None or client.died is not None:
        return None
    for loss in coverage.losses_of(client, case.about["service"]):
        if loss.first == day and loss.provider == provider and loss.through >= case.day:
            return loss
    return None


def _next_day_allocated(client: ClientFacts, case: Case) -> bool:
    """The gap is no more, and somebody has the client from its first day or, too late, since."""
    day = _day_after(case)
    if day is None or _gap(client, case) is not None:
        return False
    service = case.about["service"]
    return client_state.covered(client, service, day) or client_state.covered_since(
        client, service, day, case.day
    )


def _allocation_awaited(client: ClientFacts, case: Case) -> bool:
    """A4 asks for it: the decision was made for a new client, is not over, and nobody has it or will have it."""
    named = uid_in(case.about, "decision")
    decision = client.decisions.get(named) if named else None
    if decision is None or not decision.of_new or _decision_over(client, case):
        return False
    return not _decision_allocated(client, case)


def _ending_confirmed(client: ClientFacts, case: Case) -> bool:
    decision = client.decisions.get(uid_in(case.about, "decision") or client.client)
    return (decision is not None and decision.confirmed) or client_state.here_through(
        client
    ) != client_state.FOREVER


def _decision_over(client: ClientFacts, case: Case) -> bool:
    decision = client.decisions.get(uid_in(case.about, "decision") or client.client)
    return decision is None or client_state.last_day(client, decision) < max(case.day, decision.begins)


def _ends_otherwise(client: ClientFacts, case: Case) -> bool:
    decision = client.decisions.get(uid_in(case.about, "decision") or client.client)
    through = case.about.get("through")
    if decision is None:
        return True
    if decision.through is None:
        return False
    if through is None:  # it was until further notice, and is over or taken back
        return decision.through < max(case.day, decision.begins)
    return decision.through.isoformat() < str(through)


def _decision_allocated(client: ClientFacts, case: Case) -> bool:
    decision = uid_in(case.about, "decision")
    return any(
        a.decision == decision and client_state.last_day(client, a) >= a.begins
        for a in client.allocations.values()
    )


def _alarm_remains(client: ClientFacts, case: Case) -> bool:
    """Not one that was to begin after the client has moved away."""
    alarms = [
        d for d in client.decisions.values() if d.service == ALARM and client_state.came_to_hold(client, d)
    ]
    alarm = max((client_state.last_day(client, d) for d in alarms), default=None)
    if client.died is not None or alarm is None or alarm < case.day:
        return False
    home_care = client_state.last_day_of(client, HOME_CARE)
    return home_care is None or alarm > home_care


def _has_care(client: ClientFacts, case: Case) -> bool:
    """Of one who has died nothing more is asked as of the living, even on the last day of care.

    Where the client is to move in, care from that day on.
    """
    first = client.moved_in if client.coming and client.moved_in is not None else case.day
    return client.died is None and client_state.has_care_left(client, max(case.day, first))


def _lock_at_door(case: Case) -> bool:
    return any(door.lock is not None for door in case.doors())


def _that_lock_at_door(case: Case) -> bool:
    lock = uid_in(case.about, "lock")
    return lock is not None and any(door.lock == lock for door in case.doors())


def _ordered(kind: str) -> Condition:
    return lambda case: any(door_state.open_orders(door, kind) for door in case.doors())


def _others_behind_door(case: Case) -> bool:
    return any(
        client is not case.client and client_state.needs_the_door(client, case.day)
        for door in case.doors()
        for client in door_state.own_clients_behind(door, case.homes)
    )


def _care_behind_door(case: Case) -> bool:
    return any(client_state.needs_the_door(client, case.day) for client in case.clients())


def _lock_wanted(case: Case) -> bool:
    return any(client_state.needs_the_door(c, case.day) and not c.refused for c in case.clients())


def _lock_can_be_ordered(case: Case) -> bool:
    """Nobody orders in the name of a client who has refused: the other's allocation is waited for (A4).

    Nor does who is about to close: the next allocation is waited for (A8).
    """
    closed = case.closed
    lead = charges.lead_provider(case.clients(), case.day, closed)
    return lead is not None and not lead.client.refused and lead.organisation not in closed


def _linked(client: ClientFacts, case: Case) -> bool:
    return things.is_linked(client, uid_in(case.about, "lock"))


def _tag_with_client(client: ClientFacts, case: Case) -> bool:
    if case.organisation is None:
        return bool(client.tags)
    return bool(things.tags_of(client, case.organisation))


def _orders_lock(case: Case) -> bool:
    """Has the organisation to order a lock for some door of the home (P1)?"""
    for door in case.home.doors.values():
        clients = door_state.own_clients_behind(door, case.homes)
        wanted = any(client_state.needs_the_door(c, case.day) and not c.refused for c in clients)
        lead = charges.lead_provider(clients, case.day, case.closed)
        free = door.lock is None and not door.cannot_be_fitted
        theirs = lead is not None and lead.organisation == case.organisation
        if wanted and free and theirs and not door_state.open_orders(door, "installation"):
            return True
    return False


def _follows_another(client: ClientFacts, case: Case) -> bool:
    """Is the change of provider, with its days, still as it was told?"""
    follower = uid_in(case.about, "follower")
    change = follower and client_state.change_of_provider(client, case.about["service"], follower)
    return change is not None and change == client_state.ChangeOfProvider(
        UUID(case.about["former"]),
        date.fromisoformat(case.about["former_through"]),
        date.fromisoformat(case.about["follower_from"]),
    )


def _tag_came_from_client(case: Case) -> bool:
    """Not where it stays with the client, and only another organisation answers for it now."""
    kind = {end: (case.about.get(end) or {}).get("kind") for end in ("from", "to")}
    return kind["from"] == "client" != kind["to"]


def _serves(client: ClientFacts, case: Case) -> bool:
    """Not one that is about to close: whoever takes over has its keys and tags already."""
    return case.organisation not in case.closed and case.organisation in client_state.providers_of(
        client, case.day
    )


def _serves_home(case: Case) -> bool:
    return any(
        case.organisation in client_state.providers_of(c, case.day) for c in case.home.clients.values()
    )


def _holds_keys(case: Case) -> bool:
    return case.organisation is not None and bool(things.keys_of(case.home, case.organisation))


def _keys_to_return(case: Case) -> bool:
    return case.organisation is not None and bool(
        things.keys_to_return(case.home, case.homes, case.organisation, case.day)
    )


def _has_every_key(case: Case) -> bool:
    return case.organisation is not None and not things.doors_without_key(case.home, case.organisation)


def _left_something(case: Case) -> bool:
    things = case.about.get("things") or {}
    return bool(any(things.values()) or case.about.get("entrusted") or case.about.get("deputy"))


def _provider_left(client: ClientFacts, case: Case) -> bool:
    return case.organisation is not None and coverage.provider_has_left(client, case.organisation, case.day)


def _provider_in_gap(client: ClientFacts, case: Case) -> bool:
    return case.organisation is not None and coverage.is_in_gap(client, case.organisation, case.day)


def _only_answers_alarms(client: ClientFacts, case: Case) -> bool:
    return case.organisation is not None and client_state.only_answers_alarms(
        client, case.organisation, case.day
    )


def _provider_had_month(client: ClientFacts, case: Case) -> bool:
    month = case.about.get("month")
    if month is None or case.organisation is None:
        return False
    return months.had_care_in(client, case.organisation, month)


def _visited_since(client: ClientFacts, case: Case) -> bool:
    visited, quiet = silence.last_visit(client), day_in(case.about, "quiet_since")
    return visited is not None and (quiet is None or visited > quiet)


PLAIN_CHECKS: dict[str, Condition] = {
    "new_client": _of_client(lambda client, case: client_state.is_new_client(client, case.day)),
    "to_be_told": _of_client(lambda client, case: client_state.is_to_be_told(client)),
    "own_client": _of_client(lambda client, case: client.own),
    "other_municipality": _of_client(lambda client, case: not client.own),
    "has_care": _of_client(_has_care),
    "client_left": _of_client(lambda client, case: client_state.has_left(client, case.day)),
    "client_leaves": _of_client(lambda client, case: client_state.is_leaving(client, case.day)),
    "refused": _of_client(lambda client, case: client.refused),
    "way_in_decided": _of_client(lambda client, case: client.way_in_decided),
    "lock_unwanted": _of_client(lambda client, case: client.unwanted),
    "understood": _of_client(lambda client, case: client.understood),
    "informed_orally": _of_client(lambda client, case: "oral" in client.informed),
    "informed_in_writing": _of_client(lambda client, case: "written" in client.informed),
    "told_about_keys": _of_client(lambda client, case: client.told_about_keys),
    "decision_allocated": _of_client(_decision_allocated),
    "next_day_decided": _of_client(_next_day_decided),
    "next_day_allocated": _of_client(_next_day_allocated),
    "followed_up": _of_client(_followed_up),
    "gap_remains": _of_client(lambda client, case: _gap(client, case) is not None),
    "allocation_awaited": _of_client(_allocation_awaited),
    "ending_confirmed": _of_client(_ending_confirmed),
    "ends_otherwise": _of_client(_ends_otherwise),
    "home_care_is_ending": lambda case: case.about.get("service") == HOME_CARE,
    "alarm_remains": _of_client(_alarm_remains),
    "nothing_remains": _of_client(lambda client, case: client_state.nothing_remains(client)),
    "has_provider": lambda case: charges.lead_provider(case.clients(), case.day) is not None,
    "decision_over": _of_client(_decision_over),
    "lock_can_be_ordered": _lock_can_be_ordered,
    "provider_serves": _of_client(_serves),
    "provider_serves_home": _serves_home,
    "provider_left": _of_client(_provider_left),
    "provider_in_gap": _of_client(_provider_in_gap),
    "only_answers_alarms": _of_client(_only_answers_alarms),
    "provider_stays": _of_client(
        lambda client, case: (
            case.organisation is not None and client_state.provider_stays(client, case.organisation, case.day)
        )
    ),
    "provider_orders": _orders_lock,
    "follows_another": _of_client(_follows_another),
    "followed_by_another": _of_client(
        lambda client, case: (
            case.organisation is not None and client_state.is_followed(client, case.organisation)
        )
    ),
    "goes_on_without": _of_client(
        lambda client, case: (
            case.organisation is not None
            and client_state.goes_on_without(client, case.organisation, case.day)
        )
    ),
    "provider_had_month": _of_client(_provider_had_month),
    "provider_visits": _of_client(
        lambda client, case: silence.is_expected_of(client, case.organisation, case.day)
    ),
    "visited_since": _of_client(_visited_since),
    "absence_ahead": _of_client(lambda client, case: bool(client_state.absences_from(client, case.day))),
    "away": _of_client(_away),
    "lives_here": _of_client(
        lambda client, case: client_state.lives_here(client, case.day) and not client.coming
    ),
    "provider_holds_keys": _holds_keys,
    "keys_to_return": _keys_to_return,
    "provider_has_every_key": _has_every_key,
    "tag_with_client": _of_client(_tag_with_client),
    "tag_came_from_client": _tag_came_from_client,
    "lock_at_door": _lock_at_door,
    "that_lock_at_door": _that_lock_at_door,
    "installation_ordered": _ordered("installation"),
    "removal_ordered": _ordered("removal"),
    "repair_ordered": _ordered("repair"),
    "lock_faulty": lambda case: any(door.fault for door in case.doors()),
    "consent_missing": lambda case: any(door_state.lacks_consent(door) for door in case.doors()),
    "door_without_lock": lambda case: any(door.cannot_be_fitted for door in case.home.doors.values()),
    "cannot_be_fitted": lambda case: any(door.cannot_be_fitted for door in case.doors()),
    "linked": _of_client(_linked),
    "lock_in_use": _of_client(lambda client, case: things.has_lock_in_use(client, case.home)),
    "care_behind_door": _care_behind_door,
    "client_left_the_door": lambda case: any(
        door_state.somebody_left(door, case.homes, case.day) for door in case.doors()
    ),
    "lock_wanted": _lock_wanted,
    "others_behind_door": _others_behind_door,
    "carer_must_be_present": lambda case: case.about.get("presence") == "carer",
    "account_left_something": _left_something,
    "home_unknown": lambda case: case.home.unknown,
}


def _negated(condition: Condition) -> Condition:
    return lambda case: not condition(case)


CHECKS: dict[str, Condition] = {
    **PLAIN_CHECKS,
    **{f"not {name}": _negated(test) for name, test in PLAIN_CHECKS.items()},
}
