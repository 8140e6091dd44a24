# SPDX-License-Identifier: EUPL-1.2
"""Each role's own day: rounds, alarms, months, what is late, e-mails, nights, notices, and what is coming."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, Town
from tests.web.test_act_forms import MAX_QUERIES, case_of, screen
from troskel.access.models import Alarm
from troskel.duties.mailing import compose
from troskel.exchange.case_extract.stopping import TEXTS
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.orders.models import Booking
from troskel.outbox import email_delivery
from troskel.outbox.models import OutboxMessage
from troskel.outbox.worker import PermanentFailure, Worker
from troskel.people.models import Client
from troskel.reading import standing


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
        response = screen(town, who).get(path)
    assert response.status_code == 200, (who, path)
    return response.content.decode()


def text(shown: str) -> str:
    """The words of a page, without what is hidden from the eye or is a mark."""
    main = shown.split("<main")[1].split("</main>")[0]
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
    source = page(town, "laban", "/bookings/")
    page_text = text(source)
    assert "I dag, måndag 2 mars" in page_text
    assert "13.00–14.00 Montera" in page_text
    assert "Ängsvägen 1" in page_text
    assert "Ska vara med Personal från utföraren" in page_text
    for act in ("report_installation", "report_failure", "book_order"):
        assert f'href="/do/{act}?order={order}' in source


def test_l1_the_button_leads_to_the_form_with_the_order_and_the_serial_is_typed(town: Town) -> None:
    order = booked(town, town.new_client())
    form = page(town, "laban", f"/do/report_installation?order={order}")
    assert f'name="order" value="{order}"' in form
    with town.standing():
        typed = {"serial": "L1", "parts": "client"}
        sent = {"order": order, "fixed": "order", **typed, "key": str(new_id()), "step": "confirm"}
        response = screen(town, "laban").post("/do/report_installation", sent)
    assert "Klart:" in response.content.decode()
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
    page_text = text(page(town, "laban", "/bookings/"))
    assert "Ta ner" in page_text
    assert "lås L1" in page_text
    assert "Dörrens eget vred Förvaras på kontoret" in page_text


def test_a_removal_at_a_door_that_the_client_has_left_shows_that_door(town: Town) -> None:
    client = town.locked()
    new = {"street": "Nygatan 9", "postcode": "99920", "town": "Staden", "apartment": "1201"}
    door = town.door(client)
    town.does("anna", "move_clients", moves=[{"client": client, "address": new, "on": town.day(0)}])
    town.does("olle", "order_removal", client=client, locksmith=FIRM, door=door)
    page_text = text(page(town, "laban", "/bookings/"))
    assert "Ängsvägen 1" in page_text
    assert "Nygatan" not in page_text


def test_case_11_the_order_that_failed_waits_to_be_booked_with_why(town: Town) -> None:
    order = booked(town, town.new_client())
    town.does("laban", "report_failure", order=order, code="nobody_home")
    source = page(town, "laban", "/bookings/")
    assert "Inget besök i dag" in source
    assert "Förra gången Ingen öppnade" in text(source)
    assert f'href="/do/book_order?order={order}"' in source


def test_what_has_passed_without_a_report_comes_first_and_next_week_is_a_page_of_its_own(town: Town) -> None:
    late = booked(town, town.new_client(), days=1)
    soon = booked(town, town.new_client(), days=2)
    far = booked(town, town.new_client(), days=10)
    town.days_pass(2)
    source = page(town, "laban", "/bookings/")
    assert "har passerat utan rapport" in source
    assert source.index(late) < source.index(soon)
    assert far not in source
    way = next(way for way in re.findall(r'href="(\?[^"]+)"', source) if f"from={town.day(5)}" in way)
    later = page(town, "laban", f"/bookings/{way.replace('&amp;', '&')}")
    assert far in later
    assert late not in later
    assert "Ett besök i dag" in page(town, "laban", "/bookings/?from=igår")


def test_another_firm_and_another_provider_see_none_of_it(town: Town) -> None:
    order = booked(town, town.new_client(), presence="carer")
    for who in ("nina", "moa"):
        assert order not in page(town, who, "/bookings/"), who


def test_case_14_a_protected_clients_name_and_address_are_not_on_the_rounds(town: Town) -> None:
    booked(town, town.new_client(protection="S"))
    page_text = text(page(town, "laban", "/bookings/"))
    assert "Skyddade personuppgifter. Fråga systemförvaltaren." in page_text
    assert "Öman" not in page_text
    assert "Ängsvägen" not in page_text


def test_p4_the_coordinator_names_who_goes(town: Town) -> None:
    client = town.new_client()
    booked(town, client, presence="carer")
    source = page(town, "olle", "/bookings/")
    assert "Från er kommer Ingen är utsedd" in text(source)
    assert case_of(town, client) in source
    assert "Åke Öman" in source, "whose door it is"
    duty = town.the("P4.be_present", client)
    with town.standing():
        browser = screen(town, "olle")
        response = browser.post(f"/bookings/{duty.id}/who", {"to": "carin", "key": str(new_id())})
        assert response.status_code == 302
        nobody = browser.post(f"/bookings/{duty.id}/who", {"to": "moa", "key": str(new_id())})
    assert nobody.status_code == 409
    assert 'role="alert"' in nobody.content.decode()
    assert "Från er kommer Carin" in text(page(town, "olle", "/bookings/"))
    town.is_sound()


# alarms (rule 4)


def raise_alarm(town: Town, serial: str = "L1") -> tuple[str, str]:
    """A client with a lock whose alarm is raised; gives the client and the alarm."""
    client = town.locked(serial=serial)
    town.grant(client, ALARM, "safety_alarm")
    return client, str(town.does("lars", "raise_alarm", client=client).answer["alarm"])


def test_rule_4_an_alarm_is_taken_shows_the_way_in_and_is_closed(town: Town) -> None:
    client, alarm = raise_alarm(town)
    before = page(town, "rut", "/alarms/")
    assert "Ingen är på väg" in before
    assert case_of(town, client) not in before
    with town.standing():
        browser = screen(town, "rut")
        assert browser.post(f"/alarms/{alarm}/accept", {"key": str(new_id())})["Location"] == "/alarms/"
    page_text = text(page(town, "rut", "/alarms/"))
    assert "Du har tagit larmet" in page_text
    assert "Ängsvägen 1" in page_text
    assert "Lås L1 Lägenhetsdörr, öppnas med telefonen" in page_text
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
    _, alarm = raise_alarm(town)
    values = {"username": "robin", "name": "Robin", "role": "responder", "organisation": ALARM}
    town.does("siri", "register_account", **values)
    town.does("robin", "accept_alarm", alarm=alarm)
    assert "Robin är på väg" in page(town, "rut", "/alarms/")
    with town.standing():
        response = screen(town, "rut").post(f"/alarms/{alarm}/accept", {"key": str(new_id())})
    assert response.status_code == 409
    assert "Någon annan har tagit larmet" in response.content.decode()


@pytest.mark.parametrize(("act", "values"), [("accept", {}), ("close", {"outcome": "helped"})])
def test_an_alarm_whose_client_is_just_being_moved_is_not_said_to_be_closed(
    town: Town, act: str, values: dict[str, str]
) -> None:
    """A responder who reads that the alarm is closed, or another's, stays at home."""
    client, alarm = raise_alarm(town)
    elsewhere = Client.objects.get(reference=town.new_client()).home_id
    Client.objects.filter(reference=client).update(home=elsewhere)  # as between two statements of a move
    with town.standing():
        response = screen(town, "rut").post(f"/alarms/{alarm}/{act}", {"key": str(new_id()), **values})
    page_text = text(response.content.decode())
    assert response.status_code == 409
    assert "Någon annan håller just på att flytta kunden. Försök igen." in page_text
    assert "redan avslutat" not in page_text and "har tagit" not in page_text
    assert Alarm.objects.get().accepted is None and Alarm.objects.get().closed is None


def test_an_acceptance_that_has_run_out_leaves_the_alarm_free(town: Town) -> None:
    client, alarm = raise_alarm(town)
    town.does("rut", "accept_alarm", alarm=alarm)
    town.now += timedelta(hours=5)
    source = page(town, "rut", "/alarms/")
    assert "Ingen är på väg" in source
    assert case_of(town, client) not in source


def test_an_alarm_is_shown_to_those_who_answer_it_alone(town: Town) -> None:
    client, _ = raise_alarm(town)
    assert case_of(town, client) in page(town, "lars", "/alarms/")
    assert "Inga öppna larm" in page(town, "olle", "/alarms/")


# other municipalities' clients (O2, O3)


def test_o3_a_month_goes_from_visits_to_a_form_that_is_received(town: Town) -> None:
    client = town.new_client(home_municipality=ELSEWHERE)
    town.now += timedelta(hours=2)
    town.visit(client, "olle", departed=town.now.isoformat())
    town.until("2026-04-02")
    assert "Inte fakturerad" in page(town, "erik", "/billing/")
    source = page(town, "olle", "/billing/")
    assert 'href="/do/bill_month?month=2026-03"' in source
    town.does("olle", "bill_month", month="2026-03")
    (form,) = town.does("olle", "make_basis_forms", month="2026-03").answer["forms"]
    for who, act in (("olle", "sign"), ("olle", "send"), ("erik", "receive")):
        source = page(town, who, "/billing/?month=2026-03")
        assert f'href="/do/{act}_basis_form?form={form}"' in source
        assert "1 besök, 1 h 00 min" in text(source)
        town.does(who, f"{act}_basis_form", form=form)
    source = page(town, "erik", "/billing/?month=2026-03")
    assert "Alla blanketter är framme." in source
    with town.standing():
        document = screen(town, "erik").get(f"/billing/{form}/pdf")
    assert document["Content-Type"] == "application/pdf"
    assert document.content.startswith(b"%PDF")
    assert document["Cache-Control"] == "no-store"
    with town.standing():
        assert screen(town, "moa").get(f"/billing/{form}/pdf").status_code == 404, "another provider's"
        assert screen(town, "laban").get(f"/billing/{form}/pdf").status_code == 403


def test_a_month_is_left_for_the_one_before_and_what_is_no_month_is_last_month(at: Town) -> None:
    source = page(at, "erik", "/billing/?month=nonsense")
    assert "februari 2026" in source
    assert 'href="?month=2026-01"' in source
    assert 'href="?month=2026-03"' in source
    assert 'href="?month=2026-04"' not in page(at, "erik", "/billing/?month=2026-03")
    assert "februari 2026" in page(at, "erik", "/billing/?month=0001-01")


# what is late


def test_all_that_is_late_is_shown_the_latest_first_and_can_be_chosen_among(town: Town) -> None:
    town.new_client()
    ordered = town.new_client()
    town.order(ordered)
    town.until("2026-03-20")
    source = page(town, "siri", "/late/")
    page_text = text(source)
    assert "Biståndshandläggare" in page_text
    assert "Låssmed, Lås &amp; Nyckel" in page_text
    assert "Systemförvaltaren har den också" in page_text
    days = [int(found) for found in re.findall(r"(\d+) dagar? sen", page_text)]
    assert days == sorted(days, reverse=True)
    mine = text(page(town, "siri", f"/late/?role=locksmith&organisation={FIRM}"))
    assert "Montera låsvredet" in mine
    assert "Berätta för kunden" not in mine
    assert "Inget är sent" in page(town, "siri", f"/late/?role=locksmith&organisation={EAST}")


def test_paging_of_late_duties(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:

    for _ in range(3):
        town.new_client()
    from troskel.web.desk import overdue

    town.until("2026-03-20")
    whole = re.findall(r"<h3>", page(town, "siri", "/late/"))
    monkeypatch.setattr(overdue, "PAGE_SIZE", 4)
    path, seen = "/late/", 0
    while path:
        source = page(town, "siri", path)
        seen += len(re.findall(r"<h3>", source))
        ways = re.findall(r'href="(\?[^"]*after=[^"]+)"', source)
        path = f"/late/{ways[0]}".replace("&amp;", "&") if ways else ""
    assert seen == len(whole) > 4


def test_invalid_cursor_is_404(at: Town) -> None:
    browser = screen(at, "siri")
    for path in ("/late/", "/emails/", "/imports/", "/notices/"):
        for wrong in ("x", "2026-03-01.x", "igår.", "é"):
            assert browser.get(path, {"after": wrong}).status_code == 404, (path, wrong)


# e-mails that were given up


class RefusingMailServer:
    """A mail server that refuses one address for good."""

    sender = "troskel@troskelby.example"

    def __init__(self) -> None:
        self.refuses, self.sent = True, 0

    def send(self, message: Any, to: str) -> None:
        if self.refuses and to.startswith("samordnare@"):
            raise PermanentFailure("SMTP 550: the recipient was refused")
        self.sent += 1


def work(town: Town, carrier: RefusingMailServer) -> None:
    with town.standing():
        worker = Worker(email_delivery.email_handlers(compose, carrier))
        while worker.run_once():
            pass


def test_s1_an_email_that_was_refused_is_sent_again_once(town: Town) -> None:
    client, carrier = town.new_client(), RefusingMailServer()
    town.mount(town.order(client))
    work(town, carrier)
    source = page(town, "siri", "/emails/")
    page_text = text(source)
    assert "Ett e-brev gick inte fram" in page_text
    assert case_of(town, client) in page_text
    assert "Till: Utföraren (Hemtjänsten Öst)." in page_text
    assert "tar inte emot på den adressen" in page_text
    assert "samordnare@" not in source
    assert "Åke Öman" in source, "whose order it was; the mail itself has no name"
    (way,) = re.findall(r'action="(/emails/[^"]+)"', source)
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
def test_reasons_of_failed_emails(town: Town, error: str, said: str) -> None:
    town.mount(town.order(town.new_client()))
    OutboxMessage.objects.filter(kind="email").update(parked_at=town.now, last_error=error)
    assert said in page(town, "siri", "/emails/")


def test_email_of_another_municipality_is_404(town: Town) -> None:
    town.mount(town.order(town.new_client()))
    OutboxMessage.objects.filter(kind="email").update(
        parked_at=town.now, last_error="x", municipality=ELSEWHERE
    )
    assert "All e-post har gått fram" in page(town, "siri", "/emails/")
    other = OutboxMessage.objects.filter(kind="email")[0]
    assert town.refused("siri", "send_email_again", "NotFound", email=other.id)


# nights


def test_rejected_lines_with_advice(town: Town) -> None:
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
    values = {"day": town.day(0), "unchanged": 812, "changes": {"allocate": 2}}
    town.does("import", "note_night", **values, rejected=lines)
    page_text = text(page(town, "siri", "/imports/"))
    assert "Natten till 2 mars 2 rader kunde inte användas. 2 ändringar." in page_text
    assert "kunder.csv, rad 17 personnummer Numret stämmer inte." in page_text
    assert "beslut.csv, rad 1 204 till Perioden slutar innan den börjar." in page_text
    same = {**values, "changes": {}}
    town.does("import", "note_night", **same, rejected=lines)
    assert text(page(town, "siri", "/imports/")).count("Natten till") == 1, "the same night again"
    assert "Ingen natt har lästs in." not in page(town, "siri", "/imports/")


def test_what_an_act_refused_and_what_there_is_to_decide_stand_there_too(town: Town) -> None:
    refused = {"file": "beslut.csv", "line": 26, "column": "fran", "reason": "refused by A4: Not a day."}
    decide = {"file": "kunder.csv", "line": 9, "column": "personnummer", "used": True}
    town.does(
        "import",
        "note_night",
        day=town.day(0),
        unchanged=0,
        changes={},
        rejected=[refused | {"swedish": "Ingen sådan dag."}],
        to_decide=[decide | {"reason": "the same identity number as another client: merge them"}],
    )
    page_text = text(page(town, "siri", "/imports/"))
    assert "1 rad kunde inte användas." in page_text
    assert "beslut.csv, rad 26 fran Ingen sådan dag." in page_text
    assert "kunder.csv, rad 9 personnummer En annan kund har samma personnummer." in page_text
    assert page_text.index("behöver avgöra") < page_text.index("rad 9")


def test_rejected_lines_are_limited_and_counted(town: Town) -> None:
    line = {"file": "kunder.csv", "line": 1, "column": "id", "reason": "empty: it must be filled in"}
    values = {"day": town.day(0), "unchanged": 0, "changes": {}}
    town.does("import", "note_night", **values, rejected=[line] * 501)
    page_text = text(page(town, "siri", "/imports/"))
    assert "501 rader kunde inte användas." in page_text
    assert "Här står de första 500." in page_text


def test_stopped_night_is_released_or_rejected_on_the_page(town: Town) -> None:
    reasons = [
        {"kind": "moves", "file": "kunder.csv", "changed": 12, "known": 40},
        {"kind": "odd_names", "file": "kunder.csv", "line": 7, "changed": 1},
    ]
    for digest in ("a", "b"):
        town.does("import", "note_stop", day=town.day(0), digest=digest, reasons=reasons)
    assert "2 nätters inläsning har stannat. Se vad som hindrar" in text(page(town, "siri", "/"))
    source = page(town, "siri", "/imports/")
    assert "Natten till 2 mars väntar på ditt svar" in text(source)
    assert "12 av 40 kunder skulle flytta." in text(source)
    assert "först på rad 7 i kunder.csv" in text(source)
    ways = re.findall(r'action="(/imports/[^"]+)"', source)
    with town.standing():
        browser = screen(town, "siri")
        for way, answer in zip(ways, "10", strict=True):
            key = str(new_id())
            for _time in range(2):
                assert browser.post(way, {"key": key, "release": answer})["Location"] == "/imports/"
        late = browser.post(ways[0], {"key": str(new_id()), "release": "0"})
    assert late.status_code == 409 and "väntar inte längre på svar" in late.content.decode()
    page_text = text(page(town, "siri", "/imports/"))
    assert "är släppt, och läses in nästa gång" in page_text and "väntar på ditt svar" not in page_text
    assert "har stannat" not in page(town, "siri", "/")
    assert page_text.count("12 av 40") == 1, "the rejected one is gone"


def test_every_reason_of_a_stop_has_words(town: Town) -> None:
    reasons = [{"kind": kind, "file": "kunder.csv"} for kind in TEXTS]
    town.does("import", "note_stop", day=town.day(0), digest="a", reasons=reasons)
    assert "{" not in text(page(town, "siri", "/imports/"))


# notices


def test_a4_the_office_sees_who_has_read_what_and_the_provider_its_own(town: Town) -> None:
    client = town.new_client()
    town.new_client("5560009929")
    notice = town.the("A4.tell", client)
    assert "Ingen har läst det än." in text(page(town, "anna", "/notices/?show=sent"))
    assert "Inga meddelanden" in page(town, "siri", "/notices/?show=sent"), "the administrator has sent none"
    town.does("olle", "read_notice", notice=notice.id)
    page_text = text(page(town, "anna", f"/notices/?client={case_of(town, client)}"))
    assert "Utföraren, Hemtjänsten Öst. Olle läste det 2 mars kl. 08." in page_text
    assert "Ängens" not in page_text
    assert "Ängens" in text(page(town, "anna", "/notices/?show=unread"))
    own = text(page(town, "moa", "/notices/"))
    assert "Ängens" in own
    assert "Hemtjänsten Öst" not in own


def test_paging_of_notices(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from troskel.web.desk import notices

    first, last = town.new_client(), town.new_client()
    monkeypatch.setattr(notices, "PAGE_SIZE", 1)
    source = page(town, "olle", "/notices/")
    assert case_of(town, last) in source
    assert case_of(town, first) not in source
    (way,) = re.findall(r'href="(\?[^"]+)"', source)
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
    page_text = section(town)
    assert "Åke Öman" in page_text and "Hemtjänst. Gäller till" in page_text
    assert "11 juni" in page_text, "the day after the last"
    assert "Gäller till och med 10 juni. Inget nytt beslut är skrivet." in page_text
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
    page_text = section(town)
    assert case_of(town, followed) not in page_text
    assert "Glapp: gäller till och med 21 maj, och sedan först från 23 maj." in page_text


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
    booked(town, town.new_client(), hour=11 + Booking.objects.count() % 9, presence="carer")
    town.order(town.new_client())
    town.grant(town.client(), through=town.day(90))
    town.visit(town.new_client(home_municipality=ELSEWHERE), "olle")
    values = {"day": town.day(0), "unchanged": town.count, "changes": {"allocate": 1}, "rejected": []}
    town.does("import", "note_night", **values)
    OutboxMessage.objects.filter(kind="email").update(parked_at=town.now, last_error="TimeoutError")


PAGES = {
    "laban": ["/", "/bookings/?view=list", "/calendar/", "/notices/"],
    "olle": ["/bookings/", "/billing/?month=2026-03", "/notices/"],
    "rut": ["/alarms/", "/notices/"],
    "lars": ["/alarms/"],
    "siri": ["/late/", "/emails/", "/imports/", "/notices/", "/billing/?month=2026-03"],
    "erik": ["/billing/?month=2026-03", "/notices/"],
    "anna": ["/", "/notices/", "/notices/?show=sent"],
}


def test_query_count_of_desk_pages(town: Town) -> None:
    costs: dict[str, list[int]] = {}
    serials = iter(("L1", "L2", "L3", "L4"))
    town.now += timedelta(hours=2)
    for _ in range(2):
        for _ in range(2):
            everything(town)
            _, alarm = raise_alarm(town, next(serials))
            town.does("rut", "accept_alarm", alarm=alarm)
        town.days_pass(1, hour=10)
        town.does("rut", "accept_alarm", alarm=alarm)
        with town.standing():
            for who, paths in PAGES.items():
                browser = screen(town, who)
                for path in paths:
                    standing.kept_standings()  # one query in five seconds, whoever asks
                    costs.setdefault(f"{who} {path}", []).append(cost(browser, path))
    assert {name: cost for name, cost in costs.items() if max(cost) > MAX_QUERIES} == {}
    assert {name: cost for name, cost in costs.items() if cost[0] < cost[1]} == {}, "a query for every row"


def cost(browser: Browser, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    return sum(not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"]) for one in asked)


def test_urls_identify_nobody(town: Town) -> None:
    town.now += timedelta(hours=2)
    everything(town)
    _, alarm = raise_alarm(town)
    town.does("rut", "accept_alarm", alarm=alarm)
    for who, paths in PAGES.items():
        for path in paths:
            source = page(town, who, path)
            for address in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', source):
                without_ids = re.sub(
                    "[0-9a-f]{8}-[0-9a-f-]{27}", "", address
                )  # any four digits may be in one
                assert not re.search("Öman|%C3|ngsv|Byn|1930|1931|1932", without_ids), (path, address)
            (title,) = re.findall("<title>(.*?)</title>", source)
            assert "Öman" not in title


def test_reads_are_journalled(town: Town) -> None:
    booked(town, town.new_client(), presence="carer")
    before = Line.objects.filter(kind="reads").count()
    page(town, "laban", "/bookings/")
    lines = Line.objects.filter(kind="reads").order_by("-number")
    assert lines.count() == before + 1
    assert lines[0].event == "bookings.viewed"
    assert str(town.duties("L1")[0].client_id) in lines[0].body


def test_navigation_of_each_role(town: Town) -> None:
    for who, ways in {
        "laban": ["/", "/orders/"],
        "olle": ["/bookings/", "/billing/"],
        "rut": ["/alarms/"],
        "siri": ["/accounts/"],
        "erik": ["/billing/"],
        "anna": [],
    }.items():
        bar = page(town, who, "/do/").split("<main")[0]
        assert set(ways) <= set(re.findall(r'<li><a href="(/[^"]*)"', bar)), who


def test_what_is_seldom_needed_is_under_more(town: Town) -> None:
    for who, ways in {
        "siri": ["accounts", "do", "late", "gaps", "emails", "imports", "billing", "notices", "guide"],
        "olle": ["orders", "billing", "do", "gaps", "accounts", "notices", "guide"],
        "lars": ["clients", "orders", "do", "gaps", "notices", "guide"],
    }.items():
        row, more = page(town, who, "/").split("<header")[1].split("<details", 1)
        found = re.findall(r'href="/(\w+)/"', more.split("</details>")[0])
        assert [way for way in found if way in ways] == ways, who
        assert len(re.findall(r"<li", row)) <= 4, who


def test_typed_filter_is_not_journalled(town: Town) -> None:
    town.new_client()
    town.days_pass(20)
    page(town, "siri", "/late/?organisation=19121212-1212&role=%00")
    line = Line.objects.filter(kind="reads", event="late.listed").latest("number")
    assert not re.search(r"19121212-?1212", line.body)


def test_bookings_of_a_distant_day(town: Town) -> None:
    assert page(town, "laban", "/bookings/?from=9999-12-31")


def test_post_without_key_does_nothing(town: Town) -> None:
    booked(town, town.new_client(), presence="carer")
    (duty,) = town.duties("P4")
    before = Line.objects.filter(kind="acts").count()
    with town.standing():
        response = screen(town, "olle").post(f"/bookings/{duty.id}/who", {"to": "carin"})
    assert response.status_code == 422
    assert Line.objects.filter(kind="acts").count() == before
