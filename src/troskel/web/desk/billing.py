# SPDX-License-Identifier: EUPL-1.2
"""Other municipalities' clients, month by month: the rows (O2), and how far each basis form has come (O3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import billing as reading_billing
from troskel.reading import lists
from troskel.reading.billing import WHO, ShownForm, ShownRow
from troskel.reading.paging import LONGEST, Asked
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.shell.links import Button, act_button
from troskel.web.text import formatting

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
STATES = {
    "reckoned": gettext_noop("Inte fakturerad"),
    "billed": gettext_noop("Fakturerad"),
    "made": gettext_noop("Blanketten är gjord"),
    "signed": gettext_noop("Underskriven"),
    "sent": gettext_noop("Skickad"),
    "received": gettext_noop("Mottagen"),
}
NEXT = {"made": "sign_basis_form", "signed": "send_basis_form", "sent": "receive_basis_form"}
"""By the state of a form: the act that brings it on."""


class Shown(NamedTuple):
    """A client's month with a provider, and its form: how far, since when, what comes next."""

    row: ShownRow
    provider: str
    state: str
    sign: str
    since: datetime | None
    button: Button | None


@page("billing/", name="billing", who=WHO)
def billing(request: HttpRequest, person: Person) -> HttpResponse:
    """A month's rows and forms: the one before this, where no other is asked for."""
    first = _month(request.GET.get("month", ""))
    month = f"{first:%Y-%m}"
    rows = reading_billing.invoice_rows(person.actor, month)
    by_number = {form.number: form for form in _forms(person, month)}
    names = {one.orgnr: one.name for one in lists.organisations(person.actor, Asked(LONGEST)).items}
    shown = [_shown(row, by_number.get(row.form or ""), names, person) for row in rows]
    values = {
        "month": month,
        "named": formatting.month(first),
        "rows": shown,
        "waiting": sum(one.state != "received" for one in shown),
        "whole": [_acts(name, month) for name in ("bill_month", "make_basis_forms") if _may(name, person)],
        "before": f"{first - timedelta(days=1):%Y-%m}",
        "after": _after(first),
        "today": clock.today(),
    }
    return show(request, "web/billing.html", values)


@page("billing/<str:form>/pdf", name="basis-form", who=WHO)
def basis_form(_request: HttpRequest, person: Person, form: str) -> HttpResponse:
    """The form as PDF: as it was signed, else a draft."""
    answer = HttpResponse(reading_billing.basis_form_document(person.actor, form), "application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{form}.pdf"'
    return answer


def _forms(person: Person, month: str) -> Iterator[ShownForm]:
    """All of a month's forms, some hundred at a time."""
    after: str | None = ""
    while after is not None:
        page_of = reading_billing.basis_forms(person.actor, Asked(LONGEST, after), month)
        yield from page_of.items
        after = page_of.next


def _month(asked: str) -> date:
    if MONTH.fullmatch(asked):
        return date(int(asked[:4]), int(asked[5:]), 1)
    return (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)


def _after(first: date) -> str:
    """The month that follows; none where that has not begun."""
    following = (first + timedelta(days=31)).replace(day=1)
    return f"{following:%Y-%m}" if following <= clock.today() else ""


def _shown(row: ShownRow, form: ShownForm | None, names: dict[str, str], person: Person) -> Shown:
    state = form.state if form else "billed" if row.billed else "reckoned"
    since = getattr(form, form.state) if form else row.billed
    return Shown(
        row=row,
        provider=names.get(row.organisation, row.organisation),
        state=state,
        sign=_(STATES[state]),
        since=since,
        button=_next(form, person) if form else None,
    )


def _next(form: ShownForm, person: Person) -> Button | None:
    act = NEXT.get(form.state, "")
    if not act or not _may(act, person):
        return None
    word = {"made": _("Skriv under"), "signed": _("Skicka"), "sent": _("Ta emot")}[form.state]
    return act_button(act, word, form=form.number)


def _acts(act: str, month: str) -> Button:
    word = _("Fakturera månaden") if act == "bill_month" else _("Gör underlagsblanketter")
    return act_button(act, word, month=month)


def _may(act: str, person: Person) -> bool:
    return person.actor.role in REGISTER[act].who
