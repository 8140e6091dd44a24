# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows, basis forms and letters over HTTP: who gets which, what they look like, and what they cost."""

from __future__ import annotations

import io
from datetime import datetime

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.cast import EAST, FIRM, NOW, Cast, add_client
from tests.api.conftest import Caller
from tests.api.test_queries import MOST_OF_A_LIST, counted
from troskel.ground import clock
from troskel.journal.models import Line

FEBRUARY = "2026-02"
FORM = "/basis-forms/U-2026-0001/pdf"
LETTER = "/letters/W-2026-0001/pdf"


def visited(cast: Cast, client: str) -> None:
    arrived = "2026-02-20T10:00:00+01:00"
    departed = "2026-02-20T11:05:00+01:00"
    told = {"by": "hand", "reason": "other_municipality", "arrived": arrived, "departed": departed}
    cast.does("olle", "register_visit", NOW, client=client, **told)


@pytest.fixture
def made(api: Caller) -> Caller:
    """A form of K3's February, made; and a lock mounted at K1's door."""
    cast = api.cast
    visited(cast, "K3")
    for act in ("bill_month", "make_basis_forms"):
        cast.does("olle", act, month=FEBRUARY)
    cast.does("olle", "order_installation", client="K1", locksmith=FIRM, reason="bråttom")
    cast.does("laban", "report_installation", order="W-2026-0001", serial="L1")
    return api


def text(pdf: bytes) -> str:
    return " ".join(pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text().split())


@pytest.mark.parametrize(
    ("who", "status"),
    [("erik", 200), ("siri", 200), ("olle", 200), ("moa", 404), ("anna", 403), ("carin", 403), (None, 401)],
)
def test_o3_a_form_is_for_its_provider_and_the_social_office(made: Caller, who: str, status: int) -> None:
    said = made.get(who, FORM)
    assert said.status == status, said.body
    if status == 200:
        assert said.headers["Content-Type"] == "application/pdf"
        assert said.headers["Cache-Control"] == "no-store"
        assert said.headers["Content-Disposition"] == 'inline; filename="U-2026-0001.pdf"'


def test_o3_the_form_is_tagged_swedish_and_says_what_is_billed(made: Caller) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(made.get("erik", FORM).body))
    root = pdf.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv-SE"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/StructTreeRoot"]["/K"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Underlagsblankett U-2026-0001, februari 2026"
    told = text(made.get("erik", FORM).body)
    for part in (
        "Kund, ärendenummer " + made.cast.cases["K3"],
        "kommunkod 0998",
        "Hemtjänsten Öst",
        "556000-0993",
        "Besök 1",
        "Tid i timmar och minuter 1 h 05 min",
        "Utkast. Inte signerad.",
        "Sida 1 av 1",
    ):
        assert part in told, part
    for hidden in ("Cecilia", "Ek", "Ekvägen"):
        assert hidden not in told.split()


def test_o3_signed_it_names_signer_and_day_and_is_the_same_bytes_ever_after(made: Caller) -> None:
    made.cast.does("olle", "sign_basis_form", form="U-2026-0001")
    signed = made.get("erik", FORM).body
    assert "Signerad den 2 mars 2026 av Olle." in text(signed)
    with clock.standing_at(datetime(2026, 5, 1, 9, tzinfo=clock.STOCKHOLM)):
        assert made.get("olle", FORM).body == signed


def test_o3_the_list_tells_how_far_each_form_has_come(made: Caller) -> None:
    (item,) = made.get("erik", "/basis-forms").body["items"]
    assert (item["number"], item["state"], item["minutes"], item["signed"]) == (
        "U-2026-0001",
        "made",
        65,
        None,
    )
    assert made.get("erik", "/basis-forms", state="sent").body["items"] == []
    assert made.get("erik", "/basis-forms", month="2026-01").body["items"] == []
    assert len(made.get("olle", "/basis-forms", month=FEBRUARY).body["items"]) == 1
    assert made.get("moa", "/basis-forms").body["items"] == []
    assert made.get("erik", "/basis-forms", month="2026-13").status == 422


def test_o2_rows_over_http(made: Caller) -> None:
    (row,) = made.get("erik", "/invoice-rows").body
    assert (row["month"], row["visits"], row["form"], row["since"]) == (FEBRUARY, 1, "U-2026-0001", 0)
    assert row["billed"] is not None
    assert made.get("moa", "/invoice-rows", month=FEBRUARY).body == []
    assert made.get("erik", "/invoice-rows", month="0000-01").status == 422


def test_s1_a_letter_is_for_the_administrator(made: Caller) -> None:
    said = made.get("siri", LETTER)
    assert said.status == 200
    assert "Låsvredet är monterat" in text(said.body)
    assert "The lock turner is mounted" in text(made.get("siri", LETTER, language="en").body)
    assert made.get("siri", LETTER, language="fi").status == 422
    assert made.get("siri", "/letters/W-2026-0099/pdf").status == 404
    for person in ("anna", "olle", "erik", "laban"):
        assert made.get(person, LETTER).status == 403
    made.cast.does("anna", "record_deaths", deaths=[{"client": "K1", "on": "2026-03-01"}])
    assert (made.get("siri", LETTER).status, made.get("siri", LETTER).body["rule"]) == (409, "S1")


@pytest.mark.parametrize(("who", "path", "event"), [
    ("erik", FORM, "basis_form.opened"),
    ("siri", LETTER, "letter.opened"),
    ("erik", "/basis-forms", "basis_forms.listed"),
    ("erik", "/invoice-rows", "invoice_rows.listed"),
])  # fmt: skip
def test_each_is_a_line_of_the_reads(made: Caller, who: str, path: str, event: str) -> None:
    assert made.get(who, path).status == 200
    line = Line.objects.filter(kind="reads").latest("number")
    assert (line.event, line.actor) == (event, made.cast.actors[who].account)


@pytest.mark.parametrize("path", ["/invoice-rows", "/basis-forms"])
def test_many_rows_and_forms_cost_as_few(made: Caller, path: str) -> None:
    made.get("erik", path)  # the first of all reads begins their chain
    with CaptureQueriesContext(connection) as few:
        assert made.get("erik", path).status == 200
    for number in range(10, 30):
        add_client(made.cast, f"K{number}", number, EAST, home_municipality="0998")
        visited(made.cast, f"K{number}")
    for act in ("bill_month", "make_basis_forms"):
        made.cast.does("olle", act, month=FEBRUARY)
    with CaptureQueriesContext(connection) as many:
        said = made.get("erik", path).body
    assert len(said if isinstance(said, list) else said["items"]) == 21
    assert len(counted(many)) == len(counted(few)) <= MOST_OF_A_LIST, counted(many)


@pytest.mark.parametrize(("who", "path"), [("erik", FORM), ("siri", LETTER)])
def test_a_document_costs_few(made: Caller, who: str, path: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert made.get(who, path).status == 200
    assert len(counted(captured)) <= MOST_OF_A_LIST + 1, counted(captured)
