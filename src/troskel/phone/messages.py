# SPDX-License-Identifier: EUPL-1.2
"""Messages of the phone after an action: the result or the refusal, and what to do at the door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.opening import Opened, fault_of
from troskel.ground import formatting
from troskel.ground.refusals import BadValue, CodedError, KeyReused, Refusal
from troskel.phone.actions import ActionResult
from troskel.reading.phone import ClientAtDoor, PhoneVisit
from troskel.runner.choices import VisitReason

SUCCESS, WARNING, DANGER = "success", "warning", "danger"
"""The tone of a message (a colour of the alert)."""


class Message(NamedTuple):
    """A message: tone, heading, what to do, and the paragraph that refuses (or empty)."""

    tone: str
    heading: str
    text: str = ""
    rule: str = ""


LOCK_ANSWERS = {
    "opened": (SUCCESS, gettext_noop("Dörren är öppen."), ""),
    "no_answer": (
        DANGER,
        gettext_noop("Låset svarar inte."),
        gettext_noop("Stå nära dörren och försök igen. Går det inte: ring på, ta nyckeln eller ring samordnaren."),
    ),
    "jammed": (
        DANGER,
        gettext_noop("Låset gick inte runt."),
        gettext_noop("Kolven går trögt. Dra eller tryck lätt i dörren och försök igen."),
    ),
    "unknown": (
        WARNING,
        gettext_noop("Låset hann inte svara."),
        gettext_noop("Dörren kan vara öppen: känn på den. Är den låst, försök igen."),
    ),
    "refused": (
        DANGER,
        gettext_noop("Låset sade nej."),
        gettext_noop("Försök igen. Säger låset nej en gång till: ring på, ta nyckeln eller ring samordnaren."),
    ),
}  # fmt: skip
"""Messages by the lock's answer."""

REFUSAL_CODES = {
    "no_lock": gettext_noop("Inget lås går att öppna härifrån. Ring på, eller ta nyckeln."),
    "wrong_lock": gettext_noop("Låset hör inte till den här dörren. Ta nyckeln, och ring samordnaren."),
    "wrong_door": gettext_noop("Låset hör inte till den här dörren. Ta nyckeln, och ring samordnaren."),
    "busy": gettext_noop("Någon öppnar just nu. Vänta en stund och känn på dörren, och försök sedan igen."),
    "too_early": gettext_noop("Låsets klocka går fel. Ta nyckeln, och anmäl felet."),
    "too_late": gettext_noop("Det tog för lång tid. Försök igen."),
}
"""What to do, by the code of a lock's refusal."""

NOT_LINKED = (
    gettext_noop("Låset är inte kopplat till kunden."),
    gettext_noop("Systemförvaltaren kopplar det. Ring på eller ta nyckeln så länge."),
)
NOT_AT_DOOR = (
    gettext_noop("Låset sitter inte vid den här dörren längre."),
    gettext_noop("Ring på eller ta nyckeln, och säg det till samordnaren."),
)
OPEN_REFUSALS = {
    "link.missing": NOT_LINKED,
    "lock.not_at_client": NOT_AT_DOOR,
    "lock.not_at_door": NOT_AT_DOOR,
    "lock.not_found": NOT_AT_DOOR,
    "client.not_found": NOT_AT_DOOR,
}
"""Messages by the code of what refuses to open. Out of sight, another page is shown."""

TAG_ELSEWHERE = (
    gettext_noop("Knappen finns inte hos den här kunden."),
    gettext_noop("Kontrollera numret. Stämmer det, kvittera manuellt."),
)
LOCK_NOT_LINKED = (
    gettext_noop("Låset är inte kopplat till kunden."),
    gettext_noop("Kvittera på ett annat sätt."),
)
VISIT_REFUSALS = {
    "visit.tag_elsewhere": TAG_ELSEWHERE,
    "tag.not_found": TAG_ELSEWHERE,
    "visit.lock_not_linked": LOCK_NOT_LINKED,
    "lock.not_found": LOCK_NOT_LINKED,
}
"""Messages of a refused visit, by code."""

DOOR_REFUSALS = {
    "door.nothing_tried": (
        gettext_noop("Skriv först vad du har gjort."),
        gettext_noop("Har någon öppnat? Starta besöket."),
    ),
    "door.manager_not_called": (
        gettext_noop("Ring chefen först."),
        gettext_noop("Skriv sedan att du har gjort det."),
    ),
}
"""Messages where nobody opens, by code."""

STATE_CHANGED = (
    gettext_noop("Något ändrades just nu."),
    gettext_noop("Se efter hur det står här, och försök igen."),
)


def result_message(result: ActionResult, door: ClientAtDoor) -> Message:
    """Returns the message about a result, given the current state at the door."""
    if result.error is not None:
        return _refusal(result, result.error, door)
    if result.opened is not None:
        return _lock_answer(result.opened)
    if result.action == "no_answer":
        return Message(SUCCESS, _("Antecknat. Din samordnare ser det."))
    if result.action == "arrive" and result.values.get("reason") == VisitReason.DECLINED:
        return Message(SUCCESS, _("Det är antecknat att kunden inte ville ha besöket."))
    if result.action == "arrive":
        return Message(SUCCESS, _("Besöket har börjat."))
    visit_ended = next((visit for visit in door.visits if str(visit.id) == result.values.get("visit")), None)
    return Message(SUCCESS, _("Besöket är avslutat."), visit_length(visit_ended) if visit_ended else "")


def visit_length(visit: PhoneVisit) -> str:
    """Returns how long an ended visit was."""
    assert visit.departed is not None
    return _("Det varade {time}.").format(time=formatting.duration(visit.arrived, visit.departed))


def _lock_answer(opened: Opened) -> Message:
    tone, heading, advice = LOCK_ANSWERS[opened.outcome]
    advice = REFUSAL_CODES.get(opened.code, advice)
    sentences = [_(advice)] if advice else []
    fault = fault_of(opened)
    if fault == "low_battery":
        sentences.append(
            _("Batteriet i låset är snart slut: {left} procent kvar.").format(left=opened.battery)
        )
    if fault:
        sentences.append(_("Samordnaren får veta det."))
    return Message(WARNING if tone == SUCCESS and fault else tone, _(heading), " ".join(sentences))


def _refusal(result: ActionResult, error: CodedError, door: ClientAtDoor) -> Message:
    if isinstance(error, KeyReused):
        return _danger(STATE_CHANGED)
    rule = error.rule if isinstance(error, Refusal) else ""
    if result.action == "open":
        return _danger(OPEN_REFUSALS.get(error.code, STATE_CHANGED), rule)
    if result.action == "no_answer":
        return _danger(DOOR_REFUSALS.get(error.code, STATE_CHANGED), rule)
    return _visit_refusal(result, error, rule, door)


def _visit_refusal(result: ActionResult, error: CodedError, rule: str, door: ClientAtDoor) -> Message:
    is_under_way = door.under_way is not None and door.under_way.case == door.client.case
    if result.action == "arrive" and is_under_way:
        return Message(DANGER, _("Besöket pågår redan."), _("Avsluta det när du går."))
    if result.action == "depart" and not is_under_way:
        return Message(DANGER, _("Besöket är redan avslutat."), _("Det som står här gäller."))
    if isinstance(error, BadValue):
        return _bad_value(error, result.values)
    return _danger(VISIT_REFUSALS.get(error.code, STATE_CHANGED), rule)


def _bad_value(error: BadValue, values: Mapping[str, str]) -> Message:
    if error.field == "reason":
        return Message(DANGER, _("Välj varför du kvitterar manuellt."))
    return Message(DANGER, _("Det gick inte."), _("Det som skickades går inte att använda. Försök igen."))


def _danger(texts: tuple[str, str], rule: str = "") -> Message:
    heading, advice = texts
    return Message(DANGER, _(heading), _(advice), "" if rule.startswith("rule") else rule)
