# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows, basis forms and letters over HTTP: permissions, content, and queries."""

from __future__ import annotations

import io
from datetime import datetime

import pypdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.cast import EAST, FIRM, NOW, Cast, add_client
from tests.api.conftest import ApiClient
from tests.api.test_queries import MAX_LIST_QUERIES, counted_queries
from troskel.ground import clock
from troskel.journal.models import Line

FEBRUARY = "2026-02"
FORM = "/basis-forms/U-2026-0001/pdf"
LETTER = "/letters/W-2026-0001/pdf"


def visited(cast: Cast, client: str) -> None:
    arrived = "2026-02-20T10:00:00+01:00"
    departed = "2026-02-20T11:05:00+01:00"
    content = {"by": "hand", "reason": "other_municipality", "arrived": arrived, "departed": departed}
    cast.does("olle", "register_visit", NOW, client=client, **content)


@pytest.fixture
def with_forms(api: ApiClient) -> ApiClient:
    """A basis form for K3's February, and a lock installed at K1's door."""
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
def test_o3_form_is_for_its_provider_and_the_social_office(
    with_forms: ApiClient, who: str, status: int
) -> None:
    response = with_forms.get(who, FORM)
    assert response.status == status, response.body
    if status == 200:
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Content-Disposition"] == 'inline; filename="U-2026-0001.pdf"'


def test_o3_form_is_tagged_swedish_and_lists_what_is_billed(with_forms: ApiClient) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(with_forms.get("erik", FORM).body))
    root = pdf.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv-SE"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/StructTreeRoot"]["/K"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Underlagsblankett U-2026-0001, februari 2026"
    content = text(with_forms.get("erik", FORM).body)
    for part in (
        "Kund, ärendenummer " + with_forms.cast.cases["K3"],
        "kommunkod 0998",
        "Hemtjänsten Öst",
        "556000-0993",
        "Besök 1",
        "Tid i timmar och minuter 1 h 05 min",
        "Utkast. Inte signerad.",
        "Sida 1 av 1",
    ):
        assert part in content, part
    for hidden in ("Cecilia", "Ek", "Ekvägen"):
        assert hidden not in content.split()


def test_o3_signed_form_names_signer_and_day_and_never_changes(with_forms: ApiClient) -> None:
    with_forms.cast.does("olle", "sign_basis_form", form="U-2026-0001")
    signed = with_forms.get("erik", FORM).body
    assert "Signerad den 2 mars 2026 av Olle." in text(signed)
    with clock.frozen_at(datetime(2026, 5, 1, 9, tzinfo=clock.STOCKHOLM)):
        assert with_forms.get("olle", FORM).body == signed


def test_o3_list_shows_the_state_of_each_form(with_forms: ApiClient) -> None:
    (item,) = with_forms.get("erik", "/basis-forms").body["items"]
    assert (item["number"], item["state"], item["minutes"], item["signed"]) == (
        "U-2026-0001",
        "made",
        65,
        None,
    )
    assert with_forms.get("erik", "/basis-forms", state="sent").body["items"] == []
    assert with_forms.get("erik", "/basis-forms", month="2026-01").body["items"] == []
    assert len(with_forms.get("olle", "/basis-forms", month=FEBRUARY).body["items"]) == 1
    assert with_forms.get("moa", "/basis-forms").body["items"] == []
    assert with_forms.get("erik", "/basis-forms", month="2026-13").status == 422


def test_o2_rows_over_http(with_forms: ApiClient) -> None:
    (row,) = with_forms.get("erik", "/invoice-rows").body
    assert (row["month"], row["visits"], row["form"], row["since"]) == (FEBRUARY, 1, "U-2026-0001", 0)
    assert row["billed"] is not None
    assert with_forms.get("moa", "/invoice-rows", month=FEBRUARY).body == []
    assert with_forms.get("erik", "/invoice-rows", month="0000-01").status == 422


def test_s1_letter_is_for_the_administrator(with_forms: ApiClient) -> None:
    response = with_forms.get("siri", LETTER)
    assert response.status == 200
    assert "Låsvredet är monterat" in text(response.body)
    assert "The lock turner is mounted" in text(with_forms.get("siri", LETTER, language="en").body)
    assert with_forms.get("siri", LETTER, language="fi").status == 422
    assert with_forms.get("siri", "/letters/W-2026-0099/pdf").status == 404
    for person in ("anna", "olle", "erik", "laban"):
        assert with_forms.get(person, LETTER).status == 403
    with_forms.cast.does("anna", "record_deaths", deaths=[{"client": "K1", "on": "2026-03-01"}])
    assert (with_forms.get("siri", LETTER).status, with_forms.get("siri", LETTER).body["rule"]) == (409, "S1")


@pytest.mark.parametrize(("who", "path", "event"), [
    ("erik", FORM, "basis_form.opened"),
    ("siri", LETTER, "letter.opened"),
    ("erik", "/basis-forms", "basis_forms.listed"),
    ("erik", "/invoice-rows", "invoice_rows.listed"),
])  # fmt: skip
def test_each_read_is_journalled(with_forms: ApiClient, who: str, path: str, event: str) -> None:
    assert with_forms.get(who, path).status == 200
    line = Line.objects.filter(kind="reads").latest("number")
    assert (line.event, line.actor) == (event, with_forms.cast.actors[who].account)


@pytest.mark.parametrize("path", ["/invoice-rows", "/basis-forms"])
def test_query_count_is_independent_of_rows(with_forms: ApiClient, path: str) -> None:
    with_forms.get("erik", path)  # the first of all reads begins their chain
    with CaptureQueriesContext(connection) as few:
        assert with_forms.get("erik", path).status == 200
    for number in range(10, 30):
        add_client(with_forms.cast, f"K{number}", number, EAST, home_municipality="0998")
        visited(with_forms.cast, f"K{number}")
    for act in ("bill_month", "make_basis_forms"):
        with_forms.cast.does("olle", act, month=FEBRUARY)
    with CaptureQueriesContext(connection) as with_many:
        response = with_forms.get("erik", path).body
    assert len(response if isinstance(response, list) else response["items"]) == 21
    assert len(counted_queries(with_many)) == len(counted_queries(few)) <= MAX_LIST_QUERIES, counted_queries(
        with_many
    )


@pytest.mark.parametrize(("who", "path"), [("erik", FORM), ("siri", LETTER)])
def test_document_query_count(with_forms: ApiClient, who: str, path: str) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert with_forms.get(who, path).status == 200
    assert len(counted_queries(captured)) <= MAX_LIST_QUERIES + 1, counted_queries(captured)
