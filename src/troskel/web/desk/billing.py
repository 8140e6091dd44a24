# SPDX-License-Identifier: EUPL-1.2
"""Clients of other municipalities, month by month: invoice rows (O2) and basis forms (O3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock, formatting
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import billing as reading_billing
from troskel.reading import lists
from troskel.reading import visits as reading_visits
from troskel.reading.billing import ShownForm, ShownRow
from troskel.reading.client_names import names_of_shown
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.reading.visits import ProvidersExceptions
from troskel.runner.choices import VisitException
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.shell.links import Button, act_button
from troskel.web.text import act_labels

MONTH_FORMAT = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
STATE_LABELS = {
    "reckoned": gettext_noop("Inte fakturerad"),
    "billed": gettext_noop("Fakturerad"),
    "made": gettext_noop("Blanketten är gjord"),
    "signed": gettext_noop("Underskriven"),
    "sent": gettext_noop("Skickad"),
    "received": gettext_noop("Mottagen"),
}
NEXT_ACT = {"made": "sign_basis_form", "signed": "send_basis_form", "sent": "receive_basis_form"}
"""By the state of a form: the next act."""


class BillingRow(NamedTuple):
    """A client's month with a provider: the state of its form, since when, and the next act."""

    row: ShownRow
    provider: str
    state: str
    sign: str
    since: datetime | None
    button: Button | None


@page(
    "billing/",
    name="billing",
    about=gettext_noop(
        "Månadens rader att fakturera för kunder från andra kommuner, och underlagsblanketten till var och en."
    ),
    serves=("O2", "O3"),
    who=reading_billing.invoice_rows.who,
)
def billing(request: HttpRequest, person: Person) -> HttpResponse:
    """A month's invoice rows and forms; the previous month by default."""
    first = _month(request.GET.get("month", ""))
    month = f"{first:%Y-%m}"
    provider = request.GET.get("provider", "")
    rows = [
        row for row in reading_billing.invoice_rows(person.actor, month) if provider in ("", row.organisation)
    ]
    by_number = {form.number: form for form in _forms(person, month)}
    organisation_names = {
        organisation.orgnr: organisation.name
        for organisation in lists.organisations(person.actor, PageRequest(MAX_PAGE)).items
    }
    billing_rows = [
        _billing_row(row, by_number.get(row.form or ""), organisation_names, person) for row in rows
    ]
    values = {
        "month": month,
        "month_name": formatting.month(first),
        "provider": organisation_names.get(provider, ""),
        "query": urlencode({"provider": provider}) if provider in organisation_names else "",
        "rows": billing_rows,
        "clients": names_of_shown(person.actor, [row.case for row in rows]),
        "waiting": sum(row.state != "received" for row in billing_rows),
        "month_buttons": [
            _month_button(name, month) for name in ("bill_month", "make_basis_forms") if _may(name, person)
        ],
        "writes_visits": person.actor.role in reading_billing.clients_elsewhere.who,
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": _month_after(first),
        "today": clock.today(),
    }
    return render_page(request, "web/billing.html", values)


@page(
    "billing/exceptions",
    name="billing-exceptions",
    about=gettext_noop("Hur många av månadens besök som är att titta på, hos varje utförare. Inga kunder."),
    serves=("P2", "O2"),
    who=reading_visits.exceptions_by_provider.who,
)
def visits_of_month(request: HttpRequest, person: Person) -> HttpResponse:
    """A month's visits that need a look, counted by provider; the previous month by default."""
    first = _month(request.GET.get("month", ""))
    month = f"{first:%Y-%m}"
    names = {
        organisation.orgnr: organisation.name
        for organisation in lists.organisations(person.actor, PageRequest(MAX_PAGE)).items
    }
    rows = [
        ProviderRow(
            names.get(row.organisation, row.organisation),
            row,
            [
                (act_labels.choice_label(VisitException, code), count)
                for code, count in row.exceptions.items()
            ],
            _to_visits(person, first, row.organisation),
        )
        for row in reading_visits.exceptions_by_provider(person.actor, month)
    ]
    values = {
        "month": month,
        "month_name": formatting.month(first),
        "rows": rows,
        "flagged": sum(row.counts.flagged for row in rows),
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": _month_after(first),
    }
    return render_page(request, "web/billing_exceptions.html", values)


class ProviderRow(NamedTuple):
    """A provider's counts, each exception in words with its number, and where their rows are."""

    provider: str
    counts: ProvidersExceptions
    exceptions: list[tuple[str, int]]
    rows: Button


def _to_visits(person: Person, first: date, organisation: str) -> Button:
    """The visits themselves, for who may see them; else the rows of the clients who are billed."""
    if person.actor.role not in reading_visits.visits.who:
        query = urlencode({"month": f"{first:%Y-%m}", "provider": organisation})
        return Button(_("Rader för andra kommuners kunder"), f"{reverse('billing')}?{query}")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    provider = {} if person.actor.role is Role.COORDINATOR else {"provider": organisation}
    query = urlencode({"state": "flagged", **provider, "first": first.isoformat(), "last": last.isoformat()})
    return Button(_("Besöken"), f"{reverse('visits')}?{query}")


@page("billing/<str:form>/pdf", name="basis-form", who=reading_billing.invoice_rows.who)
def basis_form(_request: HttpRequest, person: Person, form: str) -> HttpResponse:
    """A basis form as PDF: the signed one, else a draft."""
    answer = HttpResponse(reading_billing.basis_form_document(person.actor, form), "application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{form}.pdf"'
    return answer


def _forms(person: Person, month: str) -> Iterator[ShownForm]:
    """Yields all forms of a month, page by page."""
    after: str | None = ""
    while after is not None:
        page = reading_billing.basis_forms(person.actor, PageRequest(MAX_PAGE, after), month)
        yield from page.items
        after = page.next


def _month(text: str) -> date:
    if MONTH_FORMAT.fullmatch(text):
        return date(int(text[:4]), int(text[5:]), 1)
    return (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)


def _month_after(first: date) -> str:
    """Returns the next month; empty if it has not begun."""
    following = (first + timedelta(days=31)).replace(day=1)
    return f"{following:%Y-%m}" if following <= clock.today() else ""


def _billing_row(
    row: ShownRow, form: ShownForm | None, organisation_names: dict[str, str], person: Person
) -> BillingRow:
    state = form.state if form else "billed" if row.billed else "reckoned"
    since = getattr(form, form.state) if form else row.billed
    return BillingRow(
        row=row,
        provider=organisation_names.get(row.organisation, row.organisation),
        state=state,
        sign=_(STATE_LABELS[state]),
        since=since,
        button=_next_button(form, person) if form else None,
    )


def _next_button(form: ShownForm, person: Person) -> Button | None:
    act = NEXT_ACT.get(form.state, "")
    if not act or not _may(act, person):
        return None
    label = {"made": _("Skriv under"), "signed": _("Skicka"), "sent": _("Ta emot")}[form.state]
    return act_button(act, label, form=form.number)


def _month_button(act: str, month: str) -> Button:
    label = _("Fakturera månaden") if act == "bill_month" else _("Gör underlagsblanketter")
    return act_button(act, label, month=month)


def _may(act: str, person: Person) -> bool:
    return person.actor.role in REGISTER[act].who
