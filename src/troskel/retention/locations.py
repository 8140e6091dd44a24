# SPDX-License-Identifier: EUPL-1.2
"""Where each kind of data with a retention time is stored: which rows are due, and how they are erased.

A new kind needs a row in `LOCATIONS`, a word in `routine/retention.py`, and a [[kind]] in the plan.
Erased rows no longer fulfil the SQL condition of due rows, so that a repeat finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from troskel.care.models import Allocation, Decision
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.duties.models import Duty
from troskel.ground.clock import STOCKHOLM
from troskel.ground.models import Answer
from troskel.ground.sorting import swedish_sort_key
from troskel.journal import operations as journal
from troskel.journal.models import ChainKind as Chain
from troskel.journal.models import Detail, Hold, Line
from troskel.orders.models import Order, OrderState
from troskel.outbox.models import OutboxMessage
from troskel.people.models import (
    ERASED,
    AccessNote,
    Client,
    ClientArea,
    Home,
    Identifier,
    Representative,
    Residence,
)
from troskel.routine.retention import Kind, Plan

NON_ENTRY_EVENTS = ("file.held", "file.released")
"""Events about the file itself, which don't count as its last entry."""

COORDINATION_DAY_OFFSET = 60
"""Added to the day of birth in a coordination number."""


class DueFilter(NamedTuple):
    """Selects due rows: by their state on the day `on`, where the last event is before the instant `before`."""

    municipality: str
    on: date
    before: datetime
    exempt_days: frozenset[int] = frozenset()


class DataLocation(NamedTuple):
    """Where a kind is stored. `rows`: the due rows; `erase`: erases rows by their primary keys.

    `name_field`: the field by which the journal names a row. `client_field` or `home_field`: the path to the client
    or home, whose home is locked; neither for rows about no client.
    """

    rows: Callable[[DueFilter], QuerySet[Any]]
    erase: Callable[[str, Sequence[UUID]], Any]
    name_field: str = "pk"
    client_field: str | None = None
    home_field: str | None = None


def due_filter(plan: Plan, kind: Kind, municipality: str, on: date) -> DueFilter:
    """Returns the filter for the due rows of a kind on a day, by the legal basis in force that day."""
    last = plan.basis_on(kind, on).last_due_day(on)
    before = datetime.combine(last + timedelta(days=1), time(), STOCKHOLM)
    return DueFilter(municipality, on, before, plan.exempt_days(kind))


def due_files(due: DueFilter) -> QuerySet[Client]:
    """Returns the clients whose files are due: an old enough last entry, no hold, no care, nothing open.

    An entry that was merged into another is a part of that one's file: it is due when that one is.
    """
    remaining = _due_remaining(due)
    return Client.objects.filter(Q(pk__in=remaining.values("pk")) | Q(merged_into__in=remaining.values("pk")))


def _due_remaining(due: DueFilter) -> QuerySet[Client]:
    entries = Line.objects.filter(
        municipality=due.municipality, kind=Chain.ACTS, client=OuterRef("pk")
    ).exclude(event__in=NON_ENTRY_EVENTS)
    holds = Hold.objects.filter(municipality=due.municipality, client=OuterRef("pk"), until=None)
    rows = Client.objects.filter(municipality=due.municipality, merged_into=None)
    rows = rows.exclude(_has_care(due.on))
    rows = rows.exclude(Exists(holds)).exclude(_has_anything_open(due.municipality))
    if due.exempt_days:
        rows = rows.exclude(_is_exempt(due.exempt_days))
    last_recorded = Subquery(entries.order_by("-number").values("recorded")[:1])
    return rows.annotate(last_entry=last_recorded).filter(last_entry__lt=due.before)


# Each condition is about one client. Those that use the client's own index leave the municipality out:
# SQLite would otherwise choose an index that begins with it, and scan the whole table for every client.


def _has_care(on: date) -> Q:
    decisions = Decision.objects.filter(client=OuterRef("pk"), withdrawn=False)
    current = decisions.filter(Q(valid_through=None) | Q(valid_through__gte=on))
    return Q(Exists(current)) & (Q(died=None) | Q(died__gte=on))


def _has_anything_open(municipality: str) -> Q:
    """An open duty, order or link; a tag with the client; a key of the client's that is not returned."""
    is_about = Q(client=OuterRef("pk")) | Q(client=None, home=OuterRef("home"))
    duties = Duty.objects.filter(is_about, kind="duty", state="open")
    orders = Order.objects.filter(client=OuterRef("pk"), state__in=[OrderState.PLACED, OrderState.BOOKED])
    links = Link.objects.filter(client=OuterRef("pk"), until=None)
    merged = Client.objects.filter(merged_into=OuterRef(OuterRef("pk"))).values("pk")
    client_holdings = Holding.objects.filter(
        Q(holder=OuterRef("pk")) | Q(holder__in=merged), municipality=municipality, kind=HolderKind.CLIENT
    )
    tags = client_holdings.filter(until=None).exclude(thing__kind=ThingKind.KEY)
    keys_out = Holding.objects.filter(thing__kind=ThingKind.KEY, until=None, kind=HolderKind.ORGANISATION)
    their_keys = client_holdings.filter(thing__in=keys_out.values("thing"))
    unowned_keys = keys_out.filter(thing__door__ways__home__residences__client=OuterRef("pk")).exclude(
        thing__holdings__kind=HolderKind.CLIENT
    )
    condition = Q()
    for rows in (duties, orders, links, tags, their_keys, unowned_keys):
        condition |= Q(Exists(rows))
    return condition


def _is_exempt(days: frozenset[int]) -> Q:
    """Born on one of these days of the month, by any current or former identity number."""
    days_in_numbers = [
        f"{day + offset:02}" for day in sorted(days) for offset in (0, COORDINATION_DAY_OFFSET)
    ]
    identifiers = Identifier.objects.filter(client=OuterRef("pk")).annotate(day=Substr("number", 7, 2))
    return Q(Exists(identifiers.filter(day__in=days_in_numbers)))


# --- a client's file


def _free_text(due: DueFilter) -> QuerySet[Any]:
    """Details of lines about clients whose files are due; or of old enough lines about no client.

    The query starts from the details, which are few, not from all journal lines. (Lines of reads have none.)
    """
    of_clients = Q(line__client__in=due_files(due).values("pk"))
    of_nobody = Q(line__client=None, line__recorded__lt=due.before)
    return Detail.objects.filter(of_clients | of_nobody, municipality=due.municipality)


def _names(due: DueFilter) -> QuerySet[Any]:
    return due_files(due).exclude(last_name=ERASED, first_name="", phone="")


def _erase_names(municipality: str, rows: Sequence[UUID]) -> None:
    Client.objects.filter(municipality=municipality, pk__in=rows).update(
        first_name="", last_name=ERASED, sort_key=swedish_sort_key(ERASED), first_key="", phone=""
    )
    ClientArea.objects.filter(municipality=municipality, client__in=rows).delete()
    Allocation.objects.filter(municipality=municipality, decision__client__in=rows).update(area_told=None)


def _identity_numbers(due: DueFilter) -> QuerySet[Any]:
    return Identifier.objects.filter(client__in=due_files(due).values("pk")).exclude(number=ERASED)


def _erase_identity_numbers(municipality: str, rows: Sequence[UUID]) -> None:
    Identifier.objects.filter(municipality=municipality, pk__in=rows).update(number=ERASED)


def _addresses(due: DueFilter) -> QuerySet[Any]:
    """Homes where the files of all current and former residents are due."""
    residences = Residence.objects.filter(home=OuterRef("pk"))
    other_residences = residences.exclude(client__in=due_files(due).values("pk"))
    homes = Home.objects.filter(Exists(residences), ~Exists(other_residences), municipality=due.municipality)
    return homes.exclude(street=ERASED)


def _erase_addresses(municipality: str, rows: Sequence[UUID]) -> None:
    Home.objects.filter(municipality=municipality, pk__in=rows).update(
        street=ERASED, postcode="", town="", apartment="", address_key=None, street_key=""
    )


def _access_notes(due: DueFilter) -> QuerySet[Any]:
    residences = Residence.objects.filter(home=OuterRef("home"))
    others = residences.exclude(client__in=due_files(due).values("pk"))
    return AccessNote.objects.filter(Exists(residences), ~Exists(others), municipality=due.municipality)


def _delete_access_notes(municipality: str, rows: Sequence[UUID]) -> None:
    AccessNote.objects.filter(municipality=municipality, pk__in=rows).delete()


def _decision_reasons(due: DueFilter) -> QuerySet[Any]:
    return Decision.objects.filter(client__in=due_files(due).values("pk")).exclude(reason__in=["", ERASED])


def _erase_decision_reasons(municipality: str, rows: Sequence[UUID]) -> None:
    Decision.objects.filter(municipality=municipality, pk__in=rows).update(reason=ERASED)


def _representatives(due: DueFilter) -> QuerySet[Any]:
    return Representative.objects.filter(client__in=due_files(due).values("pk")).exclude(
        name=ERASED, phone=""
    )


def _erase_representatives(municipality: str, rows: Sequence[UUID]) -> None:
    Representative.objects.filter(municipality=municipality, pk__in=rows).update(name=ERASED, phone="")


# --- kinds with a time of their own


def _key_receipts(due: DueFilter) -> QuerySet[Any]:
    """Signatures for keys handed over or returned long enough ago; not where the client's file is held."""
    is_old_enough = Q(until__lt=due.before) | Q(until=None, kind=HolderKind.CLIENT, since__lt=due.before)
    holds = Hold.objects.filter(municipality=due.municipality, until=None)
    exempt_holdings = Holding.objects.filter(kind=HolderKind.CLIENT, holder__in=holds.values("client"))
    signed_holdings = Holding.objects.exclude(given_by=None, taken_by=None).exclude(
        thing__in=exempt_holdings.values("thing")
    )
    return signed_holdings.filter(is_old_enough, municipality=due.municipality, thing__kind=ThingKind.KEY)


def _erase_key_receipts(municipality: str, rows: Sequence[UUID]) -> None:
    Holding.objects.filter(municipality=municipality, pk__in=rows).update(
        given_by=None, taken_by=None, signature=""
    )


def _emails(due: DueFilter) -> QuerySet[Any]:
    return OutboxMessage.objects.filter(municipality=due.municipality, done_at__lt=due.before)


def _delete_emails(municipality: str, rows: Sequence[UUID]) -> None:
    OutboxMessage.objects.filter(municipality=municipality, pk__in=rows).delete()


def _answers(due: DueFilter) -> QuerySet[Any]:
    return Answer.objects.filter(municipality=due.municipality, recorded__lt=due.before)


def _delete_answers(municipality: str, rows: Sequence[UUID]) -> None:
    Answer.objects.filter(municipality=municipality, pk__in=rows).delete()


LOCATIONS = {
    "free_text": DataLocation(
        _free_text, journal.erase_details, name_field="line__number", client_field="line__client"
    ),
    "names": DataLocation(_names, _erase_names, client_field="pk"),
    "identity_numbers": DataLocation(_identity_numbers, _erase_identity_numbers, client_field="client_id"),
    "addresses": DataLocation(_addresses, _erase_addresses, home_field="pk"),
    "access_notes": DataLocation(_access_notes, _delete_access_notes, home_field="home_id"),
    "decision_reasons": DataLocation(_decision_reasons, _erase_decision_reasons, client_field="client_id"),
    "representatives": DataLocation(_representatives, _erase_representatives, client_field="client_id"),
    "key_receipts": DataLocation(_key_receipts, _erase_key_receipts),
    "emails": DataLocation(_emails, _delete_emails),
    "answers": DataLocation(_answers, _delete_answers),
}


def homes_of(location: DataLocation, rows: Sequence[Any]) -> QuerySet[Any, Any] | None:
    """Returns the homes to lock for these rows (with their `owner`); None where they are about no client."""
    owner_ids = {row["owner"] for row in rows if row["owner"]}
    if location.home_field:
        return Home.objects.filter(pk__in=owner_ids).values("pk")
    if location.client_field:
        return Client.objects.filter(pk__in=owner_ids).values("home_id")
    return None


def owner_expression(location: DataLocation) -> F:
    """Returns the expression for a row's owner: the id of the client or the home, else the row's own."""
    return F(location.client_field or location.home_field or "pk")
