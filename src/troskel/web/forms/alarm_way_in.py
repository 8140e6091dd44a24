# SPDX-License-Identifier: EUPL-1.2
"""Beside the form in which a safety alarm is granted: would anybody get in if the client raised it?"""

from __future__ import annotations

from typing import Any, NamedTuple

from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound
from troskel.people.queries import Person
from troskel.reading import tonight
from troskel.reading.accounts import organisation_names
from troskel.runner.choices import CareService
from troskel.runner.fields import Named
from troskel.runner.register import Act
from troskel.web.forms.fields import Field
from troskel.web.text import ways_in
from troskel.web.text.ways_in import DoorText


class AlarmWayIn(NamedTuple):
    """How the people of an alarm organisation would get in at the client."""

    organisation: str
    code: str
    verdict: str
    reasons: list[str]
    doors: list[DoorText]


def alarm_ways_in(person: Person, act: Act[Any], fields: list[Field]) -> list[AlarmWayIn]:
    """Returns how each alarm organisation would get in, for a decision of an alarm: in its preview, at the latest.

    It only tells: the decision is made whether anybody gets in or not.
    """
    if "decision.made" not in act.writes or person.actor.role not in tonight.way_in_for_alarm.who:
        return []
    service = next((one.value for one in fields if one.path.rpartition(".")[2] == "service"), "")
    case = next((one.value for one in fields if one.facts.names is Named.CLIENT), "")
    if not case or service != CareService.SAFETY_ALARM:
        return []
    try:
        found = tonight.way_in_for_alarm(person.actor, case)
    except (NotFound, BadValue):
        return []
    names = {orgnr: name for orgnr, (name, _kind) in organisation_names(person.actor).items()}
    return [
        AlarmWayIn(
            names.get(way.organisation, ""),
            way.verdict,
            ways_in.verdict(way.verdict),
            ways_in.reasons(way),
            ways_in.door_texts(way, names, clock.today()),
        )
        for way in found
    ]
