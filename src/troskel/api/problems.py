# SPDX-License-Identifier: EUPL-1.2
"""Errors as problem+json (RFC 9457): what is wrong, where, and which rule says so."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError

from troskel.ground import waiting
from troskel.ground.refusal_texts import Phrasing, refusal_text
from troskel.ground.refusals import BadValue, KeyReused, NotAllowed, NotFound, Refusal
from troskel.screens import tries

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error. `code` says which refusal (docs/refusals.md), whatever the wording; `rule` names the paragraph or rule
    that refused; `field` the value that can't be used. `confirm`: the refusal only asks. Where it has been done all
    the same, send this code too in the act's `done_though`. `refused`: of a plural act that took none of its items,
    each item's refusal, as in the outcome of one that took some.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str = ""
    rule: str = ""
    field: str = ""
    confirm: str = ""
    refused: list[dict[str, Any]] = []


class NotJson(Exception):
    """The body can't be parsed."""


def problem(status: int, kind: str, title: str, detail: str, **more: Any) -> HttpResponse:
    """Returns a response that describes an error."""
    body = Problem(f"urn:troskel:problem:{kind}", title, status, detail, **more)
    response = HttpResponse(msgspec.json.encode(body), status=status, content_type=CONTENT_TYPE)
    if status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _problem_response(
    request: HttpRequest, error: Any, status: int, kind: str, title: str, **more: str
) -> HttpResponse:
    """Returns the problem, with `detail` in Swedish when the client prefers Swedish to English."""
    swedish = _asks_for_swedish(request)
    detail = refusal_text(error, Phrasing("sv" if swedish else "en"))
    if error.confirmable:
        more["confirm"] = error.code
    response = problem(status, kind, title, detail, code=error.code, refused=list(error.items), **more)
    response["Content-Language"] = "sv" if swedish else "en"
    response["Vary"] = "Accept-Language"
    return response


def _asks_for_swedish(request: HttpRequest) -> bool:
    languages = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    primary_languages = (language.partition("-")[0] for language, _ in languages)
    return next((language for language in primary_languages if language in ("sv", "en")), "en") == "sv"


def _not_allowed(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem_response(request, error, 403, "not-allowed", "Not for your role", rule=error.rule)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem_response(request, error, 409, "refused", "The routine says no", rule=error.rule)


def _not_found(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem_response(request, error, 404, "not-found", "Not there", field=error.field)


def _bad_value(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem_response(request, error, 422, "bad-value", "A value can't be used", field=error.field)


def _key_used(request: HttpRequest, error: Any) -> HttpResponse:
    return _problem_response(
        request, error, 422, "key-used", "The key was used with other content", field="Idempotency-Key"
    )


def _no_token(request: HttpRequest, __: Any) -> HttpResponse:
    if "Authorization" in request.headers:
        tries.token_refused(request)
    return problem(401, "no-token", "Who are you?", "send a valid token as: Authorization: Bearer …")


def _not_json(_: HttpRequest, error: Any) -> HttpResponse:
    return problem(400, "not-json", "The body can't be read", str(error))


def _bad_parameter(_: HttpRequest, error: Any) -> HttpResponse:
    first = error.errors[0]
    return problem(
        422,
        "bad-value",
        "A value can't be used",
        str(first["msg"]),
        code="value.unreadable",
        field=str(first["loc"][-1]),
    )


HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    NotAllowed: _not_allowed,
    Refusal: _refused,
    NotFound: _not_found,
    BadValue: _bad_value,
    KeyReused: _key_used,
    AuthenticationError: _no_token,
    NotJson: _not_json,
    ValidationError: _bad_parameter,
}


def add_handlers(api: NinjaAPI) -> None:
    """Turns every error of an operation into a problem."""
    for error, handler in HANDLERS.items():
        api.add_exception_handler(error, handler)


TITLES = {404: "No such path", 405: "No such method here", 429: "Too often", 500: "Our fault", 503: "Not now"}
DETAILS = {
    404: "see the operations at /api/v1/docs",
    405: "the header Allow says which methods there are",
    429: "too many requests of this token or address: go on after the seconds of Retry-After",
    500: "something broke here; nothing has been changed",
    503: "others keep the database busy: try again with the same Idempotency-Key, after the seconds of Retry-After",
}
AWAY = (
    "the database can't be reached: try again with the same Idempotency-Key, after the seconds of Retry-After"
)
KEPT_HEADERS = ("Allow", "Retry-After")


class ProblemsOnly:
    """Middleware: turns every error response under /api/ into a problem, also before an operation is found."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        status = response.status_code
        if status < HTTPStatus.BAD_REQUEST or not request.path.startswith(API_PREFIX):
            return response
        if response.get("Content-Type", "") == CONTENT_TYPE:
            return response
        title = TITLES.get(status, HTTPStatus(status).phrase)
        kind = HTTPStatus(status).phrase.lower().replace(" ", "-")
        code = getattr(response, "code", "")
        detail = AWAY if code == waiting.AWAY else DETAILS.get(status, title)
        problem_response = problem(status, kind, title, detail, code=code)
        for name in KEPT_HEADERS:
            if name in response:
                problem_response[name] = response[name]
        return problem_response
