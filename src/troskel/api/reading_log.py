# SPDX-License-Identifier: EUPL-1.2
"""Reading who has read: the months to review, and the drawn reads of one."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path

from troskel.api.operations import actor_of, json_response
from troskel.api.reading import READ_FAULTS, reads
from troskel.reading import log_reviews

MonthInPath = Annotated[str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="A month, as 2026-10")]


@reads("/log-reviews", log_reviews.log_reviews)
def list_log_reviews(request: HttpRequest) -> HttpResponse:
    return json_response(log_reviews.log_reviews(actor_of(request)))


@reads("/log-reviews/{month}", log_reviews.log_review, faults=(*READ_FAULTS, 404))
def show_log_review(request: HttpRequest, month: MonthInPath) -> HttpResponse:
    return json_response(log_reviews.log_review(actor_of(request), month))
