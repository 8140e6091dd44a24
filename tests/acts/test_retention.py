# SPDX-License-Identifier: EUPL-1.2
"""Retention by kind and by act: due rows are erased and journaled, open or held ones are not, and the journal
still verifies."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.town import CODE, Town, snapshot
from troskel.care.models import Decision
from troskel.custody.models import Holding
from troskel.duties.models import Duty
from troskel.ground.models import Answer
from troskel.ground.refusals import NotAllowed, NotFound
from troskel.journal.models import Blanking, Detail, Line
from troskel.journal.verification import export, verify, verify_export
from troskel.orders.models import Order
from troskel.outbox.models import OutboxMessage
from troskel.people.models import ERASED, AccessNote, Client, Home, Identifier, Representative
from troskel.reading import client_record, retention
from troskel.retention import locations
from troskel.routine.retention import KINDS
from troskel.simulator.people import identity_number

FILE_KINDS = ("free_text", "names", "identity_numbers", "addresses", "decision_reasons", "representatives")
SIX_YEARS = 6


def years_pass(town: Town, years: int = SIX_YEARS) -> None:
    """Moves the clock by years. The days between are not turned, since nothing is due for these clients."""
    town.now = town.now.replace(year=town.now.year + years)


def former_client(town: Town, **values: Any) -> str:
    """A client whose care ended before it was carried out, with a reason and nothing open."""
    client = town.client(**values)
    town.does("anna", "name_representative", client=client, kind="guardian", name="God Man", phone="070")
    town.grant(client, to=None)
    town.end(client)
    town.days_pass(1)  # which moots the duties about the new client
    return client


def erase(town: Town, kind: str, **values: Any) -> dict[str, Any]:
    return town.does("siri", "blank_details", kind=kind, **values).answer


def erase_all(town: Town) -> dict[str, int]:
    return {kind: erase(town, kind)["blanked"] for kind in KINDS}


def client_row(client: str) -> Client:
    return Client.objects.select_related("home").get(reference=client)


def due_counts(town: Town, on: date | None = None) -> dict[str, int]:
    with town.standing():
        reading = retention.retention(town.actor("siri"), on or town.today)
    return {kind.id: kind.due for kind in reading.kinds}


def test_every_kind_of_the_plan_has_a_location() -> None:
    assert set(locations.LOCATIONS) == set(KINDS)


# --- the kinds


def test_free_text_is_erased_line_by_line(town: Town) -> None:
    client = former_client(town)
    (line,) = Line.objects.filter(client=client_row(client).id, event="decision.ended")
    assert Detail.objects.filter(line=line).exists()
    years_pass(town)
    assert erase(town, "free_text")["blanked"] == 1
    assert not Detail.objects.filter(line=line).exists()
    erasure = Line.objects.get(event="details.blanked")
    assert json.loads(erasure.body)["rows"] == [line.number]
    assert Blanking.objects.get().line_id == line.id


def test_names_are_erased_and_the_case_number_stays(town: Town) -> None:
    client = former_client(town)
    case = client_row(client).case_number
    years_pass(town)
    assert erase(town, "names")["blanked"] == 1
    client_after = client_row(client)
    assert (
        client_after.first_name,
        client_after.last_name,
        client_after.phone,
        client_after.case_number,
    ) == ("", ERASED, "", case)
    assert client_after.is_erased
    with town.standing():
        reading = client_record.record(town.actor("anna"), case)
    assert reading.blanked
    assert reading.person is not None
    assert reading.person.last_name == "[gallrad]"


def test_current_and_former_identity_numbers_are_erased(town: Town) -> None:
    client = former_client(town)
    changed = identity_number(date(1931, 7, 8), 985)
    town.does("anna", "change_clients", changes=[{"client": client, "identity": changed}])
    years_pass(town)
    assert erase(town, "identity_numbers")["blanked"] == 2
    assert set(Identifier.objects.values_list("number", flat=True)) == {ERASED}


def test_addresses_are_erased_when_no_other_file_remains(town: Town) -> None:
    alone = former_client(town)
    ended, stays = former_client(town, address=77), town.new_client(address=77)
    years_pass(town)
    assert erase(town, "addresses")["blanked"] == 1
    home = client_row(alone).home
    assert (home.street, home.postcode, home.town, home.apartment) == (ERASED, "", "", "")
    assert home.address_key is None
    assert client_row(ended).home_id == client_row(stays).home_id
    assert client_row(stays).home.street == "Ängsvägen 77"


def test_former_addresses_are_erased(town: Town) -> None:
    client = former_client(town)
    former_home = client_row(client).home_id
    new = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": "1201"}
    town.does("anna", "move_clients", moves=[{"client": client, "address": new, "on": town.day(0)}])
    years_pass(town)
    assert erase(town, "addresses")["blanked"] == 2
    assert Home.objects.get(id=former_home).street == ERASED


def test_representatives_are_erased(town: Town) -> None:
    former_client(town)
    years_pass(town)
    assert erase(town, "representatives")["blanked"] == 1
    representative = Representative.objects.get()
    assert (representative.name, representative.phone, representative.kind) == (ERASED, "", "guardian")
    assert erase(town, "representatives")["blanked"] == 0


def test_decision_reasons_are_erased(town: Town) -> None:
    client = former_client(town)
    years_pass(town)
    assert erase(town, "decision_reasons")["blanked"] == 1
    decision = Decision.objects.get(client__reference=client)
    assert (decision.reason, decision.ending) == (ERASED, "confirmed")


def test_key_receipts_are_erased_two_years_after_the_return(town: Town) -> None:
    client = town.new_client()
    for act in ("receive_key", "return_key"):
        town.does("carin", act, client=client, key="1", signed="client")
    signed = Holding.objects.filter(thing__number="1").exclude(given_by=None, taken_by=None)
    count = signed.count()
    assert count
    years_pass(town, 2)
    town.now -= timedelta(days=1)
    assert erase(town, "key_receipts")["blanked"] == 0
    town.now += timedelta(days=1)
    assert erase(town, "key_receipts")["blanked"] == count
    assert not signed.exists()
    assert Holding.objects.get(thing__number="1", until=None).holder == client_row(client).id


def test_receipts_of_keys_still_out_stay(town: Town) -> None:
    town.does("carin", "receive_key", client=town.new_client(), key="1", signed="client")
    years_pass(town)
    erase(town, "key_receipts")
    holding = Holding.objects.get(thing__number="1", until=None)
    assert holding.taken_by_id == town.actor("carin").account


def test_sent_emails_are_deleted_after_their_time(town: Town) -> None:
    town.locked()
    town.locked(serial="L2")
    sent, waiting = OutboxMessage.objects.order_by("put_at", "id")[:2]
    OutboxMessage.objects.filter(id=sent.id).update(done_at=town.now)
    town.now += timedelta(days=90)
    assert erase(town, "emails")["blanked"] == 1
    assert not OutboxMessage.objects.filter(id=sent.id).exists()
    assert OutboxMessage.objects.filter(id=waiting.id).exists()


def test_answers_are_deleted_after_thirty_days(town: Town) -> None:
    client = town.new_client()
    town.tries("anna", "tell_about_keys", {"client": client}, key="k")
    town.now += timedelta(days=29)
    assert erase(town, "answers")["blanked"] == 0
    town.now += timedelta(days=1)
    assert erase(town, "answers")["blanked"] == 1
    assert not Answer.objects.exists()


# --- when


def test_a_file_is_due_five_years_after_its_last_entry_and_not_a_day_before(town: Town) -> None:
    client = former_client(town)
    years_pass(town, 1)
    town.does("anna", "tell_about_keys", client=client)
    years_pass(town, 5)
    town.now -= timedelta(days=1)
    assert erase(town, "names")["blanked"] == 0
    assert due_counts(town, town.today + timedelta(days=1))["names"] == 1
    town.now += timedelta(days=1)
    assert erase(town, "names")["blanked"] == 1


@pytest.mark.parametrize(
    ("born", "number", "is_exempt"),
    [
        (date(1931, 3, 5), "", True),
        (date(1931, 3, 15), "", True),
        (date(1931, 3, 25), "", True),
        (date(1931, 3, 6), "", False),
        (date(1931, 3, 4), "", False),
    ],
)
def test_files_of_research_birth_days_are_exempt(
    town: Town, born: date, number: str, is_exempt: bool
) -> None:
    client = former_client(town, identity=identity_number(born, 985))
    years_pass(town)
    blanked = erase_all(town)
    assert {blanked[kind] for kind in FILE_KINDS} == ({0} if is_exempt else {1})
    assert client_row(client).is_erased is not is_exempt


def test_coordination_numbers_hold_the_day_of_birth_too(town: Town) -> None:
    client = former_client(town)
    Identifier.objects.filter(client__reference=client).update(number="193103759812")
    years_pass(town)
    assert erase(town, "names")["blanked"] == 0
    Identifier.objects.filter(client__reference=client).update(number="193103769812")
    assert erase(town, "names")["blanked"] == 1


def test_the_legal_basis_of_the_day_decides_the_time(
    town: Town, checkout: Path, tmp_path: Path, settings: Any
) -> None:
    shipped = (checkout / "routines" / "troskelby" / "retention-2025-07-01.toml").read_text("utf-8")
    changed = shipped.replace("valid_from = 2025-07-01\nkeep = { years = 5 }",
                              "valid_from = 2025-07-01\nvalid_through = 2028-03-01\nkeep = { years = 5 }\n"
                              "[[basis]]\nid = \"personal_file\"\nsfs = \"2028:1\"\nvalid_from = 2028-03-02\n"
                              "text = { sv = \"Ny lag\", en = \"New law\" }\nkeep = { years = 1 }")  # fmt: skip
    (tmp_path / "retention-2025-07-01.toml").write_text(changed, "utf-8")
    settings.TROSKEL_RETENTION = str(tmp_path)
    former_client(town)
    town.now = town.now.replace(year=2028, month=3, day=1)
    assert erase(town, "names")["blanked"] == 0
    town.now += timedelta(days=1)
    assert erase(town, "names")["blanked"] == 1
    body = json.loads(Line.objects.get(event="details.blanked").body)
    assert (body["basis"], body["kind"], body["count"]) == ("2028:1", "names", 1)


# --- what is never due


def dead_client(town: Town, client: str) -> str:
    """Records the client's death, and returns the client."""
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    return client


def client_with_endless_decision(town: Town) -> str:
    client = town.client()
    town.grant(client, to=None)
    return client


def client_with_open_duty(town: Town) -> str:
    client = former_client(town)
    home = client_row(client).home
    Duty.objects.create(
        municipality_id=CODE, kind="duty", paragraph="P7", ask="fetch", version="", home=home, role="provider",
        client=client_row(client), opened=town.today)  # fmt: skip
    return client


def client_with_key_out(town: Town) -> str:
    client = town.new_client()
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.end(client)
    return close_duties(dead_client(town, client))


def client_with_tag(town: Town) -> str:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    return close_duties(dead_client(town, client))


def client_with_link(town: Town) -> str:
    return close_duties(dead_client(town, town.locked()))


def client_with_order(town: Town) -> str:
    client = town.new_client()
    town.order(client)
    return close_duties(dead_client(town, client))


def close_duties(client: str) -> str:
    """Closes all duties, so that they are not what exempts the file."""
    Duty.objects.filter(state="open").update(state="moot", closed=date(2026, 3, 2))
    return client


OPEN: dict[str, Callable[[Town], str]] = {
    "a decision without end": client_with_endless_decision,
    "an open duty": client_with_open_duty,
    "a key with a provider": client_with_key_out,
    "a tag with the client": client_with_tag,
    "a link": client_with_link,
    "an order": client_with_order,
}


@pytest.mark.parametrize("what", OPEN)
def test_a_file_with_something_open_is_never_due(town: Town, what: str) -> None:
    client = OPEN[what](town)
    before = Detail.objects.count()
    for years in (6, 50):
        years_pass(town, years)
        blanked = erase_all(town)
        assert {kind: blanked[kind] for kind in FILE_KINDS} == dict.fromkeys(FILE_KINDS, 0)
    assert not client_row(client).is_erased
    assert Detail.objects.count() == before


@pytest.mark.parametrize("through", [None, 0, 1, 400])
@pytest.mark.parametrize("service", ["home_care", "safety_alarm"])
def test_a_client_with_care_is_never_erased(town: Town, service: str, through: int | None) -> None:
    """Whatever the last entry: care that goes on today, or later, keeps the file."""
    begins = town.day(0)
    years_pass(town)
    last = town.day(through) if through is not None else None
    years_pass(town, -SIX_YEARS)
    client = town.client()
    town.grant(client, to=None, service=service, begins=begins, through=last)
    years_pass(town)
    close_duties(client)
    assert all(erase(town, kind)["blanked"] == 0 for kind in FILE_KINDS)
    if last is not None:
        town.now += timedelta(days=(through or 0) + 1)
        assert erase(town, "names")["blanked"] == 1


def test_an_endless_decision_of_a_dead_client_does_not_exempt(town: Town) -> None:
    client = dead_client(town, client_with_endless_decision(town))
    years_pass(town)
    close_duties(client)
    assert erase(town, "names")["blanked"] == 1


# --- holding


def test_a_held_file_is_not_due_until_it_is_released_for_every_reason(town: Town) -> None:
    client = former_client(town)
    for reason in ("dispute", "inspection"):
        town.does("anna", "hold_file", client=client, reason=reason)
    years_pass(town)
    assert {due_counts(town)[kind] for kind in FILE_KINDS} == {0}
    town.does("siri", "release_file", client=client, reason="dispute")
    assert erase(town, "names")["blanked"] == 0
    town.does("siri", "release_file", client=client, reason="inspection")
    assert erase(town, "names")["blanked"] == 1
    town.is_sound()


def test_a_held_file_exempts_its_key_receipts(town: Town) -> None:
    client = town.new_client()
    for act in ("receive_key", "return_key"):
        town.does("carin", act, client=client, key="1", signed="client")
    town.does("anna", "hold_file", client=client, reason="dispute")
    years_pass(town)
    assert erase(town, "key_receipts")["blanked"] == 0


def test_hold_file_twice_and_release_file_without_a_hold_are_refused(town: Town) -> None:
    client = former_client(town)
    town.refused("anna", "release_file", "D", client=client, reason="dispute")
    town.does("anna", "hold_file", client=client, reason="dispute")
    town.refused("siri", "hold_file", "D", client=client, reason="dispute")
    town.refused("siri", "hold_file", "BadValue reason", client=client, reason="laziness")
    town.refused("olle", "hold_file", "rule 7", client=client, reason="inspection")


# --- the act


def test_blank_details_previews_works_in_batches_and_repeats_safely(town: Town) -> None:
    for _ in range(5):
        former_client(town)
    years_pass(town)
    foreseen = town.tries("siri", "blank_details", {"kind": "names", "limit": 2}, preview=True)
    assert foreseen.answer == erase(town, "names", limit=2)
    assert (foreseen.answer["blanked"], foreseen.answer["remain"]) == (2, 3)
    assert due_counts(town)["names"] == 3
    for blanked, remain in ((2, 1), (1, 0)):
        answer = erase(town, "names", limit=2)
        assert (answer["blanked"], answer["remain"]) == (blanked, remain)
    before = snapshot()
    assert erase(town, "names") == {"kind": "names", "on": town.day(0), "blanked": 0, "remain": 0}
    assert snapshot() == before


def test_blank_details_of_every_kind_leaves_a_sound_town(
    town: Town,
) -> None:
    client = town.locked()
    town.does("anna", "name_representative", client=client, kind="guardian", name="God Man")
    town.does("olle", "write_access_note", client=client, text="1234")
    town.does("carin", "place_tag", client=client, tag="E1")
    for act in ("receive_key", "return_key"):
        town.does("carin", act, client=client, key="1", signed="client")
    for act in ("take_tag", "tell_tag_fetched"):
        town.does("carin", act, client=client, tag="E1")
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    for number in Order.objects.values_list("number", flat=True):
        town.does("siri", "send_letter", order=number)
    OutboxMessage.objects.update(done_at=town.now)
    assert town.names(client) == []
    years_pass(town)
    blanked = erase_all(town)
    assert all(blanked[kind] for kind in KINDS if kind != "answers"), blanked
    town.is_sound()
    before = snapshot()
    assert set(erase_all(town).values()) == {0}
    assert snapshot() == before
    dump = json.dumps(before, ensure_ascii=False)
    for secret in ("Öman", "Åke", "Ängsvägen", "070-99", "särskilt boende", "bråttom", "God Man"):
        assert secret not in dump, secret


def test_blank_details_matches_the_counts_of_the_chain(town: Town) -> None:
    for _ in range(3):
        former_client(town)
    years_pass(town)
    erase(town, "free_text", limit=2)
    erase(town, "free_text", limit=2)
    verdict = verify(CODE)
    assert verdict.is_sound
    bodies = [json.loads(line.body) for line in Line.objects.filter(event="details.blanked")]
    assert verdict.blanked == sum(body["count"] for body in bodies) == 3
    written = io.StringIO()
    export(CODE, to=written, details=True)
    written.seek(0)
    outside = verify_export(written)
    assert (outside.is_sound, outside.blanked) == (True, 3)


def test_only_blank_details_can_delete_a_detail(town: Town) -> None:
    former_client(town)
    with pytest.raises(DatabaseError, match="retention alone"), transaction.atomic():
        Detail.objects.all().delete()
    assert Detail.objects.exists()


def test_blank_details_for_a_day_ahead_or_before_the_plan_is_refused(town: Town) -> None:
    town.refused("siri", "blank_details", "BadValue on", kind="names", on=town.day(1))
    assert (
        town.refused("siri", "blank_details", "D", kind="names", on="2025-06-30").code == "retention.no_plan"
    )
    town.refused("siri", "blank_details", "BadValue limit", kind="names", limit=0)
    town.refused("anna", "blank_details", "rule 7", kind="names")


def test_blank_details_with_an_invalid_plan_is_refused(town: Town, tmp_path: Path, settings: Any) -> None:
    settings.TROSKEL_RETENTION = str(tmp_path)
    (tmp_path / "retention-2025-07-01.toml").write_text("[header]\n", "utf-8")
    refused = town.refused("siri", "blank_details", "D", kind="names")
    assert refused.code == "retention.unusable"
    assert "retention-2025-07-01.toml:1: header id: is missing" in str(refused.values["faults"])


def test_blank_details_makes_a_constant_number_of_queries(town: Town) -> None:
    for number in range(1, 5):
        client, key, cared_for = former_client(town), f"key {number}", town.new_client()
        town.tries("anna", "tell_about_keys", {"client": client}, key=key)
        for act in ("receive_key", "return_key"):
            town.does("carin", act, client=cared_for, key=key, signed="client")
        town.mount(town.order(cared_for), f"L{number}")
        AccessNote.objects.create(
            home_id=client_row(client).home_id, municipality_id="0999", text=f"kod {number}"
        )
    OutboxMessage.objects.update(done_at=town.now)
    years_pass(town)
    for kind in KINDS:
        taken = []
        for limit in (1, 100):
            with CaptureQueriesContext(connection) as queries:
                blanked = erase(town, kind, limit=limit)["blanked"]
            assert blanked == 1 if limit == 1 else blanked >= 3
            taken.append(len([query for query in queries if "SAVEPOINT" not in query["sql"]]))
        assert taken[0] == taken[1] <= 12, kind


# --- reading


def test_reading_a_detail_is_journaled(town: Town) -> None:
    client = former_client(town)
    line = Line.objects.get(client=client_row(client).id, event="decision.ended")
    with town.standing():
        reading = retention.detail(town.actor("anna"), line.number)
        assert reading.detail == {"reason": "särskilt boende"}
        read = Line.objects.filter(kind="reads").latest("number")
        assert (read.event, read.client) == ("detail.read", client_row(client).id)
        with pytest.raises(NotAllowed):
            retention.detail(town.actor("olle"), line.number)
        with pytest.raises(NotFound):  # sight would refuse the role, too
            retention.detail.function(town.actor("olle"), line.number)
    years_pass(town)
    erase(town, "free_text")
    with town.standing():
        reading = retention.detail(town.actor("anna"), line.number)
    assert reading.detail is None
    assert reading.blanked is not None


def test_future_due_rows_can_be_listed(town: Town) -> None:
    former_client(town)
    assert due_counts(town)["names"] == 0
    assert due_counts(town, town.today.replace(year=2031))["names"] == 1
