# SPDX-License-Identifier: EUPL-1.2
"""By the event that fulfils a duty: the acts that write it, with what is known filled in (`offers/duty_actions.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.routine import standing
from troskel.routine.facts import AllocationFacts, ClientFacts, DecisionFacts, DoorFacts, HomeFacts
from troskel.routine.model import Ask


class Way(NamedTuple):
    """One act towards a duty's end. `left`: the values that the person gives; `ends` is false for a step on the way.

    `many` names the list of a plural act in which `values` is the one item.
    """

    act: str
    values: dict[str, Any]
    left: tuple[str, ...] = ()
    many: str = ""
    ends: bool = True

    def filled(self, **told: Any) -> dict[str, Any]:
        """The values of the act with what the person tells, ready for `REGISTER[act].perform`."""
        values = {**self.values, **told}
        return {self.many: [values]} if self.many else values


class Asked(NamedTuple):
    """A duty with what is known around it."""

    duty: Duty
    ask: Ask
    about: Mapping[str, Any]
    home: HomeFacts
    client: ClientFacts | None
    door: DoorFacts | None
    named: Named

    @property
    def case(self) -> str:
        """The case number of the client; for a duty about a home, of one who lives there."""
        found = self.client.client if self.client else min(self.home.clients, default=None)
        return self.named.cases.get(found, "") if found else ""

    @property
    def day_after(self) -> date:
        """The day after the decision's last."""
        return date.fromisoformat(self.about["through"]) + timedelta(days=1)


class Named(NamedTuple):
    """What people call things: numbers and references by id."""

    cases: Mapping[UUID, str]
    things: Mapping[UUID, str]
    decisions: Mapping[UUID, str]
    allocations: Mapping[UUID, str]
    organisations: Mapping[UUID, str]


# -- the client is told: A1, A2, A3


def _informed(asked: Asked) -> Iterator[Way]:
    for way in ("oral", "written"):
        if asked.client and way not in asked.client.informed:
            yield Way("inform_client", {"client": asked.case, "way": way})


def _told_about_keys(asked: Asked) -> Iterator[Way]:
    yield Way("tell_about_keys", {"client": asked.case})


def _understood(asked: Asked) -> Iterator[Way]:
    yield Way("confirm_understanding", {"client": asked.case})
    yield Way("record_refusal", {"client": asked.case}, left=("reason",))


def _way_in_decided(asked: Asked) -> Iterator[Way]:
    yield Way("decide_way_in", {"client": asked.case}, ("way",))


# -- decisions and allocations: A4, A8


def _decided(asked: Asked) -> Iterator[Way]:
    """The next decision; an investigation leads there; or the care is to end as planned (A8)."""
    client, old = asked.client, asked.named.decisions.get(UUID(asked.about["decision"]))
    service = asked.about["service"]
    if client is None or old is None or standing.decided(client, service, asked.day_after):
        return
    following = {"client": asked.case, "replaces": old}
    period = {"service": service, "valid_from": asked.day_after.isoformat()}
    yield Way("make_decisions", {**following, **period}, ("reference", "valid_through"), "decisions")
    yield Way("start_investigations", following, ("reference",), "investigations", ends=False)
    ending = {"client": asked.case, "service": service, "on": asked.about["through"]}
    yield Way("end_care", ending, ("reason",))


def _decision_changed(asked: Asked) -> Iterator[Way]:
    client, decision = asked.client, UUID(asked.about["decision"])
    if client is None or standing.decided(client, asked.about["service"], asked.day_after):
        return
    lasted = {"valid_from": client.decisions[decision].begins.isoformat()}
    values = {"reference": asked.named.decisions[decision], **lasted}
    yield Way("change_decisions", values, ("valid_through",), "periods")


def _allocated(asked: Asked) -> Iterator[Way]:
    """A new decision is given to a provider (A4); what follows another, to the one who had the client (A8)."""
    if asked.client is None:
        return
    decision, before = _to_allocate(asked, asked.client)
    if decision is None:
        return
    granted = asked.client.decisions[decision]
    values = {"decision": asked.named.decisions[decision], **_period(granted)}
    if before is None:
        yield Way("allocate", values, ("reference", "organisation"), "allocations")
        return
    values["organisation"] = asked.named.organisations[before.organisation]
    yield Way("allocate", values, ("reference",), "allocations")


def _to_allocate(asked: Asked, client: ClientFacts) -> tuple[UUID | None, AllocationFacts | None]:
    """The decision that waits for a provider, and the allocation before it."""
    if "decision_allocated" in asked.ask.done_when:
        return UUID(asked.about["decision"]), None
    day, service = asked.day_after, asked.about["service"]
    before = [
        a for a in client.allocations.values() if a.service == service and standing.first_day(client, a) < day
    ]
    waits = (
        (granted.begins, identifier)
        for identifier, granted in client.decisions.items()
        if granted.service == service
        and standing.first_day(client, granted) <= day <= standing.last_day(client, granted)
    )
    latest = max(before, key=lambda a: (standing.last_day(client, a), a.begins), default=None)
    return max(waits, default=(None, None))[1], latest


def _allocation_changed(asked: Asked) -> Iterator[Way]:
    """The allocation lasts as long as its decision, where that was given other days (A8)."""
    if asked.client is None:
        return
    for identifier, allocation in asked.client.allocations.items():
        decision = asked.client.decisions.get(allocation.decision)
        if decision is None or allocation.service != asked.about["service"] or allocation.through is None:
            continue
        if decision.begins < asked.day_after <= standing.last_day(asked.client, decision):
            values = {"reference": asked.named.allocations[identifier], **_period(decision)}
            yield Way("change_allocations", values, (), "periods")


def _period(granted: DecisionFacts) -> dict[str, str | None]:
    through = granted.through.isoformat() if granted.through else None
    return {"valid_from": granted.begins.isoformat(), "valid_through": through}


# -- orders: P1, P4, P6 and L1


def _installation_ordered(asked: Asked) -> Iterator[Way]:
    """For the client whom it is about; where that one is another provider's, or has refused, for another there.

    Where the provider has none (the one has moved, the other waits for a provider) there is no way for now.
    """
    client = _theirs(asked)
    if client is None or asked.door is None:
        return
    informed = set(client.informed) >= {"oral", "written"} and client.told_about_keys and client.understood
    left = ("locksmith",) if informed else ("locksmith", "reason")
    named = asked.named.cases[client.client]
    yield Way("order_installation", {"client": named, "door": str(asked.door.door)}, left)


def _theirs(asked: Asked) -> ClientFacts | None:
    organisation, today = asked.duty.organisation_id, clock.today()
    own = [client for client in asked.home.clients.values() if client.own]
    served = [
        client
        for client in own
        if not client.refused and organisation in standing.providers_of(client, today)
    ]
    return asked.client if asked.client in served else next(iter(served), None)


def _removal_ordered(asked: Asked) -> Iterator[Way]:
    if asked.door is not None:
        yield Way("order_removal", {"client": asked.case, "door": str(asked.door.door)}, ("locksmith",))


def _consented(asked: Asked) -> Iterator[Way]:
    if asked.door is not None:
        yield Way("record_consent", {"client": asked.case, "door": str(asked.door.door)}, ("owner", "way"))


def _repair_ordered(asked: Asked) -> Iterator[Way]:
    if asked.door is not None:
        at = {"door": str(asked.door.door), "fault": asked.door.fault}
        yield Way("order_repair", {"client": asked.case, **at}, ("locksmith",))


def _order_cancelled(asked: Asked) -> Iterator[Way]:
    kind = "removal" if "not removal_ordered" in asked.ask.done_when else "installation"
    for order in standing.open_orders(asked.door, kind) if asked.door else ():
        yield Way("cancel_order", {"order": order.number, "reason": _why_cancelled(asked, kind)})


def _why_cancelled(asked: Asked, kind: str) -> str:
    if kind == "removal":
        return "care_again"
    return "client_refused" if asked.client and asked.client.refused else "care_ended"


def _installation_reported(asked: Asked) -> Iterator[Way]:
    yield Way("report_installation", {"order": asked.about["number"]}, ("serial",))
    yield from _on_the_way_to_the_door(asked)


def _removal_reported(asked: Asked) -> Iterator[Way]:
    yield from _reported_at_a_lock(asked, "report_removal")


def _repair_reported(asked: Asked) -> Iterator[Way]:
    yield from _reported_at_a_lock(asked, "report_repair")


def _reported_at_a_lock(asked: Asked, act: str) -> Iterator[Way]:
    locks = [asked.door.lock] if asked.door else [door.lock for door in asked.home.doors.values()]
    serials = [asked.named.things[lock] for lock in locks if lock]
    serial = {"serial": serials[0]} if len(serials) == 1 else {}
    yield Way(act, {"order": asked.about["number"], **serial}, () if serial else ("serial",))
    yield from _on_the_way_to_the_door(asked)


def _on_the_way_to_the_door(asked: Asked) -> Iterator[Way]:
    if asked.duty.role != "locksmith":  # who is only to be present (P4) does not book
        return
    order = {"order": asked.about["number"]}
    yield Way("book_order", order, ("starts", "ends", "presence"), ends=False)
    yield Way("report_failure", order, ("code",), ends=False)


def _letter_sent(asked: Asked) -> Iterator[Way]:
    """The client hears by letter that the lock is there, or gone (S1, S3)."""
    yield Way("send_letter", {"order": asked.about["number"]})


# -- another municipality's clients: O2, O3


def _month_billed(asked: Asked) -> Iterator[Way]:
    yield Way("bill_month", {"month": asked.about["month"]})


def _form_sent(asked: Asked) -> Iterator[Way]:
    """The month's forms are made, and each is signed and sent."""
    yield Way("make_basis_forms", {"month": asked.about["month"]}, ends=False)
    yield Way("sign_basis_form", {}, ("form",), ends=False)
    yield Way("send_basis_form", {}, ("form",))


def _form_received(asked: Asked) -> Iterator[Way]:
    yield Way("receive_basis_form", {"form": asked.about["form_number"]})


# -- links, tags and keys: S2, S3 and P2, P3, P5, P7


def _linked(asked: Asked) -> Iterator[Way]:
    yield Way("link_lock", {"client": asked.case, "serial": asked.named.things[UUID(asked.about["lock"])]})


def _unlinked(asked: Asked) -> Iterator[Way]:
    yield Way("unlink_lock", {"client": asked.case, "serial": asked.named.things[UUID(asked.about["lock"])]})


def _tag_handed_over(asked: Asked) -> Iterator[Way]:
    if "tag_with_client" in asked.ask.done_when:
        yield Way("place_tag", {"client": asked.case}, ("tag",))
    elif asked.client:
        for tag, owner in asked.client.tags.items():
            if owner == asked.duty.organisation_id:
                yield Way("take_tag", {"client": asked.case, "tag": asked.named.things[tag]})


def _return_told(asked: Asked) -> Iterator[Way]:
    tag = asked.named.things[UUID(asked.about["tag"])]
    yield Way("tell_tag_fetched", {"client": asked.case, "tag": tag})


def _key_handed_over(asked: Asked) -> Iterator[Way]:
    organisation = asked.duty.organisation_id
    if organisation is None:
        return
    if "provider_has_every_key" in asked.ask.done_when:
        for door in standing.doors_without_key(asked.home, organisation):
            yield Way("receive_key", {"client": asked.case, "door": str(door)}, ("key", "signed"))
        return
    for door_facts in asked.home.doors.values():
        for key, held in door_facts.keys.items():
            if held.organisation == organisation and held.client in asked.home.clients:
                values = {"client": asked.case, "key": asked.named.things[key]}
                yield Way("return_key", values, ("signed",))


def _looked_at(asked: Asked) -> Iterator[Way]:
    yield Way("look_at_home", {"client": asked.case})


FULFILLING: dict[str, Callable[[Asked], Iterable[Way]]] = {
    "client.informed": _informed,
    "client.told_about_keys": _told_about_keys,
    "client.understood": _understood,
    "way_in.decided": _way_in_decided,
    "decision.made": _decided,
    "decision.changed": _decision_changed,
    "allocation.made": _allocated,
    "allocation.changed": _allocation_changed,
    "installation.ordered": _installation_ordered,
    "removal.ordered": _removal_ordered,
    "consent.given": _consented,
    "repair.ordered": _repair_ordered,
    "order.cancelled": _order_cancelled,
    "installation.reported": _installation_reported,
    "removal.reported": _removal_reported,
    "repair.reported": _repair_reported,
    "letter.sent": _letter_sent,
    "month.billed": _month_billed,
    "basis_form.sent": _form_sent,
    "basis_form.received": _form_received,
    "link.made": _linked,
    "link.removed": _unlinked,
    "tag.handed_over": _tag_handed_over,
    "tag.return_told": _return_told,
    "key.handed_over": _key_handed_over,
    "home.looked_at": _looked_at,
}
"""By the event that fulfils: the acts that write it, with what is known filled in."""
