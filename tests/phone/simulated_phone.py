# SPDX-License-Identifier: EUPL-1.2
"""A telephone in somebody's hand: what it shows, and its buttons, pressed as the page's own forms send them."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

from django.test import Client

from tests.town import Town
from troskel.people.models import Client as Row

MINUTE = timedelta(minutes=1)
FORM = re.compile(r"<form[^>]*>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


class Phone:
    """Somebody's telephone, at the town's instant."""

    def __init__(self, town: Town, who: str) -> None:
        self.town = town
        self.browser = Client()
        with town.standing():
            response = self.browser.post("/demo/login", {"account": str(town.actor(who).account)})
        assert response.status_code == 302
        self.status = 0
        self.page = ""

    def goes(self, path: str) -> str:
        """Opens a page; gives its main part."""
        with self.town.standing():
            return self._took(self.browser.get(path))

    def client(self, client: str) -> str:
        """Opens a client's page."""
        return self.goes(where(client))

    def form(self, **wanted: str) -> dict[str, str]:
        """The hidden values of the form with these, on the page as it is."""
        for text in FORM.findall(self.page):
            values = {name: html.unescape(value) for name, value in FIELD.findall(text)}
            if wanted.items() <= values.items():
                return values
        raise AssertionError(f"no form with {wanted} on the page")

    def sends(self, client: str, values: dict[str, str]) -> str:
        """Sends a form's values; a minute passes."""
        with self.town.standing():
            said = self._took(self.browser.post(where(client), values))
        self.town.now += MINUTE
        return said

    def press(self, client: str, do: str, by: str = "", **typed: str) -> str:
        """Opens the client's page and presses a button there."""
        self.client(client)
        wanted = {"do": do} | ({"by": by} if by else {})
        return self.sends(client, self.form(**wanted) | typed)

    def _took(self, answer: Any) -> str:
        self.status = answer.status_code
        self.page = html.unescape(answer.content.decode()).partition("<main")[2].partition("</main>")[0]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", self.page))


def where(client: str) -> str:
    """The address of a client's page."""
    return f"/phone/{case_of(client)}/"


def case_of(client: str) -> str:
    """A client's case number."""
    return str(Row.objects.get(reference=client).case_number)
