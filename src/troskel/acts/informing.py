# SPDX-License-Identifier: EUPL-1.2
"""The client is informed and understands (A1, A2, A3), or refuses (case 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from troskel.care import rules
from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.models import Client
from troskel.people.roles import Role
from troskel.routine.facts import ClientFacts
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Text, field
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion, Undo
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
    rules.within_life(subject.facts.died)
    return subject


@act(
    "A1",
    who=WHO,
    writes=["client.informed"],
    title=_("Kunden är informerad"),
    lead=_("Kunden har fått veta vad låsvredet innebär. Både muntligt och skriftligt behövs."),
    light=True,
    corrected_by="correct_information",
    undone_by=Undo("correct_information", lambda told: {"client": told["client"], "what": told["way"]}),
)
def inform_client(ctx: ActContext, *, client: CaseNumber, way: InformingWay) -> dict[str, Any]:
    """Inform the client about the lock turner, orally or in writing (A1 asks for both)."""
    subject = _own_client(ctx, client)
    ctx.journal("client.informed", homes=[subject.home.home], client=subject.row.id, way=way)
    return {"case": subject.row.case_number}


@act(
    "A2",
    who=WHO,
    writes=["client.told_about_keys"],
    title=_("Kunden vet vilka nycklar som behövs"),
    lead=_("En nyckel per lås till varje utförare, både muntligt och skriftligt. Utan val: på båda sätten."),
    light=True,
    corrected_by="correct_information",
)
def tell_about_keys(
    ctx: ActContext, *, client: CaseNumber, way: InformingWay | None = None
) -> dict[str, Any]:
    """Tell the client to give each provider one key per lock (A2), orally or in writing; without `way`: both."""
    subject = _own_client(ctx, client)
    ctx.journal("client.told_about_keys", homes=[subject.home.home], client=subject.row.id, way=way)
    return {"case": subject.row.case_number, "keys": len(subject.home.doors)}


@act(
    "A3",
    who=WHO,
    writes=["client.understood"],
    title=_("Kunden har förstått"),
    lead=_("Kunden har förstått att ett låsvred kommer att monteras."),
    light=True,
    corrected_by="correct_information",
    undone_by=Undo("correct_information", lambda told: {"client": told["client"], "what": "understood"}),
)
def confirm_understanding(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Confirm that the client has understood that a lock turner will be installed (A3)."""
    subject = _own_client(ctx, client)
    Client.objects.filter(id=subject.row.id).update(lock_unwanted=None)
    ctx.journal("client.understood", homes=[subject.home.home], client=subject.row.id)
    return {"case": subject.row.case_number}


@act(
    "A1",
    "A2",
    "A3",
    who=WHO,
    consists_of=[inform_client, tell_about_keys, confirm_understanding],
    title=_("Skriv in samtalet"),
    lead=_("Kryssa i det som är gjort. Det som är kvar skriver du in en annan gång."),
    light=True,
    corrected_by="correct_information",
)
def hold_conversation(
    ctx: ActContext,
    *,
    client: CaseNumber,
    oral: Annotated[bool, field(_("Kunden har fått veta muntligt vad låsvredet innebär"))] = False,
    written: Annotated[bool, field(_("Kunden har fått det skriftligt"))] = False,
    keys: Annotated[
        bool, field(_("Kunden vet vilka nycklar som ska lämnas: en per lås till varje utförare"))
    ] = False,
    understood: Annotated[bool, field(_("Kunden har förstått att ett låsvred monteras"))] = False,
) -> dict[str, Any]:
    """Write down one conversation about the lock turner: told orally, in writing, which keys, understood (A1, A2, A3).

    The keys are told of in the way of this conversation; where neither is ticked, in both.
    """
    if not (oral or written or keys or understood):
        raise BadValue("oral", "conversation.nothing_ticked", _("Kryssa i det som är gjort."))
    ways = [way for way, ticked in ((InformingWay.ORAL, oral), (InformingWay.WRITTEN, written)) if ticked]
    for way in ways:
        ctx.does(inform_client, client=client, way=way)
    if keys:
        ctx.does(tell_about_keys, client=client, way=ways[0] if len(ways) == 1 else None)
    if understood:
        ctx.does(confirm_understanding, client=client)
    return {"case": lookup.find_client(ctx, client).row.case_number}


def left_of_conversation(client: ClientFacts) -> dict[str, bool]:
    """Returns, of what a conversation is to bring (A1, A2, A3), what is left."""
    return {
        "oral": "oral" not in client.informed,
        "written": "written" not in client.informed,
        "keys": not client.told_about_keys,
        "understood": not client.understood,
    }


@inform_client.suggested_by("client.informed")
def _suggest_informing(context: DutyContext) -> Iterator[Suggestion]:
    for way in ("oral", "written"):
        if context.client and way not in context.client.informed:
            yield inform_client.suggestion({"client": context.case, "way": way})


@tell_about_keys.suggested_by("client.told_about_keys")
def _suggest_telling(context: DutyContext) -> Iterator[Suggestion]:
    yield tell_about_keys.suggestion({"client": context.case})


@act(
    "A3",
    who=(Role.ASSESSOR, Role.COORDINATOR),
    writes=["client.refused"],
    title=_("Kunden säger nej"),
    lead=_(
        "Ingen montering beställs. Kvittensprodukten används tills vidare. "
        "Sitter ett låsvred redan på dörren tas det ner, om ingen annan behöver det."
    ),
    corrected_by="correct_information",
    undone_by=Undo("correct_information", lambda told: {"client": told["client"], "what": "refused"}),
)
def record_refusal(
    ctx: ActContext,
    *,
    client: CaseNumber,
    reason: RefusalReason,
    text: Text = "",
) -> dict[str, Any]:
    """Record that the client refuses or has not understood: no installation is ordered, the tag stays (case 10).

    A lock that hangs there is taken down at the client's own wish once an assessor has written it, or confirmed it.
    """
    subject = _own_client(ctx, client)
    is_confirmed = reason == RefusalReason.DOES_NOT_WANT and ctx.actor.role is Role.ASSESSOR
    if is_confirmed:
        Client.objects.filter(id=subject.row.id).update(lock_unwanted=ctx.today)
    ctx.journal(
        "client.refused",
        homes=[subject.home.home],
        client=subject.row.id,
        reason_code=reason,
        confirmed=is_confirmed,
        detail={"text": text} if text else None,
    )
    return {"case": subject.row.case_number}


@act(
    "A3",
    who=WHO,
    writes=["client.refusal_confirmed"],
    title=_("Bekräfta att låsvredet ska tas ner"),
    lead=_("Du har talat med kunden, som själv vill det. Det tas ner om ingen annan i bostaden behöver det."),
)
def confirm_refusal(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Confirm that a client who has refused wants no lock, though care goes on (A3, rule 1)."""
    subject = _own_client(ctx, client)
    _has_refused(subject)
    if subject.facts.unwanted:
        raise Refusal("rule 6", "client.refusal_confirmed", _("Det är redan bekräftat."))
    Client.objects.filter(id=subject.row.id).update(lock_unwanted=ctx.today)
    ctx.journal("client.refusal_confirmed", homes=[subject.home.home], client=subject.row.id)
    return {"case": subject.row.case_number}


@confirm_refusal.suggested_by("client.refusal_confirmed")
def _suggest_confirming(context: DutyContext) -> Iterator[Suggestion]:
    yield confirm_refusal.suggestion({"client": context.case})
    yield confirm_understanding.suggestion({"client": context.case})


@confirm_understanding.suggested_by("client.understood")
def _suggest_understanding(context: DutyContext) -> Iterator[Suggestion]:
    yield confirm_understanding.suggestion({"client": context.case})
    yield record_refusal.suggestion({"client": context.case}, missing=("reason",))


@hold_conversation.suggested_by("client.informed")
@hold_conversation.suggested_by("client.told_about_keys")
@hold_conversation.suggested_by("client.understood")
def _suggest_conversation(context: DutyContext) -> Iterator[Suggestion]:
    """What is left is ticked, but for what nobody takes for granted: that the client has understood."""
    if context.client:
        left = left_of_conversation(context.client) | {"understood": False}
        yield hold_conversation.suggestion({"client": context.case, **left}, missing=("understood",))


@act(
    "A3",
    who=WHO,
    writes=["way_in.decided"],
    title=_("Bestäm hur personalen kommer in"),
    lead=_("För en kund som inte vill ha låsvred."),
    corrected_by="decide_way_in",
)
def decide_way_in(
    ctx: ActContext, *, client: CaseNumber, way: EntryMethod, text: Text = ""
) -> dict[str, Any]:
    """Decide how staff get in to a client who refuses a lock turner (case 10); the tag stays in use."""
    subject = _own_client(ctx, client)
    _has_refused(subject)
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


def _has_refused(subject: lookup.ClientSubject) -> None:
    if not subject.facts.refused:
        raise Refusal(
            "A3",
            "client.has_not_refused",
            _("Kunden har inte sagt nej till låsvred. Det finns inget annat att bestämma."),
        )
