# SPDX-License-Identifier: EUPL-1.2
"""What a journal line says about a client, as something that has happened; details (who, which day) follow it."""

from __future__ import annotations

from django.utils.translation import gettext

from troskel.ground.texts import _
from troskel.routine.vocabulary import ROUTINE_EVENTS
from troskel.web.text.act_labels import localized

CLIENT_EVENTS = {
    "client.registered": _("Kunden lades upp"),
    "client.changed": _("Kundens uppgifter ändrades"),
    "client.moved": _("Kunden flyttade"),
    "client.municipality_changed": _("Kunden bytte hemkommun"),
    "representative.named": _("Kunden fick en företrädare"),
    "representative.left": _("En företrädare talar inte längre för kunden"),
    "client.entrusted": _("En person får se kundens skyddade uppgifter"),
    "client.entrusted_no_more": _("En person får inte längre se kundens skyddade uppgifter"),
    "consent.given": _("Fastighetsägaren gick med på ett låsvred"),
    "consent.withdrawn": _("Fastighetsägaren tog tillbaka sitt medgivande"),
    "client.died": _("Kunden har avlidit"),
    "home.corrected": _("Adressen rättades"),
    "investigation.started": _("En utredning började"),
    "investigation.finished": _("En utredning avslutades"),
    "decision.made": _("Beslut fattades"),
    "decision.changed": _("Beslutet fick andra dagar"),
    "decision.ended": _("Beslutet avslutades"),
    "decision.withdrawn": _("Beslutet togs tillbaka"),
    "ending.confirmed": _("Det bekräftades att insatsen har upphört"),
    "allocation.made": _("Fördelades till en utförare"),
    "allocation.changed": _("Fördelningen fick andra dagar"),
    "allocation.ended": _("Fördelningen avslutades"),
    "allocation.withdrawn": _("Fördelningen togs tillbaka"),
    "suspension.began": _("Kunden är inte hemma"),
    "suspension.ended": _("Kunden är hemma igen"),
    "client.informed": _("Kunden informerades om låsvredet"),
    "client.told_about_keys": _("Kunden fick veta vilka nycklar som ska lämnas"),
    "client.understood": _("Kunden har förstått att ett låsvred monteras"),
    "client.refused": _("Kunden sade nej till låsvred"),
    "information.taken_back": _("Det rättades vad kunden har fått veta"),
    "way_in.decided": _("Det bestämdes hur personalen kommer in"),
    "installation.ordered": _("Montering beställdes"),
    "removal.ordered": _("Nedmontering beställdes"),
    "repair.ordered": _("Reparation beställdes"),
    "order.booked": _("En tid bokades"),
    "order.unbooked": _("Bokningen togs bort"),
    "order.failed": _("Låssmeden kunde inte göra jobbet"),
    "order.cancelled": _("Beställningen avbeställdes"),
    "installation.reported": _("Låsvredet monterades"),
    "removal.reported": _("Låsvredet togs ner"),
    "repair.reported": _("Låsvredet lagades eller byttes"),
    "report.taken_back": _("Rapporten togs tillbaka: arbetet är inte gjort"),
    "lock.corrected": _("Det rättades vilket låsvred som sitter vid dörren"),
    "lock.fault_told": _("Ett fel på låsvredet anmäldes"),
    "link.made": _("Kunden kopplades till låset"),
    "link.removed": _("Kopplingen togs bort"),
    "tag.handed_over": _("En kvittensprodukt lämnades över"),
    "key.handed_over": _("En nyckel lämnades över"),
    "tag.corrected": _("Det rättades var en kvittensprodukt finns"),
    "key.misplaced": _("En nyckel som går till en annan dörr lämnades till kunden"),
    "key.retrieved": _("En nyckel som går till en annan dörr är inte längre hos kunden"),
    "key.corrected": _("Det rättades var en nyckel finns"),
    "tag.offered": _("En kvittensprodukt erbjöds en annan utförare"),
    "key.offered": _("En nyckel erbjöds en annan utförare"),
    "tag.lost": _("En kvittensprodukt anmäldes borta"),
    "key.lost": _("En nyckel anmäldes borta"),
    "tag.return_told": _("Utföraren meddelade att kvittensprodukten är hämtad"),
    "month.billed": _("Månaden fakturerades"),
    "basis_form.made": _("En underlagsblankett gjordes"),
    "basis_form.signed": _("Underlagsblanketten skrevs under"),
    "basis_form.sent": _("Underlagsblanketten skickades"),
    "basis_form.received": _("Socialkontoret tog emot underlagsblanketten"),
    "letter.sent": _("Kunden fick ett brev"),
    "visit.registered": _("Ett besök"),
    "visit.corrected": _("Ett besök rättades"),
    "visit.departed": _("Besöket slutade"),
    "visit.left_open": _("Ett besök blev utan slut"),
    "opening.allowed": _("Telefonen fick öppna dörren"),
    "door.opened": _("Dörren öppnades"),
    "opening.failed": _("Dörren öppnades inte, eller ingen vet"),
    "alarm.raised": _("Kunden larmade"),
    "alarm.accepted": _("Larmpatrullen tog larmet"),
    "alarm.closed": _("Larmet avslutades"),
    "duty.assigned": _("En uppgift fick en person som svarar för den"),
    "duty.released": _("En uppgift är åter allas i organisationen"),
    "duty.attested": _("En uppgift intygades för hand"),
    "notice.read": _("Ett meddelande lästes"),
    "home.looked_at": _("Någon såg efter vad som sitter på dörrarna"),
    "lock.taken_over": _("Ett lås från tiden före övertagandet skrevs in"),
    "key.taken_over": _("En nyckel från tiden före övertagandet skrevs in"),
    "tag.taken_over": _("En kvittensprodukt från tiden före övertagandet skrevs in"),
    "details.blanked": _("Uppgifter vars tid är ute gallrades"),
    "file.held": _("Akten bevaras tills vidare"),
    "file.released": _("Akten får gallras igen"),
}
"""The events that can be about a client."""


def event_text(name: str) -> str:
    """Returns an event's text in the language of the page; the routine's own words if it is not about a client."""
    text = CLIENT_EVENTS.get(name)
    return gettext(text) if text else localized(ROUTINE_EVENTS[name])
