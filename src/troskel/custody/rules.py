# SPDX-License-Identifier: EUPL-1.2
"""Who may hand over what, and where a lock may be: each check raises Refusal. Pure Python."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
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

MAX_SERIAL_LENGTH = 50
"""As long as a thing's number may be."""


def lock_is_in_stock_of(kind: str, holder: UUID | None, organisation: UUID | None, serial: str) -> None:
    """A lock is mounted from the stock of the locksmith who mounts it (rule 2)."""
    if kind != "organisation" or holder != organisation:
        raise Refusal(
            "rule 2",
            "lock.not_in_stock",
            _(
                "Låsvred {serial} finns inte i ert lager. "
                "Kontrollera numret, och om det sitter vid en annan dörr."
            ),
            serial=serial,
        )


def serial_can_be_read(serial: str) -> None:
    """A number that nobody has registered can be one at all: 1 to 50 characters."""
    if not 1 <= len(serial.strip()) <= MAX_SERIAL_LENGTH:
        raise BadValue(
            "serial", "lock.no_serial", _("Det är inget låsnummer. Skriv det som står på låsvredet.")
        )


def not_linked_elsewhere(is_linked: bool, serial: str) -> None:
    """A lock from another door is not mounted before its links there have ended (rule 2, S3)."""
    if is_linked:
        raise Refusal(
            "S3",
            "lock.still_linked",
            _(
                "Låsvred {serial} är fortfarande kopplat till en kund. "
                "Systemförvaltaren måste först ta bort kopplingen."
            ),
            serial=serial,
        )


def key_is_to_a_door_of(door: UUID | None, doors: Collection[UUID | None], label: str) -> None:
    """A key is returned to a client behind its door (rule 5)."""
    if door not in doors:
        raise Refusal(
            "rule 5",
            "key.opens_no_door",
            _("Nyckel {key} går inte till någon av kundens dörrar. Kontrollera märkningen."),
            key=label,
        )


def key_opens(opens: UUID | None, door: UUID | None, label: str) -> None:
    """A key is collected at the door it opens (rule 5)."""
    if opens != door:
        raise Refusal(
            "rule 5",
            "key.other_door",
            _("Nyckel {key} går till en annan dörr. Kontrollera märkningen."),
            key=label,
        )


def label_names_nobody(label: str, first: str, last: str, street: str) -> None:
    """The label of a protected client's key says neither whose it is nor where it fits (rule 8)."""
    bare = "".join(c for c in label.casefold() if c.isalnum())
    parts = set(re.split(r"[\W_]+", label.casefold()))
    told = (
        "".join(c for c in text.casefold() if c.isalnum()) for text in (first + last, last + first, street)
    )
    if {first.casefold(), last.casefold()} & parts or any(text in bare for text in told if text):
        raise Refusal(
            "rule 8",
            "key.label_tells",
            _(
                "Märkningen säger vems nyckeln är eller vart den går. Märk om nyckeln, till exempel med ett nummer."
            ),
        )


def later_than(at: datetime, since: datetime, thing: str, number: str) -> None:
    """A handover comes after the one before it (rule 5)."""
    if at < since:
        raise Refusal(
            "rule 5",
            "thing.handed_over_later",
            _("{thing} {number} lämnades över senare än så. Kontrollera när det hände."),
            thing=thing,
            number=number,
        )


def lock_is_at_door(kind: str, holder: UUID | None, door: UUID, serial: str) -> None:
    """The removed lock is the one at the door (rule 2)."""
    if kind != "door" or holder != door:
        raise Refusal(
            "rule 2",
            "lock.not_at_door",
            _("Låsvred {serial} sitter inte vid den här dörren. Kontrollera numret."),
            serial=serial,
        )


def lock_is_behind(lock: UUID, doors: list[DoorFacts], serial: str) -> DoorFacts:
    """Returns the door of the lock: a lock is linked only to clients behind its door (rule 2)."""
    for door in doors:
        if door.lock == lock:
            return door
    raise Refusal(
        "rule 2",
        "lock.not_mounted_at_client",
        _("Låsvred {serial} är inte monterat vid någon av kundens dörrar. Kontrollera numret."),
        serial=serial,
    )


def not_linked(client: ClientFacts, lock: UUID) -> None:
    """One open link per lock and client (rule 2)."""
    if any(link.lock == lock for link in client.links.values()):
        raise Refusal("rule 2", "link.already_there", _("Kunden är redan kopplad till låsvredet."))


def open_link(client: ClientFacts, lock: UUID) -> UUID:
    """Returns the id of the open link between client and lock. Raises Refusal where there is none."""
    for identifier, link in client.links.items():
        if link.lock == lock:
            return identifier
    raise Refusal("S3", "link.not_there", _("Kunden är inte kopplad till låsvredet. Kontrollera numret."))


def may_unlink(still_mounted: bool, has_care: bool, lock_stays_for_others: bool) -> None:
    """A link ends after a reported removal, or when its client no longer belongs behind the door (rule 2)."""
    if not still_mounted:
        return
    if has_care:
        raise Refusal(
            "S3",
            "link.needed",
            _("Låsvredet är monterat och kunden har hemtjänst eller trygghetslarm kvar. Kopplingen är kvar."),
        )
    if not lock_stays_for_others:
        raise Refusal(
            "S3",
            "link.removal_not_reported",
            _("Nedmonteringen är inte rapporterad än. Ta bort kopplingen när e-brevet om den har kommit."),
        )


def own_client(client: ClientFacts) -> None:
    """A client from another municipality gets no tag (O1, rule 3)."""
    if not client.own:
        raise Refusal(
            "O1",
            "client.gets_no_lock_or_tag",
            _("Kunden kommer från en annan kommun och får varken låsvred eller kvittensprodukt."),
        )


def giver_holds(
    current_holder: tuple[str, UUID | None], giver: tuple[str, UUID | None], thing: str, number: str
) -> None:
    """A thing is handed over by its holder (rule 5)."""
    if current_holder != giver:
        raise Refusal(
            "rule 5",
            "thing.held_by_another",
            _("{thing} {number} finns hos någon annan. Den som har saken lämnar över den."),
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
            "thing.not_kept_there",
            _("{organisation_kind} förvarar inte sådana saker ({thing}). Kontrollera vem du lämnar till."),
            organisation_kind=organisation,
            thing=kind,
        )


def giver(organisation: UUID | None) -> UUID:
    """Returns the giving organisation: things are transferred between organisations."""
    if organisation is None:
        raise Refusal(
            "rule 5",
            "thing.not_the_systems",
            _("Saker lämnas vidare av organisationen som har dem. Systemet självt har inga."),
        )
    return organisation


def to_another(giver: UUID, receiver: UUID) -> None:
    """A thing is transferred to another organisation."""
    if giver == receiver:
        raise Refusal(
            "rule 5",
            "thing.already_with_you",
            _("Sakerna är redan hos er. Välj organisationen som ska ha dem."),
        )


def client_agrees(agreed: bool) -> None:
    """Keys go to the next provider only with the client's agreement, else back to the client (P5)."""
    if not agreed:
        raise Refusal(
            "P5",
            "key.client_has_not_agreed",
            _("Kunden måste gå med på det. Annars lämnas nycklarna tillbaka till kunden."),
        )


def answers_for(holding: OpenHolding, owner_of_tag: UUID | None, organisation: UUID | None) -> None:
    """Only the holding organisation, or the owner of a client's tag, transfers a thing or reports it lost (rule 5)."""
    responsible = holding.holder if holding.kind == "organisation" else owner_of_tag
    if organisation is None or responsible != organisation:
        raise Refusal(
            "rule 5",
            "thing.not_yours",
            _("{thing} {number} är inget som ni svarar för. Kontrollera numret."),
            thing=holding.thing.kind,
            number=holding.thing.number,
        )


def chip_is_free(*, taken: bool) -> None:
    """A chip is in one tag (rule 5)."""
    if taken:
        raise Refusal(
            "rule 5",
            "tag.chip_taken",
            _("Chipets nummer är redan inskrivet på en annan kvittensprodukt. Kontrollera numret."),
        )


def is_offered(offer: OfferT | None, number: str) -> OfferT:
    """Returns the open offer; without one there is nothing to accept or withdraw."""
    if offer is None:
        raise Refusal(
            "rule 5",
            "thing.not_on_offer",
            _("Det finns inget erbjudande om {number}. Fråga den som har saken."),
            number=number,
        )
    return offer


def can_be_corrected(kind: str, holder: str, *, organisation: bool, client: bool, opens: bool) -> None:
    """It is said who has the thing, or for a key what it opens; a lock at a door is a report's to correct (rule 5)."""
    if holder in ("door", "lost"):
        raise Refusal(
            "rule 5",
            "thing.corrected_elsewhere",
            _("Ett låsvred vid en dörr rättas med sin rapport, och något borttappat anmäls upphittat."),
        )
    if organisation and client:
        raise BadValue("client", "thing.two_holders", _("Saken har en innehavare. Fyll i ett av fälten."))
    if client and kind == "lock":
        raise BadValue("client", "thing.lock_with_client", _("Ett låsvred förvaras inte hos en kund."))
    if opens and kind != "key":
        raise BadValue("opens", "thing.opens_nothing", _("Bara en nyckel går till en dörr."))
    if not (organisation or client or opens):
        raise BadValue("organisation", "thing.nothing_corrected", _("Skriv vem som har saken."))


def can_be_lost(holding: OpenHolding) -> None:
    """A thing mounted at a door, or lost already, can't be reported lost (case 13)."""
    if holding.kind == "door":
        raise Refusal(
            "rule 2",
            "lock.hangs_at_door",
            _("Låsvred {serial} sitter vid en dörr. Beställ en reparation eller en nedmontering."),
            serial=holding.thing.number,
        )
    if holding.kind == "lost":
        raise Refusal(
            "rule 5",
            "thing.already_lost",
            _("Det är redan anmält att {thing} {number} är borta."),
            thing=holding.thing.kind,
            number=holding.thing.number,
        )


def is_lost(holding: OpenHolding) -> None:
    """Only a lost thing can be found."""
    if holding.kind != "lost":
        raise Refusal(
            "rule 5",
            "thing.not_lost",
            _("Ingen har anmält att {thing} {number} är borta. Se efter vem som har saken."),
            thing=holding.thing.kind,
            number=holding.thing.number,
        )
