# SPDX-License-Identifier: EUPL-1.2
"""From a duty to its fulfilment, as a person does it: by mouse, by keyboard alone, without scripts, and clumsily."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Opens
from tests.browser.person_at_work import START

BUTTON = re.compile("^Beställ montering ?,")
"""The button of a card: its hidden words say whose."""


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def focused(page: Page) -> str:
    """The words of what has the focus; `body` where nothing has."""
    return str(page.evaluate("() => document.activeElement.tagName + ' ' + document.activeElement.innerText"))


def tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says so."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if words in focused(page):
            return
    raise AssertionError(f"no Tab comes to {words!r}")


def test_p1_an_order_from_the_duty_to_done(opens: Opens) -> None:
    page = opens("olle").page
    address = page.get_by_role("link", name=BUTTON).first.get_attribute("href")
    page.get_by_role("link", name=BUTTON).first.click()
    assert heading(page) == "Beställ montering"
    page.get_by_label("Lås & Nyckel").check()
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_text("Inget är gjort ännu").or_(page.get_by_role("alert")).wait_for()
    if page.get_by_role("alert").count():  # the client is not informed: a reason is asked for
        expect(page.get_by_role("alert")).to_be_focused()
        page.get_by_label("Varför beställs det").fill("bråttom")
        page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("heading", name="Det här händer").wait_for()
    assert "H1" in focused(page), "focus follows the new step"
    page.get_by_role("button", name="Ja, gör det").click()
    page.get_by_role("heading", name="Klart: Beställ montering").wait_for()
    expect(page.get_by_text(re.compile("Beställning W-2026-"))).to_be_visible()
    page.get_by_role("link", name="Till det jag ska göra").click()
    assert page.get_by_role("heading", level=1).is_visible()
    expect(page.locator(f'a[href="{address}"]')).to_have_count(0)  # the next page's first card moves up


def test_a1_by_keyboard_alone(opens: Opens) -> None:
    page = opens("anna").page
    page.reload()
    page.keyboard.press("Tab")
    assert "Till innehållet" in focused(page)
    page.keyboard.press("Enter")
    tab_to(page, "Skriv in samtalet")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Skriv in samtalet").wait_for()
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.type === 'checkbox'"):
            break
    page.keyboard.press("Space")
    tab_to(page, "Spara")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Klart: Skriv in samtalet").wait_for()
    assert "H1" in focused(page)
    tab_to(page, "Till det jag ska göra")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=START).wait_for()


def test_without_scripts_it_works_too(opens: Opens) -> None:
    page = opens("anna", scripts=False).page
    page.get_by_role("link", name=re.compile("^Kunden säger nej")).first.click()
    page.get_by_label("Vill inte").check()
    page.get_by_role("button", name="Visa vad som händer").click()
    assert heading(page) == "Kunden säger nej"
    page.get_by_role("button", name="Ändra").click()
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("button", name="Ja, gör det").click()
    assert heading(page).startswith("Klart:")


def test_a_double_click_and_the_back_button_do_it_once(opens: Opens) -> None:
    person = opens("olle", scripts=False)
    page = person.page
    page.get_by_role("link", name=re.compile("^Kvittensprodukten är hos kunden")).first.click()
    page.get_by_label("Kvittensproduktens nummer").fill("E8")
    again = page.context.new_page()
    values = page.eval_on_selector_all("main form input", "all => all.map(one => [one.name, one.value])")
    page.get_by_role("button", name="Spara").click()
    if page.get_by_role("button", name="Ja, gör det").count():  # something follows for others
        page.get_by_role("button", name="Ja, gör det").click()
    assert heading(page).startswith("Klart:")
    address = page.url
    sent = page.context.request.post(
        address, form={**dict(values), "fixed": "client", "step": "confirm"}, headers={"Referer": address}
    )
    assert sent.status == 200, "the same form again gets the first answer"
    assert "Klart:" in sent.text()
    again.close()


def test_error_at_field_and_on_top(opens: Opens) -> None:
    person = opens("siri")
    page = person.goes("/do/link_lock")
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_role("alert").wait_for()
    expect(page.get_by_role("alert")).to_be_focused()
    field = page.get_by_label("Låsets nummer")
    assert field.get_attribute("aria-invalid") == "true"
    page.get_by_label("Ärendenummer").fill("2026-9999")
    field.fill("L1")
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_text("Det finns inget ärende som du får se").first.wait_for()


def test_s2_refusal_in_words(opens: Opens) -> None:
    person = opens("siri")
    page = person.goes("/do/link_lock")
    page.get_by_label("Ärendenummer").fill("2026-0002")
    page.get_by_label("Låsets nummer").fill("L1")
    page.get_by_role("button", name="Visa vad som händer").click()
    page.get_by_text("Det gick inte.").wait_for()


def test_two_people_at_the_same_duty(opens: Opens) -> None:
    first, second = opens("siri"), opens("siri")
    for person in (first, second):
        person.page.get_by_role("link", name=re.compile("^Koppla låset till kunden")).first.click()
        person.page.get_by_role("button", name="Visa vad som händer").click()
        person.page.get_by_text("Steg 2 av 2").wait_for()
    for person in (first, second):
        person.page.get_by_role("button", name="Ja, gör det").click()
        person.page.get_by_role("heading", name="Klart:").wait_for()
    gone = first.goes("/").get_by_role("link", name=re.compile("^Koppla låset till kunden"))
    assert gone.count() == 0


def test_lost_session_is_reported(opens: Opens) -> None:
    person = opens("anna")
    page = person.page
    page.get_by_role("link", name=re.compile("^Skriv in samtalet")).first.click()
    page.context.clear_cookies(name="troskel_account")
    page.get_by_role("button", name="Spara").click()
    page.get_by_text("Du var inte längre inloggad").wait_for()


def test_a4_a_notice_is_read(opens: Opens) -> None:
    page = opens("moa").page
    count = page.locator("#unread")
    before = int(count.inner_text().split()[0])
    page.get_by_role("button", name=re.compile("^Jag har läst")).first.click()
    if before > 1:
        expect(count).to_have_text(re.compile(f"^{before - 1} "))
    else:
        expect(page.get_by_role("heading", name="Inga meddelanden")).to_be_visible()
    assert "H2" in focused(page)


def test_the_language_is_changed_and_stays(opens: Opens) -> None:
    page = opens("olle").page
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", level=1, name=re.compile("today|to do")).wait_for()
    assert page.locator("html").get_attribute("lang") == "en"
    page.get_by_role("button", name="Svenska").click()
    page.get_by_role("heading", level=1, name=START).wait_for()
