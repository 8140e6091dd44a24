# SPDX-License-Identifier: EUPL-1.2
"""The client is told, and understands: A1, A2, A3, and case 10."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.fields import Text
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.refusals import Refusal
from troskel.people.roles import Role

WHO = (Role.ASSESSOR,)


def _own_client(doing: Doing, client: str) -> lookup.FoundClient:
    found = lookup.client(doing, client)
    if not found.facts.own:
        raise Refusal(
            "O1",
            "the client comes from another municipality and gets no lock turner: there is nothing to tell",
        )
    return found


@act("A1", who=WHO, writes=["client.informed"])
def inform_client(doing: Doing, *, client: str, way: Literal["oral", "written"]) -> dict[str, Any]:
    """Tell the client about the lock turner: orally, and in writing (A1 asks for both)."""
    found = _own_client(doing, client)
    doing.journal("client.informed", homes=[found.home.home], client=found.row.id, way=way)
    return {"case": found.row.case_number}


@act("A2", who=WHO, writes=["client.told_about_keys"])
def tell_about_keys(doing: Doing, *, client: str) -> dict[str, Any]:
    """Tell the client to leave one key per lock to each provider (A2)."""
    found = _own_client(doing, client)
    doing.journal("client.told_about_keys", homes=[found.home.home], client=found.row.id)
    return {"case": found.row.case_number, "keys": len(found.home.doors)}


@act("A3", who=WHO, writes=["client.understood"])
def confirm_understanding(doing: Doing, *, client: str) -> dict[str, Any]:
    """Make sure that the client has understood that a lock turner will be installed (A3)."""
    found = _own_client(doing, client)
    doing.journal("client.understood", homes=[found.home.home], client=found.row.id)
    return {"case": found.row.case_number}


@act("A3", who=(Role.ASSESSOR, Role.COORDINATOR), writes=["client.refused"])
def record_refusal(
    doing: Doing,
    *,
    client: str,
    reason: Literal["does_not_want", "does_not_understand", "other"],
    text: Text = "",
) -> dict[str, Any]:
    """The client refuses, or has not understood: no installation is ordered, and the tag goes on (case 10)."""
    found = _own_client(doing, client)
    doing.journal(
        "client.refused",
        homes=[found.home.home],
        client=found.row.id,
        reason_code=reason,
        detail={"text": text} if text else None,
    )
    return {"case": found.row.case_number}


@act("A3", who=WHO, writes=["way_in.decided"])
def decide_way_in(
    doing: Doing, *, client: str, way: Literal["key", "client_opens", "key_box", "other"], text: Text = ""
) -> dict[str, Any]:
    """How staff get in to a client who refuses a lock turner (case 10); the tag stays in use."""
    found = _own_client(doing, client)
    if not found.facts.refused:
        raise Refusal("A3", "the client has not refused a lock turner: there is nothing else to decide")
    doing.journal(
        "way_in.decided",
        homes=[found.home.home],
        client=found.row.id,
        way=way,
        detail={"text": text} if text else None,
    )
    return {"case": found.row.case_number}
