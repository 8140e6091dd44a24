# SPDX-License-Identifier: EUPL-1.2
"""How a new account gets its first way to sign in, on the command line."""

from __future__ import annotations

from django.urls import reverse

from troskel.acts.enrolling import issue_enrolment_link
from troskel.duties.mailing import site_address
from troskel.people.roles import Actor


def enrolment_link(actor: Actor, username: str) -> str:
    """Returns the address where the account's person begins, used once."""
    secret = issue_enrolment_link.perform(actor, {"username": username}).answer["link"]
    return f"{site_address()}{reverse('enrol', args=[secret])}"
