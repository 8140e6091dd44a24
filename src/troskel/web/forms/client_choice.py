# SPDX-License-Identifier: EUPL-1.2
"""Whom a form is about, chosen by name before it is filled in: of one's own clients, or of those that a search finds.

The form is opened anew with the client's case number, so that it offers what the client has. The question is posted
and not stored, and no name is in a URL.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from troskel.acts.brief_sight import take_brief_sight
from troskel.offers import form_options
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import search
from troskel.reading.client_names import ClientName, clients_to_choose
from troskel.runner.register import Act

FIND = "find"
"""The step of a form in which a client is sought."""


class ChosenClient(NamedTuple):
    """A client to choose, and the address of the form about that one."""

    client: ClientName
    address: str


class ClientChoice(NamedTuple):
    """`found`: None where nothing has been asked yet. `unfit`: the case of a client to whom the act does not apply."""

    found: list[ChosenClient] | None
    is_cut: bool
    has_own: bool
    unfit: str


def client_choice(request: HttpRequest, person: Person, act: Act[Any], unfit: str) -> ClientChoice | None:
    """Returns the clients that the request asks for; None for a form that is about no client, or one out of sight."""
    actor = person.actor
    if (
        actor.role not in search.search.who
        or act.name == take_brief_sight.name
        or not form_options.needs_a_client(act)
    ):
        return None
    has_own = actor.role is Role.ASSESSOR
    if request.POST.get("step") != FIND:
        return ClientChoice(None, is_cut=False, has_own=has_own, unfit=unfit)
    if has_own and request.POST.get("own"):
        clients, is_cut = clients_to_choose(actor), False
    else:
        clients, is_cut = _found(person, request.POST.get("question", "").strip())
    chosen = [ChosenClient(client, _address(act, client.case)) for client in clients]
    return ClientChoice(chosen, is_cut, has_own, unfit)


def _found(person: Person, question: str) -> tuple[list[ClientName], bool]:
    """Returns the clients that match, and whether there are more."""
    if not question:
        return [], False
    matches = search.search(person.actor, question)
    answer = search.results(person.actor, search.SearchMatches(matches.clients, more=matches.more))
    return [_name(client) for client in answer.clients], answer.more


def _name(found: search.ClientMatch) -> ClientName:
    """Returns the client as the page of a search shows one."""
    if found.person is None:
        return ClientName(found.case, hidden=True)
    one = found.person
    return ClientName(found.case, one.first_name, one.last_name, found.born, one.street, one.apartment)


def _address(act: Act[Any], case: str) -> str:
    return f"{reverse(f'act-{act.name}')}?{urlencode({'client': case})}"
