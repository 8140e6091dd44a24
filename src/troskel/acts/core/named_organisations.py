# SPDX-License-Identifier: EUPL-1.2
"""Which organisations a journal line concerns: those that its body names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

ORGANISATION_NAMES = ("organisation", "locksmith", "giver")
"""Names in a body whose value is an organisation's id."""

HOLDER_NAMES = ("from", "to", "last", "holder")
"""Names in a body whose value may be who holds a thing, as `{"kind": "organisation", "id": …}`."""


def named_organisations(body: Mapping[str, Any]) -> set[UUID]:
    """The organisations that a line's body names; `body` holds ids as texts."""
    holders = [body[name] for name in HOLDER_NAMES if isinstance(body.get(name), dict)]
    ids = [body.get(name) for name in ORGANISATION_NAMES]
    ids += [holder["id"] for holder in holders if holder["kind"] == "organisation"]
    return {UUID(organisation) for organisation in ids if organisation}
