# SPDX-License-Identifier: EUPL-1.2
"""E-mails that failed: what, to whom, why, and a button to send them again."""

from __future__ import annotations

import re
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import KeyReused, Refusal
from troskel.people.queries import Person
from troskel.reading import outbox
from troskel.reading.client_names import names_of_shown
from troskel.reading.outbox import FailedEmail
from troskel.reading.paging import PageRequest
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once
from troskel.web.text import act_labels, phrases

PAGE_SIZE = 50
REASON_TEXTS = (
    (r"nobody to send it to", gettext_noop("Ingen av mottagarna har en e-postadress. Lägg in den på organisationen.")),
    (r"the client is not there", gettext_noop("Kunden finns inte längre. E-brevet behövs inte.")),
    (r"the recipient was refused", gettext_noop("Mottagarens e-postserver tar inte emot på den adressen. Rätta den.")),
    (r"does not take its letters", gettext_noop("E-postservern kan inte skicka till adressens tecken. Rätta den.")),
    (r"the sender was refused", gettext_noop("E-postservern godtar inte vår avsändare. Prata med driften.")),
    (r"the message was refused", gettext_noop("E-postservern tog inte emot brevet. Prata med driften.")),
    (r"STARTTLS|Authentication|SSL", gettext_noop("E-postservern går inte att tala säkert med. Prata med driften.")),
    (r"SMTP|Connection|Timeout|gaierror|OSError|Error", gettext_noop("E-postservern svarade inte på två dygn.")),
)  # fmt: skip
"""Patterns of the worker's errors: why an e-mail failed and what to do. The first match counts."""
UNKNOWN_REASON = gettext_noop("E-brevet gick inte att skicka. Prata med driften.")


class EmailRow(NamedTuple):
    """A failed e-mail as a row."""

    email: FailedEmail
    text: str
    to: str
    reason: str


@page(
    "emails/",
    name="emails",
    about=gettext_noop("E-post som inte kom fram, och varför. Skicka den igen när felet är rättat."),
    serves=("S1", "S3"),
    who=outbox.failed_emails.who,
)
def emails(request: HttpRequest, person: Person) -> HttpResponse:
    """Failed e-mails, newest first, and the state of the outbox."""
    return _emails_page(request, person)


@page(
    "emails/<uuid:email>/again",
    name="email-again",
    who=REGISTER["send_email_again"].who,
    methods=["POST"],
)
def send_again(request: HttpRequest, person: Person, email: UUID) -> HttpResponse:
    """Send an e-mail again."""

    def show(status: int, refusal: Exception | None) -> HttpResponse:
        text = _("Brevet är redan skickat, eller på väg.") if refusal else ""
        return _emails_page(request, person, refusal=text, status=status)

    return submit_once(
        request,
        lambda key: REGISTER["send_email_again"].perform(person.actor, {"email": str(email)}, key=key),
        done=f"{reverse('emails')}?again=1",
        show=show,
        refusals=(Refusal, KeyReused),
    )


def _emails_page(
    request: HttpRequest, person: Person, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    emails_given_up = outbox.failed_emails(person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", "")))
    values = {
        "rows": [_email_row(email) for email in emails_given_up.items],
        "clients": names_of_shown(
            person.actor, [email.case for email in emails_given_up.items if email.case]
        ),
        "condition": outbox.outbox_condition(person.actor),
        "further": emails_given_up.next,
        "sent": "again" in request.GET and not refusal,
        "refusal": refusal,
        "today": clock.today(),
        "key": new_id,
    }
    return render_page(request, "web/failed_emails.html", values, status=status)


def _email_row(email: FailedEmail) -> EmailRow:
    recipients = [
        f"{phrases.role(role)} ({organisation})" if organisation else phrases.role(role)
        for role, organisation in email.to
    ]
    reason = next((text for pattern, text in REASON_TEXTS if re.search(pattern, email.error)), UNKNOWN_REASON)
    return EmailRow(email, act_labels.localized(email.texts.duty), ", ".join(recipients), _(reason))
