# SPDX-License-Identifier: EUPL-1.2
"""The first hour with Tröskel: what each role does first, step by step, with the page where it is done."""

from __future__ import annotations

from typing import NamedTuple

from troskel.ground.texts import _
from troskel.people.queries import Person
from troskel.people.roles import OrganisationKind, Role


class GuideStep(NamedTuple):
    """A step: what one does, why, and the page where it is done."""

    title: str
    text: str
    page: str
    label: str
    argument: str = ""


class Guide(NamedTuple):
    """A role's first hour: its part in the routine in a sentence or two, and the steps."""

    lead: str
    steps: tuple[GuideStep, ...]


_START = _("Att göra")
_ROUTINE = GuideStep(
    _("Läs rutinen"),
    _("Rutinen är programmet. Märken som A8 och P3 leder alltid till punkten de kommer från."),
    "routine",
    _("Rutinen"),
)
_ASSESSOR = Guide(
    _("Du utreder och beslutar. Utförare, låssmed och systemförvaltare får veta resten av Tröskel."),
    (
        GuideStep(
            _("Börja med det översta kortet"),
            _("Varje kort är en kund: vad som begärs, när det ska vara klart och knappen som gör det."),
            "start",
            _START,
        ),
        GuideStep(
            _("Skriv in en ny kund"),
            _("Kund, beslut och utförare i ett formulär. Finns kunden redan står den under Kunder."),
            "act-take_on_client",
            _("Ny kund"),
        ),
        GuideStep(
            _("Prata med kunden om låset"),
            _("Muntligt, skriftligt, nycklarna, och att kunden har förstått: fyra kryss efter samtalet."),
            "paragraph",
            _("Punkt A1"),
            "A1",
        ),
        GuideStep(
            _("Låt inget beslut ta slut i tysthet"),
            _("Går ett beslut ut utan något efter försvinner kunden ur utförarens telefoner."),
            "gaps",
            _("Kunder som försvinner ur telefonen"),
        ),
        GuideStep(
            _("Lämna över när du är borta"),
            _("En kund, flera eller alla, eller en ersättare för några dagar."),
            "act-hand_over_clients",
            _("Lämna över"),
        ),
        _ROUTINE,
    ),
)
_ADMINISTRATOR = Guide(
    _("Du förvaltar låsen och kopplar dem till rätt kund. Du ser också när något står stilla hos andra."),
    (
        GuideStep(
            _("Koppla och koppla bort"),
            _("När låssmeden har rapporterat ett lås står kunden här, med låset ifyllt."),
            "start",
            _START,
        ),
        GuideStep(
            _("Fråga efter det som är sent"),
            _("Det äldsta först, och hos vem det ligger."),
            "late",
            _("Försenat hos andra"),
        ),
        GuideStep(
            _("Se att nattens filer kom in"),
            _("En natt som vill avsluta eller flytta ovanligt många väntar på ditt svar."),
            "imports",
            _("Import från verksamhetssystemet"),
        ),
        GuideStep(
            _("Se att e-posten går fram"),
            _("Det som studsade står här med orsak, och kan skickas igen."),
            "emails",
            _("E-post som inte gick fram"),
        ),
        GuideStep(
            _("Ge och avsluta konton"),
            _("En och en, eller alla från en fil. En länk låter personen välja hur den loggar in."),
            "accounts",
            _("Konton"),
        ),
        GuideStep(
            _("Håll reda på sakerna"),
            _("Varje lås, knapp och nyckel har en innehavare, och hela kedjan går att se."),
            "things",
            _("Lås, knappar och nycklar"),
            "lock",
        ),
        _ROUTINE,
    ),
)
_MANAGER = Guide(
    _("Du följer hur rutinen hålls och ser efter att ingen läser mer än den behöver. Kunderna ser du inte."),
    (
        GuideStep(
            _("Börja med bilden"),
            _("Startsidan visar hur rutinen följs, och var det går trögast just nu."),
            "start",
            _START,
        ),
        GuideStep(
            _("Jämför utförarna"),
            _("Varje punkt har en egen sida med siffror för var och en, kvartal för kvartal."),
            "routine",
            _("Rutinen"),
        ),
        GuideStep(
            _("Granska loggen en gång i månaden"),
            _("Ett slumpvis urval av läsningar dras. Du bedömer om var och en hade ett skäl."),
            "log-reviews",
            _("Granskning av loggen"),
        ),
        GuideStep(
            _("Granska kort insyn"),
            _("Den som tar insyn utan att ha ärendet säger varför. Du ser efter att skälet håller."),
            "brief-sights",
            _("Kort insyn"),
        ),
        GuideStep(
            _("Godkänn en ändrad rutin"),
            _("Den som föreslår får inte godkänna. Först visas vad ändringen hade betytt i år."),
            "routine-versions",
            _("Alla versioner"),
        ),
    ),
)
_ECONOMIST = Guide(
    _(
        "Du följer kunderna från andra kommuner: raderna som faktureras och underlagen. Andra kunder ser du inte."
    ),
    (
        GuideStep(
            _("Öppna förra månaden"),
            _("En rad för varje kund och utförare, med besöken bakom."),
            "billing",
            _("Andra kommuner"),
        ),
        GuideStep(
            _("Se vilka kunderna är"),
            _("De har varken lås eller knapp här, och syns inte i telefonen."),
            "clients",
            _("Kunder"),
        ),
        GuideStep(
            _("Ta emot underlagen"),
            _(
                "Utföraren gör, signerar och skickar en blankett för varje rad. Här säger du att den har kommit."
            ),
            "act-receive_basis_form",
            _("Ta emot en underlagsblankett"),
        ),
        GuideStep(
            _("Läs punkterna O1 till O3"),
            _("De säger vem som fakturerar, hur, och vart blanketten ska."),
            "paragraph",
            _("Punkt O2"),
            "O2",
        ),
    ),
)
_COORDINATOR = Guide(
    _(
        "Du ser till att kunden får lås, att någon är med när det monteras och att nycklar och knappar kommer rätt."
    ),
    (
        GuideStep(
            _("Börja med det översta kortet"),
            _("Varje kort är en kund: vad som begärs, när det ska vara klart och knappen som gör det."),
            "start",
            _START,
        ),
        GuideStep(
            _("Beställ låset senast efter första besöket"),
            _("Beställningen går till låssmeden, och kortet säger till när det är bråttom."),
            "paragraph",
            _("Punkt P1"),
            "P1",
        ),
        GuideStep(
            _("Bestäm vem som är med"),
            _("Låssmedens bokningar hos era kunder, dag för dag. Sätt ett namn på var och en."),
            "bookings",
            _("Bokningar"),
        ),
        GuideStep(
            _("Hämta och lämna nycklar"),
            _("En nyckel för varje lås. Båda skriver under, och kvittot går att skriva ut."),
            "things",
            _("Nycklar"),
            "key",
        ),
        GuideStep(
            _("Rätta besök som blev fel"),
            _("Det som telefonerna skickade och som inte gick att ta in väntar på ditt svar."),
            "phone-events",
            _("Telefonens händelser"),
        ),
        GuideStep(
            _("Lägg upp dina kollegor"),
            _("Den som slutar stänger du här, så försvinner kunderna ur dess telefon samma dag."),
            "accounts",
            _("Konton"),
        ),
    ),
)
_ALARM_COORDINATOR = Guide(
    _("Du leder larmpatrullen. Ett trygghetslarm håller låset kvar även när hemtjänsten har slutat."),
    (
        GuideStep(
            _("Ta emot ett larm"),
            _("Sök kunden på namn, nummer eller gata, och säg hur bråttom det är."),
            "alarms",
            _("Larm"),
        ),
        GuideStep(
            _("Börja sedan med det översta kortet"),
            _("Är ni den sista som har kunden är det ni som beställer att låset tas ner."),
            "start",
            _START,
        ),
        GuideStep(
            _("Ha era egna nycklar"),
            _("Kunden lämnar en nyckel för varje lås till er också."),
            "things",
            _("Nycklar"),
            "key",
        ),
        GuideStep(
            _("Se efter vem som kommer in i natt"),
            _("Kunder där ingen kommer in står överst, med vad som saknas, medan det går att ordna."),
            "tonight",
            _("Vem kommer in i natt?"),
        ),
        GuideStep(
            _("Lägg upp patrullen"),
            _("Den som slutar stänger du här samma dag."),
            "accounts",
            _("Konton"),
        ),
        _ROUTINE,
    ),
)
_CARER = Guide(
    _("Du har dagens kunder i telefonen. Resten sköter andra."),
    (
        GuideStep(
            _("Öppna dagens lista"),
            _("Nästa kund står överst. En kund syns bara de dagar som ett beslut gäller."),
            "phone",
            _("Telefonen"),
        ),
        GuideStep(
            _("Öppna dörren och starta besöket"),
            _("En knapp gör båda. Finns inget lås än startar du med knappen som är hos kunden."),
            "phone",
            _("Dagens kunder"),
        ),
        GuideStep(
            _("Ta med knappen hem när låset sitter"),
            _("Det står på kunden när det är dags."),
            "paragraph",
            _("Punkt P3"),
            "P3",
        ),
        GuideStep(
            _("Svara på det som telefonen inte fick in"),
            _("Blev ett besök nekat kan du säga emot. Samordnaren svarar."),
            "phone-events",
            _("Telefonens händelser"),
        ),
        GuideStep(
            _("Se vad annat du ska göra"),
            _("Nycklar att lämna, eller en låssmed att möta."),
            "start",
            _START,
        ),
    ),
)
_RESPONDER = Guide(
    _("Du åker på larm. Kunden syns i din telefon från att du tar larmet tills det är avslutat."),
    (
        GuideStep(
            _("Ta ett larm"),
            _("Området syns innan du tar det, och det mest brådskande står överst."),
            "alarms",
            _("Larm"),
        ),
        GuideStep(
            _("Öppna dörren"),
            _("När larmet är ditt visar telefonen adressen och hur du kommer in."),
            "phone",
            _("Telefonen"),
        ),
        GuideStep(
            _("Avsluta larmet"),
            _("Säg hur det gick. Då försvinner kunden ur telefonen igen."),
            "alarms",
            _("Öppna larm"),
        ),
        GuideStep(
            _("Läs dina meddelanden"),
            _("Det du behöver veta om nya kunder och lås."),
            "notices",
            _("Meddelanden"),
        ),
    ),
)
_LOCKSMITH = Guide(
    _("Du monterar och tar ner lås. Det du rapporterar sätter i gång resten."),
    (
        GuideStep(
            _("Se din vecka"),
            _("Adress, vem som möter dig och numret dit. Dagens rutt går att följa i ordning."),
            "start",
            _("Min vecka"),
        ),
        GuideStep(
            _("Boka det som väntar"),
            _("Lediga tider är förslag att trycka på. Två på samma tid går inte."),
            "orders",
            _("Beställningar"),
        ),
        GuideStep(
            _("Rapportera vid dörren"),
            _("Låsets nummer räcker. Var ingen hemma rapporterar du det i stället, och bokar om."),
            "paragraph",
            _("Punkt L1"),
            "L1",
        ),
        GuideStep(
            _("Räkna låsen i bilen"),
            _("Varje lås finns på ett ställe. Här står vilka som är hos er."),
            "things",
            _("Låsvred"),
            "lock",
        ),
        GuideStep(
            _("Få bokningarna i din egen kalender"),
            _("En adress som bara du har. Inga namn följer med."),
            "calendar",
            _("Prenumerera"),
        ),
    ),
)
GUIDES = {
    "assessor": _ASSESSOR,
    "administrator": _ADMINISTRATOR,
    "manager": _MANAGER,
    "economist": _ECONOMIST,
    "coordinator": _COORDINATOR,
    "alarm coordinator": _ALARM_COORDINATOR,
    "carer": _CARER,
    "responder": _RESPONDER,
    "locksmith": _LOCKSMITH,
}
"""By whose hour it is."""


def guide_of(person: Person) -> Guide:
    """Returns the guide of a person's work: a coordinator of an alarm organisation has one of its own."""
    leads_alarms = (
        person.actor.role is Role.COORDINATOR and person.organisation_kind is OrganisationKind.ALARM
    )
    return GUIDES["alarm coordinator" if leads_alarms else person.actor.role.value]
