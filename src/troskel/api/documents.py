# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows, basis forms and letters: lists, and the documents as PDF."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query

from troskel.api.operations import actor_of, json_response, pdf_response
from troskel.api.reading import READ_FAULTS, After, Limit, reads
from troskel.reading import billing, letters
from troskel.reading.paging import PageRequest

Month = Annotated[
    str,
    Query(max_length=7, pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$", description="A month, as 2026-10"),
]
FormNumber = Annotated[
    str,
    Path(max_length=14, pattern=r"^U-[0-9]{4}-[0-9]{4,7}$", description="A form's number, as U-2026-0001"),
]
OrderNumber = Annotated[
    str,
    Path(max_length=14, pattern=r"^W-[0-9]{4}-[0-9]{4,7}$", description="An order's number, as W-2026-0001"),
]


@reads("/invoice-rows", billing.invoice_rows)
def list_invoice_rows(request: HttpRequest, month: Month = "") -> HttpResponse:
    return json_response(billing.invoice_rows(actor_of(request), month))


@reads("/basis-forms", billing.basis_forms)
def list_basis_forms(
    request: HttpRequest,
    month: Month = "",
    state: Literal["", "made", "signed", "sent", "received"] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    return json_response(billing.basis_forms(actor_of(request), PageRequest(limit, after), month, state))


@reads("/basis-forms/{form}/pdf", billing.basis_form_document, faults=(*READ_FAULTS, 404, 409))
def show_basis_form(request: HttpRequest, form: FormNumber) -> HttpResponse:
    return pdf_response(billing.basis_form_document(actor_of(request), form), form)


@reads("/letters/{order}/pdf", letters.order_letter, faults=(*READ_FAULTS, 404, 409))
def show_letter(
    request: HttpRequest, order: OrderNumber, language: Literal["sv", "en"] = "sv"
) -> HttpResponse:
    return pdf_response(letters.order_letter(actor_of(request), order, language), order)
