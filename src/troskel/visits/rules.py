# SPDX-License-Identifier: EUPL-1.2
"""What a visit must prove, and flags for visits that can't be right. Pure Python.

A visit proven by a tag or a lock is always stored, with a flag where its times can't be right. A visit by hand must fit
the allocation. A visit without evidence is refused, and stays on the phone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from troskel.ground import clock
from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.ground.years import check_year


class VisitReason(Choice, question=_("Varför manuellt?")):
    """Why a visit is entered by hand."""

    NO_TAG_YET = "no_tag_yet", _("Ingen kvittensprodukt ännu")
    TAG_MISSING = "tag_missing", _("Kvittensprodukten hittades inte")
    PHONE_FAILED = "phone_failed", _("Telefonen fungerade inte")
    LOCK_FAILED = "lock_failed", _("Låset svarade inte")
    OTHER_MUNICIPALITY = "other_municipality", _("Kunden bor i en annan kommun")
    FORGOTTEN = "forgotten", _("Glömde kvittera")
    DECLINED = "declined", _("Kunden ville inte ha besöket")
    OUTSIDE = "outside", _("Besöket gjordes på annan plats än hemma")


REASONS = VisitReason.codes()


class CorrectionReason(Choice, question=_("Varför rättas det?")):
    """Why what stands about a visit is not what happened."""

    FORGOTTEN = "forgotten", _("Glömde kvittera")
    WRONG_TIME = "wrong_time", _("Fel tid blev inskriven")
    PHONE_FAILED = "phone_failed", _("Telefonen fungerade inte")
    WRONG_CLIENT = "wrong_client", _("Det skrevs in på fel kund")
    NOT_MADE = "not_made", _("Besöket blev inte av")


class Grade(Choice, question=_("Hur säkert?")):
    """How strong the evidence of a visit is. E is left out: it would be the phone's place, and no place is kept."""

    A = "A", _("Signerat av låset")
    B = "B", _("Signerat av kvittensprodukten")
    C = "C", _("Låset vid kundens dörr")
    D = "D", _("Kvittensprodukten hos kunden")
    F = "F", _("Manuellt, med en anledning")


NEAR_OPENING = timedelta(minutes=5)
"""An opening that the lock has signed proves an arrival or departure by lock within so long: one opens, steps in and
taps. The lock's clock and the phone's may be some two minutes apart, each its own way."""


def grade(evidence: str, *, is_signed: bool = False, is_corrected: bool = False) -> Grade:
    """The grade of an arrival or departure. `is_signed`: a signature of the lock or the tag has been verified.

    A time that was corrected is by hand, whatever had proven the one before.
    """
    if is_corrected:
        return Grade.F
    if evidence == "lock":
        return Grade.A if is_signed else Grade.C
    if evidence == "tag":
        return Grade.B if is_signed else Grade.D
    return Grade.F


FLAGS = {
    "overlap": "the same carer was at another visit at the same time",
    "long": "it lasted longer than a day and a night",
    "not_covered": "no ongoing decision was allocated to the provider that day (rule 4)",
    "left_open": "nobody told when it ended: the carer's next visit began",
    "arrival_corrected": "the time of the arrival was corrected by hand, with a reason",
    "departure_corrected": "the time of the departure was corrected, or written in afterwards, with a reason",
}
CORRECTED = ("arrival_corrected", "departure_corrected")
"""Flags that stay, however often the others are computed anew."""

MAX_DURATION = timedelta(hours=24)


class Span(NamedTuple):
    """A period. Without `until`: a visit's end was not reported; a holding or link is open."""

    since: datetime
    until: datetime | None


def departs_after_arrival(arrived: datetime, departed: datetime | None) -> None:
    """A visit ends after it begins."""
    if departed is not None and departed < arrived:
        raise BadValue(
            "departed", "visit.ends_before_arrival", _("Tiden är före ankomsten. Kontrollera båda tiderna.")
        )


def visiting_organisation(organisation: UUID | None) -> UUID:
    """Returns the visiting organisation; the system itself makes no visits."""
    if organisation is None:
        raise Refusal(
            "rule 4",
            "visit.not_a_providers",
            _("Ett besök hör till en utförare. Dess omvårdnadspersonal eller samordnare skriver in det."),
        )
    return organisation


def has_been_made(arrived: datetime, departed: datetime | None, now: datetime) -> None:
    """A visit is registered afterwards, never in advance; and not before anybody can have made it."""
    check_year("arrived", arrived)
    check_year("departed", departed)
    if arrived > now or (departed or arrived) > now:
        raise BadValue(
            "arrived",
            "visit.in_the_future",
            _("Tiden har inte kommit än. Skriv in besöket när det är gjort."),
        )


def by_hand_with_reason(evidence: str, reason: str) -> None:
    """A visit entered by hand needs a reason."""
    if evidence == "hand" and reason not in REASONS:
        raise BadValue(
            "reason",
            "visit.no_reason",
            _("Ett manuellt besök behöver en anledning. Välj en av dem: {codes}."),
            codes=sorted(REASONS),
        )


def is_declined(reason: str, departed_reason: str) -> bool:
    """Did the client not want the visit? Told at the arrival, or by who had come in and left."""
    return VisitReason.DECLINED in (reason, departed_reason)


def covered_or_proven(*, covered: bool, evidence: str, arrived: datetime) -> None:
    """Outside the allocation (rule 4) a visit is accepted if a thing proves it, and refused if entered by hand."""
    if not covered and evidence == "hand":
        raise Refusal(
            "rule 4",
            "visit.not_allocated",
            _("Inget pågående beslut var fördelat till er {day}. Fråga biståndshandläggaren (A8)."),
            day=clock.day_of(arrived),
        )


def tag_was_with_client(holdings: Iterable[Span], at: Span, tag: str) -> None:
    """The tag was with the client during the visit (P2): placed that day at the latest, and not taken before."""
    day = clock.day_of(at.until or at.since)
    if not any(
        clock.day_of(holding.since) <= day and (holding.until is None or holding.until >= at.since)
        for holding in holdings
    ):
        raise Refusal(
            "P2",
            "visit.tag_elsewhere",
            _(
                "Kvittensprodukt {tag} var inte hos kunden då. "
                "Kontrollera numret, eller skriv in besöket för hand."
            ),
            tag=tag,
        )


def lock_was_linked(links: Iterable[Span], at: Span, serial: str) -> None:
    """The lock was linked to the client during the visit (S2)."""
    if not any(
        link.since <= (at.until or at.since) and (link.until is None or link.until >= at.since)
        for link in links
    ):
        raise Refusal(
            "rule 4",
            "visit.lock_not_linked",
            _("Kunden var inte kopplad till låsvred {serial} då. Kontrollera numret."),
            serial=serial,
        )


def flags_of(at: Span, others: Iterable[Span], *, covered: bool) -> list[str]:
    """Returns the flags of a visit; `others` are the same carer's other visits."""
    flags = []
    if any(overlaps(at, other) for other in others):
        flags.append("overlap")
    if at.until is not None and at.until - at.since > MAX_DURATION:
        flags.append("long")
    if not covered:
        flags.append("not_covered")
    return flags


def overlaps(first: Span, second: Span) -> bool:
    """Do two visits of a carer share any time? A visit without an end counts as the instant of its arrival."""
    if first.since == second.since:
        return True
    earlier, later = (first, second) if first.since < second.since else (second, first)
    return earlier.until is not None and later.since < earlier.until


def corrected_time(stands: datetime | None, told: datetime | None) -> datetime | None:
    """Returns the time that holds after a correction. Forms know minutes: the same minute changes nothing."""
    if told is None or (stands is not None and told == stands.replace(second=0, microsecond=0)):
        return stands
    return told


def something_corrected(*, made: bool, is_changed: bool) -> None:
    """A correction says another time, or that the visit was not made."""
    if made and not is_changed:
        raise BadValue(
            "arrived", "visit.nothing_corrected", _("Skriv den rätta tiden, eller att besöket inte gjordes.")
        )


def not_begun_twice(same_client: bool, since: datetime, arrived: datetime) -> None:
    """A second arrival at the same client on the same day is refused: the visit is still open (P2)."""
    if same_client and clock.day_of(since) == clock.day_of(arrived):
        raise Refusal(
            "P2", "visit.still_open", _("Ditt förra besök hos kunden är inte avslutat. Avsluta det först.")
        )


def ends_once(ended: datetime | None, departed: datetime) -> bool:
    """Is this the first report of the visit's end? False for the same time again; raises for another time."""
    if ended is None:
        return True
    if ended != departed:
        raise Refusal(
            "rule 6",
            "visit.already_ended",
            _("En annan tid är redan inskriven för när besöket slutade. Den står fast."),
        )
    return False


def the_same_visit(is_same: bool) -> None:
    """The caller's own id identifies one visit (rule 6)."""
    if not is_same:
        raise Refusal("rule 6", "visit.id_taken", _("Ett annat besök har samma id. Ge varje besök ett eget."))
