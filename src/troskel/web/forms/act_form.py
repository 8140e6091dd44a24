# SPDX-License-Identifier: EUPL-1.2
"""Acts as forms, in three steps: fill in; see what will follow; done, and what did follow.

Nothing is kept between the steps: the form carries its values and its key. The key makes it count once, whoever
clicks twice, goes back, or sends an old form again.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.acts.core.outcome import Outcome
from troskel.acts.core.register import Act
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, KeyUsedOtherwise, NotFound, Refusal
from troskel.people.queries import Person
from troskel.reading import lists, routine_versions, worklist
from troskel.reading.paging import LONGEST, Asked
from troskel.routine.model import Routine
from troskel.screens.pages import EVERY_ACCOUNT, page
from troskel.screens.render import show
from troskel.web.forms import fields as forms_fields
from troskel.web.forms import link_form, prefill
from troskel.web.forms.fields import Field, Organisation
from troskel.web.text import act_labels, outcomes

SAYS_NO = (Refusal, NotFound, BadValue, KeyUsedOtherwise)
IN_ADDRESSES = frozenset({"client", "order", "serial", "number", "form", "month", "replaces"})
"""The values that a button may name in the form's address: numbers that point at nobody by themselves."""
NUMBER = re.compile(r"[\w-]{1,50}")
FROM_A_DUTY_ALONE = frozenset({"attest"})
"""Acts that are about one duty: they have a button beside it, and stand in no list."""


class Asking(NamedTuple):
    """A form under way: who asks, for which act, with what."""

    person: Person
    act: Act[Any]
    fields: list[Field]
    key: str
    duty: str
    names: dict[str, str]
    about: str = ""


class Offered(NamedTuple):
    """An act that one may do without being asked."""

    word: str
    lead: str
    address: str


@page("do/", name="acts", who=EVERY_ACCOUNT)
def every_act(request: HttpRequest, person: Person) -> HttpResponse:
    """All that one's role may do, chapter by chapter."""
    chapters: dict[str, list[Offered]] = {}
    for name in act_labels.every_name():
        act, named = REGISTER[name], act_labels.of_act(name)
        if named and person.actor.role in act.who and name not in FROM_A_DUTY_ALONE:
            heading = act_labels.said(act_labels.of_chapter(act.chapter))
            offered = Offered(
                act_labels.said(named.title), act_labels.said(named.lead), reverse(f"act-{name}")
            )
            chapters.setdefault(heading, []).append(offered)
    return show(request, "web/acts.html", {"chapters": chapters})


def declare_acts() -> None:
    """A page for each act that has words."""
    for name in act_labels.every_name():
        act = REGISTER[name]
        page(f"do/{name}", name=f"act-{name}", who=act.who, methods=("GET", "HEAD", "POST"))(_view(act))


def _view(act: Act[Any]) -> Any:
    def view(request: HttpRequest, person: Person) -> HttpResponse:
        if request.method != "POST":
            return _fill_in(request, person, act)
        asking = _sent(request, person, act)
        step = request.POST.get("step", "")
        if step == "change":
            return _form(request, asking)
        return _try(request, asking, preview=step != "confirm" or not _key_of(request))

    view.__name__ = act.name
    return view


def _fill_in(request: HttpRequest, person: Person, act: Act[Any]) -> HttpResponse:
    """Step 1, as a duty's button or the list of acts leads to it."""
    duty = request.GET.get("duty", "")
    about = request.GET.get("client", "")
    offer = _offer(person, act, duty) if duty or not about else prefill.about(person.actor, act.name, about)
    organisations = _organisations(person) if forms_fields.names_organisations(act) else []
    given, among = _named_in_address(request), {}
    if offer:
        given, among = {**given, **offer.values}, offer.among
    fields = forms_fields.chosen(forms_fields.fields_of(act, organisations, given, among), request.GET)
    fields = link_form.prefilled(fields, request.GET.dict())
    names = _names(organisations)
    asking = Asking(person, act, fields, str(new_id()), duty if offer else "", names, about if offer else "")
    gone = _("Uppgiften är redan gjord, eller behövs inte längre.") if duty and not offer else ""
    return _form(request, asking, said=gone, proposing=True)


def _named_in_address(request: HttpRequest) -> dict[str, str]:
    """What a button on another page is about: a case, an order, a form, a month; never a name or an address."""
    named = {path: str(value) for path, value in request.GET.items()}
    return {
        path: value
        for path, value in named.items()
        if path.rpartition(".")[2] in IN_ADDRESSES and NUMBER.fullmatch(value)
    }


def _sent(request: HttpRequest, person: Person, act: Act[Any]) -> Asking:
    """What was sent, by step 1 or step 2."""
    typed = {name.removesuffix("."): str(value) for name, value in request.POST.items()}
    given = {path: typed.get(path, "") for path in request.POST.getlist("fixed")}
    organisations = _organisations(person)
    duty, about = typed.get("duty-id", ""), typed.get("about", "")
    offer = _offer(person, act, duty) if duty or not about else _about_still(person, act, about)
    among = offer.among if offer else {}
    if prefill.DOOR not in among and typed.get(prefill.DOOR):
        given[prefill.DOOR] = typed[prefill.DOOR]  # chosen, while the duty was open
    fields = forms_fields.filled(forms_fields.fields_of(act, organisations, given, among), typed)
    key = _key_of(request) or str(new_id())  # without a key nothing is done: it is shown again, with one
    return Asking(person, act, fields, key, duty, _names(organisations), about if offer else "")


def _key_of(request: HttpRequest) -> str:
    """The form's own key: it stands before the fields, of which one may be called the same (a key's label)."""
    return next(iter(request.POST.getlist("key")), "")


def _try(request: HttpRequest, asking: Asking, *, preview: bool) -> HttpResponse:
    """Steps 2 and 3: the act is tried, or done."""
    fields = forms_fields.checked(asking.fields)
    if any(field.error for field in fields):
        return _form(request, asking._replace(fields=fields), status=422)
    try:
        outcome = asking.act.perform(
            asking.person.actor,
            forms_fields.values_of(asking.act, fields),
            preview=preview,
            key=None if preview else asking.key,
        )
    except SAYS_NO as error:
        return _refused(request, asking, error)
    return _followed(request, asking, outcome)


def _followed(request: HttpRequest, asking: Asking, outcome: Outcome) -> HttpResponse:
    values = {
        **_about(asking),
        "followed": outcomes.followed(outcome, asking.person, asking.names),
        "results": outcomes.results(outcome),
        "gone": outcome.preview and bool(asking.duty) and not _is_open(asking.person, asking.duty),
    }
    return show(request, "web/preview.html" if outcome.preview else "web/done.html", values)


def _refused(request: HttpRequest, asking: Asking, error: Any) -> HttpResponse:
    """The form again, with why not: at the field where it is about one, else on top."""
    routine = _routine(asking.person) if isinstance(error, Refusal) else None
    said, rule_said = outcomes.refusal(error, routine, asking.act)
    fields = forms_fields.with_error(asking.fields, getattr(error, "field", ""), said)
    if fields is not None:
        return _form(request, asking._replace(fields=fields), status=422)
    if isinstance(error, KeyUsedOtherwise) or getattr(error, "field", "") == "key":
        asking = asking._replace(key=str(new_id()))
    rule = error.rule if isinstance(error, Refusal) else ""
    return _form(request, asking, said=said, detail=rule_said, rule=rule, status=409)


def _form(
    request: HttpRequest,
    asking: Asking,
    *,
    said: str = "",
    detail: str = "",
    rule: str = "",
    status: int = 200,
    proposing: bool = False,
) -> HttpResponse:
    values = {
        **_about(asking, proposing=proposing),
        "said": said,
        "detail": detail,
        "rule": rule if not rule.startswith("rule") else "",
    }
    return show(request, "web/form.html", values, status=status)


def _about(asking: Asking, *, proposing: bool = False) -> dict[str, Any]:
    named = act_labels.of_act(asking.act.name)
    assert named is not None
    links = link_form.links(asking.person, asking.act, asking.fields)
    if proposing:
        asking = asking._replace(fields=link_form.proposed(asking.act, asking.fields, links))
    return {
        "links": links,
        "differs": link_form.differs(asking.act, asking.fields, links),
        "door_kinds": link_form.door_kinds(),
        "title": act_labels.said(named.title),
        "lead": act_labels.said(named.lead),
        "address": reverse(f"act-{asking.act.name}"),
        "fields": asking.fields,
        "paragraphs": asking.act.paragraphs,
        "key": asking.key,
        "duty": asking.duty,
        "about": asking.about,
        "back": reverse("client", args=[asking.about]) if asking.about else reverse("start"),
    }


def _offer(person: Person, act: Act[Any], duty: str) -> prefill.Offer | None:
    """What the duty gives this act, where it is the person's and open still."""
    if not _is_open(person, duty):
        return None
    asked = UUID(duty)
    offers = prefill.offers(person.actor, [asked]).get(asked, [])
    offer = next((one for one in offers if one.act == act.name), None)
    return prefill.with_doors(person.actor, offer) if offer else None


def _about_still(person: Person, act: Act[Any], case: str) -> prefill.Offer | None:
    """The same for an act from a client's page. By an act that is sent twice the client may have gone out of sight."""
    try:
        return prefill.about(person.actor, act.name, case)
    except NotFound:
        return None


def _is_open(person: Person, duty: str) -> bool:
    """Whether this duty waits for the person; what is no id of a duty does not."""
    try:
        return worklist.is_asked(person.actor, UUID(duty))
    except ValueError:
        return False


def _routine(person: Person) -> Routine:
    return routine_versions.routine_on(person.actor, clock.today()).document


def _organisations(person: Person) -> list[Organisation]:
    listed = lists.organisations(person.actor, Asked(limit=LONGEST))
    named = [Organisation(one.orgnr, one.name, one.kind) for one in listed.items]
    return sorted(named, key=lambda one: one.name.casefold())


def _names(organisations: list[Organisation]) -> dict[str, str]:
    return {one.orgnr: one.name for one in organisations}


declare_acts()
