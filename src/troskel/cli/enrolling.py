# SPDX-License-Identifier: EUPL-1.2
"""How a new account gets its first way to sign in, on the command line."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from troskel.acts.chapters import REGISTER
from troskel.people.roles import Actor


def enrolment_link(actor: Actor, username: str) -> str | None:
    """Returns the address where the account's person begins, used once; None where this version has no sign-in."""
    issue = REGISTER.get("issue_enrolment_link")
    if issue is None:
        return None
    secret = str(issue.perform(actor, {"username": username}).answer["link"])
    scheme = "https" if settings.PRODUCTION else "http"
    return f"{scheme}://{settings.ALLOWED_HOSTS[0]}{reverse('enrol', args=[secret])}"
