# SPDX-License-Identifier: EUPL-1.2
"""Acts as forms, in three steps: fill in, preview, done.

Nothing is stored between the steps: the form carries its values and its idempotency key. A double click, the back
button or an old form counts once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import KeyReused, NotFound, Refusal
from troskel.people.queries import Person
from troskel.people.roles import EVERY_ROLE, Role
from troskel.permits.may import fresh_enough
from troskel.reading import routine_versions
from troskel.routine.model import Routine
from troskel.runner.fields import InAddress, Named, fields_of
from troskel.runner.outcome import ActOutcome
from troskel.runner.register import Act
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import form_key, preview_or_perform
from troskel.web.desk import papers
from troskel.web.desk.left_for_clients import left_for_clients
from troskel.web.forms import client_choice, corrections, link_form, prefill, proposals
from troskel.web.forms import fields as forms_fields
from troskel.web.forms.alarm_way_in import alarm_ways_in
from troskel.web.forms.fields import Field
from troskel.web.forms.form_context import FormContext
from troskel.web.forms.proposals import with_proposals
from troskel.web.shell import way_back
from troskel.web.shell.links import Button
from troskel.web.text import act_labels, outcomes

URL_VALUE = re.compile(r"[\w-]{1,50}")


class FormState(NamedTuple):
    """The state of a form. `duty`, `case`: what it was opened from, or empty. `came_from`: a path, or empty."""

    context: FormContext
    fields: list[Field]
    key: str
    duty: str
    case: str = ""
    came_from: str = ""

    @property
    def person(self) -> Person:
        """Who fills it in."""
        return self.context.person

    @property
    def act(self) -> Act[Any]:
        """The act it is a form of."""
        return self.context.act


class ActLink(NamedTuple):
    """A link to an act's form."""

    label: str
    lead: str
    url: str


@page(
    "do/",
    name="acts",
    about=gettext_noop("Allt som din roll får göra, även det som ingen uppgift begär just nu."),
    who=EVERY_ROLE,
)
def act_list(request: HttpRequest, person: Person) -> HttpResponse:
    """All acts of the person's role, by chapter."""
    chapters: dict[str, list[ActLink]] = {}
    for name in act_labels.act_names():
        act, text = REGISTER[name], act_labels.act_text(name)
        if text and person.actor.role in act.who and not _begins_beside_a_row(act):
            heading = act_labels.chapter_heading(act)
            link = ActLink(text.title, text.lead, reverse(f"act-{name}"))
            chapters.setdefault(heading, []).append(link)
    return render_page(request, "web/acts.html", {"chapters": chapters})


def declare_act_pages() -> None:
    """Declares a page for each act that has a text."""
    for name in act_labels.act_names():
        act = REGISTER[name]
        page(
            f"do/{name}",
            name=f"act-{name}",
            who=act.who,
            about=gettext_noop(
                "Fyll i, se vad som följer, och gör det sedan. Före sista steget sparas inget."
            ),
            serves=act.paragraphs,
            methods=("GET", "HEAD", "POST"),
        )(_view(act))


def _view(act: Act[Any]) -> Any:
    def view(request: HttpRequest, person: Person) -> HttpResponse:
        if request.method != "POST" or request.POST.get("step") == client_choice.FIND:
            return _first_step(request, person, act)
        state = _posted_state(request, person, act)
        if request.POST.get("step") == "change":
            return _form_page(request, state)
        return _perform(request, state)

    view.__name__ = act.name
    return view


def _first_step(request: HttpRequest, person: Person, act: Act[Any]) -> HttpResponse:
    """Step 1, from a duty's button, a client's page or the list of acts."""
    fresh_enough(person.actor, act)
    duty = request.GET.get("duty", "")
    case = request.GET.get("client", "")
    context = FormContext(person, act, duty, case)
    offer = context.offer
    values, options = _values_in_url(request, act), context.people_options
    if offer:
        values, options = {**values, **offer.values}, {**options, **offer.options}
    fields = forms_fields.with_url_choices(
        forms_fields.fields_of(act, context.organisation_options, values, options), request.GET
    )
    fields = link_form.with_url_values(fields, request.GET.dict())
    fields = with_proposals(person, fields)
    came_from = way_back.came_from(request.headers.get("Referer", ""), request.get_host())
    state = FormState(context, fields, str(new_id()), duty if offer else "", case if offer else "", came_from)
    message = _("Uppgiften är redan gjord, eller behövs inte längre.") if duty and not offer else ""
    is_chosen = duty or offer or (values and not case) or any(field.kind == "several" for field in fields)
    choice = None if is_chosen else client_choice.client_choice(request, person, act, unfit=case)
    return _form_page(request, state, message=message, propose=True, choice=choice)


def _begins_beside_a_row(act: Act[Any]) -> bool:
    """Whether the act needs a duty or a visit: it has a button beside it, and is in no list."""
    return any(
        spec.required and spec.facts.names in (Named.DUTY, Named.VISIT) for spec in fields_of(act.values)
    )


def _values_in_url(request: HttpRequest, act: Act[Any]) -> dict[str, str]:
    """Returns values from the URL: a case, an order, a form, a month; never a name or an address."""
    paths = [spec.path for spec in fields_of(act.values) if spec.facts.in_address is InAddress.FIXED]
    return {path: value for path in paths if URL_VALUE.fullmatch(value := str(request.GET.get(path, "")))}


def _posted_state(request: HttpRequest, person: Person, act: Act[Any]) -> FormState:
    """Returns the form as posted by step 1 or step 2."""
    typed = {name.removesuffix("."): str(value) for name, value in request.POST.items()}
    typed |= {path: " ".join(request.POST.getlist(path)) for path in forms_fields.confirm_paths(act)}
    typed |= {path: "\n".join(request.POST.getlist(path)) for path in forms_fields.list_paths(act)}
    values = {path: typed.get(path, "") for path in request.POST.getlist("fixed")}
    duty, case = typed.get("duty-id", ""), typed.get("about", "")
    context = FormContext(person, act, duty, case)
    offer = _visible_offer(context)
    options = context.people_options | (offer.options if offer else {})
    if prefill.DOOR not in options and typed.get(prefill.DOOR):
        values[prefill.DOOR] = typed[prefill.DOOR]  # chosen while the duty was open
    fields = forms_fields.with_values(
        forms_fields.fields_of(act, context.organisation_options, values, options), typed
    )
    key = form_key(request) or str(new_id())  # without a key: only a preview, with a new key
    came_from = way_back.came_from(typed.get("came-from", ""), "")
    return FormState(context, fields, key, duty, case if offer else "", came_from)


def _visible_offer(context: FormContext) -> prefill.ActOffer | None:
    """Returns the form's offer; None if the client is out of sight, as after a repeated form."""
    try:
        return context.offer
    except NotFound:
        return None


def _perform(request: HttpRequest, state: FormState) -> HttpResponse:
    """Steps 2 and 3: previews the act, or performs it by the form's key."""
    fields = forms_fields.with_input_errors(state.fields)
    if any(field.error for field in fields):
        return _form_page(request, state._replace(fields=fields), status=422)

    def perform(**how: Any) -> ActOutcome:
        values = forms_fields.values_of(state.act, fields)
        outcome = state.act.perform(state.person.actor, values, **how)
        if outcome.preview and _goes_on(request, state, outcome):
            return state.act.perform(state.person.actor, values, key=state.key)
        return outcome

    return preview_or_perform(
        request,
        perform,
        show=partial(_outcome_page, request, state),
        refuse=partial(_refusal_page, request, state),
    )


def _goes_on(request: HttpRequest, state: FormState, outcome: ActOutcome) -> bool:
    """Whether the form needs no preview: the act is light, and nobody else has to do with it.

    Nothing follows for others, nobody has done the duty meanwhile, and the form has its key.
    """
    followed = (outcome.opened, outcome.mailed, outcome.access, outcome.locks, outcome.refused)
    is_first = request.POST.get("step") == "preview" and bool(form_key(request))
    return state.act.light and is_first and not any(followed) and not state.context.is_duty_gone


def _outcome_page(request: HttpRequest, state: FormState, outcome: ActOutcome) -> HttpResponse:
    names = state.context.organisation_names() if outcome.access else {}
    values = {
        **_template_values(state),
        "consequences": outcomes.consequences(outcome, state.person, names),
        "results": outcomes.results(outcome),
        "duty_gone": outcome.preview and state.context.is_duty_gone,
    }
    if not outcome.preview:
        values |= _way_on(state, outcome, [client.case for client in values["clients"]])
    return render_page(request, "web/preview.html" if outcome.preview else "web/done.html", values)


def _way_on(state: FormState, outcome: ActOutcome, cases: list[str]) -> dict[str, Any]:
    """Returns what a person may do next: what is left for the client, the correcting act, where one came from."""
    case = str(outcome.answer.get("case") or "")
    shown = list(dict.fromkeys([*cases, *filter(None, [case])]))
    left = left_for_clients(state.person, shown, cases)
    done = {form_field.path: form_field.value for form_field in state.fields}
    marked = case or (shown[0] if shown else "")
    return {
        "back": way_back.marking(_back(state), marked if len(shown) < 2 else ""),
        "left": left,
        "results": [pair for pair in outcomes.results(outcome) if pair[1] not in cases],
        "undo": corrections.undo_form(state.person, state.act.name, done, outcome.answer),
        "correction": corrections.correction(state.person, state.act.name, done, outcome.answer),
        "paper": _paper(state, outcome, [*cases, case]),
        "result_case": case if case in cases or state.person.actor.role is Role.ASSESSOR else "",
    }


def _paper(state: FormState, outcome: ActOutcome | None = None, cases: Sequence[str] = ()) -> Button | None:
    """Returns the way to the paper that belongs to the act, if there is one."""
    typed = next((one.value for one in state.fields if one.path == "order"), "")
    order = str(outcome.answer.get("order") or typed) if outcome else typed
    case = next(filter(None, cases), "")
    return papers.paper_of(state.person, state.act.name, order, case, is_done=outcome is not None)


def _refusal_page(request: HttpRequest, state: FormState, error: Any) -> HttpResponse:
    """The form with the refusal: at its field if it is about one, else on top."""
    routine = _routine(state.person) if isinstance(error, Refusal) else None
    message, detail = outcomes.refusal(error, routine, state.act)
    if error.confirmable:
        state = state._replace(fields=forms_fields.with_question(state.fields, error.code))
        return _form_page(request, state, message=message, detail=detail, asks=True, status=409)
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
    asks: bool = False,
    status: int = 200,
    propose: bool = False,
    choice: client_choice.ClientChoice | None = None,
) -> HttpResponse:
    values = {
        "choice": choice,
        **_template_values(state, propose=propose),
        "message": message,
        "detail": detail,
        "asks": asks,
        "rule": rule if not rule.startswith("rule") else "",
    }
    return render_page(request, "web/form.html", values, status=status)


def _template_values(state: FormState, *, propose: bool = False) -> dict[str, Any]:
    text = act_labels.act_text(state.act.name)
    assert text is not None
    links = link_form.client_links(state.person, state.act, state.fields)
    if propose:
        state = state._replace(fields=link_form.with_proposed_serial(state.fields, links))
    return {
        "clients": state.context.clients(state.fields, links.case if links else ""),
        "links": links,
        "mismatched": link_form.mismatched_serials(state.fields, links),
        "door_kinds": link_form.door_kinds(),
        "alarm_ways_in": alarm_ways_in(state.person, state.act, state.fields),
        "title": text.title,
        "lead": text.lead,
        "address": reverse(f"act-{state.act.name}"),
        "fields": state.fields,
        "paragraphs": [name for name in state.act.paragraphs if not name.startswith("rule")],
        "key": state.key,
        "duty": state.duty,
        "case": state.case,
        "back": _back(state),
        "came_from": state.came_from,
        "is_light": state.act.light,
        "paper": _paper(state),
        "free_slots": proposals.slots_beside(state.person, state.fields) if propose else [],
    }


def _back(state: FormState) -> str:
    """Returns the path of the page that the form was opened from."""
    return state.came_from or (reverse("client", args=[state.case]) if state.case else reverse("start"))


def _routine(person: Person) -> Routine:
    return routine_versions.routine_on(person.actor, clock.today()).document


declare_act_pages()
