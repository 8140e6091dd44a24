# SPDX-License-Identifier: EUPL-1.2
"""The words of values within a refusal's sentence: roles, kinds, states and how a value is written. Pure Python."""

from __future__ import annotations

from troskel.ground.texts import _

WORDS: dict[str, dict[str, str]] = {
    "role": {
        "assessor": _("biståndshandläggaren"),
        "coordinator": _("samordnaren"),
        "carer": _("omvårdnadspersonalen"),
        "responder": _("larmpatrullen"),
        "administrator": _("systemförvaltaren"),
        "locksmith": _("låssmeden"),
        "manager": _("chefen"),
        "economist": _("ekonomen"),
        "system": _("systemet"),
        "provider": _("utföraren"),
    },
    "role_name": {
        "assessor": _("biståndshandläggare"),
        "coordinator": _("samordnare"),
        "carer": _("omvårdnadspersonal"),
        "responder": _("larmpatrull"),
        "administrator": _("systemförvaltare"),
        "locksmith": _("låssmed"),
        "manager": _("chef"),
        "economist": _("ekonom"),
        "system": _("system"),
        "provider": _("utförare"),
    },
    "organisation_kind": {
        "municipality": _("kommunen"),
        "home_care": _("en hemtjänstutförare"),
        "alarm": _("en larmorganisation"),
        "locksmith": _("en låssmed"),
    },
    "service": {
        "home_care": _("hemtjänst"),
        "safety_alarm": _("trygghetslarm"),
    },
    "thing": {
        "lock": _("låsvred"),
        "tag": _("kvittensprodukt"),
        "key": _("nyckel"),
    },
    "door_kind": {
        "apartment": _("lägenhetsdörren"),
        "entrance": _("porten"),
        "gate": _("grinden"),
    },
    "order_kind": {
        "installation": _("montering"),
        "removal": _("nedmontering"),
        "repair": _("reparation"),
    },
    "order_state": {
        "placed": _("lagd"),
        "booked": _("bokad"),
        "done": _("utförd"),
        "cancelled": _("avbeställd"),
    },
    "form_state": {
        "made": _("gjord"),
        "signed": _("underskriven"),
        "sent": _("skickad"),
        "received": _("mottagen"),
    },
    "outcome": {
        "opened": _("dörren öppnades"),
        "locked": _("dörren låstes"),
        "refused": _("låsvredet sa nej"),
        "no_answer": _("låsvredet inte svarade"),
        "jammed": _("kolven fastnade"),
        "unknown": _("inget svar kom fram"),
    },
    "reason": {
        "dispute": _("tvist"),
        "inspection": _("tillsyn"),
        "client_asked": _("kunden har bett om det"),
        "other": _("annat"),
    },
    "pattern": {
        "a municipality's four digits; empty: this one": _(
            "en kommuns fyra siffror, eller lämna tomt för den egna"
        ),
        "bytes in base64url": _("byte i base64url"),
        "14 hexadecimal digits": _("14 siffror eller bokstäver från a till f"),
        "32 hexadecimal digits": _("32 siffror eller bokstäver från a till f"),
        "32 hexadecimal digits in lower case": _("32 siffror eller små bokstäver från a till f"),
        "16 hexadecimal digits in lower case": _("16 siffror eller små bokstäver från a till f"),
        "02 or 03, and 64 hexadecimal digits in lower case": _(
            "02 eller 03, och sedan 64 siffror eller små bokstäver från a till f"
        ),
        "a code of the lock": _("en kod från låset: bokstäver och siffror, högst 20"),
        "a month as 2026-10": _("en månad, till exempel 2026-10"),
        "a language as sv, en, fi, so (ISO 639)": _("ett språk, till exempel sv, en, fi eller so"),
        "small letters a-z, digits, full stop, hyphen, low line and at sign, 100 at most": _(
            "små bokstäver a–z, siffror, punkt, bindestreck, understreck och snabel-a, högst 100 tecken"
        ),
        "letters a-z, digits, full stop, hyphen and low line, 50 at most": _(
            "bokstäver a–z, siffror, punkt, bindestreck och understreck, högst 50 tecken"
        ),
    },
}
"""The word of each code, by the name of the value; in Swedish, as it stands in the middle of a sentence."""
