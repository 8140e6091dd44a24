# SPDX-License-Identifier: EUPL-1.2
"""Who has taken a duty, who is deputy, and what is escalated: for whom it shows, and who may do what with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.acts.test_every_act import EXAMPLES
from tests.town import ALARM, EAST, FIRM, MONDAY, Town
from troskel.duties.models import Deputy, Duty
from troskel.duties.replay import discrepancies
from troskel.reading import duties as reading_duties
from troskel.reading import worklist as reading_worklist
from troskel.reading.duties import ListedDuty, ListedNotice
from troskel.reading.paging import PageRequest


def duties(town: Town, who: str, **asked: Any) -> list[ListedDuty]:
    with town.standing():
        return reading_duties.listed_duties(town.actor(who), PageRequest(200), on=town.today, **asked).items


def notices(town: Town, who: str, state: str = "all") -> list[ListedNotice]:
    with town.standing():
        return reading_duties.listed_notices(
            town.actor(who), PageRequest(200), on=town.today, state=state
        ).items


def the(town: Town, who: str, name: str) -> ListedDuty:
    (found,) = [each for each in duties(town, who) if f"{each.paragraph}.{each.ask}" == name]
    return found


def worklist(town: Town, who: str) -> set[str]:
    with town.standing():
        items = reading_worklist.worklist(town.actor(who))
    return {f"{item.duty.paragraph}.{item.duty.ask}" for item in items}


def late_order(town: Town) -> str:
    """P1 is due with the first visit, and escalated two working days later: on Wednesday."""
    client = town.new_client()
    town.visit(client)
    return client


# -- a person


def test_p1_somebody_takes_a_duty_and_the_others_see_who(town: Town) -> None:
    client = town.new_client()
    duty = town.the("P1.order").id
    assert the(town, "olle", "P1.order").person is None
    town.does("carin", "take_duty", duty=duty)
    assert {the(town, who, "P1.order").person for who in ("olle", "carin", "anna")} == {"carin"}
    town.refused("olle", "take_duty", "P1", duty=duty)
    town.does("olle", "assign_duty", duty=duty, to="olle")
    town.is_sound()
    town.order(client)
    assert Duty.objects.get(id=duty).person_id == town.actor("olle").account, "it is known afterwards too"
    town.refused("olle", "release_duty", "NotFound", duty=duty)
    town.is_sound()


def test_p1_a_duty_is_taken_and_shared_out_by_those_it_is_asked_of_alone(town: Town) -> None:
    town.new_client()
    duty = town.the("P1.order").id
    for who in ("moa", "laban", "anna", "siri", "maria", "rut"):
        town.refused(who, "take_duty", "NotFound", duty=duty)
        town.refused(who, "release_duty", "NotFound", duty=duty)
    town.refused("carin", "assign_duty", "rule 7", duty=duty, to="olle")
    for elsewhere in ("moa", "anna", "nobody"):
        town.refused("olle", "assign_duty", "NotFound", duty=duty, to=elsewhere)
    inform = town.the("A1.inform").id
    for other in ("siri", "olle"):
        town.refused("anna", "assign_duty", "A1", duty=inform, to=other)
    town.does("anna", "assign_duty", duty=inform, to="anna")
    town.refused("demo", "take_duty", "BadValue duty", duty=duty)
    notice = town.the("A4.tell").id
    assert town.refused("olle", "take_duty", "NotFound", duty=notice), "a notice is read, not taken"


def test_rule_4_a_carer_is_asked_only_about_one_who_is_on_the_phone(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, begins=town.day(5))
    duty = town.the("P1.order").id
    town.refused("carin", "take_duty", "NotFound", duty=duty)
    town.refused("olle", "assign_duty", "rule 4", duty=duty, to="carin")
    town.days_pass(5)
    town.does("olle", "assign_duty", duty=duty, to="carin")
    town.refused("carin", "read_notice", "NotFound", notice=duty)


def test_case_4_who_had_taken_it_is_forgotten_when_the_duty_passes_to_another_provider(town: Town) -> None:
    client = town.new_client()
    town.does("olle", "take_duty", duty=town.the("P1.order").id)
    values = {"former": EAST, "provider": "5560009929", "on": town.day(1), "reference": "F-1"}
    town.does("anna", "change_provider", client=client, **values)
    town.days_pass(1)
    duty = town.the("P1.order")
    assert (town.owner("P1.order")[1], duty.person_id) == ("5560009929", None)
    town.is_sound()


# -- escalation


def test_p1_what_is_late_shows_for_the_deputy_and_for_the_administrator(town: Town) -> None:
    town.does("siri", "name_deputy", deputy="maria", role="assessor", valid_from=town.day(0))
    town.does("lars", "name_deputy", deputy="rut", role="provider", valid_from=town.day(0))
    late_order(town)
    town.days_pass(1)
    assert the(town, "anna", "A1.inform").days_late == 1
    assert worklist(town, "maria") == set(), "late, and not yet escalated"
    town.days_pass(1)
    assert {"A1.inform", "A2.keys", "A3.understood"} == worklist(town, "maria")
    assert worklist(town, "rut") == set(), "deputy of another organisation"
    assert {"A1.inform", "P1.order"} <= worklist(town, "siri")
    told = the(town, "anna", "A1.inform")
    assert (told.state, told.days_late, told.escalated, told.deputy) == (
        "late",
        2,
        MONDAY + timedelta(days=2),
        "maria",
    )
    assert the(town, "anna", "P1.order").deputy is None, "East has named nobody"
    town.is_sound()


def test_p4_the_deputy_may_attest_and_share_out_what_is_escalated_and_nothing_else(town: Town) -> None:
    town.approved(with_p4_escalated(), begins=town.day(0))
    town.does("laban", "name_deputy", deputy="laban", role="locksmith", valid_from=town.day(0))
    town.does("lars", "name_deputy", deputy="rut", role="provider", valid_from=town.day(0))
    client = town.client()
    town.grant(client, ALARM, "safety_alarm")
    order = town.order(client, ALARM)
    hours = {"starts": town.at(13), "ends": town.at(14), "presence": "carer"}
    town.does("laban", "book_order", order=order, **hours)
    duty = town.the("P4.be_present").id
    town.now = town.at(15)
    town.refused("rut", "attest", "NotFound", duty=duty)
    town.days_pass(1)
    assert worklist(town, "rut") >= {"P4.be_present"}
    town.does("rut", "assign_duty", duty=duty, to="lars")
    town.does("rut", "attest", duty=duty)
    assert not town.duties("P4")
    town.is_sound()


def with_p4_escalated() -> str:
    from troskel.duties import routines

    text = routines.SHIPPED.read_text("utf-8")
    before = 'due = { on = "booking" }\n'
    assert before in text
    return text.replace(before, before + "escalate = { after_working_days = 1 }\n")


def test_d_a_deputy_stands_from_day_to_day_and_one_at_a_time(town: Town) -> None:
    named = town.does("siri", "name_deputy", deputy="maria", role="assessor", valid_from=town.day(1),
                      valid_through=town.day(3)).answer["deputy"]  # fmt: skip
    more = {"role": "assessor", "valid_from": town.day(0)}
    assert (
        town.refused("siri", "name_deputy", "rule 6", deputy="erik", **more).code
        == "deputy.already_named_through"
    )
    town.new_client()
    town.days_pass(3)
    assert worklist(town, "maria")
    town.days_pass(1)
    assert worklist(town, "maria") == set(), "the last day has passed"
    town.does("siri", "name_deputy", deputy="erik", role="assessor", valid_from=town.day(0))
    assert Deputy.objects.get(id=named).dismissed == town.today
    (standing,) = viewed(town, "anna")
    assert (standing.deputy, standing.role, standing.organisation) == ("erik", "assessor", "2120000993")
    assert worklist(town, "erik")
    town.does("siri", "dismiss_deputy", deputy=standing.id)
    assert worklist(town, "erik") == set() and viewed(town, "anna") == []
    town.is_sound()


def viewed(town: Town, who: str) -> list[reading_duties.ListedDeputy]:
    with town.standing():
        return reading_duties.deputies(town.actor(who), PageRequest()).items


def test_rule_7_deputies_are_named_within_their_own_organisation(town: Town) -> None:
    day = {"valid_from": town.day(0)}
    town.refused("siri", "name_deputy", "rule 7", deputy="carin", role="provider", **day)
    town.refused("olle", "name_deputy", "NotFound", deputy="maria", role="assessor", **day)
    town.refused("olle", "name_deputy", "rule 7", deputy="carin", role="assessor", **day)
    town.refused("anna", "name_deputy", "rule 7", deputy="maria", role="assessor", **day)
    town.refused("olle", "name_deputy", "BadValue valid_through", deputy="carin", role="provider",
                 valid_through=town.day(-1), **day)  # fmt: skip
    named = town.does("olle", "name_deputy", deputy="carin", role="provider", **day).answer["deputy"]
    town.refused("moa", "dismiss_deputy", "rule 7", deputy=named)
    town.refused("siri", "dismiss_deputy", "rule 7", deputy=named)
    assert [row.deputy for row in viewed(town, "olle")] == ["carin"]
    assert viewed(town, "moa") == [] and len(viewed(town, "maria")) == 1


def test_one_standing_deputy_is_a_constraint_of_the_database(town: Town) -> None:
    town.does("olle", "name_deputy", deputy="carin", role="provider", valid_from=town.day(0))
    row = Deputy.objects.get()
    again = Deputy(municipality_id=row.municipality_id, organisation_id=row.organisation_id, role=row.role,
                   account_id=row.account_id, valid_from=row.valid_from)  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        again.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        Deputy.objects.update(valid_through=row.valid_from - timedelta(days=1))
    town.new_client()
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(ask="inform").update(escalated=town.today)


def test_s2_what_is_offered_to_the_provider_shows_there_from_its_day(town: Town) -> None:
    town.mount(town.order(town.new_client()))
    assert "S2.link" not in worklist(town, "olle")
    town.days_pass(1)
    assert "S2.link" in worklist(town, "olle")


# -- what a duty tells


def test_p1_a_duty_tells_what_fulfils_it_and_by_which_acts(town: Town) -> None:
    late_order(town)
    told = the(town, "olle", "P1.order")
    assert told.says.startswith("Beställ montering av låsvred i webborden")
    assert told.fulfilled == "Monteringen är beställd"
    assert told.fulfilled_by == ["order_installation"]
    assert {"receive_key", "accept_things"} <= set(the(town, "olle", "P5.collect_keys").fulfilled_by)
    (notice,) = [each for each in notices(town, "olle") if each.paragraph == "A4"]
    assert notice.fulfilled_by == ["read_notice"]


def test_p4_a_duty_by_hand_is_attested_when_its_hour_has_come(town: Town) -> None:
    town.does("laban", "book_order", order=town.order(town.new_client()), starts=town.at(13), ends=town.at(14),
              presence="carer")  # fmt: skip
    assert "attest" in the(town, "olle", "P4.be_present").fulfilled_by
    duty = town.the("P4.be_present").id
    assert town.refused("olle", "attest", "P4", duty=duty).code == "duty.booked_later"
    town.now = town.at(13)
    town.does("olle", "attest", duty=duty)


def test_a_duty_done_late_says_how_late(town: Town) -> None:
    client = town.new_client()
    town.days_pass(3)
    town.inform(client)
    town.days_pass(5)
    told = [each for each in duties(town, "anna", state="all") if each.paragraph == "A1"]
    assert [(each.state, each.days_late) for each in told] == [("done", 3)]


# -- receipts


def test_a4_the_sender_sees_who_has_read_a_notice_and_when(town: Town) -> None:
    town.new_client()
    (sent,) = [each for each in notices(town, "anna") if each.paragraph == "A4"]
    assert (sent.state, sent.read_by, sent.read_at) == ("open", None, None)
    instant = town.now
    town.does("carin", "read_notice", notice=sent.id)
    for who in ("anna", "siri", "olle"):
        (read,) = [each for each in notices(town, who) if each.paragraph == "A4"]
        assert (read.state, read.read_by, read.read_at) == ("done", "carin", instant)
    assert [each for each in notices(town, "anna", "open") if each.paragraph == "A4"] == []
    with town.standing():
        before = reading_duties.listed_notices(
            town.actor("anna"), PageRequest(200), on=town.today - timedelta(days=1), state="all"
        )
    assert before.items == [], "it had not been sent the day before"
    assert discrepancies("0999") == []


def test_a4_the_record_shows_the_receipts(town: Town) -> None:
    from troskel.reading.client_record import record

    town.new_client()
    town.does("olle", "read_notice", notice=town.the("A4.tell").id)
    town.days_pass(1)
    with town.standing():
        shown = record(town.actor("anna"), "2026-0001")
    assert [(each.paragraph, each.read_by) for each in shown.notices] == [("A4", "olle")]
    assert {each.paragraph for each in shown.duties} >= {"A1", "P1"}
    with town.standing():
        assert [each.read_by for each in record(town.actor("olle"), "2026-0001").notices] == ["olle"]


def test_the_firms_own_notices_are_read_by_the_firm(town: Town) -> None:
    town.does("olle", "cancel_order", order=town.order(town.new_client()), reason="mistake")
    notice = town.the("L1.cancelled").id
    town.refused("nina", "read_notice", "NotFound", notice=notice)
    town.does("laban", "read_notice", notice=notice)
    (read,) = [each for each in notices(town, "laban") if each.ask == "cancelled"]
    assert (read.read_by, read.organisation) == ("laban", FIRM)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "take_duty",
            "assign_duty",
            "release_duty",
            "name_deputy",
            "dismiss_deputy",
            "attest",
            "read_notice",
        ),
        *("propose_routine", "approve_routine", "withdraw_proposal"),
    ],
)
def test_it_costs_at_most_twelve_queries(town: Town, name: str) -> None:
    use = EXAMPLES[name]
    values = use.values(town)
    with CaptureQueriesContext(connection) as captured:
        town.does(use.who, name, **values)
    said = [query["sql"] for query in captured if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) <= 12, said
