# SPDX-License-Identifier: EUPL-1.2
"""Clients of another municipality: a monthly invoice row for each (O2), and its basis form (O3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from troskel.billing import form as document
from troskel.billing import rules
from troskel.billing.models import BasisForm, BasisFormState, InvoiceRow
from troskel.billing.rules import Count
from troskel.care.models import Allocation
from troskel.ground.clock import STOCKHOLM, day_of
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.models import Account, Client, Residence
from troskel.people.operations import next_numbers
from troskel.people.roles import Role
from troskel.routine import months
from troskel.runner import lookup_refusals
from troskel.runner.fields import FormNumber, Month
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext
from troskel.visits import rules as visit_rules
from troskel.visits.models import Visit

CHAPTER = _("Kunder från andra kommuner")

BILLING_ROLES = (Role.COORDINATOR,)
OFFICE_ROLES = (Role.ECONOMIST, Role.ADMINISTRATOR)
COUNT_FIELDS = ["visits", "minutes", "without_departure"]


@act(
    "O2",
    who=BILLING_ROLES,
    writes=["month.billed"],
    title=_("Fakturera en månad"),
    lead=_("En egen rad för varje kund från en annan kommun. Månaden ska vara slut."),
)
def bill_month(ctx: ActContext, *, month: Month) -> dict[str, Any]:
    """Bill an ended month: one row for each client of another municipality whom the organisation had (O2).

    A month with care but no visit gives a row with zero visits. A repeat counts late visits too, until the basis
    form is signed; then the row stands, and its form is not asked for again.
    """
    rules.has_ended(month, ctx.today)
    organisation = rules.billing_organisation("O2", ctx.actor.organisation)
    clients = _clients_of(ctx, organisation, month)
    counts = _visit_counts(ctx, organisation, month, clients)
    billable = [row for row in clients if _had_care(ctx, row, organisation, month) or row.id in counts]
    rules.somebody_to_bill(month, len(billable))
    stored_rows = _stored_rows(organisation, month)
    rows = []
    signed_rows = []
    for index, client in enumerate(billable):
        count = counts.get(client.id, Count())
        stored_row = stored_rows.get(client.id)
        try:
            if stored_row is not None:
                rules.not_signed(month, client.case_number, stored_row.state, _count(stored_row), count)
                if rules.is_signed(stored_row.state):
                    signed_rows.append(stored_row)
                    continue
        except Refusal as refusal:
            if len(billable) == 1:
                raise
            ctx.refuse_item(index, refusal)
            continue
        rows.append(
            _new_row(ctx, client, organisation, month, count, stored_row.id if stored_row else new_id())
        )
    InvoiceRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*COUNT_FIELDS, "billed", "billed_by"],
    )
    for row in rows:
        _journal(ctx, "month.billed", row, row=row.id, **_count(row)._asdict())
    return {"month": month, "rows": [_row_answer(row) for row in (*rows, *signed_rows)]}


@bill_month.suggested_by("month.billed")
def _suggest_billing(context: DutyContext) -> Iterator[Suggestion]:
    yield bill_month.suggestion({"month": context.about["month"]})


@act(
    "O3",
    who=BILLING_ROLES,
    writes=["basis_form.made"],
    title=_("Gör underlagsblanketter"),
    lead=_("En blankett för varje rad som är fakturerad."),
)
def make_basis_forms(ctx: ActContext, *, month: Month) -> dict[str, Any]:
    """Make the basis forms of a month, one for each billed row (O3); a row billed again gets a new form."""
    organisation = rules.billing_organisation("O3", ctx.actor.organisation)
    rules.month_bounds(month)
    invoice_rows = InvoiceRow.objects.filter(
        municipality=ctx.actor.municipality, organisation=organisation, month=month
    )
    _lock_homes(ctx, invoice_rows)
    rows = list(invoice_rows.select_related("client").order_by("client__case_number"))
    rules.is_billed(month, len(rows))
    lookup_refusals.ensure_not_moved(ctx, [row.client for row in rows])
    forms_by_client = {form.client_id: form for form in _forms(ctx, month=month, organisation=organisation)}
    new_numbers = iter(_new_form_numbers(ctx, sum(row.client_id not in forms_by_client for row in rows)))
    forms = []
    for row in rows:
        earlier_form = forms_by_client.get(row.client_id)
        if earlier_form is None or (earlier_form.state == "made" and _count(earlier_form) != _count(row)):
            forms.append(
                _new_form(
                    ctx,
                    row,
                    earlier_form.number if earlier_form else next(new_numbers),
                    earlier_form.id if earlier_form else new_id(),
                )
            )
    BasisForm.objects.bulk_create(
        forms, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNT_FIELDS, "made", "made_by"]
    )
    for form in forms:
        _journal_form(ctx, "basis_form.made", form, **_count(form)._asdict())
    return {"month": month, "forms": [form.number for form in forms]}


@act(
    "O3",
    who=BILLING_ROLES,
    writes=["basis_form.signed"],
    title=_("Skriv under en underlagsblankett"),
    lead=_("Blanketten sparas som den är nu. Raden går sedan inte att ändra."),
)
def sign_basis_form(ctx: ActContext, *, form: FormNumber) -> dict[str, Any]:
    """Sign a basis form: the document is stored as it is, and the row can't be billed again (O3)."""
    organisation = rules.billing_organisation("O3", ctx.actor.organisation)
    basis_form = _find_form(ctx, form, organisation=organisation)
    rules.may_become(form, basis_form.state, "signed")
    row = InvoiceRow.objects.get(
        municipality=basis_form.municipality_id,
        month=basis_form.month,
        client=basis_form.client_id,
        organisation=organisation,
    )
    counts = _visit_counts(ctx, organisation, basis_form.month, [basis_form.client])
    rules.is_as_billed(form, _count(basis_form), _count(row), counts.get(basis_form.client_id, Count()))
    signer = Account.objects.values_list("name", flat=True).get(id__in=[ctx.actor.account])
    pdf = document.render(basis_form, document.FormSignature(signer, ctx.today))
    digest = hashlib.sha256(pdf).hexdigest()
    _step(ctx, basis_form, BasisFormState.SIGNED, pdf=pdf, digest=digest)
    _journal_form(ctx, "basis_form.signed", basis_form, digest=digest)
    return {"form": form, "digest": digest}


@act(
    "O3",
    who=BILLING_ROLES,
    writes=["basis_form.sent"],
    title=_("Skicka en underlagsblankett"),
    lead=_("Till socialkontoret, som får ett e-brev. Blanketten ska vara underskriven."),
)
def send_basis_form(ctx: ActContext, *, form: FormNumber) -> dict[str, Any]:
    """Send a signed basis form to the social office, by e-mail (O3)."""
    basis_form = _find_form(ctx, form, organisation=rules.billing_organisation("O3", ctx.actor.organisation))
    rules.may_become(form, basis_form.state, "sent")
    _step(ctx, basis_form, BasisFormState.SENT)
    _journal_form(ctx, "basis_form.sent", basis_form)
    return {"form": form}


@send_basis_form.suggested_by("basis_form.sent")
def _suggest_sending(context: DutyContext) -> Iterator[Suggestion]:
    """Make the month's forms, then sign and send each. Where visits have changed since, the month is billed first."""
    yield bill_month.suggestion({"month": context.about["month"]}, is_final=False)
    yield make_basis_forms.suggestion({"month": context.about["month"]}, is_final=False)
    yield sign_basis_form.suggestion({}, ("form",), is_final=False)
    yield send_basis_form.suggestion({}, ("form",))


@act(
    "O3",
    who=OFFICE_ROLES,
    writes=["basis_form.received"],
    title=_("Ta emot en underlagsblankett"),
    lead=_("Blanketten har kommit till socialkontoret."),
)
def receive_basis_form(ctx: ActContext, *, form: FormNumber) -> dict[str, Any]:
    """Receive a basis form at the social office (O3)."""
    basis_form = _find_form(ctx, form)
    rules.may_become(form, basis_form.state, "received")
    _step(ctx, basis_form, BasisFormState.RECEIVED)
    _journal_form(ctx, "basis_form.received", basis_form)
    return {"form": form}


@receive_basis_form.suggested_by("basis_form.received")
def _suggest_receiving(context: DutyContext) -> Iterator[Suggestion]:
    yield receive_basis_form.suggestion({"form": context.about["form_number"]})


def _step(ctx: ActContext, form: BasisForm, state: BasisFormState, **more: Any) -> None:
    stamps = {state.value: ctx.now, f"{state.value}_by_id": ctx.actor.account}
    BasisForm.objects.filter(id=form.id).update(state=state, **stamps, **more)


# the month's clients, and their visits


def _clients_of(ctx: ActContext, organisation: UUID, month: str) -> list[Client]:
    """Returns the clients of another municipality whom the organisation may have had, with their homes locked.

    Care or visits in the month are reason enough, however long ago.
    """
    first, following = rules.month_bounds(month)
    allocations = Allocation.objects.filter(
        Q(valid_through=None) | Q(valid_through__gte=first),
        decision__client=OuterRef("pk"),
        organisation=organisation,
        valid_from__lt=following,
        withdrawn=False,
    )
    visits = _visits(organisation, month).filter(client=OuterRef("pk"))
    clients = Client.objects.filter(
        ~Q(home_municipality=ctx.actor.municipality) | ~Q(assigned_by=""),
        Exists(allocations) | Exists(visits),
        municipality=ctx.actor.municipality,
    )
    ctx.lock_homes(Residence.objects.filter(client__in=clients).values("home_id"))
    locked_clients = list(clients.order_by("case_number"))
    lookup_refusals.ensure_not_moved(ctx, locked_clients)
    return locked_clients


def _had_care(ctx: ActContext, client: Client, organisation: UUID, month: str) -> bool:
    """Did the organisation have the client's home care on any day of the month?"""
    return months.had_care_in(ctx.facts[client.home_id].clients[client.id], organisation, month)


def _visits(organisation: UUID, month: str) -> QuerySet[Visit]:
    first, following = (datetime.combine(day, time(), STOCKHOLM) for day in rules.month_bounds(month))
    return Visit.objects.filter(organisation=organisation, arrived__gte=first, arrived__lt=following)


def _visit_counts(
    ctx: ActContext, organisation: UUID, month: str, clients: Iterable[Client]
) -> dict[UUID, Count]:
    """Returns the counts, by client, of visits while the client was another municipality's. One query."""
    counts: dict[UUID, Count] = {}
    facts = {client.id: ctx.facts[client.home_id].clients[client.id] for client in clients}
    rows = _visits(organisation, month).filter(client__in=facts)
    columns = ("client_id", "arrived", "departed", "reason", "departed_reason")
    for client, arrived, departed, *reasons in rows.values_list(*columns):
        if months.was_elsewhere(facts[client], day_of(arrived)):
            counts[client] = rules.add_visit(
                counts.get(client, Count()), arrived, departed, declined=visit_rules.is_declined(*reasons)
            )
    return counts


def _stored_rows(organisation: UUID, month: str) -> dict[UUID, Any]:
    """Returns the stored rows by client, each annotated with the `state` of its form. One query."""
    form = BasisForm.objects.filter(
        client=OuterRef("client"),
        organisation=organisation,
        month=month,
        municipality=OuterRef("municipality"),
    )
    rows = InvoiceRow.objects.filter(organisation=organisation, month=month)
    rows = rows.select_related("client").annotate(state=form.values("state"))
    return {row.client_id: row for row in rows}


def _count(record: Any) -> Count:
    return Count(record.visits, record.minutes, record.without_departure)


def _new_row(
    ctx: ActContext, client: Client, organisation: UUID, month: str, count: Count, identifier: UUID
) -> InvoiceRow:
    return InvoiceRow(
        id=identifier,
        municipality_id=ctx.actor.municipality,
        month=month,
        client=client,
        organisation_id=organisation,
        billed=ctx.now,
        billed_by_id=ctx.actor.account,
        **count._asdict(),
    )


def _row_answer(row: InvoiceRow) -> dict[str, Any]:
    return {"case": row.client.case_number, **_count(row)._asdict()}


# the forms


def _lock_homes(ctx: ActContext, rows: QuerySet[Any]) -> None:
    """Locks the homes of the rows' clients, before the rows are read."""
    ctx.lock_homes(Residence.objects.filter(client__in=rows.values("client")).values("home_id"))


def _forms(ctx: ActContext, **filters: Any) -> QuerySet[BasisForm]:
    return BasisForm.objects.filter(municipality=ctx.actor.municipality, **filters).defer("pdf")


def _find_form(ctx: ActContext, number: str, **filters: Any) -> BasisForm:
    """Returns a form by its number, with its client's homes locked. Raises NotFound."""
    forms = _forms(ctx, number=number, **filters)
    _lock_homes(ctx, forms)
    form = forms.select_related("client", "organisation", "municipality").first()
    if form is None:
        raise NotFound("basis_form", "form")
    lookup_refusals.ensure_not_moved(ctx, [form.client])
    return form


def _new_form_numbers(ctx: ActContext, count: int) -> list[str]:
    """Returns form numbers such as U-2026-0001 (U for underlag)."""
    if not count:
        return []
    year = day_of(ctx.now).year
    return [f"U-{number}" for number in next_numbers(ctx.actor.municipality, "form", year, count)]


def _new_form(ctx: ActContext, row: InvoiceRow, number: str, identifier: UUID) -> BasisForm:
    return BasisForm(
        id=identifier,
        municipality_id=ctx.actor.municipality,
        number=number,
        month=row.month,
        client=row.client,
        organisation_id=row.organisation_id,
        made=ctx.now,
        made_by_id=ctx.actor.account,
        **_count(row)._asdict(),
    )


def _journal_form(ctx: ActContext, event: str, form: BasisForm, **body: Any) -> None:
    _journal(ctx, event, form, form=form.id, form_number=form.number, **body)


def _journal(ctx: ActContext, event: str, record: InvoiceRow | BasisForm, **body: Any) -> None:
    ctx.journal(
        event,
        homes=[record.client.home_id],
        client=record.client_id,
        month=record.month,
        organisation=record.organisation_id,
        **body,
    )
