# SPDX-License-Identifier: EUPL-1.2
"""A duty that opens before its due day, over acts with a moved clock: the check of docs/adding-a-paragraph.md."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest

from tests.routine.battery import PARAGRAPH, TEXT
from tests.town import CODE, EAST, FIRM, MONDAY, Town
from troskel.cli.main import main
from troskel.duties.models import Duty, HomeState
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.ground.refusals import Refusal
from troskel.offers import client_duties
from troskel.offers.duty_actions import suggestions
from troskel.people.models import Client
from troskel.reading import worklist
from troskel.reading.client_page import client_page

OPENS, DUE = date(2026, 8, 17), date(2026, 8, 31)
"""By a calendar: 182 days after MONDAY, and fourteen days before that."""


def check(town: Town, text: str = TEXT) -> str:
    """The routine with the battery check is in force; a client has a lock since MONDAY."""
    town.approved(text, begins=town.day(0))
    client = town.locked()
    assert not town.duties("P8")
    return client


def listed(town: Town, who: str) -> set[str]:
    """What stands on somebody's worklist of the paragraph."""
    with town.standing():
        duties = [item.duty for item in worklist.worklist(town.actor(who))]
    return {f"{duty.paragraph}.{duty.ask}" for duty in duties if duty.paragraph == "P8"}


def test_p8_lives_its_half_year(town: Town) -> None:
    check(town)
    for month in range(4, 9):
        town.until(date(2026, month, 1))
        assert not town.duties("P8") and listed(town, "olle") == listed(town, "siri") == set()
    town.until(OPENS - timedelta(days=1))
    assert not town.duties("P8")
    town.until(OPENS)
    duty = town.the("P8.battery")
    assert (duty.opened, duty.due, town.owner("P8.battery")) == (OPENS, DUE, ("provider", EAST))
    assert listed(town, "olle") == {"P8.battery"} and listed(town, "moa") == listed(town, "siri") == set()
    town.is_sound()
    town.days_pass(2)
    town.does("carin", "attest", duty=duty.id)
    assert town.the("P8.battery", state="done").closed == OPENS + timedelta(days=2)
    assert town.owner("P8.tell") == ("administrator", None)
    assert listed(town, "siri") == {"P8.tell"} and len(town.duties("P8.tell")) == 1
    town.does("siri", "read_notice", notice=town.the("P8.tell").id)
    town.days_pass(200)
    assert not town.duties("P8") and Duty.objects.filter(paragraph="P8").count() == 2
    town.is_sound()


def test_p8_what_was_done_before_it_opened_is_refused(town: Town) -> None:
    check(town)
    town.until(OPENS)
    duty = {"duty": str(town.the("P8.battery").id)}
    yesterday = datetime.combine(OPENS - timedelta(days=1), time(10), clock.STOCKHOLM)
    with pytest.raises(Refusal) as refused:
        town.tries("carin", "attest", duty, occurred=yesterday)
    assert (refused.value.code, refused.value.values) == ("duty.too_early", {"day": OPENS})
    town.tries("carin", "attest", duty, occurred=yesterday + timedelta(days=1) - timedelta(hours=3))
    assert not town.duties("P8.battery")
    town.is_sound()


def test_p8_a_first_day_of_attestation_is_kept_and_offered(town: Town) -> None:
    client = check(
        town,
        TEXT.replace(
            'by_hand = true\nmoot_when = ["not lock_at_door"',
            'by_hand = true\nattest_from = { before = "due", days = 3 }\nmoot_when = ["not lock_at_door"',
        ),
    )
    town.until(OPENS)
    duty, case = town.the("P8.battery").id, Client.objects.get(reference=client).case_number

    def offered() -> list[str]:
        with town.standing():
            return [suggestion.act for suggestion in suggestions(town.actor("olle"), [duty])[duty]]

    def offered_on_the_clients_page() -> list[str]:
        with town.standing():
            olle = town.actor("olle")
            page = client_page(olle, case, visits_since=town.today)
            duties = client_duties.open_duties(olle, page, town.today)
        (acts,) = [each.acts for each in duties if each.duty.id == duty]
        return acts

    assert offered() == offered_on_the_clients_page() == []
    assert town.refused("olle", "attest", "P8", duty=duty).code == "duty.too_early"
    town.until("2026-08-27")
    town.refused("olle", "attest", "P8", duty=duty)
    town.until("2026-08-28")
    assert offered() == offered_on_the_clients_page() == ["attest"]
    town.does("olle", "attest", duty=duty)
    assert len(town.duties("P8.tell")) == 1


def test_p8_another_duty_attested_tells_the_administrator_nothing(town: Town) -> None:
    client = check(town)
    town.until(OPENS)
    told = {"locksmith": FIRM, "fault": "jammed"}
    order = town.does("olle", "order_repair", client=client, **told).answer["order"]
    starts, ends = town.at(9).isoformat(), town.at(10).isoformat()
    town.does("laban", "book_order", order=order, starts=starts, ends=ends, presence="carer")
    town.until(OPENS, hour=11)
    town.does("carin", "attest", duty=town.the("P4.be_present").id)
    assert not town.duties("P8.tell") and listed(town, "siri") == set()
    assert town.duties("P8.battery")


def test_p8_a_lock_taken_down_before_is_never_asked_about(town: Town) -> None:
    client = check(town)
    town.until("2026-06-01")
    town.end(client)
    town.until("2026-06-03")
    town.removed(client)
    town.until("2027-01-01")
    assert not Duty.objects.filter(paragraph="P8").exists()
    town.is_sound()


def test_p8_a_replaced_lock_is_counted_from_its_own_mounting(town: Town) -> None:
    client = check(town)
    town.until("2026-06-01")
    order = town.does("olle", "order_repair", client=client, locksmith=FIRM, fault="jammed").answer["order"]
    town.does("laban", "report_repair", order=order, serial="L1", replaced_by="L2")
    town.until("2026-11-15")
    assert not town.duties("P8")
    town.until("2026-11-16")
    assert town.the("P8.battery").due == date(2026, 11, 30)
    town.is_sound()


def test_what_was_stored_before_these_facts_were_known_is_read_and_is_sound(town: Town) -> None:
    """A key's day and a replaced lock's day are new in the stored copy; one without them is not wrong."""
    client = town.locked()
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    order = town.does("olle", "order_repair", client=client, locksmith=FIRM, fault="jammed").answer["order"]
    town.does("laban", "report_repair", order=order, serial="L1", replaced_by="L2")
    row = HomeState.objects.get()
    before = re.sub(r',"replaced":"[-\d]+"', "", row.state)
    before, count = re.subn(r'("organisation":"[^"]+","client":"[^"]+"),"since":"[-\d]+"', r"\1", before)
    assert before != row.state and count == 1 and "planned" not in before
    row.state = before
    row.save()
    assert discrepancies(CODE) == []
    town.end(client)
    town.days_pass(3)
    assert town.the("P5.return_keys")
    town.is_sound()


def test_the_files_of_the_guide_pass_and_what_it_warns_of_does_not(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path_factory.mktemp("routine")
    good, bad = folder / "2026-03-02.toml", folder / "first.toml"
    good.write_text(TEXT, "utf-8")
    bad.write_text(TEXT.replace('"duty.attested:P8.battery"', '"duty.attested"'), "utf-8")
    assert main(["routine", "check", str(good)]) == 0
    assert main(["routine", "check", str(bad)]) == 2
    line = TEXT[: TEXT.index('on = ["duty.attested:P8.battery"]')].count("\n") + 1
    said = capsys.readouterr().err
    assert f'first.toml:{line}: P8 tell on: "duty.attested" comes for any duty: say which' in said
    assert PARAGRAPH.count("[[paragraph.asks]]") == 2 and date(2026, 3, 2) == MONDAY
