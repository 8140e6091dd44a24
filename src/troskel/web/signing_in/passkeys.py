# SPDX-License-Identifier: EUPL-1.2
"""Passkeys: what the browser is asked, and what its answer proves. The device always verifies its user.

The challenge lies in a signed cookie for some minutes. An answer counts once: the database refuses it a second time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from troskel.people import login_queries, sign_in_rules
from troskel.people.login_queries import KnownPasskey
from troskel.screens import tries
from troskel.screens.cookies import full_name
from troskel.screens.pages import public
from troskel.web.signing_in.entering import (
    NotLetIn,
    Shown,
    address_of,
    enter,
    local,
    note,
    too_many,
)

ASKED = "troskel_passkey"
"""The cookie with the challenge."""
ASKED_FOR = 300  # seconds
MAX_BYTES = 20_000
"""Of an answer."""


class NewPasskey(NamedTuple):
    """A passkey that a browser has made."""

    credential: str
    public: str
    signed: int


@public("sign-in/passkey/ask", name="passkey-ask", methods=("POST",))
def ask(request: HttpRequest) -> HttpResponse:
    """What the browser asks its device: any passkey of this place."""
    if wait := tries.wait(request):
        return refused_json(too_many(wait))
    options, state = _server(request).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return asked(request, dict(options), state)


@public("sign-in/passkey", name="passkey-answer", methods=("POST",))
def answer(request: HttpRequest) -> HttpResponse:
    """Sign in by the device's answer."""
    login: UUID | None = None
    try:
        if wait := tries.wait(request):
            raise too_many(wait)
        told = body_of(request)
        sent, passkey = _named(told)
        login = passkey.login
        if wait := tries.wait(request, str(login)):
            raise too_many(wait)
        shown = _verified(request, sent, passkey)
        onward = local(str(told.get("next", "")))
        entered = enter(request, shown, onward, anew=told.get("anew") is True)
    except NotLetIn as refused:
        note(request, refused, "passkey", login)
        return forgotten(refused_json(refused))
    response = JsonResponse({"next": entered["Location"]})
    response.cookies = entered.cookies
    return forgotten(response)


def ask_for_new(request: HttpRequest, account: UUID, name: str, known: list[str]) -> HttpResponse:
    """What the browser asks its device: a new passkey. `known`: ids of those that the person has."""
    options, state = _server(request).register_begin(
        PublicKeyCredentialUserEntity(name=name, id=account.bytes, display_name=name),
        [
            PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=websafe_decode(one))
            for one in known
        ],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return asked(request, dict(options), state)


def new_passkey(request: HttpRequest, told: Mapping[str, Any]) -> NewPasskey:
    """Returns the passkey of a device's answer. Raises NotLetIn."""
    try:
        made = _server(request).register_complete(_state(request), told["credential"])
        data = made.credential_data
        if data is None:
            raise ValueError("no credential")
    except Exception as error:  # a library's parser reads what anybody may have sent
        raise _not_believed(error) from None
    return NewPasskey(websafe_encode(data.credential_id), websafe_encode(bytes(data)), made.counter)


def asked(request: HttpRequest, options: dict[str, Any], state: Mapping[str, Any]) -> HttpResponse:
    """The options as JSON, and the challenge in its cookie."""
    response = JsonResponse(options)
    kept = [state["challenge"], str(getattr(state["user_verification"], "value", state["user_verification"]))]
    response.set_cookie(
        full_name(ASKED),
        signing.dumps(kept, salt=ASKED),
        max_age=ASKED_FOR,
        httponly=True,
        samesite="Strict",
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )
    return response


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Returns the JSON object that was sent. Raises NotLetIn."""
    try:
        told = json.loads(request.body) if len(request.body) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise NotLetIn("no_json", _("Svaret från webbläsaren gick inte att läsa. Försök igen."), status=400)
    return told


def refused_json(refused: NotLetIn) -> HttpResponse:
    """Why nobody came in, for the script of the page."""
    return JsonResponse({"message": refused.text}, status=refused.status)


def forgotten(response: HttpResponse) -> HttpResponse:
    """Takes the challenge from the browser: it was for one answer."""
    response.delete_cookie(full_name(ASKED), samesite="Strict")
    return response


def _named(told: Mapping[str, Any]) -> tuple[AuthenticationResponse, KnownPasskey]:
    """Returns the answer, and the passkey that it names. Raises NotLetIn."""
    try:
        sent = AuthenticationResponse.from_dict(told["credential"])
        passkey = login_queries.passkey_of(websafe_encode(sent.raw_id))
    except Exception as error:  # a library's parser reads what anybody may have sent
        raise _not_believed(error) from None
    if passkey is None:
        text = _("Passnyckeln är inte känd här. Be systemförvaltaren om en engångslänk.")
        raise NotLetIn("unknown_passkey", text)
    return sent, passkey


def _verified(request: HttpRequest, sent: AuthenticationResponse, passkey: KnownPasskey) -> Shown:
    """Returns what the answer shows, where it is the passkey's own. Raises NotLetIn."""
    try:
        state = _state(request)
        known = AttestedCredentialData(websafe_decode(passkey.public))
        _server(request).authenticate_complete(state, [known], sent)
        count = AuthenticatorData(sent.response.authenticator_data).counter
        if count and count <= passkey.signed:
            raise ValueError("counted backwards: a copy of the passkey is in use")
    except Exception as error:  # a library's parser reads what anybody may have sent
        raise _not_believed(error) from None
    return Shown(
        passkey.login,
        sign_in_rules.PASSKEY,
        sign_in_rules.PASSKEY,
        passkey=passkey.id,
        passkey_count=count,
        proof=state["challenge"],
    )


def _not_believed(error: Exception) -> NotLetIn:
    return (
        error
        if isinstance(error, NotLetIn)
        else NotLetIn("passkey", _("Passnyckeln gick inte att lita på. Försök igen."))
    )


def _state(request: HttpRequest) -> dict[str, str]:
    try:
        challenge, verification = signing.loads(
            request.COOKIES.get(full_name(ASKED), ""), salt=ASKED, max_age=ASKED_FOR
        )
    except signing.BadSignature:
        raise NotLetIn("not_asked", _("Det tog för lång tid. Försök igen.")) from None
    return {"challenge": challenge, "user_verification": verification}


def _server(request: HttpRequest) -> Fido2Server:
    address = address_of(request)
    host = address.partition("://")[2].partition(":")[0]
    return Fido2Server(
        PublicKeyCredentialRpEntity(name="Tröskel", id=host), verify_origin=lambda origin: origin == address
    )
