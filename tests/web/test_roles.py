# SPDX-License-Identifier: EUPL-1.2
"""Each role's own day: rounds, alarms, months, what is late, e-mails, nights, notices, and what is coming."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, Town
from tests.web.test_acting import MOST_QUERIES, case_of, screen
from troskel.duties.mailing import compose
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.outbox import post
from troskel.outbox.models import Parcel
from troskel.outbox.worker import Hopeless, Worker


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


@pytest.fixture
def at(town: Town) -> Iterator[Town]:
    """The town, for tests in which no time passes."""
    with town.standing():
        yield town


def page(town: Town, who: str, path: str) -> str:
    """A page as somebody sees it, where the town's clock stands."""
    with town.standing():
        said = screen(town, who).get(path)
    assert said.status_code == 200, (who, path)
    return said.content.decode()


def text(shown: str) -> str:
    """The words of a page, without what is hidden from the eye or is a mark."""
    main = shown.split("<main")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split()).replace("\N{NO-BREAK SPACE}", " ")


def booked(town: Town, client: str, days: int = 0, hour: int = 13, **order: Any) -> str:
    """An order with a time; gives its number."""
    number = town.order(client, **order)
    starts = town.at(hour) + timedelta(days=days)
    ends = starts + timedelta(hours=1)
    town.does("laban", "book_order", order=number, starts=starts, ends=ends)
    return number


# the locksmith's rounds (P4, L1)


def test_l1_a_booking_says_where_when_and_who_is_to_be_there(town: Town) -> None:
    order = booked(town, town.new_client(), presence="carer")
    shown = page(town, "laban", "/bookings/")
    said = text(shown)
    assert "Idag, måndag 2 mars" in said
    assert "13.00–14.00 Montera" in said
    assert "Ängsvägen 1" in said
    assert "Ska vara med Personal från utföraren" in said
    for act in ("report_installation", "report_failure", "book_order"):
        assert f'href="/do/{act}?order={order}"' in shown


def test_l1_the_button_leads_to_the_form_with_the_order_and_the_serial_is_typed(town: Town) -> None:
    order = booked(town, town.new_client())
    form = page(town, "laban", f"/do/report_installation?order={order}")
    assert f'name="order" value="{order}"' in form
    with town.standing():
        typed = {"serial": "L1", "parts": "client"}
        sent = {"order": order, "fixed": "order", **typed, "key": str(new_id()), "step": "confirm"}
        done = screen(town, "laban").post("/do/report_installation", sent)
    assert "Klart:" in done.content.decode()
    assert order not in page(town, "laban", "/bookings/")


def test_a_form_takes_numbers_from_its_address_and_nothing_else(at: Town) -> None:
    form = page(at, "olle", "/do/cancel_order?order=W-2026-0001&reason=nyfiken&locksmith=1&door=x")
    assert 'name="order" value="W-2026-0001"' in form
    assert "nyfiken" not in form
    assert "19300103" not in page(at, "olle", "/do/cancel_order?order=Åke Öman, 19300103-9803")


def test_p6_a_removal_tells_what_hangs_there_and_where_the_doors_own_turner_is(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    town.does("laban", "report_installation", order=order, serial="L1", parts="office")
    town.link(client)
    town.end(client)
    town.days_pass(1)
    town.does("olle", "order_removal", client=client, locksmith=FIRM)
    said = text(page(town, "laban", "/bookings/"))
    assert "Ta ner" in said
    assert "lås L1" in said
    assert "Dörrens eget vred Förvaras på kontoret" in said


def test_a_removal_at_a_door_that_the_client_has_left_shows_that_door(town: Town) -> None:
    client = town.locked()
    new = {"street": "Nygatan 9", "postcode": "99920", "town": "Staden", "apartment": "1201"}
    door = town.door(client)
    town.does("anna", "move_clients", moves=[{"client": client, "address": new, "on": town.day(0)}])
    town.does("olle", "order_removal", client=client, locksmith=FIRM, door=door)
    said = text(page(town, "laban", "/bookings/"))
    assert "Ängsvägen 1" in said
    assert "Nygatan" not in said


def test_case_11_the_order_that_failed_waits_to_be_booked_with_why(town: Town) -> None:
    order = booked(town, town.new_client())
    town.does("laban", "report_failure", order=order, code="nobody_home")
    shown = page(town, "laban", "/bookings/")
    assert "Inget är bokat" in shown
    assert "Förra gången Ingen öppnade" in text(shown)
    assert f'href="/do/book_order?order={order}"' in shown


def test_what_has_passed_without_a_report_comes_first_and_next_week_is_a_page_of_its_own(town: Town) -> None:
    late = booked(town, town.new_client(), days=1)
    soon = booked(town, town.new_client(), days=2)
    far = booked(town, town.new_client(), days=10)
    town.days_pass(2)
    shown = page(town, "laban", "/bookings/")
    assert "har passerat utan rapport" in shown
    assert shown.index(late) < shown.index(soon)
    assert far not in shown
    (way,) = re.findall(r'href="(\?from=[^"]+)"', shown)
    later = page(town, "laban", f"/bookings/{way}")
    assert far in later
    assert late not in later
    assert "Bokningar" in page(town, "laban", "/bookings/?from=igår")


def test_another_firm_and_another_provider_see_none_of_it(town: Town) -> None:
    order = booked(town, town.new_client(), presence="carer")
    for who in ("nina", "moa"):
        assert order not in page(town, who, "/bookings/"), who


def test_case_14_a_protected_clients_name_and_address_are_not_on_the_rounds(town: Town) -> None:
    booked(town, town.new_client(protection="S"))
    said = text(page(town, "laban", "/bookings/"))
    assert "Skyddade personuppgifter. Fråga systemförvaltaren." in said
    assert "Öman" not in said
    assert "Ängsvägen" not in said


def test_p4_the_coordinator_names_who_goes_and_sees_no_names_of_clients(town: Town) -> None:
    client = town.new_client()
    booked(town, client, presence="carer")
    shown = page(town, "olle", "/bookings/")
    assert "Från er kommer Ingen är utsedd" in text(shown)
    assert case_of(town, client) in shown
    assert "Öman" not in shown
    duty = town.the("P4.be_present", client)
    with town.standing():
        browser = screen(town, "olle")
        sent = browser.post(f"/bookings/{duty.id}/who", {"to": "carin", "key": str(new_id())})
        assert sent.status_code == 302
        nobody = browser.post(f"/bookings/{duty.id}/who", {"to": "moa", "key": str(new_id())})
    assert nobody.status_code == 409
    assert 'role="alert"' in nobody.content.decode()
    assert "Från er kommer Carin" in text(page(town, "olle", "/bookings/"))
    town.is_sound()


# alarms (rule 4)


def alarmed(town: Town, serial: str = "L1") -> tuple[str, str]:
    """A client with a lock whose alarm is raised; gives the client and the alarm."""
    client = town.locked(serial=serial)
    town.grant(client, ALARM, "safety_alarm")
    return client, str(town.does("lars", "raise_alarm", client=client).answer["alarm"])


def test_rule_4_an_alarm_is_taken_shows_the_way_in_and_is_closed(town: Town) -> None:
    client, alarm = alarmed(town)
    before = page(town, "rut", "/alarms/")
    assert "Ingen är på väg" in before
    assert case_of(town, client) not in before
    with town.standing():
        browser = screen(town, "rut")
        assert browser.post(f"/alarms/{alarm}/accept", {"key": str(new_id())})["Location"] == "/alarms/"
    said = text(page(town, "rut", "/alarms/"))
    assert "Du har tagit larmet" in said
    assert "Ängsvägen 1" in said
    assert "Lås L1 Lägenhetsdörr, öppnas med telefonen" in said
    with town.standing():
        unanswered = browser.post(f"/alarms/{alarm}/close", {"key": str(new_id())})
        assert unanswered.status_code == 422
        assert "Välj hur larmet slutade." in unanswered.content.decode()
        helped = {"outcome": "helped"}
        closed = browser.post(f"/alarms/{alarm}/close", {**helped, "key": str(new_id())})
        assert closed.status_code == 302
        again = browser.post(f"/alarms/{alarm}/close", {**helped, "key": str(new_id())})
    assert "Larmet är redan avslutat." in again.content.decode()
    after = page(town, "rut", "/alarms/")
    assert "Inga öppna larm" in after
    assert "Ängsvägen" not in after
    town.is_sound()


def test_an_alarm_that_another_has_taken_says_so(town: Town) -> None:
    _, alarm = alarmed(town)
    told = {"username": "robin", "name": "Robin", "role": "responder", "organisation": ALARM}
    town.does("siri", "register_account", **told)
    town.does("robin", "accept_alarm", alarm=alarm)
    assert "Robin är på väg" in page(town, "rut", "/alarms/")
    with town.standing():
        said = screen(town, "rut").post(f"/alarms/{alarm}/accept", {"key": str(new_id())})
    assert said.status_code == 409
    assert "Någon annan har tagit larmet" in said.content.decode()


def test_an_acceptance_that_has_run_out_leaves_the_alarm_free(town: Town) -> None:
    client, alarm = alarmed(town)
    town.does("rut", "accept_alarm", alarm=alarm)
    town.now += timedelta(hours=5)
    shown = page(town, "rut", "/alarms/")
    assert "Ingen är på väg" in shown
    assert case_of(town, client) not in shown


def test_an_alarm_is_shown_to_those_who_answer_it_alone(town: Town) -> None:
    client, _ = alarmed(town)
    assert case_of(town, client) in page(town, "lars", "/alarms/")
    assert "Inga öppna larm" in page(town, "olle", "/alarms/")


# other municipalities' clients (O2, O3)


def test_o3_a_month_goes_from_visits_to_a_form_that_is_received(town: Town) -> None:
    client = town.new_client(home_municipality=ELSEWHERE)
    town.now += timedelta(hours=2)
    town.visit(client, "olle", departed=town.now.isoformat())
    town.until("2026-04-02")
    assert "Inte fakturerad" in page(town, "erik", "/billing/")
    shown = page(town, "olle", "/billing/")
    assert 'href="/do/bill_month?month=2026-03"' in shown
    town.does("olle", "bill_month", month="2026-03")
    (form,) = town.does("olle", "make_basis_forms", month="2026-03").answer["forms"]
    for who, act in (("olle", "sign"), ("olle", "send"), ("erik", "receive")):
        shown = page(town, who, "/billing/?month=2026-03")
        assert f'href="/do/{act}_basis_form?form={form}"' in shown
        assert "1 besök, 1 h 0 min" in text(shown)
        town.does(who, f"{act}_basis_form", form=form)
    shown = page(town, "erik", "/billing/?month=2026-03")
    assert "Alla blanketter är framme." in shown
    with town.standing():
        document = screen(town, "erik").get(f"/billing/{form}/pdf")
    assert document["Content-Type"] == "application/pdf"
    assert document.content.startswith(b"%PDF")
    assert document["Cache-Control"] == "no-store"
    with town.standing():
        assert screen(town, "moa").get(f"/billing/{form}/pdf").status_code == 404, "another provider's"
        assert screen(town, "laban").get(f"/billing/{form}/pdf").status_code == 403


def test_a_month_is_left_for_the_one_before_and_what_is_no_month_is_last_month(at: Town) -> None:
    shown = page(at, "erik", "/billing/?month=nonsense")
    assert "februari 2026" in shown
    assert 'href="?month=2026-01"' in shown
    assert 'href="?month=2026-03"' in shown
    assert 'href="?month=2026-04"' not in page(at, "erik", "/billing/?month=2026-03")
    assert "februari 2026" in page(at, "erik", "/billing/?month=0001-01")


# what is late


def test_all_that_is_late_is_shown_the_latest_first_and_can_be_chosen_among(town: Town) -> None:
    town.new_client()
    ordered = town.new_client()
    town.order(ordered)
    town.until("2026-03-20")
    shown = page(town, "siri", "/late/")
    said = text(shown)
    assert "Biståndshandläggare" in said
    assert "Låssmed, Lås &amp; Nyckel" in said
    assert "Systemförvaltaren har den också" in said
    days = [int(found) for found in re.findall(r"(\d+) dagar? sen", said)]
    assert days == sorted(days, reverse=True)
    mine = text(page(town, "siri", f"/late/?role=locksmith&organisation={FIRM}"))
    assert "Montera låsvredet" in mine
    assert "Berätta för kunden" not in mine
    assert "Inget är sent" in page(town, "siri", f"/late/?role=locksmith&organisation={EAST}")


def test_late_duties_are_turned_page_by_page_and_each_is_seen_once(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:

    for _ in range(3):
        town.new_client()
    from troskel.web.desk import overdue

    town.until("2026-03-20")
    whole = re.findall(r"<h3>", page(town, "siri", "/late/"))
    monkeypatch.setattr(overdue, "A_PAGE", 4)
    path, seen = "/late/", 0
    while path:
        shown = page(town, "siri", path)
        seen += len(re.findall(r"<h3>", shown))
        ways = re.findall(r'href="(\?[^"]*after=[^"]+)"', shown)
        path = f"/late/{ways[0]}".replace("&amp;", "&") if ways else ""
    assert seen == len(whole) > 4


def test_a_cursor_that_somebody_typed_is_no_page(at: Town) -> None:
    browser = screen(at, "siri")
    for path in ("/late/", "/emails/", "/imports/", "/notices/"):
        for wrong in ("x", "2026-03-01.x", "igår.", "é"):
            assert browser.get(path, {"after": wrong}).status_code == 404, (path, wrong)


# e-mails that were given up


class Unwilling:
    """A mail server that refuses one address for good."""

    sender = "troskel@troskelby.example"

    def __init__(self) -> None:
        self.refuses, self.sent = True, 0

    def send(self, message: Any, to: str) -> None:
        if self.refuses and to.startswith("samordnare@"):
            raise Hopeless("SMTP 550: the recipient was refused")
        self.sent += 1


def work(town: Town, carrier: Unwilling) -> None:
    with town.standing():
        worker = Worker(post.handlers(compose, carrier))
        while worker.run_once():
            pass


def test_s1_an_email_that_was_refused_is_sent_again_once(town: Town) -> None:
    client, carrier = town.new_client(), Unwilling()
    town.mount(town.order(client))
    work(town, carrier)
    shown = page(town, "siri", "/emails/")
    said = text(shown)
    assert "Ett e-brev gick inte fram" in said
    assert case_of(town, client) in said
    assert "Till: Utföraren (Hemtjänsten Öst)." in said
    assert "tar inte emot på den adressen" in said
    assert "samordnare@" not in shown
    assert "Öman" not in shown
    (way,) = re.findall(r'action="(/emails/[^"]+)"', shown)
    carrier.refuses, before = False, carrier.sent
    with town.standing():
        browser = screen(town, "siri")
        key = str(new_id())
        for _ in range(2):
            assert browser.post(way, {"key": key})["Location"] == "/emails/?again=1"
        assert "Brevet skickas igen." in browser.get("/emails/?again=1").content.decode()
    work(town, carrier)
    assert carrier.sent == before + 1
    with town.standing():
        late = browser.post(way, {"key": str(new_id())})
    assert late.status_code == 409
    assert "Brevet är redan skickat, eller på väg." in late.content.decode()
    assert "All e-post har gått fram" in page(town, "siri", "/emails/")
    assert Line.objects.filter(event="email.sent_again").count() == 1
    town.is_sound()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("nobody to send it to", "Ingen av mottagarna har en e-postadress."),
        ("the client is not there", "Kunden finns inte längre."),
        ("SMTP 550: the sender was refused", "godtar inte vår avsändare"),
        ("SMTP 421: SMTPConnectError", "svarade inte på två dygn"),
        ("ConnectionRefusedError", "svarade inte på två dygn"),
        ("no worker lived to the end of it", "gick inte att skicka"),
    ],
)
def test_why_an_email_was_given_up_is_said_in_plain_words(town: Town, error: str, said: str) -> None:
    town.mount(town.order(town.new_client()))
    Parcel.objects.filter(kind="email").update(parked_at=town.now, last_error=error)
    assert said in page(town, "siri", "/emails/")


def test_another_municipalitys_email_is_not_there(town: Town) -> None:
    town.mount(town.order(town.new_client()))
    Parcel.objects.filter(kind="email").update(parked_at=town.now, last_error="x", municipality=ELSEWHERE)
    assert "All e-post har gått fram" in page(town, "siri", "/emails/")
    other = Parcel.objects.filter(kind="email")[0]
    assert town.refused("siri", "send_email_again", "NotFound", email=other.id)


# nights


def test_a_night_says_which_lines_were_not_used_and_what_to_do(town: Town) -> None:
    lines = [
        {
            "file": "kunder.csv",
            "line": 17,
            "column": "personnummer",
            "reason": "the check digit is wrong: look",
        },
        {
            "file": "beslut.csv",
            "line": 1204,
            "column": "till",
            "reason": "ends before it starts: correct one",
        },
    ]
    told = {"day": town.day(0), "unchanged": 812, "changes": {"allocate": 2}}
    town.does("import", "note_night", **told, rejected=lines)
    said = text(page(town, "siri", "/imports/"))
    assert "Natten till 2 mars 2 rader kunde inte användas. 2 ändringar." in said
    assert "kunder.csv, rad 17 personnummer Numret stämmer inte." in said
    assert "beslut.csv, rad 1 204 till Perioden slutar innan den börjar." in said
    same = {**told, "changes": {}}
    town.does("import", "note_night", **same, rejected=lines)
    assert text(page(town, "siri", "/imports/")).count("Natten till") == 1, "the same night again"
    assert "Ingen natt har lästs in." not in page(town, "siri", "/imports/")


def test_of_very_many_rejected_lines_the_first_are_kept_and_all_are_counted(town: Town) -> None:
    line = {"file": "kunder.csv", "line": 1, "column": "id", "reason": "empty: it must be filled in"}
    told = {"day": town.day(0), "unchanged": 0, "changes": {}}
    town.does("import", "note_night", **told, rejected=[line] * 501)
    said = text(page(town, "siri", "/imports/"))
    assert "501 rader kunde inte användas." in said
    assert "Här står de första 500." in said


# notices


def test_a4_the_office_sees_who_has_read_what_and_the_provider_its_own(town: Town) -> None:
    client = town.new_client()
    town.new_client("5560009929")
    notice = town.the("A4.tell", client)
    assert "Ingen har läst det än." in text(page(town, "anna", "/notices/?show=sent"))
    assert "Inga meddelanden" in page(town, "siri", "/notices/?show=sent"), "the administrator has sent none"
    town.does("olle", "read_notice", notice=notice.id)
    said = text(page(town, "anna", f"/notices/?client={case_of(town, client)}"))
    assert "Utföraren, Hemtjänsten Öst. Olle läste det 2 mars kl. 08." in said
    assert "Ängens" not in said
    assert "Ängens" in text(page(town, "anna", "/notices/?show=unread"))
    own = text(page(town, "moa", "/notices/"))
    assert "Ängens" in own
    assert "Hemtjänsten Öst" not in own


def test_notices_are_the_newest_first_and_turned_page_by_page(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from troskel.web.desk import notices

    first, last = town.new_client(), town.new_client()
    monkeypatch.setattr(notices, "A_PAGE", 1)
    shown = page(town, "olle", "/notices/")
    assert case_of(town, last) in shown
    assert case_of(town, first) not in shown
    (way,) = re.findall(r'href="(\?[^"]+)"', shown)
    assert case_of(town, first) in page(town, "olle", f"/notices/{way}".replace("&amp;", "&"))


def test_the_count_is_asked_for_no_more_often_than_every_half_minute(at: Town) -> None:
    (seconds,) = re.findall(r'hx-trigger="every (\d+)s"', page(at, "anna", "/"))
    assert int(seconds) >= 30


# what is coming for the assessor (A8)


def section(town: Town) -> str:
    """What the assessor's start page says is coming."""
    return text("<main" + page(town, "anna", "/").split('aria-labelledby="coming"')[1])


def test_a8_care_that_ends_is_told_before_it_is_a_duty_and_not_twice(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(100))
    said = section(town)
    assert f"Hemtjänst – ärende {case_of(town, client)}" in said
    assert "11 juni" in said, "the day after the last"
    assert "Gäller till och med 10 juni. Inget nytt beslut är skrivet." in said
    form = page(town, "anna", "/do/start_investigations?investigations.client=2026-0001")
    assert 'name="investigations.client" value="2026-0001"' in form
    town.days_pass(50)
    assert town.names(client)[0].startswith("A")
    assert town.duties("A8", client)
    assert "Ingen, så långt det går att se" in section(town), "it is a duty by now"


def test_a8_a_gap_of_one_day_has_its_day_and_a_follow_up_without_a_gap_is_silent(town: Town) -> None:
    gap, followed = town.client(), town.client()
    for client, days in ((gap, 82), (followed, 81)):
        town.grant(client, through=town.day(80))
        town.grant(client, begins=town.day(days))
    said = section(town)
    assert case_of(town, followed) not in said
    assert "Glapp: gäller till och med 21 maj, och sedan först från 23 maj." in said


def test_case_8_a_decision_that_nobody_has_been_given_is_a_duty_and_not_said_again(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(80))
    town.grant(client, to=None, begins=town.day(81))
    assert town.duties("A4.allocate", client)
    assert "Ingen, så långt det går att se" in section(town)


def test_a_confirmed_ending_a_death_and_another_municipalitys_client_are_no_loss(town: Town) -> None:
    ended, dead = town.new_client(), town.client()
    town.end(ended, on=town.day(80))
    town.grant(dead, through=town.day(80))
    town.does("anna", "record_deaths", deaths=[{"client": dead, "on": town.day(0)}])
    town.grant(town.client(home_municipality=ELSEWHERE), through=town.day(80))
    assert "Ingen, så långt det går att se" in section(town)


# all of them


def everything(town: Town) -> None:
    """Something more on every page."""
    booked(town, town.new_client(), presence="carer")
    town.order(town.new_client())
    town.grant(town.client(), through=town.day(90))
    town.visit(town.new_client(home_municipality=ELSEWHERE), "olle")
    told = {"day": town.day(0), "unchanged": town.count, "changes": {"allocate": 1}, "rejected": []}
    town.does("import", "note_night", **told)
    Parcel.objects.filter(kind="email").update(parked_at=town.now, last_error="TimeoutError")


PAGES = {
    "laban": ["/bookings/", "/notices/"],
    "olle": ["/bookings/", "/billing/?month=2026-03", "/notices/"],
    "rut": ["/alarms/", "/notices/"],
    "lars": ["/alarms/"],
    "siri": ["/late/", "/emails/", "/imports/", "/notices/", "/billing/?month=2026-03"],
    "erik": ["/billing/?month=2026-03", "/notices/"],
    "anna": ["/", "/notices/", "/notices/?show=sent"],
}


def test_each_page_costs_few_queries_however_much_there_is(town: Town) -> None:
    costs: dict[str, list[int]] = {}
    serials = iter(("L1", "L2", "L3", "L4"))
    town.now += timedelta(hours=2)
    for _ in range(2):
        for _ in range(2):
            everything(town)
            _, alarm = alarmed(town, next(serials))
            town.does("rut", "accept_alarm", alarm=alarm)
        town.days_pass(1, hour=10)
        town.does("rut", "accept_alarm", alarm=alarm)
        with town.standing():
            for who, paths in PAGES.items():
                browser = screen(town, who)
                for path in paths:
                    costs.setdefault(f"{who} {path}", []).append(cost(browser, path))
    assert {name: cost for name, cost in costs.items() if max(cost) > MOST_QUERIES} == {}
    assert {name: cost for name, cost in costs.items() if cost[0] < cost[1]} == {}, "a query for every row"


def cost(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return sum(not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"]) for one in asked)


def test_no_address_of_a_page_tells_who_anybody_is(town: Town) -> None:
    town.now += timedelta(hours=2)
    everything(town)
    _, alarm = alarmed(town)
    town.does("rut", "accept_alarm", alarm=alarm)
    for who, paths in PAGES.items():
        for path in paths:
            shown = page(town, who, path)
            for address in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', shown):
                assert not re.search("Öman|%C3|ngsv|Byn|1930|1931|1932", address), (path, address)
            (title,) = re.findall("<title>(.*?)</title>", shown)
            assert "Öman" not in title


def test_what_is_read_is_written(town: Town) -> None:
    booked(town, town.new_client(), presence="carer")
    before = Line.objects.filter(kind="reads").count()
    page(town, "laban", "/bookings/")
    lines = Line.objects.filter(kind="reads").order_by("-number")
    assert lines.count() == before + 1
    assert lines[0].event == "bookings.viewed"
    assert str(town.duties("L1")[0].client_id) in lines[0].body


def test_each_role_finds_its_pages_from_every_other(town: Town) -> None:
    for who, ways in {
        "laban": ["/bookings/"],
        "olle": ["/bookings/", "/billing/"],
        "rut": ["/alarms/"],
        "siri": ["/accounts/"],
        "erik": ["/billing/"],
        "anna": [],
    }.items():
        bar = page(town, who, "/do/").split("<main")[0]
        assert set(ways) <= set(re.findall(r'<li><a href="(/[^"]*)"', bar)), who


def test_what_one_looks_into_now_and_then_is_found_from_the_start_page(town: Town) -> None:
    for who, ways in {
        "siri": ["late", "emails", "imports", "billing", "notices"],
        "olle": ["notices"],
    }.items():
        beside = page(town, who, "/").split("<nav")[-1]
        assert re.findall(r'href="/(\w+)/"', beside.split("</nav>")[0]) == ways, who


def test_what_is_typed_in_an_address_is_not_noted(town: Town) -> None:
    town.new_client()
    town.days_pass(20)
    page(town, "siri", "/late/?organisation=19121212-1212&role=%00")
    line = Line.objects.filter(kind="reads", event="late.listed").latest("number")
    assert "1212" not in line.body


def test_bookings_of_a_day_that_nobody_books_are_no_fault(town: Town) -> None:
    assert page(town, "laban", "/bookings/?from=9999-12-31")


def test_what_is_sent_without_a_key_is_not_done(town: Town) -> None:
    booked(town, town.new_client(), presence="carer")
    (duty,) = town.duties("P4")
    before = Line.objects.filter(kind="acts").count()
    with town.standing():
        answer = screen(town, "olle").post(f"/bookings/{duty.id}/who", {"to": "carin"})
    assert answer.status_code == 422
    assert Line.objects.filter(kind="acts").count() == before
