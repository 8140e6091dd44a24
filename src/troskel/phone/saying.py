# SPDX-License-Identifier: EUPL-1.2
"""What the phone says when a button has been pressed: what came of it, or why not; and what to do at the door then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.acts.opening import Opened, fault_of
from troskel.ground import clock
from troskel.ground.refusals import BadValue, KeyUsedOtherwise, NotFound, Refusal
from troskel.phone.pressing import Pressed
from troskel.reading.phone import AtTheDoor, PhoneVisit

DONE, LOOK, NO = "success", "warning", "danger"
"""How it is told: it is done; look for yourself; no."""


class Said(NamedTuple):
    """A heading, what to do, and by which paragraph."""

    tone: str
    heading: str
    text: str = ""
    rule: str = ""


ANSWERED = {
    "opened": (DONE, gettext_noop("Dörren är öppen."), ""),
    "no_answer": (
        NO,
        gettext_noop("Låset svarar inte."),
        gettext_noop("Stå nära dörren och försök igen. Går det inte: ring på, ta nyckeln eller ring samordnaren."),
    ),
    "jammed": (
        NO,
        gettext_noop("Låset gick inte runt."),
        gettext_noop("Kolven går trögt. Dra eller tryck lätt i dörren och försök igen."),
    ),
    "unknown": (
        LOOK,
        gettext_noop("Låset hann inte svara."),
        gettext_noop("Dörren kan vara öppen: känn på den. Är den låst, försök igen."),
    ),
    "refused": (
        NO,
        gettext_noop("Låset sade nej."),
        gettext_noop("Försök igen. Säger låset nej en gång till: ring på, ta nyckeln eller ring samordnaren."),
    ),
}  # fmt: skip
"""By what the lock answered."""

REFUSED_WITH = {
    "no_lock": gettext_noop("Inget lås går att öppna härifrån. Ring på, eller ta nyckeln."),
    "wrong_lock": gettext_noop("Låset hör inte till den här dörren. Ta nyckeln, och ring samordnaren."),
    "wrong_door": gettext_noop("Låset hör inte till den här dörren. Ta nyckeln, och ring samordnaren."),
    "too_early": gettext_noop("Låsets klocka går fel. Ta nyckeln, och anmäl felet."),
    "too_late": gettext_noop("Det tog för lång tid. Försök igen."),
}
"""By the code that a lock refuses with, where it tells more than that it does."""

NOT_OPENED = {
    "S2": (
        gettext_noop("Låset är inte kopplat till kunden."),
        gettext_noop("Systemförvaltaren kopplar det. Ring på eller ta nyckeln så länge."),
    ),
    "rule 2": (
        gettext_noop("Låset sitter inte vid den här dörren längre."),
        gettext_noop("Ring på eller ta nyckeln, och säg det till samordnaren."),
    ),
}
"""Why a door is not opened, by the paragraph or rule that says no. Who may not see the client meets another page."""

NOT_PROVED = {
    "tag": (
        gettext_noop("Kvittensprodukten finns inte hos den här kunden."),
        gettext_noop("Kontrollera numret. Stämmer det, kvittera för hand."),
    ),
    "lock": (
        gettext_noop("Låset är inte kopplat till kunden."),
        gettext_noop("Kvittera på ett annat sätt."),
    ),
}
"""Why a visit is not taken, by how it was to be proved."""

CHANGED = (
    gettext_noop("Något ändrades just nu."),
    gettext_noop("Se efter hur det står här, och försök igen."),
)


def said(pressed: Pressed, door: AtTheDoor) -> Said:
    """What came of it, beside how it stands now."""
    if pressed.error is not None:
        return _refused(pressed, pressed.error, door)
    if pressed.opened is not None:
        return _answered(pressed.opened)
    if pressed.what == "arrive":
        return Said(DONE, _("Besöket har börjat."))
    ended = next((visit for visit in door.visits if str(visit.id) == pressed.values.get("visit")), None)
    return Said(DONE, _("Besöket är avslutat."), lasted(ended) if ended else "")


def lasted(visit: PhoneVisit) -> str:
    """How long a visit that has ended was."""
    assert visit.departed is not None
    return _("Det varade {time}.").format(time=duration(visit.arrived, visit.departed))


def duration(since: datetime, until: datetime) -> str:
    """A time in hours and minutes."""
    minutes = int((until - since).total_seconds()) // 60
    if not minutes:
        return _("mindre än en minut")
    hours, left = divmod(minutes, 60)
    parts = [ngettext("{n} timme", "{n} timmar", hours).format(n=hours)] if hours else []
    if left:
        parts.append(ngettext("{n} minut", "{n} minuter", left).format(n=left))
    return _(" och ").join(parts)


def at(instant: datetime) -> str:
    """A time of the day, in Stockholm."""
    return f"{instant.astimezone(clock.STOCKHOLM):%H.%M}"


def _answered(opened: Opened) -> Said:
    tone, heading, todo = ANSWERED[opened.outcome]
    todo = REFUSED_WITH.get(opened.code, todo)
    told = [_(todo)] if todo else []
    fault = fault_of(opened)
    if fault == "low_battery":
        told.append(_("Batteriet i låset är snart slut: {left} procent kvar.").format(left=opened.battery))
    if fault:
        told.append(_("Samordnaren får veta det."))
    return Said(LOOK if tone == DONE and fault else tone, _(heading), " ".join(told))


def _refused(pressed: Pressed, error: Exception, door: AtTheDoor) -> Said:
    if isinstance(error, KeyUsedOtherwise):
        return _no(CHANGED)
    rule = error.rule if isinstance(error, Refusal) else ""
    if pressed.what == "open":
        why = NOT_OPENED.get(rule, NOT_OPENED["rule 2"] if isinstance(error, NotFound) else CHANGED)
        return _no(why, rule)
    return _not_visited(pressed, error, rule, door)


def _not_visited(pressed: Pressed, error: Exception, rule: str, door: AtTheDoor) -> Said:
    here = door.under_way is not None and door.under_way.case == door.client.case
    if pressed.what == "arrive" and here:
        return Said(NO, _("Besöket pågår redan."), _("Avsluta det när du går."))
    if pressed.what == "depart" and not here:
        return Said(NO, _("Besöket är redan avslutat."), _("Det som står här gäller."))
    if isinstance(error, BadValue):
        return _bad(error, pressed.values)
    if rule == "rule 6":
        return _no(CHANGED)
    return _no(NOT_PROVED.get(pressed.values.get("by", ""), CHANGED), rule)


def _bad(error: BadValue, values: Mapping[str, str]) -> Said:
    if error.field == "reason":
        return Said(NO, _("Välj varför du kvitterar för hand."))
    return Said(NO, _("Det gick inte."), _("Det som skickades går inte att använda. Försök igen."))


def _no(why: tuple[str, str], rule: str = "") -> Said:
    heading, todo = why
    return Said(NO, _(heading), _(todo), "" if rule.startswith("rule") else rule)
