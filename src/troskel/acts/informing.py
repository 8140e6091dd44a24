# SPDX-License-Identifier: EUPL-1.2
"""The client is informed and understands (A1, A2, A3), or refuses (case 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Text
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Berätta för kunden")


class InformingWay(Choice, question=_("På vilket sätt?")):
    """How the client is informed."""

    ORAL = "oral", _("Muntligt")
    WRITTEN = "written", _("Skriftligt")


class RefusalReason(Choice, question=_("Anledning")):
    """Why the client refuses the lock turner."""

    DOES_NOT_WANT = "does_not_want", _("Vill inte")
    DOES_NOT_UNDERSTAND = "does_not_understand", _("Förstår inte")
    OTHER = "other", _("Annat")


class EntryMethod(Choice, question=_("På vilket sätt?")):
    """How staff get in without a lock turner."""

    KEY = "key", _("Med nyckel")
    CLIENT_OPENS = "client_opens", _("Kunden öppnar")
    KEY_BOX = "key_box", _("Nyckelskåp")
    OTHER = "other", _("På annat sätt")


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
def inform_client(ctx: ActContext, *, client: CaseNumber, way: InformingWay) -> dict[str, Any]:
    """Inform the client about the lock turner, orally or in writing (A1 asks for both)."""
    subject = _own_client(ctx, client)
    ctx.journal("client.informed", homes=[subject.home.home], client=subject.row.id, way=way)
    return {"case": subject.row.case_number}


@inform_client.suggested_by("client.informed")
def _suggest_informing(context: DutyContext) -> Iterator[Suggestion]:
    for way in ("oral", "written"):
        if context.client and way not in context.client.informed:
            yield inform_client.suggestion({"client": context.case, "way": way})


@act(
    "A2",
    who=WHO,
    writes=["client.told_about_keys"],
    title=_("Kunden vet vilka nycklar som behövs"),
    lead=_("En nyckel per lås till varje utförare, både muntligt och skriftligt. Utan val: på båda sätten."),
)
def tell_about_keys(
    ctx: ActContext, *, client: CaseNumber, way: InformingWay | None = None
) -> dict[str, Any]:
    """Tell the client to give each provider one key per lock (A2), orally or in writing; without `way`: both."""
    subject = _own_client(ctx, client)
    ctx.journal("client.told_about_keys", homes=[subject.home.home], client=subject.row.id, way=way)
    return {"case": subject.row.case_number, "keys": len(subject.home.doors)}


@tell_about_keys.suggested_by("client.told_about_keys")
def _suggest_telling(context: DutyContext) -> Iterator[Suggestion]:
    yield tell_about_keys.suggestion({"client": context.case})


@act(
    "A3",
    who=WHO,
    writes=["client.understood"],
    title=_("Kunden har förstått"),
    lead=_("Kunden har förstått att ett låsvred kommer att monteras."),
)
def confirm_understanding(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
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
    client: CaseNumber,
    reason: RefusalReason,
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


@confirm_understanding.suggested_by("client.understood")
def _suggest_understanding(context: DutyContext) -> Iterator[Suggestion]:
    yield confirm_understanding.suggestion({"client": context.case})
    yield record_refusal.suggestion({"client": context.case}, missing=("reason",))


@act(
    "A3",
    who=WHO,
    writes=["way_in.decided"],
    title=_("Bestäm hur personalen kommer in"),
    lead=_("För en kund som inte vill ha låsvred."),
)
def decide_way_in(
    ctx: ActContext, *, client: CaseNumber, way: EntryMethod, text: Text = ""
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


@decide_way_in.suggested_by("way_in.decided")
def _suggest_way_in(context: DutyContext) -> Iterator[Suggestion]:
    yield decide_way_in.suggestion({"client": context.case}, ("way",))
