# SPDX-License-Identifier: EUPL-1.2
"""The e-mails that did not arrive: what, to whom, why not, and sending them again."""

from __future__ import annotations

import re
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import KeyUsedOtherwise, Refusal
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import outbox
from troskel.reading.outbox import GivenUp
from troskel.reading.paging import Asked
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.text import act_labels, formatting

A_PAGE = 50
WHY = (
    (r"nobody to send it to", gettext_noop("Ingen av mottagarna har en e-postadress. Lägg in den på organisationen.")),
    (r"the client is not there", gettext_noop("Kunden finns inte längre. E-brevet behövs inte.")),
    (r"the recipient was refused", gettext_noop("Mottagarens e-postserver tar inte emot på den adressen. Rätta den.")),
    (r"the sender was refused", gettext_noop("E-postservern godtar inte vår avsändare. Prata med driften.")),
    (r"the message was refused", gettext_noop("E-postservern tog inte emot brevet. Prata med driften.")),
    (r"STARTTLS|Authentication|SSL", gettext_noop("E-postservern går inte att tala säkert med. Prata med driften.")),
    (r"SMTP|Connection|Timeout|gaierror|OSError|Error", gettext_noop("E-postservern svarade inte på två dygn.")),
)  # fmt: skip
"""By what the worker wrote: why an e-mail was given up, and what to do. The first that fits."""
UNKNOWN = gettext_noop("E-brevet gick inte att skicka. Prata med driften.")


class Shown(NamedTuple):
    """An e-mail as a row."""

    email: GivenUp
    what: str
    to: str
    why: str


@page("emails/", name="emails", who=(Role.ADMINISTRATOR,))
def emails(request: HttpRequest, person: Person) -> HttpResponse:
    """What was given up, the newest first; and whether anything is sent at all."""
    return _show(request, person)


@page("emails/<uuid:email>/again", name="email-again", who=(Role.ADMINISTRATOR,), methods=["POST"])
def again(request: HttpRequest, person: Person, email: UUID) -> HttpResponse:
    """Send it again: one press."""
    key = request.POST.get("key")
    if not key:  # it would count each time it is sent: it is shown again, with one
        return _show(request, person, status=422)
    try:
        REGISTER["send_email_again"].perform(person.actor, {"email": str(email)}, key=key)
    except (Refusal, KeyUsedOtherwise):
        return _show(request, person, refused=_("Brevet är redan skickat, eller på väg."), status=409)
    return HttpResponseRedirect(f"{reverse('emails')}?again=1")


def _show(request: HttpRequest, person: Person, *, refused: str = "", status: int = 200) -> HttpResponse:
    found = outbox.given_up(person.actor, Asked(A_PAGE, request.GET.get("after", "")))
    values = {
        "rows": [_shown(email) for email in found.items],
        "condition": outbox.outbox_condition(person.actor),
        "further": found.next,
        "sent": "again" in request.GET and not refused,
        "refused": refused,
        "today": clock.today(),
        "key": new_id,
    }
    return show(request, "web/emails.html", values, status=status)


def _shown(email: GivenUp) -> Shown:
    to = [f"{formatting.role(role)} ({whom})" if whom else formatting.role(role) for role, whom in email.to]
    why = next((said for pattern, said in WHY if re.search(pattern, email.error)), UNKNOWN)
    return Shown(email, act_labels.said(email.said.duty), ", ".join(to), _(why))
