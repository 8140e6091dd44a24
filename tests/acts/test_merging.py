# SPDX-License-Identifier: EUPL-1.2
"""A person who was entered twice becomes one client, and nothing of either entry is lost (rule 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acts.examples import ActExample
from tests.town import ALARM, EAST, MEADOW, Town
from troskel.care.models import Allocation, Decision, Suspension
from troskel.custody.models import HolderKind, Holding, Link
from troskel.journal.models import Line
from troskel.people.models import Client, Identifier
from troskel.reading import client_page, client_record, phone
from troskel.visits.models import Visit


def twice(town: Town, **values: Any) -> tuple[str, str]:
    """One person under two references, at one address; the second time with a reserve number."""
    first = town.client(address=1)
    second = town.client(address=1, identity="22410312AB12", **values)
    return first, second


def example(town: Town) -> dict[str, Any]:
    first, second = twice(town)
    return {"client": first, "other": second, "same_person": True}


EXAMPLES = {"merge_clients": ActExample("anna", example, "NotFound", {"other": "no such"})}


def case_of(reference: str) -> str:
    return Client.objects.get(reference=reference).case_number


def merge(town: Town, client: str, other: str, **more: Any) -> Any:
    return town.does("anna", "merge_clients", client=client, other=other, same_person=True, **more)


def test_everything_follows_and_either_name_finds_the_client(town: Town) -> None:
    first, second = twice(town)
    town.grant(first, EAST)
    town.grant(second, MEADOW)
    town.grant(second, ALARM, "safety_alarm")
    order = town.order(second, MEADOW)
    town.mount(order)
    town.link(second)
    town.does("mikael", "receive_key", client=second, key="K-1", signed="client")
    town.does("mikael", "place_tag", client=second, tag="M1")
    town.visit(second, "mikael")
    town.does("anna", "suspend_access", client=second, reason="away", since=town.day(9))
    lines = Line.objects.filter(client=Client.objects.get(reference=second).id).count()
    merge(town, first, second)
    kept = Client.objects.get(reference=first)
    assert Client.objects.get(reference=second).merged_into == kept
    for table, count in ((Link, 1), (Visit, 1), (Decision, 3), (Suspension, 1)):
        assert table.objects.filter(client=kept).count() == count, table
    assert Allocation.objects.filter(decision__client=kept).count() == 3
    assert Holding.objects.filter(kind=HolderKind.CLIENT, holder=kept.id, until=None).count() == 1
    assert Line.objects.filter(client=Client.objects.get(reference=second).id).count() == lines, "untouched"
    assert town.duties(client=second) == []
    town.is_sound()
    for name in (second, case_of(second)):
        town.does("mikael", "open_door", client=name, serial="L1")
        town.does("anna", "record_refusal", client=name, reason="does_not_want")
        town.does("anna", "inform_client", client=name, way="oral")
    with town.standing():
        page = client_page.client_page(town.actor("anna"), case_of(second), visits_since=town.today)
        assert page.case == kept.case_number
        assert {"link.made", "allocation.made", "clients.merged"} <= {line.event for line in page.lines}
        assert client_record.record(town.actor("anna"), case_of(second)).case == kept.case_number
        assert phone.client_at_door(town.actor("carin"), case_of(second)).client.case == kept.case_number
    town.days_pass(1)
    town.is_sound()


def test_what_was_told_to_either_is_told_and_asked_once(town: Town) -> None:
    first, second = twice(town)
    town.grant(first, EAST)
    town.inform(first)
    town.grant(second, EAST)
    assert town.duties("A1.inform", second) and town.duties("A3.understood", second)
    merge(town, first, second)
    assert town.duties("A1") == town.duties("A2") == town.duties("A3.understood") == []
    assert len(town.duties("P1.order")) == 1
    order = town.order(first)
    town.mount(order)
    assert not town.duties("P1.order")
    town.is_sound()


@pytest.mark.parametrize("kept_has_care", [True, False])
def test_care_in_either_entry_keeps_the_lock(town: Town, kept_has_care: bool) -> None:
    first, second = twice(town)
    kept, gone = (first, second) if kept_has_care else (second, first)
    town.grant(first)
    town.mount(town.order(first))
    town.link(first)
    town.grant(second)
    town.end(second, on=town.day(0))
    town.days_pass(1)
    merge(town, kept, gone)
    assert not town.duties("P6")
    town.does("carin", "open_door", client=gone, serial="L1")
    assert town.refused("olle", "order_removal", "rule 1", client=kept, locksmith="5560009945")
    town.end(kept)
    town.days_pass(1)
    assert town.owner("P6.order", kept) == ("provider", EAST)
    town.removed(gone)
    town.is_sound()


def test_two_links_to_one_lock_become_one(town: Town) -> None:
    first, second = twice(town)
    for client in (first, second):
        town.grant(client)
    town.mount(town.order(first))
    town.link(first)
    town.link(second)
    merge(town, first, second)
    assert Link.objects.filter(until=None).count() == 1
    assert Link.objects.filter(client__reference=first).count() == 2, "the history of both"
    town.is_sound()


def test_numbers_that_differ_are_asked_about_and_the_registers_number_remains(town: Town) -> None:
    first, second = town.client(address=1), town.client(address=1)
    said = {"client": first, "other": second, "same_person": True}
    town.refused("anna", "merge_clients", "rule 6", **said)
    town.does("anna", "merge_clients", **said, numbers_differ=True)
    assert Identifier.objects.filter(client__reference=first).count() == 2
    assert Identifier.objects.get(client__reference=first, until=None)
    third = town.client(address=1, identity="22410312AB12")
    registered = Identifier.objects.get(client__reference=first, until=None).number
    merge(town, third, first)
    assert Identifier.objects.get(client__reference=third, until=None).number == registered
    assert case_of(third) == town.does("anna", "inform_client", client=second, way="oral").answer["case"], (
        "what was merged into the other before follows along"
    )
    town.is_sound()


def test_refused_where_the_entries_say_different_things_or_something_is_under_way(town: Town) -> None:
    first, second = twice(town)
    said = {"client": first, "other": second, "same_person": True}
    town.refused("anna", "merge_clients", "BadValue same_person", **{**said, "same_person": False})
    town.refused("olle", "merge_clients", "rule 7", **said)
    elsewhere, dead = town.client(), town.client(address=1)
    town.does("anna", "record_deaths", deaths=[{"client": dead, "on": town.day(0)}])
    protected = town.client(address=1, protection="S")
    others = town.client(address=1, home_municipality="0998")
    for other in (elsewhere, dead, protected, others):
        town.refused("anna", "merge_clients", "rule 6", **{**said, "other": other, "numbers_differ": True})
    address = {"street": "Ny 1", "postcode": "99910", "town": "Byn", "apartment": "1"}
    town.does("anna", "plan_move", client=second, address=address, on=town.day(9))
    town.refused("anna", "merge_clients", "rule 6", **said)
    town.does("anna", "call_off_move", client=second)
    merge(town, first, second)


def test_again_and_undone_are_refused_with_what_to_do(town: Town) -> None:
    first, second = twice(town)
    merge(town, first, second)
    for client, other in ((first, second), (second, first), (first, first)):
        error = town.refused("anna", "merge_clients", "rule 6", client=client, other=other, same_person=True)
        assert error.code == "clients.are_one"
