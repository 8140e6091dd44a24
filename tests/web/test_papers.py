# SPDX-License-Identifier: EUPL-1.2
"""Letters, receipts, work orders and labels open in the browser, as PDF, for those who may see what they show."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.http import HttpResponse
from pypdf import PdfReader

from tests.town import FIRM, Town
from tests.web.test_act_forms import case_of, inputs, screen
from tests.web.test_desk import booked, page, text
from troskel.journal.models import Line


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def opened(town: Town, who: str, path: str) -> HttpResponse:
    with town.standing():
        answer: Any = screen(town, who).get(path)
    return answer


def words(answer: HttpResponse) -> str:
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"] == "no-store"
    assert answer["Content-Disposition"].startswith("inline")
    return " ".join(
        " ".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.content)).pages).split()
    )


def test_s1_sending_a_letter_leads_to_the_letter(town: Town) -> None:
    order = town.order(town.new_client())
    town.mount(order)
    form = page(town, "siri", f"/do/send_letter?order={order}")
    assert f'href="/letters/{order}"' in form
    said = words(opened(town, "siri", f"/letters/{order}"))
    assert "Låsvredet är monterat" in said and "Åke Öman1" in said
    assert "The lock turner is mounted" in words(opened(town, "siri", f"/letters/{order}?language=en"))
    assert opened(town, "olle", f"/letters/{order}").status_code == 403
    with town.standing():
        browser = screen(town, "siri")
        done = browser.post("/do/send_letter", {**inputs(form), "step": "confirm"}).content.decode()
    assert "Klart:" in done and f'href="/letters/{order}"' in done


def test_p5_a_receipt_has_both_names_and_a_place_for_each_to_sign(town: Town) -> None:
    client = town.new_client()
    town.does("olle", "receive_key", client=client, key="N1", signed="client")
    papers = page(town, "olle", f"/clients/{case_of(town, client)}/papers")
    (receipt,) = re.findall(r'href="(/receipts/[^"]+)"', papers)
    said = words(opened(town, "olle", receipt))
    assert said.count("Åke Öman1") == 2 and said.count("Olle") == 2, "as a party, and below a line"
    assert "Hemtjänsten Öst" in said and "N1" in said and "2 mars 2026" in said
    assert said.count("Underskrift") == 2
    assert Line.objects.filter(event="receipt.opened", client__isnull=False).count() == 1
    for who in ("moa", "carin", "laban"):
        assert opened(town, who, receipt).status_code in (403, 404), who
    assert opened(town, "moa", f"/clients/{case_of(town, client)}/papers").status_code == 404


def test_l1_a_work_order_has_where_when_and_who_and_a_protected_address_is_not_on_it(town: Town) -> None:
    order = booked(town, town.new_client(), presence="carer")
    said = words(opened(town, "laban", f"/orders/{order}/work-order"))
    for expected in (
        "Montera låsvred",
        "Ängsvägen 1, lgh 1001",
        "kl. 13.00",
        "Hemtjänsten Öst",
    ):
        assert expected in said, (expected, said)
    assert f"/orders/{order}/work-order" in page(town, "laban", "/")
    hidden = booked(town, town.new_client(protection="S"), hour=15)
    said = words(opened(town, "laban", f"/orders/{hidden}/work-order"))
    assert "Skyddad adress" in said and "Öman" not in said and "Ängsvägen" not in said
    for who, status in (("nina", 404), ("moa", 404), ("carin", 403)):
        assert opened(town, who, f"/orders/{order}/work-order").status_code == status, who
    town.does("laban", "report_installation", order=order, serial="L1")
    assert opened(town, "laban", f"/orders/{order}/work-order").status_code == 404, "it is done"


def test_labels_are_of_ones_own_stock_or_of_one_thing(town: Town) -> None:
    said = words(opened(town, "laban", "/things/lock/labels"))
    assert said.split()[:2] == ["L1", "L2"]
    assert words(opened(town, "laban", "/things/lock/labels?number=L2")) == "L2"
    assert words(opened(town, "siri", f"/things/lock/labels?organisation={FIRM}")).startswith("L1")
    assert "E1" in words(opened(town, "olle", "/things/tag/labels"))
    for who, path in (
        ("nina", "lock/labels"),
        ("nina", "lock/labels?number=L2"),
        ("olle", "tag/labels?number=M1"),
        ("siri", "key/labels"),
        ("siri", "nonsense/labels"),
    ):
        assert opened(town, who, f"/things/{path}").status_code == 404, (who, path)
    assert "/things/lock/labels" in page(town, "laban", "/things/lock/")
    assert "Skriv ut etiketter" in text(page(town, "siri", f"/things/lock/?organisation={FIRM}"))
