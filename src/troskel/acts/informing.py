# SPDX-License-Identifier: EUPL-1.2
"""The client is informed and understands (A1, A2, A3), or refuses (case 10)."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.fields import Text
from troskel.acts.core.register import act
from troskel.acts.core.transaction import ActContext
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role

CHAPTER = _("Berätta för kunden")

WHO = (Role.ASSESSOR,)


def _own_client(ctx: ActContext, client: str) -> lookup.ClientSubject:
    subject = lookup.find_client(ctx, client)
    if not subject.facts.own:
        raise Refusal(
            "O1",
            "client.gets_no_lock_to_be_told_of",
            _("Kunden kommer från en annan kommun och får inget låsvred. Det finns inget att berätta."),
        )
    return subject


@act(
    "A1",
    who=WHO,
    writes=["client.informed"],
    title=_("Kunden är informerad"),
    lead=_("Kunden har fått veta vad låsvredet innebär. Både muntligt och skriftligt behövs."),
)
def inform_client(ctx: ActContext, *, client: str, way: Literal["oral", "written"]) -> dict[str, Any]:
    """Inform the client about the lock turner, orally or in writing (A1 asks for both)."""
    subject = _own_client(ctx, client)
    ctx.journal("client.informed", homes=[subject.home.home], client=subject.row.id, way=way)
    return {"case": subject.row.case_number}


@act(
    "A2",
    who=WHO,
    writes=["client.told_about_keys"],
    title=_("Kunden vet vilka nycklar som behövs"),
    lead=_("En nyckel per lås till varje utförare."),
)
def tell_about_keys(ctx: ActContext, *, client: str) -> dict[str, Any]:
    """Tell the client to give each provider one key per lock (A2)."""
    subject = _own_client(ctx, client)
    ctx.journal("client.told_about_keys", homes=[subject.home.home], client=subject.row.id)
    return {"case": subject.row.case_number, "keys": len(subject.home.doors)}


@act(
    "A3",
    who=WHO,
    writes=["client.understood"],
    title=_("Kunden har förstått"),
    lead=_("Kunden har förstått att ett låsvred kommer att monteras."),
)
def confirm_understanding(ctx: ActContext, *, client: str) -> dict[str, Any]:
    """Confirm that the client has understood that a lock turner will be installed (A3)."""
    subject = _own_client(ctx, client)
    ctx.journal("client.understood", homes=[subject.home.home], client=subject.row.id)
    return {"case": subject.row.case_number}


@act(
    "A3",
    who=(Role.ASSESSOR, Role.COORDINATOR),
    writes=["client.refused"],
    title=_("Kunden säger nej"),
    lead=_("Ingen montering beställs. Kvittensprodukten används tills vidare."),
)
def record_refusal(
    ctx: ActContext,
    *,
    client: str,
    reason: Literal["does_not_want", "does_not_understand", "other"],
    text: Text = "",
) -> dict[str, Any]:
    """Record that the client refuses or has not understood: no installation is ordered, the tag stays (case 10)."""
    subject = _own_client(ctx, client)
    ctx.journal(
        "client.refused",
        homes=[subject.home.home],
        client=subject.row.id,
        reason_code=reason,
        detail={"text": text} if text else None,
    )
    return {"case": subject.row.case_number}


@act(
    "A3",
    who=WHO,
    writes=["way_in.decided"],
    title=_("Bestäm hur personalen kommer in"),
    lead=_("För en kund som inte vill ha låsvred."),
)
def decide_way_in(
    ctx: ActContext, *, client: str, way: Literal["key", "client_opens", "key_box", "other"], text: Text = ""
) -> dict[str, Any]:
    """Decide how staff get in to a client who refuses a lock turner (case 10); the tag stays in use."""
    subject = _own_client(ctx, client)
    if not subject.facts.refused:
        raise Refusal(
            "A3",
            "client.has_not_refused",
            _("Kunden har inte sagt nej till låsvred. Det finns inget annat att bestämma."),
        )
    ctx.journal(
        "way_in.decided",
        homes=[subject.home.home],
        client=subject.row.id,
        way=way,
        detail={"text": text} if text else None,
    )
    return {"case": subject.row.case_number}
