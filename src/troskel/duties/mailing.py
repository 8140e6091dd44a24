# SPDX-License-Identifier: EUPL-1.2
"""The texts of the automatic e-mails (S1, S3, O3): what has happened, what to do, and a link; no name or address.

By case number (rule 8). Swedish first, then all of it in English. The link leads to the client's page, by sign-in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.urls import reverse

from troskel.duties import routines, told
from troskel.ground import clock
from troskel.outbox.email_delivery import ComposedEmail, Recipient
from troskel.outbox.worker import PermanentFailure
from troskel.people.models import Client, Organisation
from troskel.people.roles import OrganisationKind
from troskel.routine.duty import Email
from troskel.routine.model import LocalizedText


class Labels(NamedTuple):
    """The words of an e-mail that are not the routine's."""

    facts: Mapping[str, str]
    paragraph: str
    link: str


LABELS = {
    "sv": Labels(
        {
            "case": "Ärende",
            "number": "Beställning",
            "serial": "Låsvred",
            "form_number": "Underlagsblankett",
            "month": "Månad",
        },
        "Enligt punkt {paragraph} i rutinen: {text}",
        "Öppna ärendet (du behöver logga in):",
    ),
    "en": Labels(
        {
            "case": "Case",
            "number": "Order",
            "serial": "Lock turner",
            "form_number": "Basis form",
            "month": "Month",
        },
        "By paragraph {paragraph} of the routine: {text}",
        "Open the case (you need to sign in):",
    ),
}
BETWEEN_LANGUAGES = "\n-----\nIn English\n\n"


def compose(payload: Mapping[str, Any]) -> ComposedEmail:
    """The message, composed when it is sent. Raises PermanentFailure where no address holds then."""
    email = msgspec.convert(payload, Email)
    found = Client.objects.filter(id__in=[email.client] if email.client else [])
    client = found.values("case_number", "municipality").first()
    if client is None:
        raise PermanentFailure("the client is not there")
    case, municipality = client["case_number"], client["municipality"]
    ((text, _),) = told.texts(municipality, [_subject(email)], clock.today(), outside=True)
    headline = routines.version(email.version).asks[email.paragraph, email.ask].duty.sv.partition(". ")[0]
    return ComposedEmail(
        subject=subject_about(headline, case),
        text=_part(email, text, case, "sv") + BETWEEN_LANGUAGES + _part(email, text, case, "en"),
        to=list(recipients(municipality, email.to)),
    )


def _subject(email: Email) -> told.Subject:
    """What it is about. Its key says the line, or the day, that brought it about."""
    which = email.key.split(".")[2]
    return told.Subject(
        ask=routines.version(email.version).asks[email.paragraph, email.ask],
        about=email.about,
        home=email.home,
        client=email.client,
        door=email.door,
        organisation=None,
        opened=clock.today() if which.isdecimal() else date.fromisoformat(which),
        line=int(which) if which.isdecimal() else None,
        as_it_stands=True,
    )


def _part(email: Email, text: LocalizedText, case: str, language: str) -> str:
    """All that it says, in one language."""
    labels = LABELS[language]
    paragraph = routines.version(email.version).by_id[email.paragraph]
    known = {"case": case, **{name: email.about.get(name) for name in labels.facts if name != "case"}}
    lines = [
        f"{getattr(text, language)}.",
        "",
        *(f"{label}: {known[name]}" for name, label in labels.facts.items() if known[name]),
        "",
        labels.link,
        f"{site_address()}{reverse('client', args=[case])}",
        "",
        labels.paragraph.format(paragraph=email.paragraph, text=getattr(paragraph.text, language)),
    ]
    return "\n".join(lines) + "\n"


def subject_about(headline: str, case: str) -> str:
    """The subject of an e-mail about a case.

    The blank after the dash does not break: where a long subject is folded between two words that are encoded, a blank
    between them is lost (RFC 2047, 6.2).
    """
    return f"{headline} –\u00a0ärende {case}"


def site_address() -> str:
    """Where people reach the pages: scheme and host, without a slash at the end."""
    scheme = "https" if settings.PRODUCTION else "http"
    return settings.TROSKEL_SIGN_IN.address.rstrip("/") or f"{scheme}://{settings.ALLOWED_HOSTS[0]}"


def recipients(municipality: str, to: Iterable[tuple[str, UUID | None]]) -> Iterable[Recipient]:
    """The organisations' own addresses; a role without an organisation is the municipality's office."""
    organisations = Organisation.objects.filter(municipality=municipality)
    office = organisations.filter(kind=OrganisationKind.MUNICIPALITY).order_by("orgnr").first()
    named = {row.id: row for row in organisations.filter(id__in=[one for _, one in to if one])}
    reached: dict[str, Recipient] = {}
    for _, organisation in to:
        row = named.get(organisation) if organisation else office
        if row is not None and row.email:
            reached[str(row.id)] = Recipient(str(row.id), row.email)
    return reached.values()
