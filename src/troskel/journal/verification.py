# SPDX-License-Identifier: EUPL-1.2
"""Checking a chain where it lies, and handing it to an outsider who wants to check it elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TextIO

from troskel.journal import queries
from troskel.journal.form import (
    BEFORE_FIRST,
    EXPORT_FORM,
    MOST_FAULTS,
    Checker,
    Head,
    Verdict,
    verify_export,
)
from troskel.journal.models import Kind

__all__ = ["Verdict", "export", "verify", "verify_export"]


def verify(municipality: str, kind: str = Kind.ACTS, known: Mapping[int, str] | None = None) -> Verdict:
    """Check every line of a chain, a chunk at a time, up to the head it had when the check began.

    `known`: hashes by number, noted elsewhere earlier. Whoever owns the database can write a chain anew,
    hashes and all; not one that still runs through those.
    """
    head = _head(municipality, kind)
    checker = Checker(head, known)
    for row in queries.rows_after(municipality, None, kind=kind, through=head.number):
        if not checker.take(row):
            break
    for number in queries.untold_blanks(municipality, kind, head.number, MOST_FAULTS):
        checker.fault(number, "has lost its detail, and nothing tells that it was blanked")
    beyond = queries.first_after_head(municipality, kind)
    if beyond is not None:
        checker.fault(beyond, "was inserted: it stands after the head of the chain")
    return checker.verdict()


def export(municipality: str, kind: str = Kind.ACTS, *, to: TextIO, details: bool = False) -> Head:
    """Write a chain as JSON lines that `verify_export` can check; gives the head it was written to.

    Without `details` it holds no personal data, and verifies as if all details had been blanked.
    """
    head = _head(municipality, kind)
    _write(to, {"form": EXPORT_FORM, **head._asdict(), "number": str(head.number)})
    for row in queries.rows_after(municipality, None, kind=kind, through=head.number):
        held = row._asdict()
        if not details or row.detail is None:
            del held["salt"], held["detail"]
        _write(to, held)
    return head


def _head(municipality: str, kind: str) -> Head:
    return queries.head(municipality, kind) or Head(municipality, kind, 0, BEFORE_FIRST)


def _write(to: TextIO, held: Mapping[str, str | None]) -> None:
    to.write(json.dumps(held, ensure_ascii=False, separators=(",", ":")) + "\n")
