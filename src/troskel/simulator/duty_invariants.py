# SPDX-License-Identifier: EUPL-1.2
"""Rule 9, after each simulated day: every open duty can be done by its owner, and what must be asked is asked.

Who may do it is tried for real: the acts offered beside a duty are previewed as its owner. What must be asked is
counted from the tables, without the routine's conditions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from troskel.acts.chapters import REGISTER
from troskel.billing.models import BasisForm
from troskel.custody.models import Holding, Link
from troskel.duties.models import Duty, HomeState
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.offers.duty_actions import Suggestion, suggestions
from troskel.people.models import Organisation
from troskel.routine import duty as engine
from troskel.simulator.organisations import (
    ADMINISTRATOR,
    ASSESSORS,
    COORDINATORS,
    ECONOMIST,
    HOME_CARE,
    LOCKSMITH,
    SMITHS,
)
from troskel.simulator.tables import SimAllocation, SimClient, SimDecision, Tables
from troskel.simulator.town import Town

Violation = tuple[str, str]
LOOK_AHEAD_DAYS = 3
"""A gap that begins so soon has been asked about: A8 asks 60 days ahead."""
CONFIRMED = "confirmed"


class _Row(NamedTuple):
    id: UUID
    paragraph: str
    ask: str
    role: str
    organisation: str | None
    home: UUID
    client: UUID | None
    door: UUID | None
    opened: date
    due: date | None

    def __str__(self) -> str:
        about = self.client or self.door or self.home
        return f"{self.paragraph}.{self.ask} of {self.organisation or self.role}, {about}"


class DutyInvariants:
    """Checks each day's open duties; what was found possible is tried again when its homes have changed."""

    def __init__(self) -> None:
        self._possible: dict[UUID, tuple[int, date]] = {}

    def check_day(self, town: Town, tables: Tables) -> Iterator[Violation]:
        """Yields the violations, each as rule and message."""
        snapshots = {
            row.home_id: engine.home_snapshot(row.state)
            for row in HomeState.objects.filter(municipality=town.life.municipality)
        }
        rows = _open_duties(town)
        yield from _nothing_is_born_late(snapshots, rows, town.life.day)
        yield from _whoever_is_asked_knows_the_client(tables, rows)
        yield from self._each_can_be_done(town, rows, snapshots)
        yield from _no_gap_is_forgotten(tables, rows, town.life.day)
        yield from _a_lock_is_asked_for_or_needed(tables, rows)

    def _each_can_be_done(
        self, town: Town, rows: list[_Row], snapshots: dict[UUID, engine.HomeSnapshot]
    ) -> Iterator[Violation]:
        """One of the acts offered beside the duty is allowed, or what refuses it is asked for around the home."""
        with town.life.standing():
            today = town.life.day
            states = {home: hash(state.stored()) for home, state in snapshots.items()}
            new = [
                row
                for row in rows
                if (known := self._possible.get(row.id)) is None
                or known[0] != states[row.home]
                or (today - known[1]).days >= 7
            ]
            by_owner: dict[str, list[_Row]] = {}
            for row in new:
                if (who := _owner(row)) is None or not town.life.is_open(who):
                    yield "a duty can be done by its owner", f"{row}: nobody there can do it"
                else:
                    by_owner.setdefault(who, []).append(row)
            for owner, its_rows in by_owner.items():
                offered = suggestions(town.life.actor(owner), [row.id for row in its_rows])
                for row in its_rows:
                    hindrance = _hindrance(town, owner, offered.get(row.id, []), row, rows, snapshots)
                    if hindrance is None:
                        self._possible[row.id] = (states[row.home], today)
                    elif hindrance != NOTHING or not _waits(row, rows):
                        yield "a duty can be done by its owner", f"{row}: {hindrance}"


NOTHING = "nothing is offered"
NO_STEP = "no step brings it nearer"


def _waits(row: _Row, rows: list[_Row]) -> bool:
    """Who is to be present waits for the hour of the booking; who allocates, for the decision that A8 asks for."""
    if (row.paragraph, row.ask) == ("A8", "allocation"):
        return any(
            (one.client, one.paragraph, one.ask) == (row.client, "A8", "investigation") for one in rows
        )
    return (row.paragraph, row.ask) == ("P4", "be_present")


ENDS_AN_ORDER = frozenset({("P6", "cancel"), ("P6", "stop")})
"""What is asked of the provider when the locksmith is no longer to go there."""


def _open_duties(town: Town) -> list[_Row]:
    columns = [
        *("id", "paragraph", "ask", "role", "organisation__orgnr"),
        *("home_id", "client_id", "door_id", "opened", "due"),
    ]
    rows = Duty.objects.filter(municipality=town.life.municipality, state="open", kind="duty")
    return [_Row(*row) for row in rows.order_by("id").values_list(*columns)]


def _owner(row: _Row) -> str | None:
    if row.role == "assessor":
        return ASSESSORS[0]
    if row.role == "provider":
        return COORDINATORS.get(row.organisation or "")
    if row.role == "locksmith":
        return SMITHS.get(row.organisation or "")
    return ECONOMIST if row.role == "economist" else ADMINISTRATOR


def _hindrance(
    town: Town,
    owner: str,
    offered: list[Suggestion],
    row: _Row,
    rows: list[_Row],
    snapshots: dict[UUID, engine.HomeSnapshot],
) -> str | None:
    """Why none of the offered acts can be done; None where one can, or what stands in the way is asked for."""
    ways = [way for way in offered if way.is_final or (row.paragraph, row.ask) in BY_STEPS]
    ways.reverse()  # the last step first: an earlier one may be what it waits for
    if not ways:
        return NOTHING
    refused = []
    for way in ways:
        try:
            done = REGISTER[way.act].perform(town.life.actor(owner), _filled(town, way, row), preview=True)
        except (Refusal, NotFound, BadValue) as refusal:
            refused.append((way.act, refusal))
        else:
            if way.is_final or (done.lines and not _is_only_repeated(way, refused)):
                return None
    around = _around(snapshots, row.home)
    asked = {one.paragraph for one in rows if one.home in around and one.id != row.id}
    ended = any(one.door == row.door and (one.paragraph, one.ask) in ENDS_AN_ORDER for one in rows)
    if row.paragraph == "L1" and ended:
        return None
    if any(isinstance(refusal, Refusal) and refusal.rule in asked for _, refusal in refused):
        return None
    said = [f"{act} is refused by {getattr(r, 'rule', type(r).__name__)} {r.code}" for act, r in refused]
    return ", ".join(said) or NO_STEP


BY_STEPS = frozenset({("O3", "send")})
"""The form is made, then signed, then sent: the next of these steps can be done."""


def _is_only_repeated(way: Suggestion, refused: Sequence[tuple[str, Exception]]) -> bool:
    """Billing again always writes something. It is a step only where a form waits for it."""
    waits = any(getattr(refusal, "code", "") == "form.visits_changed" for _, refusal in refused)
    return way.act == "bill_month" and not waits


def _around(snapshots: dict[UUID, engine.HomeSnapshot], home: UUID) -> set[UUID]:
    around = {home}
    for door in snapshots[home].facts.doors.values():
        around.update(door.homes)
    for client in snapshots[home].facts.clients.values():
        around.update(other for other in (client.moved_to, client.moving_to) if other is not None)
    return around


def _filled(town: Town, way: Suggestion, row: _Row) -> dict[str, Any]:
    """The act's values with what a person would fill in; nothing of it is stored."""
    starts = town.life.at(10) + timedelta(days=1)
    told: dict[str, Callable[[], Any]] = {
        "locksmith": lambda: LOCKSMITH,
        "reason": lambda: "x",
        "text": lambda: "x",
        "fault": lambda: "jammed",
        "tag": lambda: _in_stock(town, "tag", row.organisation),
        "key": lambda: f"N{row.id}"[:20],
        "signed": lambda: "client",
        "owner": lambda: "Brf",
        "way": lambda: {"decide_way_in": "key"}.get(way.act, "oral"),
        "serial": lambda: _in_stock(town, "lock", row.organisation),
        "reference": lambda: f"X{row.id}"[:30],
        "organisation": lambda: next(one for one in HOME_CARE if one not in town.closed),
        "code": lambda: "nobody_home",
        "starts": lambda: starts.isoformat(),
        "ends": lambda: (starts + timedelta(hours=1)).isoformat(),
        "presence": lambda: "none",
        "valid_through": lambda: None,
        "username": lambda: "",
        "form": lambda: _form(row),
    }
    return way.with_answers(**{name: told[name]() if name in told else None for name in way.missing})


def _form(row: _Row) -> str:
    """The client's form of the month at the organisation."""
    month = json.loads(Duty.objects.values_list("about", flat=True).get(id=row.id)).get("month")
    forms = BasisForm.objects.filter(client=row.client, organisation__orgnr=row.organisation, month=month)
    number: str | None = forms.values_list("number", flat=True).first()
    return number or "none"


def _in_stock(town: Town, kind: str, orgnr: str | None) -> str:
    """The newest of the organisation's things, which nobody has used; no lock that is still linked to a client."""
    organisation = Organisation.objects.filter(municipality=town.life.municipality, orgnr=orgnr).values("id")
    held = Holding.objects.filter(kind="organisation", holder__in=organisation, until=None, thing__kind=kind)
    held = held.exclude(thing__in=Link.objects.filter(until=None).values("lock"))
    number: str | None = held.order_by("-thing_id").values_list("thing__number", flat=True).first()
    return number or "none"


def _nothing_is_born_late(
    snapshots: dict[UUID, engine.HomeSnapshot], rows: list[_Row], today: date
) -> Iterator[Violation]:
    """Its deadline is not before the day that its owner was asked."""
    asked = {
        duty.id: max(duty.opened, duty.passed or duty.opened) for s in snapshots.values() for duty in s.open
    }
    for row in rows:
        since = asked.get(row.id, row.opened)
        if row.due is not None and since == today and row.due < since:
            yield "nothing is born late", f"{row} was asked on {since}, by {row.due}"


def _whoever_is_asked_knows_the_client(tables: Tables, rows: list[_Row]) -> Iterator[Violation]:
    """Rule 7: a provider is asked about clients whom it has or has had, or for whom it has the order.

    A locksmith about those at an order's door.
    """
    organisations = tables.orgnrs
    known = {(organisations[a.organisation], tables.decisions[a.decision].client) for a in tables.allocations}
    known |= {(organisations[order.organisation], order.client) for order in tables.orders}
    ordered = {(order.door, order.client) for order in tables.orders}
    ordered |= {(door, client.id) for door, living in tables.behind.items() for client in living}
    for row in rows:
        client = row.client.hex if row.client else None
        if client is None or (row.paragraph, row.ask) in HOLDS_SOMETHING:
            continue
        if row.role == "provider" and (row.organisation, client) not in known:
            yield "no duty names a client whom its owner may not know", str(row)
        if row.role == "locksmith" and (row.door and row.door.hex, client) not in ordered:
            yield "no duty names a client whom its owner may not know", str(row)


HOLDS_SOMETHING = frozenset(
    {("P5", "fetch_back"), ("P5", "return_keys"), ("P3", "take_tag"), ("P7", "fetch"), ("P7", "tell")}
)
"""Whoever's key or tag is there by mistake fetches it or gives it back, and so knows where."""


def _no_gap_is_forgotten(tables: Tables, rows: list[_Row], today: date) -> Iterator[Violation]:
    """A8: no day without an ongoing allocated decision that is not asked about, or confirmed by a person."""
    asked = {row.client.hex for row in rows if row.client and row.paragraph in ("A4", "A8")}
    for client in tables.clients.values():
        if not tables.is_own(client) or client.died is not None or client.id in asked:
            continue
        decisions = tables.standing_decisions.get(client.id, [])
        for service in {decision.service for decision in decisions}:
            of_service = [decision for decision in decisions if decision.service == service]
            day = _first_day_uncovered(tables, of_service, today)
            if day is not None:
                yield (
                    "no gap is forgotten",
                    f"{client.id} has no allocated {service} on {day}, and nobody is asked",
                )


def _first_day_uncovered(tables: Tables, decisions: list[SimDecision], today: date) -> str | None:
    """The first day soon on which a decision holds, or held the day before, without being allocated."""
    for days in range(LOOK_AHEAD_DAYS + 1):
        day, before = ((today + timedelta(days=days - back)).isoformat() for back in (0, 1))
        if any(
            _covers(a, day) and _covers(d, day)
            for d in decisions
            for a in tables.allocations_of.get(d.id, ())
        ):
            continue
        ongoing = [decision for decision in decisions if _covers(decision, day)]
        if ongoing:
            ended = [a for d in ongoing for a in tables.allocations_of.get(d.id, ()) if _ended(a, day)]
            if not any(a.ending == CONFIRMED for a in ended):
                return day
        elif any(_covers(d, before) and d.ending != CONFIRMED for d in decisions):
            return day
    return None


def _ended(row: SimAllocation, day: str) -> bool:
    return row.through is not None and row.through < day


def _covers(row: SimAllocation | SimDecision, day: str) -> bool:
    return not row.withdrawn and row.begins <= day <= (row.through or day)


def _a_lock_is_asked_for_or_needed(tables: Tables, rows: list[_Row]) -> Iterator[Violation]:
    """P6, rule 1: a lock that nobody needs is to be ordered down, and one that somebody needs is not."""
    asked = {row.door.hex for row in rows if row.door and row.paragraph == "P6" and row.ask in ORDERS_REMOVAL}
    stopped = {row.door.hex for row in rows if row.door and (row.paragraph, row.ask) == ("P6", "stop")}
    followed_up = {row.client.hex for row in rows if row.client and row.paragraph == "A8"}
    removals = {o.door for o in tables.orders if o.kind == "removal" and o.state in ("placed", "booked")}
    for holding in tables.holdings:
        if holding.kind != "door" or holding.until is not None or holding.holder is None:
            continue
        door = holding.holder
        living = [*tables.behind.get(door, []), *tables.coming_behind.get(door, [])]
        behind = [c for c in living if c.id not in tables.want_no_lock]
        is_needed = any(tables.in_care(client, tables.today) for client in behind)
        if is_needed and door in asked:
            yield "a lock that is needed stays", f"door {door}: its removal is to be ordered"
        if is_needed and door in removals and door not in stopped:
            yield (
                "a lock that is needed stays",
                f"door {door}: its removal is ordered, and nobody is to stop it",
            )
        waits = any(_is_followed_up(tables, client, followed_up) for client in behind)
        if not is_needed and door not in asked | removals and not waits:
            yield "a lock that nobody needs is asked for", f"door {door}"


ORDERS_REMOVAL = frozenset({"order", "unwanted", "not_ours"})


def _is_followed_up(tables: Tables, client: SimClient, asked: set[str]) -> bool:
    """Has one of the client's services run out without anybody confirming it? Then A8 asks first, of each service."""
    if client.died is not None or client.id not in asked:
        return False
    by_service: dict[str, list[SimDecision]] = {}
    for decision in tables.standing_decisions.get(client.id, []):
        if decision.through is None or decision.through >= decision.begins:
            by_service.setdefault(decision.service, []).append(decision)
    return any(_is_unconfirmed(decisions) for decisions in by_service.values())


def _is_unconfirmed(decisions: list[SimDecision]) -> bool:
    """Of those of one service that end last."""
    last = max(d.through or "9999" for d in decisions)
    return any(d.ending != CONFIRMED for d in decisions if (d.through or "9999") == last)
