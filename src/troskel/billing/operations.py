# SPDX-License-Identifier: EUPL-1.2
"""Writes to invoice rows and basis forms. Called by acts only, with the clients' homes locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from troskel.billing.models import BasisForm, BasisFormState, InvoiceRow

COUNT_FIELDS = ["visits", "minutes", "without_departure"]


def bill(rows: Sequence[InvoiceRow]) -> None:
    """Insert or update the month's rows by id. One statement."""
    InvoiceRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*COUNT_FIELDS, "billed", "billed_by"],
    )


def make(forms: Sequence[BasisForm]) -> None:
    """Insert or update forms by id. One statement."""
    BasisForm.objects.bulk_create(
        forms, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNT_FIELDS, "made", "made_by"]
    )


def sign(form: UUID, pdf: bytes, digest: str, by: UUID | None, now: datetime) -> None:
    """Store the signed document."""
    _step(form, BasisFormState.SIGNED, by, now, pdf=pdf, digest=digest)


def send(form: UUID, by: UUID | None, now: datetime) -> None:
    """Mark the form as sent to the social office."""
    _step(form, BasisFormState.SENT, by, now)


def receive(form: UUID, by: UUID | None, now: datetime) -> None:
    """Mark the form as received by the social office."""
    _step(form, BasisFormState.RECEIVED, by, now)


def _step(form: UUID, state: BasisFormState, by: UUID | None, now: datetime, **more: Any) -> None:
    stamps = {state.value: now, f"{state.value}_by_id": by}
    BasisForm.objects.filter(id=form).update(state=state, **stamps, **more)
