# SPDX-License-Identifier: EUPL-1.2
"""From knowing who somebody is to a session, as the only account or a chosen one; or to a refusal with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.acts.chapters import REGISTER
from troskel.ground.refusals import CodedError, NotFound, Refusal
from troskel.people import login_queries
from troskel.people.queries import Person
from troskel.people.roles import Actor, ActorKind
from troskel.people.sign_in_settings import SignIn
from troskel.screens import session, tries
from troskel.screens.render import render_page
from troskel.screens.session import signed_in_of
from troskel.web.text.refusals import refusal_text

SECONDS_IN_MINUTE = 60


class NotLetIn(Exception):
    """Nobody comes in. `reason`: a code, for the log; `text`: what the person is told."""

    def __init__(self, reason: str, text: str, *, status: int = 403, stronger: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.status = status
        self.stronger = stronger


class Shown(NamedTuple):
    """What somebody has shown: which login, how, and how surely."""

    login: UUID
    method: str
    acr: str
    sid: str = ""
    id_token: str = ""
    passkey: UUID | None = None
    passkey_count: int = 0
    authenticated: datetime | None = None
    proof: str = ""


class Ways(NamedTuple):
    """The ways to sign in here."""

    provider: str
    proxy: bool
    passkeys: bool


def ways_in() -> Ways:
    """Returns the ways that this installation has."""
    told: SignIn = settings.TROSKEL_SIGN_IN
    return Ways(
        (told.provider.name or _("kommunens inloggning")) if told.provider else "",
        bool(told.proxy.header),
        told.passkeys,
    )


def system_of(municipality: str) -> Actor:
    """Returns the program as actor, where somebody signs in or out."""
    return Actor.system(municipality, ActorKind.SIGN_IN)


def local(path: str) -> str:
    """Returns a path of ours to go on to, or that of the start page."""
    is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_ours else reverse("start")


def choice_address(onward: str) -> str:
    """Returns the address of the choice of account, from where one goes on to `onward`."""
    target, start = local(onward), reverse("start")
    return reverse("choose-account") + ("" if target == start else f"?{urlencode({'next': target})}")


def address_of(request: HttpRequest) -> str:
    """Returns how browsers reach the program: scheme and host, without a slash at the end."""
    told: str = settings.TROSKEL_SIGN_IN.address
    return told.rstrip("/") or f"{request.scheme}://{request.get_host()}"


def enter(request: HttpRequest, shown: Shown, onward: str, *, anew: bool = False) -> HttpResponse:
    """Begins a session and goes on: to `onward`, or to the choice of account. Raises NotLetIn.

    `anew`: the person of the present session has shown again who it is; another person may not take it over.
    """
    before = signed_in_of(request)
    if anew and (before is None or before.login != shown.login):
        raise NotLetIn("another_person", _("Det var en annan person som visade sig. Logga ut först."))
    people = login_queries.accounts_of(shown.login)
    if not people:
        raise NotLetIn("no_account", _("Du har inget konto här. Be systemförvaltaren om en engångslänk."))
    if wait := tries.wait(request, str(shown.login)):
        raise too_many(wait)
    chosen = _chosen(people, before.person if anew and before else None)
    values: dict[str, Any] = shown._asdict()
    if chosen:
        values["account"] = chosen.actor.account
    if before and before.login == shown.login:
        values["replaces"] = before.id
    municipality = (chosen or people[0]).actor.municipality
    try:
        begun = REGISTER["begin_session"](
            system_of(municipality), **values, browser=browser_of(request.headers.get("User-Agent", ""))
        ).answer
    except (Refusal, NotFound) as refusal:
        raise refused_by(refusal) from None
    if before and before.login != shown.login:
        end(before.id, "replaced")
    for session_id in begun["elsewhere"]:
        end(UUID(str(session_id)), "limit")
    if begun["ended"] or begun["elsewhere"]:
        tries.limit_met("sessions", request)
    response = HttpResponseRedirect(local(onward) if chosen else choice_address(onward))
    session.begin(request, response, begun["secret"], datetime.fromisoformat(begun["expires"]))
    tries.succeeded(request, response, str(shown.login), shown.method)
    return response


def refused_by(refusal: CodedError) -> NotLetIn:
    """Returns the refusal of an act as one of a sign-in."""
    return NotLetIn(refusal.code, refusal_text(refusal), stronger=refusal.code == "session.too_weak")


def too_many(seconds: int) -> NotLetIn:
    """Returns the refusal of somebody who has tried too often."""
    minutes = -(-seconds // SECONDS_IN_MINUTE)
    text = ngettext(
        "Det blev för många försök. Vänta {count} minut.",
        "Det blev för många försök. Vänta {count} minuter.",
        minutes,
    )
    return NotLetIn("too_many", text.format(count=minutes), status=429)


def note(request: HttpRequest, refused: NotLetIn, method: str, login: UUID | None = None) -> None:
    """Counts a failure; it is a line in the journal where the person is known, else in the security log alone."""
    if refused.reason == "too_many":  # counted and written down already, as what it was
        return
    tries.failed(request, method, refused.reason, str(login or ""))
    if login is None:
        return
    for municipality, person in {p.actor.municipality: p for p in login_queries.accounts_of(login)}.items():
        REGISTER["refuse_sign_in"](
            system_of(municipality), account=person.actor.account, method=method, reason=refused.reason[:50]
        )


def refusal_page(request: HttpRequest, refused: NotLetIn) -> HttpResponse:
    """The page that says why nobody came in, and what to do."""
    values = {"text": refused.text, "stronger": refused.stronger and settings.TROSKEL_SIGN_IN.provider}
    return render_page(request, "web/sign_in_refused.html", values, status=refused.status)


def end(session_id: UUID, why: str) -> None:
    """Ends a session on the server."""
    if municipality := login_queries.municipality_of(session_id):
        REGISTER["end_session"](system_of(municipality), session=session_id, why=why)


def _chosen(people: list[Person], before: Person | None) -> Person | None:
    if before is not None:
        return next((person for person in people if person.actor.account == before.actor.account), None)
    return people[0] if len(people) == 1 else None


BROWSERS: Mapping[str, str] = {
    "Edg/": "Edge",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS: Mapping[str, str] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "Mac",
    "Linux": "Linux",
}


def browser_of(agent: str) -> str:
    """Returns what a browser calls itself in few words, as "Firefox, Windows"; empty for one that is not known."""
    found = [
        next((name for sign, name in names.items() if re.search(sign, agent)), "")
        for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found))
