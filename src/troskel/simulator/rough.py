# SPDX-License-Identifier: EUPL-1.2
"""A rougher life: what people do late, wrongly, twice or backwards, on whatever is in the tables.

Most of it is refused, which is right; no refusal here is a fault. What is let through must leave every rule standing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from troskel.care.models import Allocation, Decision, Suspension
from troskel.custody.models import Holding
from troskel.orders.models import Order
from troskel.people.models import Client, Organisation
from troskel.simulator.organisations import (
    ADMINISTRATOR,
    ALARM,
    ASSESSORS,
    COORDINATORS,
    HOME_CARE,
    LOCKSMITHS,
    SMITHS,
)
from troskel.simulator.people import address
from troskel.simulator.town import ALARM_SERVICE, Town
from troskel.simulator.town import HOME_CARE as IN_THE_HOME
from troskel.visits.models import Visit

T = TypeVar("T")
CLIENTS_PER_MISHAP = 3
BANKRUPTCY_PER_DAY = 0.01
ELSEWHERE = "0998"


def live_roughly(town: Town) -> None:
    """Lets some things go wrong today: one for every few clients."""
    expected = max(1, sum(1 for _ in town.in_care()) // CLIENTS_PER_MISHAP)
    mishaps, weights = zip(*MISHAPS, strict=True)
    for mishap in town.life.random.choices(mishaps, weights, k=expected):
        mishap(_Rough(town))
    if town.life.happens(BANKRUPTCY_PER_DAY):
        _goes_bankrupt(town)


class _Rough:
    """One mishap: somebody tries something, and whether it is refused is the rules' affair."""

    def __init__(self, town: Town) -> None:
        self.town, self.life, self.chance = town, town.life, town.life.random
        self.assessor = self.chance.choice(ASSESSORS)

    def tries(self, who: str, act: str, **values: Any) -> bool:
        return self.life.tries(who, act, None, **values) is not None

    def later(self, days: int, act: str, who: str = "", **values: Any) -> None:
        """Tries an act some days later, at most `days`."""
        trier = who or self.assessor
        self.town.later(self.chance.randint(1, days), lambda: self._tried(trier, act, values))

    def _tried(self, who: str, act: str, values: dict[str, Any]) -> None:
        self.tries(who, act, **values)

    def one_of(self, rows: Any) -> Any:
        found = list(rows.order_by("id"))
        return self.chance.choice(found) if found else None

    def client(self) -> Client | None:
        """Somebody; as a rule somebody with care."""
        rows = Client.objects.filter(municipality=self.life.municipality)
        with_care = rows.filter(decisions__withdrawn=False).distinct()
        row: Client | None = self.one_of(with_care if self.life.happens(0.9) else rows)
        return row

    def decision(self) -> Decision | None:
        row: Decision | None = self.one_of(
            Decision.objects.filter(client__municipality=self.life.municipality, withdrawn=False)
        )
        return row

    def allocation(self) -> Allocation | None:
        row: Allocation | None = self.one_of(
            Allocation.objects.filter(decision__client__municipality=self.life.municipality, withdrawn=False)
        )
        return row

    def day(self, first: int, last: int) -> str:
        return self.town.day(self.chance.randint(first, last)).isoformat()

    def provider(self) -> str:
        return self.chance.choice([one for one in HOME_CARE if one not in self.town.closed])

    def period(self, row: Decision | Allocation) -> dict[str, str | None]:
        begins = row.valid_from + timedelta(days=self.chance.choice((0, 0, 0, -9, -2, 3, 12)))
        through = self.chance.choice((None, row.valid_through, self.town.day(self.chance.randint(-9, 40))))
        return {"valid_from": begins.isoformat(), "valid_through": through.isoformat() if through else None}

    # -- decisions and allocations

    def changes_a_decision(self) -> None:
        if row := self.decision():
            period = {"reference": row.reference, **self.period(row)}
            self.tries(self.assessor, "change_decisions", periods=[period])

    def changes_an_allocation(self) -> None:
        if row := self.allocation():
            period = {"reference": row.reference, **self.period(row)}
            self.tries(self.assessor, "change_allocations", periods=[period])

    def ends_a_decision(self) -> None:
        if row := self.decision():
            ending = {
                "reference": row.reference,
                "valid_through": self.day(-12, 12),
                "reason": "x",
                "confirmed": self.life.happens(0.5),
            }
            self.tries(self.assessor, "end_decisions", endings=[ending])

    def ends_an_allocation(self) -> None:
        if row := self.allocation():
            ending = {
                "reference": row.reference,
                "valid_through": self.day(-12, 12),
                "reason": "x",
                "confirmed": self.life.happens(0.5),
            }
            self.tries(self.assessor, "end_allocations", endings=[ending])

    def withdraws(self) -> None:
        row = self.decision() if self.life.happens(0.5) else self.allocation()
        if row is not None:
            act = "withdraw_decisions" if isinstance(row, Decision) else "withdraw_allocations"
            self.tries(self.assessor, act, references=[row.reference])

    def decides_anew(self) -> None:
        if client := self.client():
            service = self.chance.choice((IN_THE_HOME, IN_THE_HOME, ALARM_SERVICE))
            decision = {
                "client": client.case_number,
                "reference": f"B{self.town.number():05}",
                "service": service,
                "valid_from": self.day(-6, 20),
                "valid_through": self.chance.choice((None, self.day(21, 60))),
            }
            self.tries(self.assessor, "make_decisions", decisions=[decision])

    def allocates(self) -> None:
        if row := self.decision():
            organisation = ALARM if row.service == ALARM_SERVICE else self.provider()
            if self.life.happens(0.05):
                organisation = ALARM
            allocation = {"decision": row.reference, "reference": f"F{self.town.number():05}"}
            begins = row.valid_from + timedelta(days=self.chance.choice((0, 0, 3, 20)))
            through = self.chance.choice(
                (row.valid_through, begins + timedelta(days=self.chance.randint(1, 30)))
            )
            period = {
                "valid_from": begins.isoformat(),
                "valid_through": through.isoformat() if through else None,
            }
            values = {**allocation, "organisation": organisation, **period}
            self.tries(self.assessor, "allocate", allocations=[values])

    # -- people

    def is_away(self) -> None:
        """Absences, planned and begun, that may overlap; written down twice."""
        client = self.client()
        if client is None:
            return
        for _ in range(self.chance.randint(1, 3)):
            since = self.chance.randint(-4, 8)
            through = self.chance.choice((None, self.town.day(since + self.chance.randint(0, 9)).isoformat()))
            values = {"since": self.town.day(since).isoformat(), "reason": "hospital", "through": through}
            self.tries(self.assessor, "suspend_access", client=client.case_number, **values)

    def is_home(self) -> None:
        rows = Suspension.objects.filter(municipality=self.life.municipality, withdrawn=False)
        if row := self.one_of(rows.select_related("client")):
            values = {"client": row.client.case_number, "on": self.day(-2, 5)}
            named = {"absence": str(row.id)} if self.life.happens(0.3) else {}
            self.tries(self.assessor, "resume_access", **values, **named)

    def dies(self) -> None:
        if (client := self.client()) and client.died is None:
            death = {"client": client.case_number, "on": self.day(-9, 0)}
            if self.tries(self.assessor, "record_deaths", deaths=[death]) and self.life.happens(0.6):
                undone = {"client": client.case_number, "on": None}
                self.later(9, "record_deaths", deaths=[undone])

    def becomes_anothers(self) -> None:
        if client := self.client():
            is_own = client.home_municipality == self.life.municipality
            code = ELSEWHERE if is_own else self.life.municipality
            change = {"client": client.case_number, "home_municipality": code}
            if self.tries(self.assessor, "change_clients", changes=[change]) and self.life.happens(0.7):
                back = {"client": client.case_number, "home_municipality": client.home_municipality}
                self.later(10, "change_clients", changes=[back])

    def says_no(self) -> None:
        if client := self.client():
            case = client.case_number
            self.tries(self.assessor, "record_refusal", client=case, reason="does_not_want", text="Nej.")
            if self.life.happens(0.6):
                self.tries(self.assessor, "confirm_refusal", client=case)

    def says_yes(self) -> None:
        if client := self.client():
            self.tries(self.assessor, "confirm_understanding", client=client.case_number)

    def confirms_an_ending(self) -> None:
        if client := self.client():
            self.tries(self.assessor, "confirm_ending", client=client.case_number)

    def moves(self) -> None:
        """A move known before, called off, or told afterwards; or to where others live."""
        client = self.client()
        if client is None:
            return
        new = self.town.new_address() if self.life.happens(0.7) else self.chance.randint(1, 9)
        if self.life.happens(0.7):
            values = {"address": address(new), "on": self.day(1, 12)}
            planned = self.tries(self.assessor, "plan_move", client=client.case_number, **values)
            if planned and self.life.happens(0.3):
                self.later(6, "call_off_move", client=client.case_number)
        else:
            move = {"client": client.case_number, "address": address(new), "on": self.day(-9, 0)}
            self.tries(self.assessor, "move_clients", moves=[move])

    def shares_a_gate(self) -> None:
        """A neighbour's gate stands before this home too."""
        client, neighbour = self.client(), self.client()
        if client is None or neighbour is None or client.home_id == neighbour.home_id:
            return
        ways = neighbour.home.ways.select_related("door").order_by("door_id")
        gate = next((way.door for way in ways if way.door.kind == "gate"), None)
        if gate is not None:
            self.tries(self.assessor, "let_door_serve", client=client.case_number, door=str(gate.id))
        else:
            self.tries(self.assessor, "add_door", client=neighbour.case_number, kind="gate", label="grind")

    # -- orders and things

    def cancels(self) -> None:
        rows = Order.objects.filter(municipality=self.life.municipality, state__in=["placed", "booked"])
        if order := self.one_of(rows.select_related("organisation")):
            reason = self.chance.choice(("client_refused", "mistake", "care_ended", "cannot_be_fitted"))
            who = COORDINATORS.get(order.organisation.orgnr if order.organisation else "", ADMINISTRATOR)
            self.tries(who, "cancel_order", order=order.number, reason=reason)

    def corrects_a_report(self) -> None:
        rows = Order.objects.filter(municipality=self.life.municipality, state="done")
        if order := self.one_of(rows):
            another = self.town.locks[self.chance.choice(LOCKSMITHS)]
            serial = self.chance.choice(["", *another[:1]])
            self.tries(ADMINISTRATOR, "correct_report", order=order.number, serial=serial)

    def corrects_a_booking(self) -> None:
        rows = Order.objects.filter(municipality=self.life.municipality, state="booked")
        if order := self.one_of(rows.select_related("locksmith")):
            self.tries(SMITHS[order.locksmith.orgnr], "correct_booking", order=order.number)
            self.town.booked.pop(order.number, None)

    def corrects_information(self) -> None:
        if client := self.client():
            what = self.chance.choice(("oral", "written", "keys", "understood", "refused"))
            self.tries(self.assessor, "correct_information", client=client.case_number, what=what)

    def holding(self) -> Holding | None:
        """A tag or key that is with a client, or a key with a provider."""
        rows = Holding.objects.filter(municipality=self.life.municipality, until=None)
        out = rows.filter(thing__kind="tag", kind="client") | rows.filter(thing__kind="key")
        row: Holding | None = self.one_of(out.select_related("thing"))
        return row

    def corrects_a_holder(self) -> None:
        holding, client = self.holding(), self.client()
        if holding is not None and client is not None:
            to = (
                {"organisation": self.provider()}
                if self.life.happens(0.5)
                else {"client": client.case_number}
            )
            what = {"kind": holding.thing.kind, "number": holding.thing.number}
            self.tries(ADMINISTRATOR, "correct_holder", **what, **to)

    def loses(self) -> None:
        if holding := self.holding():
            what = {"kind": holding.thing.kind, "number": holding.thing.number}
            owner = self._organisation(holding)
            who = COORDINATORS.get(owner, ADMINISTRATOR)
            if self.tries(who, "report_lost", **what) and self.life.happens(0.5):
                self.later(20, "report_found", who, **what)

    def _organisation(self, holding: Holding) -> str:
        if holding.kind == "organisation":
            return Organisation.objects.values_list("orgnr", flat=True).get(id=str(holding.holder))
        before = Holding.objects.filter(thing=holding.thing_id, kind="organisation").order_by("-sequence")
        last = before.first()
        return Organisation.objects.values_list("orgnr", flat=True).get(id=str(last.holder)) if last else ""

    def finds_a_fault(self) -> None:
        client = self.client()
        person = self.town.by_case.get(client.case_number) if client else None
        if person is not None and person.lock:
            who = COORDINATORS.get(next(iter(person.providers()), ""), ADMINISTRATOR)
            values = {"client": person.case, "serial": person.lock, "code": "jammed"}
            self.tries(who, "tell_fault", **values)

    def corrects_a_visit(self) -> None:
        rows = Visit.objects.filter(municipality=self.life.municipality).select_related("organisation")
        if visit := self.one_of(rows):
            who = COORDINATORS.get(visit.organisation.orgnr)
            if who is not None:
                self.tries(who, "correct_visit", visit=str(visit.id), made=False, reason="not_made")

    def is_refused_at_the_door(self) -> None:
        rows = Order.objects.filter(municipality=self.life.municipality, state="booked")
        if order := self.one_of(rows.select_related("locksmith")):
            who = SMITHS[order.locksmith.orgnr]
            if self.tries(who, "report_failure", order=order.number, code="client_refused"):
                self.town.booked.pop(order.number, None)


MISHAPS: tuple[tuple[Callable[[_Rough], None], int], ...] = (
    (_Rough.changes_a_decision, 5),
    (_Rough.changes_an_allocation, 5),
    (_Rough.ends_a_decision, 4),
    (_Rough.ends_an_allocation, 4),
    (_Rough.withdraws, 6),
    (_Rough.decides_anew, 5),
    (_Rough.allocates, 5),
    (_Rough.is_away, 4),
    (_Rough.is_home, 3),
    (_Rough.dies, 3),
    (_Rough.becomes_anothers, 2),
    (_Rough.says_no, 4),
    (_Rough.says_yes, 2),
    (_Rough.confirms_an_ending, 3),
    (_Rough.moves, 4),
    (_Rough.shares_a_gate, 2),
    (_Rough.cancels, 3),
    (_Rough.corrects_a_report, 2),
    (_Rough.corrects_a_booking, 1),
    (_Rough.corrects_information, 3),
    (_Rough.corrects_a_holder, 2),
    (_Rough.loses, 2),
    (_Rough.finds_a_fault, 1),
    (_Rough.corrects_a_visit, 1),
    (_Rough.is_refused_at_the_door, 1),
)


def _goes_bankrupt(town: Town) -> None:
    """One provider's clients, keys and tags all pass to another; at least three providers go on."""
    going_on = [one for one in HOME_CARE if one not in town.closed]
    if len(going_on) <= 3:
        return
    former, successor = town.life.random.sample(going_on, 2)
    values = {
        "organisation": former,
        "successor": successor,
        "on": town.day(town.life.random.randint(0, 9)).isoformat(),
        "reference": f"N{town.number():05}",
        "reason": "bankruptcy",
    }
    if town.life.tries(ADMINISTRATOR, "succeed_organisation", None, **values) is not None:
        town.closed.add(former)
        town.tags[former].clear()
