# SPDX-License-Identifier: EUPL-1.2
"""An order's states and transitions, and what must hold: each check raises Refusal or BadValue. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.routine import charges, client_state, door_state
from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts

OPEN_STATES = frozenset({"placed", "booked"})


class Failure(Choice, question=_("Vad hindrade?")):
    """Why a locksmith's trip failed (case 11)."""

    NOBODY_HOME = "nobody_home", _("Ingen öppnade")
    DOOR_DOES_NOT_FIT = "door_does_not_fit", _("Låsvredet passar inte dörren")
    CLIENT_REFUSED = "client_refused", _("Kunden sade nej vid dörren")
    CARER_MISSING = "carer_missing", _("Personalen som skulle vara med kom inte")
    PARTS_MISSING = "parts_missing", _("Delar eller verktyg saknades")
    OTHER = "other", _("Annat")


FAILURES = Failure.codes()


class Cancellation(Choice, question=_("Anledning")):
    """Why an order is cancelled (cases 5, 6 and 10)."""

    CARE_ENDED = "care_ended", _("Hemtjänsten har upphört")
    CARE_AGAIN = "care_again", _("Kunden får hemtjänst igen")
    CLIENT_REFUSED = "client_refused", _("Kunden vill inte ha låsvred")
    CANNOT_BE_FITTED = "cannot_be_fitted", _("Låsvredet går inte att montera")
    MOVED = "moved", _("Kunden flyttar")
    MISTAKE = "mistake", _("Beställningen var fel")


CANCELLATIONS = Cancellation.codes()


def is_open(state: str, number: str) -> None:
    """Only an open order is booked, failed, cancelled or reported done (L1)."""
    if state not in OPEN_STATES:
        raise Refusal(
            "L1",
            "order.not_open",
            _("Beställning {order} är {order_state}. Bara en öppen beställning går att arbeta med."),
            order=number,
            order_state=state,
        )


def is_reported(state: str, number: str) -> None:
    """Only a report that has been made is corrected (L1)."""
    if state != "done":
        raise Refusal(
            "L1",
            "order.not_reported",
            _("Beställning {order} är {order_state}. Det finns ingen rapport att rätta."),
            order=number,
            order_state=state,
        )


def is_booked(state: str, number: str) -> None:
    """Only a booking that stands is corrected (P4)."""
    if state != "booked":
        raise Refusal(
            "P4",
            "order.not_booked",
            _("Beställning {order} är {order_state}. Det finns ingen bokning att ta bort."),
            order=number,
            order_state=state,
        )


class Taken(NamedTuple):
    """A time at which somebody of a firm is booked, and for whom: doors of one client are one trip."""

    starts: datetime
    ends: datetime
    client: UUID


def is_to_come(starts: datetime, now: datetime) -> None:
    """A time is booked ahead (P4): what has been done is reported, not booked."""
    if starts < now:
        raise BadValue(
            "starts",
            "booking.in_the_past",
            _("Tiden har redan varit. Boka en tid som kommer, eller rapportera det som är gjort."),
        )


def somebody_is_free(taken: Iterable[Taken], starts: datetime, ends: datetime, smiths: int) -> None:
    """No locksmith is at two places at once (P4). It never says where they are instead."""
    if not is_free(taken, starts, ends, smiths):
        raise Refusal(
            "P4",
            "booking.taken",
            _("Låssmeden är redan bokad {starts}. Välj en annan tid."),
            starts=starts,
        )


def is_free(taken: Iterable[Taken], starts: datetime, ends: datetime, smiths: int) -> bool:
    """Whether fewer than all of the firm's locksmiths are out at every moment from `starts` to `ends`."""
    overlapping = [one for one in taken if one.starts < ends and one.ends > starts]
    moments = [starts, *(one.starts for one in overlapping if one.starts > starts)]
    return all(
        len({one.client for one in overlapping if one.starts <= moment < one.ends}) < smiths
        for moment in moments
    )


def is_still_at_door(lock: UUID | None, reported: UUID | None, number: str) -> None:
    """A report is corrected as long as nothing has followed it at the door (L1)."""
    if lock != reported:
        raise _overtaken(number)


def is_still_with(holder: tuple[str, UUID | None], reported: tuple[str, UUID], number: str) -> None:
    """A lock that was not taken down after all has not gone on to somebody else (L1)."""
    if holder != reported:
        raise _overtaken(number)


def _overtaken(number: str) -> Refusal:
    return Refusal(
        "L1",
        "report.overtaken",
        _("Efter beställning {order} har något annat hänt med låsvredet. Rätta det senaste först."),
        order=number,
    )


def of_kind(kind: str, wanted: str, number: str) -> None:
    """An installation is reported as mounted, a removal as taken down (L1)."""
    if kind != wanted:
        raise Refusal(
            "L1",
            "order.other_kind",
            _("Beställning {order} gäller {order_kind}, inte {wanted_kind}. Rapportera det som är beställt."),
            order=number,
            order_kind=kind,
            wanted_kind=wanted,
        )


def known_code(field: str, code: str, codes: frozenset[str]) -> None:
    """Checks that a reason is one of the codes."""
    if code not in codes:
        raise BadValue(
            field, "value.not_a_choice", _("Välj ett av de här svaren: {codes}."), codes=sorted(codes)
        )


def own_client(client: ClientFacts) -> None:
    """A client from another municipality gets no lock (O1, rule 3)."""
    if not client.own:
        raise Refusal(
            "O1",
            "client.gets_no_lock_or_tag",
            _("Kunden kommer från en annan kommun och får varken låsvred eller kvittensprodukt."),
        )


def care_to_come(client: ClientFacts, day: date) -> None:
    """A lock is for a client who has home care or a safety alarm, now or to come (P1)."""
    if not client_state.has_care_left(client, day):
        raise Refusal(
            "P1",
            "client.has_no_care",
            _("Kunden har varken hemtjänst eller trygghetslarm. Det finns inget att beställa till."),
        )


def organisation_has_the_client(client: ClientFacts, organisation: UUID | None, day: date) -> None:
    """The ordering provider has the client's care allocated to it (P1)."""
    if organisation not in client_state.providers_of(client, day):
        raise Refusal(
            "P1",
            "decision.not_allocated",
            _("Inget pågående eller kommande beslut är fördelat till er. Fråga biståndshandläggaren."),
        )


def not_refused(client: ClientFacts) -> None:
    """A client who has refused gets no lock turner; the tag remains in use (case 10)."""
    if client.refused and not client.understood:
        raise Refusal(
            "A3",
            "client.has_refused",
            _(
                "Kunden har sagt nej till låsvred. "
                "Biståndshandläggaren måste först skriva in att kunden har förstått."
            ),
        )


def client_is_informed(client: ClientFacts, reason: str) -> None:
    """An installation for an uninformed client needs a written reason."""
    missing = [
        paragraph
        for paragraph, done in (
            ("A1", set(client.informed) >= {"oral", "written"}),
            ("A2", bool(client.told_about_keys)),
            ("A3", bool(client.understood)),
        )
        if not done
    ]
    if missing and not reason:
        raise Refusal(
            missing[0],
            "order.too_early",
            _(
                "Det här är inte gjort: {paragraphs}. "
                "Be biståndshandläggaren göra det, eller skriv varför det beställs ändå."
            ),
            paragraphs=missing,
        )


def no_lock_at(door: DoorFacts) -> None:
    """One lock per door (rule 2): with a lock there, no installation is ordered (A5)."""
    if door.lock is not None:
        raise Refusal("rule 2", "lock.already_at_door", _("Det sitter redan ett låsvred vid dörren."))


def mounted_lock(door: DoorFacts) -> UUID:
    """Returns the lock at the door: a removal needs one (P6)."""
    if door.lock is None:
        raise Refusal(
            "P6",
            "lock.none_at_door",
            _(
                "Det sitter inget låsvred vid dörren. "
                "Kontrollera vilken dörr det gäller, och var kunden bodde förut."
            ),
        )
    return door.lock


def owner_consents(door: DoorFacts) -> None:
    """At an entrance or a gate, mounting needs the owner's consent (P1)."""
    if door_state.lacks_consent(door):
        raise Refusal(
            "P1",
            "owner.has_not_consented",
            _(
                "Ägaren har inte gått med på ett låsvred vid {door_kind}. "
                "Be systemförvaltaren skriva in medgivandet när det finns."
            ),
            door_kind=door.kind,
        )


def no_open_order(door: DoorFacts, *kinds: str) -> None:
    """One open order per door (of these kinds). It may be another provider's, so its number is not revealed."""
    if door_state.open_orders(door, *kinds):
        raise Refusal(
            "P1",
            "order.already_open",
            _(
                "Dörren har redan en öppen beställning av det slaget. "
                "Den måste först utföras eller avbeställas."
            ),
        )


def nobody_needs_the_lock(door: DoorFacts, homes: Mapping[UUID, HomeFacts], day: date) -> None:
    """No removal while someone behind the door has care (rule 1). The message never says who, or why."""
    if door_state.care_left_behind(door, homes, day):
        raise Refusal(
            "rule 1",
            "lock.needed",
            _("Någon i bostaden har hemtjänst eller trygghetslarm. Låsvredet sitter kvar."),
        )


def may_be_taken_down(door: DoorFacts, homes: Mapping[UUID, HomeFacts], day: date) -> UUID:
    """Returns the lock to remove: nobody behind the door needs it, and no order is open (P6, rule 1)."""
    lock = mounted_lock(door)
    nobody_needs_the_lock(door, homes, day)
    no_open_order(door, "installation", "removal")
    return lock


def is_asked_to_remove(
    door: DoorFacts,
    client: ClientFacts,
    homes: Mapping[UUID, HomeFacts],
    organisation: UUID | None,
    day: date,
) -> None:
    """The provider whose care behind the door ended last orders the removal (P6, case 7).

    While everybody's care goes on it is taken down at the client's wish, and the lead provider orders. For a client who
    has become another municipality's it is the last provider again, whether the care goes on or not (O1). Where the
    client has moved, it is whoever was the last while they lived there.
    """
    own = door_state.own_clients_behind(door, homes)
    behind = door_state.homes_behind(door, homes)
    there = next((home.clients[client.client] for home in behind if client.client in home.clients), client)
    closing = {one for home in behind for one in home.closed}
    left = door_state.somebody_left(door, homes, day)
    lead = None if left else charges.lead_provider(own, day, closing)
    asked = lead or charges.last_provider(own or [there], closing)
    if asked is not None and asked.organisation != organisation:
        raise Refusal(
            "P6",
            "removal.another_provider",
            _("Nedmonteringen beställs av den utförare vars insats i bostaden slutade sist."),
        )


def removal_refusal(door: DoorFacts, homes: Mapping[UUID, HomeFacts], day: date) -> Refusal | None:
    """Returns what refuses an order of removal on the day, or None where it is allowed."""
    try:
        may_be_taken_down(door, homes, day)
    except Refusal as refusal:
        return refusal
    return None


def is_a_locksmith(kind: str) -> None:
    """An order is placed with a locksmith firm."""
    if kind != "locksmith":
        raise BadValue(
            "locksmith",
            "organisation.not_a_locksmith",
            _("Organisationen är ingen låssmed. Välj en låssmed."),
        )


def orderer(organisation: UUID | None) -> UUID:
    """Returns the ordering organisation; the system itself has none."""
    if organisation is None:
        raise Refusal(
            "P1",
            "order.not_by_the_system",
            _("En beställning görs av en utförare. Systemet självt kan inte beställa."),
        )
    return organisation


LETTER_PARAGRAPHS = {"installation": "S1", "removal": "S3"}
"""By kind of order, the paragraph that the letter fulfils."""


def has_a_letter(kind: str, state: str, number: str) -> None:
    """There is a letter only about a mounted or removed lock, not about an open order (S1, S3)."""
    if kind not in LETTER_PARAGRAPHS:
        raise Refusal(
            "S1",
            "letter.no_such_order",
            _("Beställning {order} gäller {order_kind}. Om det skickas inget brev."),
            order=number,
            order_kind=kind,
        )
    if state != "done":
        raise Refusal(
            LETTER_PARAGRAPHS[kind],
            "letter.order_not_done",
            _("Beställning {order} är {order_state}. Brevet skickas när den är utförd."),
            order=number,
            order_state=state,
        )


def addressee(homes: Iterable[HomeFacts], ordered_for: UUID, day: date) -> ClientFacts | None:
    """Who gets the letter about an order (S1, S3): the client it was made for, else the first who lives there.

    `homes`: those behind its door, in the order in which it came to serve them.
    """
    living = [
        client
        for home in homes
        for client in home.clients.values()
        if client.own and client_state.lives_here(client, day)
    ]
    return min(living, key=lambda client: client.client != ordered_for, default=None)


def gets_letters(kind: str, lives_there: bool) -> None:
    """No letter is sent to clients who have died or moved from the order's door (S1, S3)."""
    if not lives_there:
        raise Refusal(
            LETTER_PARAGRAPHS[kind],
            "letter.client_gone",
            _("Kunden har avlidit eller flyttat från dörren. Inget brev skickas."),
        )
