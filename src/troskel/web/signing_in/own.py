# SPDX-License-Identifier: EUPL-1.2
"""One's own sign-in: where one is signed in, and the passkeys that one has."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.refusals import CodedError, SignInAgain
from troskel.people import login_queries
from troskel.people import queries as account_queries
from troskel.people.queries import Person
from troskel.people.roles import EVERY_ROLE
from troskel.people.token_rules import TokenScope
from troskel.permits.may import fresh_enough
from troskel.reading import accounts as reading_accounts
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.session import signed_in_of
from troskel.web.signing_in import passkeys
from troskel.web.signing_in.enrolling import label_of
from troskel.web.signing_in.entering import NotLetIn, refused_by, system_of, ways_in
from troskel.web.signing_in.tokens import make_token
from troskel.web.text.refusals import refusal_text

POST = ("POST",)


@page(
    "me/",
    name="me",
    about=gettext_noop("Var du är inloggad, och dina passnycklar. Avsluta det som du inte känner igen."),
    serves=("rule 7",),
    who=EVERY_ROLE,
    methods=("GET", "HEAD", "POST"),
)
def me(request: HttpRequest, person: Person) -> HttpResponse:
    """Where one is signed in, with a button each to end it; one's passkeys, to add and remove."""
    message, status, secret = "", 200, ""
    if request.method == "POST":
        try:
            secret = _perform(request, person)
            if not secret:
                changed = "passkey" in request.POST
                return HttpResponseRedirect(passkeys_changed_address() if changed else reverse("me"))
        except SignInAgain:
            raise
        except CodedError as refusal:
            message, status = refusal_text(refusal), 409
    signed_in = signed_in_of(request)
    login = signed_in.login if signed_in else None
    values: dict[str, Any] = {
        "message": message,
        "secret": secret,
        "token_scopes": TokenScope,
        "tokens": reading_accounts.tokens(person.actor, of=own_username(person)),
        "today": clock.today(),
        "current": signed_in.id if signed_in else None,
        "sessions": login_queries.sessions_of(login) if login else [],
        "most_sessions": settings.TROSKEL_SESSIONS,
        "passkeys": login_queries.passkeys_of(login) if login else [],
        "accounts": login_queries.accounts_of(login) if login else [],
        "passkeys_changed": "changed" in request.GET,
        "may_have_passkeys": ways_in().passkeys and signed_in is not None,
    }
    return render_page(request, "web/me.html", values, status=status)


@page("me/passkeys/ask", name="me-passkey-ask", who=EVERY_ROLE, methods=POST)
def ask(request: HttpRequest, person: Person) -> HttpResponse:
    """What the browser asks its device, to make one more passkey."""
    fresh_enough(person.actor, REGISTER["add_passkey"])
    signed_in = signed_in_of(request)
    if signed_in is None or person.actor.account is None:  # the demo's people have no login
        return JsonResponse({"next": reverse("me")}, status=409)
    known = [passkey.credential for passkey in login_queries.passkeys_of(signed_in.login)]
    return passkeys.ask_for_new(request, signed_in.login, person.name, known)


@page("me/passkeys", name="me-passkey", who=EVERY_ROLE, methods=POST)
def add(request: HttpRequest, person: Person) -> HttpResponse:
    """Add the passkey that the device has made."""
    fresh_enough(person.actor, REGISTER["add_passkey"])
    try:
        made = passkeys.new_passkey(request, passkeys.body_of(request))
        REGISTER["add_passkey"](
            system_of(person.actor.municipality),
            account=person.actor.account,
            **made._asdict(),
            label=label_of(request),
        )
    except NotLetIn as refused:
        return passkeys.forgotten(passkeys.refused_json(refused))
    except CodedError as refusal:
        return passkeys.forgotten(passkeys.refused_json(refused_by(refusal)))
    return passkeys.forgotten(JsonResponse({"next": passkeys_changed_address()}))


def own_username(person: Person) -> str:
    """Returns the person's username, without the municipality."""
    return account_queries.username_of(person.actor.account) if person.actor.account else ""


def passkeys_changed_address() -> str:
    """The page after a passkey was added or removed: it offers to end the other sessions."""
    return f"{reverse('me')}?changed=1"


def _perform(request: HttpRequest, person: Person) -> str:
    """Does what a button asks. Returns a new token's secret, else nothing."""
    if "label" in request.POST:
        return make_token(request, person)
    if token := request.POST.get("token"):
        REGISTER["revoke_token"].perform(person.actor, {"token": token})
    if session := request.POST.get("session"):
        REGISTER["end_own_session"].perform(person.actor, {"session": session})
    signed_in = signed_in_of(request)
    if "others" in request.POST and signed_in is not None:
        for other in login_queries.sessions_of(signed_in.login):
            if other.id != signed_in.id:
                REGISTER["end_own_session"].perform(person.actor, {"session": str(other.id)})
    if passkey := request.POST.get("passkey"):
        fresh_enough(person.actor, REGISTER["remove_passkey"])
        REGISTER["remove_passkey"].perform(
            system_of(person.actor.municipality), {"account": str(person.actor.account), "passkey": passkey}
        )
    return ""
