# SPDX-License-Identifier: EUPL-1.2
"""Rules on duties: whose, how late, attestation; and when a version of the routine comes into force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from troskel.ground import clock
from troskel.ground.refusals import Refusal
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
    """A duty is attested by hand only where its paragraph says so, and not before what is booked has begun."""
    if not ask.by_hand:
        raise Refusal(
            paragraph,
            "is fulfilled by {events}: do that act, it can't be attested by hand",
            events=[event.partition(":")[0] for event in ask.done_by],
        )
    starts = about.get("starts")
    if starts and datetime.fromisoformat(starts) > occurred:
        raise Refusal(
            paragraph, "is booked for {starts}, which has not come: attest it afterwards", starts=starts
        )


def not_too_early(paragraph: str, first: date | None, occurred: datetime) -> None:
    """A duty is not attested before its first day, `first`."""
    if first == date.max:
        raise Refusal(paragraph, "has no due day yet, and is not attested before that is known")
    if first is not None and clock.day_of(occurred) < first:
        raise Refusal(
            paragraph, "may be attested from {day}: do it then, and attest it when it is done", day=first
        )


def answers_for(paragraph: str, role: str, account: str) -> None:
    """Who is named must be one of those that the duty is asked of."""
    if Role(account) not in ROLES_OF.get(role, ()):
        raise Refusal(
            paragraph,
            "is asked of the {role}, and a {role_name} does not answer for that",
            role=role,
            role_name=account,
        )


def is_nobodys(paragraph: str, person: UUID | None, actor: UUID | None) -> None:
    """A duty that somebody has taken is theirs until it is given back."""
    if person is not None and person == actor:
        raise Refusal("rule 6", "the duty is yours already")
    if person is not None:
        raise Refusal(
            paragraph, "somebody else has taken the duty: ask for it to be given back, or assign it"
        )


def is_somebodys(person: UUID | None) -> None:
    """Only what has been taken can be given back."""
    if person is None:
        raise Refusal("rule 6", "the duty is nobody's in particular: there is nothing to give back")


def names_deputies(actor: Actor, kind: str, organisation: UUID) -> None:
    """The system administrator names the office's deputies; others those of their own organisation."""
    office = kind == OrganisationKind.MUNICIPALITY
    theirs = office if actor.role is Role.ADMINISTRATOR else organisation == actor.organisation
    if not theirs and actor.role is not Role.SYSTEM:
        raise Refusal("rule 7", "a deputy is named within one's own organisation: ask someone there")


def has_role(kind: str, role: str) -> None:
    """A deputy stands in for a role that the organisation has."""
    if role not in ROLES_IN[OrganisationKind(kind)]:
        raise Refusal(
            "rule 7",
            "nobody is {role_name} in an organisation of kind {organisation_kind}: choose another role",
            role_name=role,
            organisation_kind=kind,
        )


# versions of the routine


def is_not_older(changed: date, newest: date | None) -> None:
    """An older document is not proposed by mistake: to go back, write a version with a new day."""
    if newest is not None and changed < newest:
        raise Refusal("D", "was changed {day}, before the version that was approved last ({newest_day}): "
                           "give it the day on which you changed it", day=changed, newest_day=newest)  # fmt: skip


def is_a_proposal(approved: datetime | None, withdrawn: datetime | None) -> None:
    """What is approved or withdrawn is no proposal."""
    if approved is not None:
        raise Refusal(
            "D", "the version was approved {day}: propose another to change it", day=clock.day_of(approved)
        )
    if withdrawn is not None:
        raise Refusal("D", "the proposal was withdrawn {day}: propose it again", day=clock.day_of(withdrawn))


def is_approved_by_another(author: UUID | None, actor: Actor) -> None:
    """A person approves, and never the author."""
    if actor.account is None:
        raise Refusal("D", "a version of the routine is approved by a person, not by the system")
    if actor.account == author:
        raise Refusal("D", "you proposed this version: it is approved by another than its author")


def comes_into_force(begins: date, today: date, newest: date | None) -> None:
    """From today at the earliest, and not before a version that has been approved already."""
    if begins < today:
        raise Refusal("D", "{day} has passed: a version is in force from today or later", day=begins)
    if newest is not None and begins < newest:
        raise Refusal(
            "D", "another version is in force from {day}: choose that day or a later one", day=newest
        )
