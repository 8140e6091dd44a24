# SPDX-License-Identifier: EUPL-1.2
"""Who may hand over what, and where a lock may be: each check raises Refusal. Pure Python."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.routine.facts import ClientFacts, DoorFacts


class LockFault(Choice, question=_("Vad är fel?")):
    """Faults of a lock turner."""

    JAMMED = "jammed", _("Kolven går trögt")
    LOW_BATTERY = "low_battery", _("Batteriet är slut, eller snart slut")
    NO_ANSWER = "no_answer", _("Låset svarar inte telefonen")
    CLOCK = "clock", _("Låsets klocka går fel")
    LOOSE = "loose", _("Låset sitter löst")
    DAMAGED = "damaged", _("Låset är skadat")
    OTHER = "other", _("Annat")


FAULTS = LockFault.codes()


def lock_is_in_stock_of(kind: str, holder: UUID | None, organisation: UUID | None, serial: str) -> None:
    """A lock is mounted from the stock of the locksmith who mounts it (rule 2)."""
    if kind != "organisation" or holder != organisation:
        raise Refusal(
            "rule 2",
            "lock {serial} is not in your stock: check the serial number, and whether it hangs at another door",
            serial=serial,
        )


def not_linked_elsewhere(is_linked: bool, serial: str) -> None:
    """A lock from another door is not mounted before its links there have ended (rule 2, S3)."""
    if is_linked:
        raise Refusal(
            "S3",
            "lock {serial} is still linked to a client: the system administrator unlinks it first",
            serial=serial,
        )


def key_is_to_a_door_of(door: UUID | None, doors: Collection[UUID | None], label: str) -> None:
    """A key is returned to a client behind its door (rule 5)."""
    if door not in doors:
        raise Refusal("rule 5", "key {key} opens no door of this client: check the label", key=label)


def later_than(at: datetime, since: datetime, thing: str, number: str) -> None:
    """A handover comes after the one before it (rule 5)."""
    if at < since:
        raise Refusal(
            "rule 5",
            "{thing} {number} was handed over to its holder after that: check when it happened",
            thing=thing,
            number=number,
        )


def lock_is_at_door(kind: str, holder: UUID | None, door: UUID, serial: str) -> None:
    """The removed lock is the one at the door (rule 2)."""
    if kind != "door" or holder != door:
        raise Refusal("rule 2", "lock {serial} is not at this door: check the serial number", serial=serial)


def lock_is_behind(lock: UUID, doors: list[DoorFacts], serial: str) -> DoorFacts:
    """Returns the door of the lock: a lock is linked only to clients behind its door (rule 2)."""
    for door in doors:
        if door.lock == lock:
            return door
    raise Refusal(
        "rule 2",
        "lock {serial} is not mounted at a door of this client: check the serial number",
        serial=serial,
    )


def not_linked(client: ClientFacts, lock: UUID) -> None:
    """One open link per lock and client (rule 2)."""
    if any(link.lock == lock for link in client.links.values()):
        raise Refusal("rule 2", "the client is already linked to this lock")


def open_link(client: ClientFacts, lock: UUID) -> UUID:
    """Returns the id of the open link between client and lock. Raises Refusal where there is none."""
    for identifier, link in client.links.items():
        if link.lock == lock:
            return identifier
    raise Refusal("S3", "the client is not linked to this lock")


def may_unlink(still_mounted: bool, has_care: bool, lock_stays_for_others: bool) -> None:
    """A link ends after a reported removal, or when its client no longer belongs behind the door (rule 2)."""
    if not still_mounted:
        return
    if has_care:
        raise Refusal("S3", "the lock is mounted and the client has care left: the link stays")
    if not lock_stays_for_others:
        raise Refusal("S3", "the removal is not reported yet: the link is removed when its e-mail has come")


def own_client(client: ClientFacts) -> None:
    """A client from another municipality gets no tag (O1, rule 3)."""
    if not client.own:
        raise Refusal("O1", "the client is assigned by another municipality and gets neither lock nor tag")


def giver_holds(
    current_holder: tuple[str, UUID | None], giver: tuple[str, UUID | None], thing: str, number: str
) -> None:
    """A thing is handed over by its holder (rule 5)."""
    if current_holder != giver:
        raise Refusal(
            "rule 5",
            "{thing} {number} is held by someone else: the one who holds it hands it over",
            thing=thing,
            number=number,
        )


# transfers between organisations, lost and found


class NumberedThing(Protocol):
    """A thing's kind and number."""

    kind: str
    number: str


class OpenHolding(Protocol):
    """An open holding of a thing."""

    @property
    def thing(self) -> NumberedThing: ...
    @property
    def kind(self) -> str: ...
    @property
    def holder(self) -> UUID | None: ...


KEEPER_KINDS = {
    "lock": frozenset({"locksmith", "municipality"}),
    "tag": frozenset({"home_care", "alarm", "municipality"}),
    "key": frozenset({"home_care", "alarm", "municipality"}),
}
"""Kinds of organisation that may keep each kind of thing."""

OfferT = TypeVar("OfferT")


def may_hold(kind: str, organisation: str) -> None:
    """Locksmiths keep locks; care providers keep tags and keys; the social office may keep any (rule 5)."""
    if organisation not in KEEPER_KINDS[kind]:
        raise Refusal(
            "rule 5",
            "an organisation of kind {organisation_kind} keeps no {kept}s: check whom you hand it to",
            organisation_kind=organisation,
            kept=kind,
        )


def giver(organisation: UUID | None) -> UUID:
    """Returns the giving organisation: things are transferred between organisations."""
    if organisation is None:
        raise Refusal(
            "rule 5", "things are handed on by the organisation that has them: the system itself has none"
        )
    return organisation


def to_another(giver: UUID, receiver: UUID) -> None:
    """A thing is transferred to another organisation."""
    if giver == receiver:
        raise Refusal(
            "rule 5", "the things are with your organisation already: name the one that is to have them"
        )


def client_agrees(agreed: bool) -> None:
    """Keys go to the next provider only with the client's agreement, else back to the client (P5)."""
    if not agreed:
        raise Refusal("P5", "the client has to agree: else the keys go back to the client ('agreed')")


def answers_for(holding: OpenHolding, owner_of_tag: UUID | None, organisation: UUID | None) -> None:
    """Only the holding organisation, or the owner of a client's tag, transfers a thing or reports it lost (rule 5)."""
    responsible = holding.holder if holding.kind == "organisation" else owner_of_tag
    if organisation is None or responsible != organisation:
        raise Refusal(
            "rule 5",
            "{thing} {number} is not your organisation's to answer for",
            thing=holding.thing.kind,
            number=holding.thing.number,
        )


def is_offered(offer: OfferT | None, number: str) -> OfferT:
    """Returns the open offer; without one there is nothing to accept or withdraw."""
    if offer is None:
        raise Refusal("rule 5", "{number} is not on offer: ask the one who holds it", number=number)
    return offer


def can_be_lost(holding: OpenHolding) -> None:
    """A thing mounted at a door, or lost already, can't be reported lost (case 13)."""
    if holding.kind == "door":
        raise Refusal(
            "rule 2",
            "lock {serial} hangs at a door: order a repair or a removal",
            serial=holding.thing.number,
        )
    if holding.kind == "lost":
        raise Refusal(
            "rule 5",
            "{thing} {number} has been reported lost already",
            thing=holding.thing.kind,
            number=holding.thing.number,
        )


def is_lost(holding: OpenHolding) -> None:
    """Only a lost thing can be found."""
    if holding.kind != "lost":
        raise Refusal(
            "rule 5",
            "{thing} {number} is not lost: look who holds it",
            thing=holding.thing.kind,
            number=holding.thing.number,
        )
