# SPDX-License-Identifier: EUPL-1.2
"""Invoice rows and basis forms of clients of another municipality (O2, O3). A provider sees its own, the office all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

import msgspec
from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, When

from troskel.billing import form, rules
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.ground import clock
from troskel.ground.clock import STOCKHOLM, day_of
from troskel.ground.refusals import NotFound
from troskel.people.roles import Actor, Role
from troskel.reading import lists, visit_conditions
from troskel.reading.base import note
from troskel.reading.paging import MAX_PAGE, Page, PageRequest, rows_of
from troskel.reading.register import read
from troskel.visits import rules as visit_rules
from troskel.visits.models import Visit

BILLING_ROLES = frozenset({Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR})


class ShownRow(msgspec.Struct, frozen=True):
    """A client's month with a provider. `billed` is null where it is not billed yet: then computed from the visits.

    `since` is how many visits more (or fewer) there are now than when it was billed; `flagged`: how many need a look.
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
    flagged: int = 0


class ShownForm(msgspec.Struct, frozen=True):
    """A basis form and its state; `digest` is the SHA-256 of the signed document."""

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


@read(
    who=BILLING_ROLES, title="Rows of a month (default: last month): as billed, or calculated if not billed"
)
def invoice_rows(viewer: Actor, month: str = "") -> list[ShownRow]:
    """The rows of a month (default: last month), as billed or else computed now. Raises BadValue."""
    month = month or rules.month_before(clock.today())
    rules.month_bounds(month)
    computed = {(row.case, row.organisation): row for row in _computed_rows(viewer, month)}
    answers = []
    for row in _billed_rows(viewer, month):
        current = computed.pop((row["case"], row["organisation"]), None)
        answers.append(ShownRow(**row, month=month, since=(current.visits if current else 0) - row["visits"]))
    answers += [ShownRow(**row._asdict(), billed=None, since=0, form=None) for row in computed.values()]
    flagged = _flagged(viewer, month)
    answers = [
        msgspec.structs.replace(row, flagged=flagged.get((row.case, row.organisation), 0)) for row in answers
    ]
    answers.sort(key=lambda row: (row.case, row.organisation))
    note(viewer, "invoice_rows.listed", month=month, cases=[row.case for row in answers])
    return answers


def _computed_rows(viewer: Actor, month: str) -> list[rules.InvoiceRowFacts]:
    """Rows computed from today's visits, whether billed or not. One query."""
    visit_rows = (
        _visits(viewer, month)
        .annotate(billed_for=BILLED_FOR)
        .values_list(
            *("client__case_number", "organisation__orgnr", "billed_for", "arrived", "departed"),
            *("reason", "departed_reason", "client__home_municipality", "client__own_since"),
        )
    )
    return rules.invoice_rows(
        month,
        (
            rules.BillableVisit(*visit)._replace(declined=visit_rules.is_declined(reason, departed_reason))
            for *visit, reason, departed_reason, home, own_since in visit_rows.iterator()
            if home != viewer.municipality or (own_since is not None and day_of(visit[3]) < own_since)
        ),
    )


def _visits(viewer: Actor, month: str) -> QuerySet[Visit]:
    """The month's visits to clients who are, or were, another municipality's."""
    first, following = (datetime.combine(day, time(), STOCKHOLM) for day in rules.month_bounds(month))
    return Visit.objects.filter(
        _own(viewer),
        ~Q(client__home_municipality=viewer.municipality) | ~Q(client__assigned_by=""),
        municipality=viewer.municipality,
        arrived__gte=first,
        arrived__lt=following,
    )


def _flagged(viewer: Actor, month: str) -> dict[tuple[str, str], int]:
    """How many of a client's visits by a provider need a look now. One query."""
    rows = visit_conditions.with_days(_visits(viewer, month)).filter(
        visit_conditions.needs_a_look(clock.now())
    )
    counts = rows.values_list("client__case_number", "organisation__orgnr").annotate(count=Count("id"))
    return {(case, organisation): count for case, organisation, count in counts.order_by()}


def _billed_rows(viewer: Actor, month: str) -> Iterator[dict[str, Any]]:
    """Billed rows, each with the number of its basis form. One query."""
    its_form = BasisForm.objects.filter(
        municipality=viewer.municipality,
        month=month,
        client=OuterRef("client"),
        organisation=OuterRef("organisation"),
    )
    rows = InvoiceRow.objects.filter(_own(viewer), municipality=viewer.municipality, month=month)
    for row in rows.annotate(form=its_form.values("number"), billed_for=BILLED_FOR).values(
        *COUNT_COLUMNS, *PARTY_COLUMNS, "billed", "form"
    ):
        yield {name: row[name] for name in (*COUNT_COLUMNS, "billed", "form")} | _parties(row)


COUNT_COLUMNS = ("visits", "minutes", "without_departure")
PARTY_COLUMNS = ("client__case_number", "organisation__orgnr", "billed_for")
BILLED_FOR = Case(
    When(client__home_municipality=F("client__municipality"), then=F("client__assigned_by")),
    default=F("client__home_municipality"),
)
"""The other municipality whose client it is, or was (`Client.billed_for`)."""
STEP_COLUMNS = ("made", "signed", "sent", "received")


def _parties(row: Any) -> dict[str, Any]:
    return {
        "case": row["client__case_number"],
        "organisation": row["organisation__orgnr"],
        "home_municipality": row["billed_for"],
    }


def _own(viewer: Actor) -> Q:
    """A provider sees its own rows, also of clients who are no longer in its sight: it made the visits."""
    return Q(organisation=viewer.organisation) if viewer.role is Role.COORDINATOR else Q()


@read(who=BILLING_ROLES, title="Basis forms, and the state of each")
def basis_forms(
    viewer: Actor, page_request: PageRequest, month: str = "", state: str = ""
) -> Page[ShownForm]:
    """Basis forms, optionally of one month or state."""
    if month:
        rules.month_bounds(month)
    rows = BasisForm.objects.filter(_own(viewer), municipality=viewer.municipality)
    filters: dict[str, Any] = {name: value for name, value in (("month", month), ("state", state)) if value}
    columns = (
        "id",
        "client_id",
        "number",
        "month",
        "state",
        "digest",
        *STEP_COLUMNS,
        *COUNT_COLUMNS,
        *PARTY_COLUMNS,
    )
    page_rows, next_cursor = rows_of(
        rows.annotate(billed_for=BILLED_FOR).filter(**filters).values(*columns), page_request
    )
    ids = {row["client_id"] for row in page_rows}
    note(viewer, "basis_forms.listed", ids=ids, limit=page_request.limit, after=page_request.after, **filters)
    return Page([_form(row) for row in page_rows], next_cursor)


def _form(row: Any) -> ShownForm:
    columns = ("number", "month", "state", "digest", *STEP_COLUMNS, *COUNT_COLUMNS)
    return ShownForm(**{name: row[name] for name in columns}, **_parties(row))


@read(who=BILLING_ROLES, title="A basis form as PDF: as signed, or a draft; the read is journalled")
def basis_form_document(viewer: Actor, number: str) -> bytes:
    """The form as PDF: the signed document byte for byte, or a draft. Raises NotFound."""
    forms = BasisForm.objects.filter(_own(viewer), municipality=viewer.municipality, number=number)
    basis_form = forms.select_related("client", "organisation", "municipality").first()
    if basis_form is None:
        raise NotFound("basis_form", "form")
    note(viewer, "basis_form.opened", client=basis_form.client_id, form=number)
    if basis_form.pdf is None:
        return form.render(basis_form)
    document = bytes(basis_form.pdf)
    if hashlib.sha256(document).hexdigest() != basis_form.digest:
        raise RuntimeError(f"basis form {number} is kept otherwise than it was signed")
    return document


@read(who=[Role.COORDINATOR])
def clients_elsewhere(viewer: Actor) -> list[str]:
    """Case numbers of the provider's clients from other municipalities, whose visits the coordinator writes (O2)."""
    return [client.case for client in lists.clients(viewer, PageRequest(MAX_PAGE), state="elsewhere").items]
