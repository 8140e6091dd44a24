# SPDX-License-Identifier: EUPL-1.2
"""Writes to rows and basis forms; called by acts only, with the clients' homes locked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from troskel.billing.models import BasisForm, FormState, InvoiceRow

COUNTED = ["visits", "minutes", "without_departure"]


def bill(rows: Sequence[InvoiceRow]) -> None:
    """Write the month's rows; one that is there (the same id) gets the new numbers. One statement."""
    InvoiceRow.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNTED, "billed", "billed_by"]
    )


def make(forms: Sequence[BasisForm]) -> None:
    """Write forms; one that is there (the same id) gets the new numbers. One statement."""
    BasisForm.objects.bulk_create(
        forms, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNTED, "made", "made_by"]
    )


def sign(form: UUID, pdf: bytes, digest: str, by: UUID | None, now: datetime) -> None:
    """The form is signed, and kept as it was."""
    _step(form, FormState.SIGNED, by, now, pdf=pdf, digest=digest)


def send(form: UUID, by: UUID | None, now: datetime) -> None:
    """The form is sent to the social office."""
    _step(form, FormState.SENT, by, now)


def receive(form: UUID, by: UUID | None, now: datetime) -> None:
    """The social office has it."""
    _step(form, FormState.RECEIVED, by, now)


def _step(form: UUID, state: FormState, by: UUID | None, now: datetime, **more: Any) -> None:
    done = {state.value: now, f"{state.value}_by_id": by}
    BasisForm.objects.filter(id=form).update(state=state, **done, **more)
