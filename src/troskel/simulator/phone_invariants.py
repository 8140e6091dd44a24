# SPDX-License-Identifier: EUPL-1.2
"""One truth: each SQL reading of whose phone has whom, and of gaps, answers as `routine.coverage` does on the facts.

Rule 4 and A8. `coverage.on_phone` is the definition; Sight, counts and lists are its readings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from uuid import UUID

from troskel.care import queries as care
from troskel.duties.models import HomeState
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor, Role
from troskel.permits.sight import alarm_clients, in_sight
from troskel.routine import client_state, coverage
from troskel.routine import duty as engine
from troskel.routine.facts import ALARM, ClientFacts

DAYS_AHEAD = (1, 8, 30)
"""Days that are planned for. After each day the simulator compares today, and one of these in turn."""
GAP_DAYS = 30


def differences(municipality: str, today: date, ahead: Sequence[int] | None = None) -> Iterator[str]:
    """Yields where a reading of some day from today on differs. Each names the reading, the day and the clients.

    `ahead`: the days from today; by default today and one of DAYS_AHEAD.
    """
    ahead = (0, DAYS_AHEAD[today.toordinal() % len(DAYS_AHEAD)]) if ahead is None else ahead
    facts = facts_by_client(municipality)
    kinds = ("home_care", "alarm")
    organisations = list(Organisation.objects.filter(municipality=municipality, kind__in=kinds))
    for day in (today + timedelta(days=days) for days in ahead):
        by_organisation = {
            organisation.id: {c.client for c in facts.values() if coverage.on_phone(c, organisation.id, day)}
            for organisation in organisations
        }
        for organisation in organisations:
            shown = by_organisation[organisation.id]
            yield from _compared(f"Sight of {organisation.orgnr} on {day}", _seen(organisation, day), shown)
            yield from _last_days_agree(facts, organisation.id, day, shown)
            if organisation.kind == "alarm":
                answered = {c.client for c in facts.values() if _answers(c, organisation.id, day)}
                yield from _compared(
                    f"alarms of {organisation.orgnr} on {day}", _heard(organisation, day), answered
                )
        counts = {
            organisation.orgnr: len(shown)
            for organisation in organisations
            if (shown := by_organisation[organisation.id])
        }
        clients = Client.objects.filter(municipality=municipality)
        if (counted := care.phone_clients(clients, municipality, day)) != counts:
            yield f"phone-clients on {day}: {counted} where the facts say {counts}"
    yield from _gaps_agree(municipality, facts, today)


def facts_by_client(municipality: str) -> dict[UUID, ClientFacts]:
    """Returns the facts of each client in the present home, as they are stored."""
    rows = HomeState.objects.filter(municipality=municipality).values_list("state", flat=True)
    homes = (engine.home_snapshot(state).facts for state in rows)
    return {
        c.client: c for home in homes for c in home.clients.values() if c.moved_to is None and not c.coming
    }


def _seen(organisation: Organisation, day: date) -> set[UUID]:
    viewer = Actor(organisation.municipality_id, Role.CARER, organisation=organisation.id)
    return in_sight(viewer, day)


def _heard(organisation: Organisation, day: date) -> set[UUID]:
    viewer = Actor(organisation.municipality_id, Role.RESPONDER, organisation=organisation.id)
    return set(Client.objects.filter(alarm_clients(viewer, day)).values_list("id", flat=True))


def _answers(client: ClientFacts, organisation: UUID, day: date) -> bool:
    ongoing = client_state.ongoing(client, day)
    return any((a.service, a.organisation) == (ALARM, organisation) for a in ongoing)


def _compared(reading: str, by_sql: set[UUID], by_facts: set[UUID]) -> Iterator[str]:
    if by_sql != by_facts:
        yield f"{reading}: differs on {sorted(by_sql ^ by_facts)}"


def _last_days_agree(
    facts: dict[UUID, ClientFacts], organisation: UUID, day: date, shown: set[UUID]
) -> Iterator[str]:
    """What a preview tells as the last day is the last on which the phones have the client."""
    for client in facts.values():
        last = coverage.last_day_on_phone(client, organisation)
        if last == day and client.client not in shown:
            yield f"the last day on a phone of {organisation}, {day}, is none: {client.client}"
        if client.client in shown and (last is None or last < day):
            yield f"a phone of {organisation} has {client.client} on {day}, after the last day {last}"


def _gaps_agree(municipality: str, facts: dict[UUID, ClientFacts], today: date) -> Iterator[str]:
    """The days that `gaps` tells are uncovered, and those that A8 knows of are among them."""
    window = [today + timedelta(days=days) for days in range(1, GAP_DAYS + 1)]
    ids = dict(Client.objects.filter(municipality=municipality).values_list("reference", "id"))
    clients = Client.objects.filter(municipality=municipality)
    told = {
        (ids[g.client], g.service): set(g.days) for g in care.gaps(clients, municipality, today, GAP_DAYS)
    }
    for client in facts.values():
        for service in client_state.SERVICES:
            days = told.get((client.client, service), set())
            known, uncovered = set[date](), set[date]()
            can_be_on_phone = client.own and client_state.is_alive(client, today)
            if can_be_on_phone and client_state.covered(client, service, today):
                gaps = coverage.gaps(client, service)
                known = {day for day in window for gap in gaps if gap.first <= day <= gap.through}
                uncovered = {day for day in window if not client_state.covered(client, service, day)}
            if not known <= days <= uncovered:
                yield f"gaps of {client.client} in {service}: {days}, where A8 has {known} of {uncovered}"
