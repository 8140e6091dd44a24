# SPDX-License-Identifier: EUPL-1.2
"""What is opened and printed in the browser: letters, receipts, work orders, labels."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.orders.letter import Language
from troskel.people.queries import Person
from troskel.reading import letters, papers
from troskel.reading.client_names import names_of_shown
from troskel.reading.things import locks
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.shell.links import Button
from troskel.web.text.phrases import ORDER_KINDS


@page(
    "clients/<str:case>/papers",
    name="papers",
    about=gettext_noop("Det som går att skriva ut om en kund: brev, kvitton, arbetsorder och etiketter."),
    serves=("A1", "P5", "L1"),
    who=papers.papers_of_client.who,
)
def of_client(request: HttpRequest, person: Person, case: str) -> HttpResponse:
    """What there is to print about a client."""
    shown = papers.papers_of_client(person.actor, case)
    values = {
        "papers": shown,
        "client": names_of_shown(person.actor, [case]).get(case),
        "kinds": {kind: _(label) for kind, label in ORDER_KINDS.items()},
        "may_write": person.actor.role in letters.order_letter.who,
        "may_order": person.actor.role in papers.work_order.who,
        "today": clock.today(),
    }
    return render_page(request, "web/papers.html", values)


@page("letters/<str:order>", name="letter", who=letters.order_letter.who)
def letter(request: HttpRequest, person: Person, order: str) -> HttpResponse:
    """The client's letter about an order that is done, as PDF."""
    return _pdf(letters.order_letter(person.actor, order, _language(request)), order)


@page("orders/<str:order>/work-order", name="work-order", who=papers.work_order.who)
def work_order(request: HttpRequest, person: Person, order: str) -> HttpResponse:
    """The work order of an open order, as PDF."""
    return _pdf(papers.work_order(person.actor, order, _language(request)), order)


@page("receipts/<uuid:handover>", name="receipt", who=papers.receipt.who)
def receipt(request: HttpRequest, person: Person, handover: UUID) -> HttpResponse:
    """The receipt of a handover, as PDF."""
    return _pdf(papers.receipt(person.actor, handover, _language(request)), "receipt")


@page("things/<kind>/labels", name="labels", who=locks.who)
def labels(request: HttpRequest, person: Person, kind: str) -> HttpResponse:
    """Labels with codes, as PDF: of one thing, or of a stock."""
    number, firm = (request.GET.get(name, "") for name in ("number", "organisation"))
    made = papers.labels(person.actor, kind, _language(request), number=number, organisation=firm)
    return _pdf(made, f"{kind}-labels")


def paper_of(person: Person, act: str, order: str, case: str, *, is_done: bool) -> Button | None:
    """Returns the way to the paper that belongs to an act: the letter, the receipt, the work order."""
    role = person.actor.role
    if act == "send_letter" and order and role in letters.order_letter.who:
        return Button(_("Öppna brevet"), reverse("letter", args=[order]))
    if not is_done:
        return None
    if (
        act in ("order_installation", "order_removal", "order_repair")
        and order
        and role in papers.work_order.who
    ):
        return Button(_("Öppna arbetsordern"), reverse("work-order", args=[order]))
    if act in ("receive_key", "return_key") and case and role in papers.papers_of_client.who:
        return Button(_("Skriv ut kvittot"), f"{reverse('papers', args=[case])}#handovers")
    return None


def _pdf(made: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(made, "application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def _language(request: HttpRequest) -> Language:
    """Returns the language asked for, else that of the page."""
    return "en" if (request.GET.get("language") or get_language()) == "en" else "sv"
