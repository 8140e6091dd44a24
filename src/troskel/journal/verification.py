# SPDX-License-Identifier: EUPL-1.2
"""Checks a chain in the database, and exports it for a check elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TextIO

from troskel.journal import queries
from troskel.journal.form import (
    EXPORT_FORM,
    GENESIS_HASH,
    MAX_FAULTS,
    ChainChecker,
    Head,
    Verdict,
    verify_export,
)
from troskel.journal.models import ChainKind

TOLD_LINES = 50_000
"""After so many lines a check tells how far it is: some seconds."""

__all__ = ["Verdict", "export", "verify", "verify_export"]


def verify(
    municipality: str,
    kind: str = ChainKind.ACTS,
    noted_hashes: Mapping[int, str] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Verdict:
    """Checks every line of a chain, in chunks, up to the head it had when the check began; tells how far it is.

    `noted_hashes`: hashes by number, noted elsewhere earlier. The owner of the database can rewrite a whole
    chain with new hashes, but not one that still matches these.
    """
    head = _head(municipality, kind)
    checker = ChainChecker(head, noted_hashes)
    for row in queries.line_texts_after(municipality, None, kind=kind, through=head.number):
        if not checker.take(row):
            break
        if int(row.number) % TOLD_LINES == 0:
            tell(f"{kind}: {row.number} of {head.number} lines")
    for number in queries.unexplained_erasures(municipality, kind, head.number, MAX_FAULTS):
        checker.fault(number, "has lost its detail, and nothing tells that it was blanked")
    beyond = queries.first_after_head(municipality, kind)
    if beyond is not None:
        checker.fault(beyond, "was inserted: it stands after the head of the chain")
    return checker.verdict()


def export(
    municipality: str,
    kind: str = ChainKind.ACTS,
    *,
    to: TextIO,
    details: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Head:
    """Writes a chain as JSON lines that `verify_export` can check. Returns the head of the export.

    Without `details` it contains no personal data, and verifies as if all details had been erased.
    """
    head = _head(municipality, kind)
    _write(to, {"form": EXPORT_FORM, **head._asdict(), "number": str(head.number)})
    for row in queries.line_texts_after(municipality, None, kind=kind, through=head.number):
        if int(row.number) % TOLD_LINES == 0:
            tell(f"{kind}: {row.number} of {head.number} lines")
        record = row._asdict()
        if not details or row.detail is None:
            del record["salt"], record["detail"]
        _write(to, record)
    return head


def _head(municipality: str, kind: str) -> Head:
    return queries.head(municipality, kind) or Head(municipality, kind, 0, GENESIS_HASH)


def _write(to: TextIO, record: Mapping[str, str | None]) -> None:
    to.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
