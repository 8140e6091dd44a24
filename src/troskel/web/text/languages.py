# SPDX-License-Identifier: EUPL-1.2
"""Names of the languages that clients speak, by their codes (ISO 639)."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

LANGUAGES = {
    "sv": _("svenska"), "en": _("engelska"), "fi": _("finska"), "so": _("somaliska"), "ar": _("arabiska"),
    "fa": _("persiska"), "prs": _("dari"), "ti": _("tigrinska"), "ku": _("kurdiska"), "pl": _("polska"),
    "es": _("spanska"), "de": _("tyska"), "fr": _("franska"), "ru": _("ryska"), "uk": _("ukrainska"),
    "tr": _("turkiska"), "bs": _("bosniska"), "hr": _("kroatiska"), "sr": _("serbiska"), "sq": _("albanska"),
    "et": _("estniska"), "hu": _("ungerska"), "el": _("grekiska"), "it": _("italienska"), "ro": _("rumänska"),
    "no": _("norska"), "da": _("danska"), "zh": _("kinesiska"), "th": _("thailändska"), "vi": _("vietnamesiska"),
    "am": _("amhariska"), "se": _("samiska"), "fit": _("meänkieli"), "rom": _("romani"), "yi": _("jiddisch"),
    "sgn": _("teckenspråk"),
}  # fmt: skip


def language_name(code: str) -> str:
    """Returns a language's name in the language of the page; the code of one that has no name here."""
    return gettext(LANGUAGES[code]) if code in LANGUAGES else code
