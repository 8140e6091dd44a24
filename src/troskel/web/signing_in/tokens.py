# SPDX-License-Identifier: EUPL-1.2
"""The form that makes a token: on one's own page, and on the page of another system's account."""

from __future__ import annotations

from django.http import HttpRequest

from troskel.acts.chapters import REGISTER
from troskel.people.queries import Person


def make_token(request: HttpRequest, person: Person, username: str = "") -> str:
    """Makes the token that a form asks for. Returns its secret."""
    scope = request.POST.get("scope", "")
    values = {
        "label": request.POST.get("label", ""),
        "username": username,
        "scopes": [scope] if scope else [],
    }
    return str(REGISTER["issue_token"].perform(person.actor, values).answer["token"])
