# SPDX-License-Identifier: EUPL-1.2
"""Proposing, approving and withdrawing a version of the routine: fill in, preview, done.

Nothing is stored between the steps: the form carries its file and its idempotency key.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock, formatting
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, CodedError, KeyReused, NotFound, Refusal
from troskel.people.queries import Person
from troskel.permits.may import fresh_enough
from troskel.reading import routine_versions as reading_routine_versions
from troskel.reading.routine_versions import Version
from troskel.routine import parser
from troskel.runner.outcome import ActOutcome
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import form_key, preview_or_perform
from troskel.web.forms import fields as forms_fields
from troskel.web.forms.fields import Field
from troskel.web.routine import field_labels, versions
from troskel.web.routine.proof import proof_shown
from troskel.web.routine.versions import EDITOR_ROLES
from troskel.web.text import outcomes
from troskel.web.text.outcomes import Consequence

REFUSALS = (Refusal, BadValue, KeyReused)
"""A version that is not there is a page that is not there."""
MAX_BYTES = 1_000_000
"""Of a file. The form carries it as base64, a third larger; Django limits a form to 2.5 MB."""
UNSAFE_CHARACTERS = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME_LENGTH = 50


class Proposal(NamedTuple):
    """The proposed file: its name and its unchanged bytes (a form would change line ends)."""

    name: str
    content: bytes

    @property
    def encoded(self) -> str:
        """The content as base64, for a hidden field."""
        return base64.b64encode(self.content).decode()


@page(
    "routine/propose/",
    name="routine-propose",
    about=gettext_noop("Här lämnar du in en ändrad rutin som en fil. Någon annan än du godkänner den."),
    serves=("D",),
    who=EDITOR_ROLES,
    methods=("GET", "HEAD", "POST"),
)
def propose(request: HttpRequest, person: Person) -> HttpResponse:
    """Propose a version as a file. An invalid file is not stored, and all its errors are listed."""
    if request.method != "POST":
        return render_page(
            request, "web/routine_propose.html", {"message": "", "detail": "", "faults": [], "name": ""}
        )
    proposal = _posted_file(request)
    if proposal is None:
        return _file_form(request, "", _("Välj en fil först."))
    if len(proposal.content) > MAX_BYTES:
        return _file_form(request, proposal.name, _("Filen är större än en megabyte. Är det rätt fil?"))
    try:
        values = {"name": proposal.name, "text": proposal.content.decode()}
    except UnicodeDecodeError:
        return _file_form(request, proposal.name, _("Filen är ingen text i UTF-8."))

    def show(outcome: ActOutcome) -> HttpResponse:
        if not outcome.preview:
            return HttpResponseRedirect(reverse("routine-version", args=[outcome.answer["version"]]))
        return _proposal_preview(request, person, proposal, form_key(request) or str(new_id()))

    return preview_or_perform(
        request,
        partial(REGISTER["propose_routine"].perform, person.actor, values),
        show=show,
        refuse=partial(_file_refusal, request, proposal),
        refusals=REFUSALS,
    )


@page(
    "routine/versions/<uuid:version>/approve",
    name="routine-approve",
    about=gettext_noop("Här godkänner du en version som någon annan har föreslagit, från en viss dag."),
    serves=("D",),
    who=EDITOR_ROLES,
    methods=("GET", "HEAD", "POST"),
)
def approve(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Approve a version that somebody else has proposed, from a day."""
    proposal = _find_version(person, version)
    act = REGISTER[ACT_BY_DECISION["approve"]]
    fresh_enough(person.actor, act)
    fields = [
        replace(
            field, label=_("Gäller från"), help=_("Från i dag eller senare."), value=clock.today().isoformat()
        )
        if field.path == "in_force_from"
        else field
        for field in forms_fields.fields_of(act, [], {})
        if field.path != "version"
    ]
    proof = reading_routine_versions.proof(person.actor, version)
    document = reading_routine_versions.document(person.actor, version)
    if not proof.counterexamples:
        fields = fields[:1]
    title = _("Godkänn version {name}").format(name=proposal.name)
    lead = _("Det som redan är begärt behåller det som gällde då.")
    more = {"proof": proof_shown(proof, document)}
    return _decision_form(request, person, proposal, "approve", title, lead, fields, more)


@page(
    "routine/versions/<uuid:version>/withdraw",
    name="routine-withdraw",
    about=gettext_noop("Här tar du tillbaka ett förslag som inte ska bli av."),
    serves=("D",),
    who=EDITOR_ROLES,
    methods=("GET", "HEAD", "POST"),
)
def withdraw(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Withdraw a proposal."""
    proposal = _find_version(person, version)
    title = _("Ta tillbaka förslaget {name}").format(name=proposal.name)
    return _decision_form(
        request, person, proposal, "withdraw", title, _("Rutinen som gäller ändras inte."), [], {}
    )


ACT_BY_DECISION = {"approve": "approve_routine", "withdraw": "withdraw_proposal"}


def _decision_form(
    request: HttpRequest,
    person: Person,
    proposal: Version,
    decision: str,
    title: str,
    lead: str,
    fields: list[Field],
    more: Mapping[str, Any],
) -> HttpResponse:
    """The steps of a form about a version. Without fields it begins with the preview."""
    page_values: dict[str, Any] = {
        "title": title,
        "lead": lead,
        "address": reverse(f"routine-{decision}", args=[proposal.id]),
        "paragraphs": ("D",),
        "duty": "",
        "duty_gone": False,
        "case": "",
        "links": None,
        "back": reverse("routine-version", args=[proposal.id]),
        "key": form_key(request) or str(new_id()),
        **more,
    }
    if request.method != "POST":
        return (
            _form_page(request, page_values, fields)
            if fields
            else _preview(request, page_values, fields, proposal, None, person)
        )
    typed = {name: " ".join(request.POST.getlist(name)) for name in request.POST}
    fields = forms_fields.with_input_errors(forms_fields.with_values(fields, typed))
    if request.POST.get("step") == "change":
        back = reverse("routine-version", args=[proposal.id])
        return _form_page(request, page_values, fields) if fields else HttpResponseRedirect(back)
    if any(field.error for field in fields):
        return _form_page(request, page_values, fields, status=422)
    act = REGISTER[ACT_BY_DECISION[decision]]
    values = {"version": str(proposal.id), **forms_fields.values_of(act, fields)}
    return preview_or_perform(
        request,
        partial(act.perform, person.actor, values),
        show=lambda outcome: _preview(request, page_values, fields, proposal, outcome, person),
        refuse=partial(_refusal_page, request, page_values, fields, person),
        refusals=REFUSALS,
    )


def _form_page(
    request: HttpRequest, page_values: Mapping[str, Any], fields: list[Field], *, message: str = "", detail: str = "",
    rule: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    values = {
        **page_values,
        "fields": fields,
        "message": message,
        "detail": detail,
        "rule": rule,
        "asks": False,
    }
    template = "web/routine_approve.html" if "proof" in page_values else "web/form.html"
    return render_page(request, template, values, status=status)


def _refusal_page(
    request: HttpRequest,
    page_values: Mapping[str, Any],
    fields: list[Field],
    person: Person,
    error: CodedError,
) -> HttpResponse:
    message, detail = outcomes.refusal(error, None)
    if isinstance(error, KeyReused):
        page_values = {**page_values, "key": str(new_id())}
    if error.confirmable:
        fields = forms_fields.with_question(fields, error.code)
    if isinstance(error, BadValue) and any(field.path == error.field for field in fields):
        fields = [replace(field, error=message) for field in fields]
        return _form_page(request, page_values, fields, status=422)
    rule = error.rule if isinstance(error, Refusal) else ""
    return _form_page(request, page_values, fields, message=message, detail=detail, rule=rule, status=409)


def _preview(
    request: HttpRequest, page_values: Mapping[str, Any], fields: list[Field], version: Version,
    outcome: ActOutcome | None, person: Person,
) -> HttpResponse:  # fmt: skip
    """The preview, or the result: first the change of the routine, then the consequences of the act."""
    first_day = fields[0].value if fields else ""
    change = Consequence("D", _("Rutinen"), _("Förslaget {name} tas tillbaka").format(name=version.name))
    if first_day:
        day = formatting.long_day(date.fromisoformat(first_day))
        change = change._replace(
            text=_("Version {name} gäller från {day}").format(name=version.name, day=day)
        )
    items = [change, *(outcomes.consequences(outcome, person, {}) if outcome else [])]
    values = {**page_values, "fields": fields, "consequences": items, "results": []}
    is_done = outcome is not None and not outcome.preview
    return render_page(request, "web/done.html" if is_done else "web/preview.html", values)


def _find_version(person: Person, version: UUID) -> Version:
    for candidate in reading_routine_versions.versions(person.actor):
        if candidate.id == version:
            return candidate
    raise NotFound("routine_version", "version")


def _posted_file(request: HttpRequest) -> Proposal | None:
    """Returns the uploaded file, or the one in the hidden field; None if there is none. Raises Http404."""
    upload = request.FILES.get("file")
    if upload is not None and upload.size:
        name = UNSAFE_CHARACTERS.sub("-", str(upload.name))[-MAX_NAME_LENGTH:]
        return Proposal(name, upload.read(MAX_BYTES + 1))
    packed = request.POST.get("packed", "")
    if not packed:
        return None
    try:
        return Proposal(request.POST.get("name", ""), base64.b64decode(packed, validate=True))
    except binascii.Error:
        raise Http404 from None


def _file_refusal(request: HttpRequest, proposal: Proposal, error: CodedError) -> HttpResponse:
    """The form with the refusal; with all errors and their lines if the file is invalid."""
    if error.code == "routine.unusable":
        faults = field_labels.parse_faults(str(error.values["faults"]))
        return _file_form(request, proposal.name, _("Filen går inte att använda."), faults=faults)
    message, detail = outcomes.refusal(error, None)
    return _file_form(request, proposal.name, message, detail=detail, status=409)


def _file_form(
    request: HttpRequest, name: str, message: str, *, detail: str = "",
    faults: list[field_labels.FileFault] | None = None, status: int = 422,
) -> HttpResponse:  # fmt: skip
    values = {"message": message, "detail": detail, "faults": faults or [], "name": name}
    return render_page(request, "web/routine_propose.html", values, status=status)


def _proposal_preview(request: HttpRequest, person: Person, proposal: Proposal, key: str) -> HttpResponse:
    """The file compared with the version in force. Nothing is stored yet."""
    document = parser.parse_routine(proposal.content, proposal.name)
    in_force = reading_routine_versions.routine_on(person.actor, clock.today())
    values = {
        "proposal": proposal,
        "key": key,
        "other": versions.version_rows(person, [in_force])[0],
        "paragraph_changes": versions.version_changes(in_force.document, document),
    }
    return render_page(request, "web/routine_proposal.html", values)
