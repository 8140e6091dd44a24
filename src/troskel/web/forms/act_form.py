# SPDX-License-Identifier: EUPL-1.2
"""Acts as forms, in three steps: fill in, preview, done.

Nothing is stored between the steps: the form carries its values and its idempotency key. A double click, the back
button or an old form counts once.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.acts.core.outcome import ActOutcome
from troskel.acts.core.register import Act
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import KeyReused, NotFound, Refusal
from troskel.people.queries import Person
from troskel.people.roles import EVERY_ROLE
from troskel.reading import lists, routine_versions, worklist
from troskel.reading.paging import MAX_PAGE, PageRequest
from troskel.routine.model import Routine
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import REFUSALS
from troskel.web.forms import fields as forms_fields
from troskel.web.forms import link_form, prefill
from troskel.web.forms.fields import Field, OrganisationOption
from troskel.web.text import act_labels, outcomes

URL_FIELDS = frozenset({"client", "order", "serial", "number", "form", "month", "replaces"})
"""Fields that a button may set in the form's URL: numbers that identify nobody by themselves."""
URL_VALUE = re.compile(r"[\w-]{1,50}")
DUTY_ONLY_ACTS = frozenset({"attest"})
"""Acts about one duty: they have a button beside it and are in no list."""


class FormState(NamedTuple):
    """The state of a form. `duty` and `case`: what it was opened from, or empty; `names`: organisations by number."""

    person: Person
    act: Act[Any]
    fields: list[Field]
    key: str
    duty: str
    names: dict[str, str]
    case: str = ""


class ActLink(NamedTuple):
    """A link to an act's form."""

    label: str
    lead: str
    url: str


@page("do/", name="acts", who=EVERY_ROLE)
def act_list(request: HttpRequest, person: Person) -> HttpResponse:
    """All acts of the person's role, by chapter."""
    chapters: dict[str, list[ActLink]] = {}
    for name in act_labels.act_names():
        act, text = REGISTER[name], act_labels.act_text(name)
        if text and person.actor.role in act.who and name not in DUTY_ONLY_ACTS:
            heading = act_labels.chapter_heading(act)
            link = ActLink(text.title, text.lead, reverse(f"act-{name}"))
            chapters.setdefault(heading, []).append(link)
    return render_page(request, "web/acts.html", {"chapters": chapters})


def declare_act_pages() -> None:
    """Declares a page for each act that has a text."""
    for name in act_labels.act_names():
        act = REGISTER[name]
        page(f"do/{name}", name=f"act-{name}", who=act.who, methods=("GET", "HEAD", "POST"))(_view(act))


def _view(act: Act[Any]) -> Any:
    def view(request: HttpRequest, person: Person) -> HttpResponse:
        if request.method != "POST":
            return _first_step(request, person, act)
        state = _posted_state(request, person, act)
        step = request.POST.get("step", "")
        if step == "change":
            return _form_page(request, state)
        return _perform(request, state, preview=step != "confirm" or not _form_key(request))

    view.__name__ = act.name
    return view


def _first_step(request: HttpRequest, person: Person, act: Act[Any]) -> HttpResponse:
    """Step 1, from a duty's button, a client's page or the list of acts."""
    duty = request.GET.get("duty", "")
    case = request.GET.get("client", "")
    offer = (
        _duty_offer(person, act, duty)
        if duty or not case
        else prefill.client_offer(person.actor, act.name, case)
    )
    organisations = _organisations(person) if forms_fields.has_organisation_field(act) else []
    values, options = _values_in_url(request), {}
    if offer:
        values, options = {**values, **offer.values}, offer.options
    fields = forms_fields.with_url_choices(
        forms_fields.fields_of(act, organisations, values, options), request.GET
    )
    fields = link_form.with_url_values(fields, request.GET.dict())
    names = _organisation_names(organisations)
    state = FormState(person, act, fields, str(new_id()), duty if offer else "", names, case if offer else "")
    message = _("Uppgiften är redan gjord, eller behövs inte längre.") if duty and not offer else ""
    return _form_page(request, state, message=message, propose=True)


def _values_in_url(request: HttpRequest) -> dict[str, str]:
    """Returns values from the URL: a case, an order, a form, a month; never a name or an address."""
    values = {path: str(value) for path, value in request.GET.items()}
    return {
        path: value
        for path, value in values.items()
        if path.rpartition(".")[2] in URL_FIELDS and URL_VALUE.fullmatch(value)
    }


def _posted_state(request: HttpRequest, person: Person, act: Act[Any]) -> FormState:
    """Returns the form as posted by step 1 or step 2."""
    typed = {name.removesuffix("."): str(value) for name, value in request.POST.items()}
    values = {path: typed.get(path, "") for path in request.POST.getlist("fixed")}
    organisations = _organisations(person)
    duty, case = typed.get("duty-id", ""), typed.get("about", "")
    offer = _duty_offer(person, act, duty) if duty or not case else _client_offer(person, act, case)
    options = offer.options if offer else {}
    if prefill.DOOR not in options and typed.get(prefill.DOOR):
        values[prefill.DOOR] = typed[prefill.DOOR]  # chosen while the duty was open
    fields = forms_fields.with_values(forms_fields.fields_of(act, organisations, values, options), typed)
    key = _form_key(request) or str(new_id())  # without a key: only a preview, with a new key
    return FormState(
        person, act, fields, key, duty, _organisation_names(organisations), case if offer else ""
    )


def _form_key(request: HttpRequest) -> str:
    """Returns the form's idempotency key: the first value, since a field may have the same name (a key's label)."""
    return next(iter(request.POST.getlist("key")), "")


def _perform(request: HttpRequest, state: FormState, *, preview: bool) -> HttpResponse:
    """Steps 2 and 3: previews or performs the act."""
    fields = forms_fields.with_input_errors(state.fields)
    if any(field.error for field in fields):
        return _form_page(request, state._replace(fields=fields), status=422)
    try:
        outcome = state.act.perform(
            state.person.actor,
            forms_fields.values_of(state.act, fields),
            preview=preview,
            key=None if preview else state.key,
        )
    except REFUSALS as error:
        return _refusal_page(request, state, error)
    return _outcome_page(request, state, outcome)


def _outcome_page(request: HttpRequest, state: FormState, outcome: ActOutcome) -> HttpResponse:
    values = {
        **_template_values(state),
        "consequences": outcomes.consequences(outcome, state.person, state.names),
        "results": outcomes.results(outcome),
        "duty_gone": outcome.preview and bool(state.duty) and not _is_duty_open(state.person, state.duty),
    }
    return render_page(request, "web/preview.html" if outcome.preview else "web/done.html", values)


def _refusal_page(request: HttpRequest, state: FormState, error: Any) -> HttpResponse:
    """The form with the refusal: at its field if it is about one, else on top."""
    routine = _routine(state.person) if isinstance(error, Refusal) else None
    message, detail = outcomes.refusal(error, routine, state.act)
    fields = forms_fields.with_error(state.fields, getattr(error, "field", ""), message)
    if fields is not None:
        return _form_page(request, state._replace(fields=fields), status=422)
    if isinstance(error, KeyReused) or getattr(error, "field", "") == "key":
        state = state._replace(key=str(new_id()))
    rule = error.rule if isinstance(error, Refusal) else ""
    return _form_page(request, state, message=message, detail=detail, rule=rule, status=409)


def _form_page(
    request: HttpRequest,
    state: FormState,
    *,
    message: str = "",
    detail: str = "",
    rule: str = "",
    status: int = 200,
    propose: bool = False,
) -> HttpResponse:
    values = {
        **_template_values(state, propose=propose),
        "message": message,
        "detail": detail,
        "rule": rule if not rule.startswith("rule") else "",
    }
    return render_page(request, "web/form.html", values, status=status)


def _template_values(state: FormState, *, propose: bool = False) -> dict[str, Any]:
    text = act_labels.act_text(state.act.name)
    assert text is not None
    links = link_form.client_links(state.person, state.act, state.fields)
    if propose:
        state = state._replace(fields=link_form.with_proposed_serial(state.act, state.fields, links))
    return {
        "links": links,
        "mismatched": link_form.mismatched_serials(state.act, state.fields, links),
        "door_kinds": link_form.door_kinds(),
        "title": text.title,
        "lead": text.lead,
        "address": reverse(f"act-{state.act.name}"),
        "fields": state.fields,
        "paragraphs": state.act.paragraphs,
        "key": state.key,
        "duty": state.duty,
        "case": state.case,
        "back": reverse("client", args=[state.case]) if state.case else reverse("start"),
    }


def _duty_offer(person: Person, act: Act[Any], duty: str) -> prefill.ActOffer | None:
    """Returns the duty's values for this act; None if the duty is not the person's or no longer open."""
    if not _is_duty_open(person, duty):
        return None
    duty_id = UUID(duty)
    offers = prefill.duty_offers(person.actor, [duty_id]).get(duty_id, [])
    offer = next((candidate for candidate in offers if candidate.act == act.name), None)
    return prefill.with_doors(person.actor, offer) if offer else None


def _client_offer(person: Person, act: Act[Any], case: str) -> prefill.ActOffer | None:
    """Returns the client's values for this act; None if the client is out of sight, as after a repeated form."""
    try:
        return prefill.client_offer(person.actor, act.name, case)
    except NotFound:
        return None


def _is_duty_open(person: Person, duty: str) -> bool:
    """Whether this duty waits for the person; false for an invalid id."""
    try:
        return worklist.is_on_worklist(person.actor, UUID(duty))
    except ValueError:
        return False


def _routine(person: Person) -> Routine:
    return routine_versions.routine_on(person.actor, clock.today()).document


def _organisations(person: Person) -> list[OrganisationOption]:
    page = lists.organisations(person.actor, PageRequest(limit=MAX_PAGE))
    options = [
        OrganisationOption(organisation.orgnr, organisation.name, organisation.kind)
        for organisation in page.items
    ]
    return sorted(options, key=lambda organisation: organisation.name.casefold())


def _organisation_names(organisations: list[OrganisationOption]) -> dict[str, str]:
    return {organisation.orgnr: organisation.name for organisation in organisations}


declare_act_pages()
