# SPDX-License-Identifier: EUPL-1.2
"""Every act of the register: a refusal that changes nothing, a correct preview, the act itself, its repeat.

A new act needs an example in `EXAMPLES` of its own test module, or here: this test fails until it has one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.acts.examples import ActExample, Values, registered_examples
from tests.town import ALARM, CODE, EAST, ELSEWHERE, FIRM, MEADOW, OFFICE, OTHER_FIRM, Town, acted, snapshot
from troskel.acts.chapters import CHAPTERS, REGISTER
from troskel.duties import routines
from troskel.duties.mailing import compose
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, KeyReused
from troskel.journal.models import Line
from troskel.outbox import email_delivery
from troskel.outbox import queries as outbox
from troskel.outbox.worker import Worker
from troskel.people.roles import Actor, ActorKind
from troskel.routine.vocabulary import EVENTS
from troskel.simulator.people import identity_number

HOME = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": "1201"}
PERIOD = {"valid_from": "2026-03-02", "valid_through": "2026-03-30"}


def client_values(**more: Any) -> Callable[[Town], Values]:
    return lambda town: {"client": town.new_client(), **more}


def client_with_lock(**more: Any) -> Callable[[Town], Values]:
    return lambda town: {"client": town.locked(), **more}


def client_with_tag(town: Town) -> Values:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    return {"client": client, "tag": "E1"}


def fetched_tag(town: Town) -> Values:
    values = client_with_tag(town)
    town.does("carin", "take_tag", **values)
    return values


def client_with_key(town: Town) -> Values:
    values = {"client": town.new_client(), "key": "1", "signed": "client"}
    town.does("carin", "receive_key", **values)
    return values


def client_without_care(town: Town) -> str:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    return client


def client_after_removal(town: Town) -> Values:
    client = client_without_care(town)
    town.removed(client)
    return {"client": client, "serial": "L1"}


def open_removal(town: Town) -> Values:
    ordered = town.does("olle", "order_removal", client=client_without_care(town), locksmith=FIRM)
    return {"order": ordered.answer["order"], "serial": "L1"}


def open_order(**more: Any) -> Callable[[Town], Values]:
    return lambda town: {"order": town.order(town.new_client()), **more}


def client_with_mounted_lock(town: Town) -> Values:
    client = town.new_client()
    town.mount(town.order(client))
    return {"client": client, "serial": "L1"}


def done_order(town: Town) -> str:
    order = town.order(town.new_client())
    town.mount(order)
    return order


def ended_month(town: Town) -> Values:
    """A client of another municipality had care in March; today is in April."""
    town.new_client(home_municipality=ELSEWHERE)
    town.until("2026-04-01")
    return {"month": "2026-03"}


def billed_month(town: Town) -> Values:
    town.does("olle", "bill_month", **ended_month(town))
    return {"month": "2026-03"}


def form(*steps: str) -> Callable[[Town], Values]:
    """A basis form that is made, and has gone these steps."""

    def made(town: Town) -> Values:
        (number,) = town.does("olle", "make_basis_forms", **billed_month(town)).answer["forms"]
        for step in steps:
            town.does("olle", f"{step}_basis_form", form=number)
        return {"form": number}

    return made


def wrong_link(town: Town) -> Values:
    """A home with two locks; the gate's is linked where the apartment's should be (case 12)."""
    client = town.client()
    door = town.door(client)
    gate = town.does("anna", "add_door", client=client, kind="gate", label="Grinden").answer["door"]
    town.consent(client, gate)
    town.grant(client)
    town.mount(town.order(client, door=door), "L1")
    town.mount(town.order(client, door=gate), "L2")
    town.link(client, "L2")
    return {"client": client, "wrong": "L2", "right": "L1"}


def client_with_gate(town: Town) -> Values:
    client = town.client()
    gate = town.does("anna", "add_door", client=client, kind="gate").answer["door"]
    return {"client": client, "door": gate}


def gate_with_consent(town: Town) -> Values:
    values = client_with_gate(town)
    town.consent(values["client"], values["door"])
    return values


def neighbours_gate(town: Town) -> Values:
    return client_with_gate(town) | {"client": town.client()}


def couple(town: Town) -> str:
    town.client(address=77)
    return town.client(address=77)


def repair(town: Town) -> Values:
    values = {"client": town.locked(), "locksmith": FIRM, "fault": "jammed"}
    ordered = town.does("olle", "order_repair", **values)
    return {"order": ordered.answer["order"], "serial": "L1", "replaced_by": "L2"}


def offered_thing(town: Town) -> Values:
    town.does("siri", "register_things", kind="tag", numbers=["T1"], organisation=OFFICE)
    values = {"kind": "tag", "numbers": ["T1"]}
    town.does("siri", "offer_things", **values, to=EAST)
    return values


def lost_thing(town: Town) -> Values:
    values = {"kind": "tag", "number": client_with_tag(town)["tag"]}
    town.does("carin", "report_lost", **values)
    return values


def protected_client(town: Town) -> Values:
    return {"client": town.new_client(protection="S"), "username": "carin"}


def entrusted_client(town: Town) -> Values:
    values = protected_client(town)
    town.does("siri", "entrust_client", **values)
    return values


def client_with_investigation(town: Town) -> Values:
    client = town.client()
    town.does("anna", "start_investigations", investigations=[{"client": client, "reference": "U1"}])
    return {"client": client, "investigation": "U1"}


def client_with_representative(town: Town) -> Values:
    values = {"client": town.client(), "kind": "guardian"}
    town.does("anna", "name_representative", **values, name="God Man")
    return values


def client_away(town: Town) -> Values:
    client = town.new_client()
    town.does("olle", "suspend_access", client=client, since=town.day(-1), reason="hospital")
    return {"client": client, "on": town.day(0)}


def refusing_client(town: Town) -> Values:
    client = town.new_client()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    return {"client": client, "way": "key"}


def open_visit(town: Town) -> Values:
    by_hand = {"by": "hand", "reason": "no_tag_yet"}
    town.does("carin", "arrive", client=town.new_client(), **by_hand)
    return by_hand


def allowed_opening(town: Town) -> Values:
    opening = town.does("carin", "open_door", client=town.locked(), serial="L1").answer["opening"]
    return {"opening": opening, "outcome": "opened", "battery": 90}


def client_with_alarm_care(town: Town) -> Values:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    return {"client": client}


def raised_alarm(town: Town) -> Values:
    return {"alarm": town.does("lars", "raise_alarm", **client_with_alarm_care(town)).answer["alarm"]}


def accepted_alarm(town: Town) -> Values:
    return {**raised_alarm(town), "outcome": "helped"}


def booking_hours(town: Town) -> Values:
    return {**open_order()(town), "starts": town.at(13), "ends": town.at(14), "presence": "carer"}


def attestable_duty(town: Town) -> Values:
    town.does("laban", "book_order", **booking_hours(town))
    town.now = town.at(15)
    return {"duty": town.the("P4.be_present").id}


def notice(town: Town) -> Values:
    town.new_client()
    return {"notice": town.the("A4.tell").id}


def decision(town: Town, ahead: int = 0) -> str:
    return town.grant(town.client(), to=None, begins=town.day(ahead))


def allocation(town: Town, ahead: int = 0) -> str:
    return f"F{town.grant(town.client(), begins=town.day(ahead))[1:]}"


def new_client(town: Town) -> Values:
    person = {"reference": "N1", "identity": identity_number(town.today.replace(year=1941), 981)}
    return {"clients": [{**person, "first_name": "Åsa", "last_name": "Ö", "address": HOME}]}


def unconfirmed_ending(town: Town) -> Values:
    client = town.client()
    reference = town.grant(client)
    town.does(
        "import",
        "end_decisions",
        endings=[{"reference": reference, "valid_through": town.day(0), "confirmed": False}],
    )
    return {"client": client}


def other_routine(town: Town) -> Values:
    text = routines.SHIPPED.read_text("utf-8").replace("days = 14", "days = 10")
    return {"text": text, "name": "2026-03-02"}


def proposal(town: Town) -> Values:
    return {"version": town.does("siri", "propose_routine", **other_routine(town)).answer["version"]}


def approval(town: Town) -> Values:
    return proposal(town) | {"in_force_from": town.day(1)}


def providers_duty(town: Town) -> Values:
    town.new_client()
    return {"duty": town.the("P1.order").id}


def taken_duty(town: Town) -> Values:
    values = providers_duty(town)
    town.does("olle", "take_duty", **values)
    return values


def deputy(town: Town) -> Values:
    return {"deputy": town.does("olle", "name_deputy", **DEPUTY).answer["deputy"]}


def token(town: Town) -> Values:
    return {"token": town.does("siri", "issue_token", label="x").answer["id"]}


def tomorrow(town: Town) -> Values:
    town.now += timedelta(days=1)
    return {"day": town.day(0)}


def client_of_another_municipality(town: Town) -> Values:
    town.actors["elsewhere"] = Actor.system(ELSEWHERE, ActorKind.IMPORT)
    return {"name": "Grannbyn", "valid_from": town.day(0)}


def night(town: Town) -> Values:
    line = {"file": "kunder.csv", "line": 17, "column": "personnummer", "reason": "the check digit is wrong"}
    return {"day": town.day(0), "unchanged": 3, "changes": {"allocate": 1}, "rejected": [line]}


def stop(town: Town) -> Values:
    return {"day": town.day(0), "digest": "d", "reasons": [{"kind": "moves", "file": "kunder.csv"}]}


def dead_client(town: Town) -> dict[str, Any]:
    client = town.locked()
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    return {"client": client}


def stopped_night(town: Town) -> Values:
    """A night that waits for an answer."""
    noted = town.does("import", "note_stop", **stop(town))
    return {"night": str(noted.answer["night"]), "release": True}


def failed_email(town: Town) -> Values:
    """An e-mail to organisations that no longer have an address."""
    for organisation in (EAST, OFFICE):
        town.does("siri", "change_organisation", organisation=organisation, email="")
    town.mount(town.order(town.new_client()))
    with town.standing():
        worker = Worker(email_delivery.email_handlers(compose, UnreachableCarrier()))
        while worker.run_once():
            pass
    return {"email": outbox.emails(CODE).get(parked_at__isnull=False).id}


class UnreachableCarrier:
    """A carrier that must not be called."""

    sender = "troskel@troskelby.example"

    def send(self, message: EmailMessage, to: str) -> None:
        raise AssertionError


def former_client(town: Town) -> Values:
    """A client whose care ended six years ago, with nothing open."""
    client = town.client()
    town.grant(client, to=None)
    town.end(client)
    town.days_pass(1)
    town.now = town.now.replace(year=town.now.year + 6)
    return {"kind": "free_text"}


def held_file(town: Town) -> Values:
    client = town.new_client()
    town.does("anna", "hold_file", client=client, reason="dispute")
    return {"client": client, "reason": "dispute"}


ORGANISATION = {"orgnr": "5560000969", "name": "Västra", "email": "v@x.example", "kind": "home_care"}
ACCOUNT = {"username": "nils", "name": "Nils N", "role": "carer", "organisation": EAST}
DEPUTY = {"deputy": "carin", "role": "provider", "valid_from": "2026-03-02"}
VISIT = {"arrived": "2026-03-02T07:00:00+01:00", "by": "hand", "reason": "no_tag_yet"}
NO_DECISION = {"reference": "no such", **PERIOD}
NO_END = {"reference": "no such", "valid_through": "2026-03-20"}

EXAMPLES = {
    # the municipality, its routine and its people
    "found_municipality": ActExample("elsewhere", client_of_another_municipality, "rule 6", by="demo"),
    "change_municipality": ActExample(
        "demo", lambda town: {"name": "Nya Tröskelby"}, "BadValue sender", {"sender": "nobody"}
    ),
    "note_engine": ActExample("demo", lambda town: {"engine": "0" * 64}, "D", again=True),
    "propose_routine": ActExample("siri", other_routine, "BadValue text", {"text": "nonsense"}),
    "withdraw_proposal": ActExample("siri", proposal, "D", again=True),
    "approve_routine": ActExample("maria", approval, "D", by="siri"),
    "begin_take_over": ActExample("import", lambda town: {"day": town.day(0)}, "rule 6", again=True),
    "finish_take_over": ActExample(
        "import", lambda town: {"day": town.day(0), "unknown": []}, "rule 7", by="siri"
    ),
    "settle_homes": ActExample("import", lambda town: {"homes": []}, "rule 7", by="siri"),
    "take_over_locks": ActExample("import", lambda town: {"locks": []}, "rule 7", by="olle"),
    "take_over_keys": ActExample("import", lambda town: {"keys": []}, "rule 7", by="olle"),
    "take_over_tags": ActExample("import", lambda town: {"tags": []}, "rule 7", by="olle"),
    "turn_the_day": ActExample("clock", tomorrow, "BadValue day", {"day": "2030-01-01"}),
    "register_organisations": ActExample(
        "siri", lambda town: {"organisations": [ORGANISATION]}, "A4", again=True
    ),
    "change_organisation": ActExample(
        "siri",
        lambda town: {"organisation": EAST, "email": "ny@ost.example"},
        "NotFound",
        {"organisation": "1"},
    ),
    "register_account": ActExample(
        "siri", lambda town: dict(ACCOUNT), "BadValue role", {"role": "locksmith"}
    ),
    "issue_token": ActExample("siri", lambda town: {"label": "x"}, "D", {"username": "olle"}),
    "note_token_use": ActExample("demo", token, "NotFound", {"token": str(new_id())}),
    "revoke_token": ActExample("siri", token, "NotFound", {"token": str(new_id())}),
    "register_things": ActExample(
        "siri",
        lambda town: {"kind": "tag", "numbers": ["T1", "T2"], "organisation": EAST},
        "rule 5",
        again=True,
    ),
    "note_beginning": ActExample(
        "import",
        lambda town: {
            "night": {"day": town.day(0), "digest": "", "after_line": 1, "unchanged": 0, "is_first": False}
        },
        "rule 7",
        by="siri",
    ),
    "note_night": ActExample("import", night, "rule 7", by="siri"),
    "note_stop": ActExample("import", stop, "rule 7", by="siri"),
    "answer_night": ActExample("siri", stopped_night, "A4", again=True),
    "send_email_again": ActExample("siri", failed_email, "rule 6", again=True),
    # clients and homes
    "register_clients": ActExample("anna", new_client, "A4", again=True),
    "change_clients": ActExample(
        "anna",
        lambda town: {"changes": [{"client": town.client(), "protection": "S"}]},
        "NotFound",
        {"changes": [{"client": "no such", "phone": "1"}]},
    ),
    "record_deaths": ActExample(
        "anna",
        lambda town: {"deaths": [{"client": town.locked(), "on": town.day(0)}]},
        "NotFound",
        {"deaths": [{"client": "no such", "on": None}]},
    ),
    "take_back_death": ActExample("anna", dead_client, "NotFound", {"client": "no such"}),
    "move_clients": ActExample(
        "anna",
        lambda town: {"moves": [{"client": town.locked(), "address": HOME, "on": town.day(0)}]},
        "NotFound",
        {"moves": [{"client": "no such", "address": HOME, "on": "2026-03-02"}]},
    ),
    "correct_addresses": ActExample(
        "anna",
        lambda town: {"clients": [{"client": town.client(), "address": HOME}]},
        "NotFound",
        {"clients": [{"client": "no such", "address": HOME}]},
    ),
    "propose_sharing": ActExample("import", lambda town: {"addresses": [HOME]}, "rule 7", by="olle"),
    "separate_home": ActExample(
        "anna",
        lambda town: {"client": couple(town), "apartment": "1002"},
        "BadValue apartment",
        {"apartment": "1001"},
    ),
    "let_door_serve": ActExample("anna", neighbours_gate, "NotFound", {"door": str(new_id())}),
    "record_consent": ActExample(
        "siri",
        lambda town: client_with_gate(town) | {"owner": "Brf Ängen", "way": "written"},
        "P1",
        again=True,
    ),
    "withdraw_consent": ActExample("siri", gate_with_consent, "P1", again=True),
    "name_representative": ActExample(
        "anna", client_values(kind="trustee", name="God Man"), "NotFound", {"client": "no such"}
    ),
    "dismiss_representative": ActExample("anna", client_with_representative, "A3", again=True),
    "entrust_client": ActExample("siri", protected_client, "rule 7", again=True),
    "end_entrustment": ActExample("siri", entrusted_client, "rule 7", again=True),
    "confirm_sharing": ActExample("anna", client_values(shared=True), "NotFound", {"client": "no such"}),
    "add_door": ActExample("anna", client_values(kind="gate"), "BadValue kind", {"kind": "window"}),
    # deciding
    "start_investigations": ActExample(
        "anna",
        lambda town: {"investigations": [{"client": town.client(), "reference": "U1"}]},
        "NotFound",
        {"investigations": [{"client": "no such", "reference": "U2"}]},
    ),
    "finish_investigation": ActExample("anna", client_with_investigation, "A8", again=True),
    "make_decisions": ActExample(
        "anna",
        lambda town: {
            "decisions": [{"client": town.client(), "reference": "B-1", "service": "home_care", **PERIOD}]
        },
        "NotFound",
        {"decisions": [{"client": "no such", "reference": "B-2", "service": "home_care", **PERIOD}]},
    ),
    "change_decisions": ActExample(
        "anna",
        lambda town: {"periods": [{"reference": decision(town), **PERIOD}]},
        "NotFound",
        {"periods": [NO_DECISION]},
    ),
    "end_decisions": ActExample(
        "anna",
        lambda town: {"endings": [NO_END | {"reference": decision(town)}]},
        "NotFound",
        {"endings": [NO_END]},
    ),
    "withdraw_decisions": ActExample(
        "anna", lambda town: {"references": [decision(town, 7)]}, "NotFound", {"references": ["no such"]}
    ),
    "supersede_decisions": ActExample(
        "import",
        lambda town: {"decisions": [{"reference": decision(town), "valid_through": None, "withdrawn": True}]},
        "rule 7",
        by="anna",
    ),
    "confirm_ending": ActExample("anna", unconfirmed_ending, "P6", again=True),
    "allocate": ActExample(
        "anna",
        lambda town: {
            "allocations": [{"decision": decision(town), "reference": "F-1", "organisation": EAST, **PERIOD}]
        },
        "NotFound",
        {"allocations": [{"decision": "no such", "reference": "F-2", "organisation": EAST, **PERIOD}]},
    ),
    "change_allocations": ActExample(
        "anna",
        lambda town: {"periods": [{"reference": allocation(town), **PERIOD}]},
        "NotFound",
        {"periods": [NO_DECISION]},
    ),
    "end_allocations": ActExample(
        "anna",
        lambda town: {"endings": [NO_END | {"reference": allocation(town)}]},
        "NotFound",
        {"endings": [NO_END]},
    ),
    "withdraw_allocations": ActExample(
        "anna", lambda town: {"references": [allocation(town, 7)]}, "NotFound", {"references": ["no such"]}
    ),
    "supersede_allocations": ActExample(
        "import",
        lambda town: {
            "allocations": [{"reference": allocation(town), "valid_through": None, "withdrawn": True}]
        },
        "rule 7",
        by="anna",
    ),
    "change_provider": ActExample(
        "anna",
        lambda town: {
            "client": town.locked(),
            "former": EAST,
            "provider": MEADOW,
            "on": town.day(7),
            "reference": "F-1",
        },
        "A4",
        {"provider": FIRM},
    ),
    "end_care": ActExample(
        "anna",
        client_with_lock(service="home_care", on="2026-03-02", reason="x"),
        "A7",
        {"service": "safety_alarm"},
    ),
    # informing
    "inform_client": ActExample("anna", client_values(way="oral"), "BadValue way", {"way": "sung"}),
    "tell_about_keys": ActExample("anna", client_values(), "NotFound", {"client": "no such"}),
    "confirm_understanding": ActExample("anna", client_values(), "rule 7", by="olle"),
    "record_refusal": ActExample("olle", client_values(reason="other", text="Nej."), "rule 7", by="carin"),
    "decide_way_in": ActExample("anna", refusing_client, "BadValue way", {"way": "window"}),
    "suspend_access": ActExample(
        "olle", client_values(since="2026-03-02", reason="hospital"), "A8", again=True
    ),
    "resume_access": ActExample("olle", client_away, "A8", again=True),
    # ordering and mounting
    "order_installation": ActExample("olle", client_values(locksmith=FIRM, reason="x"), "A1", {"reason": ""}),
    "order_removal": ActExample(
        "olle", lambda town: {"client": client_without_care(town), "locksmith": FIRM}, "P1", again=True
    ),
    "book_order": ActExample("laban", booking_hours, "BadValue ends", {"ends": "2026-03-02T12:00:00+01:00"}),
    "report_failure": ActExample("laban", open_order(code="nobody_home"), "BadValue code", {"code": "rain"}),
    "cancel_order": ActExample("olle", open_order(reason="mistake"), "L1", again=True),
    "report_installation": ActExample("laban", open_order(serial="L1"), "NotFound", {"serial": "L99"}),
    "report_removal": ActExample("laban", open_removal, "rule 2", {"serial": "L2"}),
    "order_repair": ActExample("olle", client_with_lock(locksmith=FIRM, fault="jammed"), "P1", again=True),
    "report_repair": ActExample("laban", repair, "rule 2", {"serial": "L2"}),
    "send_letter": ActExample(
        "siri", lambda town: {"order": done_order(town)}, "NotFound", {"order": "W-2026-0099"}
    ),
    "link_lock": ActExample("siri", client_with_mounted_lock, "rule 2", {"serial": "L2"}),
    "correct_link": ActExample("siri", wrong_link, "rule 2", {"right": "L3"}),
    "unlink_lock": ActExample("siri", client_after_removal, "S3", again=True),
    # things, visits, doors
    "place_tag": ActExample("carin", client_values(tag="E1"), "rule 5", {"tag": "M1"}),
    "take_tag": ActExample("carin", client_with_tag, "rule 5", {"tag": "E2"}),
    "tell_tag_fetched": ActExample("carin", fetched_tag, "NotFound", {"tag": "no such"}),
    "receive_key": ActExample(
        "carin", client_values(key="1", signed="client"), "NotFound", {"door": str(new_id())}
    ),
    "return_key": ActExample("carin", client_with_key, "NotFound", {"key": "no such"}),
    "register_visit": ActExample("carin", client_values(**VISIT), "BadValue reason", {"reason": "because"}),
    "register_visits": ActExample(
        "carin", lambda town: {"visits": [{"client": town.new_client(), **VISIT}]}, "NotFound", by="mikael"
    ),
    "arrive": ActExample(
        "carin", client_values(by="hand", reason="no_tag_yet"), "BadValue reason", {"reason": "because"}
    ),
    "depart": ActExample("carin", open_visit, "NotFound", by="mikael"),
    "open_door": ActExample("carin", client_with_lock(serial="L1"), "S2", {"serial": "L2"}),
    "offer_things": ActExample(
        "laban",
        lambda town: {"kind": "lock", "numbers": ["L1", "L2"], "to": OTHER_FIRM},
        "rule 5",
        again=True,
    ),
    "accept_things": ActExample("olle", offered_thing, "rule 5", again=True),
    "withdraw_offer": ActExample("siri", offered_thing, "rule 5", again=True),
    "report_lost": ActExample(
        "carin", lambda town: {"kind": "tag", "number": client_with_tag(town)["tag"]}, "rule 5", again=True
    ),
    "report_found": ActExample("olle", lost_thing, "rule 5", again=True),
    "count_stock": ActExample(
        "laban", lambda town: {"kind": "lock", "numbers": ["L1", "X9"]}, "rule 7", by="carin"
    ),
    # retention
    "blank_details": ActExample("siri", former_client, "BadValue kind", {"kind": "shoes"}),
    "hold_file": ActExample("anna", client_values(reason="dispute"), "D", again=True),
    "release_file": ActExample("anna", held_file, "D", again=True),
    "note_opening": ActExample("carin", allowed_opening, "NotFound", by="mikael"),
    "tell_fault": ActExample(
        "carin", client_with_lock(serial="L1", code="loose"), "BadValue code", {"code": "rusty"}
    ),
    "raise_alarm": ActExample("rut", client_with_alarm_care, "NotFound", {"client": "no such"}),
    "accept_alarm": ActExample("rut", raised_alarm, "NotFound", {"alarm": str(new_id())}),
    "rank_alarm": ActExample(
        "rut", lambda town: {**raised_alarm(town), "urgency": "urgent"}, "BadValue urgency", {"urgency": "x"}
    ),
    "close_alarm": ActExample("rut", accepted_alarm, "BadValue outcome", {"outcome": "fine"}),
    # another municipality's clients, month by month
    "bill_month": ActExample("olle", ended_month, "O2", {"month": "2026-04"}),
    "make_basis_forms": ActExample("olle", billed_month, "O3", {"month": "2026-02"}),
    "sign_basis_form": ActExample("olle", form(), "O3", again=True),
    "send_basis_form": ActExample("olle", form("sign"), "O3", again=True),
    "receive_basis_form": ActExample("siri", form("sign", "send"), "rule 7", by="olle"),
    # by hand
    "attest": ActExample("olle", attestable_duty, "NotFound", {"duty": str(new_id())}),
    "read_notice": ActExample("olle", notice, "NotFound", again=True),
    "take_duty": ActExample("olle", providers_duty, "rule 6", again=True),
    "assign_duty": ActExample(
        "olle", lambda town: {**providers_duty(town), "to": "carin"}, "NotFound", {"to": "moa"}
    ),
    "release_duty": ActExample("carin", taken_duty, "rule 6", again=True),
    "name_deputy": ActExample("olle", lambda town: dict(DEPUTY), "NotFound", {"deputy": "moa"}),
    "dismiss_deputy": ActExample("olle", deputy, "rule 7", by="moa"),
    "look_at_home": ActExample("carin", client_values(), "NotFound", {"client": "no such"}),
}

EXAMPLES |= registered_examples(Path(__file__).parent)


@pytest.mark.parametrize("name", sorted(REGISTER))
def test_refusal_preview_run_and_repeat(town: Town, name: str) -> None:
    assert name in EXAMPLES, (
        f"{name} is new: say in EXAMPLES of its test how it is done, and how it is refused"
    )
    use, act = EXAMPLES[name], REGISTER[name]
    values = use.values(town)
    if not use.again:
        town.refused(use.by or use.who, name, use.rule, **(values | use.wrong))
    preview = preview_without_change(town, use.who, name, values)
    keyed = town.actor(use.who).account is not None and not act.secret
    done = town.tries(use.who, name, values, **({"key": "once"} if keyed else {}))
    for field in ("opened", "closed", "mailed", "refused", "lines"):
        assert outcome_field(done, field) == outcome_field(preview, field), (
            f"the preview tells of {field} otherwise"
        )
    assert events(done.lines) <= set(act.writes)
    if keyed:
        check_repeat(town, use.who, name, values, msgspec.to_builtins(done))
    if use.again:
        town.refused(use.who, name, use.rule, **values)
    town.is_sound()


def preview_without_change(town: Town, who: str, name: str, values: Values) -> Any:
    before = acted()
    preview = town.tries(who, name, values, preview=True)
    assert acted() == before, f"the preview of {name} left something behind"
    assert preview.preview
    return preview


def check_repeat(town: Town, who: str, name: str, values: Values, first: Values) -> None:
    """The same key returns the first answer and changes nothing; with another request it is refused."""
    before = snapshot()
    assert msgspec.to_builtins(town.tries(who, name, values, key="once")) == first
    for other in ("attest", "read_notice"):
        with pytest.raises(KeyReused):
            town.tries(who, other, {OTHER[other]: str(new_id())}, key="once")
    assert snapshot() == before


OTHER = {"attest": "duty", "read_notice": "notice"}


def outcome_field(outcome: Any, field: str) -> Any:
    return msgspec.to_builtins(getattr(outcome, field))


def events(lines: list[int]) -> set[str]:
    return set(Line.objects.filter(kind="acts", number__in=lines).values_list("event", flat=True))


def test_every_example_is_of_a_registered_act() -> None:
    assert set(EXAMPLES) == set(REGISTER)


def test_every_act_has_a_docstring_and_a_paragraph() -> None:
    for act in REGISTER.values():
        assert act.meaning.endswith((".", ")", ":")), act.name
        assert act.paragraphs, act.name
        assert set(act.writes) <= EVENTS.keys(), act.name
        assert act.chapter in {chapter.__name__.rsplit(".", 1)[-1] for chapter in CHAPTERS}


def test_acts_never_call_acts(checkout: Any) -> None:
    """Acts are called by interfaces, one at a time; a guided act does its steps, which it names."""
    for act in REGISTER.values():
        used = set(act.body.__code__.co_names) & REGISTER.keys()
        assert used == set(act.consists_of), act.name


def test_the_system_has_no_keys(town: Town) -> None:
    with pytest.raises(BadValue, match=r"key\.no_account"):
        town.tries("import", "propose_sharing", {"addresses": [{"street": "Ängsvägen 1"}]}, key="x")


def test_secret_answers_are_not_stored(town: Town) -> None:
    with pytest.raises(BadValue, match=r"key\.answer_is_secret"):
        town.tries("siri", "issue_token", {"label": "x"}, key="x")


def test_keys_belong_to_their_account(town: Town) -> None:
    for who, client in (("olle", town.new_client(EAST)), ("moa", town.new_client(MEADOW))):
        town.tries(who, "order_installation", {"client": client, "locksmith": FIRM, "reason": "x"}, key="1")
    for length in (0, 201):
        if length:
            with pytest.raises(BadValue, match=r"key\.wrong_length"):
                town.tries("olle", "attest", {"duty": new_id()}, key="x" * length)


def test_refusals_are_not_stored(town: Town) -> None:
    client = town.new_client()
    values = {"client": client, "locksmith": FIRM}
    with pytest.raises(Exception, match="A1"):
        town.tries("olle", "order_installation", values, key="k")
    town.inform(client)
    first = town.tries("olle", "order_installation", values, key="k")
    assert town.tries("olle", "order_installation", values, key="k") == first


def test_unknown_and_missing_fields_are_named(town: Town) -> None:
    assert (
        town.refused("anna", "tell_about_keys", "BadValue colour", client="K1", colour="red").code
        == "value.unknown_field"
    )
    town.refused("anna", "inform_client", "BadValue way", client="K1")
    town.refused("anna", "make_decisions", "BadValue decisions[0].valid_from", decisions=[{
        "client": "K1", "reference": "B", "service": "home_care", "valid_from": "2026-02-30"}])  # fmt: skip


def test_future_occurrences_are_refused_and_late_ones_accepted(town: Town) -> None:
    client = town.new_client()
    town.days_pass(3, hour=9)
    with pytest.raises(BadValue, match=r"occurred\.in_the_future"):
        town.tries("anna", "tell_about_keys", {"client": client}, occurred=town.now + timedelta(hours=1))
    town.tries("anna", "tell_about_keys", {"client": client}, occurred=town.now - timedelta(days=3))
    line = Line.objects.order_by("-number").first()
    assert line is not None and line.occurred == town.now - timedelta(days=3) and line.recorded == town.now


# --- many at once: refused items leave no trace, the others stand


def test_refused_items_leave_no_trace_and_the_others_stand(town: Town) -> None:
    first, second = town.client(), town.client()
    decisions = [
        {"client": first, "reference": "B-1", "service": "home_care", **PERIOD},
        {"client": "no such", "reference": "B-2", "service": "home_care", **PERIOD},
        {
            "client": second,
            "reference": "B-3",
            "service": "home_care",
            **PERIOD,
            "valid_through": "2026-01-01",
        },
        {"client": second, "reference": "B-4", "service": "home_care", **PERIOD},
    ]
    made = town.does("anna", "make_decisions", decisions=decisions)
    assert made.answer == {"decisions": ["B-1", "B-4"]}
    assert [refused["item"] for refused in made.refused] == [1, 2]
    allocated = town.does(
        "anna",
        "allocate",
        allocations=[
            {"decision": "B-1", "reference": "F-1", "organisation": FIRM, **PERIOD},
            {"decision": "B-2", "reference": "F-2", "organisation": EAST, **PERIOD},
            {"decision": "B-4", "reference": "F-4", "organisation": EAST, **PERIOD},
        ],
    )
    assert allocated.answer == {"allocations": ["F-4"]}
    assert [(refused["item"], refused["rule"]) for refused in allocated.refused] == [
        (0, "A4"),
        (1, "decision"),
    ]
    town.is_sound()


def test_a_single_refused_item_refuses_the_act(town: Town) -> None:
    first = town.client()
    decision = {"client": first, "reference": "B-1", "service": "home_care", "valid_from": "2026-03-02"}
    town.refused(
        "anna",
        "make_decisions",
        "BadValue valid_through",
        decisions=[decision | {"valid_through": "2026-03-01"}],
    )
    town.does("anna", "make_decisions", decisions=[decision])
    assert (
        town.refused("anna", "make_decisions", "A4", decisions=[decision]).code
        == "decision.already_registered"
    )


def test_a_preview_shows_only_access_changes_in_sight(town: Town) -> None:
    client = town.locked()
    values = {"former": EAST, "provider": MEADOW, "on": town.day(7), "reference": "F-1"}
    preview = town.tries("anna", "change_provider", {"client": client, **values}, preview=True)
    values = json.loads(msgspec.json.encode(preview.access))
    assert {(row["organisation"], row["through_before"], row["through_after"]) for row in values} == {
        (EAST, "until further notice", town.day(6)),
        (MEADOW, None, "until further notice"),
    }
