# SPDX-License-Identifier: EUPL-1.2
"""What is the same however it is written: blanks, case, unseen characters, what a scanner adds. Pure Python."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import parse_qsl, urlsplit

from troskel.ground.refusals import CodedError
from troskel.ground.texts import _

_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""Unicode's categories of what leaves no ink: controls (group separators of a scanner too), formats, spaces."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9]")
"""How a scanner says which kind of code it has read (ISO/IEC 15424)."""
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", re.ASCII)
MAX_LOCAL_PART, MAX_EMAIL = 64, 254


class BadSpelling(CodedError):
    """A text that can't be what it should be. The message tells what to do, and does not repeat it."""


def without_blanks(text: str) -> str:
    """Returns the text without spaces, controls and invisible characters."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(c for c in text if unicodedata.category(c) not in _UNSEEN)


def has_control(text: str) -> bool:
    """Does the text hold a control character: a tab, a line break, a group separator …?"""
    return not text.isprintable() and any(unicodedata.category(c) == "Cc" for c in text)


def one_line(text: str) -> str:
    """Returns a name or a title: composed, without invisible characters, and one space between words."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    seen = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Cf")
    return " ".join(seen.split())


def line_of_text(text: str) -> str:
    """Returns a line in one spelling. Raises BadSpelling for a control character within it."""
    if has_control(text.strip()):
        raise BadSpelling(
            "text.has_control",
            _("Texten har ett tecken som inte syns, som en radbrytning eller en tabb. Skriv den för hand."),
        )
    return one_line(text)


def name(text: str) -> str:
    """Returns a name in one spelling. Raises BadSpelling where it is blank, or holds a control character."""
    line = line_of_text(text)
    if not any(c.isalnum() for c in line):
        raise BadSpelling("name.blank", _("Namnet är tomt. Skriv det."))
    return line


def thing_number(text: str) -> str:
    """Returns the number of a lock, tag or key in one spelling: capitals, without blanks and unseen characters.

    Of an address that was scanned (a code may hold one), the number is its last part.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    text = _SYMBOLOGY.sub("", without_blanks(unicodedata.normalize("NFKC", text)))
    if _ADDRESS.match(text):
        address = urlsplit(text)
        values = [value for _name, value in parse_qsl(address.query)]
        parts = [part for part in address.path.split("/") if part]
        text = next(reversed([*values, *parts]), "") or address.fragment or text
    return text.upper()


def hexadecimal(text: str) -> str:
    """Returns hexadecimal digits in one spelling: small, without blanks and without the signs between bytes."""
    return without_blanks(text).replace(":", "").replace("-", "").lower()


def email(text: str) -> str:
    """Returns an e-mail address in one spelling, its domain encoded (IDNA); empty for a blank one.

    Raises BadSpelling where no mail server can be asked to send to it.
    """
    address = one_line(text).lower()
    if not address:
        return ""
    local, at, domain = address.rpartition("@")
    try:
        labels = domain.encode("idna").decode("ascii").lower().split(".") if at else []
    except UnicodeError:
        labels = []
    encoded = f"{local}@{'.'.join(labels)}"
    is_sendable = (
        labels
        and all(map(_LABEL.fullmatch, labels))
        and len(local) <= MAX_LOCAL_PART
        and len(encoded) <= MAX_EMAIL
        and _LOCAL_PART.fullmatch(local)
    )
    if not is_sendable:
        raise BadSpelling(
            "email.can_not_be_sent",
            _("Det är ingen e-postadress som det går att skicka till. Skriv den som namn@annanby.example."),
        )
    return encoded
