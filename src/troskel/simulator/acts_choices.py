# SPDX-License-Identifier: EUPL-1.2
"""Which acts are tried in a household: those offered beside duties, and some that change it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding, Offer
from troskel.ground import clock
from troskel.offers.duty_actions import suggestions
from troskel.orders.models import Order
from troskel.people.models import Account, Client, Organisation
from troskel.people.roles import Actor, ActorKind
from troskel.simulator.acts_household import Copies, ProofStep, filled, open_duties, owner_of

ELSEWHERE = {"street": "Nygatan 1", "postcode": "999 10", "town": "Tröskelby", "apartment": "1101"}


def choices(copies: Copies) -> Iterator[ProofStep]:
    """The acts that are tried: those offered beside duties, and some that change the household."""
    today = clock.day_of(copies.now)
    soon = today + timedelta(days=3)
    yield ProofStep("", "", {}, 1)
    yield ProofStep("", "", {}, 14)
    with clock.frozen_at(copies.now):
        rows = open_duties(copies)
        ways = suggestions(Actor.system(copies.municipality, ActorKind.DEMO), [row.id for row in rows])
    for row in rows:
        who = owner_of(copies, row)
        for way in ways.get(row.id, []) if who else ():
            yield ProofStep(who or "", way.act, filled(copies, row, way))
    yield from _of_clients(copies, today, soon)
    for decision in Decision.objects.filter(municipality=copies.municipality, withdrawn=False):
        period = {"reference": decision.reference, "valid_from": str(decision.valid_from)}
        yield ProofStep("anna", "change_decisions", {"periods": [{**period, "valid_through": str(soon)}]})
    for allocation in Allocation.objects.filter(municipality=copies.municipality, withdrawn=False):
        ending = {"reference": allocation.reference, "valid_through": str(today), "reason": "x"}
        for confirmed in (True, False):
            yield ProofStep("anna", "end_allocations", {"endings": [{**ending, "confirmed": confirmed}]})
    yield from _of_things(copies)
    yield from _of_organisations(copies, soon)


def _of_clients(copies: Copies, today: date, soon: date) -> Iterator[ProofStep]:
    for client in Client.objects.filter(
        municipality=copies.municipality, died=None, merged_into=None
    ).order_by("case_number"):
        case = client.case_number
        yield ProofStep("anna", "record_deaths", {"deaths": [{"client": case, "on": str(today)}]})
        yield ProofStep(
            "anna", "change_clients", {"changes": [{"client": case, "home_municipality": "0998"}]}
        )
        yield ProofStep("anna", "record_refusal", {"client": case, "reason": "does_not_want"})
        yield ProofStep("anna", "suspend_access", {"client": case, "since": str(today), "reason": "hospital"})
        for service in ("home_care", "safety_alarm"):
            for on in (today, soon):
                values = {"client": case, "service": service, "on": str(on), "reason": "x"}
                yield ProofStep("anna", "end_care", values)
            made = {"client": case, "service": service, "valid_from": str(today + timedelta(days=1))}
            reference = f"X{service[0]}{copies.now:%m%d%H%M}"
            yield ProofStep("anna", "make_decisions", {"decisions": [{**made, "reference": reference}]})
        yield from _of_homes(case, today, soon)
    cases = list(
        Client.objects.filter(municipality=copies.municipality, merged_into=None)
        .order_by("case_number")
        .values_list("case_number", flat=True)
    )
    for other in cases[1:]:
        said = {"same_person": True, "numbers_differ": True}
        yield ProofStep("anna", "merge_clients", {"client": cases[0], "other": other} | said)


def _of_homes(case: str, today: date, soon: date) -> Iterator[ProofStep]:
    """A planned move, one that is called off, special housing, and an absence beside another."""
    yield ProofStep("anna", "plan_move", {"client": case, "address": ELSEWHERE, "on": str(soon)})
    yield ProofStep("anna", "call_off_move", {"client": case})
    yield ProofStep("anna", "move_to_special_housing", {"client": case, "on": str(today)})
    away = {"client": case, "since": str(soon), "through": str(soon + timedelta(days=3)), "reason": "away"}
    yield ProofStep("anna", "suspend_access", away)
    yield ProofStep("anna", "resume_access", {"client": case, "on": str(today)})


def _of_things(copies: Copies) -> Iterator[ProofStep]:
    for order in Order.objects.filter(municipality=copies.municipality, state__in=("placed", "booked")):
        yield ProofStep("siri", "cancel_order", {"order": order.number, "reason": "not_needed"})
    lost = Holding.objects.filter(municipality=copies.municipality, until=None, thing_kind__in=("key", "tag"))
    for holding in (
        lost.exclude(kind="lost").select_related("thing").exclude(thing_kind="tag", kind="organisation")
    ):
        yield ProofStep("siri", "report_lost", {"kind": holding.thing_kind, "number": holding.thing.number})
    offers = Offer.objects.filter(municipality=copies.municipality, outcome="").select_related(
        "thing", "receiver"
    )
    for offer in offers.order_by("thing__number"):
        who = _coordinator(copies, offer.receiver.orgnr)
        yield ProofStep(who, "accept_things", {"kind": "key", "numbers": [offer.thing.number]})


def _of_organisations(copies: Copies, soon: date) -> Iterator[ProofStep]:
    """A provider offers its key to another, loses a carer, or passes everything on and closes."""
    providers = Organisation.objects.filter(municipality=copies.municipality, kind="home_care").order_by(
        "orgnr"
    )
    first = providers.filter(allocations__withdrawn=False).order_by("allocations__reference").first()
    second = providers.exclude(id=first.id).last() if first is not None else None
    if first is None or second is None:
        return
    keys = Holding.objects.filter(thing_kind="key", kind="organisation", holder=first.id, until=None)
    for number in keys.order_by("thing__number").values_list("thing__number", flat=True)[:1]:
        values = {"kind": "key", "numbers": [number], "to": second.orgnr, "agreed": True}
        yield ProofStep(_coordinator(copies, first.orgnr), "offer_things", values)
    yield ProofStep("siri", "close_account", {"username": "carin"})
    passing = {
        "organisation": first.orgnr,
        "successor": second.orgnr,
        "on": str(soon),
        "reason": "bankruptcy",
    }
    yield ProofStep("siri", "succeed_organisation", {**passing, "reference": f"S{copies.now:%m%d%H%M}"})


def _coordinator(copies: Copies, orgnr: str) -> str:
    accounts = Account.objects.filter(
        municipality=copies.municipality, organisation__orgnr=orgnr, role="coordinator"
    )
    return str(accounts.order_by("username").values_list("username", flat=True)[0]).partition("/")[2]
