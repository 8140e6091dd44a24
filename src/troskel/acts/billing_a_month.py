# SPDX-License-Identifier: EUPL-1.2
"""Clients of another municipality, month by month: a row of their own (O2), and the basis form (O3)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from troskel.acts.core import lookup
from troskel.acts.core.fields import Month, Number
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.billing import form as document
from troskel.billing import operations as billing
from troskel.billing import rules
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.billing.rules import Count
from troskel.care.models import Allocation
from troskel.ground.clock import STOCKHOLM, day_of
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.models import Account, Client, Residence
from troskel.people.operations import next_numbers
from troskel.people.roles import Role
from troskel.routine import months
from troskel.visits.models import Visit

PROVIDER = (Role.COORDINATOR,)
OFFICE = (Role.ECONOMIST, Role.ADMINISTRATOR)


@act("O2", who=PROVIDER, writes=["month.billed"])
def bill_month(doing: Doing, *, month: Month) -> dict[str, Any]:
    """Bill a month that has ended: a row for each client of another municipality whom the organisation had (O2).

    A month with care and no visit gives a row of nought. Done again it counts late visits too, until the basis
    form is signed.
    """
    rules.has_ended(month, doing.today)
    organisation = rules.of_a_provider("O2", doing.actor.organisation)
    clients = _clients_of(doing, organisation, month)
    reckoned = _reckoned(organisation, month, clients)
    billed = [row for row in clients if _had(doing, row, organisation, month) or row.id in reckoned]
    rules.somebody_to_bill(month, len(billed))
    stored = _stored(organisation, month)
    rows = []
    for index, client in enumerate(billed):
        count = reckoned.get(client.id, Count())
        before = stored.get(client.id)
        try:
            if before is not None:
                rules.not_signed(month, client.case_number, before.state, _count(before), count)
        except Refusal as refusal:
            if len(billed) == 1:
                raise
            doing.refuse_item(index, refusal)
            continue
        rows.append(_row(doing, client, organisation, month, count, before.id if before else new_id()))
    billing.bill(rows)
    for row in rows:
        _journal(doing, "month.billed", row, row=row.id, **_count(row)._asdict())
    return {"month": month, "rows": [_told(row) for row in rows]}


@act("O3", who=PROVIDER, writes=["basis_form.made"])
def make_basis_forms(doing: Doing, *, month: Month) -> dict[str, Any]:
    """Make the basis forms of a month, one of each row that is billed (O3); anew where a row has been billed anew."""
    organisation = rules.of_a_provider("O3", doing.actor.organisation)
    rules.days_of(month)
    its_rows = InvoiceRow.objects.filter(
        municipality=doing.actor.municipality, organisation=organisation, month=month
    )
    _lock(doing, its_rows)
    rows = list(its_rows.select_related("client").order_by("client__case_number"))
    rules.is_billed(month, len(rows))
    lookup.still_there(doing, [row.client for row in rows])
    before = {form.client_id: form for form in _forms(doing, month=month, organisation=organisation)}
    new = iter(_numbers(doing, sum(row.client_id not in before for row in rows)))
    forms = []
    for row in rows:
        made = before.get(row.client_id)
        if made is None or (made.state == "made" and _count(made) != _count(row)):
            forms.append(_form(doing, row, made.number if made else next(new), made.id if made else new_id()))
    billing.make(forms)
    for form in forms:
        _journal_form(doing, "basis_form.made", form, **_count(form)._asdict())
    return {"month": month, "forms": [form.number for form in forms]}


@act("O3", who=PROVIDER, writes=["basis_form.signed"])
def sign_basis_form(doing: Doing, *, form: Number) -> dict[str, Any]:
    """Sign a basis form: the document is kept as it is now, and the row is not billed anew after this (O3)."""
    organisation = rules.of_a_provider("O3", doing.actor.organisation)
    found = _found(doing, form, organisation=organisation)
    rules.may_become(form, found.state, "signed")
    row = InvoiceRow.objects.get(
        municipality=found.municipality_id,
        month=found.month,
        client=found.client_id,
        organisation=organisation,
    )
    reckoned = _reckoned(organisation, found.month, [found.client])
    rules.is_as_billed(form, _count(found), _count(row), reckoned.get(found.client_id, Count()))
    signer = Account.objects.values_list("name", flat=True).get(id__in=[doing.actor.account])
    pdf = document.of(found, document.Signature(signer, doing.today))
    digest = hashlib.sha256(pdf).hexdigest()
    billing.sign(found.id, pdf, digest, doing.actor.account, doing.now)
    _journal_form(doing, "basis_form.signed", found, digest=digest)
    return {"form": form, "digest": digest}


@act("O3", who=PROVIDER, writes=["basis_form.sent"])
def send_basis_form(doing: Doing, *, form: Number) -> dict[str, Any]:
    """Send a signed basis form to the social office, which gets an e-mail (O3)."""
    found = _found(doing, form, organisation=rules.of_a_provider("O3", doing.actor.organisation))
    rules.may_become(form, found.state, "sent")
    billing.send(found.id, doing.actor.account, doing.now)
    _journal_form(doing, "basis_form.sent", found)
    return {"form": form}


@act("O3", who=OFFICE, writes=["basis_form.received"])
def receive_basis_form(doing: Doing, *, form: Number) -> dict[str, Any]:
    """Receive a basis form at the social office (O3)."""
    found = _found(doing, form)
    rules.may_become(form, found.state, "received")
    billing.receive(found.id, doing.actor.account, doing.now)
    _journal_form(doing, "basis_form.received", found)
    return {"form": form}


# whom the month is about, and what the visits say


def _clients_of(doing: Doing, organisation: UUID, month: str) -> list[Client]:
    """The clients of another municipality whom the organisation may have had, with their homes locked.

    That the organisation had care or visits in the month is reason enough, however long ago it was.
    """
    first, following = rules.days_of(month)
    allocated = Allocation.objects.filter(
        Q(valid_through=None) | Q(valid_through__gte=first),
        decision__client=OuterRef("pk"),
        organisation=organisation,
        valid_from__lt=following,
        withdrawn=False,
    )
    visited = _visits(organisation, month).filter(client=OuterRef("pk"))
    clients = Client.objects.filter(
        Exists(allocated) | Exists(visited), municipality=doing.actor.municipality
    ).exclude(home_municipality=doing.actor.municipality)
    doing.lock_homes(Residence.objects.filter(client__in=clients).values("home_id"))
    found = list(clients.order_by("case_number"))
    lookup.still_there(doing, found)
    return found


def _had(doing: Doing, client: Client, organisation: UUID, month: str) -> bool:
    """Had the organisation the client's home care on some day of the month?"""
    return months.had_care_in(doing.facts[client.home_id].clients[client.id], organisation, month)


def _visits(organisation: UUID, month: str) -> QuerySet[Visit]:
    first, following = (datetime.combine(day, time(), STOCKHOLM) for day in rules.days_of(month))
    return Visit.objects.filter(organisation=organisation, arrived__gte=first, arrived__lt=following)


def _reckoned(organisation: UUID, month: str, clients: Iterable[Client]) -> dict[UUID, Count]:
    """What the visits come to, by client. One query."""
    counts: dict[UUID, Count] = {}
    rows = _visits(organisation, month).filter(client__in=[client.id for client in clients])
    for client, arrived, departed in rows.values_list("client_id", "arrived", "departed"):
        counts[client] = rules.add(counts.get(client, Count()), arrived, departed)
    return counts


def _stored(organisation: UUID, month: str) -> dict[UUID, Any]:
    """The rows that are billed, each with the state of its form, by client. One query."""
    form = BasisForm.objects.filter(
        client=OuterRef("client"),
        organisation=organisation,
        month=month,
        municipality=OuterRef("municipality"),
    )
    rows = InvoiceRow.objects.filter(organisation=organisation, month=month)
    return {row.client_id: row for row in rows.annotate(state=form.values("state"))}


def _count(counted: Any) -> Count:
    return Count(counted.visits, counted.minutes, counted.without_departure)


def _row(
    doing: Doing, client: Client, organisation: UUID, month: str, count: Count, identifier: UUID
) -> InvoiceRow:
    return InvoiceRow(
        id=identifier,
        municipality_id=doing.actor.municipality,
        month=month,
        client=client,
        organisation_id=organisation,
        billed=doing.now,
        billed_by_id=doing.actor.account,
        **count._asdict(),
    )


def _told(row: InvoiceRow) -> dict[str, Any]:
    return {"case": row.client.case_number, **_count(row)._asdict()}


# the forms


def _lock(doing: Doing, counted: QuerySet[Any]) -> None:
    """Lock the homes of the rows' clients before the rows are read."""
    doing.lock_homes(Residence.objects.filter(client__in=counted.values("client")).values("home_id"))


def _forms(doing: Doing, **wanted: Any) -> QuerySet[BasisForm]:
    return BasisForm.objects.filter(municipality=doing.actor.municipality, **wanted).defer("pdf")


def _found(doing: Doing, number: str, **theirs: Any) -> BasisForm:
    """A form by its number, its client's home locked. A provider's own; the social office's, all."""
    forms = _forms(doing, number=number, **theirs)
    _lock(doing, forms)
    found = forms.select_related("client", "organisation", "municipality").first()
    if found is None:
        raise NotFound("basis form", "form")
    lookup.still_there(doing, [found.client])
    return found


def _numbers(doing: Doing, count: int) -> list[str]:
    """U-2026-0001: U for underlag."""
    if not count:
        return []
    year = day_of(doing.now).year
    return [f"U-{number}" for number in next_numbers(doing.actor.municipality, "form", year, count)]


def _form(doing: Doing, row: InvoiceRow, number: str, identifier: UUID) -> BasisForm:
    return BasisForm(
        id=identifier,
        municipality_id=doing.actor.municipality,
        number=number,
        month=row.month,
        client=row.client,
        organisation_id=row.organisation_id,
        made=doing.now,
        made_by_id=doing.actor.account,
        **_count(row)._asdict(),
    )


def _journal_form(doing: Doing, event: str, form: BasisForm, **body: Any) -> None:
    _journal(doing, event, form, form=form.id, form_number=form.number, **body)


def _journal(doing: Doing, event: str, counted: InvoiceRow | BasisForm, **body: Any) -> None:
    doing.journal(
        event,
        homes=[counted.client.home_id],
        client=counted.client_id,
        month=counted.month,
        organisation=counted.organisation_id,
        **body,
    )
