# SPDX-License-Identifier: EUPL-1.2
"""The client's extract: every table and column about a client is in it, with who has read; and it is a read itself."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.apps import apps

from tests.town import ALARM, ELSEWHERE, Town
from tests.visits.signed_tag import SignedTag
from tests.web.test_act_forms import screen
from troskel.ground.refusals import NotAllowed, Refusal
from troskel.journal.models import Line
from troskel.people.models import Client, Home
from troskel.reading.client_extract import SECTIONS, TABLES, client_extract
from troskel.reading.client_record import record
from troskel.reading.phone import phone_list
from troskel.web.client import extract as pages

NOT_TOLD = {
    "journal.Line": "the sections log and reads",
    "duties.HomeState": "a copy of what the journal gives",
    "custody.Thing": "a column of those who hold it",
    "people.Door": "a column of the homes it serves",
    "custody.Offer": "between two organisations, of a key told as a thing",
}
"""Tables that lead to a client and are not a section of their own, and why."""
NOT_COLUMNS = {
    *(
        "id",
        "municipality",
        "client",
        "order",
        "sequence",
        "holder",
        "home",
        "door",
        "thing",
        "lock",
        "corrects",
    ),
    *("sort_key", "first_key", "grant", "alarm", "about", "version", "opened_line", "closed_line", "pdf"),
    "nonce",  # a random number of the lock
    *(
        "account",
        "accepted_by",
        "given_by",
        "taken_by",
        "made_by",
        "signed_by",
        "sent_by",
        "received_by",
        "billed_by",
    ),
    *("assessor", "person", "also_role", "also_organisation", "also_from", "merged_into", "decision"),
    *("organisation", "locksmith", "reviewed_by"),
    *("phone", "digest", "clash", "visit", "message"),
    *("key", "epoch", "acknowledged", "denied", "learnt", "line"),  # of the door protocol
}
"""Columns that are keys, orders of sorting, copies, or who of the staff did it (decision 105)."""


def rows(town: Town, who: str, case: str) -> dict[str, list[dict[str, Any]]]:
    with town.standing():
        return {section.name: section.rows for section in client_extract(town.actor(who), case).sections}


def lived_in(town: Town) -> str:
    """A client of whom much is known; gives the case number."""
    client = town.locked(last_name="Åberg")
    town.grant(client, ALARM, "safety_alarm")
    town.does("anna", "name_representative", client=client, kind="guardian", name="Gunnar God", phone="070")
    town.does("anna", "write_access_note", client=client, text="Kod 4711")
    town.does("carin", "receive_key", client=client, key="N-1", signed="client")
    town.does("carin", "place_tag", client=client, tag="E1")
    tag = SignedTag("E1")
    tag.enrols(town)
    town.does("carin", "arrive", client=client, **tag.touch())
    town.does("carin", "depart", **tag.touch())
    town.visit(client)
    return "2026-0001"


def test_each_table_and_column_about_a_client_is_told() -> None:
    """The oracle: the models themselves."""
    told = {table.model: table.columns for table in TABLES}
    leads_to_client = {
        model
        for model in apps.get_models()
        for field in model._meta.fields
        if field.related_model in (Client, Home) or field.name == "client"
    } | {Client}
    missing = (
        {model._meta.label for model in leads_to_client}
        - {model._meta.label for model in told}
        - NOT_TOLD.keys()
    )
    assert missing == set()
    for model, columns in told.items():
        have = {column.split("__")[0] for column in columns}
        left = {field.name for field in model._meta.fields} - have - NOT_COLUMNS
        assert left == set(), model._meta.label


def test_a_client_gets_all_that_is_held_and_who_has_read(town: Town) -> None:
    case = lived_in(town)
    with town.standing():
        for _ in range(2):
            record(town.actor("olle"), case)
        phone_list(town.actor("carin"))
    found = rows(town, "siri", case)
    assert list(found) == list(SECTIONS)
    assert found["person"][0]["last_name"] == "Åberg" and len(str(found["identifiers"][0]["number"])) == 12
    assert (
        found["representatives"][0]["name"] == "Gunnar God" and found["access_notes"][0]["text"] == "Kod 4711"
    )
    assert {row["thing_kind"] for row in found["things"]} == {"lock", "tag", "key"}
    assert [(row["moment"], row["key__tag__number"]) for row in found["tag_reads"]] == [
        ("arrive", "E1"),
        ("depart", "E1"),
    ]
    assert "Beställ montering" in " ".join(str(row["text"]) for row in found["duties"])
    assert "bråttom" in {row.get("text") for row in found["log"]}, "free text is told"
    assert {(row["event"], row.get("role"), row["times"]) for row in found["reads"]} == {
        ("client.opened", "coordinator", 2),
        ("phone.listed", "carer", 1),
        ("client.extracted", "administrator", 1),
    }
    assert Line.objects.filter(kind="reads", event="client.extracted", client__isnull=False).count() == 1


def test_it_tells_nothing_of_another_client_and_no_names_of_staff(town: Town) -> None:
    case = lived_in(town)
    other = town.new_client(first_name="Berit", last_name="Grannqvist")
    town.does("anna", "write_access_note", client=other, text="Hund")
    text = str(rows(town, "anna", case))
    for foreign in ("Grannqvist", "2026-0002", "Hund", "Carin", "carin"):
        assert foreign not in text, foreign


def test_who_may_take_it_out(town: Town) -> None:
    client = town.new_client(protection="F")
    with town.standing():
        for who in ("olle", "carin", "maria", "erik", "laban"):
            with pytest.raises(NotAllowed):
                client_extract(town.actor(who), "2026-0001")
        with pytest.raises(Refusal) as refused:
            client_extract(town.actor("siri"), "2026-0001")
    assert refused.value.code == "extract.not_entrusted"
    town.does("siri", "entrust_client", client=client, username="anna")
    assert rows(town, "anna", "2026-0001")["person"][0]["home__street"] == "Ängsvägen 1"


def test_the_page_prints_it_in_words(town: Town, settings: Any) -> None:
    settings.DEMO = True
    case = lived_in(town)
    with town.standing():
        browser = screen(town, "siri")
        assert f"/clients/{case}/extract" in browser.get(f"/clients/{case}").content.decode()
        page = browser.get(f"/clients/{case}/extract").content.decode()
    for words in ("Gunnar God", "Kod 4711", "God man", "Hemtjänst", "Kundens sida", "Systemförvaltare"):
        assert words in page, words
    assert "home_care" not in page and "client.opened" not in page


def test_no_code_is_left_for_the_client_to_guess(town: Town, settings: Any) -> None:
    settings.DEMO = True
    case = lived_in(town)
    with town.standing():
        page = screen(town, "siri").get(f"/clients/{case}/extract").content.decode()
    told = re.findall(r"<d[td]>(.*?)</d[td]>", page) + re.findall(r"<td>(.*?)</td>", page)
    assert "svenska" in told and "Tröskelby (0999)" in told
    assert {"sv", "0999", "arrive", "depart"} & set(told) == set()
    assert "Ankomst" in told and "Avgång" in told


def test_the_clients_language_is_named_in_the_readers(town: Town, settings: Any) -> None:
    settings.DEMO = True
    client = town.client()
    town.does(
        "anna",
        "change_clients",
        changes=[{"client": client, "language": "so", "home_municipality": ELSEWHERE}],
    )
    with town.standing():
        browser = screen(town, "siri")
        page = browser.get("/clients/2026-0001/extract").content.decode()
        browser.post("/language", {"language": "en", "next": "/"})
        english = browser.get("/clients/2026-0001/extract").content.decode()
    assert "somaliska" in page and "en annan kommun (0998)" in page
    assert "Somali" in english and "another municipality (0998)" in english


def test_every_section_and_column_has_words() -> None:
    assert pages.SECTIONS.keys() == set(SECTIONS)
    columns = {column for table in TABLES for column in table.columns}
    assert columns - pages.COLUMNS.keys() <= {"ask", "version"}, "told by the words of the routine"
