# SPDX-License-Identifier: EUPL-1.2
"""What about a visit needs a look: computed from the visits and the evidence as they are known now. Pure Python.

Nothing is stored: a visit that is corrected, or a link that turns out otherwise, is judged anew when it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from troskel.doorproto.errors import DoorError
from troskel.doorproto.sun import check_rising
from troskel.ground import clock
from troskel.ground.choices import Choice
from troskel.ground.texts import _
from troskel.people.sign_in_rules import LONGEST_ON_PHONE
from troskel.visits.events import MAY_BE_WRONG
from troskel.visits.rules import CORRECTED, MAX_DURATION, Span, is_declined, overlaps

MIN_WAY = timedelta(minutes=1)
"""Nobody leaves one home and is proven to be in another sooner than this. Distances are not known: no place is kept."""
CLOCKS_APART = 2 * MAY_BE_WRONG
"""How far two phones' clocks may be apart, of which neither is corrected: so much too early a tap may seem."""
REMEMBERED = timedelta(days=62)
"""A tap is compared with the taps of its tag so long before: one that was kept longer is found where it was used."""
PROVEN = frozenset({"tag", "lock"})
TAG_EXPLAINED = frozenset({"tag_missing", "phone_failed", "declined", "outside"})
"""Reasons for a visit by hand that hold though the tag is there by the books."""
AWAY_EXPLAINED = "outside"
"""The reason for a visit that holds though the client is not at home, as at the hospital."""


class VisitException(Choice, question=_("Vad är att titta på?")):
    """What needs a look."""

    LEFT_OPEN = "left_open", _("Avgången saknas")
    LONG = "long", _("Längre än ett dygn")
    OVERLAP = "overlap", _("Samtidigt som ett annat besök")
    NO_WAY_BETWEEN = "no_way_between", _("Två bostäder inom en minut")
    TAG_AT_LOCK = "tag_at_lock", _("Kvittensprodukt fast låsvred sitter där (P3)")
    COPIED_TAG = "copied_tag", _("Kvittensprodukten kan vara kopierad")
    BY_HAND_WITH_TAG = "by_hand_with_tag", _("Manuellt fast kvittensprodukten finns där")
    AWAY = "away", _("Kunden skulle vara på sjukhus eller bortrest")
    NOT_COVERED = "not_covered", _("Inget beslut var fördelat den dagen")
    DECLINED = "declined", _("Kunden ville inte ha besöket")
    CORRECTED = "corrected", _("Tiden är rättad i efterhand")


class KnownVisit(NamedTuple):
    """A visit as it is read: whose, where, when, and what proves its two ends."""

    id: UUID
    client: UUID
    home: UUID | None
    account: UUID | None
    at: Span
    evidence: str
    departed_evidence: str
    reason: str
    open: bool
    flags: Collection[str]
    departed_reason: str = ""


class KnownRead(NamedTuple):
    """What a signed tag said at a visit's arrival or departure; no counter where the tag did not say it."""

    id: UUID
    visit: UUID
    moment: str
    key: UUID
    counter: int | None
    at: datetime


class Circumstances(NamedTuple):
    """What is known beside the visits: links and tags by client, absences by client; visits whose tag was copied."""

    links: Mapping[UUID, Collection[Span]]
    tags: Mapping[UUID, Collection[Span]]
    absences: Mapping[UUID, Collection[tuple[date, date | None]]]
    copied: Collection[UUID] = ()


def exceptions_of(
    visit: KnownVisit, others: Iterable[KnownVisit], known: Circumstances, now: datetime
) -> list[VisitException]:
    """What needs a look about a visit; `others` are the same carer's other visits. In the order of VisitException."""
    others = [other for other in others if other.id != visit.id]
    held = {
        VisitException.LEFT_OPEN: _is_left_open(visit, now),
        VisitException.LONG: visit.at.until is not None and visit.at.until - visit.at.since > MAX_DURATION,
        VisitException.OVERLAP: any(overlaps(visit.at, other.at) for other in others),
        VisitException.NO_WAY_BETWEEN: any(_is_too_near(visit, other) for other in others),
        VisitException.TAG_AT_LOCK: visit.evidence == "tag" and _held(known.links, visit),
        VisitException.COPIED_TAG: visit.id in known.copied,
        VisitException.BY_HAND_WITH_TAG: (
            visit.evidence == "hand" and visit.reason not in TAG_EXPLAINED and _held(known.tags, visit)
        ),
        VisitException.AWAY: _is_away(visit, known),
        VisitException.NOT_COVERED: "not_covered" in visit.flags,
        VisitException.DECLINED: is_declined(visit.reason, visit.departed_reason),
        VisitException.CORRECTED: any(flag in visit.flags for flag in CORRECTED),
    }
    return [one for one in VisitException if held[one]]


def is_copied(read: KnownRead, others: Iterable[KnownRead]) -> bool:
    """Has somebody copied the tag's address, or kept it? `others`: reads by the same key, in whatever order they came.

    Not signed by the tag; a counter that was used before; or one below a counter that was read earlier.
    """
    if read.counter is None:
        return True
    earlier = [
        (other.counter, other.at)
        for other in others
        if other.counter is not None
        and (other.at, other.id) < (read.at, read.id)
        and (other.counter == read.counter or other.at >= read.at - REMEMBERED)
    ]
    try:
        check_rising(read.counter, read.at, earlier, CLOCKS_APART)
    except DoorError:
        return True
    return False


def _is_left_open(visit: KnownVisit, now: datetime) -> bool:
    return visit.at.until is None and (not visit.open or now - visit.at.since > LONGEST_ON_PHONE)


def _is_too_near(visit: KnownVisit, other: KnownVisit) -> bool:
    """Did the carer come here from another home, or go there, sooner than anybody can; proven at both?"""
    if visit.home is None or other.home is None or visit.home == other.home:
        return False
    if overlaps(visit.at, other.at):
        return False
    earlier, later = (visit, other) if visit.at.since < other.at.since else (other, visit)
    if earlier.at.until is None or not {earlier.departed_evidence, later.evidence} <= PROVEN:
        return False
    return later.at.since - earlier.at.until < MIN_WAY


def _held(spans: Mapping[UUID, Collection[Span]], visit: KnownVisit) -> bool:
    """Was it so during the whole visit: linked, or the tag there, before it began and not ended before it did?"""
    ended = visit.at.until or visit.at.since
    return any(
        span.since <= visit.at.since and (span.until is None or span.until >= ended)
        for span in spans.get(visit.client, ())
    )


def _is_away(visit: KnownVisit, known: Circumstances) -> bool:
    day = clock.day_of(visit.at.since)
    return visit.reason != AWAY_EXPLAINED and any(
        first <= day and (last is None or day <= last) for first, last in known.absences.get(visit.client, ())
    )
