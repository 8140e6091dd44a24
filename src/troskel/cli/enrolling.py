# SPDX-License-Identifier: EUPL-1.2
"""How a new account gets its first way to sign in, on the command line."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from troskel.acts.enrolling import issue_enrolment_link
from troskel.people.roles import Actor


def enrolment_link(actor: Actor, username: str) -> str:
    """Returns the address where the account's person begins, used once."""
    secret = issue_enrolment_link.perform(actor, {"username": username}).answer["link"]
    scheme = "https" if settings.PRODUCTION else "http"
    address = settings.TROSKEL_SIGN_IN.address.rstrip("/") or f"{scheme}://{settings.ALLOWED_HOSTS[0]}"
    return f"{address}{reverse('enrol', args=[secret])}"
