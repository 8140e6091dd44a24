# SPDX-License-Identifier: EUPL-1.2
"""The list of locks at doors, and what is known of each: what was wished, what was observed, and what is wrong."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.access.lock_state_rules import LockTrouble
from troskel.ground import clock, formatting
from troskel.people.queries import Person
from troskel.reading import lock_states as reading
from troskel.reading.lock_states import LockAsKnown
from troskel.screens.pages import page
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists import filters as common
from troskel.web.lists.columns import CaseNumber, Column
from troskel.web.lists.table import Filter, Listing, render_listing
from troskel.web.lists.thing_lists import thing_tabs
from troskel.web.text import act_labels
from troskel.web.text.numbers import to_number


@page(
    "lock-states/",
    name="lock-states",
    about=gettext_noop(
        "Vad servern vet om varje monterat lås: vad som önskats, vad som setts och vad som är fel."
    ),
    serves=("L1", "S2"),
    who=reading.lock_states.who,
)
def lock_states(request: HttpRequest, person: Person) -> HttpResponseBase:
    """The list of locks at doors, and what is known of each."""
    viewer = person.actor
    troubles = act_labels.choice_labels(LockTrouble)
    needs = [ChoiceOption("", _("Alla lås")), ChoiceOption(reading.ANY, _("Allt som behöver ses till"))]
    ways = {
        "server": _("Genom servern"),
        "phone": _("Av telefonen, utan server"),
        "neither": _("Okänt"),
    }
    listing = Listing(
        "lock-states",
        _("Låsens tillstånd"),
        _(
            "Vad servern har fått veta om varje monterat lås. "
            "Det som ingen har sett står som okänt. Sidan väcker inget lås."
        ),
        [
            Column(_("Nummer"), lambda row: row.number, lambda row: to_number(row.number)),
            Column(_("Kund"), lambda row: [*map(CaseNumber, row.clients)]),
            Column(_("Att se till"), lambda row: " · ".join(troubles[one] for one in row.troubles)),
            Column(_("Kolven"), _bolt),
            Column(_("Batteri"), _battery),
            Column(_("Senaste öppningen"), _opening),
            Column(_("Önskat"), _wished),
            Column(_("Koder"), _codes),
            Column(_("Nås"), lambda row: _ways(row, ways)),
        ],
        lambda page_request, **selection: reading.lock_states(viewer, page_request, **selection),
        lambda count: ngettext("{count} lås", "{count} lås", count).format(count=formatting.digits(count)),
        (_("I nummerordning"), _("Sista numret först")),
        _("Här står låsen när de är monterade hos kunderna."),
        [
            Filter("trouble", _("Vilka"), [*needs, *common.choices(troubles)]),
            Filter("reached", _("Nås"), [ChoiceOption("", _("Alla")), *common.choices(ways)]),
        ],
        newest_first=False,
        tabs=thing_tabs(request, viewer.role),
    )
    return render_listing(request, listing)


def _bolt(row: LockAsKnown) -> str:
    bolts = {
        "unknown": _("Okänt"),
        "locked": _("Låst"),
        "unlocked": _("Olåst"),
        "locking": _("På väg att låsas"),
        "unlocking": _("På väg att låsas upp"),
        "jammed": _("Har fastnat"),
    }
    if row.seen is None:
        return bolts["unknown"]
    at = _instant(row.seen)
    if row.bolt == row.bolt_seen:
        return _("{what}, {at}").format(what=bolts[row.bolt], at=at)
    return _("Okänt nu. {what} när det sågs, {at}").format(what=bolts[row.bolt_seen], at=at)


def _battery(row: LockAsKnown) -> str:
    if row.battery is None or row.battery_told is None:
        return _("Okänt")
    percent = _("{number} %").format(number=formatting.digits(row.battery))
    return _("{what}, {at}").format(what=percent, at=_instant(row.battery_told))


def _opening(row: LockAsKnown) -> str:
    if row.outcome_at is None:
        return _("Ingen känd")
    outcomes = {
        "opened": _("Öppnade"),
        "locked": _("Låste"),
        "refused": _("Sade nej"),
        "no_answer": _("Svarade inte"),
        "jammed": _("Kärvade"),
        "unknown": _("Okänt om det öppnade"),
    }
    return _("{what}, {at}").format(what=outcomes[row.outcome], at=_instant(row.outcome_at))


def _wished(row: LockAsKnown) -> str:
    if row.wished_at is None:
        return ""
    wishes = {"unlock": _("Öppna"), "lock": _("Låsa")}
    wish = _("{what}, {at}").format(what=wishes[row.wished], at=_instant(row.wished_at))
    is_seen = row.seen is not None and row.seen >= row.wished_at
    seen = _("Sett sedan dess.") if is_seen else _("Inget sett sedan dess.")
    return f"{wish}. {seen}"


def _codes(row: LockAsKnown) -> str:
    if not row.codes and not row.codes_seen:
        return ""
    return _("{wished} ska finnas, {seen} har setts").format(
        wished=formatting.digits(row.codes), seen=formatting.digits(row.codes_seen)
    )


def _ways(row: LockAsKnown, ways: dict[str, str]) -> str:
    found = [ways[name] for name, is_so in (("server", row.by_server), ("phone", row.by_phone)) if is_so]
    return " · ".join(found) or ways["neither"]


def _instant(value: datetime) -> str:
    return formatting.instant(value, clock.today())
