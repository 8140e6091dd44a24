# SPDX-License-Identifier: EUPL-1.2
"""A version's proof in words: each counterexample as a course of events, day by day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.ground import formatting
from troskel.prover import Counterexample, Event, Proof
from troskel.routine import Routine
from troskel.web.text import act_labels

PROPERTIES = {
    "not asked": gettext_noop("Begärs inte, fast det ska göras: {what}"),
    "asked without need": gettext_noop("Begärs fast det inte ska göras: {what}"),
    "asked twice": gettext_noop("Begärs två gånger: {what}"),
    "owner": gettext_noop("Begärs av någon som inte kan göra det: {what}"),
    "born late": gettext_noop("Är sent redan när det begärs: {what}"),
    "not said": gettext_noop("Den som ska få veta det får det inte: {what}"),
    "said without need": gettext_noop("Sägs fast det inte är så: {what}"),
    "can't be done": gettext_noop("Går inte att göra så som det begärs: {what}"),
    "left behind": gettext_noop("Blir kvar när allt som begärs är gjort: {what}"),
    "turns on an id": gettext_noop("Beror på slumpen, på vems nummer som kommer först: {what}"),
}
LEFT = {
    "an order": gettext_noop("en beställning"),
    "a lock that nobody needs": gettext_noop("ett låsvred som ingen behöver"),
    "a key": gettext_noop("en nyckel"),
    "a link": gettext_noop("en koppling"),
    "a tag": gettext_noop("en kvittensprodukt"),
}
MOVES = {
    "decide": gettext_noop("{client} beviljas {service} från och med {begins}, {through}"),
    "allocate": gettext_noop("{to} får beslutet {decision}{late}{days}"),
    "end": gettext_noop("Beslutet {decision} avslutas, sista dagen är {on}{confirmed}"),
    "change_decision": gettext_noop("Beslutet {decision} ändras: {through}"),
    "withdraw_decision": gettext_noop("Beslutet {decision} tas tillbaka"),
    "end_allocation": gettext_noop("Uppdraget {allocation} avslutas, sista dagen är {on}{confirmed}"),
    "change_allocation": gettext_noop("Uppdraget {allocation} ändras: {through}"),
    "withdraw_allocation": gettext_noop("Uppdraget {allocation} tas tillbaka"),
    "change_provider": gettext_noop("{client} får {to} som utförare från och med {on}"),
    "confirm_ending": gettext_noop("Det bekräftas att insatsen för {client} har upphört"),
    "die": gettext_noop("{client} dör"),
    "live": gettext_noop("{client} lever: dödsfallet skrevs in av misstag"),
    "become": gettext_noop("{client} blir {own}"),
    "move_house": gettext_noop("{client} flyttar till {to}"),
    "puzzle": gettext_noop("Ingen vet vad som sitter på dörrarna hos {home}"),
    "look_at": gettext_noop("Någon ser efter vad som sitter på dörrarna hos {home}"),
    "go_away": gettext_noop("{client} läggs in på sjukhus"),
    "come_home": gettext_noop("{client} kommer hem"),
    "tell": gettext_noop("{client} får veta: {what}"),
    "tell_all": gettext_noop("{client} får veta allt, och har förstått"),
    "refuse": gettext_noop("{client} vill inte ha låsvred"),
    "confirm_refusal": gettext_noop("Det bekräftas att {client} inte vill ha låsvred"),
    "decide_way_in": gettext_noop("Det bestäms hur personalen kommer in hos {client}"),
    "visit": gettext_noop("{by} gör sitt första besök hos {client}"),
    "visit_again": gettext_noop("{by} besöker {client}"),
    "accept_key": gettext_noop("Nyckeln {key} till {door_name} tas emot"),
    "call_off_move": gettext_noop("{client} flyttar inte"),
    "close_account": gettext_noop("{account} slutar hos {of_}"),
    "merge": gettext_noop("{client} och {other} visar sig vara samma person"),
    "move_to_special_housing": gettext_noop("{client} flyttar till särskilt boende"),
    "offer_key": gettext_noop("Nyckeln {key} till {door_name} erbjuds {to}"),
    "plan_move": gettext_noop("{client} ska flytta till {to} om {on} dagar"),
    "reopen_account": gettext_noop("{account} är tillbaka hos {of_}"),
    "succeed": gettext_noop("{former} slutar om {on} dagar, och {new} tar över allt"),
    "tell_key": gettext_noop("{to} visar sig ha en nyckel till {door_name} hos {client}"),
    "tell_lock": gettext_noop("Det visar sig att ett låsvred sitter vid {door_name} hos {client}"),
    "tell_tag": gettext_noop("{client} visar sig ha en kvittensprodukt"),
    "wait": gettext_noop("Dagarna går"),
    "order_installation": gettext_noop("{by} beställer montering vid {door_name}, för {client}"),
    "order_removal": gettext_noop("{by} beställer nedmontering vid {door_name}, för {client}"),
    "order_repair": gettext_noop("{by} beställer reparation vid {door_name}, för {client}"),
    "book": gettext_noop("Låssmeden bokar {order} vid {door_name}{carer}"),
    "fail": gettext_noop("Ingen är hemma när låssmeden kommer med {order}"),
    "cancel": gettext_noop("{order} avbeställs{reason}"),
    "report": gettext_noop("Låssmeden rapporterar {order} som gjord"),
    "take_back": gettext_noop("Låssmedens rapport vid {door_name} tas tillbaka: det är inte gjort"),
    "correct_lock": gettext_noop("Det rättas vilket låsvred som sitter vid {door_name}"),
    "take_over": gettext_noop(
        "{client} hade {by} och låsvred vid {door_name} redan innan systemet togs i bruk"
    ),
    "add_door": gettext_noop("{home} får en dörr till, {door_name}"),
    "send_letter": gettext_noop("Brevet om {order} skickas"),
    "fault": gettext_noop("Låsvredet vid {door_name} går sönder"),
    "consent": gettext_noop("{given} vid {door_name}"),
    "link": gettext_noop("{client} kopplas till låsvredet vid {door_name}"),
    "unlink": gettext_noop("Kopplingen {link} tas bort"),
    "place_tag": gettext_noop("{client} får en kvittensprodukt av {of_}"),
    "take_tag": gettext_noop("Kvittensprodukten {tag} hämtas hos {client}"),
    "find_tag": gettext_noop("Det visar sig att {client} har en kvittensprodukt av {of_} till"),
    "lose_tag": gettext_noop("Kvittensprodukten {tag} hos {client} kommer bort"),
    "tell_return": gettext_noop("Det meddelas att {tag} är hämtad"),
    "receive_key": gettext_noop("{to} får en nyckel till {door_name} av {client}"),
    "return_key": gettext_noop("Nyckeln {key} till {door_name} lämnas tillbaka"),
    "lose_key": gettext_noop("Nyckeln {key} till {door_name} kommer bort"),
    "bill": gettext_noop("{by} fakturerar {month} för {client}"),
    "form": gettext_noop("Underlagsblanketten {form} går vidare"),
}
CODES = {
    "home_care": gettext_noop("hemtjänst"),
    "safety_alarm": gettext_noop("trygghetslarm"),
    "oral": gettext_noop("muntligt om låsvredet"),
    "written": gettext_noop("skriftligt om låsvredet"),
    "keys": gettext_noop("vilka nycklar som ska lämnas"),
    "understood": gettext_noop("och har förstått"),
}


class CounterexampleShown(NamedTuple):
    """A counterexample: what does not hold, about whom or what, and what happened."""

    paragraph: str
    title: str
    about: str
    events: list[tuple[date, str]]


class ProofShown(NamedTuple):
    """A proof in a sentence, and its counterexamples."""

    summary: str
    counterexamples: list[CounterexampleShown]


def proof_shown(proof: Proof, document: Routine) -> ProofShown:
    """Returns the proof in words."""
    found = len(proof.counterexamples)
    states = formatting.digits(sum(proof.states.values()))
    if found:
        summary = ngettext(
            "Prövad i {states} lägen: {count} motexempel. Så här kan det gå:",
            "Prövad i {states} lägen: {count} motexempel. Så här kan det gå:",
            found,
        ).format(states=states, count=formatting.digits(found))
    else:
        summary = _("Prövad i {states} lägen, utan motexempel.").format(states=states)
    return ProofShown(summary, [_shown(one, document) for one in proof.counterexamples])


def _shown(one: Counterexample, document: Routine) -> CounterexampleShown:
    paragraph, _dot, name = one.ask.partition(".")
    ask = document.asks.get((paragraph, name))
    what = act_labels.localized(ask.duty) if ask else _(LEFT.get(one.ask, one.ask))
    return CounterexampleShown(
        paragraph if ask else "",
        _(PROPERTIES[one.property]).format(what=what),
        one.about,
        [(event.day, event_text(event)) for event in one.course],
    )


def event_text(event: Event) -> str:
    """Returns a move in words."""
    return _(MOVES[event.move]).format_map(_words(event.move, event.values))


def _words(move: str, values: Mapping[str, Any]) -> dict[str, str]:
    words = {name: _word(value) for name, value in values.items()}
    if "through" in values and move != "allocate":
        through = values["through"]
        words["through"] = (
            _("tills vidare") if through is None else _("till och med {day}").format(day=_word(through))
        )
    if move == "allocate":
        late, days = values["late"], values["through"]
        words["late"] = _(", {count} dagar efter dess början").format(count=late) if late else ""
        words["days"] = _(", i {count} dagar").format(count=days) if days is not None else ""
    if "confirmed" in values:
        words["confirmed"] = "" if values["confirmed"] else _(", utan att någon har bekräftat det")
    if "own" in values:
        words["own"] = _("kommunens egen") if values["own"] else _("en annan kommuns")
    if "given" in values:
        words["given"] = (
            _("Ägaren går med på låsvred") if values["given"] else _("Ägaren tar tillbaka sitt medgivande")
        )
    if move == "book":
        words["carer"] = _(": personal ska vara med") if values.get("carer", True) else ""
    if move == "cancel":
        words["reason"] = _(": det går inte att montera") if values["reason"] == "cannot_be_fitted" else ""
    if "by" in values and not values["by"]:
        words["by"] = _("Systemförvaltaren")
    return words


def _word(value: Any) -> str:
    if isinstance(value, date):
        return formatting.long_day(value)
    return _(CODES[value]) if value in CODES else str(value)
