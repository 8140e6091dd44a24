# SPDX-License-Identifier: EUPL-1.2
"""What the commonest tasks cost from the start page: clicks, and fields that are filled in. A tick is a click."""

from __future__ import annotations

import re
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Works
from tests.browser.person_at_work import AtWork
from tests.browser.town_server import Town
from troskel.routine.calendar import is_working_day
from troskel.simulator.people import identity_number


class Counted:
    """A person's hand at work, which counts."""

    def __init__(self, person: AtWork) -> None:
        self.person = person
        self.page: Page = person.page
        self.clicks = self.fields = 0
        person.starts()

    def opens(self, button: str) -> None:
        self.clicks += 1
        link = self.page.get_by_role("link", name=re.compile(rf"^{button}"))
        self.person.turns_to(link)  # turning pages is reading, not doing
        self.person.goes_to(link.first)

    def opens_for(self, button: str, case: str) -> None:
        self.clicks += 1
        self.person.turns_to(self.person.beside(button, case))
        self.person.goes_to(self.person.beside(button, case).first)

    def presses(self, button: str) -> None:
        self.clicks += 1
        self.page.get_by_role("button", name=button).click()

    def ticks(self, box: Locator) -> None:
        self.clicks += 1
        box.check()

    def fills(self, label: str, value: str) -> None:
        self.fields += 1
        self.person.answers({label: value})

    def is_done(self) -> str:
        self.page.get_by_role("heading", level=1, name=re.compile("^Klart:")).wait_for()
        return self.page.get_by_role("main").inner_text()


def test_the_commonest_tasks_cost_few_clicks_and_fields(works: Works, town: Town) -> None:
    anna, olle, laban = (works(who) for who in ("anna", "olle", "laban"))
    costs: dict[str, tuple[int, int]] = {}

    new = Counted(anna)
    new.opens("Ny kund")
    for label, value in {
        "Personnummer": identity_number(date(1936, 5, 4), 985),
        "Förnamn": "Klara",
        "Efternamn": "Klickman",
        "Gatuadress": "Klickvägen 1",
        "Postnummer": "99910",
        "Ort": "Byn",
        "Lägenhetsnummer": "1001",
        "Första dagen": town.today.isoformat(),
        "Utförare": "Hemtjänsten Öst",
    }.items():
        new.fills(label, value)
    new.presses("Visa vad som händer")
    new.presses("Ja, gör det")
    found = re.search(r"Ärende (\d{4}-\d{4})", new.is_done())
    assert found is not None
    case = found[1]
    costs["new client, allocated"] = (new.clicks, new.fields)

    talk = Counted(anna)
    talk.opens_for("Skriv in samtalet", case)
    talk.ticks(anna.page.get_by_label("Kunden har förstått att ett låsvred monteras"))
    talk.presses("Spara")
    talk.is_done()
    anna.has_nothing_left(case)
    costs["A1-A3"] = (talk.clicks, talk.fields)

    order = Counted(olle)
    order.opens_for("Beställ montering", case)
    locksmith = olle.page.get_by_label("Lås & Nyckel")
    expect(locksmith).to_be_checked()  # the firm of the last order is proposed
    order.presses("Visa vad som händer")
    order.presses("Ja, gör det")
    order.is_done()
    order.clicks += 1
    olle.goes_to(olle.page.get_by_role("link", name=re.compile("kvittensprodukt", re.IGNORECASE)).first)
    order.presses("Spara")
    order.is_done()
    costs["order and tag"] = (order.clicks, order.fields)

    book = Counted(laban)
    book.opens_for("Boka tid", case)
    book.presses("Spara")
    book.is_done()
    ahead = next(after for after in range(1, 9) if is_working_day(town.today + timedelta(days=after)))
    town.days_pass(ahead)  # the hour that was proposed
    laban.starts()
    book.opens_for("Låsvredet är monterat", case)
    book.fills("Låsets nummer", "L8")
    book.presses("Visa vad som händer")
    book.presses("Ja, gör det")
    book.is_done()
    costs["book and report"] = (book.clicks, book.fields)

    most = {
        "new client, allocated": (14, 12),
        "A1-A3": (4, 0),
        "order and tag": (5, 0),
        "book and report": (6, 1),
    }
    assert {
        task: cost for task, cost in costs.items() if cost[0] > most[task][0] or cost[1] > most[task][1]
    } == {}
    assert sum(costs["book and report"]) <= 6 + 1
