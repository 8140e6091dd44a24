# SPDX-License-Identifier: EUPL-1.2
"""O2 and O3: a month of another municipality's client is billed, and its basis form made, signed, sent, received."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.town import CODE, EAST, ELSEWHERE, MEADOW, Town
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.duties.mailing import compose
from troskel.ground.clock import STOCKHOLM
from troskel.ground.refusal_texts import english
from troskel.journal.models import Line
from troskel.reading import billing

MARCH, APRIL_1 = "2026-03", date(2026, 4, 1)
MAX_QUERIES = 12
UNCOUNTED_STATEMENTS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def client_of_another_municipality(town: Town, to: str = EAST, **values: Any) -> str:
    """A client of another municipality, with home care from today."""
    return town.new_client(to, home_municipality=ELSEWHERE, **values)


def register_visit(town: Town, client: str, day: str, minutes: int | None = 30, who: str = "olle") -> None:
    arrived = datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=STOCKHOLM)
    departed = None if minutes is None else arrived + timedelta(minutes=minutes)
    values = {"arrived": arrived, "departed": departed, "by": "hand", "reason": "other_municipality"}
    town.does(who, "register_visit", client=client, **values)


def month_with_visits(town: Town, *minutes: int | None) -> str:
    """A client of East's with one visit per given length (minutes) in March; today is the first of April."""
    client = client_of_another_municipality(town)
    town.until("2026-03-20")
    for day, length in enumerate(minutes, start=3):
        register_visit(town, client, f"2026-03-{day:02}", length)
    town.until(APRIL_1)
    return client


def make_form(town: Town) -> str:
    """Makes a form, and returns its number."""
    month_with_visits(town, 30, 40)
    town.does("olle", "bill_month", month=MARCH)
    (form,) = town.does("olle", "make_basis_forms", month=MARCH).answer["forms"]
    return str(form)


def advance_form(town: Town, form: str, *steps: str) -> None:
    for step in steps:
        town.does("erik" if step == "receive" else "olle", f"{step}_basis_form", form=form)


def move(town: Town, client: str, street: str) -> None:
    address = {"street": street, "postcode": "99910", "town": "Byn"}
    town.does("anna", "move_clients", moves=[{"client": client, "address": address, "on": town.day(0)}])


def invoice_rows(town: Town, who: str = "erik", month: str = "") -> list[billing.ShownRow]:
    with town.standing():
        return billing.invoice_rows(town.actor(who), month)


# --- O2: the duty


def test_o2_an_ended_month_opens_a_duty_that_billing_fulfils(town: Town) -> None:
    client = month_with_visits(town, 30, None, 45)
    duty = town.the("O2.bill", client)
    assert town.owner("O2.bill") == ("provider", EAST)
    assert (duty.opened, duty.due) == (APRIL_1, date(2026, 4, 16)), "the tenth working day; Easter is free"
    billed = town.does("olle", "bill_month", month=MARCH)
    assert billed.answer["rows"] == [
        {"case": "2026-0001", "visits": 3, "minutes": 75, "without_departure": 1}
    ]
    assert town.the("O2.bill", client, "done").closed == APRIL_1
    town.is_sound()


def test_o2_no_duty_for_own_clients_or_the_current_month(town: Town) -> None:
    own, theirs = town.new_client(), client_of_another_municipality(town)
    town.until("2026-03-31")
    assert not town.duties("O2")
    town.until(APRIL_1)
    assert [duty.client.reference for duty in town.duties("O2")] == [theirs] != [own]


def test_o2_each_provider_bills_its_own_clients(town: Town) -> None:
    client = client_of_another_municipality(town)
    town.grant(client, MEADOW)
    town.until(APRIL_1)
    owners = {duty.organisation.orgnr for duty in town.duties("O2.bill", client)}
    assert owners == {EAST, MEADOW}
    town.does("olle", "bill_month", month=MARCH)
    assert [duty.organisation.orgnr for duty in town.duties("O2.bill", client)] == [MEADOW]
    town.does("moa", "bill_month", month=MARCH)
    assert not town.duties("O2.bill", client)
    assert {duty.organisation.orgnr for duty in town.duties("O3.send", client)} == {EAST, MEADOW}
    town.is_sound()


@pytest.mark.parametrize("how", ["died", "ended", "moved"])
def test_o2_death_ending_or_move_in_mid_month_still_bills_the_month(town: Town, how: str) -> None:
    client = client_of_another_municipality(town)
    town.until("2026-03-12")
    register_visit(town, client, "2026-03-10")
    if how == "died":
        town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    elif how == "ended":
        town.end(client)
    else:
        move(town, client, "Nygatan 9")
    town.until(APRIL_1)
    town.the("O2.bill", client)
    town.does("olle", "bill_month", month=MARCH)
    assert not town.duties("O2", client)
    (form,) = town.does("olle", "make_basis_forms", month=MARCH).answer["forms"]
    advance_form(town, form, "sign", "send", "receive")
    assert not town.duties("O3", client)
    town.until("2026-05-01")
    assert len(town.duties("O2.bill", client)) == (how == "moved"), (
        "April has care only where the client moved"
    )
    town.is_sound()


def test_o2_a_move_keeps_open_duties_and_reopens_none(town: Town) -> None:
    client = month_with_visits(town, 30)
    move(town, client, "Nygatan 9")
    town.the("O2.bill", client)
    town.does("olle", "bill_month", month=MARCH)
    town.days_pass(5)
    assert not town.duties("O2.bill", client)
    move(town, client, "Gågatan 1")
    town.days_pass(5)
    assert not town.duties("O2.bill", client)
    town.is_sound()


def test_o2_care_registered_late_opens_a_late_duty(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.until("2026-05-20")
    town.grant(client, begins="2026-03-15", through="2026-04-10")
    about = [json.loads(duty.about) for duty in town.duties("O2.bill", client)]
    assert sorted(body["month"] for body in about) == ["2026-03", "2026-04"]
    assert {duty.due for duty in town.duties("O2.bill", client)} == {date(2026, 5, 27)}, "five working days"
    town.is_sound()


def test_o2_withdrawn_care_moots_the_duty_and_a_change_to_own_client_does_not(town: Town) -> None:
    first, second = client_of_another_municipality(town), client_of_another_municipality(town)
    town.until(APRIL_1)
    ended = {"reference": "F2", "valid_through": "2026-03-31"}
    town.refused("anna", "withdraw_allocations", "A6", references=["F2"])
    town.does("anna", "end_allocations", endings=[ended])
    assert len(town.duties("O2.bill")) == 2, "care there was in March, all the same"
    town.does("anna", "change_clients", changes=[{"client": first, "home_municipality": CODE}])
    billed = {duty.client.reference for duty in town.duties("O2.bill")}
    assert billed == {first, second}, "March was another municipality's, for both"
    town.does("anna", "change_allocations", periods=[{"reference": "F4", "valid_from": "2026-04-01"}])
    assert [duty.client.reference for duty in town.duties("O2.bill")] == [first]
    town.is_sound()


def test_o2_a_client_who_changes_municipality_is_billed_from_then_on(town: Town) -> None:
    client = town.new_client()
    town.until("2026-05-10")
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": ELSEWHERE}])
    assert not town.duties("O2", client)
    town.until("2026-06-01")
    assert [duty.opened for duty in town.duties("O2.bill", client)] == [date(2026, 6, 1)]
    town.is_sound()


# --- O2: the row


def test_o2_a_month_without_visits_gives_a_zero_row(town: Town) -> None:
    client = month_with_visits(town)
    billed = town.does("olle", "bill_month", month=MARCH)
    assert billed.answer["rows"] == [{"case": "2026-0001", "visits": 0, "minutes": 0, "without_departure": 0}]
    assert not town.duties("O2.bill", client)


def test_o2_the_current_month_is_not_billed(town: Town) -> None:
    client_of_another_municipality(town)
    town.until("2026-03-31", hour=23)
    assert town.refused("olle", "bill_month", "O2", month=MARCH).code == "month.not_ended"
    town.until(APRIL_1)
    town.does("olle", "bill_month", month=MARCH)


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "mars", "", "2026-03-01", "0000-01", "9999-12"])
def test_o2_invalid_months_are_refused(town: Town, month: str) -> None:
    town.refused("olle", "bill_month", "BadValue month", month=month)
    town.refused("olle", "make_basis_forms", "BadValue month", month=month)


def test_o2_an_own_client_gets_no_row(town: Town) -> None:
    own = town.new_client()
    town.until("2026-03-10")
    register_visit(town, own, "2026-03-03")
    town.until(APRIL_1)
    assert town.refused("olle", "bill_month", "O2", month=MARCH).code == "month.nothing_to_bill"
    theirs = client_of_another_municipality(town)
    town.until("2026-05-01")
    town.does("olle", "bill_month", month="2026-04")
    assert [row.client.reference for row in InvoiceRow.objects.select_related("client")] == [theirs]


def test_o2_a_visit_counts_in_the_swedish_month_of_its_arrival(town: Town) -> None:
    client = client_of_another_municipality(town)
    town.until("2026-04-02")
    for arrived in ("2026-03-31T23:50+02:00", "2026-03-31T22:30+00:00"):
        begins = datetime.fromisoformat(arrived)
        values = {"departed": begins + timedelta(minutes=20), "by": "hand", "reason": "other_municipality"}
        town.does("olle", "register_visit", client=client, arrived=begins, **values)
    assert town.does("olle", "bill_month", month=MARCH).answer["rows"][0]["visits"] == 1


def test_o2_a_repeat_updates_the_row_until_the_form_is_signed(
    town: Town,
) -> None:
    client = month_with_visits(town, 30)
    first = town.does("olle", "bill_month", month=MARCH)
    before = InvoiceRow.objects.get()
    assert town.does("olle", "bill_month", month=MARCH).answer == first.answer
    assert InvoiceRow.objects.get().id == before.id
    register_visit(town, client, "2026-03-30", 15)
    assert [(row.visits, row.since) for row in invoice_rows(town, month=MARCH)] == [(1, 1)]
    assert town.does("olle", "bill_month", month=MARCH).answer["rows"][0]["minutes"] == 45
    assert [(row.visits, row.since) for row in invoice_rows(town, month=MARCH)] == [(2, 0)]
    town.is_sound()


def test_o2_a_visit_after_signing_changes_no_row_and_is_reported(town: Town) -> None:
    form = make_form(town)
    advance_form(town, form, "sign")
    assert town.does("olle", "bill_month", month=MARCH).answer["rows"][0]["visits"] == 2, (
        "the same is no change"
    )
    register_visit(town, "K1", "2026-03-30")
    refused = town.refused("olle", "bill_month", "O3", month=MARCH)
    differs = {"case": "2026-0001", "month": MARCH, "form_state": "signed", "more": 1}
    assert (refused.code, refused.values) == ("form.visits_differ", differs)
    assert "(+1)" in english(refused)
    assert [(row.visits, row.since) for row in invoice_rows(town, month=MARCH)] == [(2, 1)]
    assert not town.duties("O2.bill")


def test_o2_signed_rows_are_refused_and_the_others_billed(town: Town) -> None:
    first, second = client_of_another_municipality(town), client_of_another_municipality(town)
    town.until(APRIL_1)
    town.does("olle", "bill_month", month=MARCH)
    forms = town.does("olle", "make_basis_forms", month=MARCH).answer["forms"]
    advance_form(town, forms[0], "sign")
    for client in (first, second):
        register_visit(town, client, "2026-03-30")
    billed = town.does("olle", "bill_month", month=MARCH)
    assert [(refused["item"], refused["rule"]) for refused in billed.refused] == [(0, "O3")]
    assert [(row["case"], row["visits"]) for row in billed.answer["rows"]] == [("2026-0002", 1)]


def test_o2_billing_does_not_need_sight(town: Town) -> None:
    client = month_with_visits(town, 30)
    town.end(client)
    town.days_pass(120)
    values = {"arrived": town.at(7), "by": "hand", "reason": "other_municipality"}
    town.refused("olle", "register_visit", "rule 4", client=client, **values)
    assert town.does("olle", "bill_month", month=MARCH).answer["rows"][0]["visits"] == 1
    assert [(row.visits, row.since) for row in invoice_rows(town, "olle", MARCH)] == [(1, 0)]
    town.does("olle", "bill_month", month="2026-04")
    assert not town.duties("O2.bill", client)
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": CODE}])
    assert [(row.visits, row.since) for row in invoice_rows(town, "erik", MARCH)] == [(1, 0)]


def test_o2_rows_say_whether_they_are_billed_or_computed(town: Town) -> None:
    month_with_visits(town, 30)
    (row,) = invoice_rows(town)
    assert (row.month, row.visits, row.billed, row.form) == (MARCH, 1, None, None), (
        "last month is the default"
    )
    assert invoice_rows(town, "olle") == [row]
    assert invoice_rows(town, "moa") == []
    town.does("olle", "bill_month", month=MARCH)
    town.does("olle", "make_basis_forms", month=MARCH)
    (row,) = invoice_rows(town)
    assert row.billed is not None and row.form == "U-2026-0001"


# --- O3


def test_o3_a_form_through_all_its_states(town: Town) -> None:
    form = make_form(town)
    assert form == "U-2026-0001"
    assert (town.the("O3.send").due, town.owner("O3.send")) == (date(2026, 4, 16), ("provider", EAST))
    advance_form(town, form, "sign", "send")
    assert town.owner("O3.receive") == ("economist", None)
    assert town.the("O3.receive").due == date(2026, 4, 10), "five working days, with Easter between"
    assert not town.duties("O3.send")
    advance_form(town, form, "receive")
    assert not town.duties("O3")
    form_row = BasisForm.objects.get()
    assert (form_row.state, form_row.visits, form_row.minutes) == ("received", 2, 70)
    assert form_row.made < form_row.signed < form_row.sent < form_row.received  # type: ignore[operator]
    assert [form_row.signed_by.username, form_row.received_by.username] == [f"{CODE}/olle", f"{CODE}/erik"]  # type: ignore[union-attr]
    town.is_sound()


def test_o3_the_email_to_the_office_holds_form_month_and_case_only(town: Town) -> None:
    advance_form(town, make_form(town), "sign", "send")
    (mail,) = town.mails("O3")
    message = compose(mail)
    assert [to.address for to in message.to] == ["lasvred@office.example"]
    for part in ("2026-0001", "U-2026-0001", "2026-03", "O3"):
        assert part in message.text
    assert "Beställning" not in message.text
    for secret in ("Åke", "Öman", "Ängsvägen", "99910", "070", "Olle", "70"):
        assert secret not in message.text + message.subject


@pytest.mark.parametrize(
    ("steps", "wrong", "code"),
    [
        ((), "send", "form.behind"),
        ((), "receive", "form.behind"),
        (("sign",), "sign", "form.already_past"),
        (("sign",), "receive", "form.behind"),
        (("sign", "send"), "sign", "form.already_past"),
        (("sign", "send"), "send", "form.already_past"),
        (("sign", "send", "receive"), "receive", "form.already_past"),
        (("sign", "send", "receive"), "sign", "form.already_past"),
    ],
)
def test_o3_steps_are_taken_once_and_in_order(
    town: Town, steps: tuple[str, ...], wrong: str, code: str
) -> None:
    form = make_form(town)
    advance_form(town, form, *steps)
    who = "siri" if wrong == "receive" else "olle"
    assert town.refused(who, f"{wrong}_basis_form", "O3", form=form).code == code


def test_o3_a_form_needs_a_billed_row(town: Town) -> None:
    month_with_visits(town, 30)
    assert town.refused("olle", "make_basis_forms", "O3", month=MARCH).code == "month.not_billed"
    town.refused("moa", "make_basis_forms", "O3", month=MARCH)


def test_o3_a_signed_form_equals_the_row_and_the_visits(town: Town) -> None:
    form = make_form(town)
    register_visit(town, "K1", "2026-03-30")
    assert town.refused("olle", "sign_basis_form", "O3", form=form).code == "form.visits_changed"
    town.does("olle", "bill_month", month=MARCH)
    assert town.refused("olle", "sign_basis_form", "O3", form=form).code == "form.billed_anew"
    anew = town.does("olle", "make_basis_forms", month=MARCH)
    assert anew.answer["forms"] == [form], "the same form, the same number"
    advance_form(town, form, "sign")
    assert BasisForm.objects.get().visits == 3
    assert town.does("olle", "make_basis_forms", month=MARCH).answer["forms"] == [], "nothing to make"
    town.is_sound()


def test_o3_another_providers_form_is_not_found(town: Town) -> None:
    form = make_form(town)
    for step in ("sign", "send"):
        town.refused("moa", f"{step}_basis_form", "NotFound", form=form)
    town.refused("olle", "receive_basis_form", "rule 7", form=form)
    town.refused("erik", "receive_basis_form", "NotFound", form="U-2026-0099")


def test_o3_the_signed_document_is_stored_and_its_digest_journaled(town: Town) -> None:
    form = make_form(town)
    with town.standing():
        draft = billing.basis_form_document(town.actor("olle"), form)
    signed = town.does("olle", "sign_basis_form", form=form)
    town.does("siri", "change_organisation", organisation=EAST, name="Nya Öst")
    with town.standing():
        form_row = billing.basis_form_document(town.actor("erik"), form)
    assert form_row != draft
    digest = BasisForm.objects.get().digest
    assert digest == signed.answer["digest"]
    assert digest in Line.objects.get(event="basis_form.signed").body
    BasisForm.objects.update(pdf=draft)
    with town.standing(), pytest.raises(RuntimeError, match="otherwise than it was signed"):
        billing.basis_form_document(town.actor("erik"), form)


def test_o3_lines_and_answers_hold_no_name_or_address(town: Town) -> None:
    advance_form(town, make_form(town), "sign", "send", "receive")
    lines = Line.objects.filter(act__contains="basis_form") | Line.objects.filter(act="bill_month")
    bodies = " ".join(lines.values_list("body", flat=True))
    assert not [word for word in ("Åke", "Öman", "Ängsvägen", "Olle") if word in bodies]
    assert not lines.exclude(detail_hash="").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "signed"},
        {"state": "sent"},
        {"state": "received"},
        {"state": "lost"},
        {"sent": datetime(2026, 4, 1, tzinfo=STOCKHOLM)},
        {"digest": "x"},
        {"without_departure": 9},
        {"month": "2026-13"},
        {"visits": -1},
    ],
)
def test_o3_database_constraints_keep_a_forms_states_in_order(town: Town, wrong: dict[str, Any]) -> None:
    make_form(town)
    with pytest.raises(IntegrityError), transaction.atomic():
        BasisForm.objects.update(**wrong)


def test_o2_o3_acts_make_a_constant_number_of_queries(town: Town) -> None:
    for _ in range(6):
        client_of_another_municipality(town)
    town.until(APRIL_1)
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("olle", "bill_month", {"month": MARCH}),
        ("olle", "make_basis_forms", {"month": MARCH}),
        ("olle", "bill_month", {"month": MARCH}),
        ("olle", "sign_basis_form", {"form": "U-2026-0001"}),
        ("olle", "send_basis_form", {"form": "U-2026-0001"}),
        ("erik", "receive_basis_form", {"form": "U-2026-0001"}),
    ]
    for number, (who, act, values) in enumerate(steps):
        with CaptureQueriesContext(connection) as captured:
            town.tries(who, act, values, key=f"{number}")
        statements = [query["sql"] for query in captured.captured_queries]
        statements = [sql for sql in statements if not sql.startswith(UNCOUNTED_STATEMENTS)]
        assert len(statements) <= MAX_QUERIES, (act, statements)


def test_o2_every_time_as_anothers_client_is_remembered(town: Town) -> None:
    """Another's, ours, another's, ours, another's: the visits of the first days are billed still (rough seed 35)."""
    client = client_of_another_municipality(town)
    town.until("2026-03-04")
    register_visit(town, client, "2026-03-03", 30)
    for municipality in (CODE, ELSEWHERE, CODE, ELSEWHERE):
        town.days_pass(2)
        town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": municipality}])
    town.until(APRIL_1)
    (row,) = town.does("olle", "bill_month", month=MARCH).answer["rows"]
    assert row["visits"] == 1
    town.is_sound()
