# SPDX-License-Identifier: EUPL-1.2
"""Suggested acts by the event that fulfils a duty, with known values filled in (used by `offers/duty_actions.py`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from troskel.duties.queries import DutyFacts
from troskel.ground import clock
from troskel.routine import client_state
from troskel.routine.facts import AllocationFacts, ClientFacts, DecisionFacts, DoorFacts, HomeFacts
from troskel.routine.model import Ask


class Suggestion(NamedTuple):
    """An act towards fulfilling a duty. `missing`: values that the person gives; `is_final`: the act fulfils it.

    `list_field`: name of a plural act's list, where `values` is its only item; empty for other acts.
    """

    act: str
    values: dict[str, Any]
    missing: tuple[str, ...] = ()
    list_field: str = ""
    is_final: bool = True

    def with_answers(self, **answers: Any) -> dict[str, Any]:
        """Returns the act's values completed with the person's answers, ready for `REGISTER[act].perform`."""
        values = {**self.values, **answers}
        return {self.list_field: [values]} if self.list_field else values


class DutyContext(NamedTuple):
    """A duty and the facts that suggestions are made from."""

    duty: DutyFacts
    ask: Ask
    about: Mapping[str, Any]
    home: HomeFacts
    client: ClientFacts | None
    door: DoorFacts | None
    names: Names

    @property
    def case(self) -> str:
        """The client's case number; for a duty about a home, that of a client who lives there."""
        client_id = self.client.client if self.client else min(self.home.clients, default=None)
        return self.names.cases.get(client_id, "") if client_id else ""

    @property
    def day_after(self) -> date:
        """The day after the decision's last."""
        return date.fromisoformat(self.about["through"]) + timedelta(days=1)


class Names(NamedTuple):
    """Numbers and references by id."""

    cases: Mapping[UUID, str]
    things: Mapping[UUID, str]
    decisions: Mapping[UUID, str]
    allocations: Mapping[UUID, str]
    organisations: Mapping[UUID, str]


# -- informing the client: A1, A2, A3


def _inform(context: DutyContext) -> Iterator[Suggestion]:
    for way in ("oral", "written"):
        if context.client and way not in context.client.informed:
            yield Suggestion("inform_client", {"client": context.case, "way": way})


def _tell_about_keys(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("tell_about_keys", {"client": context.case})


def _confirm_understanding(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("confirm_understanding", {"client": context.case})
    yield Suggestion("record_refusal", {"client": context.case}, missing=("reason",))


def _decide_way_in(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("decide_way_in", {"client": context.case}, ("way",))


# -- decisions and allocations: A4, A8


def _decide(context: DutyContext) -> Iterator[Suggestion]:
    """Make the next decision, start an investigation, or end the care as planned (A8)."""
    client, old = context.client, context.names.decisions.get(UUID(context.about["decision"]))
    service = context.about["service"]
    if client is None or old is None or client_state.decided(client, service, context.day_after):
        return
    following = {"client": context.case, "replaces": old}
    period = {"service": service, "valid_from": context.day_after.isoformat()}
    yield Suggestion("make_decisions", {**following, **period}, ("reference", "valid_through"), "decisions")
    yield Suggestion("start_investigations", following, ("reference",), "investigations", is_final=False)
    ending = {"client": context.case, "service": service, "on": context.about["through"]}
    yield Suggestion("end_care", ending, ("reason",))


def _change_decision(context: DutyContext) -> Iterator[Suggestion]:
    client, decision = context.client, UUID(context.about["decision"])
    if client is None or client_state.decided(client, context.about["service"], context.day_after):
        return
    period = {"valid_from": client.decisions[decision].begins.isoformat()}
    values = {"reference": context.names.decisions[decision], **period}
    yield Suggestion("change_decisions", values, ("valid_through",), "periods")


def _allocate(context: DutyContext) -> Iterator[Suggestion]:
    """Allocate a new decision to a provider (A4), or a following one to the client's present provider (A8)."""
    if context.client is None:
        return
    decision, before = _to_allocate(context, context.client)
    if decision is None:
        return
    decision_facts = context.client.decisions[decision]
    values = {"decision": context.names.decisions[decision], **_period(decision_facts)}
    if before is None:
        yield Suggestion("allocate", values, ("reference", "organisation"), "allocations")
        return
    values["organisation"] = context.names.organisations[before.organisation]
    yield Suggestion("allocate", values, ("reference",), "allocations")


def _to_allocate(context: DutyContext, client: ClientFacts) -> tuple[UUID | None, AllocationFacts | None]:
    """Returns the decision to allocate, and the allocation before it (None: a new decision, or none before)."""
    if "decision_allocated" in context.ask.done_when:
        return UUID(context.about["decision"]), None
    day, service = context.day_after, context.about["service"]
    before = [
        allocation
        for allocation in client.allocations.values()
        if allocation.service == service and client_state.first_day(client, allocation) < day
    ]
    waiting = (
        (decision.begins, identifier)
        for identifier, decision in client.decisions.items()
        if decision.service == service
        and client_state.first_day(client, decision) <= day <= client_state.last_day(client, decision)
    )
    latest = max(
        before,
        key=lambda allocation: (client_state.last_day(client, allocation), allocation.begins),
        default=None,
    )
    return max(waiting, default=(None, None))[1], latest


def _change_allocation(context: DutyContext) -> Iterator[Suggestion]:
    """Give the allocation the same days as its changed decision (A8)."""
    if context.client is None:
        return
    for identifier, allocation in context.client.allocations.items():
        decision = context.client.decisions.get(allocation.decision)
        if decision is None or allocation.service != context.about["service"] or allocation.through is None:
            continue
        if decision.begins < context.day_after <= client_state.last_day(context.client, decision):
            values = {"reference": context.names.allocations[identifier], **_period(decision)}
            yield Suggestion("change_allocations", values, (), "periods")


def _period(decision: DecisionFacts) -> dict[str, str | None]:
    through = decision.through.isoformat() if decision.through else None
    return {"valid_from": decision.begins.isoformat(), "valid_through": through}


# -- orders: P1, P4, P6 and L1


def _order_installation(context: DutyContext) -> Iterator[Suggestion]:
    """Order for the duty's client or, if that one has another provider or has refused, for another client of the home.

    No suggestion where the provider has no such client.
    """
    client = _provider_client(context)
    if client is None or context.door is None:
        return
    informed = set(client.informed) >= {"oral", "written"} and client.told_about_keys and client.understood
    left = ("locksmith",) if informed else ("locksmith", "reason")
    case = context.names.cases[client.client]
    yield Suggestion("order_installation", {"client": case, "door": str(context.door.door)}, left)


def _provider_client(context: DutyContext) -> ClientFacts | None:
    organisation, today = context.duty.organisation_id, clock.today()
    own = [client for client in context.home.clients.values() if client.own]
    served_clients = [
        client
        for client in own
        if not client.refused and organisation in client_state.providers_of(client, today)
    ]
    return context.client if context.client in served_clients else next(iter(served_clients), None)


def _order_removal(context: DutyContext) -> Iterator[Suggestion]:
    if context.door is not None:
        yield Suggestion(
            "order_removal", {"client": context.case, "door": str(context.door.door)}, ("locksmith",)
        )


def _record_consent(context: DutyContext) -> Iterator[Suggestion]:
    if context.door is not None:
        yield Suggestion(
            "record_consent", {"client": context.case, "door": str(context.door.door)}, ("owner", "way")
        )


def _order_repair(context: DutyContext) -> Iterator[Suggestion]:
    if context.door is not None:
        at = {"door": str(context.door.door), "fault": context.door.fault}
        yield Suggestion("order_repair", {"client": context.case, **at}, ("locksmith",))


def _cancel_order(context: DutyContext) -> Iterator[Suggestion]:
    kind = "removal" if "not removal_ordered" in context.ask.done_when else "installation"
    for order in client_state.open_orders(context.door, kind) if context.door else ():
        yield Suggestion(
            "cancel_order", {"order": order.number, "reason": _cancellation_reason(context, kind)}
        )


def _cancellation_reason(context: DutyContext, kind: str) -> str:
    if kind == "removal":
        return "care_again"
    return "client_refused" if context.client and context.client.refused else "care_ended"


def _report_installation(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("report_installation", {"order": context.about["number"]}, ("serial",))
    yield from _before_report(context)


def _report_removal(context: DutyContext) -> Iterator[Suggestion]:
    yield from _report_at_lock(context, "report_removal")


def _report_repair(context: DutyContext) -> Iterator[Suggestion]:
    yield from _report_at_lock(context, "report_repair")


def _report_at_lock(context: DutyContext, act: str) -> Iterator[Suggestion]:
    locks = [context.door.lock] if context.door else [door.lock for door in context.home.doors.values()]
    serials = [context.names.things[lock] for lock in locks if lock]
    serial = {"serial": serials[0]} if len(serials) == 1 else {}
    yield Suggestion(act, {"order": context.about["number"], **serial}, () if serial else ("serial",))
    yield from _before_report(context)


def _before_report(context: DutyContext) -> Iterator[Suggestion]:
    if context.duty.role != "locksmith":  # those who are only present (P4) do not book
        return
    order = {"order": context.about["number"]}
    yield Suggestion("book_order", order, ("starts", "ends", "presence"), is_final=False)
    yield Suggestion("report_failure", order, ("code",), is_final=False)


def _send_letter(context: DutyContext) -> Iterator[Suggestion]:
    """Send the client's letter about the mounted or removed lock (S1, S3)."""
    yield Suggestion("send_letter", {"order": context.about["number"]})


# -- another municipality's clients: O2, O3


def _bill_month(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("bill_month", {"month": context.about["month"]})


def _send_form(context: DutyContext) -> Iterator[Suggestion]:
    """Make the month's forms, then sign and send each."""
    yield Suggestion("make_basis_forms", {"month": context.about["month"]}, is_final=False)
    yield Suggestion("sign_basis_form", {}, ("form",), is_final=False)
    yield Suggestion("send_basis_form", {}, ("form",))


def _receive_form(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("receive_basis_form", {"form": context.about["form_number"]})


# -- links, tags and keys: S2, S3 and P2, P3, P5, P7


def _link(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion(
        "link_lock", {"client": context.case, "serial": context.names.things[UUID(context.about["lock"])]}
    )


def _unlink(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion(
        "unlink_lock", {"client": context.case, "serial": context.names.things[UUID(context.about["lock"])]}
    )


def _hand_over_tag(context: DutyContext) -> Iterator[Suggestion]:
    if "tag_with_client" in context.ask.done_when:
        yield Suggestion("place_tag", {"client": context.case}, ("tag",))
    elif context.client:
        for tag, owner in context.client.tags.items():
            if owner == context.duty.organisation_id:
                yield Suggestion("take_tag", {"client": context.case, "tag": context.names.things[tag]})


def _tell_tag_fetched(context: DutyContext) -> Iterator[Suggestion]:
    tag = context.names.things[UUID(context.about["tag"])]
    yield Suggestion("tell_tag_fetched", {"client": context.case, "tag": tag})


def _hand_over_key(context: DutyContext) -> Iterator[Suggestion]:
    organisation = context.duty.organisation_id
    if organisation is None:
        return
    if "provider_has_every_key" in context.ask.done_when:
        for door in client_state.doors_without_key(context.home, organisation):
            yield Suggestion("receive_key", {"client": context.case, "door": str(door)}, ("key", "signed"))
        return
    for door_facts in context.home.doors.values():
        for key, key_facts in door_facts.keys.items():
            if key_facts.organisation == organisation and key_facts.client in context.home.clients:
                values = {"client": context.case, "key": context.names.things[key]}
                yield Suggestion("return_key", values, ("signed",))


def _look_at_home(context: DutyContext) -> Iterator[Suggestion]:
    yield Suggestion("look_at_home", {"client": context.case})


SUGGESTIONS_BY_EVENT: dict[str, Callable[[DutyContext], Iterable[Suggestion]]] = {
    "client.informed": _inform,
    "client.told_about_keys": _tell_about_keys,
    "client.understood": _confirm_understanding,
    "way_in.decided": _decide_way_in,
    "decision.made": _decide,
    "decision.changed": _change_decision,
    "allocation.made": _allocate,
    "allocation.changed": _change_allocation,
    "installation.ordered": _order_installation,
    "removal.ordered": _order_removal,
    "consent.given": _record_consent,
    "repair.ordered": _order_repair,
    "order.cancelled": _cancel_order,
    "installation.reported": _report_installation,
    "removal.reported": _report_removal,
    "repair.reported": _report_repair,
    "letter.sent": _send_letter,
    "month.billed": _bill_month,
    "basis_form.sent": _send_form,
    "basis_form.received": _receive_form,
    "link.made": _link,
    "link.removed": _unlink,
    "tag.handed_over": _hand_over_tag,
    "tag.return_told": _tell_tag_fetched,
    "key.handed_over": _hand_over_key,
    "home.looked_at": _look_at_home,
}
"""By the event that fulfils a duty: a function from its context to suggested acts."""
