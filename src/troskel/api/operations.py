# SPDX-License-Identifier: EUPL-1.2
"""How an operation is declared: who may use it, what it answers. One place, for reading and for writing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger
from ninja.security import HttpBearer

from troskel.api import problems
from troskel.ground import clock
from troskel.ground.refusals import NotAllowed
from troskel.people.queries import actor_of_token, digest_of
from troskel.people.roles import Actor, Role

View = Callable[..., HttpResponse]
POINTER = "#/components/schemas/{name}"


class Declared(NamedTuple):
    """An operation: its method and path, who may use it, and what it answers with."""

    method: str
    path: str
    operation_id: str
    who: frozenset[Role]
    answers: Any
    takes: type[msgspec.Struct] | None


OPERATIONS: list[Declared] = []
"""Every operation there is, as declared."""


class Bearer(HttpBearer):
    """A bearer token tells who it is; the operation says who may."""

    openapi_name = "token"

    def __init__(self, who: frozenset[Role], name: str) -> None:
        super().__init__()
        self.who = who
        self.name = name

    def authenticate(self, request: HttpRequest, token: str) -> Actor | None:
        actor = actor_of_token(digest_of(token), clock.now())
        if actor is not None and actor.role not in self.who and actor.role is not Role.SYSTEM:
            raise NotAllowed(
                "{operation} is for {roles}, not for {role}: ask one of them",
                operation=self.name,
                roles=sorted(self.who),
                role=actor.role,
            )
        return actor


class Interface(NinjaAPI):
    """The API, with schemas made from the same types that the acts and queries work with."""

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> Any:
        """The description in OpenAPI 3.1, with the schemas of what is taken and answered."""
        described: dict[str, Any] = super().get_openapi_schema(
            path_prefix=path_prefix, path_params=path_params
        )
        components = described["components"]
        components["schemas"] = {**components.get("schemas", {}), **schemas()}
        components["securitySchemes"] = {"Bearer": {"type": "http", "scheme": "bearer"}}
        return described


def schemas() -> dict[str, Any]:
    """The schemas of all that is taken and answered, by name."""
    types: list[Any] = [problems.Problem]
    for declared in OPERATIONS:
        types += [declared.answers, *([declared.takes] if declared.takes else [])]
    return msgspec.json.schema_components(types, ref_template=POINTER)[1]


api = Interface(
    title="Tröskel",
    version="1",
    description="Carries out a municipality's routine for digital lock turners in home care. "
    "Writing: one POST an act. Reading: GET on plural nouns. Every read of a client is journalled.",
    docs=Swagger(settings={"docExpansion": "list", "tryItOutEnabled": True, "persistAuthorization": False}),
    openapi_extra={"info": {"license": {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}}},
    urls_namespace="api",
)
problems.handle_in(api)

FAULTS = {
    400: "The body is no JSON object",
    401: "No valid token",
    403: "Not for the account's role",
    404: "Not there, or not for the viewer to know of",
    409: "The routine or a rule says no: `rule` tells which",
    413: "The body is larger than 1 MB",
    415: "The body is not application/json",
    422: "A value can't be used: `field` tells which; or the key was used with other content",
}


def operation(
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
    """Add an operation. `who` is asked for: an operation for nobody is refused."""
    allowed = frozenset(who)
    if not allowed:
        raise ValueError(f"{method} {path} does not say who may use it: declare who=")
    OPERATIONS.append(Declared(method, path, name, allowed, answers, takes))
    may = "Who may: " + ", ".join(sorted(allowed)) + "."
    extra: dict[str, Any] = {"responses": _responses(answers, faults)}
    if takes is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _schema(takes)}}}
    api.api_operation(
        [method],
        path,
        auth=Bearer(allowed, name),
        operation_id=name,
        summary=summary,
        description=f"{description}\n\n{may}".strip(),
        tags=[tag],
        openapi_extra=extra,
    )(view)


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=POINTER)
    return schema


PDF = "application/pdf"


def _responses(answers: Any, faults: Iterable[int]) -> dict[int, Any]:
    """Keyed by number, as ninja's own are. Bytes are a PDF."""
    fault = {problems.CONTENT_TYPE: {"schema": _schema(problems.Problem)}}
    told = (
        {PDF: {"schema": {"type": "string", "format": "binary"}}}
        if answers is bytes
        else {"application/json": {"schema": _schema(answers)}}
    )
    responses: dict[int, Any] = {200: {"description": "Done", "content": told}}
    return responses | {status: {"description": FAULTS[status], "content": fault} for status in faults}


def answer(value: Any) -> HttpResponse:
    """What was found, as JSON; kept by nobody on the way."""
    said = HttpResponse(msgspec.json.encode(value), content_type="application/json")
    said["Cache-Control"] = "no-store"
    return said


def document(pdf: bytes, name: str) -> HttpResponse:
    """A document as it is, to be read where it is; kept by nobody on the way."""
    said = HttpResponse(pdf, content_type=PDF)
    said["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    said["Cache-Control"] = "no-store"
    return said


def actor_of(request: HttpRequest) -> Actor:
    """Who asks: what the token told."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
