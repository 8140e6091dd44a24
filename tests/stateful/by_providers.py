# SPDX-License-Identifier: EUPL-1.2
"""What coordinators, carers and locksmiths try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.machine import CLIENTS, HOME_CARE, LOCK, PROVIDERS, TAG, WHICH, Machine, seen
from tests.town import CARER, COORDINATOR, FIRM
from troskel.custody.models import Holding, Thing
from troskel.orders.models import Order

KINDS = st.sampled_from(["lock", "tag", "key"])
HOLDERS = st.sampled_from(["olle", "moa", "lars", "siri", "laban"])


class ByProviders(Machine):
    """Ordering, mounting, handing over, visiting, opening."""

    def coordinator(self, who: int, by: str) -> str:
        """The coordinator who sees the client, as a rule; else the one who was drawn."""
        theirs = [name for name in COORDINATOR.values() if self.client(who) in seen(self.town, name)]
        return theirs[0] if theirs and who % 4 != 3 else COORDINATOR[by]

    # -- orders

    @rule(who=CLIENTS, by=PROVIDERS, number=WHICH, presence=st.sampled_from(["none", "carer"]))
    def installation_ordered(self, who: int, by: str, number: int, presence: str) -> None:
        told = {"client": self.client(who), "locksmith": FIRM, "reason": "x", "presence": presence}
        self.tries(self.coordinator(who, by), "order_installation", **told, door=self.door(number))

    @rule(who=CLIENTS, by=PROVIDERS, number=WHICH)
    def removal_ordered(self, who: int, by: str, number: int) -> None:
        told = {"client": self.client(who), "locksmith": FIRM, "door": self.door(number)}
        self.tries(self.coordinator(who, by), "order_removal", **told)

    @rule(who=CLIENTS, by=PROVIDERS, number=WHICH)
    def repair_ordered(self, who: int, by: str, number: int) -> None:
        told = {"client": self.client(who), "locksmith": FIRM, "fault": "jammed", "door": self.door(number)}
        self.tries(self.coordinator(who, by), "order_repair", **told)

    @rule(number=WHICH, presence=st.sampled_from(["none", "carer", None]), days=st.integers(0, 3))
    def booked(self, number: int, presence: str | None, days: int) -> None:
        starts = self.town.at(13) + timedelta(days=days)
        hours = {"starts": starts, "ends": starts + timedelta(hours=1)}
        self.tries("laban", "book_order", order=self.order(number), **hours, presence=presence)

    @rule(number=WHICH)
    def in_vain(self, number: int) -> None:
        self.tries("laban", "report_failure", order=self.order(number), code="nobody_home")

    @rule(number=WHICH, serial=st.none() | LOCK, other=st.sampled_from(["", "L3"]))
    def work_reported(self, number: int, serial: str | None, other: str) -> None:
        order = self.order(number)
        row = Order.objects.filter(number=order).first()
        kind = row.kind if row else "installation"
        more = {"replaced_by": other} if kind == "repair" else {}
        told = serial or (self.at_the_door(row) if row else None) or "L1"
        self.tries("laban", f"report_{kind}", order=order, serial=told, **more)

    def at_the_door(self, order: Order) -> str | None:
        hangs = Holding.objects.filter(kind="door", holder=order.door_id, until=None)
        return hangs.values_list("thing__number", flat=True).first()

    @rule(who=CLIENTS, by=HOME_CARE, number=WHICH, serial=LOCK)
    def gets_a_lock(self, who: int, by: str, number: int, serial: str) -> None:
        """The whole way at once, as far as it goes: few random orders of acts come to a lock that is linked."""
        told = {"client": self.client(who), "locksmith": FIRM, "reason": "x", "door": self.door(number)}
        ordered = self.tries(self.coordinator(who, by), "order_installation", **told)
        if ordered is not None:
            self.tries("laban", "report_installation", order=ordered.answer["order"], serial=serial)
            self.tries("siri", "link_lock", client=self.client(who), serial=serial)

    @rule(number=WHICH, reason=st.sampled_from(["care_ended", "care_again", "cannot_be_fitted"]))
    def order_cancelled(self, number: int, reason: str) -> None:
        self.tries("siri", "cancel_order", order=self.order(number), reason=reason)

    # -- things

    @rule(
        who=CLIENTS, by=HOME_CARE, tag=TAG, act=st.sampled_from(["place_tag", "take_tag", "tell_tag_fetched"])
    )
    def tag_handed_over(self, who: int, by: str, tag: str, act: str) -> None:
        self.tries(COORDINATOR[by], act, client=self.client(who), tag=tag)

    @rule(who=CLIENTS, by=HOME_CARE, act=st.sampled_from(["receive_key", "return_key"]), number=WHICH)
    def key_handed_over(self, who: int, by: str, act: str, number: int) -> None:
        key = self.key(number) if number else f"{self.client(who)}-1"
        told = {"client": self.client(who), "key": key, "signed": "nobody"}
        more = {"door": self.door(number)} if act == "receive_key" else {}
        self.tries(COORDINATOR[by], act, **told, **more)

    @rule(kind=KINDS, number=WHICH, by=HOLDERS, to=PROVIDERS | st.just(FIRM))
    def offered(self, kind: str, number: int, by: str, to: str) -> None:
        told = {"kind": kind, "numbers": [self.thing(kind, number)]}
        self.tries(by, "offer_things", **told, to=to, agreed=True)

    @rule(kind=KINDS, number=WHICH, by=HOLDERS, act=st.sampled_from(["accept_things", "withdraw_offer"]))
    def offer_answered(self, kind: str, number: int, by: str, act: str) -> None:
        self.tries(by, act, kind=kind, numbers=[self.thing(kind, number)])

    @rule(kind=KINDS, number=WHICH, by=HOLDERS)
    def lost(self, kind: str, number: int, by: str) -> None:
        self.tries(by, "report_lost", kind=kind, number=self.thing(kind, number))

    @rule(kind=KINDS, number=WHICH, by=HOLDERS, who=CLIENTS)
    def found_again(self, kind: str, number: int, by: str, who: int) -> None:
        of: dict[str, Any] = {"client": self.client(who)} if kind == "key" else {}
        self.tries(by, "report_found", kind=kind, number=self.thing(kind, number), **of)

    @rule(kind=KINDS, by=HOLDERS)
    def counted(self, kind: str, by: str) -> None:
        self.tries(by, "count_stock", kind=kind, numbers=[self.thing(kind, 0)])

    def thing(self, kind: str, number: int) -> str:
        numbers = Thing.objects.filter(kind=kind).order_by("number").values_list("number", flat=True)
        return self.one_of(list(numbers), number, "none")

    def key(self, number: int) -> str:
        return self.thing("key", number)

    # -- visits, doors

    @rule(who=CLIENTS, by=HOME_CARE, days_late=st.integers(0, 3))
    def visited(self, who: int, by: str, days_late: int) -> None:
        arrived = self.town.now - timedelta(days=days_late, hours=1)
        values = {"client": self.client(who), "arrived": arrived, "by": "hand", "reason": "forgotten"}
        self.tries(COORDINATOR[by], "register_visit", **values)

    @rule(who=CLIENTS, by=HOME_CARE, serial=LOCK)
    def door_opened(self, who: int, by: str, serial: str) -> None:
        self.tries(CARER[by], "open_door", client=self.client(who), serial=serial)

    # -- by hand

    @rule(number=WHICH)
    def notice_read(self, number: int) -> None:
        notice, who = self.open_duty(number, "notice")
        self.tries(who, "read_notice", notice=notice)

    @rule(number=WHICH)
    def attested(self, number: int) -> None:
        duty, who = self.open_duty(number, "duty")
        self.tries(who, "attest", duty=duty)

    @rule(who=CLIENTS, by=HOME_CARE)
    def looked_at(self, who: int, by: str) -> None:
        self.tries(COORDINATOR[by], "look_at_home", client=self.client(who))
