# SPDX-License-Identifier: EUPL-1.2
"""Clients: away (case 15), represented, protected (case 14), refusing (case 10), another municipality's (O1)."""

from __future__ import annotations

from typing import Any

from tests.town import EAST, ELSEWHERE, FIRM, MEADOW, Town
from troskel.custody.models import Holding, Link
from troskel.people.models import Client, Identifier
from troskel.reading import client_record, phone
from troskel.simulator.people import identity_number


def on_the_phone(town: Town, who: str = "carin") -> list[Any]:
    with town.standing():
        return phone.phone_list(town.actor(who))


def record(town: Town, who: str, client: str) -> Any:
    with town.standing():
        case = Client.objects.get(reference=client).case_number
        return client_record.record(town.actor(who), case)


# --- in hospital or away


def test_case_15_in_hospital_access_rests_and_nothing_is_removed(town: Town) -> None:
    client = town.locked()
    town.does("olle", "suspend_access", client=client, since=town.day(0), reason="hospital")
    assert town.owner("A8.suspended") == ("provider", EAST)
    assert on_the_phone(town) == []
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.refused("olle", "suspend_access", "A8", client=client, since=town.day(2), reason="away")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.days_pass(9)
    assert not town.duties("P6") and not town.duties("P7")
    town.does("olle", "resume_access", client=client, on=town.day(0))
    assert [shown.case for shown in on_the_phone(town)]
    town.does("carin", "open_door", client=client, serial="L1")
    town.is_sound()


def test_case_15_away_from_day_to_day(town: Town) -> None:
    client = town.locked()
    town.does("anna", "suspend_access", client=client, since=town.day(2), through=town.day(4), reason="away")
    town.does("carin", "open_door", client=client, serial="L1")
    town.days_pass(2)
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.days_pass(3)
    town.does("carin", "open_door", client=client, serial="L1")
    town.refused("anna", "resume_access", "A8", client=client, on=town.day(0))


def test_case_15_the_last_day_away_comes_after_the_first(town: Town) -> None:
    told = {"client": town.locked(), "since": town.day(2), "through": town.day(1), "reason": "away"}
    town.refused("anna", "suspend_access", "BadValue valid_through", **told)


# --- who speaks for the client, and who may see


def test_a3_a_representative_is_named_and_dismissed(town: Town) -> None:
    client = town.new_client()
    told = {"kind": "guardian", "name": "God Man", "phone": "070-99 99 900"}
    town.does("anna", "name_representative", client=client, **told)
    (shown,) = record(town, "anna", client).representatives
    assert (shown.kind, shown.name) == ("guardian", "God Man")
    town.refused("anna", "dismiss_representative", "A3", client=client, kind="trustee")
    town.does("anna", "dismiss_representative", client=client, kind="guardian")
    assert record(town, "anna", client).representatives == []


def test_case_14_a_protected_client_is_seen_by_those_entrusted_alone(town: Town) -> None:
    client = town.new_client(protection="S")
    assert on_the_phone(town)[0].person is None
    town.refused("siri", "entrust_client", "NotFound", client=client, username="nobody")
    town.does("siri", "entrust_client", client=client, username="carin")
    assert on_the_phone(town)[0].person.street
    assert record(town, "olle", client).person is None, "the coordinator has not been entrusted"
    town.does("siri", "end_entrustment", client=client, username="carin")
    assert on_the_phone(town)[0].person is None


def test_case_14_where_a_client_lives_is_for_those_entrusted_alone_when_the_register_protects_it(
    town: Town,
) -> None:
    client = town.new_client(protection="F")
    shown = record(town, "anna", client).person
    assert shown.last_name and not shown.street
    town.does("siri", "entrust_client", client=client, username="anna")
    assert record(town, "anna", client).person.street


def test_case_14_representatives_of_a_protected_client_are_shown_no_more_than_the_client(town: Town) -> None:
    client = town.new_client(protection="S")
    town.does("anna", "name_representative", client=client, kind="guardian", name="God Man")
    assert record(town, "olle", client).representatives == []


def test_rule_7_a_client_who_is_not_protected_is_not_entrusted(town: Town) -> None:
    town.refused("siri", "entrust_client", "rule 7", client=town.new_client(), username="carin")


def test_a4_a_coordination_number_is_followed_by_a_personal_number_and_both_are_kept(town: Town) -> None:
    client = town.client()
    number = identity_number(town.today.replace(year=1950), 985)
    town.does("anna", "change_clients", changes=[{"client": client, "identity": number, "language": "fi"}])
    kept = list(Identifier.objects.filter(client__reference=client).order_by("id"))
    assert len(kept) == 2 and kept[0].until == town.today and kept[1].number == number
    assert Client.objects.get(reference=client).language == "fi"


# --- a refusal has consequences (case 10)


def test_case_10_a_refusal_asks_the_assessor_how_staff_get_in(town: Town) -> None:
    client = town.new_client()
    town.refused("anna", "decide_way_in", "A3", client=client, way="key")
    town.does("olle", "record_refusal", client=client, reason="does_not_want")
    assert town.owner("A3.way_in") == ("assessor", None)
    town.does("anna", "decide_way_in", client=client, way="client_opens", text="Öppnar själv.")
    assert not town.duties("A3.way_in")


def test_case_10_a_client_who_changes_their_mind_leaves_nothing_to_decide(town: Town) -> None:
    client = town.new_client()
    town.does("olle", "record_refusal", client=client, reason="does_not_want")
    town.does("anna", "confirm_understanding", client=client)
    assert not town.duties("A3.way_in")


# --- whose client it is changes (O1)


def moves_out(town: Town, client: str, to: str = ELSEWHERE) -> None:
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": to}])


def test_o1_a_client_who_becomes_another_municipalitys_gives_back_lock_and_tag(town: Town) -> None:
    client = town.locked()
    town.does("carin", "place_tag", client=client, tag="E1")
    moves_out(town, client)
    assert {"P6.not_ours", "P7.not_ours"} <= set(town.names(client))
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.does("olle", "take_tag", client=client, tag="E1")
    ordered = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.does("laban", "report_removal", order=ordered, serial="L1")
    assert town.the("S3.unlink", client)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    assert not Link.objects.filter(until=None).exists()
    assert not {name for name in town.names(client) if name.startswith(("P6", "P7.not", "S2", "S3.unlink"))}
    town.is_sound()


def test_o1_the_spouse_keeps_the_lock_when_one_becomes_another_municipalitys(town: Town) -> None:
    one, other = town.locked(address=77), town.new_client(address=77)
    town.link(other)
    moves_out(town, one)
    assert not town.duties("P6.not_ours")
    assert town.the("S3.unlink_not_ours", one)
    town.does("siri", "unlink_lock", client=one, serial="L1")
    town.does("carin", "open_door", client=other, serial="L1")
    town.is_sound()


def test_o1_an_open_order_is_cancelled_for_a_client_who_becomes_another_municipalitys(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    moves_out(town, client)
    assert town.owner("P6.cancel") == ("provider", EAST), "the one whose order it is"
    town.refused("laban", "report_installation", "O1", order=order, serial="L1")
    town.does("siri", "cancel_order", order=order, reason="moved")
    assert not town.duties("P6.cancel")


def test_o1_a_client_who_becomes_the_municipalitys_own_is_new(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.grant(client, MEADOW)
    assert not town.duties("P1") and not town.duties("P2")
    moves_out(town, client, to="0999")
    assert {"P1.order", "P2.place_tag", "P5.collect_keys"} <= set(town.names(client))
    town.does("mikael", "place_tag", client=client, tag="M1")
    assert Holding.objects.get(thing__number="M1", until=None).kind == "client"
    town.is_sound()


def test_o1_a_changed_name_is_no_change_of_municipality(town: Town) -> None:
    client = town.locked()
    before = town.names(client)
    town.does("anna", "change_clients", changes=[{"client": client, "last_name": "Nyman"}])
    assert town.names(client) == before
