# SPDX-License-Identifier: EUPL-1.2
"""A visit that the client did not want, and one made elsewhere than at home: by hand, each with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.town import EAST, ELSEWHERE, Town
from troskel.ground import clock
from troskel.reading import billing
from troskel.reading import visits as visits_read
from troskel.reading.paging import PageRequest
from troskel.visits.models import Visit


def listed(town: Town) -> Any:
    with clock.frozen_at(town.now):
        return visits_read.visits(town.actor("olle"), PageRequest(50, "")).items


def test_a_declined_visit_is_over_as_it_begins_and_is_looked_at(town: Town) -> None:
    client, other = town.new_client(), town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    visit = town.does("carin", "arrive", client=client, by="hand", reason="declined").answer["visit"]
    row = Visit.objects.get()
    assert (row.departed, row.open, row.departed_reason) == (row.arrived, False, "declined")
    (item,) = listed(town)
    assert (item.grade, item.departed_grade, item.exceptions) == ("F", "F", ["declined"])
    town.refused("carin", "depart", "rule 6", visit=visit, by="hand", reason="forgotten")
    town.does("carin", "arrive", client=other, by="hand", reason="no_tag_yet")
    assert not Visit.objects.get(id=visit).flags, "the next visit leaves nothing open behind it"
    assert town.the("P1.order", client).due == town.today, "somebody has been there"
    town.is_sound()


def test_a_client_who_says_no_to_who_has_come_in(town: Town) -> None:
    """The lock has proven that somebody came; what became of it is the carer's word."""
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "arrive", client=client, by="tag", tag="E1")
    town.does("carin", "depart", by="hand", reason="declined")
    (item,) = listed(town)
    assert (item.grade, item.departed_grade, item.exceptions) == ("D", "F", ["declined"])


def test_a_visit_elsewhere_needs_no_tag_and_no_client_at_home(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "arrive", client=client, by="hand", reason="outside")
    town.does("carin", "depart", by="hand", reason="outside")
    town.refused("carin", "arrive", "BadValue reason", client=client, by="hand", reason="elsewhere")
    (item,) = listed(town)
    assert (item.grade, item.reason, item.exceptions) == ("F", "outside", [])
    town.does("olle", "suspend_access", client=client, reason="hospital", since=str(town.today))
    assert listed(town)[0].exceptions == [], "at the hospital with the client"


def test_o2_a_declined_visit_is_on_the_invoice_without_minutes(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.grant(client, EAST)
    at = town.now - timedelta(hours=3)

    def made(reason: str, begins: int, ends: int | None) -> None:
        arrived = at + timedelta(minutes=begins)
        times = {"arrived": arrived.isoformat()}
        times |= {} if ends is None else {"departed": (at + timedelta(minutes=ends)).isoformat()}
        town.does("olle", "register_visit", client=client, by="hand", reason=reason, **times)

    made("other_municipality", 0, 30)
    made("declined", 60, None)
    made("declined", 90, 95)
    month = f"{town.today:%Y-%m}"
    with clock.frozen_at(town.now):
        (row,) = billing.invoice_rows(town.actor("erik"), month)
    assert (row.visits, row.minutes, row.without_departure, row.flagged) == (3, 30, 0, 2)
    town.now += timedelta(days=40)
    billed = town.does("olle", "bill_month", month=month).answer["rows"][0]
    assert (billed["visits"], billed["minutes"], billed["without_departure"]) == (3, 30, 0)
