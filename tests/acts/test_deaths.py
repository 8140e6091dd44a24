# SPDX-License-Identifier: EUPL-1.2
"""Case 15, a client dies: one last day wherever it is told, and nothing new about the dead."""

from __future__ import annotations

from tests.town import EAST, MEADOW, Town
from troskel.people.models import Client
from troskel.reading.client_page import client_page
from troskel.reading.coverage import phone_clients
from troskel.reading.lists import clients
from troskel.reading.paging import PageRequest
from troskel.reading.phone import phone_list


def test_case_15_rule_6_nothing_is_decided_about_the_dead_or_said_to_them(town: Town) -> None:
    client = town.locked()
    reference = town.grant(client, EAST)
    town.until(town.day(5))
    death = town.day(-2)
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": death}])
    before = town.names(client)
    later = {"valid_from": town.day(-1), "valid_through": None}
    new = {"client": client, "reference": "B-late", "service": "safety_alarm"}
    town.refused("anna", "make_decisions", "rule 6", decisions=[{**new, **later}])
    town.refused("anna", "change_decisions", "rule 6", periods=[{"reference": reference, **later}])
    given = {"decision": reference, "reference": "F-late", "organisation": MEADOW, **later}
    town.refused("anna", "allocate", "rule 6", allocations=[given])
    town.refused("anna", "inform_client", "rule 6", client=client, way="oral")
    town.refused("anna", "tell_about_keys", "rule 6", client=client)
    town.refused("anna", "confirm_understanding", "rule 6", client=client)
    town.refused("olle", "record_refusal", "rule 6", client=client, reason="does_not_want")
    town.does("anna", "make_decisions", decisions=[{**new, "valid_from": death, "valid_through": None}])
    assert town.names(client) == before, "what is written down of the days that were lived asks nothing"


def test_case_15_after_a_death_all_tell_the_same_last_day(town: Town) -> None:
    """The dead (died <= the day) are on no phone: the day before is the last, wherever it is told."""
    client = town.locked()
    town.until(town.day(4))
    yesterday, death = town.day(-1), [{"client": client, "on": town.day(0)}]
    preview = town.tries("anna", "record_deaths", {"deaths": death}, preview=True)
    assert [(one.organisation, one.through_after) for one in preview.access] == [(EAST, yesterday)]
    town.does("anna", "record_deaths", deaths=death)
    assert phones(town) == ([], {})
    with town.standing():
        case = Client.objects.get(reference=client).case_number
        page = client_page(town.actor("anna"), case, visits_since=town.today)
        assert [str(period.last) for period in (*page.decisions, *page.allocations)] == [yesterday] * 2
        assert page.care == [] and page.gaps == []
        (listed,) = clients(town.actor("anna"), PageRequest()).items
        assert listed.care == []


def phones(town: Town) -> tuple[list[str], dict[str, int]]:
    """Who is on the carer's phone, and how many are on the phones of each organisation."""
    with town.standing():
        shown = [one.case for one in phone_list(town.actor("carin"))]
        return shown, phone_clients(town.actor("anna"), town.today)
