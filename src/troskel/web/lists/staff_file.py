# SPDX-License-Identifier: EUPL-1.2
"""Staff from a file: what it says otherwise is shown, then done. Nothing is stored between: the form carries it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.exchange import staff_file
from troskel.exchange.staff_file import StaffFile
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.people.queries import Person
from troskel.permits.may import fresh_enough
from troskel.runner.outcome import ActOutcome
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import form_key, preview_or_perform
from troskel.web.text.outcomes import refusal

MAX_BYTES = 1_000_000
ACT = REGISTER["update_staff"]


@page(
    "accounts/file",
    name="staff-file",
    about=gettext_noop("Här skriver du in eller ändrar många konton på en gång, från en fil."),
    serves=("rule 7",),
    who=ACT.who,
    methods=("GET", "HEAD", "POST"),
)
def staff_from_file(request: HttpRequest, person: Person) -> HttpResponse:
    """Choose a file; see what is new, changed and gone; let it be done."""
    fresh_enough(person.actor, ACT)
    if request.method != "POST":
        return _page(request, {})
    text, complete = _text(request), "complete" in request.POST
    try:
        if text is None:
            raise BadValue("file", "staff.no_file", _("Välj en fil i UTF-8, högst en megabyte."))
        told = staff_file.read(text)
        values = {"staff": told.people, "complete": complete}
    except BadValue as error:
        return _page(request, {"message": refusal(error, None)[0]}, status=422)
    return preview_or_perform(
        request,
        partial(ACT.perform, person.actor, values),
        show=lambda outcome: _page(request, _shown(request, outcome, told, text, complete=complete)),
        refuse=lambda error: _page(request, {"message": " ".join(refusal(error, None, ACT))}, status=409),
    )


def _text(request: HttpRequest) -> str | None:
    """Returns the file that was chosen, or that the form carries; None where there is none that can be read."""
    file = request.FILES.get("file")
    if file is None:
        return request.POST.get("text") or None
    if not file.size or file.size > MAX_BYTES:
        return None
    try:
        return str(file.read().decode("utf-8"))
    except UnicodeDecodeError:
        return None


def _shown(
    request: HttpRequest, outcome: ActOutcome, told: StaffFile, text: str, *, complete: bool
) -> dict[str, Any]:
    return {
        "difference": outcome.answer,
        "refused": [(told.lines[entry["item"]], entry["swedish"]) for entry in outcome.refused],
        "preview": outcome.preview,
        "text": text,
        "complete": complete,
        "key": form_key(request) or str(new_id()),
    }


def _page(request: HttpRequest, values: dict[str, Any], status: int = 200) -> HttpResponse:
    empty: dict[str, Any] = {"difference": None, "refused": [], "preview": True, "text": "", "message": ""}
    empty |= {"complete": False, "key": ""}
    return render_page(request, "web/staff_file.html", {**empty, **values}, status=status)
