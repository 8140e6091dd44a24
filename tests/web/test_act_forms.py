# SPDX-License-Identifier: EUPL-1.2
"""An act in three steps, as a browser sends them: what is said, what is done, and that it is done once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.town import FIRM, Town, acted
from troskel.acts.chapters import REGISTER
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.orders.models import Booking

MAX_QUERIES = 12
ORDER_QUERIES = (11, 21, 42)
"""Of the form, its preview and the act, at most (on PostgreSQL); three of each name the client and record that.

The page after the act has tried whether it can be undone in one click.
"""


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def screen(town: Town, who: str) -> Client:
    """A browser in which somebody is logged in."""
    browser = Client()
    assert browser.post("/demo/login", {"account": str(town.actor(who).account)}).status_code == 302
    return browser


def inputs(page: str) -> dict[str, list[str]]:
    """The hidden fields of a page's last form, by name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.split("<main")[1]
    ):
        found.setdefault(name, []).append(value)
    return found


def ways(page: str, word: str) -> list[str]:
    """Where the buttons with this word lead."""
    return re.findall(rf'href="(/do/[^"]+)">{word}<', page)


def statements(asked: CaptureQueriesContext) -> list[str]:
    """The statements of a request that read or write."""
    control = re.compile("((RELEASE|ROLLBACK TO) )?SAVEPOINT|BEGIN|COMMIT|ROLLBACK")
    return [one["sql"] for one in asked if not control.match(one["sql"])]


def case_of(town: Town, client: str) -> str:
    from troskel.people.models import Client as Row

    return Row.objects.get(reference=client).case_number


def test_duty_to_done(town: Town) -> None:
    town.inform(town.new_client())
    browser = screen(town, "olle")
    (way,) = ways(browser.get("/").content.decode(), "Beställ montering")
    form = browser.get(way)
    assert 'name="client" value="2026-0001"' in form.content.decode()
    before = acted()
    sent = {**inputs(form.content.decode()), "locksmith": FIRM, "presence": "none"}
    preview = browser.post("/do/order_installation", sent)
    assert acted() == before, "a preview changes nothing"
    assert "Det här händer" in preview.content.decode()
    assert "Montera låsvredet och rapportera det" in preview.content.decode()
    response = browser.post("/do/order_installation", {**inputs(preview.content.decode()), "step": "confirm"})
    assert "Beställning W-2026-0001" in response.content.decode()
    assert ways(browser.get("/").content.decode(), "Beställ montering") == []
    town.is_sound()


def test_repeated_form_counts_once(town: Town) -> None:
    client = town.new_client()
    browser = screen(town, "anna")
    form = {"key": str(new_id()), "client": case_of(town, client), "way": "oral", "step": "confirm"}
    first = browser.post("/do/inform_client", form)
    after = acted()
    again = browser.post("/do/inform_client", form)
    assert (first.status_code, again.status_code) == (200, 200)
    assert acted() == after
    assert "Klart:" in again.content.decode()


def test_what_is_done_offers_the_act_that_puts_it_right(town: Town) -> None:
    """To whoever may do that act, with the client filled in: coordinators don't correct what a client has been told."""
    client = town.new_client()
    form = {"key": str(new_id()), "client": case_of(town, client), "way": "oral", "step": "confirm"}
    done = screen(town, "anna").post("/do/inform_client", form).content.decode()
    (way,) = re.findall(r'href="(/do/correct_information[^"]*)"', done)
    assert way == f"/do/correct_information?client={case_of(town, client)}"
    assert screen(town, "anna").get(way).status_code == 200


def test_what_a_handover_did_is_put_right_with_the_thing_filled_in(town: Town) -> None:
    """Which thing it was is known; who has it is what may be wrong."""
    client = town.new_client()
    form = {"key": str(new_id()), "client": case_of(town, client), "tag": "E1", "step": "confirm"}
    done = screen(town, "olle").post("/do/place_tag", form).content.decode()
    (way,) = re.findall(r'href="(/do/correct_holder[^"]*)"', done)
    assert unescape(way) == "/do/correct_holder?kind=tag&number=E1"
    corrected = screen(town, "olle").get(unescape(way)).content.decode()
    assert 'name="number" value="E1"' in corrected
    assert case_of(town, client) not in corrected.split("<form")[-1], "the client can be another"


PUT_RIGHT_BY_NOTHING = {
    "by another act of the routine": {
        *("start_investigations", "finish_investigation", "report_failure", "cancel_order", "tell_fault"),
        *("withdraw_decisions", "withdraw_allocations", "add_door", "count_stock", "look_at_home"),
        "note_no_answer",
    },
    "told to somebody already": {
        *(
            "tell_tag_fetched",
            "send_letter",
            "send_basis_form",
            "receive_basis_form",
            "attest",
            "raise_alarm",
        ),
    },
    "it only reads": {"take_brief_sight"},
    "signed": {"bill_month", "make_basis_forms", "sign_basis_form"},
    "corrections themselves": {
        *("correct_report", "correct_booking", "correct_information", "confirm_refusal", "withdraw_offer"),
    },
    "hard to undo, and said so": {
        *("succeed_organisation", "merge_clients", "move_to_special_housing"),
        *("confirm_day", "take_back_days", "propose_sharing", "register_things", "move_account"),
        *("register_visit", "name_deputy"),
    },
}
"""Acts with a form that no act puts right, and why."""


def test_every_form_is_put_right_by_another_or_says_why_not() -> None:
    """A new act says which act puts it right, or stands here."""
    without = {act.name for act in REGISTER.values() if act.title and not act.corrected_by}
    known = {name for names in PUT_RIGHT_BY_NOTHING.values() for name in names}
    assert known - without == set(), "these are put right now"
    assert {name for name in known if name not in REGISTER} == set()
    assert without - known == set()


def test_every_act_that_puts_another_right_has_a_form() -> None:
    correcting = {act.corrected_by for act in REGISTER.values() if act.corrected_by}
    assert "correct_information" in correcting
    assert [name for name in correcting if name not in REGISTER or not REGISTER[name].title] == []


def test_old_form_with_other_values_is_refused(town: Town) -> None:
    client = town.new_client()
    browser = screen(town, "anna")
    form = {"key": str(new_id()), "client": case_of(town, client), "way": "oral", "step": "confirm"}
    browser.post("/do/inform_client", form)
    other = browser.post("/do/inform_client", {**form, "way": "written"})
    assert other.status_code == 409
    assert "har redan skickats" in other.content.decode()
    (key,) = inputs(other.content.decode())["key"]
    assert key != form["key"]
    assert browser.post("/do/inform_client", {**form, "way": "written", "key": key}).status_code == 200


def test_p6_rule_1_refusal_in_words(town: Town) -> None:
    client = town.locked()
    browser = screen(town, "olle")
    form = {"client": case_of(town, client), "locksmith": FIRM, "presence": "none", "key": str(new_id())}
    response = browser.post("/do/order_removal", form)
    page = response.content.decode()
    assert response.status_code == 409
    assert 'role="alert"' in page
    assert "Ett lås tas inte ner så länge någon i bostaden har hemtjänst eller trygghetslarm." in page
    assert f'value="{case_of(town, client)}"' in page, "what was typed is still there"


def test_unknown_value_is_an_error_at_its_field(town: Town) -> None:
    response = screen(town, "siri").post(
        "/do/link_lock", {"client": "2026-0099", "serial": "L1", "key": str(new_id())}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'aria-invalid="true"' in page
    assert 'id="f-client-error"' in page
    assert "Det finns inget ärende som du får se med den uppgiften." in page


def test_missing_value_is_an_error_before_the_act(town: Town) -> None:
    response = screen(town, "siri").post("/do/link_lock", {"key": str(new_id())})
    assert response.status_code == 422
    assert response.content.decode().count("Fyll i det här.") == 4, "at each of two fields, and on top"


def test_form_without_key_does_nothing(town: Town) -> None:
    client = town.new_client()
    browser = screen(town, "anna")
    before = acted()
    form = {"client": case_of(town, client), "way": "oral", "step": "confirm"}
    without = browser.post("/do/inform_client", {**form, "key": ""})
    assert "Inget är gjort ännu" in without.content.decode()
    assert browser.post("/do/inform_client", {**form, "key": "x" * 201}).status_code == 409
    assert acted() == before
    (key,) = inputs(without.content.decode())["key"]
    assert "Klart:" in browser.post("/do/inform_client", {**form, "key": key}).content.decode()


def test_p5_field_named_key_is_not_the_idempotency_key(town: Town) -> None:
    """A label is received, and later given back: two forms, whatever both call the key."""
    client = town.new_client()
    browser = screen(town, "olle")
    values = {"client": case_of(town, client), "door": town.door(client), "key": "N1", "signed": "client"}
    for act in ("receive_key", "return_key"):
        form = {**values, "key": [str(new_id()), "N1"]}  # the form's own key stands first in the page
        preview = browser.post(f"/do/{act}", form)
        response = browser.post(f"/do/{act}", {**inputs(preview.content.decode()), "step": "confirm"})
        assert "Klart:" in response.content.decode(), act


def test_duty_done_by_somebody_else(town: Town) -> None:
    client = town.new_client()
    browser = screen(town, "anna")
    (way,) = ways(browser.get("/").content.decode(), "Kunden säger nej")
    town.does("anna", "confirm_understanding", client=client)
    page = browser.get(way).content.decode()
    assert "Uppgiften är redan gjord, eller behövs inte längre." in page


def test_duty_of_another_prefills_nothing(town: Town) -> None:
    from tests.town import MEADOW

    client = town.new_client(MEADOW)
    theirs = town.the("P1.order", client)
    page = screen(town, "olle").get(f"/do/order_installation?duty={theirs.id}").content.decode()
    assert f'value="{case_of(town, client)}"' not in page
    assert "Uppgiften är redan gjord" in page, "not there, or not theirs: the same words"
    wrong = screen(town, "olle").get("/do/order_installation?duty=nonsense")
    assert wrong.status_code == 200


def test_lost_session_redirects_to_start(town: Town) -> None:
    response = Client().post("/do/inform_client", {"client": "2026-0001", "way": "oral"})
    assert (response.status_code, response["Location"]) == (302, "/?left=1")
    assert "Du var inte längre inloggad" in Client().get("/?left=1").content.decode()
    within = Client().post("/do/inform_client", {}, headers={"HX-Request": "true"})
    assert (within.status_code, within["HX-Redirect"]) == (204, "/?left=1")
    count = Client().get("/notices/count", headers={"HX-Request": "true"})
    assert (count.status_code, count.has_header("HX-Redirect")) == (204, False), (
        "nobody is moved out of a form"
    )


def test_a4_a_notice_is_read_once_and_counted(town: Town) -> None:
    client = town.new_client()
    notice = town.the("A4.tell", client)
    browser = screen(town, "olle")
    assert "1 oläst<span" in browser.get("/notices/count").content.decode()
    for _ in range(2):
        assert browser.post(f"/notices/{notice.id}/read")["Location"] == "/#notices"
    assert "0 olästa<span" in browser.get("/notices/count").content.decode()
    assert town.duties("A4.tell", client) == []
    theirs = town.the("A4.tell", town.new_client())
    screen(town, "moa").post(f"/notices/{theirs.id}/read")
    assert town.duties("A4.tell")[0].id == theirs.id, "another's notice is not read"


def test_english_page_has_no_swedish(town: Town) -> None:
    town.inform(town.new_client())
    browser = screen(town, "olle")
    assert browser.post("/language", {"language": "en", "next": "/do/"})["Location"] == "/do/"
    page = browser.get("/").content.decode()
    assert '<html lang="en"' in page
    assert "Order the installation of a lock turner" in page
    form = browser.get(ways(page, "Order installation")[0]).content.decode()
    sent = {**inputs(form), "locksmith": FIRM, "presence": "none"}
    preview = browser.post("/do/order_installation", sent).content.decode()
    for said in (page, form, preview, browser.get("/do/").content.decode()):
        words = re.sub(r"<[^>]+>", " ", said.replace("Tröskel", "").replace("Hemtjänsten Öst", ""))
        words = (
            words.replace("Åke Öman1", "")
            .replace("Ängsvägen 1", "")
            .replace("Lås &amp; Nyckel", "")
            .replace("Nya Låssmeden", "")
            .replace("Svenska", "")
        )
        assert re.findall(r"\w*[åäöÅÄÖ]\w*", words) == []


def test_language_redirect_is_local(town: Town) -> None:
    for place in ("//evil.example", "https://evil.example", "/\\evil.example", ""):
        assert Client().post("/language", {"language": "en", "next": place})["Location"] == "/"
    assert Client().post("/language", {"language": "xx"}).status_code == 404


def test_query_count_is_bounded(town: Town) -> None:
    costs: dict[str, list[int]] = {}
    for _ in range(2):
        for _ in range(3):
            town.inform(town.new_client())
        for who in ("anna", "olle", "carin", "siri", "laban", "maria", "erik"):
            browser = screen(town, who)
            for path in ("/", "/do/", "/notices/count", "/accessibility"):
                with CaptureQueriesContext(
                    connection,
                ) as asked:
                    assert browser.get(path).status_code == 200
                costs.setdefault(f"{who} {path}", []).append(len(statements(asked)))
    assert {page: cost for page, cost in costs.items() if max(cost) > MAX_QUERIES} == {}
    assert {page: cost for page, cost in costs.items() if cost[0] < cost[1]} == {}, "a query for every row"


def test_query_count_of_every_form(town: Town) -> None:
    from troskel.web.text import act_labels

    for name in act_labels.act_names():
        who = next(
            one
            for one in ("anna", "olle", "siri", "laban", "carin")
            if town.actor(one).role in REGISTER[name].who
        )
        with CaptureQueriesContext(connection) as asked:
            assert screen(town, who).get(f"/do/{name}").status_code == 200
        assert len(asked) <= MAX_QUERIES, name


def test_query_count_of_an_order_from_a_duty(town: Town) -> None:
    """Of the form's own reads (offer, organisations, routine) none is made twice in a request."""
    town.inform(town.new_client())
    browser = screen(town, "olle")
    (way,) = ways(browser.get("/").content.decode(), "Beställ montering")
    page, costs = "", []
    for sent in (None, {"locksmith": FIRM, "presence": "none"}, {"step": "confirm"}):
        with CaptureQueriesContext(connection) as asked:
            form = inputs(page) | sent if sent else None
            response = browser.post("/do/order_installation", form) if form else browser.get(way)
        page = response.content.decode()
        made = statements(asked)
        twice = [one for n, one in enumerate(made) if one in made[:n]]
        changed = ("duties_homestate", "journal_chain")
        assert [one for one in twice if not any(table in one for table in changed)] == [], (
            "but for what the act has changed"
        )
        costs.append(len(made))
    assert "Beställning W-2026-0001" in page
    assert all(cost <= most for cost, most in zip(costs, ORDER_QUERIES, strict=True)), costs


def test_rule_10_form_asks_about_what_is_unusual_and_records_it(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    order = town.does("olle", "order_removal", client=client, locksmith=FIRM).answer["order"]
    town.grant(client)
    with town.standing():
        browser, form = screen(town, "laban"), {"order": order, "serial": "L1", "key": str(new_id())}
        assert "done_though" not in browser.get("/do/report_removal").content.decode(), "nothing is asked yet"
        before = acted()
        asked = browser.post("/do/report_removal", form)
        page = asked.content.decode()
        assert asked.status_code == 409
        assert "Är det redan gjort?" in page
        (box,) = re.findall(r'<input[^>]+name="done_though"[^>]*>', page)
        assert 'type="checkbox"' in box and 'value="lock.needed"' in box and "checked" not in box
        assert "Ja, det är gjort, fast någon i bostaden behövde låsvredet" in page
        assert acted() == before
        preview = browser.post("/do/report_removal", {**form, "done_though": "lock.needed"}).content.decode()
        assert "fast någon i bostaden behövde låsvredet" in preview
        assert "Beställ montering av låsvred" in preview, "what will put it right"
        done = browser.post("/do/report_removal", {**inputs(preview), "step": "confirm"})
    assert "Klart:" in done.content.decode()
    assert acted() != before
    town.is_sound()


def test_case_15_an_empty_day_takes_no_death_back(town: Town) -> None:
    client = town.locked()
    case = case_of(town, client)
    with town.standing():
        browser = screen(town, "anna")
        assert "take_back_death" not in browser.get(f"/clients/{case}").content.decode()
        form = {"deaths.client": case, "key": str(new_id()), "step": "confirm"}
        empty = browser.post("/do/record_deaths", form)
        assert (empty.status_code, "Fyll i det här." in empty.content.decode()) == (422, True)
        browser.post("/do/record_deaths", form | {"deaths.on": town.day(0)})
        assert Line.objects.filter(event="client.died").count() == 1
        assert browser.post("/do/record_deaths", form | {"key": str(new_id())}).status_code == 422
        assert "/do/take_back_death" in browser.get(f"/clients/{case}").content.decode()
        browser.post("/do/take_back_death", {"client": case, "key": str(new_id()), "step": "confirm"})
        assert "take_back_death" not in browser.get(f"/clients/{case}").content.decode()
    town.is_sound()


def test_hour_that_comes_twice_is_asked_for_its_offset(town: Town) -> None:
    order = town.order(town.new_client())
    browser = screen(town, "laban")
    form = {"order": order, "starts": "2026-10-25T02:30", "ends": "2026-10-25T04:00", "key": str(new_id())}
    page = browser.post("/do/book_order", form)
    assert page.status_code == 422
    assert "kommer två gånger" in page.content.decode()
    (typed,) = re.findall(r'<input[^>]+name="starts"[^>]*>', page.content.decode())
    assert 'type="text"' in typed, "a field for wall times takes no offset"
    form["starts"] += "+01:00"
    preview = browser.post("/do/book_order", form)
    assert preview.status_code == 200
    browser.post("/do/book_order", {**inputs(preview.content.decode()), "step": "confirm"})
    assert Booking.objects.get().starts == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    form["starts"] = "2027-03-28T02:30"
    page = browser.post("/do/book_order", form)
    assert page.status_code == 422
    assert "finns inte" in page.content.decode()
