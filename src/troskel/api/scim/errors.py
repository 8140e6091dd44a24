# SPDX-License-Identifier: EUPL-1.2
"""Errors as SCIM tells them (RFC 7644, section 3.12)."""

from __future__ import annotations

from typing import Any

from troskel.api.scim.schemas import ERROR


class ScimError(Exception):
    """A request that can't be carried out. `kind`: the `scimType`, where the RFC names one for it."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind

    @property
    def body(self) -> dict[str, Any]:
        """The answer's body: the status is a text."""
        kind = {"scimType": self.kind} if self.kind else {}
        return {"schemas": [ERROR], "status": str(self.status), **kind, "detail": self.detail}
