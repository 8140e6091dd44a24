# SPDX-License-Identifier: EUPL-1.2
"""An enrolment link: the administrator makes one for an account; the person opens it and gets a way to sign in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.refusals import CodedError, SignInAgain
from troskel.people import login_queries
from troskel.people.login_queries import Enrolment
from troskel.people.queries import Person
from troskel.people.token_rules import TokenScope
from troskel.reading import accounts as reading_accounts
from troskel.reading import lost_phones
from troskel.screens import tries
from troskel.screens.pages import page, public
from troskel.screens.render import render_page
from troskel.screens.session import signed_in_of
from troskel.web.lists.filters import act_links
from troskel.web.signing_in import passkeys
from troskel.web.signing_in.entering import (
    NotLetIn,
    address_of,
    browser_of,
    note,
    refused_by,
    system_of,
    too_many,
    ways_in,
)
from troskel.web.signing_in.tokens import make_token
from troskel.web.text.refusals import refusal_text

POST = ("POST",)
CHANGES = ("change_account", "place_in_unit", "move_account", "close_account")
"""What is done about an open account."""


@page(
    "accounts/<uuid:account>/sign-in",
    name="account-sign-in",
    about=gettext_noop(
        "Hur en person loggar in. Ge en länk till en ny inloggning, eller avsluta de som finns."
    ),
    serves=("rule 7",),
    who=reading_accounts.account_sign_in.who,
    methods=("GET", "HEAD", "POST"),
)
def account_sign_in(request: HttpRequest, person: Person, account: UUID) -> HttpResponse:
    """How a person signs in; give a link, shown once; or end the person's sessions."""
    shown = reading_accounts.account_sign_in(person.actor, account)
    values: dict[str, Any] = {
        "shown": shown,
        "link": "",
        "message": "",
        "ended": None,
        "secret": "",
        "reported": False,
    }
    status = 200
    try:
        if "link" in request.POST:
            made = REGISTER["issue_enrolment_link"].perform(person.actor, {"username": shown.username}).answer
            values["link"] = address_of(request) + reverse("enrol", args=[made["link"]])
        if "label" in request.POST:
            values["secret"] = make_token(request, person, shown.username)
        if token := request.POST.get("token"):
            REGISTER["revoke_token"].perform(person.actor, {"token": token})
        if "end" in request.POST:
            ended = REGISTER["sign_out_account"].perform(person.actor, {"username": shown.username}).answer
            values |= {"ended": ended["sessions"], "shown": msgspec.structs.replace(shown, sessions=0)}
        if "lost" in request.POST:
            REGISTER["report_lost_phone"].perform(person.actor, {"username": shown.username})
            values |= {"reported": True, "shown": msgspec.structs.replace(shown, sessions=0)}
    except SignInAgain:
        raise
    except CodedError as refusal:
        values["message"], status = refusal_text(refusal), 409
    values |= {
        "tokens": reading_accounts.tokens(person.actor, of=shown.username),
        "phones": lost_phones.phones_of_account(person.actor, account),
        "opens_doors": shown.role in REGISTER["take_grants"].who,
        "today": clock.today(),
        "token_scopes": TokenScope,
        "acts": act_links(person.actor.role, *(CHANGES if shown.active else ("reopen_account",))),
    }
    return render_page(request, "web/account_sign_in.html", values, status=status)


@public(
    "enrol/<str:secret>",
    name="enrol",
    about=gettext_noop("Här väljer du hur du loggar in från och med nu."),
    serves=("rule 7",),
    methods=("GET", "HEAD", "POST"),
)
def enrol(request: HttpRequest, secret: str) -> HttpResponse:
    """Choose how to sign in from now on. Opening the link does not use it; with a session: add the account to it."""
    try:
        enrolment = _enrolment(request, secret)
        signed_in = signed_in_of(request)
        if request.method == "POST":
            if signed_in is None:
                raise Http404
            _do("enrol_login", enrolment, login=signed_in.login)
            return HttpResponseRedirect(reverse("choose-account"))
    except NotLetIn as refused:
        note(request, refused, "enrolment")
        return render_page(request, "web/enrolment_spent.html", {"text": refused.text}, status=refused.status)
    values = {
        "enrolment": enrolment,
        "ways": ways_in(),
        "secret": secret,
        "signed_in": signed_in.person if signed_in else None,
    }
    return render_page(request, "web/enrol.html", values)


@public("enrol/<str:secret>/ask", name="enrol-ask", methods=POST)
def enrol_ask(request: HttpRequest, secret: str) -> HttpResponse:
    """What the browser asks its device, to make a passkey."""
    try:
        account = _enrolment(request, secret).account
    except NotLetIn as refused:
        note(request, refused, "enrolment")
        return passkeys.refused_json(refused)
    assert account.actor.account is not None
    return passkeys.ask_for_new(request, account.actor.account, account.name, [])


@public("enrol/<str:secret>/passkey", name="enrol-passkey", methods=POST)
def enrol_passkey(request: HttpRequest, secret: str) -> HttpResponse:
    """Use the link: the passkey signs in from now on."""
    try:
        enrolment = _enrolment(request, secret)
        made = passkeys.new_passkey(request, passkeys.body_of(request))
        _do("enrol_passkey", enrolment, **made._asdict(), label=label_of(request))
    except NotLetIn as refused:
        note(request, refused, "enrolment")
        return passkeys.forgotten(passkeys.refused_json(refused))
    return passkeys.forgotten(JsonResponse({"next": reverse("sign-in")}))


def login_by_identity(issuer: str, subject: str, email: str, secret: str) -> UUID:
    """Returns the login of somebody whom a provider names; with a link's secret its account gets that login first.

    Raises Refusal where a link is spent. Somebody new without a link gets a login without accounts.
    """
    found = login_queries.login_named(issuer, subject)
    if secret and (enrolment := login_queries.enrolment(secret)):
        answer = REGISTER["enrol_identity"](
            system_of(enrolment.account.actor.municipality),
            link=enrolment.id,
            issuer=issuer,
            subject=subject,
            email=email,
        ).answer
        return UUID(str(answer["login"]))
    if found is None:
        raise NotLetIn("no_account", _("Du har inget konto här. Be systemförvaltaren om en engångslänk."))
    return found


def label_of(request: HttpRequest) -> str:
    """Returns what a new passkey is called in the list: where it was made."""
    return browser_of(request.headers.get("User-Agent", "")) or _("Okänd webbläsare")


def _enrolment(request: HttpRequest, secret: str) -> Enrolment:
    if wait := tries.wait(request):
        raise too_many(wait)
    found = login_queries.enrolment(secret)
    if found is None:
        raise NotLetIn(
            "enrolment", _("Länken gäller inte längre. Be systemförvaltaren om en ny."), status=404
        )
    return found


def _do(act: str, enrolment: Enrolment, **values: Any) -> None:
    try:
        REGISTER[act](system_of(enrolment.account.actor.municipality), link=enrolment.id, **values)
    except CodedError as refusal:
        raise refused_by(refusal) from None
