# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows and basis forms of clients of another municipality (O2, O3): a provider's own, or the office's all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

import msgspec
from django.db.models import OuterRef, Q

from troskel.billing import form, rules
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.ground import clock
from troskel.ground.clock import STOCKHOLM
from troskel.ground.refusals import NotFound
from troskel.people.roles import Actor, Role
from troskel.reading.base import note
from troskel.reading.paging import Asked, Page, rows_of
from troskel.visits.models import Visit

WHO = frozenset({Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR})


class ShownRow(msgspec.Struct, frozen=True):
    """A client's month with a provider. `billed` is null where nobody has billed it: reckoned from the visits.

    `since` is how many visits more (or fewer) there are now than when it was billed.
    """

    month: str
    case: str
    organisation: str
    home_municipality: str
    visits: int
    minutes: int
    without_departure: int
    billed: datetime | None
    since: int
    form: str | None


class ShownForm(msgspec.Struct, frozen=True):
    """A basis form, and how far it has come; `digest` is the SHA-256 of the document that was signed."""

    number: str
    month: str
    case: str
    organisation: str
    home_municipality: str
    visits: int
    minutes: int
    without_departure: int
    state: str
    made: datetime
    signed: datetime | None
    sent: datetime | None
    received: datetime | None
    digest: str


def invoice_rows(viewer: Actor, month: str = "") -> list[ShownRow]:
    """The rows of a month (the one before this, where none is named): as billed, else as reckoned now.

    Raises BadValue for what is no month.
    """
    month = month or rules.month_before(clock.today())
    rules.days_of(month)
    reckoned = {(row.case, row.organisation): row for row in _reckoned(viewer, month)}
    shown = []
    for row in _billed(viewer, month):
        now = reckoned.pop((row["case"], row["organisation"]), None)
        shown.append(ShownRow(**row, month=month, since=(now.visits if now else 0) - row["visits"]))
    shown += [ShownRow(**row._asdict(), billed=None, since=0, form=None) for row in reckoned.values()]
    shown.sort(key=lambda row: (row.case, row.organisation))
    note(viewer, "invoice_rows.listed", month=month, cases=[row.case for row in shown])
    return shown


def _reckoned(viewer: Actor, month: str) -> list[rules.InvoiceRow]:
    """What the visits say now, whatever is billed. One query."""
    first, following = (datetime.combine(day, time(), STOCKHOLM) for day in rules.days_of(month))
    rows = InvoiceRow.objects.filter(_own(viewer), municipality=viewer.municipality, month=month)
    visits = Visit.objects.filter(
        _own(viewer),
        ~Q(client__home_municipality=viewer.municipality) | Q(client__in=rows.values("client")),
        municipality=viewer.municipality,
        arrived__gte=first,
        arrived__lt=following,
    )
    found = visits.values_list(
        "client__case_number", "organisation__orgnr", "client__home_municipality", "arrived", "departed"
    )
    return rules.invoice_rows(month, (rules.Visited(*visit) for visit in found.iterator()))


def _billed(viewer: Actor, month: str) -> Iterator[dict[str, Any]]:
    """The rows that are billed, each with its form's number. One query."""
    its_form = BasisForm.objects.filter(
        municipality=viewer.municipality,
        month=month,
        client=OuterRef("client"),
        organisation=OuterRef("organisation"),
    )
    rows = InvoiceRow.objects.filter(_own(viewer), municipality=viewer.municipality, month=month)
    for row in rows.annotate(form=its_form.values("number")).values(*COUNTED, *NAMED, "billed", "form"):
        yield {name: row[name] for name in (*COUNTED, "billed", "form")} | _named(row)


COUNTED = ("visits", "minutes", "without_departure")
NAMED = ("client__case_number", "organisation__orgnr", "client__home_municipality")
STEPS = ("made", "signed", "sent", "received")


def _named(row: Any) -> dict[str, Any]:
    return {
        "case": row["client__case_number"],
        "organisation": row["organisation__orgnr"],
        "home_municipality": row["client__home_municipality"],
    }


def _own(viewer: Actor) -> Q:
    """A provider sees what it has done itself; to have done it is reason enough, whatever Sight says today."""
    return Q(organisation=viewer.organisation) if viewer.role is Role.COORDINATOR else Q()


def basis_forms(viewer: Actor, asked: Asked, month: str = "", state: str = "") -> Page[ShownForm]:
    """The basis forms, those of a month or a state alone where one is named."""
    if month:
        rules.days_of(month)
    rows = BasisForm.objects.filter(_own(viewer), municipality=viewer.municipality)
    wanted: dict[str, Any] = {name: value for name, value in (("month", month), ("state", state)) if value}
    shown = ("id", "client_id", "number", "month", "state", "digest", *STEPS, *COUNTED, *NAMED)
    found, following = rows_of(rows.filter(**wanted).values(*shown), asked)
    ids = {row["client_id"] for row in found}
    note(viewer, "basis_forms.listed", ids=ids, limit=asked.limit, after=asked.after, **wanted)
    return Page([_form(row) for row in found], following)


def _form(row: Any) -> ShownForm:
    told = ("number", "month", "state", "digest", *STEPS, *COUNTED)
    return ShownForm(**{name: row[name] for name in told}, **_named(row))


def basis_form_document(viewer: Actor, number: str) -> bytes:
    """The form as PDF: the one that was signed, byte for byte, or a draft. Raises NotFound."""
    forms = BasisForm.objects.filter(_own(viewer), municipality=viewer.municipality, number=number)
    found = forms.select_related("client", "organisation", "municipality").first()
    if found is None:
        raise NotFound("basis form", "form")
    note(viewer, "basis_form.opened", client=found.client_id, form=number)
    if found.pdf is None:
        return form.of(found)
    kept = bytes(found.pdf)
    if hashlib.sha256(kept).hexdigest() != found.digest:
        raise RuntimeError(f"basis form {number} is kept otherwise than it was signed")
    return kept
