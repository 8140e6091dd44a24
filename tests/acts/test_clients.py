# SPDX-License-Identifier: EUPL-1.2
"""Clients: away (case 15), represented, protected (case 14), refusing (case 10), another municipality's (O1)."""

from __future__ import annotations

from typing import Any

from tests.town import EAST, ELSEWHERE, FIRM, MEADOW, Town
from troskel.custody.models import Holding, Link
from troskel.people.models import Client, Identifier
from troskel.reading import client_record, phone
from troskel.simulator.people import identity_number


def phone_clients(town: Town, who: str = "carin") -> list[Any]:
    with town.standing():
        return phone.phone_list(town.actor(who))


def read_record(town: Town, who: str, client: str) -> Any:
    with town.standing():
        case = Client.objects.get(reference=client).case_number
        return client_record.record(town.actor(who), case)


# --- in hospital or away


def test_case_15_hospital_suspends_access_and_removes_nothing(town: Town) -> None:
    client = town.locked()
    town.does("olle", "suspend_access", client=client, since=town.day(0), reason="hospital")
    assert town.owner("A8.suspended") == ("provider", EAST)
    assert phone_clients(town) == []
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.refused("olle", "suspend_access", "A8", client=client, since=town.day(2), reason="away")
    town.refused("olle", "order_removal", "rule 1", client=client, locksmith=FIRM)
    town.days_pass(9)
    assert not town.duties("P6") and not town.duties("P7")
    town.does("olle", "resume_access", client=client, on=town.day(0))
    assert [client.case for client in phone_clients(town)]
    town.does("carin", "open_door", client=client, serial="L1")
    town.is_sound()


def test_case_15_suspension_with_a_last_day(town: Town) -> None:
    client = town.locked()
    town.does("anna", "suspend_access", client=client, since=town.day(2), through=town.day(4), reason="away")
    town.does("carin", "open_door", client=client, serial="L1")
    town.days_pass(2)
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")
    town.days_pass(3)
    town.does("carin", "open_door", client=client, serial="L1")
    town.refused("anna", "resume_access", "A8", client=client, on=town.day(0))


def is_on_the_phone(town: Town) -> bool:
    return bool(phone_clients(town))


def test_case_15_home_again_ends_all_that_covers_the_day_and_the_rest_stands(town: Town) -> None:
    client = town.locked()
    planned = {"since": town.day(7), "through": town.day(13), "reason": "short_term_stay"}
    town.does("anna", "suspend_access", client=client, **planned)
    town.does(
        "anna", "suspend_access", client=client, since=town.day(20), through=town.day(21), reason="away"
    )
    town.days_pass(5)
    town.does("olle", "suspend_access", client=client, since=town.day(0), reason="hospital")
    town.days_pass(3)
    assert not is_on_the_phone(town)
    town.does("olle", "resume_access", client=client, on=town.day(0))
    town.does("carin", "open_door", client=client, serial="L1")
    assert town.owner("A8.home_again") == ("provider", EAST)
    town.refused("olle", "resume_access", "A8", client=client, on=town.day(0))
    shown = {}
    for day in range(8, 24):
        shown[day] = is_on_the_phone(town)
        town.days_pass(1)
    assert [day for day, seen in shown.items() if not seen] == [20, 21]
    town.is_sound()


def test_case_15_the_absence_that_is_named_ends_alone(town: Town) -> None:
    client = town.locked()
    stay = {"client": client, "since": town.day(0), "through": town.day(6), "reason": "short_term_stay"}
    town.does("anna", "suspend_access", **stay)
    hospital = town.does("olle", "suspend_access", client=client, since=town.day(0), reason="hospital")
    later = town.does("anna", "suspend_access", **{**stay, "since": town.day(9), "through": town.day(12)})
    town.days_pass(2)
    town.does("olle", "resume_access", client=client, on=town.day(0), absence=hospital.answer["absence"])
    assert not is_on_the_phone(town), "the stay goes on"
    assert not town.duties("A8.home_again"), "and nobody is told that the client is home"
    values = {"client": client, "on": town.day(0)}
    town.refused("olle", "resume_access", "A8", **values, absence=hospital.answer["absence"])
    town.refused("olle", "resume_access", "NotFound", **values, absence=absence_of_another(town))
    town.does("olle", "resume_access", **values, absence=later.answer["absence"])
    town.days_pass(5)
    assert is_on_the_phone(town), "the stay is over"
    town.days_pass(4)
    assert is_on_the_phone(town), "what was planned was called off before it began"
    town.is_sound()


def absence_of_another(town: Town) -> str:
    other = town.new_client()
    made = town.does("anna", "suspend_access", client=other, since=town.day(0), reason="away")
    return str(made.answer["absence"])


def test_case_15_home_on_the_first_day_away_and_away_again(town: Town) -> None:
    client = town.locked()
    town.does("olle", "suspend_access", client=client, since=town.day(0), reason="hospital")
    town.does("olle", "resume_access", client=client, on=town.day(0))
    assert is_on_the_phone(town)
    town.does("olle", "suspend_access", client=client, since=town.day(0), reason="hospital")
    assert not is_on_the_phone(town)
    town.is_sound()


def test_case_15_the_same_absence_is_written_down_once(town: Town) -> None:
    client = town.locked()
    stay = {"client": client, "since": town.day(5), "through": town.day(9), "reason": "away"}
    town.does("anna", "suspend_access", **stay)
    refusal = town.refused("olle", "suspend_access", "A8", **stay)
    assert refusal.code == "client.already_away"
    town.does("anna", "suspend_access", client=client, since=town.day(7), reason="hospital")
    town.refused("olle", "suspend_access", "A8", client=client, since=town.day(8), reason="away")
    town.does("olle", "suspend_access", client=client, since=town.day(1), reason="hospital")
    town.is_sound()


def test_case_15_a_preview_of_an_absence_tells_the_last_day_on_the_phones(town: Town) -> None:
    client = town.locked()
    away = {"client": client, "since": town.day(5), "reason": "hospital"}
    seen = town.tries("olle", "suspend_access", away, preview=True)
    assert [(one.organisation, one.through_after) for one in seen.access] == [(EAST, town.day(4))]
    assert seen.locks == [], "nothing is taken down"
    with_an_end = {**away, "through": town.day(9)}
    assert town.tries("olle", "suspend_access", with_an_end, preview=True).access == []
    town.does("olle", "suspend_access", **away)
    home = town.tries("olle", "resume_access", {"client": client, "on": town.day(7)}, preview=True)
    assert [one.through_after for one in home.access] == ["until further notice"]


def test_case_15_a_suspension_ends_after_it_begins(town: Town) -> None:
    values = {"client": town.locked(), "since": town.day(2), "through": town.day(1), "reason": "away"}
    town.refused("anna", "suspend_access", "BadValue valid_through", **values)


# --- who speaks for the client, and who may see


def test_a3_a_representative_is_named_and_dismissed(town: Town) -> None:
    client = town.new_client()
    values = {"kind": "guardian", "name": "God Man", "phone": "070-99 99 900"}
    town.does("anna", "name_representative", client=client, **values)
    (representative,) = read_record(town, "anna", client).representatives
    assert (representative.kind, representative.name) == ("guardian", "God Man")
    town.refused("anna", "dismiss_representative", "A3", client=client, kind="trustee")
    town.does("anna", "dismiss_representative", client=client, kind="guardian")
    assert read_record(town, "anna", client).representatives == []


def test_case_14_only_entrusted_persons_see_a_protected_client(town: Town) -> None:
    client = town.new_client(protection="S")
    assert phone_clients(town)[0].person is None
    town.refused("siri", "entrust_client", "NotFound", client=client, username="nobody")
    town.does("siri", "entrust_client", client=client, username="carin")
    assert phone_clients(town)[0].person.street
    assert read_record(town, "olle", client).person is None, "the coordinator has not been entrusted"
    town.does("siri", "end_entrustment", client=client, username="carin")
    assert phone_clients(town)[0].person is None


def test_case_14_only_entrusted_persons_see_a_protected_address(
    town: Town,
) -> None:
    client = town.new_client(protection="F")
    person = read_record(town, "anna", client).person
    assert person.last_name and not person.street
    town.does("siri", "entrust_client", client=client, username="anna")
    assert read_record(town, "anna", client).person.street


def test_case_14_representatives_of_a_protected_client_are_hidden_too(town: Town) -> None:
    client = town.new_client(protection="S")
    town.does("anna", "name_representative", client=client, kind="guardian", name="God Man")
    assert read_record(town, "olle", client).representatives == []


def test_rule_7_an_unprotected_client_can_not_be_entrusted(town: Town) -> None:
    town.refused("siri", "entrust_client", "rule 7", client=town.new_client(), username="carin")


def test_a4_a_new_identity_number_keeps_the_former_one(town: Town) -> None:
    client = town.client()
    number = identity_number(town.today.replace(year=1950), 985)
    town.does("anna", "change_clients", changes=[{"client": client, "identity": number, "language": "fi"}])
    identifiers = list(Identifier.objects.filter(client__reference=client).order_by("id"))
    assert len(identifiers) == 2 and identifiers[0].until == town.today and identifiers[1].number == number
    assert Client.objects.get(reference=client).language == "fi"


# --- a refusal has consequences (case 10)


def test_case_10_a_refusal_opens_a_duty_to_decide_the_way_in(town: Town) -> None:
    client = town.new_client()
    town.refused("anna", "decide_way_in", "A3", client=client, way="key")
    town.does("olle", "record_refusal", client=client, reason="does_not_want")
    assert town.owner("A3.way_in") == ("assessor", None)
    town.does("anna", "decide_way_in", client=client, way="client_opens", text="Öppnar själv.")
    assert not town.duties("A3.way_in")


def test_case_10_a_change_of_mind_moots_the_duty(town: Town) -> None:
    client = town.new_client()
    town.does("olle", "record_refusal", client=client, reason="does_not_want")
    town.does("anna", "confirm_understanding", client=client)
    assert not town.duties("A3.way_in")


# --- whose client it is changes (O1)


def move_out(town: Town, client: str, to: str = ELSEWHERE) -> None:
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": to}])


def test_o1_a_client_who_becomes_another_municipalitys_gives_back_lock_and_tag(town: Town) -> None:
    client = town.locked()
    town.does("carin", "place_tag", client=client, tag="E1")
    move_out(town, client)
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
    first, second = town.locked(address=77), town.new_client(address=77)
    town.link(second)
    move_out(town, first)
    assert not town.duties("P6.not_ours")
    assert town.the("S3.unlink_not_ours", first)
    town.does("siri", "unlink_lock", client=first, serial="L1")
    town.does("carin", "open_door", client=second, serial="L1")
    town.is_sound()


def test_o1_an_open_order_is_cancelled_for_a_client_who_becomes_another_municipalitys(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    move_out(town, client)
    assert town.owner("P6.cancel") == ("provider", EAST), "the one whose order it is"
    town.refused("laban", "report_installation", "O1", order=order, serial="L1")
    town.does("siri", "cancel_order", order=order, reason="moved")
    assert not town.duties("P6.cancel")


def test_o1_a_client_who_becomes_the_municipalitys_own_is_new(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.grant(client, MEADOW)
    assert not town.duties("P1") and not town.duties("P2")
    move_out(town, client, to="0999")
    assert {"P1.order", "P2.place_tag", "P5.collect_keys"} <= set(town.names(client))
    town.does("mikael", "place_tag", client=client, tag="M1")
    assert Holding.objects.get(thing__number="M1", until=None).kind == "client"
    town.is_sound()


def test_o1_a_changed_name_is_no_change_of_municipality(town: Town) -> None:
    client = town.locked()
    before = town.names(client)
    town.does("anna", "change_clients", changes=[{"client": client, "last_name": "Nyman"}])
    assert town.names(client) == before
