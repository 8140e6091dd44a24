# SPDX-License-Identifier: EUPL-1.2
"""The pages where people sign in and out: by the provider, by a proxy in front, or by a passkey.

The way to the provider is a link: `form-action 'self'` stops a form that is sent on to another host.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_exempt

from troskel.acts.chapters import REGISTER
from troskel.exchange import oidc
from troskel.ground.refusals import CodedError, NotFound, Refusal
from troskel.people import login_queries, sign_in_rules
from troskel.people.sign_in_settings import SignIn
from troskel.screens import session, tries
from troskel.screens.cookies import full_name
from troskel.screens.pages import public
from troskel.screens.render import render_page
from troskel.screens.session import signed_in_of
from troskel.web.shell.forwarded import PEER
from troskel.web.signing_in import claims, enrolling
from troskel.web.signing_in.entering import (
    NotLetIn,
    Shown,
    address_of,
    end,
    enter,
    local,
    note,
    refusal_page,
    refused_by,
    system_of,
    too_many,
    ways_in,
)

PENDING = "troskel_sign_in"
"""The cookie that remembers, while the person is at the provider, what was asked there."""
PENDING_FOR = 600  # seconds
POST = ("POST",)


@public(
    "sign-in",
    name="sign-in",
    about=gettext_noop("Här visar du vem du är."),
    serves=("rule 7",),
)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Choose how to sign in."""
    values = {"ways": ways_in(), "onward": local(request.GET.get("next", "")), "anew": False}
    return render_page(request, "web/sign_in_ways.html", values)


@public(
    "sign-in/again",
    name="sign-in-again",
    about=gettext_noop(
        "Här visar du en gång till vem du är, innan du gör något som inte går att ta tillbaka."
    ),
    serves=("rule 7",),
)
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Show anew who one is, before a dangerous act."""
    if signed_in_of(request) is None:
        return HttpResponseRedirect(reverse("sign-in"))
    values = {"ways": ways_in(), "onward": local(request.GET.get("next", "")), "anew": True}
    return render_page(request, "web/sign_in_ways.html", values)


@public(
    "sign-in/start",
    name="sign-in-start",
)
def start(request: HttpRequest) -> HttpResponse:
    """Go to the provider. `again`: it is to ask anew; `enrol`: by an enrolment link."""
    told = _settings()
    enrol, anew = request.GET.get("enrol", ""), "again" in request.GET
    onward = local(request.GET.get("next", ""))
    try:
        if wait := tries.wait(request):
            raise too_many(wait)
        if told.provider is None:
            return _by_proxy(request, told, enrol, onward)
        client = oidc.client_of(told.provider)
        try:
            address, pending = client.start(_back(request), sign_in_rules.all_levels(told.acr), anew=anew)
        except oidc.ProviderError:
            raise NotLetIn(
                "unreachable", _("Inloggningstjänsten svarar inte. Försök igen om en stund.")
            ) from None
    except NotLetIn as refused:
        note(request, refused, "oidc")
        return refusal_page(request, refused)
    response = HttpResponseRedirect(address)
    remembered = signing.dumps([*pending, enrol, onward], salt=PENDING)
    response.set_cookie(
        full_name(PENDING, of_every_path=False),
        remembered,
        max_age=PENDING_FOR,
        path=reverse("sign-in"),
        httponly=True,
        samesite="Lax",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response


@public(
    "sign-in/back",
    name="sign-in-back",
)
def back(request: HttpRequest) -> HttpResponse:
    """Come back from the provider, which says who it is."""
    told, login = _settings(), None
    if told.provider is None:
        return HttpResponseRedirect(reverse("sign-in"))
    try:
        if wait := tries.wait(request):
            raise too_many(wait)
        pending, enrol, onward = _remembered(request)
        identity = _identity(request, oidc.client_of(told.provider), pending)
        claims.follow(told, identity)
        login, shown = _login(identity, enrol)
        response = enter(request, shown, onward, anew=pending.anew)
    except NotLetIn as refused:
        note(request, refused, "oidc", login)
        response = refusal_page(request, refused)
    response.delete_cookie(full_name(PENDING, of_every_path=False), path=reverse("sign-in"), samesite="Lax")
    return response


@public(
    "sign-in/account",
    name="choose-account",
    about=gettext_noop("Har du flera roller väljer du här vilken du arbetar i just nu."),
    serves=("rule 7",),
    methods=("GET", "HEAD", "POST"),
)
def choose_account(request: HttpRequest) -> HttpResponse:
    """Choose one of one's accounts, after signing in or to go on as another."""
    signed_in = signed_in_of(request)
    if signed_in is None:
        return HttpResponseRedirect(reverse("start"))
    people = login_queries.accounts_of(signed_in.login)
    told = request.POST if request.method == "POST" else request.GET
    onward = local(told.get("next", ""))
    if request.method != "POST":
        return _choice(request, people, signed_in.person, onward)
    wanted = next((one for one in people if str(one.actor.account) == request.POST.get("account")), None)
    if wanted is None:
        return _choice(request, people, signed_in.person, onward)
    if signed_in.person is None or signed_in.person.actor.account != wanted.actor.account:
        levels = settings.TROSKEL_SIGN_IN.acr
        try:
            sign_in_rules.sure_enough(levels, wanted.actor.role, signed_in.acr)
            if signed_in.person is not None:
                REGISTER["leave_account"](
                    system_of(signed_in.person.actor.municipality), session=signed_in.id
                )
            REGISTER["use_account"](
                system_of(wanted.actor.municipality), session=signed_in.id, account=wanted.actor.account
            )
        except (Refusal, NotFound) as refusal:
            refused = refused_by(refusal)
            note(request, refused, signed_in.method, signed_in.login)
            return refusal_page(request, refused)
    return HttpResponseRedirect(onward)


@public("sign-out", name="sign-out", methods=POST)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server; then at the provider, where it began there."""
    signed_in, onward = signed_in_of(request), ""
    if signed_in is not None:
        provider = settings.TROSKEL_SIGN_IN.provider
        token = login_queries.id_token_of(signed_in.id)
        if provider is not None and token:
            onward = oidc.client_of(provider).logout_address(token, address_of(request) + reverse("start"))
        end(signed_in.id, "signed_out")
    left: Any = HttpResponse()
    session.leave(request, left)
    response = render_page(request, "web/signed_out.html", {"onward": onward})
    response.cookies = left.cookies
    for name, value in left.headers.items():
        response.headers.setdefault(name, value)
    return response


@public("sign-in/ended", name="ended-at-provider", methods=POST)
@csrf_exempt
def ended_at_provider(request: HttpRequest) -> HttpResponse:
    """Back-channel logout: the provider says, signed, that a session or a person's sessions are over."""
    told = _settings()
    if told.provider is None:
        raise Http404
    if wait := tries.wait(request):
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    try:
        sid, subject = oidc.client_of(told.provider).ended_by(request.POST.get("logout_token", ""))
    except oidc.ProviderError as error:
        tries.failed(request, "logout_token", error.reason)
        return HttpResponse(status=400)
    for session_id, municipality in login_queries.sessions_at_provider(told.provider.issuer, sid, subject):
        REGISTER["end_session"](system_of(municipality), session=session_id, why="ended_at_provider")
    return HttpResponse()


def _choice(request: HttpRequest, people: list[Any], current: Any, onward: str) -> HttpResponse:
    values = {"people": people, "current": current, "onward": onward}
    return render_page(request, "web/choose_account.html", values)


def _remembered(request: HttpRequest) -> tuple[oidc.Pending, str, str]:
    try:
        *pending, enrol, onward = signing.loads(
            request.COOKIES.get(full_name(PENDING, of_every_path=False), ""),
            salt=PENDING,
            max_age=PENDING_FOR,
        )
    except signing.BadSignature:
        raise NotLetIn(
            "not_begun_here", _("Inloggningen tog för lång tid, eller började någon annanstans. Försök igen.")
        ) from None
    return oidc.Pending(*pending), enrol, onward


def _identity(request: HttpRequest, client: oidc.ProviderClient, pending: oidc.Pending) -> oidc.ShownIdentity:
    answer = {name: str(value) for name, value in request.GET.items()}
    try:
        return client.finish(_back(request), pending, answer)
    except oidc.ProviderError as error:
        texts = {
            "cancelled": _("Inloggningen avbröts."),
            "unreachable": _("Inloggningstjänsten svarar inte. Försök igen om en stund."),
            "not_asked_anew": _("Inloggningstjänsten frågade inte igen vem du är. Försök igen."),
        }
        text = texts.get(
            error.reason, _("Svaret från inloggningstjänsten går inte att lita på. Försök igen.")
        )
        raise NotLetIn(error.reason, text) from None


def _login(identity: oidc.ShownIdentity, enrol: str) -> tuple[UUID, Shown]:
    """Returns the login of who has come, and what was shown; connected first, where the person has a link."""
    try:
        login = enrolling.login_by_identity(identity.issuer, identity.subject, identity.email, enrol)
    except CodedError as refusal:
        raise refused_by(refusal) from None
    shown = Shown(
        login,
        "oidc",
        identity.acr,
        identity.sid,
        identity.id_token,
        # who does not say when it asked may have asked this morning: not enough for a dangerous act
        authenticated=identity.authenticated or sign_in_rules.LONG_AGO,
        proof=identity.nonce,
    )
    return login, shown


def _by_proxy(request: HttpRequest, told: SignIn, enrol: str, onward: str) -> HttpResponse:
    """Lets in the person whom the proxy in front names in its header; nobody else can write it."""
    if not told.proxy.header:
        return HttpResponseRedirect(reverse("sign-in"))
    if not told.is_proxy(str(request.META.get(PEER, ""))):
        raise NotLetIn(
            "not_the_proxy", _("Du kom inte genom kommunens inloggning. Använd den vanliga adressen.")
        )
    subject = request.headers.get(told.proxy.header, "").strip()
    if not subject:
        raise NotLetIn("proxy_names_nobody", _("Kommunens inloggning sade inte vem du är."))
    try:
        login = enrolling.login_by_identity(sign_in_rules.PROXY_ISSUER, subject[:255], "", enrol)
    except CodedError as refusal:
        raise refused_by(refusal) from None
    shown = Shown(login, "proxy", sign_in_rules.PROXY, authenticated=sign_in_rules.LONG_AGO)
    return enter(request, shown, onward)


def _back(request: HttpRequest) -> str:
    return address_of(request) + reverse("sign-in-back")


def _settings() -> SignIn:
    told: SignIn = settings.TROSKEL_SIGN_IN
    return told
