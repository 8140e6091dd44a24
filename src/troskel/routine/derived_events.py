# SPDX-License-Identifier: EUPL-1.2
"""Events derived from a line or from the calendar: care began, the client has left, the provider changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from troskel.routine import client_state, coverage, door_state, months, silence
from troskel.routine.client_state import FOREVER, Homes
from troskel.routine.duty import ClientSnapshot, HomeSnapshot, RoutineEvent
from troskel.routine.facts import ClientFacts, DecisionFacts, HomeFacts
from troskel.routine.model import Silence

ONE_DAY = timedelta(days=1)


def look(client: ClientFacts, day: date) -> ClientSnapshot:
    """A snapshot of the client on this day, of what derived events are about."""
    organisations = _organisations(client)
    return ClientSnapshot(
        covered=sorted({(a.service, a.organisation) for a in client_state.ongoing(client, day)}),
        providers=[o for o in organisations if not coverage.provider_has_left(client, o, day)],
        endings=[
            service
            for service in client_state.SERVICES
            if client.moved_to is None and client_state.ending_is_known(client, service)
        ],
        provider_changes=provider_changes(client),
        left=client_state.has_left(client, day),
        months=months.ended(client, day),
    )


def provider_changes(client: ClientFacts) -> list[tuple[str, UUID, UUID, date, date]]:
    """In which service which provider follows which, the former one's last day and the new one's first."""
    organisations = _organisations(client)
    if len(organisations) < 2:
        return []
    return [
        (service, organisation, *change)
        for service in client_state.SERVICES
        for organisation in organisations
        if (change := client_state.change_of_provider(client, service, organisation)) is not None
    ]


def _organisations(client: ClientFacts) -> list[UUID]:
    return list(dict.fromkeys(a.organisation for a in client.allocations.values()))


def changes_since(
    state: HomeSnapshot,
    client: ClientFacts,
    homes: Homes,
    day: date,
    occurred: date,
    since: datetime,
    line: int | None,
) -> Iterator[RoutineEvent]:
    """The events since the last snapshot. Replaces the stored snapshot."""
    before, now = state.seen.get(client.client) or ClientSnapshot(), look(client, day)
    now.months = months.seen_through(before.months, now.months, day)
    now.silences = before.silences
    if before == now:
        return
    state.seen[client.client] = now
    home = state.facts
    if not client_state.has_lived_here(client):  # nothing is asked twice: it is known where the client lives
        now = ClientSnapshot(left=now.left, silences=now.silences)
        state.seen[client.client] = now
        before = ClientSnapshot(left=before.left)

    def it(name: str, **more: Any) -> RoutineEvent:
        return RoutineEvent(
            name=name,
            home=home.home,
            day=day,
            occurred=occurred,
            since=since,
            line=line,
            client=client.client,
            **more,
        )

    yield from _coverage_differs(before, now, it)
    for service in now.endings:
        if service not in before.endings:
            through = client_state.last_day_of(client, service)
            yield it(
                "service.ending_known",
                about={"service": service, "through": through.isoformat() if through else None},
            )
    yield from _providers_differ(before, now, it)
    for month, organisation in now.months:
        if (month, organisation) not in before.months:
            yield it("month.ended", organisation=organisation, about={"month": month})
    if now.left and not before.left:
        yield it("client.left")
        if client.own:
            for door in home.doors.values():
                if not door_state.care_left_behind(door, homes, day):
                    yield it("door.left", door=door.door)


def _coverage_differs(
    before: ClientSnapshot, now: ClientSnapshot, it: Callable[..., RoutineEvent]
) -> Iterator[RoutineEvent]:
    for service, organisation in now.covered:
        if (service, organisation) not in before.covered:
            yield it("care.began", organisation=organisation, about={"service": service})
    for service, organisation in before.covered:
        if (service, organisation) not in now.covered:
            yield it("care.ended", organisation=organisation, about={"service": service})


def _providers_differ(
    before: ClientSnapshot, now: ClientSnapshot, it: Callable[..., RoutineEvent]
) -> Iterator[RoutineEvent]:
    for change in now.provider_changes:
        if change not in before.provider_changes:
            service, organisation, former, through, begins = change
            about = {
                "service": service,
                "former": str(former),
                "former_through": through.isoformat(),
                "follower": str(organisation),
                "follower_from": begins.isoformat(),
            }
            yield it("provider.changed", organisation=organisation, about=about)
    for organisation in before.providers:
        if organisation not in now.providers:
            yield it("provider.left", organisation=organisation)


def endings_near(
    client: ClientFacts, home: HomeFacts, day: date, notice_days: int, since: datetime
) -> Iterator[RoutineEvent]:
    """A8: decisions that end within the notice, or have ended, unless confirmed or followed; and gaps in coverage."""
    if client.moved_out is not None or client.died is not None:
        return
    last = day + timedelta(days=notice_days)

    def it(name: str, **about: Any) -> RoutineEvent:
        told = {key: value for key, value in about.items() if value is not None}
        return RoutineEvent(
            name=name, home=home.home, day=day, occurred=day, since=since, client=client.client, about=told
        )

    for decision_id, decision in client.decisions.items():
        if not decision.confirmed and decision.through is not None and decision.through <= last:
            if decision.through < decision.begins or _is_settled(client, decision, day):
                continue
            through = decision.through.isoformat()
            yield it("decision.ending", decision=str(decision_id), service=decision.service, through=through)
    for service in client_state.SERVICES:
        for loss in gaps_ahead(client, service, day):
            if loss.first - ONE_DAY <= last:
                yield it(
                    "gap.ahead",
                    decision=str(loss.decision),
                    service=service,
                    through=(loss.first - ONE_DAY).isoformat(),
                    provider=str(loss.provider) if loss.provider else None,
                )


def gaps_ahead(client: ClientFacts, service: str, day: date) -> list[coverage.Loss[UUID]]:
    """Gaps that are ahead or going on, except those that the take-over brought."""
    return [
        loss
        for loss in coverage.losses_of(client, service)
        if loss.through >= day and (client.take_over is None or loss.first > client.take_over)
    ]


def _is_settled(client: ClientFacts, decision: DecisionFacts, day: date) -> bool:
    """Did the decision end before the take-over, or has another followed it?"""
    through = decision.through
    if through is None or (client.take_over is not None and through < client.take_over):
        return True
    following = through + ONE_DAY
    return client_state.decided(client, decision.service, following) or client_state.decided_since(
        client, decision.service, following, day
    )


def next_wake(
    home: HomeFacts, day: date, notices: tuple[int, ...], silences: tuple[Silence, ...] = ()
) -> date | None:
    """The next day on which the calendar alone may change something in the home."""
    days = (
        changing
        for client in home.clients.values()
        for changing in (*_changing(client, day, notices), *silence.next_day(client, silences, day))
    )
    return min((changing for changing in (*days, *home.closed.values()) if changing > day), default=None)


def _changing(client: ClientFacts, day: date, notices: tuple[int, ...]) -> Iterator[date]:
    """Days on which something of the client changes by itself: care begins or ends, a notice comes, a month is over."""
    gone = client_state.here_through(client)
    losses = [loss for service in client_state.SERVICES for loss in gaps_ahead(client, service, day)]
    last_days = [gone, *(loss.through for loss in losses), *(a.through or FOREVER for a in client.absences)]
    for granted in (client.decisions, client.allocations):
        for one in granted.values():
            yield client_state.first_day(client, one)
            last_days.append(client_state.last_day(client, one))
    yield from (last + ONE_DAY for last in last_days if last != FOREVER)
    warned = [loss.first - ONE_DAY for loss in losses]
    warned += [d.through for d in client.decisions.values() if d.through is not None and not d.confirmed]
    yield from (last - timedelta(days=notice) for last in warned for notice in notices)
    if months.is_running(client, day):
        yield months.first_of_next(day)


# Events that may change coverage, providers, endings or doors.
CARE_EVENTS = frozenset(
    {
        *("client.registered", "client.moved", "client.died", "client.municipality_changed"),
        *("move.planned", "move.called_off", "clients.merged", "client.moved_to_special_housing"),
        *("decision.made", "decision.changed", "decision.ended", "decision.withdrawn", "ending.confirmed"),
        *("allocation.made", "allocation.changed", "allocation.ended", "allocation.withdrawn"),
    }
)
