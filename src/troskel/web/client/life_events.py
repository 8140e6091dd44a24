# SPDX-License-Identifier: EUPL-1.2
"""What may happen to a client, in plain words, and the act that it leads to, with what is known filled in."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.offers import form_options
from troskel.offers.form_options import Known, Pieces
from troskel.web.text import act_labels


class Situation(NamedTuple):
    """What has happened, the act for it, and the choices that are made by that."""

    word: str
    act: str
    chosen: dict[str, str]
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
"""Shown to those who may do the act, where there is something to do it with."""


class Way(NamedTuple):
    """A link to an act's form."""

    word: str
    address: str
    lead: str


def situations(pieces: Pieces, role: str) -> list[Way]:
    """What may happen now, for this role."""
    found = []
    for one in SITUATIONS:
        known = form_options.known(one.act, pieces) if role in REGISTER[one.act].who else None
        if known and _can_be(one, known):
            way = _way(_(one.word), one.act, pieces.case, one.chosen)
            found.append(way._replace(lead=_(one.lead)) if one.lead else way)
    return found


def others(pieces: Pieces, role: str) -> dict[str, list[Way]]:
    """The other acts about a client that the role may do, chapter by chapter."""
    told = {one.act for one in SITUATIONS}
    chapters: dict[str, list[Way]] = {}
    for name in form_options.acts_about(role):
        named = act_labels.of_act(name)
        if named and name not in told and form_options.known(name, pieces):
            heading = act_labels.said(act_labels.of_chapter(REGISTER[name].chapter))
            chapters.setdefault(heading, []).append(_way(act_labels.said(named.title), name, pieces.case, {}))
    return chapters


def _can_be(one: Situation, known: Known) -> bool:
    return all(
        value in {option.value for option in known.among.get(path, [])} for path, value in one.chosen.items()
    )


def _way(word: str, act: str, case: str, chosen: dict[str, str]) -> Way:
    named = act_labels.of_act(act)
    assert named is not None, f"{act} has no words in wording/acts.toml"
    query = urlencode({"client": case, **chosen})
    return Way(word, f"{reverse(f'act-{act}')}?{query}", act_labels.said(named.lead))
