# SPDX-License-Identifier: EUPL-1.2
"""The filters that directories ask by: `userName eq "…"`, `externalId eq "…"`, `id eq "…"` (RFC 7644, 3.4.2.2)."""

from __future__ import annotations

import json
import re
from typing import Any
from uuid import UUID

from troskel.api.scim.errors import ScimError
from troskel.api.scim.schemas import USER

_EQUAL = re.compile(r"\s*(?P<name>[A-Za-z0-9.:]+)\s+eq\s+(?P<value>\S.*?)\s*", re.IGNORECASE | re.DOTALL)
_FIELDS = {"username": "username", "externalid": "external_id", "id": "id"}


def named_by(text: str) -> dict[str, Any]:
    """Returns what a filter says is equal, by field of an account. Raises ScimError for any other filter."""
    match = _EQUAL.fullmatch(text)
    if match is None:
        raise _invalid()
    name = match["name"].lower().removeprefix(f"{USER.lower()}:")
    field = _FIELDS.get(name)
    try:
        value = json.loads(match["value"])
    except ValueError:
        raise _invalid() from None
    if field is None or not isinstance(value, str) or "\0" in value:
        raise _invalid()
    if field != "id":
        return {field: value}
    try:
        return {field: UUID(value)}
    except ValueError:
        return {field: UUID(int=0)}  # an id that is nobody's


def _invalid() -> ScimError:
    return ScimError(
        400, 'only userName, externalId and id can be asked for, with eq and a "text"', "invalidFilter"
    )
