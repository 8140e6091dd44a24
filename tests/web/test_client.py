# SPDX-License-Identifier: EUPL-1.2
"""The client's page: who sees what, how it stands for the cases of the routine, and that picture and table agree."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, MEADOW, Town
from tests.web.test_act_forms import MAX_QUERIES, case_of, screen
from troskel.acts.chapters import REGISTER
from troskel.journal.models import Line
from troskel.people.models import Client as Row
from troskel.reading.client_page import ROLES_MANAGING_CARE, client_page
from troskel.routine.vocabulary import EVENTS
from troskel.web.text.events import CLIENT_EVENTS, event_text

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def open_client(town: Town, who: str, client: str, query: str = "", *, status: int = 200) -> str:
    """The page as somebody gets it."""
    with town.standing():
        response = screen(town, who).get(f"/clients/{case_of(town, client)}{query}")
    assert response.status_code == status
    return str(response.content.decode())


def now(page: str) -> str:
    """The sentences of how it stands, as they are read."""
    (found,) = re.findall(r'<p class="now">(.*?)</p>', page, re.DOTALL)
    bare = re.sub(r"<[^>]+>", "", found)
    return " ".join(html.unescape(bare).replace(NO_BREAK, " ").split())


def table(page: str) -> list[list[str]]:
    """The rows of the table of time."""
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def drawn_bars(page: str, width: str = "wide") -> list[str]:
    """What each bar of a picture is, with its days."""
    picture = page.split(f'<div class="lanes {width}"')[1].split('<div class="lanes')[0].split("<details")[0]
    return [html.unescape(one) for one in re.findall(r"<title>(.*?)</title>", picture)]


def case_of_gate(town: Town) -> tuple[str, str]:
    """Two clients of one home, with a lock, both linked."""
    one, other = town.new_client(address=77), town.new_client(address=77)
    town.mount(town.order(one))
    town.link(one)
    town.link(other)
    return one, other


# -- who sees what


def test_rule_7_sight_of_each_role(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    assessor, coordinator, alarm = (open_client(town, who, client) for who in ("anna", "olle", "lars"))
    for page in (assessor, coordinator, alarm):
        assert "Åke" in page and "Ängsvägen" in page
    assert "Hemtjänst av Hemtjänsten Öst" in now(assessor) and "Trygghetslarm av Larmpatrullen" in now(
        assessor
    )
    assert "Trygghetslarm" not in now(coordinator), "another organisation's allocation"
    assert "Hemtjänst av" not in now(alarm)
    for who in ("moa", "mikael", "laban", "nina", "erik", "rut"):
        open_client(town, who, client, status=404)
    open_client(town, "maria", client, status=403)
    assert "Larmpatrullen" not in coordinator.split('id="journal"')[1]


def test_a_locksmith_sees_the_order_and_the_way_there_while_it_is_open(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    page = open_client(town, "laban", client)
    assert "Ängsvägen" in page
    assert f"Montering {order} är beställd men inte bokad." in now(page)
    assert "Hemtjänst" not in now(page) and "Beslut" not in "".join(drawn_bars(page))
    town.mount(order)
    open_client(town, "laban", client, status=404)


def test_rule_7_when_a_home_stands_empty_is_read_by_those_who_write_it_down_alone(town: Town) -> None:
    client, elsewhere = town.new_client(), town.client(home_municipality=ELSEWHERE)
    town.grant(elsewhere, EAST)
    town.order(client)
    for one in (client, elsewhere):
        away = {"since": town.day(3), "reason": "hospital", "through": town.day(9)}
        town.does("anna", "suspend_access", client=one, **away)
    for who in ("anna", "siri", "olle"):
        page = open_client(town, who, client)
        assert "Kunden är inte hemma från 5 mars till 11 mars" in now(page)
        assert "Inte hemma" in page and "På sjukhus eller bortrest" in "".join(drawn_bars(page))
    assert "Kunden är hemma igen" in ways(open_client(town, "olle", client))
    for who, one in (("laban", client), ("carin", client), ("erik", elsewhere)):
        page = open_client(town, who, one).replace(NO_BREAK, " ")
        for told in ("inte hemma", "Inte hemma", "sjukhus", "bortrest", "5 mars", "11 mars"):
            assert told not in page, (who, told)
    assert "sjukhus" in open_client(town, "anna", elsewhere).split('id="journal"')[1]
    for act in ("suspend_access", "resume_access"):
        assert set(REGISTER[act].who) <= ROLES_MANAGING_CARE, (
            "their buttons hang on whether the client is away"
        )


def test_why_a_lock_stays_is_read_by_those_who_end_care_or_order_removals_alone(town: Town) -> None:
    client = town.locked()
    town.does("olle", "order_repair", client=client, locksmith=FIRM, fault="jammed")
    for who in ("anna", "siri", "olle"):
        assert "Lås L1 sitter kvar" in open_client(town, who, client)
    for who in ("carin", "laban"):
        assert "lock-stays" not in open_client(town, who, client)
        with town.standing():
            shown = client_page(town.actor(who), case_of(town, client), visits_since=town.today)
        assert shown.locks == [], "not left to the page"


def test_case_14_a_protected_client_is_a_case_number_with_the_reason_why(town: Town) -> None:
    secret, hidden = town.new_client(protection="S"), town.new_client(protection="F")
    page = open_client(town, "olle", secret)
    assert "Åke" not in page and "Ängsvägen" not in page
    assert "Namn och adress visas inte: kunden har skyddade personuppgifter." in page
    assert "Åke" in open_client(town, "anna", secret), "the municipality's own"
    page = open_client(town, "anna", hidden)
    assert "Åke" in page and "Ängsvägen" not in page
    assert "Adressen visas inte" in page
    town.does("siri", "entrust_client", client=hidden, username="olle")
    assert "Ängsvägen" in open_client(town, "olle", hidden)


def test_title_and_url_have_no_name(town: Town) -> None:
    client = town.locked()
    page = open_client(town, "anna", client)
    (title,) = re.findall(r"<title>([^<]*Tröskel)</title>", page)
    assert title == f"Ärende {case_of(town, client)} · Tröskel"
    assert not any(
        "ke" in address.lower() and "Åke" in address for address in re.findall(r'href="([^"]*)"', page)
    )


def test_page_view_is_journalled(town: Town) -> None:
    client = town.new_client()
    read = Line.objects.filter(kind="reads", event="client.opened")
    before = read.count()
    open_client(town, "olle", client)
    line = read.order_by("-number").first()
    assert read.count() == before + 1 and line is not None
    assert (line.actor, line.client) == (town.actor("olle").account, Row.objects.get(reference=client).id)
    open_client(town, "moa", client, status=404)
    assert read.count() == before + 1, "nothing was shown"


def test_identity_number_in_url_is_404_and_not_stored(town: Town) -> None:
    town.new_client()
    before = Line.objects.filter(kind="reads").count()
    with town.standing():
        assert screen(town, "anna").get("/clients/193001039802").status_code == 404
    assert Line.objects.filter(kind="reads").count() == before


# -- how it stands, in words


def test_summary_from_decision_to_key(town: Town) -> None:
    client = town.locked()
    town.does("olle", "receive_key", client=client, key="N1", signed="client")
    town.does("carin", "place_tag", client=client, tag="E1")
    said = now(open_client(town, "anna", client))
    assert said.startswith("Hemtjänst av Hemtjänsten Öst tills vidare. Lås L1 är kopplat.")
    assert "Kvittensprodukt E1 finns hos kunden. En nyckel hos Hemtjänsten Öst." in said
    assert "Nästa: " in said


def test_a8_care_that_runs_out_takes_the_client_off_the_phone(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(20))
    assert "till söndag 22 mars, sedan försvinner kunden ur deras telefoner." in now(
        open_client(town, "anna", client)
    )
    assert "sedan försvinner kunden ur era telefoner." in now(open_client(town, "olle", client))


def test_case_8_gap_of_one_day(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(9))
    town.grant(client, EAST, begins=town.day(11))
    page = open_client(town, "anna", client)
    assert "till onsdag 11 mars, sedan försvinner kunden ur deras telefoner." in now(page)
    assert ["Hemtjänst", "Glapp: inget beslut", f"12{NO_BREAK}mars", f"12{NO_BREAK}mars"] in table(page)
    assert page.count('class="bar-at gap"') == 2, "once on a large screen, once on a telephone"
    town.until(town.day(10))
    assert "Hemtjänst av Hemtjänsten Öst från fredag 13 mars tills vidare." in now(
        open_client(town, "anna", client)
    )


def test_case_8_unallocated_decision_is_a_gap(town: Town) -> None:
    client = town.client()
    town.grant(client, None)
    page = open_client(town, "anna", client)
    assert "Hemtjänst är beviljad men inte fördelad: kunden syns inte i telefonen." in now(page)
    assert any("Glapp: inte fördelat" in one for one in drawn_bars(page))


def gap_rows(page: str) -> list[list[str]]:
    """The gaps in the table of time."""
    return [[cell.replace(NO_BREAK, " ") for cell in row[1:]] for row in table(page) if "Glapp" in row[1]]


def test_a_provider_reads_the_gap_after_its_own_time_never_when_another_began(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(9))
    town.grant(client, MEADOW, begins=town.day(15), through=town.day(20))
    first, second = ["Glapp: inget beslut", "12 mars"], ["Glapp: inget beslut", "23 mars", "tills vidare"]
    assert gap_rows(open_client(town, "anna", client)) == [[*first, "16 mars"], second]
    assert gap_rows(open_client(town, "olle", client)) == [[*first, "tills vidare"]]
    assert gap_rows(open_client(town, "moa", client)) == [second], "none from before they had the client"
    town.until(town.day(12))
    assert "inget beslut just nu" in now(open_client(town, "olle", client)), "nobody has the client"
    town.days_pass(5)
    assert "Ni har inte kunden nu." in now(open_client(town, "olle", client))
    town.days_pass(7)
    assert "inget beslut just nu" in now(open_client(town, "moa", client))
    assert "Ni har inte kunden nu." in now(open_client(town, "olle", client)), "a gap after another's time"


def test_a_provider_reads_to_its_end_a_gap_within_its_own_time(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(9))
    decision = town.grant(client, None, begins=town.day(10))
    town.allocate(decision, EAST, town.day(12))
    gap = ["Glapp: inte fördelat", "12 mars", "13 mars"]
    assert gap_rows(open_client(town, "olle", client)) == gap_rows(open_client(town, "anna", client)) == [gap]


def test_care_that_is_to_end_is_no_gap_and_the_alarm_stays(town: Town) -> None:
    """Case 7, A7."""
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    town.end(client, on=town.day(5))
    page = open_client(town, "anna", client)
    assert "Hemtjänst av Hemtjänsten Öst till lördag 7 mars. Då upphör insatsen." in now(page)
    assert "Trygghetslarm av Larmpatrullen tills vidare." in now(page)
    assert not any("Glapp" in row[1] for row in table(page))
    assert "Lås L1 sitter kvar: kunden har själv hemtjänst eller trygghetslarm kvar." in page


def test_case_4_change_of_provider_is_told_to_each_as_far_as_it_is_theirs(town: Town) -> None:
    client = town.locked()
    change = {"former": EAST, "provider": MEADOW, "on": town.day(10), "reference": "F99"}
    town.does("anna", "change_provider", client=client, **change)
    page = open_client(town, "anna", client)
    assert "av Hemtjänsten Öst till onsdag 11 mars, sedan av Ängens Hemvård." in now(page)
    assert {row[0] for row in table(page)} >= {"Hemtjänsten Öst", "Ängens Hemvård"}
    former = open_client(town, "olle", client)
    assert "till onsdag 11 mars. Sedan är det inte längre ni." in now(former)
    assert "Ängens" not in now(former) + "".join(drawn_bars(former))
    assert "från torsdag 12 mars tills vidare." in now(open_client(town, "moa", client))


def test_case_1_of_a_couple_the_lock_stays_for_the_other_never_for_whom(town: Town) -> None:
    one, other = case_of_gate(town)
    town.end(one)
    town.days_pass(1)
    page = open_client(town, "anna", one)
    assert "Delar bostad" in page
    assert "Lås L1 sitter kvar: någon annan bakom samma dörr har hemtjänst eller trygghetslarm." in page
    assert "Ett lås tas inte ner så länge någon i bostaden" in page
    assert case_of(town, other) not in page
    town.end(other)
    town.days_pass(1)
    assert "Lås L1 får tas ner" in open_client(town, "anna", one)


def test_case_3_the_gate_serves_others_whose_care_is_asked_about_too(town: Town) -> None:
    one, neighbour = town.new_client(), town.new_client()
    gate = town.does("anna", "add_door", client=one, kind="gate", label="Grinden").answer["door"]
    town.does("siri", "let_door_serve", client=neighbour, door=str(gate))
    town.consent(one, str(gate))
    town.mount(town.order(one, door=str(gate)), "L2")
    town.end(one)
    town.days_pass(1)
    assert "Lås L2 sitter kvar: någon annan bakom samma dörr" in open_client(town, "anna", one)


def test_o1_another_municipalitys_client_has_neither_lock_nor_phone(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.grant(client, EAST)
    page = open_client(town, "erik", client)
    assert "Kunden är anvisad av en annan kommun: varken låsvred eller kvittensprodukt" in now(page)
    assert "Annan kommun" in page
    assert not any("Glapp" in row[1] for row in table(page))


def test_case_10_and_15_who_has_refused_is_away_or_has_died(town: Town) -> None:
    client = town.new_client()
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    town.does(
        "anna", "suspend_access", client=client, since=town.day(0), reason="hospital", through=town.day(4)
    )
    said = now(open_client(town, "anna", client))
    assert "Kunden är inte hemma från 2 mars till 6 mars: kunden syns inte i telefonen" in said
    assert "Kunden har sagt nej till låsvred." in said
    town.does("anna", "record_deaths", deaths=[{"client": client, "on": town.day(0)}])
    town.days_pass(1)
    said = now(open_client(town, "anna", client))
    assert "Kunden avled 2 mars." in said and "Hemtjänst av" not in said


def test_case_11_and_13_an_order_is_told_with_its_booking_and_a_lost_tag_is_with_nobody(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    at = {"starts": town.at(13) + timedelta(days=2), "ends": town.at(14) + timedelta(days=2)}
    town.does("laban", "book_order", order=order, **at)
    town.does("carin", "place_tag", client=client, tag="E1")
    page = open_client(town, "anna", client)
    assert f"Montering {order} är bokad: låssmeden kommer 4 mars kl. 13.00." in now(page)
    assert any("Bokad kl. 13.00" in one for one in drawn_bars(page))
    town.does("carin", "report_lost", kind="tag", number="E1")
    assert "Kvittensprodukt" not in now(open_client(town, "anna", client))


# -- picture, table, journal, cost


def test_picture_and_table_agree(town: Town) -> None:
    client = town.locked()
    town.does("olle", "receive_key", client=client, key="N1", signed="client")
    town.grant(client, ALARM, "safety_alarm", through=town.day(30))
    for after in range(3):
        town.days_pass(1)
        if after != 1:
            town.visit(client)
    for query in ("", "?time=year", "?time=all", "?time=nonsense"):
        page = open_client(town, "anna", client, query)
        bars = [one.replace(NO_BREAK, " ") for one in drawn_bars(page)]
        rows = [
            f"{what}, {_period(first, last)}".replace(NO_BREAK, " ") for _, what, first, last in table(page)
        ]
        assert sorted(bars) == sorted(rows)
        assert set(drawn_bars(page, "narrow")) <= set(drawn_bars(page))
    assert {row[0] for row in table(page)} >= {
        "Hemtjänst",
        "Trygghetslarm",
        "Beställning",
        "Nycklar",
        "Låsvred",
        "Besök",
    }


def _period(first: str, last: str) -> str:
    return f"från {first}, tills vidare" if last == "tills vidare" else f"{first} till {last}"


def test_journal_lines_in_words(town: Town) -> None:
    client = town.locked()
    page = open_client(town, "anna", client)
    page_text = re.sub(r"<[^>]+>", "", html.unescape(page.split('id="journal"')[1])).replace(NO_BREAK, " ")
    page_text = " ".join(page_text.split())
    for said in (
        "Kunden kopplades till låset: L1 Punkt S2 Systemförvaltare · Socialkontoret",
        "Låsvredet monterades: Hemtjänsten Öst, L1, W-2026-0001 Punkt L1 Låssmed · Lås & Nyckel",
        "Fördelades till en utförare: hemtjänst, Hemtjänsten Öst, B2, 2 mars tills vidare Punkt A4",
    ):
        assert said in page_text, page_text
    town.visit(client)
    assert "Ett besök" not in open_client(town, "anna", client)
    assert "Ett besök" in open_client(town, "anna", client, "?daily=1")


def test_journal_paging(town: Town) -> None:
    client = town.new_client()
    for _ in range(10):
        town.does("anna", "inform_client", client=client, way="oral")
        town.does("anna", "inform_client", client=client, way="written")
    page = open_client(town, "anna", client)
    assert "Kunden lades upp" not in page
    (older,) = re.findall(r'href="(/clients/[^"]+before=\d+[^"]*)">Äldre', page)
    with town.standing():
        page = screen(town, "anna").get(html.unescape(older.split("#")[0])).content.decode()
    assert "Kunden lades upp" in page and "Det senaste" in page
    open_client(town, "anna", client, "?before=nonsense", status=404)


NOT_ABOUT_A_CLIENT = {
    *(
        "absence.covered",
        "absence.covered_no_more",
        "account.placed",
        "routine.in_force",
        "routine.proposed",
        "routine.withdrawn",
        "engine.changed",
        "day.turned",
        "day.confirmed",
        "days.taken_back",
        "municipality.founded",
        "municipality.changed",
    ),
    *(
        "take_over.began",
        "homes.taken_over",
        "take_over.finished",
        "organisation.registered",
        "organisation.changed",
    ),
    *("token.issued", "token.revoked", "account.registered", "deputy.named", "deputy.dismissed"),
    *("account.changed", "account.closed", "account.reopened", "things.corrected"),
    *("organisation.closed", "organisation.reopened"),
    *("things.registered", "things.offered", "things.moved", "offer.withdrawn", "lock.lost", "thing.found"),
    *("stock.counted", "home.registered", "door.registered", "home.unknown"),
    *("sharing.proposed", "sharing.confirmed", "email.sent_again", "night.imported"),
    *("night.answered", "session.began", "session.ended", "sign_in.refused", "enrolment.issued"),
    *("log_review.drawn", "read.judged", "log_review.done"),
    *("login.connected", "passkey.added", "passkey.removed"),
    *("phone.event_refused", "phone.event_contested", "phone.event_settled"),
    *(
        "phone.enrolled",
        "phone.lost",
        "grants.issued",
        "tag.key_enrolled",
        "lock.key_enrolled",
        "lock.log_gap",
        "lock.log_broken",
    ),
}
"""Events whose lines name no client: they stand on no client's page."""


def test_every_client_event_has_labels() -> None:
    assert CLIENT_EVENTS.keys() == EVENTS.keys() - NOT_ABOUT_A_CLIENT
    for name in EVENTS:
        with translation.override("sv"):
            swedish = event_text(name)
        with translation.override("en"):
            assert event_text(name) not in ("", swedish), name


def test_every_journal_line_has_a_label(town: Town) -> None:
    client = town.locked()
    town.visit(client)
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    lines = Line.objects.filter(kind="acts").exclude(client=None).values_list("event", flat=True)
    assert set(lines) <= CLIENT_EVENTS.keys()


def test_client_page_in_english(town: Town) -> None:
    client = town.locked(protection="S")
    with town.standing():
        browser = screen(town, "anna")
        browser.post("/language", {"language": "en"})
        page = browser.get(f"/clients/{case_of(town, client)}").content.decode()
    page_text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    for name in ("Tröskel", "Hemtjänsten Öst", "Lås & Nyckel", "Svenska", "Åke", "Öman", "Ängsvägen"):
        page_text = page_text.replace(name, "")
    assert re.findall(r"\w*[åäöÅÄÖ]\w*", page_text) == []
    assert "Home care by" in page_text


def test_query_count_of_client_page(town: Town) -> None:
    costs: list[int] = []
    client = town.locked()
    other = town.new_client(address=1)
    case = case_of(town, client)
    for round_ in range(2):
        for who in ("anna", "olle", "carin", "siri"):
            with town.standing():
                browser = screen(town, who)
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(f"/clients/{case}").status_code == 200
            costs.append(
                len([one for one in asked if not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"])])
            )
        town.grant(client, ALARM, "safety_alarm", begins=town.day(round_), through=town.day(30 + round_))
        town.does("olle", "receive_key", client=client, key=f"N{round_}", signed="client")
        for _ in range(4):
            town.visit(client)
            town.days_pass(1)
        town.inform(other)
    assert max(costs[1:]) <= MAX_QUERIES
    assert max(costs[4:]) <= max(costs[:4]), "a query for every row"


# -- ways on


def ways(page: str) -> dict[str, str]:
    """The situations: their word and where they lead."""
    found = re.findall(r'class="card situation" href="([^"]+)"><span class="word">([^<]+)<', page)
    return {word: html.unescape(address) for address, word in found}


def test_case_number_links_to_client(town: Town) -> None:
    client = town.new_client()
    link = f'href="/clients/{case_of(town, client)}"'
    with town.standing():
        assert link in screen(town, "olle").get("/").content.decode()
    town.days_pass(1)
    town.does(
        "anna", "change_provider", client=client, former=EAST, provider=MEADOW, on=town.day(1), reference="F9"
    )
    town.days_pass(100)
    with town.standing():
        page = screen(town, "olle").get("/").content.decode()
    assert case_of(town, client) in page, "a duty or a notice is still there"
    assert link not in page, "but the client is out of sight"


def test_offered_acts_of_each_role(town: Town) -> None:
    client = town.locked()
    assessor, coordinator = ways(open_client(town, "anna", client)), ways(open_client(town, "olle", client))
    assert {
        "Hemtjänsten upphör",
        "En annan utförare tar över",
        "Kunden flyttar",
        "Kunden har avlidit",
    } <= assessor.keys()
    assert "Trygghetslarmet upphör" not in assessor, "there is none"
    assert "Kunden är hemma igen" not in assessor
    assert "Låset ska tas ner" in coordinator and "Hemtjänsten upphör" not in coordinator
    assert ways(open_client(town, "carin", client)) == {}
    town.does("anna", "suspend_access", client=client, since=town.day(0), reason="hospital")
    assert "Kunden är hemma igen" in ways(open_client(town, "anna", client))


def test_offered_act_form_has_the_case_number(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    town.does("olle", "receive_key", client=client, key="N1", signed="client")
    town.order(town.new_client())
    case = case_of(town, client)
    tried = set()
    with town.standing():
        for who in ("anna", "olle", "siri"):
            browser = screen(town, who)
            page = browser.get(f"/clients/{case}").content.decode()
            for address in set(re.findall(r'href="(/do/[^"]+client=[^"]+)"', page)):
                form = browser.get(html.unescape(address))
                name = address.split("/do/")[1].split("?")[0]
                assert form.status_code == 200, address
                assert f'name="about" value="{case}"' in form.content.decode(), address
                tried.add(name)
    assert len(tried) > 30
    assert tried <= REGISTER.keys()


def test_query_count_of_client_act_form(town: Town) -> None:
    client = town.locked()
    case = case_of(town, client)
    with town.standing():
        for who, act in (("anna", "change_provider"), ("anna", "make_decisions"), ("olle", "order_removal")):
            browser = screen(town, who)
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(f"/do/{act}?client={case}").status_code == 200
            made = [one for one in asked if not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"])]
            assert len(made) <= MAX_QUERIES, act


def test_p6_an_order_of_removal_names_the_locksmith_alone(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    way = ways(open_client(town, "olle", client))["Låset ska tas ner"]
    with town.standing():
        browser = screen(town, "olle")
        form = browser.get(way).content.decode()
        sent = {name: values[-1] for name, values in _inputs(form).items()}
        source = browser.post(
            "/do/order_removal", {**sent, "locksmith": FIRM, "step": "confirm"}
        ).content.decode()
    assert "Klart:" in source
    assert f"Till ärende {case_of(town, client)}" in source.replace("</a>", "")


def _inputs(page: str) -> dict[str, list[str]]:
    from tests.web.test_act_forms import inputs

    checked = re.findall(
        r'<input class="ds-input" type="radio" [^>]*name="([^"]+)" value="([^"]*)" checked', page
    )
    found = inputs(page)
    for name, value in checked:
        found.setdefault(name, []).append(value)
    return found


def test_rule_12_the_page_says_that_time_is_told_as_is_known_today(town: Town) -> None:
    page = open_client(town, "anna", town.new_client())
    assert "Så som det är känt i dag." in page
