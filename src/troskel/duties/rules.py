# SPDX-License-Identifier: EUPL-1.2
"""Rules on duties: whose, how late, attestation; and when a version of the routine comes into force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from troskel.ground import clock
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Actor, OrganisationKind, Role
from troskel.routine.model import Ask

ROLES_OF = {
    "assessor": frozenset({Role.ASSESSOR}),
    "administrator": frozenset({Role.ADMINISTRATOR}),
    "locksmith": frozenset({Role.LOCKSMITH}),
    "economist": frozenset({Role.ECONOMIST}),
    "provider": frozenset({Role.COORDINATOR, Role.CARER}),
}
"""Which accounts answer for a role of the routine."""

ROLES_IN = {
    OrganisationKind.MUNICIPALITY: frozenset({"assessor", "administrator"}),
    OrganisationKind.HOME_CARE: frozenset({"provider"}),
    OrganisationKind.ALARM: frozenset({"provider"}),
    OrganisationKind.LOCKSMITH: frozenset({"locksmith"}),
}
"""Which roles of the routine an organisation has."""

# how late it is


def state_on(state: str, closed: date | None, due: date | None, day: date) -> str:
    """open, late, done or moot, as it stood on `day`. Due is the last day in time."""
    if closed is not None and closed <= day:
        return state
    return "late" if due is not None and due < day else "open"


def days_late(state: str, closed: date | None, due: date | None, day: date) -> int:
    """How many days late it stood on `day`, or was done; 0 in time, and for what fell away."""
    ended = closed is not None and closed <= day
    if due is None or (ended and state == "moot"):
        return 0
    until = closed if ended and closed is not None else day
    return max(0, (until - due).days)


# attestation, and by whom


def by_hand(paragraph: str, ask: Ask, about: Mapping[str, Any], occurred: datetime) -> None:
    """A duty is attested by hand only where its paragraph says so, and not before what is booked has begun.

    What a closed organisation has left, the administrator attests as settled.
    """
    if not (ask.by_hand or about.get("left_by")):
        raise Refusal(
            paragraph,
            "duty.not_by_hand",
            _("Uppgiften går inte att intyga för hand. Den blir klar av det här: {events}."),
            events=[event.partition(":")[0] for event in ask.done_by],
        )
    starts = about.get("starts")
    if starts and datetime.fromisoformat(starts) > occurred:
        raise Refusal(
            paragraph,
            "duty.booked_later",
            _("Det är bokat till {starts}, och den tiden har inte kommit. Intyga det efteråt."),
            starts=starts,
        )


def tells_what_was_found(ask: Ask, text: str) -> None:
    """Who finds out how a silent client is writes what was found (P2)."""
    if ask.silence is not None and not text.strip():
        raise BadValue(
            "text",
            "duty.nothing_found_told",
            _("Skriv kort hur kunden har det, och hur du vet det. Det syns i kundens logg."),
        )


def not_too_early(paragraph: str, first: date | None, occurred: datetime) -> None:
    """A duty is not attested before its first day, `first`."""
    if first == date.max:
        raise Refusal(
            paragraph,
            "duty.no_due_day",
            _("Uppgiften har ingen sista dag än, och kan inte intygas innan den är känd."),
        )
    if first is not None and clock.day_of(occurred) < first:
        raise Refusal(
            paragraph,
            "duty.too_early",
            _("Uppgiften kan intygas först från {day}. Gör den då, och intyga den sedan."),
            day=first,
        )


def answers_for(paragraph: str, role: str, account: str) -> None:
    """Who is named must be one of those that the duty is asked of."""
    if Role(account) not in ROLES_OF.get(role, ()):
        raise Refusal(
            paragraph,
            "duty.other_role",
            _("Uppgiften är till för {role}. Den som är {role_name} kan inte svara för den."),
            role=role,
            role_name=account,
        )


def is_nobodys(paragraph: str, person: UUID | None, actor: UUID | None) -> None:
    """A duty that somebody has taken is theirs until it is given back."""
    if person is not None and person == actor:
        raise Refusal("rule 6", "duty.already_yours", _("Uppgiften är redan din."))
    if person is not None:
        raise Refusal(
            paragraph,
            "duty.taken",
            _("Någon annan har tagit uppgiften. Be att få den, eller fördela den till någon."),
        )


def is_somebodys(person: UUID | None) -> None:
    """Only what has been taken can be given back."""
    if person is None:
        raise Refusal(
            "rule 6",
            "duty.nobodys",
            _("Ingen särskild har tagit uppgiften. Det finns inget att lämna tillbaka."),
        )


def names_deputies(actor: Actor, kind: str, organisation: UUID) -> None:
    """The system administrator names the office's deputies; others those of their own organisation."""
    office = kind == OrganisationKind.MUNICIPALITY
    theirs = office if actor.role is Role.ADMINISTRATOR else organisation == actor.organisation
    if not theirs and actor.role is not Role.SYSTEM:
        raise Refusal(
            "rule 7",
            "deputy.other_organisation",
            _("En ersättare utses inom den egna organisationen. Be någon där."),
        )


def has_role(kind: str, role: str) -> None:
    """A deputy stands in for a role that the organisation has."""
    if role not in ROLES_IN[OrganisationKind(kind)]:
        raise Refusal(
            "rule 7",
            "role.not_in_organisation",
            _("Rollen {role_name} finns inte hos {organisation_kind}. Välj en annan roll."),
            role_name=role,
            organisation_kind=kind,
        )


# versions of the routine


def is_not_older(changed: date, newest: date | None) -> None:
    """An older document is not proposed by mistake: to go back, write a version with a new day."""
    if newest is not None and changed < newest:
        raise Refusal("D", "routine.changed_too_early", _(
"Filen säger att den ändrades {day}. "
"Det är före den version som godkändes sist ({newest_day}). Skriv dagen då du ändrade den."
), day=changed, newest_day=newest)  # fmt: skip


def is_a_proposal(approved: datetime | None, withdrawn: datetime | None) -> None:
    """What is approved or withdrawn is no proposal."""
    if approved is not None:
        raise Refusal(
            "D",
            "routine.already_approved",
            _("Versionen godkändes {day}. Föreslå en ny för att ändra den."),
            day=clock.day_of(approved),
        )
    if withdrawn is not None:
        raise Refusal(
            "D",
            "routine.withdrawn",
            _("Förslaget togs tillbaka {day}. Föreslå det på nytt."),
            day=clock.day_of(withdrawn),
        )


def is_proven(counterexamples: int) -> None:
    """A version with counterexamples is not approved unseen."""
    if counterexamples:
        raise Refusal(
            "D",
            "routine.refuted",
            _("Prövningen hittade {count} motexempel. Läs dem, och skriv varför versionen ska gälla ändå."),
            count=counterexamples,
        )


def is_approved_by_a_person(*, is_command_line: bool, in_production: bool) -> None:
    """The command line acts on behalf of anybody, so of two pairs of eyes it is none where clients are real."""
    if is_command_line and in_production:
        raise Refusal(
            "D",
            "routine.approved_on_the_command_line",
            _("Kommandoraden är ingen person. Logga in och godkänn versionen på sidan Rutinen."),
        )


def is_approved_by_another(
    author: UUID | None, actor: Actor, *, same_login: bool, let_in_by_author: bool
) -> None:
    """A person approves, and never the author: nor by another account of the author's, or one just given the way in."""
    if actor.account is None:
        raise Refusal(
            "D",
            "routine.approved_by_the_system",
            _("En version av rutinen godkänns av en person, inte av systemet."),
        )
    if actor.account == author:
        raise Refusal(
            "D",
            "routine.approved_by_its_author",
            _("Du har föreslagit versionen. Någon annan måste godkänna den."),
        )
    if same_login:
        raise Refusal(
            "D",
            "routine.approved_by_the_same_person",
            _("Du har själv föreslagit versionen, med ett annat konto. Någon annan måste godkänna den."),
        )
    if let_in_by_author:
        raise Refusal(
            "D",
            "routine.approved_by_who_was_let_in",
            _(
                "Den som föreslog versionen har nyligen gett det här kontot en inloggningslänk. "
                "Låt någon annan godkänna, eller vänta tills det har gått en månad."
            ),
        )


def comes_into_force(begins: date, today: date, newest: date | None) -> None:
    """From today at the earliest, and not before a version that has been approved already."""
    if begins < today:
        raise Refusal(
            "D",
            "routine.begins_in_the_past",
            _("{day} har redan varit. En version börjar gälla i dag eller senare."),
            day=begins,
        )
    if newest is not None and begins < newest:
        raise Refusal(
            "D",
            "routine.begins_too_early",
            _("En annan version gäller från {day}. Välj den dagen eller en senare."),
            day=newest,
        )
