# SPDX-License-Identifier: EUPL-1.2
"""Declares operations: who may use them, and what they return. One place, for reading and for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.security import HttpBearer

from troskel.acts.accounts import note_use
from troskel.api import problems, scopes
from troskel.api.strictness import strict
from troskel.ground import clock
from troskel.ground.refusals import NotAllowed
from troskel.ground.texts import _
from troskel.people.queries import bearer_of, digest_of
from troskel.people.roles import Actor, Role

View = Callable[..., HttpResponse]
POINTER = "#/components/schemas/{name}"


class OperationSpec(NamedTuple):
    """An operation: its method and path, who may use it, and the types it takes and returns."""

    method: str
    path: str
    operation_id: str
    who: frozenset[Role]
    answers: Any
    takes: type[msgspec.Struct] | None


OPERATIONS: list[OperationSpec] = []
"""Every declared operation."""


class TokenAuth(HttpBearer):
    """Authenticates by bearer token, and checks the account's role against the operation's."""

    openapi_name = "token"

    def __init__(self, who: frozenset[Role], method: str, name: str) -> None:
        super().__init__()
        self.who = who
        self.method = method
        self.name = name

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        bearer = bearer_of(digest_of(token), clock.now())
        if bearer is None:
            return None
        actor = bearer.actor
        request.token_scopes = bearer.scopes  # type: ignore[attr-defined]
        check_scope(request, self.name, self.method)
        if actor.role not in self.who and actor.role is not Role.SYSTEM:
            raise NotAllowed(
                "role.not_allowed",
                _("{act} är till för {roles}, inte för {role}. Be någon av dem."),
                act=self.name,
                roles=sorted(self.who),
                role=actor.role,
            )
        note_use(bearer)
        return actor


class TroskelAPI(NinjaAPI):
    """The API, with schemas generated from the types that the acts and queries use."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        """Returns the OpenAPI 3.1 document, with the schemas of requests and responses."""
        schema: dict[str, Any] = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        components = schema["components"]
        components["schemas"] = {**components.get("schemas", {}), **schemas()}
        components["securitySchemes"] = {"Bearer": {"type": "http", "scheme": "bearer"}}
        return schema


def schemas() -> dict[str, Any]:
    """Returns the schemas of all requests and responses, by name."""
    types: list[Any] = [problems.Problem]
    for spec in OPERATIONS:
        types += [spec.answers, *([spec.takes] if spec.takes else [])]
    return msgspec.json.schema_components(types, ref_template=POINTER)[1]


api = TroskelAPI(
    title="Tröskel",
    version="1",
    description="Carries out a municipality's routine for digital lock turners in home care. "
    "Writing: one POST per act. Reading: GET on plural nouns. Every read of a client is journalled.",
    docs=Swagger(settings={"docExpansion": "list", "tryItOutEnabled": True, "persistAuthorization": False}),
    openapi_extra={"info": {"license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}}},
    urls_namespace="api",
)
problems.add_handlers(api)

FAULT_DESCRIPTIONS = {
    400: "The body is no JSON object",
    401: "No valid token",
    403: "Not for the account's role",
    404: "Not there, or not for the viewer to know of",
    409: "The routine or a rule says no: `rule` tells which",
    413: "The body is larger than 1 MB",
    415: "The body is not application/json",
    422: "A value can't be used: `field` tells which; or the key was used with other content",
    503: "Others keep the database busy: try again after the seconds of Retry-After",
}


def add_operation(
    method: str,
    path: str,
    view: View,
    *,
    name: str,
    summary: str,
    who: Iterable[Role],
    answers: Any,
    faults: Iterable[int],
    tag: str,
    description: str = "",
    takes: type[msgspec.Struct] | None = None,
) -> None:
    """Adds an operation. Raises ValueError when `who` is empty."""
    allowed = frozenset(who)
    if not allowed:
        raise ValueError(f"{method} {path} does not say who may use it: declare who=")
    OPERATIONS.append(OperationSpec(method, path, name, allowed, answers, takes))
    who_may = "Who may: " + ", ".join(sorted(allowed)) + "."
    extra: dict[str, Any] = {"responses": _responses(answers, faults)}
    if takes is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _schema(takes)}}}
    api.api_operation(
        [method],
        path,
        auth=TokenAuth(allowed, method, name),
        operation_id=name,
        summary=summary,
        description=f"{description}\n\n{who_may}".strip(),
        tags=[tag],
        openapi_extra=extra,
    )(strict(view))


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _definitions = msgspec.json.schema_components([kind], ref_template=POINTER)
    return schema


PDF = "application/pdf"


def _responses(answers: Any, faults: Iterable[int]) -> dict[int, Any]:
    """Returns the responses by status code, as ninja's own are. Bytes are a PDF."""
    fault = {problems.CONTENT_TYPE: {"schema": _schema(problems.Problem)}}
    content = (
        {PDF: {"schema": {"type": "string", "format": "binary"}}}
        if answers is bytes
        else {"application/json": {"schema": _schema(answers)}}
    )
    responses: dict[int, Any] = {200: {"description": "Done", "content": content}}
    return responses | {
        status: {"description": FAULT_DESCRIPTIONS[status], "content": fault} for status in (*faults, 503)
    }


def json_response(value: Any) -> HttpResponse:
    """Returns `value` as JSON that must not be cached."""
    response = HttpResponse(msgspec.json.encode(value), content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Returns a PDF for display in the browser, which must not be cached."""
    response = HttpResponse(pdf, content_type=PDF)
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def check_scope(request: HttpRequest, name: str, method: str = "POST") -> None:
    """Raises NotAllowed where the token that came is not for this operation or act."""
    if not scopes.lets(request.token_scopes, method, name):  # type: ignore[attr-defined]
        raise NotAllowed(
            "token.out_of_scope", _("Åtkomstnyckeln är inte till för {act}. Gör en som är det."), act=name
        )


def actor_of(request: HttpRequest) -> Actor:
    """Returns the actor that the token identified."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
