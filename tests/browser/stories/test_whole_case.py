# SPDX-License-Identifier: EUPL-1.2
"""The routine from "new client" to "link removed", by its five people, each at a screen of their own.

Each does what their own start page asks, with the button beside it; the days pass at the server.
"""

from __future__ import annotations

import re
from datetime import timedelta

from tests.browser.conftest import Works
from tests.browser.person_at_work import AtWork
from tests.browser.town_server import Town

NAME = "Märta Ågren"
OFFICE, EAST = "lasvred@office.example", "samordnare@ost.example"


def test_client_from_decision_to_removal(works: Works, town: Town) -> None:
    anna, olle, laban, siri = (works(who) for who in ("anna", "olle", "laban", "siri"))
    carin = works("carin", width=390)

    # A4: the client is new, has a decision, and is given to a provider
    case = new_client(anna)
    anna.does_another(
        "Skriv in ett beslut",
        {
            "Ärendenummer": case,
            "Beteckning i verksamhetssystemet": "B-trad",
            "Insats": "Hemtjänst",
            "Första dagen": town.today.isoformat(),
        },
        foresees="Fördela beslutet till en utförare",
    )
    carin.has_not_on_the_phone(NAME)
    anna.does(
        "Fördela till en utförare",
        case,
        {"Beteckning i verksamhetssystemet": "F-trad", "Utförare": "Hemtjänsten Öst"},
        foresees="syns i telefonen hos Hemtjänsten Öst tills vidare",
    )
    olle.reads("Kunden är ny. Beställ montering av låsvred", case)
    carin.has_on_the_phone(NAME, "Kunden öppnar själv")

    # A1, A2, A3: the client is told in both ways, knows of the keys, and has understood
    anna.does("Skriv in samtalet", case, {"Kunden har förstått att ett låsvred monteras": "ja"})
    anna.has_nothing_left(case)

    # P2, P5, P1: tag and key at the first visit; the order
    carin.is_asked("Lämna en kvittensprodukt hos kunden", case)
    carin.does("Kvittensprodukten är hos kunden", case, {"Kvittensproduktens nummer": "E2"})
    carin.does(
        "Ta emot en nyckel", case, {"Nyckelns märkning": "K-trad", "Vem skriver under för kunden?": "Kunden"}
    )
    olle.is_not_asked("Hämta en nyckel till varje lås", case)
    olle.does("Beställ montering", case, {"Låssmed": "Lås & Nyckel"}, foresees="Låssmed: Montera låsvredet")
    carin.has_nothing_left(case)
    carin.has_on_the_phone(NAME, "Nyckel K-TRAD", "Knappen är hos kunden")

    # P4: the locksmith books, and somebody is to be there
    comes = town.today + timedelta(days=2)
    laban.is_asked("Montera", case)
    laban.does(
        "Boka tid",
        case,
        {
            "Börjar": f"{comes}T13:00",
            "Slutar": f"{comes}T14:00",
            "Vem behöver vara med?": "Personal från utföraren",
        },
    )
    carin.is_asked("Var med när låssmeden kommer", case)

    # L1: mounted; S1: an e-mail comes, and the assessor is told
    town.days_pass(2, hour=13)
    laban.does("Låsvredet är monterat", case, {"Låsets nummer": "L1"}, foresees="E-post")
    an_email_tells(town, "Låsvredet är monterat", case)
    laban.has_nothing_left(case)
    carin.is_not_asked("Var med när låssmeden kommer", case)
    anna.reads("Låsvredet är monterat", case)

    # S2: the link; P3: the tag comes home
    siri.does("Koppla låset till kunden", case)
    siri.does("Brevet är skickat", case)
    siri.has_nothing_left(case)
    carin.has_on_the_phone(NAME, "Lås L1")
    carin.does("Kvittensprodukten är hämtad", case)
    for person in (anna, olle, carin, laban, siri):
        person.has_nothing_left(case)

    # the care ends with the day: the phone has the client until then, and not after
    town.days_pass(5)
    anna.does_another(
        "Avsluta hemtjänst eller larm",
        {
            "Ärendenummer": case,
            "Insats": "Hemtjänst",
            "Sista dagen": town.today.isoformat(),
            "Anledning": "särskilt boende",
        },
    )
    olle.reads("Kunden har snart, eller redan, varken hemtjänst eller larm kvar", case)
    carin.has_on_the_phone(NAME, "Lås L1")
    town.days_pass(1)
    carin.has_not_on_the_phone(NAME)

    # P6, P5: the removal is ordered, the key goes back
    olle.does("Beställ nedmontering", case, {"Låssmed": "Lås & Nyckel"})
    olle.does("Lämna tillbaka en nyckel", case, {"Vem skriver under för kunden?": "Kunden"})
    olle.has_nothing_left(case)

    # L1: removed; S3: an e-mail comes, and the link goes
    laban.does("Låsvredet är nedmonterat", case)
    an_email_tells(town, "Låsvredet är nedmonterat", case)
    anna.reads("Låsvredet är nedmonterat", case)
    siri.does("Ta bort kopplingen", case)
    siri.does("Brevet är skickat", case)

    # nothing is left to do, and the link is gone
    for person in (anna, olle, carin, laban, siri):
        person.has_nothing_left(case)
    siri.is_refused("Ta bort kopplingen", {"Ärendenummer": case, "Låsets nummer": "L1"})


def new_client(anna: AtWork) -> str:
    """Anna registers a client, and gets the case number."""
    told = anna.does_another(
        "Lägg upp en ny kund",
        {
            "Beteckning i verksamhetssystemet": "K-trad",
            "Personnummer": "194103129815",
            "Förnamn": "Märta",
            "Efternamn": "Ågren",
            "Gatuadress": "Trådvägen 3",
            "Postnummer": "99910",
            "Ort": "Byn",
            "Lägenhetsnummer": "1101",
        },
    )
    found = re.search(r"Ärende (\d{4}-\d{4})", told)
    assert found, told
    return found[1]


def an_email_tells(town: Town, what: str, case: str) -> None:
    """The automatic e-mail has come to the provider and to the administrator; it names nobody (rule 8)."""
    letters = [town.letter_about(what, case, to=whom) for whom in (OFFICE, EAST)]
    for letter in letters:
        said = str(letter["Subject"]) + letter.get_content()
        assert not {"Märta", "Ågren", "Trådvägen", "194103129815"} & set(re.split(r"\W", said)), said
