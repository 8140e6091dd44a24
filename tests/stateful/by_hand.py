# SPDX-License-Identifier: EUPL-1.2
"""What people try with their duties, and on the phone: sharing out, visits that begin and end, openings, alarms."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.machine import CLIENTS, HOME_CARE, LOCK, TAG, WHICH, Machine
from tests.town import CARER
from troskel.access.models import Alarm, Opening
from troskel.duties.models import Deputy

NOTHING = "00000000-0000-7000-8000-000000000000"
EVIDENCE = st.sampled_from([{"by": "hand", "reason": "forgotten"}, {"by": "tag"}, {"by": "lock"}])
CARERS = HOME_CARE.map(CARER.__getitem__)


class ByHand(Machine):
    """Duties, visits, doors, alarms."""

    # -- whose it is

    @rule(number=WHICH, to=st.sampled_from(["olle", "carin", "anna", "siri"]))
    def shared_out(self, number: int, to: str) -> None:
        duty, who = self.open_duty(number, "duty")
        self.tries(who, "assign_duty", duty=duty, to=to)

    @rule(number=WHICH, act=st.sampled_from(["take_duty", "release_duty"]))
    def taken_or_given_back(self, number: int, act: str) -> None:
        duty, who = self.open_duty(number, "duty")
        self.tries(who, act, duty=duty)

    @rule(days=st.integers(0, 4), role=st.sampled_from(["provider", "assessor"]))
    def deputy_named(self, days: int, role: str) -> None:
        who, deputy = ("olle", "carin") if role == "provider" else ("siri", "maria")
        told = {"role": role, "valid_from": self.town.day(0), "valid_through": self.town.day(days)}
        self.tries(who, "name_deputy", deputy=deputy, **told)

    @rule(number=WHICH, who=st.sampled_from(["olle", "siri"]))
    def deputy_dismissed(self, number: int, who: str) -> None:
        rows = Deputy.objects.order_by("id").values_list("id", flat=True)
        self.tries(who, "dismiss_deputy", deputy=str(self.one_of(list(map(str, rows)), number, NOTHING)))

    @rule(number=WHICH)
    def letter_sent(self, number: int) -> None:
        self.tries("siri", "send_letter", order=self.order(number))

    @rule(who=CLIENTS, act=st.sampled_from(["hold_file", "release_file"]))
    def file_held(self, who: int, act: str) -> None:
        self.tries("anna", act, client=self.client(who), reason="dispute")

    # -- visits

    @rule(who=CLIENTS, carer=CARERS, tag=TAG, serial=LOCK, how=EVIDENCE)
    def arrives(self, who: int, carer: str, tag: str, serial: str, how: dict[str, str]) -> None:
        proof = {"tag": {"tag": tag}, "lock": {"serial": serial}}.get(how["by"], {})
        self.tries(carer, "arrive", client=self.client(who), **how, **proof)

    @rule(carer=CARERS)
    def departs(self, carer: str) -> None:
        self.tries(carer, "depart", by="hand", reason="forgotten")

    @rule(one=CLIENTS, other=CLIENTS, carer=CARERS, hours=st.integers(1, 30))
    def phone_tells_late(self, one: int, other: int, carer: str, hours: int) -> None:
        arrived = self.town.now - timedelta(hours=hours)
        told = {"arrived": arrived, "departed": arrived + timedelta(minutes=20)}
        by_hand = {"by": "hand", "reason": "phone_failed"}
        visits: list[dict[str, Any]] = [{"client": self.client(n), **told, **by_hand} for n in (one, other)]
        self.tries(carer, "register_visits", visits=visits)

    # -- doors and alarms

    @rule(carer=CARERS, number=WHICH, outcome=st.sampled_from(["opened", "jammed", "unknown"]))
    def opening_noted(self, carer: str, number: int, outcome: str) -> None:
        rows = Opening.objects.order_by("id").values_list("id", flat=True)
        opening = self.one_of(list(map(str, rows)), number, NOTHING)
        self.tries(carer, "note_opening", opening=opening, outcome=outcome, battery=15)

    @rule(who=CLIENTS, carer=CARERS, serial=LOCK)
    def fault_told(self, who: int, carer: str, serial: str) -> None:
        self.tries(carer, "tell_fault", client=self.client(who), serial=serial, code="loose")

    @rule(who=CLIENTS)
    def alarm_raised(self, who: int) -> None:
        self.tries("lars", "raise_alarm", client=self.client(who))

    @rule(number=WHICH, closed=st.booleans(), who=st.sampled_from(["rut", "lars"]))
    def alarm_answered(self, number: int, closed: bool, who: str) -> None:
        rows = Alarm.objects.order_by("id").values_list("id", flat=True)
        alarm = self.one_of(list(map(str, rows)), number, NOTHING)
        if closed:
            self.tries(who, "close_alarm", alarm=alarm, outcome="helped")
        else:
            self.tries(who, "accept_alarm", alarm=alarm)

    @rule(who=CLIENTS, serial=LOCK)
    def responder_opens(self, who: int, serial: str) -> None:
        self.tries("rut", "open_door", client=self.client(who), serial=serial)
