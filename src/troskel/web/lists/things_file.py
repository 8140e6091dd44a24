# SPDX-License-Identifier: EUPL-1.2
"""Locks, keys or tags that hang there already, from a file: what is new is shown, then done. The form carries it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.exchange import things_file
from troskel.exchange.things_file import ThingsFile
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.people.imports import RejectedLine
from troskel.people.queries import Person
from troskel.runner.outcome import ActOutcome
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import form_key, preview_or_perform
from troskel.web.desk.imports import advice
from troskel.web.text.outcomes import refusal

MAX_BYTES = 1_000_000


@page(
    "things/file",
    name="things-file",
    about=gettext_noop("Här skriver du in lås, nycklar och knappar som redan finns, från en fil."),
    serves=("rule 5",),
    who=REGISTER["take_over_locks"].who,
    methods=("GET", "HEAD", "POST"),
)
def things_from_file(request: HttpRequest, person: Person) -> HttpResponse:
    """Choose a file; see what would be taken over and which lines would not; let it be done."""
    if request.method != "POST":
        return _page(request, {})
    data = _data(request)
    try:
        if not data:
            raise BadValue("file", "things_file.no_file", _("Välj en CSV-fil, högst en megabyte."))
        told = things_file.read(person.actor.municipality, data, clock.today())
    except BadValue as error:
        return _page(request, {"message": refusal(error, None)[0]}, status=422)
    act = REGISTER[told.act]
    return preview_or_perform(
        request,
        partial(act.perform, person.actor, told.values),
        show=lambda outcome: _page(request, _shown(request, told, outcome, data)),
        refuse=lambda error: _page(
            request, {"message": " ".join(refusal(error, None, act)), "lines": _rejected(told)}, status=409
        ),
    )


def _data(request: HttpRequest) -> bytes:
    """The bytes of the chosen file, or what the form carries; empty where there is none, or a larger one."""
    file = request.FILES.get("file")
    if file is None:
        return str(request.POST.get("text", "")).encode()
    return b"" if not file.size or file.size > MAX_BYTES else bytes(file.read())


def _shown(request: HttpRequest, told: ThingsFile, outcome: ActOutcome, data: bytes) -> dict[str, Any]:
    refused = [(told.lines[entry["item"]], entry["swedish"]) for entry in outcome.refused]
    (taken,) = outcome.answer.values()
    return {
        "taken": taken,
        "kind": told.act,
        "read": len(told.lines) + len(told.rejected),
        "lines": sorted([*_rejected(told), *refused]),
        "preview": outcome.preview,
        "text": _text(data),
        "key": form_key(request) or str(new_id()),
    }


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _rejected(told: ThingsFile) -> list[tuple[int, str]]:
    return [
        (one.line, f"{one.column}: {advice(RejectedLine(one.file, one.line, one.column, one.reason))}")
        for one in told.rejected
    ]


def _page(request: HttpRequest, values: dict[str, Any], status: int = 200) -> HttpResponse:
    empty: dict[str, Any] = {
        "taken": None,
        "kind": "",
        "lines": [],
        "preview": True,
        "text": "",
        "message": "",
    }
    return render_page(
        request, "web/things_file.html", {**empty, "key": "", "read": 0, **values}, status=status
    )
