# SPDX-License-Identifier: EUPL-1.2
"""What a line in the chain of reads says that somebody looked at, and why a read was drawn for review."""

from __future__ import annotations

from django.utils.translation import gettext

from troskel.ground.texts import _

READ_EVENTS = {
    "accounts.exported": _("Fil med konton"),
    "alarm_clients.found": _("Sökning av den som larmet gäller"),
    "alarms.listed": _("Lista över larm"),
    "basis_form.opened": _("Underlagsblankett"),
    "basis_forms.listed": _("Lista över underlagsblanketter"),
    "bookings.viewed": _("Bokningar"),
    "brief_sights.listed": _("Lista över kort insyn"),
    "emergency_openings.listed": _("Lista över öppningar vid larm"),
    "client.chosen": _("Formulär om en kund"),
    "client.extracted": _("Registerutdrag om en kund"),
    "client.opened": _("Kundens sida"),
    "clients.exported": _("Fil med kunder"),
    "clients.listed": _("Lista över kunder"),
    "clients.named": _("Formulär som visar vem det gäller"),
    "decisions.exported": _("Fil med beslut"),
    "decisions.listed": _("Lista över beslut"),
    "detail.read": _("Fritext på en rad i loggen"),
    "door.asked": _("Fråga om en dörr får öppnas"),
    "duties.viewed": _("Uppgifter hos en kund"),
    "duty.listed": _("Lista över uppgifter"),
    "emails.listed": _("E-post som inte gick fram"),
    "gaps.viewed": _("Kunder som försvinner ur telefonen"),
    "invoice_rows.listed": _("Fakturarader"),
    "journal.listed": _("Rader i loggen"),
    "key.exported": _("Fil med nycklar"),
    "key.listed": _("Lista över nycklar"),
    "late.listed": _("Försenade uppgifter"),
    "letter.opened": _("Brev till en kund"),
    "links.exported": _("Fil med kopplingar"),
    "links.listed": _("Lista över kopplingar"),
    "links.viewed": _("Kundens lås"),
    "lock.exported": _("Fil med lås"),
    "lock_states.exported": _("Fil med låsens tillstånd"),
    "lock_states.listed": _("Låsens tillstånd"),
    "lock.listed": _("Lista över lås"),
    "log_review.viewed": _("Granskning av loggen"),
    "notice.listed": _("Lista över meddelanden"),
    "notices.viewed": _("Meddelanden"),
    "open_alarms.viewed": _("Öppna larm"),
    "openings.listed": _("Lista över öppnade dörrar"),
    "orders.exported": _("Fil med beställningar"),
    "orders.listed": _("Lista över beställningar"),
    "organisations.exported": _("Fil med organisationer"),
    "papers.viewed": _("Kundens brev och kvitton"),
    "phone.listed": _("Telefonens lista"),
    "phone.opened": _("En kund i telefonen"),
    "phone_events.listed": _("Telefonens händelser"),
    "phones.viewed": _("Vilka telefoner som har kunden"),
    "receipt.opened": _("Kvitto på en nyckel eller kvittensprodukt"),
    "references.viewed": _("Verksamhetssystemets beteckningar"),
    "routine.compared": _("Jämförelse av två versioner av rutinen"),
    "search.made": _("Sökning"),
    "search.shown": _("Resultatet av en sökning"),
    "tag.exported": _("Fil med kvittensprodukter"),
    "tag.listed": _("Lista över kvittensprodukter"),
    "unanswered.listed": _("Kunder som inte öppnade"),
    "visits.exported": _("Fil med besök"),
    "visits.listed": _("Lista över besök"),
    "ways_in.viewed": _("Vem som kommer in i natt"),
    "work_order.opened": _("Arbetsorder"),
    "worklist.viewed": _("Att göra"),
}
WHY_DRAWN = {
    "random": _("Slumpen"),
    "protected": _("Kunden har skyddade uppgifter"),
    "brief_sight": _("Läste med kort insyn"),
    "same_name": _("Samma efternamn som kunden"),
    "night": _("Utanför arbetstid"),
    "much": _("Läser mycket mer än andra i samma roll"),
    "export": _("Hämtade uppgifterna till en fil"),
    "free_text": _("Läste fritext"),
    "command_line": _("Kommandoraden"),
}


def read_text(event: str) -> str:
    """Returns what somebody looked at, in the language of the page; the code where it is unknown."""
    return gettext(READ_EVENTS[event]) if event in READ_EVENTS else event


def why_text(code: str) -> str:
    """Returns why a read was drawn, in the language of the page."""
    return gettext(WHY_DRAWN[code])
