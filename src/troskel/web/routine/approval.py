# SPDX-License-Identifier: EUPL-1.2
"""Proposing, approving and withdrawing a version of the routine: fill in, see what will follow, done.

As the other forms do, these keep nothing between the steps: the form carries its file and its key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.acts.core.outcome import Outcome
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusal_texts import Error
from troskel.ground.refusals import BadValue, KeyUsedOtherwise, NotFound, Refusal
from troskel.people.queries import Person
from troskel.reading import routine_versions as reading_routine_versions
from troskel.reading.routine_versions import Version
from troskel.routine import reading
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.forms import fields as forms_fields
from troskel.web.forms.fields import Field
from troskel.web.routine import field_labels, periods, versions
from troskel.web.routine.versions import ACTORS
from troskel.web.text import outcomes
from troskel.web.text.outcomes import Told

SAYS_NO = (Refusal, BadValue, KeyUsedOtherwise)
MOST_BYTES = 1_000_000
"""Of a file. The form carries it from step to step, a third larger, and is itself cut off at Django's 2.5 MB."""
UNNAMEABLE = re.compile(r"[^A-Za-z0-9._-]+")
LONGEST_NAME = 50


class Proposal(NamedTuple):
    """The file under way: what it is called, and its bytes as they are (a form would change the line ends)."""

    name: str
    content: bytes

    @property
    def packed(self) -> str:
        """As a hidden field carries it."""
        return base64.b64encode(self.content).decode()


@page("routine/propose/", name="routine-propose", who=ACTORS, methods=("GET", "HEAD", "POST"))
def propose(request: HttpRequest, person: Person) -> HttpResponse:
    """Propose another version, as a file. Of a file that can't be used nothing is kept, and every fault is told."""
    if request.method != "POST":
        return show(request, "web/routine_propose.html", {"said": "", "detail": "", "faults": [], "name": ""})
    proposal = _sent(request)
    if proposal is None:
        return _not_proposed(request, "", _("Välj en fil först."))
    if len(proposal.content) > MOST_BYTES:
        return _not_proposed(request, proposal.name, _("Filen är större än en megabyte. Är det rätt fil?"))
    key = request.POST.get("key") or str(new_id())
    confirmed = request.POST.get("step") == "confirm" and bool(request.POST.get("key"))
    try:
        values = {"name": proposal.name, "text": proposal.content.decode()}
        outcome = REGISTER["propose_routine"].perform(
            person.actor, values, preview=not confirmed, key=key if confirmed else None
        )
    except UnicodeDecodeError:
        return _not_proposed(request, proposal.name, _("Filen är ingen text i UTF-8."))
    except SAYS_NO as error:
        return _refused(request, proposal, error)
    if confirmed:
        return HttpResponseRedirect(reverse("routine-version", args=[outcome.answer["version"]]))
    return _foreseen(request, person, proposal, key)


@page(
    "routine/versions/<uuid:version>/approve",
    name="routine-approve",
    who=ACTORS,
    methods=("GET", "HEAD", "POST"),
)
def approve(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Approve what another has proposed, from a day."""
    this = _version(person, version)
    begins = Field(
        "in_force_from", "date", _("Gäller från"), _("Från i dag eller senare."),
        required=True, nullable=False, value=clock.today().isoformat(),
    )  # fmt: skip
    title = _("Godkänn version {name}").format(name=this.name)
    lead = _("Det som redan är begärt behåller det som gällde då.")
    return _steps(request, person, this, "approve", title, lead, begins)


@page(
    "routine/versions/<uuid:version>/withdraw",
    name="routine-withdraw",
    who=ACTORS,
    methods=("GET", "HEAD", "POST"),
)
def withdraw(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Take a proposal back. Nothing else changes."""
    this = _version(person, version)
    title = _("Ta tillbaka förslaget {name}").format(name=this.name)
    return _steps(request, person, this, "withdraw", title, _("Rutinen som gäller ändras inte."), None)


ACTS = {"approve": "approve_routine", "withdraw": "withdraw_proposal"}


def _steps(
    request: HttpRequest,
    person: Person,
    this: Version,
    doing: str,
    title: str,
    lead: str,
    asked: Field | None,
) -> HttpResponse:
    """The steps of a form about a version. Where it asks for nothing it begins with what will follow."""
    about: dict[str, Any] = {
        "title": title,
        "lead": lead,
        "address": reverse(f"routine-{doing}", args=[this.id]),
        "paragraphs": ("D",),
        "duty": "",
        "gone": False,
        "about": "",
        "links": None,
        "back": reverse("routine-version", args=[this.id]),
        "key": request.POST.get("key") or str(new_id()),
    }
    fields = [asked] if asked else []
    if request.method != "POST":
        return (
            _form(request, about, fields) if asked else _preview(request, about, fields, this, None, person)
        )
    fields = forms_fields.checked(
        forms_fields.filled(fields, {name: str(value) for name, value in request.POST.items()})
    )
    step = request.POST.get("step", "")
    if step == "change":
        back = reverse("routine-version", args=[this.id])
        return _form(request, about, fields) if asked else HttpResponseRedirect(back)
    if any(field.error for field in fields):
        return _form(request, about, fields, status=422)
    act = REGISTER[ACTS[doing]]
    done = step == "confirm" and bool(request.POST.get("key"))
    values = {"version": str(this.id), **forms_fields.values_of(act, fields)}
    try:
        outcome = act.perform(person.actor, values, preview=not done, key=about["key"] if done else None)
    except SAYS_NO as error:
        return _said_no(request, about, fields, person, error)
    return _preview(request, about, fields, this, outcome, person)


def _form(
    request: HttpRequest, about: Mapping[str, Any], fields: list[Field], *, said: str = "", detail: str = "",
    rule: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    values = {**about, "fields": fields, "said": said, "detail": detail, "rule": rule}
    return show(request, "web/form.html", values, status=status)


def _said_no(
    request: HttpRequest, about: Mapping[str, Any], fields: list[Field], person: Person, error: Error
) -> HttpResponse:
    said, detail = outcomes.refusal(error, None)
    if isinstance(error, KeyUsedOtherwise):
        about = {**about, "key": str(new_id())}
    if isinstance(error, BadValue) and any(field.path == error.field for field in fields):
        fields = [replace(field, error=said) for field in fields]
        return _form(request, about, fields, status=422)
    rule = error.rule if isinstance(error, Refusal) else ""
    return _form(request, about, fields, said=said, detail=detail, rule=rule, status=409)


def _preview(
    request: HttpRequest, about: Mapping[str, Any], fields: list[Field], this: Version, outcome: Outcome | None,
    person: Person,
) -> HttpResponse:  # fmt: skip
    """What will follow, or has followed: of the routine itself first, then of all that it asks."""
    begins = next((field.value for field in fields), "")
    told = Told("D", _("Rutinen"), _("Förslaget {name} tas tillbaka").format(name=this.name))
    if begins:
        day = periods.in_words(date.fromisoformat(begins))
        told = told._replace(what=_("Version {name} gäller från {day}").format(name=this.name, day=day))
    followed = [told, *(outcomes.followed(outcome, person, {}) if outcome else [])]
    values = {**about, "fields": fields, "followed": followed, "results": []}
    done = outcome is not None and not outcome.preview
    return show(request, "web/done.html" if done else "web/preview.html", values)


def _version(person: Person, version: UUID) -> Version:
    for one in reading_routine_versions.versions(person.actor):
        if one.id == version:
            return one
    raise NotFound("version of the routine", "version")


def _sent(request: HttpRequest) -> Proposal | None:
    """The file that was sent, or that the form carried; None where there is none. Raises Http404."""
    upload = request.FILES.get("file")
    if upload is not None and upload.size:
        name = UNNAMEABLE.sub("-", str(upload.name))[-LONGEST_NAME:]
        return Proposal(name, upload.read(MOST_BYTES + 1))
    packed = request.POST.get("packed", "")
    if not packed:
        return None
    try:
        return Proposal(request.POST.get("name", ""), base64.b64decode(packed, validate=True))
    except binascii.Error:
        raise Http404 from None


def _refused(request: HttpRequest, proposal: Proposal, error: Error) -> HttpResponse:
    """Why not: with every fault and its line, where it is the file's own."""
    if isinstance(error, BadValue) and error.field == "text":
        faults = field_labels.faults(error.message)
        return _not_proposed(request, proposal.name, _("Filen går inte att använda."), faults=faults)
    said, detail = outcomes.refusal(error, None)
    return _not_proposed(request, proposal.name, said, detail=detail, status=409)


def _not_proposed(
    request: HttpRequest, name: str, said: str, *, detail: str = "",
    faults: list[field_labels.Fault] | None = None, status: int = 422,
) -> HttpResponse:  # fmt: skip
    values = {"said": said, "detail": detail, "faults": faults or [], "name": name}
    return show(request, "web/routine_propose.html", values, status=status)


def _foreseen(request: HttpRequest, person: Person, proposal: Proposal, key: str) -> HttpResponse:
    """The file beside the version in force: what would be proposed. Nothing is kept yet."""
    document = reading.parse_routine(proposal.content, proposal.name)
    in_force = reading_routine_versions.routine_on(person.actor, clock.today())
    values = {
        "proposal": proposal,
        "key": key,
        "other": versions.listed(in_force),
        "differing": versions.differing(in_force.document, document),
    }
    return show(request, "web/routine_proposal.html", values)
