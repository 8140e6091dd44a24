# SPDX-License-Identifier: EUPL-1.2
"""The client's extract as a page to print: all that is held about the client, and who has read."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext, gettext_noop

from troskel.acts.absence import AbsenceReason
from troskel.acts.doors import ConsentWay
from troskel.acts.erasure import HoldReason
from troskel.acts.registering import Protection
from troskel.acts.reporting_work import PartsPutBack
from troskel.ground import clock, formatting
from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.queries import Person
from troskel.reading.client_extract import (
    TABLES,
    ExtractSection,
    client_extract,
    municipality_name,
)
from troskel.runner.choices import (
    AccountRole,
    AlarmOutcome,
    AlarmUrgency,
    Cancellation,
    CareService,
    CorrectionReason,
    DoorKind,
    EventState,
    Evidence,
    Failure,
    KindOfThing,
    LockFault,
    Presence,
    RepresentativeKind,
    SightVerdict,
    Signer,
    VisitException,
    VisitReason,
)
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.forms.fields import mark_label
from troskel.web.text import act_labels
from troskel.web.text.events import event_text
from troskel.web.text.languages import language_name
from troskel.web.text.reads import read_text
from troskel.web.text.refusals import refusal_text

SECTIONS = {
    "person": _("Uppgifter om personen"),
    "identifiers": _("Personnummer och andra nummer"),
    "homes": _("Bostäder"),
    "planned_moves": _("Planerade flyttar"),
    "access_notes": _("Vägen in"),
    "doors": _("Dörrar"),
    "consents": _("Fastighetsägarens medgivanden"),
    "representatives": _("Företrädare"),
    "areas": _("Områden hos utförarna"),
    "entrusted": _("Vilka som får se skyddade uppgifter"),
    "investigations": _("Utredningar"),
    "decisions": _("Beslut"),
    "allocations": _("Fördelningar till utförare"),
    "absences": _("Frånvaro"),
    "orders": _("Beställningar"),
    "bookings": _("Bokade tider"),
    "links": _("Kopplingar till låsvred"),
    "things": _("Lås, kvittensprodukter och nycklar"),
    "visits": _("Besök"),
    "phone_events": _("Vad personalens telefoner har antecknat"),
    "tag_reads": _("Vad kvittensprodukter har signerat"),
    "openings": _("Öppnade dörrar"),
    "grants": _("Digitala nycklar som personalens telefoner har haft med sig"),
    "alarms": _("Larm"),
    "invoice_rows": _("Fakturarader till en annan kommun"),
    "basis_forms": _("Underlagsblanketter"),
    "duties": _("Uppgifter och meddelanden hos personalen"),
    "brief_sights": _("Kort insyn"),
    "holds": _("Skäl att bevara akten"),
    "log": _("Vad som har hänt"),
    "reads": _("Vilka som har läst"),
}
COLUMNS = {
    "reviewed": _("Granskades"), "taken": _("Togs"), "verdict": _("Bedömning"),
    "urgency": _("Hur bråttom"), "accepted": _("Togs emot"), "arrived": _("Kom"), "assigned_by": _("Kom från kommunen"),
    "assessor_told": _("Handläggare, enligt verksamhetssystemet"), "battery": _("Batteri"),
    "area": _("Område"), "area_told": _("Område, enligt verksamhetssystemet"),
    "moment": _("Ankomst eller avgång"), "counter": _("Läsningens nummer"),
    "told": _("Kom till servern"), "key__tag__number": _("Nummer"),
    "ask": _("Vad som efterfrågas"), "billed": _("Fakturerades"), "case_number": _("Ärendenummer"),
    "closed": _("Avslutades"), "code": _("Kod"), "day": _("Dag"), "departed": _("Gick"),
    "departed_evidence": _("Kvitterades ut med"), "departed_reason": _("Därför manuellt ut"),
    "died": _("Avled"), "content": _("Som telefonen skickade det"), "contested": _("Bestreds"),
    "digest": _("Blankettens kontrollsumma"), "done_though": _("Gjordes ändå, trots"),
    "due": _("Senast"), "ending": _("Hur det tog slut"), "ends": _("Slutar"),
    "escalated": _("Gick till ersättaren"), "event": _("Vad"), "evidence": _("Kvitterades med"),
    "fault": _("Fel"), "finished": _("Blev klar"), "first_name": _("Förnamn"),
    "flags": _("Märkt"), "home_municipality": _("Hemkommun"), "home__apartment": _("Lägenhet"),
    "home__postcode": _("Postnummer"), "home__street": _("Gatuadress"), "home__town": _("Ort"),
    "kind": _("Sort"), "door__kind": _("Dörr"), "door__label": _("Dörrens namn"),
    "language": _("Språk"), "last_name": _("Efternamn"), "lock__number": _("Lås"),
    "lock_unwanted": _("Vill inte ha låsvred sedan"), "locksmith__name": _("Låssmed"),
    "made": _("Gjordes"), "merged_into__case_number": _("Ihopslagen med"), "minutes": _("Minuter"),
    "month": _("Månad"), "name": _("Namn"), "not_after": _("Gällde till"),
    "not_before": _("Gällde från"), "noted": _("Antecknades"), "number": _("Nummer"),
    "occurred": _("När"), "on": _("Dag"), "open": _("Pågår"), "opened": _("Började"),
    "order__number": _("Beställning"), "issued": _("Utfärdades"), "key__lock__number": _("Lås"),
    "phone__account__role": _("Roll"), "organisation": _("Organisation"),
    "organisation__name": _("Organisation"), "account__organisation__name": _("Organisation"),
    "outcome": _("Hur det gick"), "own_since": _("Kommunens egen sedan"), "owner": _("Fastighetsägare"),
    "paragraph": _("Punkt"), "parts": _("Dörrens eget vred"), "phone": _("Telefon"),
    "placed": _("Lades"), "presence": _("Vem som är med"), "protection": _("Skyddade personuppgifter"),
    "raised": _("Kom"), "reason": _("Anledning"), "received": _("Togs emot"),
    "reference": _("Beteckning"), "decision__reference": _("Beslut"), "replaces": _("Ersätter"),
    "role": _("Roll"), "account__role": _("Roll"), "assessor__role": _("Ansvarig"),
    "sent": _("Skickades"), "rule": _("Punkt"), "settled": _("Besvarades"), "swedish": _("Varför"),
    "service": _("Insats"), "signature": _("Skrev under"),
    "signed": _("Skrevs under"), "since": _("Från"), "started": _("Började"), "starts": _("Börjar"),
    "state": _("Läge"), "text": _("Text"), "thing__number": _("Nummer"), "thing_kind": _("Sak"),
    "times": _("Antal gånger"), "until": _("Till"), "valid_from": _("Från och med"),
    "valid_through": _("Till och med"), "visits": _("Besök"), "way": _("På vilket sätt"),
    "withdrawn": _("Togs tillbaka"), "without_departure": _("Utan avgång"),
}  # fmt: skip
OTHER_CODES = {
    "installation": _("Montering"), "removal": _("Nedmontering"), "repair": _("Reparation"),
    "placed": _("Lagd"), "booked": _("Bokad"), "done": _("Klar"), "cancelled": _("Avbeställd"),
    "organisation": _("En organisation"), "client": _("Kunden"), "door": _("Dörren"),
    "lost": _("Borta"), "opened": _("Öppnades"), "refused": _("Låset nekade"),
    "duty": _("Uppgift"), "notice": _("Meddelande"), "moot": _("Behövs inte längre"),
    "made": _("Gjord"), "signed": _("Underskriven"), "sent": _("Skickad"),
    "received": _("Mottagen"), "moved": _("Flyttade"), "called_off": _("Ställdes in"), "confirmed": _("Bekräftat"),
    "unconfirmed": _("Inte bekräftat"), "rebooked": _("Bokades om"), "provider": _("Utföraren"),
    "arrival_corrected": _("Ankomsten är rättad"), "departure_corrected": _("Avgången är rättad"),
    "locked": _("Låstes"), "no_answer": _("Låset svarade inte"), "jammed": _("Låset kärvade"),
    "unknown": _("Inget svar kom"), "office": _("Kontoret"), "locksmith": _("Låssmeden"),
    "arrive": _("Ankomst"), "depart": _("Avgång"), "system": _("Systemet"), "none": _("Ingen"), "open": _("Öppen"),
}  # fmt: skip
"""Words of codes that no list of choices has."""
CHOICES: dict[str, tuple[type[Choice], ...]] = {
    "door__kind": (DoorKind,), "role": (AccountRole,), "account__role": (AccountRole,),
    "assessor__role": (AccountRole,),
    "service": (CareService,), "thing_kind": (KindOfThing,), "signature": (Signer,), "way": (ConsentWay,),
    "protection": (Protection,), "presence": (Presence,), "fault": (LockFault,), "evidence": (Evidence,),
    "state": (EventState,),
    "departed_evidence": (Evidence,), "departed_reason": (VisitReason, CorrectionReason), "kind": (RepresentativeKind,),
    "reason": (AbsenceReason, Cancellation, VisitReason, HoldReason), "outcome": (AlarmOutcome, Failure),
    "flags": (VisitException,), "urgency": (AlarmUrgency,), "verdict": (SightVerdict,), "parts": (PartsPutBack,),
}  # fmt: skip
CODED = {*CHOICES, "state", "ending", "moment"}
SEVERAL = {"flags", "done_though"}
"""Columns that hold several codes, a space between."""
MUNICIPALITIES = {"home_municipality", "assigned_by"}
MONTH = re.compile(r"\d{4}-\d\d")
DAY, INSTANT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT.*")


class ExtractTable(NamedTuple):
    """A section as a table: its heading, the columns that any row has, and the rows."""

    name: str
    heading: str
    columns: list[str]
    rows: list[list[str]]


@page(
    "clients/<str:case>/extract",
    name="client-extract",
    about=gettext_noop(
        "Allt som finns om kunden, att lämna ut när kunden begär det. Utdraget skrivs i loggen."
    ),
    serves=("rule 7",),
    who=client_extract.who,
)
def extract(request: HttpRequest, person: Person, case: str) -> HttpResponse:
    """All that is held about the client. The read is recorded, and stands in the next extract."""
    try:
        found = client_extract(person.actor, case)
    except Refusal as refusal:
        return render_page(
            request, "web/client_extract.html", {"case": case, "refusal": refusal_text(refusal)}, status=409
        )
    english, tables = (get_language() or "sv").startswith("en"), []
    own = {person.actor.municipality: municipality_name(person.actor)}
    for section in found.sections:
        names = _columns(section)
        rows = [
            [_value(section.name, name, _told(row, name, english=english), own) for name in names]
            for row in section.rows
        ]
        tables.append(
            ExtractTable(
                section.name,
                gettext(SECTIONS[section.name]),
                [gettext(COLUMNS[name]) for name in names],
                rows,
            )
        )
    values = {
        "case": found.case,
        "refusal": "",
        "made": formatting.instant(found.made, clock.today()),
        "tables": [table for table in tables if table.rows],
        "empty": [table.heading for table in tables if not table.rows],
    }
    return render_page(request, "web/client_extract.html", values)


def _columns(section: ExtractSection) -> list[str]:
    """The columns that any row has, in the order of the table."""
    in_order = next((table.columns for table in TABLES if table.name == section.name), ())
    found = dict.fromkeys(name for row in section.rows for name in row if name != "text_en")
    return [*(name for name in in_order if name in found), *(name for name in found if name not in in_order)]


def _told(row: dict[str, str | int | bool], name: str, *, english: bool) -> str | int | bool:
    return row.get("text_en" if english and name == "text" and "text_en" in row else name, "")


def _value(section: str, column: str, value: str | int | bool, own: dict[str, str]) -> str:
    """Returns a value in the language of the page: a code in words, a day, an instant.

    `own`: the municipality's name by its code.
    """
    if isinstance(value, bool):
        return gettext("Ja") if value else gettext("Nej")
    text = str(value)
    if column == "event":
        return read_text(text) if section == "reads" else event_text(text)
    if column == "language":
        return language_name(text)
    if column in MUNICIPALITIES and text:
        name = own.get(text) or gettext("en annan kommun")
        return f"{name} ({text})"
    if MONTH.fullmatch(text) and column == "month":
        return formatting.month(date.fromisoformat(f"{text}-01"))
    if DAY.fullmatch(text):
        return formatting.day(date.fromisoformat(text), date.min)
    if INSTANT.fullmatch(text):
        return formatting.instant(datetime.fromisoformat(text), date.min)
    if column in SEVERAL:
        return ", ".join(_code(column, code) for code in text.split())
    return _code(column, text) if column in CODED else text


def _code(column: str, code: str) -> str:
    """Returns a code in words; one that has none as it is."""
    if column == "done_though":
        return mark_label(code)
    labels = (act_labels.choice_label(choices, code) for choices in CHOICES.get(column, ()))
    return next(filter(None, labels), "") or (gettext(OTHER_CODES[code]) if code in OTHER_CODES else code)
