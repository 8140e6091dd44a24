# SPDX-License-Identifier: EUPL-1.2
"""Life events of a client, each with a link to the form of the act for it."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.offers import form_options
from troskel.offers.form_options import ClientOptions, KnownValues
from troskel.web.text import act_labels


class Situation(NamedTuple):
    """A life event: its label, the act for it, and preset values of the form."""

    label: str
    act: str
    preset: dict[str, str]
    lead: str = ""


SITUATIONS = (
    Situation(gettext_noop("Hemtjänsten upphör"), "end_care", {"service": "home_care"}),
    Situation(gettext_noop("Trygghetslarmet upphör"), "end_care", {"service": "safety_alarm"}),
    Situation(gettext_noop("En annan utförare tar över"), "change_provider", {}),
    Situation(gettext_noop("Kunden flyttar"), "move_clients", {}),
    Situation(
        gettext_noop("Kunden har avlidit"),
        "record_deaths",
        {},
        gettext_noop("All hemtjänst och allt larm upphör den dagen."),
    ),
    Situation(gettext_noop("Kunden flyttar till särskilt boende"), "move_to_special_housing", {}),
    Situation(gettext_noop("Kunden är på sjukhus eller bortrest"), "suspend_access", {}),
    Situation(gettext_noop("Kunden är hemma igen"), "resume_access", {}),
    Situation(gettext_noop("Kunden får ett nytt beslut"), "make_decisions", {}),
    Situation(gettext_noop("Ett beslut ska fördelas"), "allocate", {}),
    Situation(gettext_noop("Kunden vill inte ha låsvred"), "record_refusal", {}),
    Situation(gettext_noop("Låset ska tas ner"), "order_removal", {}),
    Situation(gettext_noop("Låset är trasigt"), "order_repair", {}),
    Situation(
        gettext_noop("Fel lås är kopplat"),
        "correct_link",
        {},
        gettext_noop("Rätt lås kopplas. Det som var syns även efteråt."),
    ),
)
"""Shown to those who may do the act, if its form has something to choose."""


class ActFormLink(NamedTuple):
    """A link to an act's form."""

    label: str
    url: str
    lead: str


def situations(pieces: ClientOptions, role: str) -> list[ActFormLink]:
    """Returns the life events that are possible now, for this role."""
    links = []
    for situation in SITUATIONS:
        values = (
            form_options.known_values(situation.act, pieces) if role in REGISTER[situation.act].who else None
        )
        if values and _is_possible(situation, values):
            link = _act_form_link(_(situation.label), situation.act, pieces.case, situation.preset)
            links.append(link._replace(lead=_(situation.lead)) if situation.lead else link)
    return links


def other_acts(pieces: ClientOptions, role: str) -> dict[str, list[ActFormLink]]:
    """Returns the other acts about a client that the role may do, by chapter title."""
    shown_acts = {situation.act for situation in SITUATIONS}
    chapters: dict[str, list[ActFormLink]] = {}
    for name in form_options.acts_about(role):
        text = act_labels.act_text(name)
        if text and name not in shown_acts and form_options.known_values(name, pieces):
            heading = act_labels.chapter_heading(REGISTER[name])
            chapters.setdefault(heading, []).append(_act_form_link(text.title, name, pieces.case, {}))
    return chapters


def _is_possible(situation: Situation, values: KnownValues) -> bool:
    return all(
        value in {option.value for option in values.options.get(path, [])}
        for path, value in situation.preset.items()
    )


def _act_form_link(label: str, act: str, case: str, preset: dict[str, str]) -> ActFormLink:
    text = act_labels.act_text(act)
    assert text is not None, f"{act} has no title"
    query = urlencode({"client": case, **preset})
    return ActFormLink(label, f"{reverse(f'act-{act}')}?{query}", text.lead)
