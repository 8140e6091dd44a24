# SPDX-License-Identifier: EUPL-1.2
"""What assessors and the system administrator try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.machine import (
    ADDRESSES,
    CLIENTS,
    DAYS,
    HOME_CARE,
    LOCK,
    PROVIDERS,
    SERVICE,
    WHICH,
    Machine,
)
from tests.town import ALARM, ELSEWHERE
from troskel.care.models import Allocation, Decision
from troskel.people.models import Client

CHANGES = st.sampled_from(
    [
        {"home_municipality": ELSEWHERE},
        {"home_municipality": "0999"},
        {"protection": "S"},
        {"protection": ""},
        {"language": "fi"},
    ]
)


class ByTheOffice(Machine):
    """Deciding, informing, moving, linking, entrusting."""

    # -- deciding

    @rule(who=CLIENTS, to=PROVIDERS, begins=DAYS, length=st.none() | st.integers(0, 6))
    def granted(self, who: int, to: str, begins: int, length: int | None) -> None:
        self.town.count += 1
        reference = f"B{self.town.count}"
        first = self.town.today + timedelta(days=begins)
        period = {
            "valid_from": first,
            "valid_through": None if length is None else first + timedelta(days=length),
        }
        service = "safety_alarm" if to == ALARM else "home_care"
        told = {"client": self.client(who), "reference": reference, "service": service}
        self.tries("anna", "make_decisions", decisions=[told | period])
        given = {"decision": reference, "reference": f"F{reference}", "organisation": to}
        self.tries("anna", "allocate", allocations=[given | period])

    @rule(who=CLIENTS, number=WHICH)
    def followed_up(self, who: int, number: int) -> None:
        self.town.count += 1
        told = {
            "client": self.client(who),
            "reference": f"U{self.town.count}",
            "replaces": self.decision(number),
        }
        self.tries("anna", "start_investigations", investigations=[told])

    @rule(who=CLIENTS, service=SERVICE, on=DAYS)
    def care_ended(self, who: int, service: str, on: int) -> None:
        told = {"client": self.client(who), "service": service, "on": self.town.day(on), "reason": "x"}
        self.tries("anna", "end_care", **told)

    @rule(number=WHICH, on=DAYS, confirmed=st.booleans(), who=st.sampled_from(["anna", "import"]))
    def decision_ended(self, number: int, on: int, confirmed: bool, who: str) -> None:
        end = {"reference": self.decision(number), "valid_through": self.town.day(on), "confirmed": confirmed}
        self.tries(who, "end_decisions", endings=[end])

    @rule(who=CLIENTS)
    def ending_confirmed(self, who: int) -> None:
        self.tries("anna", "confirm_ending", client=self.client(who))

    @rule(
        number=WHICH,
        begins=DAYS,
        length=st.none() | st.integers(-1, 6),
        of=st.sampled_from(["decision", "allocation"]),
    )
    def period_changed(self, number: int, begins: int, length: int | None, of: str) -> None:
        last = None if length is None else self.town.day(begins + length)
        reference = self.decision(number) if of == "decision" else self.allocation(number)
        period = {"reference": reference, "valid_from": self.town.day(begins), "valid_through": last}
        self.tries("anna", f"change_{of}s", periods=[period])

    @rule(number=WHICH, of=st.sampled_from(["decision", "allocation"]))
    def withdrawn(self, number: int, of: str) -> None:
        reference = self.decision(number) if of == "decision" else self.allocation(number)
        self.tries("anna", f"withdraw_{of}s", references=[reference])

    @rule(number=WHICH, on=DAYS)
    def allocation_ended(self, number: int, on: int) -> None:
        end = {"reference": self.allocation(number), "valid_through": self.town.day(on)}
        self.tries("anna", "end_allocations", endings=[end])

    @rule(who=CLIENTS, former=HOME_CARE, provider=HOME_CARE, on=DAYS)
    def provider_changed(self, who: int, former: str, provider: str, on: int) -> None:
        self.town.count += 1
        told = {"former": former, "provider": provider, "on": self.town.day(on)}
        self.tries(
            "anna", "change_provider", client=self.client(who), reference=f"F-{self.town.count}", **told
        )

    def decision(self, number: int) -> str:
        rows = Decision.objects.order_by("reference").values_list("reference", flat=True)
        return self.one_of(list(rows), number, "none")

    def allocation(self, number: int) -> str:
        rows = Allocation.objects.order_by("reference").values_list("reference", flat=True)
        return self.one_of(list(rows), number, "none")

    # -- informing

    @rule(who=CLIENTS, way=st.sampled_from(["oral", "written"]))
    def informed(self, who: int, way: str) -> None:
        self.tries("anna", "inform_client", client=self.client(who), way=way)
        self.tries("anna", "tell_about_keys", client=self.client(who))

    @rule(who=CLIENTS, refuses=st.booleans())
    def understood_or_not(self, who: int, refuses: bool) -> None:
        told: dict[str, Any] = {"client": self.client(who)}
        if refuses:
            self.tries("olle", "record_refusal", **told, reason="other")
        else:
            self.tries("anna", "confirm_understanding", **told)

    @rule(who=CLIENTS, way=st.sampled_from(["key", "client_opens"]))
    def way_in_decided(self, who: int, way: str) -> None:
        self.tries("anna", "decide_way_in", client=self.client(who), way=way)

    # -- where and who the client is

    @rule(who=CLIENTS, address=st.sampled_from([1, 2]))
    def moved(self, who: int, address: int) -> None:
        told = {"client": self.client(who), "address": ADDRESSES[address], "on": self.town.day(0)}
        self.tries("anna", "move_clients", moves=[told])

    @rule(who=CLIENTS, apartment=st.sampled_from(["1001", "1201"]))
    def separated(self, who: int, apartment: str) -> None:
        self.tries("anna", "separate_home", client=self.client(who), apartment=apartment)

    @rule(who=CLIENTS, shared=st.booleans())
    def sharing_confirmed(self, who: int, shared: bool) -> None:
        self.tries("anna", "confirm_sharing", client=self.client(who), shared=shared)

    @rule(who=CLIENTS, alive=st.booleans())
    def died(self, who: int, alive: bool) -> None:
        death = {"client": self.client(who), "on": None if alive else self.town.day(0)}
        self.tries("anna", "record_deaths", deaths=[death])

    @rule(who=CLIENTS, change=CHANGES)
    def changed(self, who: int, change: dict[str, str]) -> None:
        self.tries("anna", "change_clients", changes=[{"client": self.client(who)} | change])

    @rule(who=CLIENTS, kind=st.sampled_from(["gate", "apartment"]), number=WHICH, new=st.booleans())
    def door_added(self, who: int, kind: str, number: int, new: bool) -> None:
        if Client.objects.get(reference=self.client(who)).home.ways.count() < 3:
            if new:
                self.tries("anna", "add_door", client=self.client(who), kind=kind)
            else:
                self.tries("anna", "let_door_serve", client=self.client(who), door=self.door(number))

    @rule(who=CLIENTS, number=WHICH, given=st.booleans())
    def owner_asked(self, who: int, number: int, given: bool) -> None:
        told = {"client": self.client(who), "door": self.door(number)}
        if given:
            self.tries("siri", "record_consent", **told, owner="Brf", way="oral")
        else:
            self.tries("siri", "withdraw_consent", **told)

    @rule(who=CLIENTS, since=DAYS, length=st.none() | st.integers(0, 4))
    def away(self, who: int, since: int, length: int | None) -> None:
        through = None if length is None else self.town.day(since + length)
        told = {"since": self.town.day(since), "through": through, "reason": "hospital"}
        self.tries("anna", "suspend_access", client=self.client(who), **told)

    @rule(who=CLIENTS, on=DAYS)
    def home_again(self, who: int, on: int) -> None:
        self.tries("anna", "resume_access", client=self.client(who), on=self.town.day(on))

    @rule(who=CLIENTS, named=st.booleans())
    def represented(self, who: int, named: bool) -> None:
        told = {"client": self.client(who), "kind": "guardian"}
        if named:
            self.tries("anna", "name_representative", **told, name="God Man")
        else:
            self.tries("anna", "dismiss_representative", **told)

    @rule(who=CLIENTS, username=st.sampled_from(["carin", "mikael"]), more=st.booleans())
    def entrusted(self, who: int, username: str, more: bool) -> None:
        act = "entrust_client" if more else "end_entrustment"
        self.tries("siri", act, client=self.client(who), username=username)

    # -- linking

    @rule(who=CLIENTS, serial=LOCK)
    def linked(self, who: int, serial: str) -> None:
        self.tries("siri", "link_lock", client=self.client(who), serial=serial)

    @rule(who=CLIENTS, serial=LOCK)
    def unlinked(self, who: int, serial: str) -> None:
        self.tries("siri", "unlink_lock", client=self.client(who), serial=serial)

    @rule(who=CLIENTS, wrong=LOCK, right=LOCK)
    def link_corrected(self, who: int, wrong: str, right: str) -> None:
        self.tries("siri", "correct_link", client=self.client(who), wrong=wrong, right=right)
