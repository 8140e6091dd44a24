# SPDX-License-Identifier: EUPL-1.2
"""Reading about accounts, and the tokens that programs use."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query

from troskel.api.operations import actor_of, json_response
from troskel.api.reading import After, Limit, reads
from troskel.reading import accounts, brief_sights, emergency_openings
from troskel.reading.paging import PageRequest


@reads("/accounts", accounts.accounts)
def list_accounts(
    request: HttpRequest,
    role: Annotated[str, Query(max_length=20, description="A role, as carer")] = "",
    organisation: Annotated[str, Query(max_length=10, description="The number of an organisation")] = "",
    state: Annotated[Literal["", "open", "closed"], Query(description="Open or closed; else both")] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    page = PageRequest(limit, after)
    answer = accounts.accounts(actor_of(request), page, role=role, organisation=organisation, state=state)
    return json_response(answer)


@reads("/brief-sights", brief_sights.brief_sights)
def list_brief_sights(
    request: HttpRequest,
    state: Annotated[Literal["", "open"], Query(description="Those that nobody has reviewed; else all")] = "",
    limit: Limit = 50,
    after: After = "",
) -> HttpResponse:
    page = PageRequest(limit, after)
    return json_response(brief_sights.brief_sights(actor_of(request), page, state=state))


@reads("/tokens", accounts.tokens)
def list_tokens(request: HttpRequest) -> HttpResponse:
    return json_response(accounts.tokens(actor_of(request)))


@reads("/emergency-openings", emergency_openings.emergency_openings)
def list_emergency_openings(request: HttpRequest, limit: Limit = 50, after: After = "") -> HttpResponse:
    return json_response(emergency_openings.emergency_openings(actor_of(request), PageRequest(limit, after)))
