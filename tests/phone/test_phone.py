# SPDX-License-Identifier: EUPL-1.2
"""A carer's morning and a responder's alarm on the phone: who is there, the door, the visit, and every no in words."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.phone.simulated_phone import Phone, case_of, where
from tests.town import ALARM, CODE, EAST, ELSEWHERE, MEADOW, Town, snapshot
from troskel.access.drivers import LockAt
from troskel.access.models import Opening
from troskel.access.simulated import SimulatedFault, SimulatedLocks
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.people.models import Client as Person
from troskel.reading.phone import client_at_door
from troskel.visits.models import Visit

MAX_QUERIES = 12
LOCK = LockAt(CODE, "L1")


def battery(town: Town, per_cent: int) -> None:
    with town.standing():
        SimulatedLocks().charge(LOCK, per_cent)


def breaks(town: Town, fault: SimulatedFault) -> None:
    with town.standing():
        SimulatedLocks().break_down(LOCK, fault)


# --- who is on the phone, and for whom


def test_rule_4_the_phone_shows_todays_clients_and_who_is_visited(town: Town) -> None:
    locked, waiting = town.locked(), town.new_client()
    town.new_client(MEADOW)
    town.grant(town.client(home_municipality=ELSEWHERE), EAST)
    phone = Phone(town, "carin")
    page = phone.goes("/phone/")
    assert "Två kunder i dag" in page and "Ingen är besökt ännu." in page
    assert "Lås L1" in page and "Kunden öppnar själv" in page
    phone.press(locked, "arrive", "hand", reason="phone_failed")
    assert "Ett besök pågår" in phone.goes("/phone/")
    assert "En är besökt." in phone.goes("/phone/")
    phone.press(locked, "depart", "hand", reason="phone_failed")
    page = phone.goes("/phone/")
    places = ["Inte besökta ännu", where(waiting), "Besökta i dag", where(locked)]
    assert sorted(places, key=phone.page.index) == places
    assert re.search(r"Besök 08\.\d\d–08\.\d\d, av dig", page)
    assert case_of(waiting) not in page, "names stand there; case numbers only for who is protected"


def test_a_colleagues_visit_is_seen_and_another_providers_is_not(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW)
    town.visit(client, "mikael")
    assert "Ingen är besökt ännu." in Phone(town, "carin").goes("/phone/")
    town.does("demo", "register_account", username="cecilia", name="Cecilia", role="carer", organisation=EAST)
    town.visit(client, "cecilia")
    assert "av en kollega" in Phone(town, "carin").goes("/phone/")
    assert "av en kollega" in Phone(town, "carin").client(client)


def test_rule_4_a_carer_of_another_provider_gets_nothing(town: Town) -> None:
    client = town.locked()
    theirs, stranger = Phone(town, "carin"), Phone(town, "mikael")
    theirs.client(client)
    form = theirs.form(do="open")
    assert "Inga kunder i dag" in stranger.goes("/phone/")
    before = snapshot()
    said = {stranger.client(client), stranger.sends(client, form), stranger.goes("/phone/2026-0099/")}
    (said_alike,) = said
    assert stranger.status == 404 and "Kunden finns inte i telefonen" in said_alike
    assert snapshot() == before, "nothing is opened, and nobody is told to have read anything"


def test_phone_roles(town: Town) -> None:
    client = town.locked()
    for who in ("anna", "siri", "olle", "laban", "maria", "erik", "lars"):
        phone = Phone(town, who)
        for path in ("/phone/", where(client)):
            assert "Den sidan är inte för din roll" in phone.goes(path), (who, path)
            assert phone.status == 403
    with town.standing():
        assert Client().get(where(client))["Location"].startswith("/?next=%2Fphone%2F")
        assert Client().post(where(client), {"do": "open"})["Location"] == "/?left=1"
        within = Client().post(where(client), {"do": "open"}, headers={"HX-Request": "true"})
        assert (within.status_code, within["HX-Redirect"]) == (204, "/?left=1")
        browser = Phone(town, "carin").browser
        assert browser.get(where(client))["Cache-Control"] == "no-store"
        assert browser.put("/phone/").status_code == 405
        assert browser.post(where(client), {"do": "burn", "key": "k"}).status_code == 404
        assert browser.post(where(client), {"do": "arrive", "by": "hand"}).status_code == 422, "without a key"
    assert not Visit.objects.exists()


def test_rule_7_client_view_is_journalled(town: Town) -> None:
    client = town.locked()
    Phone(town, "carin").client(client)
    line = Line.objects.filter(kind="reads", event="phone.opened").get()
    assert (line.actor, line.client is not None) == (town.actor("carin").account, True)


def test_case_14_a_protected_client_is_a_case_number(town: Town) -> None:
    client = town.locked(protection="S")
    phone = Phone(town, "carin")
    for page in (phone.goes("/phone/"), phone.client(client)):
        assert "Öman" not in page and "Ängsvägen" not in page and "070" not in page
        assert f"Ärende {case_of(client)}" in page and "Skyddade personuppgifter" in page
    assert "Dörren är öppen." in phone.press(client, "open"), "the door is opened all the same"


def test_case_14_list_order_reveals_no_name(town: Town) -> None:
    hidden = [
        town.new_client(protection=kind, last_name=name) for kind, name in (("S", "Öst"), ("F", "Abel"))
    ]
    entrusted = town.new_client(protection="S", last_name="Mo")
    town.does("siri", "entrust_client", client=entrusted, username="carin")
    named = [town.new_client(last_name=name) for name in ("Åkesson", "Alm", "Zorn")]
    phone = Phone(town, "carin")
    phone.goes("/phone/")
    order = [where(one) for one in (named[1], entrusted, named[2], named[0], *hidden)]
    assert sorted(order, key=phone.page.index) == order


def test_title_and_url_have_no_name(town: Town) -> None:
    client = town.locked()
    phone = Phone(town, "carin")
    with town.standing():
        whole = phone.browser.get(where(client)).content.decode()
    assert "Öman" in whole and "Öman" not in whole.partition("</title>")[0]


# --- the door


def test_s2_the_door_is_opened_and_what_the_lock_says_is_said(town: Town) -> None:
    client = town.locked()
    phone = Phone(town, "carin")
    page = phone.client(client)
    assert "Ängsvägen 1" in page and "99910 Byn" in page and "Lägenhetsdörr Lås L1" in page
    assert "Dörren är öppen." in phone.press(client, "open")
    assert "Samordnaren" not in phone.page
    battery(town, 15)
    page = phone.press(client, "open")
    assert (
        "Dörren är öppen. Batteriet i låset är snart slut: 15 procent kvar. Samordnaren får veta det." in page
    )
    assert len(town.duties("L1", client)) + len(town.duties("", client)) > 0
    town.is_sound()


@pytest.mark.parametrize(
    "fault, said, told",
    [
        (SimulatedFault.SILENT, "Låset svarar inte.", True),
        (SimulatedFault.JAM, "Låset gick inte runt.", True),
        (SimulatedFault.LOST_ANSWER, "Låset hann inte svara. Dörren kan vara öppen: känn på den.", False),
    ],
)
def test_l1_advice_by_lock_answer(town: Town, fault: SimulatedFault, said: str, told: bool) -> None:
    client = town.locked()
    phone = Phone(town, "carin")
    phone.press(client, "open")
    breaks(town, fault)
    page = phone.press(client, "open")
    assert said in page
    assert ("Samordnaren får veta det." in page) == told
    assert (len(Line.objects.filter(event="lock.fault_told")) == 1) == told


def test_no_lock_driver(town: Town, settings: Any) -> None:
    settings.TROSKEL_LOCKS = "none"
    page = Phone(town, "carin").press(town.locked(), "open")
    assert "Låset sade nej. Inget lås går att öppna härifrån. Ring på, eller ta nyckeln." in page


def test_rule_4_opening_outside_the_decision_is_refused_in_words(town: Town) -> None:
    client = town.locked()
    phone = Phone(town, "carin")
    phone.client(client)
    form = phone.form(do="open")
    town.end(client)
    town.days_pass(1)
    page = phone.sends(client, form)
    assert phone.status == 404 and "Nu kan du varken se kunden eller öppna dörren." in page
    assert not Opening.objects.exists()


def test_rule_4_a_reference_that_is_anothers_case_number_shows_no_other_lock(town: Town) -> None:
    client, other = town.locked(serial="L1"), town.locked(serial="L2")
    Person.objects.filter(case_number=case_of(other)).update(reference=case_of(client))
    with town.standing():
        shown = client_at_door(town.actor("carin"), case_of(client))
    assert [way.number for way in shown.client.ways_in if way.by == "lock"] == ["L1"]


def test_s2_a_lock_that_is_not_the_clients_is_refused_in_words(town: Town) -> None:
    client, neighbour = town.locked(), town.locked(serial="L2")
    phone = Phone(town, "carin")
    phone.client(client)
    page = phone.sends(client, phone.form(do="open") | {"serial": "L2"})
    assert phone.status == 409
    assert "Låset är inte kopplat till kunden. S2 Systemförvaltaren kopplar det." in page.replace(
        "Punkt ", ""
    )
    page = phone.sends(neighbour, phone.form(do="open") | {"serial": "L99", "key": str(new_id())})
    assert "Låset sitter inte vid den här dörren längre." in page
    assert not Opening.objects.exists()


def test_rule_6_a_double_click_opens_once_and_an_old_form_says_so(town: Town) -> None:
    client = town.locked()
    phone = Phone(town, "carin")
    phone.client(client)
    form = phone.form(do="open")
    for _ in range(2):
        assert "Dörren är öppen." in phone.sends(client, form)
    assert Opening.objects.count() == 1
    assert "Något ändrades just nu." in phone.sends(client, form | {"serial": "L2"})
    assert "Dörren är öppen" not in phone.sends(client, form | {"key": ""}), "without a key nothing is done"
    assert Opening.objects.count() == 1


# --- the visit


def test_p2_by_the_lock_that_was_opened(town: Town) -> None:
    client = town.locked()
    phone = Phone(town, "carin")
    phone.client(client)
    with pytest.raises(AssertionError, match="no form"):
        phone.form(do="arrive", by="lock")
    phone.press(client, "open")
    assert "Besöket har börjat." in phone.press(client, "arrive", "lock")
    town.now += timedelta(minutes=70)
    page = phone.client(client)
    assert re.search(r"Besöket pågår Det började 08\.\d\d, för 1 timme och 11 minuter sedan\.", page)
    assert "Besöket är avslutat. Det varade 1 timme och 11 minuter." in phone.press(client, "depart", "lock")
    with pytest.raises(AssertionError, match="no form"):
        phone.form(do="arrive", by="lock")  # one opening is no second visit
    visit = Visit.objects.get()
    assert (visit.evidence, visit.departed_evidence, visit.open, visit.flags) == ("lock", "lock", False, "")
    town.is_sound()


def test_p2_by_the_tag_and_a_wrong_one_is_said_in_words(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    phone = Phone(town, "carin")
    phone.client(client)
    assert 'value="E1"' not in phone.page, "the number is the proof, and is not given away"
    for wrong in ("E2", "X9", " "):
        page = phone.press(client, "arrive", "tag", tag=wrong)
        assert phone.status == 409
        assert "Knappen finns inte hos den här kunden." in page
    assert "Besöket har börjat." in phone.press(client, "arrive", "tag", tag=" E1 ")
    assert "Besöket är avslutat." in phone.press(client, "depart", "tag", tag="E1")
    visit = Visit.objects.get()
    assert (visit.evidence, visit.departed_evidence) == ("tag", "tag")


def test_p2_by_hand_with_a_reason(town: Town) -> None:
    client = town.new_client()
    phone = Phone(town, "carin")
    assert "other_municipality" not in phone.client(client)
    assert "Välj varför du kvitterar manuellt." in phone.press(client, "arrive", "hand")
    assert "Det gick inte." in phone.sends(client, phone.form(do="arrive") | {"by": "magic"})
    phone.press(client, "arrive", "hand", reason="no_tag_yet")
    phone.press(client, "depart", "hand", reason="tag_missing")
    visit = Visit.objects.get()
    assert (visit.reason, visit.departed_reason) == ("no_tag_yet", "tag_missing")


def test_rule_6_repeated_visit_counts_once(town: Town) -> None:
    client = town.new_client()
    phone, other_tab = Phone(town, "carin"), Phone(town, "carin")
    for one in (phone, other_tab):
        one.client(client)
    begins = phone.form(do="arrive", by="hand") | {"reason": "no_tag_yet"}
    for _ in range(2):
        assert "Besöket har börjat." in phone.sends(client, begins)
    late = other_tab.form(do="arrive", by="hand") | {"reason": "no_tag_yet"}
    assert "Besöket pågår redan." in other_tab.sends(client, late)
    ends = phone.form(do="depart", by="hand") | {"reason": "no_tag_yet"}
    late = other_tab.form(do="depart", by="hand") | {"reason": "no_tag_yet"}
    for _ in range(2):
        assert "Besöket är avslutat." in phone.sends(client, ends)
    assert "Besöket är redan avslutat." in other_tab.sends(client, late)
    assert Visit.objects.count() == 1
    town.is_sound()


def test_p2_warning_of_open_visit_elsewhere(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    phone = Phone(town, "carin")
    phone.press(first, "arrive", "hand", reason="no_tag_yet")
    page = phone.client(second)
    assert "Du har ett annat besök som pågår" in page and case_of(first) not in page
    phone.press(second, "arrive", "hand", reason="no_tag_yet")
    assert "Du har ett annat besök" not in phone.client(second)
    assert "Besöket pågår" in phone.client(second)
    assert [visit.flags for visit in Visit.objects.order_by("arrived")] == ["left_open", ""]


def test_rule_7_an_open_visit_gives_nobody_away_who_has_left_the_phone(town: Town) -> None:
    client = town.new_client()
    phone = Phone(town, "carin")
    phone.press(client, "arrive", "hand", reason="no_tag_yet")
    town.end(client)
    town.days_pass(1)
    page = phone.goes("/phone/")
    assert "Ett besök pågår" in page and "Skriv in när besöket slutade" in page
    assert "Öman" not in page and case_of(client) not in page


# --- the responder


def test_rule_4_a_responder_sees_the_client_whose_alarm_they_took(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    phone = Phone(town, "rut")
    assert "En kund syns här när du har tagit kundens larm" in phone.goes("/phone/")
    alarm = town.does("rut", "raise_alarm", client=client).answer["alarm"]
    assert "Du ser en kund när du har tagit kundens larm" in phone.client(client)
    town.does("rut", "accept_alarm", alarm=alarm)
    assert "En kund i dag" in phone.goes("/phone/") and "besökta" not in phone.goes("/phone/")
    page = phone.client(client)
    assert re.search(r"Du har tagit kundens larm\. Du ser kunden och kan öppna dörren till 10\.\d\d", page)
    assert "Dörren är öppen." in phone.press(client, "open")
    assert "Starta besöket" not in phone.client(client), "visits are the carers'"
    town.does("rut", "close_alarm", alarm=alarm, outcome="helped")
    assert phone.client(client) and phone.status == 404


# --- what it costs


def test_query_count_is_bounded(town: Town) -> None:
    locked = town.locked()
    town.does("carin", "place_tag", client=town.new_client(), tag="E1")
    phone = Phone(town, "carin")
    phone.press(locked, "open")
    phone.press(locked, "arrive", "lock")
    costs: dict[str, list[int]] = {"/phone/": [], where(locked): []}
    for _ in range(2):
        for path, cost in costs.items():
            with CaptureQueriesContext(connection) as asked:
                phone.goes(path)
            assert phone.status == 200
            cost.append(sum(not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"]) for one in asked))
        for _ in range(3):
            town.visit(town.new_client())
    assert {path: cost for path, cost in costs.items() if max(cost) > MAX_QUERIES or cost[0] < cost[1]} == {}
