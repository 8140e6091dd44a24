# SPDX-License-Identifier: EUPL-1.2
"""What changes for a client who has a lock, and for one who may have none, told by those who do it."""

from __future__ import annotations

from datetime import date, timedelta

from tests.browser.conftest import Works
from tests.browser.person_at_work import AtWork
from tests.browser.town_server import Town


def test_a5_a6_change_of_provider(works: Works, town: Town) -> None:
    """The lock stays, the keys are handed straight on, the phone follows the provider."""
    case = town.cases["change of provider"]
    anna, olle, moa = works("anna"), works("olle"), works("moa")
    carin, mikael = works("carin", width=390), works("mikael", width=390)
    name = has_on_the_phone_by_lock(carin, "L2")
    anna.does_another(
        "Byt utförare",
        {
            "Ärendenummer": case,
            "Tidigare utförare": "Hemtjänsten Öst",
            "Ny utförare": "Ängens Hemvård",
            "Från och med": town.today.isoformat(),
            "Beteckning i verksamhetssystemet": "F-byte",
        },
        foresees="försvinner ur telefonen hos Hemtjänsten Öst",
    )
    olle.reads("Kunden får en ny utförare från och med", case)
    moa.reads("Kunden har haft en annan utförare förut", case)
    carin.has_not_on_the_phone(name)
    mikael.has_on_the_phone(name, "Lås L2")

    olle.is_not_asked("Beställ nedmontering av låsvredet", case)
    moa.is_not_asked("Beställ montering av låsvred", case)
    olle.is_asked("Lämna tillbaka nycklarna", case)
    olle.does_another(
        "Erbjud saker till en annan organisation",
        {"Sort": "Nyckel", "Nummer": "K-2", "Till vem": "Ängens Hemvård", "Kunden har gått med på det": "Ja"},
    )
    moa.reads("vill lämna över sina nycklar till er. Ta emot dem", case)
    moa.does_another("Ta emot saker", {"Sort": "Nyckel", "Nummer": "K-2"})
    mikael.has_on_the_phone(name, "Lås L2", "Nyckel K-2")
    for person in (olle, moa, carin, mikael):
        person.has_nothing_left(case)


def test_a7_care_ends_but_the_alarm_stays(works: Works, town: Town) -> None:
    """The lock stays: nobody is asked to remove it, and who orders that is told no."""
    case = town.cases["alarm stays"]
    anna, olle, lars, siri = works("anna"), works("olle"), works("lars"), works("siri")
    carin = works("carin", width=390)
    name = has_on_the_phone_by_lock(carin, "L3")
    care_ended_yesterday(anna, town, case)
    olle.reads("Hemtjänsten upphör, sista dagen är", case)
    carin.has_not_on_the_phone(name)
    for person in (olle, lars):
        person.is_not_asked("Beställ nedmontering av låsvredet", case)
    siri.is_not_asked("Ta bort kopplingen", case)
    olle.is_refused("Beställ nedmontering", {"Ärendenummer": case, "Låssmed": "Lås & Nyckel"})
    olle.does("Lämna tillbaka en nyckel", case, {"Vem skriver under för kunden?": "Kunden"})
    olle.has_nothing_left(case)


def test_case_1_one_of_a_couple_leaves(works: Works, town: Town) -> None:
    """One door, one lock, two clients: the link of the one who leaves goes, the lock and the other's link stay."""
    leaves, stays = town.cases["couple"]
    anna, olle, siri, laban = works("anna"), works("olle"), works("siri"), works("laban")
    carin = works("carin", width=390)
    both = names_by_lock(carin, "L4")
    assert len(both) == 2
    care_ended_yesterday(anna, town, leaves)
    (left,) = set(both) - set(names_by_lock(carin, "L4"))
    carin.has_not_on_the_phone(left)
    olle.is_not_asked("Beställ nedmontering av låsvredet", leaves)
    siri.is_asked("Ta bort kopplingen för den kund som har slutat", leaves)
    siri.does("Ta bort kopplingen", leaves)
    siri.has_nothing_left(leaves)
    laban.has_nothing_left(leaves)
    for person in (olle, siri):
        person.is_not_asked("Beställ nedmontering av låsvredet", stays)
        person.is_not_asked("Ta bort kopplingen", stays)
    assert names_by_lock(carin, "L4") == [one for one in both if one != left]


def test_o1_o2_o3_client_of_another_municipality(works: Works, town: Town) -> None:
    """Neither lock nor tag, whoever asks; a row of its own on the invoice, and the basis form to the office."""
    case = town.cases["other municipality"]
    olle, erik = works("olle"), works("erik")
    olle.reads("Kunden är anvisad av en annan kommun: varken låsvred eller kvittensprodukt", case)
    olle.has_nothing_left(case)
    olle.is_refused("Beställ montering", {"Ärendenummer": case, "Låssmed": "Lås & Nyckel"}, "O1")
    olle.is_refused(
        "Kvittensprodukten är hos kunden", {"Ärendenummer": case, "Kvittensproduktens nummer": "E7"}, "O1"
    )
    day = town.today.isoformat()
    olle.does_another(
        "Skriv in ett besök",
        {
            "Ärendenummer": case,
            "Ankomst": f"{day}T07:00",
            "Avgång": f"{day}T07:30",
            "Kvitteras med": "Manuellt",
            "Varför manuellt?": "Kunden bor i en annan kommun",
        },
    )
    month = f"{town.today:%Y-%m}"
    town.until(first_of_the_next_month(town.today))
    olle.does("Fakturera en månad", case)
    olle.does("Gör underlagsblanketter", case)
    form = "U-2026-0001"
    olle.does("Skriv under en underlagsblankett", case, {"Underlagsblankettens nummer": form})
    olle.does("Skicka en underlagsblankett", case, {"Underlagsblankettens nummer": form})
    letter = town.letter_about("underlagsblankett", case, to="lasvred@office.example")
    assert month in letter.get_content()
    erik.does("Ta emot en underlagsblankett", case)
    olle.has_nothing_left(case)


def has_on_the_phone_by_lock(carer: AtWork, serial: str) -> str:
    """The phone has one client whose door has this lock. Gives the name."""
    (name,) = names_by_lock(carer, serial)
    return name


def names_by_lock(carer: AtWork, serial: str) -> list[str]:
    """The names of those on the phone whose door has this lock."""
    carer.looks_at_the_phone()
    clients = carer.page.get_by_role("listitem").filter(has_text=f"Lås {serial}")
    return clients.get_by_role("heading", level=3).all_inner_texts()


def care_ended_yesterday(anna: AtWork, town: Town, case: str) -> None:
    """The home care has ended; it became known today."""
    anna.does_another(
        "Avsluta hemtjänst eller larm",
        {
            "Ärendenummer": case,
            "Insats": "Hemtjänst",
            "Sista dagen": (town.today - timedelta(days=1)).isoformat(),
            "Anledning": "särskilt boende",
        },
        foresees="försvinner ur telefonen hos Hemtjänsten Öst",
    )


def first_of_the_next_month(day: date) -> date:
    """The day on which the month has ended."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
