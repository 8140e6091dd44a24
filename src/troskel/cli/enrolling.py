# SPDX-License-Identifier: EUPL-1.2
"""How a new account gets its first way to sign in, on the command line."""

from __future__ import annotations

from troskel.acts.chapters import REGISTER
from troskel.people.roles import Actor


def enrolment_secret(actor: Actor, username: str) -> str | None:
    """Returns what the account's person signs in with once; None where this version has no sign-in."""
    issue = REGISTER.get("issue_enrolment_link")
    return None if issue is None else str(issue.perform(actor, {"username": username}).answer["link"])
