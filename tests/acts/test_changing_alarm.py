# SPDX-License-Identifier: EUPL-1.2
"""Another organisation answers the alarm from a day, in one act (A5, A6)."""

from __future__ import annotations

from tests.acts.examples import ActExample
from tests.town import ALARM, EAST, FIRM, Town
from troskel.care.models import Allocation

OTHER = "5560009960"


def alarmed(town: Town) -> dict[str, str]:
    client = town.client()
    town.grant(client, ALARM, "safety_alarm")
    new = {"orgnr": OTHER, "name": "Nya larmet", "email": "nya@larm.example", "kind": "alarm"}
    town.does("siri", "register_organisations", organisations=[new])
    return {"client": client, "organisation": OTHER, "on": town.day(3), "reference": "N1"}


EXAMPLES = {
    "change_alarm_organisation": ActExample("anna", alarmed, "NotFound", {"organisation": "0000000000"})
}


def test_a5_a6_the_alarm_changes_hands_without_a_gap_and_both_are_told(town: Town) -> None:
    values = alarmed(town)
    town.grant(values["client"], EAST)
    town.does("anna", "change_alarm_organisation", **values)
    rows = Allocation.objects.filter(decision__service="safety_alarm").order_by("valid_from")
    assert [(a.organisation.orgnr, str(a.valid_from), str(a.valid_through)) for a in rows] == [
        (ALARM, town.day(0), town.day(2)),
        (OTHER, town.day(3), "None"),
    ]
    told = {
        (d.paragraph, d.organisation.orgnr)
        for d in town.duties()
        if d.organisation and d.paragraph in ("A5", "A6")
    }
    assert told == {("A5", OTHER), ("A6", ALARM)}
    assert Allocation.objects.get(decision__service="home_care").valid_through is None
    town.refused("anna", "change_alarm_organisation", "A6", **values | {"reference": "N2"})
    back = values | {"organisation": ALARM, "reference": "N3", "on": town.day(4)}
    town.does("anna", "change_alarm_organisation", **back)
    town.is_sound()


def test_without_an_alarm_there_is_nothing_to_change(town: Town) -> None:
    values = alarmed(town)
    client = town.new_client()
    town.refused("anna", "change_alarm_organisation", "A6", **values | {"client": client})
    town.refused("anna", "change_alarm_organisation", "A4", **values | {"organisation": FIRM})
