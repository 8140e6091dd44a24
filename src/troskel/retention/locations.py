# SPDX-License-Identifier: EUPL-1.2
"""Where each kind of data lies that has a time: which rows are due, and how they are blanked.

`PLACES` is the one table: a new kind is a row here, a word in `routine/retention.py`, and a [[kind]] in the plan.
What is due is a condition in SQL that what has been blanked no longer fulfils, so that a second time finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from troskel.care.models import Decision
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.duties.models import Duty
from troskel.ground.clock import STOCKHOLM
from troskel.ground.models import Answer
from troskel.ground.sorting import swedish_sort_key
from troskel.journal import operations as journal
from troskel.journal.models import Detail, Hold, Line
from troskel.journal.models import Kind as Chain
from troskel.orders.models import Order, OrderState
from troskel.outbox.models import Parcel
from troskel.people.models import BLANKED, Client, Home, Identifier, Representative, Residence
from troskel.routine.retention import Kind, Plan

NO_ENTRIES = ("file.held", "file.released")
"""About the file itself: they do not make it younger."""

COORDINATION = 60
"""What a coordination number adds to the day of birth."""


class Due(NamedTuple):
    """What is asked: how it stands on the day `on`, for what happened before the instant `before`."""

    municipality: str
    on: date
    before: datetime
    exempt: frozenset[int] = frozenset()


class Place(NamedTuple):
    """Where a kind lies. `rows`: those that are due; `blank`: empty these, by their keys.

    `told`: the field by which the journal names a row. `client`: the way to the client, whose home is locked; or
    `home`. Rows of nobody in particular have neither.
    """

    rows: Callable[[Due], QuerySet[Any]]
    blank: Callable[[str, Sequence[UUID]], Any]
    told: str = "pk"
    client: str | None = None
    home: str | None = None


def due_of(plan: Plan, kind: Kind, municipality: str, on: date) -> Due:
    """What is due of a kind on a day, by the basis in force that day."""
    last = plan.basis_on(kind, on).last_due_day(on)
    before = datetime.combine(last + timedelta(days=1), time(), STOCKHOLM)
    return Due(municipality, on, before, plan.exempt_days(kind))


def files(due: Due) -> QuerySet[Client]:
    """The clients whose files are due: the last entry is old enough, nobody holds it, and nothing is left open."""
    entries = Line.objects.filter(
        municipality=due.municipality, kind=Chain.ACTS, client=OuterRef("pk")
    ).exclude(event__in=NO_ENTRIES)
    held = Hold.objects.filter(municipality=due.municipality, client=OuterRef("pk"), until=None)
    rows = Client.objects.filter(municipality=due.municipality).exclude(_has_care(due.on))
    rows = rows.exclude(Exists(held)).exclude(_has_anything_open(due.municipality))
    if due.exempt:
        rows = rows.exclude(_is_exempt(due.exempt))
    last = Subquery(entries.order_by("-number").values("recorded")[:1])
    return rows.annotate(last_entry=last).filter(last_entry__lt=due.before)


# Each of these asks about one client. Where the client's own index is the way in, the municipality is not named
# beside it: SQLite would choose an index that begins with it, and walk the whole table for every client.


def _has_care(on: date) -> Q:
    decided = Decision.objects.filter(client=OuterRef("pk"), withdrawn=False)
    lasting = decided.filter(Q(valid_through=None) | Q(valid_through__gte=on))
    return Q(Exists(lasting)) & (Q(died=None) | Q(died__gte=on))


def _has_anything_open(municipality: str) -> Q:
    """An open duty, order or link; a tag with the client; a key of the client's that has not been given back."""
    about = Q(client=OuterRef("pk")) | Q(client=None, home=OuterRef("home"))
    duties = Duty.objects.filter(about, kind="duty", state="open")
    orders = Order.objects.filter(client=OuterRef("pk"), state__in=[OrderState.PLACED, OrderState.BOOKED])
    links = Link.objects.filter(client=OuterRef("pk"), until=None)
    with_client = Holding.objects.filter(
        municipality=municipality, kind=HolderKind.CLIENT, holder=OuterRef("pk")
    )
    tags = with_client.filter(until=None).exclude(thing__kind=ThingKind.KEY)
    keys_out = Holding.objects.filter(thing__kind=ThingKind.KEY, until=None, kind=HolderKind.ORGANISATION)
    theirs = with_client.filter(thing__in=keys_out.values("thing"))
    nobodys = keys_out.filter(thing__door__ways__home__residences__client=OuterRef("pk")).exclude(
        thing__holdings__kind=HolderKind.CLIENT
    )
    found = Q()
    for rows in (duties, orders, links, tags, theirs, nobodys):
        found |= Q(Exists(rows))
    return found


def _is_exempt(days: frozenset[int]) -> Q:
    """Born on one of these days, by any number that the client has or has had (a coordination number adds 60)."""
    written = [f"{day + more:02}" for day in sorted(days) for more in (0, COORDINATION)]
    born = Identifier.objects.filter(client=OuterRef("pk")).annotate(day=Substr("number", 7, 2))
    return Q(Exists(born.filter(day__in=written)))


# --- a client's file


def _free_text(due: Due) -> QuerySet[Any]:
    """Details of lines about clients whose files are due; one about nobody in particular has its own time.

    They are gone through from the details, of which there are few, and not from all lines of the journal. (A line
    of the reads has none.)
    """
    theirs = Q(line__client__in=files(due).values("pk"))
    nobodys = Q(line__client=None, line__recorded__lt=due.before)
    return Detail.objects.filter(theirs | nobodys, municipality=due.municipality)


def _names(due: Due) -> QuerySet[Any]:
    return files(due).exclude(last_name=BLANKED, first_name="", phone="")


def _blank_names(municipality: str, rows: Sequence[UUID]) -> None:
    Client.objects.filter(municipality=municipality, pk__in=rows).update(
        first_name="", last_name=BLANKED, sort_key=swedish_sort_key(BLANKED), first_key="", phone=""
    )


def _identity_numbers(due: Due) -> QuerySet[Any]:
    return Identifier.objects.filter(client__in=files(due).values("pk")).exclude(number=BLANKED)


def _blank_identity_numbers(municipality: str, rows: Sequence[UUID]) -> None:
    Identifier.objects.filter(municipality=municipality, pk__in=rows).update(number=BLANKED)


def _addresses(due: Due) -> QuerySet[Any]:
    """Homes where everybody who lives or has lived there has a file that is due."""
    lived = Residence.objects.filter(home=OuterRef("pk"))
    others = lived.exclude(client__in=files(due).values("pk"))
    here = Home.objects.filter(Exists(lived), ~Exists(others), municipality=due.municipality)
    return here.exclude(street=BLANKED)


def _blank_addresses(municipality: str, rows: Sequence[UUID]) -> None:
    Home.objects.filter(municipality=municipality, pk__in=rows).update(
        street=BLANKED, postcode="", town="", apartment="", address_key=None, street_key=""
    )


def _decision_reasons(due: Due) -> QuerySet[Any]:
    return Decision.objects.filter(client__in=files(due).values("pk")).exclude(reason__in=["", BLANKED])


def _blank_decision_reasons(municipality: str, rows: Sequence[UUID]) -> None:
    Decision.objects.filter(municipality=municipality, pk__in=rows).update(reason=BLANKED)


def _representatives(due: Due) -> QuerySet[Any]:
    return Representative.objects.filter(client__in=files(due).values("pk")).exclude(name=BLANKED, phone="")


def _blank_representatives(municipality: str, rows: Sequence[UUID]) -> None:
    Representative.objects.filter(municipality=municipality, pk__in=rows).update(name=BLANKED, phone="")


# --- what has a time of its own


def _key_receipts(due: Due) -> QuerySet[Any]:
    """Who signed, for keys that were given on or given back long enough ago; not where the client's file is held."""
    given = Q(until__lt=due.before) | Q(until=None, kind=HolderKind.CLIENT, since__lt=due.before)
    holds = Hold.objects.filter(municipality=due.municipality, until=None)
    held = Holding.objects.filter(kind=HolderKind.CLIENT, holder__in=holds.values("client"))
    signed = Holding.objects.exclude(given_by=None, taken_by=None).exclude(thing__in=held.values("thing"))
    return signed.filter(given, municipality=due.municipality, thing__kind=ThingKind.KEY)


def _blank_key_receipts(municipality: str, rows: Sequence[UUID]) -> None:
    Holding.objects.filter(municipality=municipality, pk__in=rows).update(
        given_by=None, taken_by=None, signature=""
    )


def _emails(due: Due) -> QuerySet[Any]:
    return Parcel.objects.filter(municipality=due.municipality, done_at__lt=due.before)


def _delete_emails(municipality: str, rows: Sequence[UUID]) -> None:
    Parcel.objects.filter(municipality=municipality, pk__in=rows).delete()


def _answers(due: Due) -> QuerySet[Any]:
    return Answer.objects.filter(municipality=due.municipality, recorded__lt=due.before)


def _delete_answers(municipality: str, rows: Sequence[UUID]) -> None:
    Answer.objects.filter(municipality=municipality, pk__in=rows).delete()


PLACES = {
    "free_text": Place(_free_text, journal.blank, told="line__number", client="line__client"),
    "names": Place(_names, _blank_names, client="pk"),
    "identity_numbers": Place(_identity_numbers, _blank_identity_numbers, client="client_id"),
    "addresses": Place(_addresses, _blank_addresses, home="pk"),
    "decision_reasons": Place(_decision_reasons, _blank_decision_reasons, client="client_id"),
    "representatives": Place(_representatives, _blank_representatives, client="client_id"),
    "key_receipts": Place(_key_receipts, _blank_key_receipts),
    "emails": Place(_emails, _delete_emails),
    "answers": Place(_answers, _delete_answers),
}


def homes_of(place: Place, found: Sequence[Any]) -> QuerySet[Any, Any] | None:
    """The homes that these rows (with their `whose`) are about, to be locked; None where they are about none."""
    theirs = {row["whose"] for row in found if row["whose"]}
    if place.home:
        return Home.objects.filter(pk__in=theirs).values("pk")
    if place.client:
        return Client.objects.filter(pk__in=theirs).values("home_id")
    return None


def whose(place: Place) -> F:
    """The expression for whose a row is: the client's id or the home's, else the row's own."""
    return F(place.client or place.home or "pk")
