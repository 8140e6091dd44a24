# SPDX-License-Identifier: EUPL-1.2
"""An alarm centre hands in the alarms that it has received: several at once, each by the centre's own id.

A listener for SCAIP (SS 91100) belongs here too: it sends `<mrs>` once an alarm is committed, by `_hand_in`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse

from troskel.acts.chapters import REGISTER
from troskel.api.operations import actor_of, add_operation, json_response
from troskel.api.writing import WRITE_FAULTS, body_problem, parse_values
from troskel.ground.refusal_texts import Phrasing, english, refusal_text
from troskel.ground.refusals import BadValue, KeyReused, NotFound, Refusal
from troskel.people.roles import Actor
from troskel.runner.choices import AlarmUrgency
from troskel.runner.fields import CaseNumber
from troskel.runner.register import read_values

RAISE = REGISTER["raise_alarm"]
MOST_ALARMS = 50


class CentresAlarm(msgspec.Struct, frozen=True):
    """An alarm as a centre knows it. `id`: the centre's own; `raised`: when the client pressed, where not now.

    `late_reason`: needed where that is far back, as for every act.
    """

    id: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    client: CaseNumber
    raised: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    urgency: AlarmUrgency = AlarmUrgency.USUAL
    late_reason: str = ""


class CentresAlarms(msgspec.Struct, frozen=True):
    """A batch. One that is refused keeps none of the others back."""

    alarms: Annotated[list[CentresAlarm], msgspec.Meta(min_length=1, max_length=MOST_ALARMS)]


class HandedIn(msgspec.Struct, frozen=True):
    """What became of an alarm. `alarm`: its id here; null where it was refused, for this reason.

    Refused: `rule` (empty where a value was wrong), `code`, and why, in both languages.
    """

    id: str
    alarm: str | None = None
    rule: str = ""
    code: str = ""
    message: str = ""
    swedish: str = ""


class AlarmsHandedIn(msgspec.Struct, frozen=True):
    """What became of each alarm of the batch, in its order."""

    alarms: list[HandedIn]


def hand_in_alarms(request: HttpRequest) -> HttpResponse:
    """Raises each alarm, in a transaction of its own: what has been answered is kept, whatever comes after it."""
    if body_error := body_problem(request):
        return body_error
    batch = read_values(parse_values(request.body), CentresAlarms)
    actor = actor_of(request)
    return json_response(AlarmsHandedIn([_hand_in(actor, alarm) for alarm in batch.alarms]))


def _hand_in(actor: Actor, alarm: CentresAlarm) -> HandedIn:
    """The centre's id is the act's key: a repeat is the same alarm, also when it has been closed meanwhile."""
    values: dict[str, Any] = {"client": alarm.client, "urgency": alarm.urgency}
    try:
        done = RAISE.perform(
            actor, values, key=f"alarm {alarm.id}", occurred=alarm.raised, late_reason=alarm.late_reason
        )
    except (Refusal, NotFound, BadValue, KeyReused) as refusal:
        return HandedIn(
            alarm.id,
            rule=getattr(refusal, "rule", ""),
            code=refusal.code,
            message=english(refusal),
            swedish=refusal_text(refusal, Phrasing("sv")),
        )
    return HandedIn(alarm.id, alarm=str(done.answer["alarm"]))


add_operation(
    "POST",
    "/alarms",
    hand_in_alarms,
    name="hand_in_alarms",
    summary="Hand in the alarms that a centre has received; each is raised once, by the centre's id",
    description="Act: raise_alarm, for each. What is refused is told beside the others, and may be sent again.",
    who=RAISE.who,
    answers=AlarmsHandedIn,
    takes=CentresAlarms,
    faults=WRITE_FAULTS,
    tag="opening",
)
