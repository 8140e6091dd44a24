# SPDX-License-Identifier: EUPL-1.2
"""The endpoints of SCIM (RFC 7644, section 3.2): users, and what the service tells of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from troskel.acts.accounts import note_use
from troskel.acts.chapters import REGISTER
from troskel.api import writing
from troskel.api.problems import NotJson
from troskel.api.scim import filters, schemas, users
from troskel.api.scim.errors import ScimError
from troskel.ground import clock, waiting
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotAllowed, NotFound, Refusal
from troskel.people.queries import bearer_of, digest_of, is_of_system
from troskel.people.roles import Actor, ActorKind, Role
from troskel.people.token_rules import TokenScope
from troskel.reading import directory

CONTENT_TYPE = "application/scim+json"
BEARER = "Bearer "
IMMUTABLE = {"username": "userName", "organisation": "organization"}
UNIQUE = "account.not_unique"

Answer = tuple[int, Any]
Endpoint = Callable[..., Answer]


def endpoint(**by_method: Endpoint) -> Callable[..., HttpResponse]:
    """Returns the view of an address: for each method a function of request, actor and what the address names."""

    @csrf_exempt  # a bearer token, never a cookie
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        try:
            actor = _actor(request)
            perform = by_method.get(request.method or "")
            if perform is None:
                raise ScimError(405, f"only {', '.join(by_method)}")
            status, body = perform(request, actor, **named)
        except ScimError as error:
            status, body = error.status, error.body
        except OperationalError as busy:
            if not waiting.is_busy(busy):
                raise
            status, body = 503, ScimError(503, "others keep the database busy").body
        response = HttpResponse(
            b"" if body is None else msgspec.json.encode(body), status=status, content_type=CONTENT_TYPE
        )
        response["Cache-Control"] = "no-store"
        if status == 401:
            response["WWW-Authenticate"] = "Bearer"
        if status == 405:
            response["Allow"] = ", ".join(by_method)
        if status == 201:
            response["Location"] = body["meta"]["location"]
        return response

    return view


def _actor(request: HttpRequest) -> Actor:
    """Returns the directory of the request's token. Raises ScimError: 401 without one, 403 of one for other things."""
    header = request.headers.get("Authorization", "")
    bearer = (
        bearer_of(digest_of(header.removeprefix(BEARER)), clock.now()) if header.startswith(BEARER) else None
    )
    if bearer is None or bearer.actor.account is None:
        raise ScimError(401, "no valid token")
    if TokenScope.STAFF not in bearer.scopes or not is_of_system(bearer.actor.account):
        raise ScimError(403, "the token must be another system's, with the scope 'staff'")
    note_use(bearer)
    return Actor(
        bearer.actor.municipality,
        Role.SYSTEM,
        ActorKind.DIRECTORY,
        bearer.actor.account,
        bearer.actor.organisation,
        by_token=True,
    )


def _told(perform: Callable[[], Any]) -> Any:
    """Carries something out. What is refused is raised as SCIM tells it."""
    try:
        return perform()
    except NotFound as missing:
        if missing.field == "account":
            raise ScimError(404, english(missing)) from None
        raise ScimError(400, english(missing), "invalidValue") from None
    except BadValue as wrong:
        raise ScimError(400, f"{wrong.field}: {english(wrong)}", "invalidValue") from None
    except NotAllowed as refused:
        raise ScimError(403, english(refused)) from None
    except Refusal as refused:
        if refused.code == UNIQUE:
            raise ScimError(409, english(refused), "uniqueness") from None
        raise ScimError(409, english(refused)) from None


def _body(request: HttpRequest) -> dict[str, Any]:
    if request.content_type not in (CONTENT_TYPE, "application/json"):
        raise ScimError(415, f"send {CONTENT_TYPE}")
    if int(request.META.get("CONTENT_LENGTH") or 0) > writing.MAX_BODY_BYTES:
        raise ScimError(413, f"at most {writing.MAX_BODY_BYTES} bytes")
    try:
        return writing.parse_values(request.body)
    except NotJson as error:
        raise ScimError(400, str(error), "invalidSyntax") from None
    except BadValue as wrong:
        raise ScimError(400, english(wrong), "invalidValue") from None


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/scim/v2")


def _user(request: HttpRequest, actor: Actor, account: UUID) -> dict[str, Any]:
    user = users.as_user(_told(lambda: directory.directory_account(actor, account)), _base(request))
    return _chosen(request, user)


def _chosen(request: HttpRequest, user: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes asked for (RFC 7644, 3.9); schemas and id always."""
    wanted, unwanted = (
        {
            name.strip().lower().partition(".")[0]
            for name in request.GET.get(parameter, "").split(",")
            if name.strip()
        }
        for parameter in ("attributes", "excludedAttributes")
    )
    return {
        name: value
        for name, value in user.items()
        if name in ("schemas", "id")
        or ((not wanted or name.lower() in wanted) and name.lower() not in unwanted)
    }


def _perform(actor: Actor, act: str, values: dict[str, Any]) -> UUID:
    return UUID(_told(lambda: REGISTER[act].perform(actor, values)).answer["account"])


# --- users


def list_users(request: HttpRequest, actor: Actor) -> Answer:
    """Returns users, those that a filter names where there is one."""
    named = filters.named_by(request.GET["filter"]) if "filter" in request.GET else {}
    start, count = max(_number(request, "startIndex", 1), 1), max(_number(request, "count", schemas.MOST), 0)
    total, found = _told(
        lambda: directory.directory_accounts(actor, named, start - 1, min(count, schemas.MOST))
    )
    shown = [_chosen(request, users.as_user(account, _base(request))) for account in found]
    return 200, _listed(shown, total, start)


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, str(default))
    try:
        return min(int(text), 1_000_000_000)
    except ValueError:
        raise ScimError(400, f"{name} is a whole number", "invalidValue") from None


def _listed(resources: list[Any], total: int, start: int = 1) -> dict[str, Any]:
    return {
        "schemas": [schemas.LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def create_user(request: HttpRequest, actor: Actor) -> Answer:
    """Makes a user."""
    values = users.whole(_body(request))
    for name, attribute in (("username", "userName"), ("name", "displayName")):
        if not values.get(name):
            raise ScimError(400, f"{attribute} is missing", "invalidValue")
    return 201, _user(request, actor, _perform(actor, "register_from_directory", values))


def get_user(request: HttpRequest, actor: Actor, account: UUID) -> Answer:
    """Returns a user."""
    return 200, _user(request, actor, account)


def replace_user(request: HttpRequest, actor: Actor, account: UUID) -> Answer:
    """Makes a user be as told: an external id that is left out is cleared, what else is left out stays."""
    values = {"external_id": "", **users.whole(_body(request))}
    if not values.get("username"):
        raise ScimError(400, "userName is missing", "invalidValue")
    return _update(request, actor, account, values)


def patch_user(request: HttpRequest, actor: Actor, account: UUID) -> Answer:
    """Changes what is told of a user."""
    return _update(request, actor, account, users.changed(_body(request)))


def _update(request: HttpRequest, actor: Actor, account: UUID, values: dict[str, Any]) -> Answer:
    now = _told(lambda: directory.directory_account(actor, account))
    for field, attribute in IMMUTABLE.items():
        if values.pop(field, getattr(now, field)) != getattr(now, field):
            raise ScimError(400, f"{attribute} does not change: make another user", "mutability")
    if values:
        _perform(actor, "update_from_directory", {"account": str(account), **values})
    return 200, _user(request, actor, account)


def delete_user(request: HttpRequest, actor: Actor, account: UUID) -> Answer:
    """Closes the account for good, as far as the directory knows."""
    _perform(actor, "delete_from_directory", {"account": str(account)})
    return 204, None


# --- what the service tells of itself


def show_config(request: HttpRequest, _actor: Actor) -> Answer:
    """Returns what is supported."""
    return 200, schemas.provider_config(_base(request))


def list_resource_types(request: HttpRequest, _actor: Actor, name: str = "") -> Answer:
    """Returns the kinds of resources, or the one named."""
    return _discovered(request, schemas.resource_types(_base(request)), name)


def list_schemas(request: HttpRequest, _actor: Actor, name: str = "") -> Answer:
    """Returns the schemas, or the one named."""
    return _discovered(request, schemas.schemas(_base(request)), name)


def _discovered(request: HttpRequest, known: list[dict[str, Any]], name: str) -> Answer:
    if "filter" in request.GET:
        raise ScimError(403, "this is not filtered")
    if not name:
        return 200, _listed(known, len(known))
    for one in known:
        if one["id"] == name:
            return 200, one
    raise ScimError(404, "there is none of that name")


def not_there(_request: HttpRequest, _actor: Actor, **_named: str) -> Answer:
    """Another address."""
    raise ScimError(404, "there is no such endpoint")


def not_made(_request: HttpRequest, _actor: Actor, **_named: str) -> Answer:
    """`/Me`: a directory is no user (RFC 7644, 3.11)."""
    raise ScimError(501, "this is not supported")
