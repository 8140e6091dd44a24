# SPDX-License-Identifier: EUPL-1.2
"""Several visits to other municipalities' clients, written in one table: they are on no phone (O2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import CodedError
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading.billing import clients_elsewhere
from troskel.reading.client_names import names_of_shown
from troskel.runner.outcome import ActOutcome
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import form_key
from troskel.web.text.refusals import refusal_text

ROWS = 10
COLUMNS = ("client", "day", "arrived", "departed", "carer")
REASON = "other_municipality"
"""Why by hand: a client of another municipality gets no tag (O1)."""


class VisitRow(NamedTuple):
    """A row of the table as typed, the visit's own id, and what is wrong with it."""

    id: str
    typed: dict[str, str]
    error: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(self.typed[name] for name in ("client", "arrived", "departed"))


@page(
    "billing/visits",
    name="foreign-visits",
    about=gettext_noop(
        "Flera besök på en gång hos kunder från andra kommuner, som inte finns i någon telefon."
    ),
    serves=("O1", "O2"),
    who=clients_elsewhere.who,
    methods=("GET", "HEAD", "POST"),
)
def foreign_visits(request: HttpRequest, person: Person) -> HttpResponse:
    """A table of visits. What is right is written down; what is refused stays, with why."""
    if request.method != "POST":
        return _show(request, person, [_blank() for _row in range(ROWS)])
    rows = [_posted(request, at) for at in range(ROWS)]
    checked = [row if row.is_empty else row._replace(error=_input_error(row)) for row in rows]
    ready = [row for row in checked if not row.is_empty and not row.error]
    refusals = _register(request, person, ready)
    wrong = [row for row in checked if row.error] + [
        row._replace(error=refusals[row.id]) for row in ready if row.id in refusals
    ]
    left = [*wrong, *(_blank() for _row in range(ROWS - len(wrong)))]
    return _show(request, person, left, written=len(ready) - len(refusals), status=422 if wrong else 200)


def _register(request: HttpRequest, person: Person, ready: list[VisitRow]) -> dict[str, str]:
    """Registers the visits. Returns why some are refused, by id: the others stand. A repeat registers none twice."""
    if not ready:
        return {}
    values = {"visits": [_visit(row) for row in ready]}
    try:
        key = form_key(request) or None
        outcome: ActOutcome = REGISTER["register_visits"].perform(person.actor, values, key=key)
    except CodedError as refusal:
        return {row.id: refusal_text(refusal) for row in ready}
    language = "message" if get_language() == "en" else "swedish"
    return {ready[item["item"]].id: str(item[language]) for item in outcome.refused}


def _visit(row: VisitRow) -> dict[str, Any]:
    arrived, departed = _times(row.typed)
    typed = {"client": row.typed["client"], "carer": row.typed["carer"]}
    times = {"arrived": arrived.isoformat(), "departed": departed.isoformat() if departed else None}
    return {**typed, **times, "by": "hand", "reason": REASON, "visit": row.id}


def _times(typed: dict[str, str]) -> tuple[datetime, datetime | None]:
    """Returns arrival and departure; a departure before the arrival is the next day's. Raises ValueError."""
    arrived = clock.wall_time(f"{typed['day']}T{typed['arrived']}")
    if not typed["departed"]:
        return arrived, None
    departed = clock.wall_time(f"{typed['day']}T{typed['departed']}")
    if departed <= arrived:
        after = date.fromisoformat(typed["day"]) + timedelta(days=1)
        departed = clock.wall_time(f"{after}T{typed['departed']}")
    return arrived, departed


def _input_error(row: VisitRow) -> str:
    if not row.typed["client"]:
        return _("Välj en kund.")
    try:
        _times(row.typed)
    except ValueError:
        return _("Skriv dag och klockslag, till exempel 13:30.")
    return ""


def _blank() -> VisitRow:
    return VisitRow(str(new_id()), dict.fromkeys(COLUMNS, ""))


def _posted(request: HttpRequest, at: int) -> VisitRow:
    typed = {name: request.POST.get(f"{name}-{at}", "").strip() for name in COLUMNS}
    return VisitRow(request.POST.get(f"id-{at}", "") or str(new_id()), typed)


def _show(
    request: HttpRequest, person: Person, rows: list[VisitRow], *, written: int = 0, status: int = 200
) -> HttpResponse:
    cases = clients_elsewhere(person.actor)
    names = names_of_shown(person.actor, cases)
    text = ngettext("Ett besök är inskrivet.", "{number} besök är inskrivna.", written)
    values = {
        "rows": rows,
        "clients": [(case, names.get(case)) for case in cases],
        "carers": people.colleagues(person.actor, Role.CARER, Role.COORDINATOR),
        "written": text.format(number=written) if written else "",
        "invalid": sum(bool(row.error) for row in rows),
        "today": clock.today().isoformat(),
        "key": new_id(),
        "back": reverse("billing"),
    }
    return render_page(request, "web/foreign_visits.html", values, status=status)
