# SPDX-License-Identifier: EUPL-1.2
"""Events that the engine treats alike, and subjects whose duties do."""

from __future__ import annotations

ENDING = frozenset({"duty.attested", "notice.read"})
"""What ends a duty or notice by a person's word."""

MOVES_WITH_CLIENT = frozenset(
    {"client", "decision", "ending", "gap", "provider_with_tag", "provider_and_month", "basis_form"}
)
"""Subjects that are about no door (a tag goes where the client goes): their duties move with the client."""

WITH_A_DAY = frozenset({"organisation.closed", "suspension.began", "suspension.ended"})
