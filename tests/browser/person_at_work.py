# SPDX-License-Identifier: EUPL-1.2
"""A person of the routine at work: what the start page asks, what they do about it, what they are told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.browser.input_devices import Mouse

if TYPE_CHECKING:
    from tests.browser.conftest import Person

SOON = 30_000  # milliseconds
SHOW, CONFIRM = re.compile("^(Visa vad som händer|Spara)$"), "Ja, gör det"
Answers = Mapping[str, str]
START = re.compile("i dag|att göra")
FIRST_WAY = re.compile("^(Att göra|Min vecka)$")
NOTHING: Answers = MappingProxyType({})


class AtWork:
    """Somebody who has logged in, as the demo lets one; `hand` is how they use the page."""

    def __init__(self, person: Person, hand: Mouse, name: str) -> None:
        self.person = person
        self.page: Page = person.page
        self.hand = hand
        person.goes("/")
        self.logs_in(name)

    def logs_in(self, name: str) -> None:
        """Chooses who to be."""
        self.goes_to(self.page.get_by_role("button", name=re.compile(f"^{name.title()} ")))
        self.page.get_by_role("button", name="Byt person").wait_for()

    # -- the start page

    def starts(self) -> None:
        """Goes to the start page by the first of the ways on, and sees it as it is now."""
        self.goes_to(self.page.get_by_role("navigation").get_by_role("link", name=FIRST_WAY))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(START)

    def turns_to(self, what: Locator) -> None:
        """Turns the pages of cards until this is there, or there are no more."""
        further = self.page.get_by_role("link", name="Visa fler")
        while not what.count() and further.count():
            self.goes_to(further)

    def row(self, what: str, case: str) -> Locator:
        """A duty on a client's card or a notice, by its words, on this page of cards."""
        card = self.page.locator(".person-card").filter(has_text=case)
        duty = card.locator(".ask, h4").filter(has_text=what)
        notice = self.page.get_by_role("listitem").filter(
            has=self.page.get_by_role("heading", level=3, name=what)
        )
        return duty.or_(notice.filter(has_text=case))

    def looks_for(self, what: str, case: str) -> Locator:
        """The duty or notice, on whatever page of the cards; else among all that is unread."""
        self.starts()
        row = self.row(what, case)
        self.turns_to(row)
        rest = self.page.get_by_role("link", name=re.compile("^Se alla .* olästa"))
        if not row.count() and rest.count():
            self.goes_to(rest)
        return row

    def is_asked(self, what: str, case: str) -> None:
        """The start page has this duty or notice about the client, once."""
        expect(self.looks_for(what, case)).to_have_count(1)

    def is_not_asked(self, what: str, case: str) -> None:
        """The start page does not, or no longer, have this duty about the client."""
        expect(self.looks_for(what, case)).to_have_count(0)

    def has_nothing_left(self, case: str) -> None:
        """Nothing about this client waits on the start page, neither to do nor to read."""
        self.starts()
        self.turns_to(self.page.get_by_role("main").get_by_text(case))
        expect(self.page.get_by_role("main").get_by_text(case)).to_have_count(0)

    def reads(self, what: str, case: str) -> None:
        """Reads a notice, and says so."""
        self.is_asked(what, case)
        self.hand.press(self.row(what, case).get_by_role("button", name=re.compile("^Jag har läst")))
        expect(self.row(what, case)).to_have_count(0)
        if self.page.url.endswith("#notices"):
            self.sees_where()

    # -- acts

    def does(self, button: str, case: str, answers: Answers = NOTHING, *, foresees: str = "") -> None:
        """Presses the button beside a duty, answers, sees what will follow, and confirms."""
        self.opens(button, case)
        self.answers(answers)
        self.confirms(button, foresees)

    def opens(self, button: str, case: str) -> None:
        """Presses the button beside a duty about the client: on the card, else on the client's page."""
        self.starts()
        self.turns_to(self.page.locator(".person-card").filter(has_text=case))
        if not self.beside(button, case).count():
            self.goes_to(self.page.locator(".person-card").filter(has_text=case).locator(".whose-name"))
            self.goes_to(self.page.get_by_role("link", name=re.compile(rf"^{re.escape(button)}\s*, ")).first)
        else:
            self.goes_to(self.beside(button, case).first)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(button)

    def beside(self, button: str, case: str) -> Locator:
        """The buttons beside duties about the client, as the start page stands."""
        return self.page.get_by_role("link", name=re.compile(rf"^{re.escape(button)}\s*, .*{case}$"))

    def does_another(self, act: str, answers: Answers = NOTHING, *, foresees: str = "") -> str:
        """Does what no duty asks, from the list of all that one may do. Gives what is said when it is done."""
        self.chooses_among_all(act)
        self.answers(answers)
        return self.confirms(act, foresees)

    def is_refused(self, act: str, answers: Answers, why: str = "") -> None:
        """Tries what the routine does not allow, and is told so."""
        self.chooses_among_all(act)
        self.answers(answers)
        self.says_show()
        self.is_told("Det gick inte.")
        self.is_told(why)

    def chooses_among_all(self, act: str) -> None:
        """Opens a form from the list of all that one may do."""
        self.opens_more()
        self.goes_to(self.page.get_by_role("navigation").get_by_role("link", name="Fler åtgärder"))
        self.goes_to(self.page.get_by_role("link", name=act, exact=True))
        expect(self.page.get_by_role("heading", level=1)).to_have_text(act)

    def opens_more(self) -> None:
        """Opens the menu of what is seldom needed."""
        self.hand.press(self.page.locator("header summary"))

    def answers(self, answers: Answers) -> None:
        """Fills the form in: by label, what is written there or chosen."""
        for label, answer in answers.items():
            self._answers(label, answer)

    def _answers(self, label: str, answer: str) -> None:
        form = self.page.get_by_role("main").locator("form")
        group = form.get_by_role("group", name=label)
        if group.count():
            self.hand.choose(group.get_by_label(answer, exact=True))
            return
        field = form.get_by_label(re.compile(rf"^\s*{re.escape(label)}\s*(\(|$)"))
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=answer)
        elif field.get_attribute("type") == "checkbox":
            self.hand.tick(field)
        else:
            self.hand.write(field, answer)

    def shows(self) -> None:
        """Goes on from the first step, to what will follow."""
        self.says_show()
        self.page.get_by_role("heading", name="Det här händer").wait_for()

    def confirms(self, act: str, foresees: str = "") -> str:
        """Sees what will follow, confirms, and is told that it is done. Gives what the page then says."""
        is_light = self.page.get_by_role("button", name="Spara").count()
        self.says_show()
        asks = self.page.get_by_role("heading", name="Det här händer")
        done = self.page.get_by_role("heading", name="Det här hände", exact=True)
        answer = asks.or_(done) if is_light else asks
        try:
            answer.wait_for(timeout=SOON)
        except PlaywrightTimeout:  # who sees nothing happen presses again: the form's key counts once
            self.says_show()
            answer.wait_for()
        if asks.count():
            expect(self.page.get_by_text("Inget är gjort ännu")).to_be_visible()
            if foresees:
                expect(self.page.get_by_role("main")).to_contain_text(foresees)
            self.says_yes()
        self.page.get_by_role("heading", level=1, name=f"Klart: {act}", exact=True).wait_for()
        return self.page.get_by_role("main").inner_text()

    def says_show(self) -> None:
        """Presses the button of the first step."""
        self.hand.press(self.page.get_by_role("button", name=SHOW))

    def says_yes(self) -> None:
        """Presses the button of the second step."""
        self.hand.press(self.page.get_by_role("button", name=CONFIRM))

    def is_told(self, why: str) -> None:
        """The form stands there again, with why not; that is where one is."""
        expect(self.page.get_by_role("alert")).to_contain_text(why)
        self.sees_where()

    # -- the telephone

    def has_on_the_phone(self, name: str, *ways_in: str) -> None:
        """The telephone shows the client, and how to get in."""
        self.looks_at_the_phone()
        client = self.page.get_by_role("listitem").filter(has_text=_named(name))
        expect(client).to_have_count(1)
        for way_in in ways_in:
            expect(client).to_contain_text(way_in)

    def has_not_on_the_phone(self, name: str) -> None:
        """The telephone does not show the client."""
        self.looks_at_the_phone()
        expect(self.page.get_by_role("main").get_by_text(_named(name))).to_have_count(0)

    def looks_at_the_phone(self) -> None:
        """Opens the telephone's list."""
        self.goes_to(self.page.get_by_role("navigation").get_by_role("link", name="Telefonen"))

    # -- where one is

    def goes_to(self, link: Locator) -> None:
        """Follows a link to another page."""
        with self.page.expect_navigation():
            self.hand.press(link)

    def sees_where(self) -> None:
        """The focus is not lost when a part of the page has changed. (Without scripts, it is a new page.)"""
        lost = self.page.evaluate("() => Boolean(window.htmx) && document.activeElement === document.body")
        assert not lost, "the focus is lost"


def _named(name: str) -> re.Pattern[str]:
    """The name, and not the beginning of another's."""
    return re.compile(rf"{re.escape(name)}(?!\w)")
