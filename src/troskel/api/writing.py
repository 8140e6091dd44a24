# SPDX-License-Identifier: EUPL-1.2
"""Writing: POST /acts/<name>, one operation for each act of the register that some role may do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Header, Query
from pydantic import WithJsonSchema

from troskel.acts.chapters import REGISTER
from troskel.api.operations import actor_of, add_operation, json_response
from troskel.api.problems import NotJson, problem
from troskel.api.strictness import names_given_once
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.runner.occurrence import FAR_BACK, LateReason
from troskel.runner.outcome import ActOutcome
from troskel.runner.register import Act

MAX_BODY_BYTES = 1_000_000
Instant = Annotated[
    str | None,
    Query(description="When it happened, with offset, where that is not now"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
LateReasonCode = Annotated[
    str,
    Query(
        description=f"Why it is told more than {FAR_BACK.days} days after it happened: "
        f"{', '.join(sorted(LateReason.codes()))}"
    ),
]
Preview = Annotated[bool, Query(description="Tell what would follow, and change nothing")]
IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A repeat with the same key and content gets the first answer",
        min_length=1,
        max_length=200,
    ),
]
ZONED_INSTANT = Annotated[datetime, msgspec.Meta(tz=True)]
WRITE_FAULTS = (400, 401, 403, 404, 409, 413, 415, 422)


def add_acts() -> None:
    """Adds an operation for every act that some role may do; acts of the system alone are not exposed."""
    for act in REGISTER.values():
        if act.who:
            add_operation(
                "POST",
                f"/acts/{act.name}",
                _view(act),
                name=act.name,
                summary=act.meaning,
                description=_description(act),
                who=act.who,
                answers=ActOutcome,
                takes=act.values,
                faults=WRITE_FAULTS,
                tag=act.chapter.replace("_", " "),
            )


def _description(act: Act[Any]) -> str:
    return f"Paragraphs: {', '.join(act.paragraphs) or 'none'}. Journal lines: {', '.join(act.writes) or 'none'}."


def _view(act: Act[Any]) -> Any:
    def view(
        request: HttpRequest,
        preview: Preview = False,
        occurred: Instant = None,
        late_reason: LateReasonCode = "",
        idempotency_key: IdempotencyKeyHeader = None,
    ) -> HttpResponse:
        if body_error := body_problem(request):
            return body_error
        values = parse_values(request.body)
        instant = _parse_instant(occurred)
        outcome = act.perform(
            actor_of(request),
            values,
            key=idempotency_key,
            preview=preview,
            occurred=instant,
            late_reason=late_reason,
        )
        return json_response(outcome)

    view.__name__ = act.name
    return view


def body_problem(request: HttpRequest) -> HttpResponse | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        return problem(
            413, "too-large", "Too large", f"the body is larger than {MAX_BODY_BYTES} bytes: send it in parts"
        )
    if request.content_type != "application/json":
        return problem(415, "not-json", "Not JSON", "send the values as application/json")
    return None


DEEPEST_JSON = 32
"""Brackets within brackets. No act takes more than four."""
_JSON_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)


def parse_values(body: bytes) -> dict[str, Any]:
    if is_too_deep(body):
        raise NotJson(f"more than {DEEPEST_JSON} brackets within each other")
    try:
        values = msgspec.json.decode(body)
        if isinstance(values, dict):
            names_given_once(body)
    except (ValueError, RecursionError) as error:  # a number with thousands of digits is one too
        raise NotJson(str(error)) from None
    if not isinstance(values, dict):
        raise NotJson("the body is no object: send the values by their names")
    if b"\\u" in body:
        for field, text in _texts(values, ""):
            if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
                raise BadValue(
                    field,
                    "value.unstorable_character",
                    _(
                        "Texten innehåller ett tecken som inte går att spara. "
                        "Skriv den för hand i stället för att klistra in."
                    ),
                )
    return values


def is_too_deep(body: bytes) -> bool:
    """Does the JSON text open more brackets within each other than anything here does? In one pass, before parsing."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST_JSON:
        return False
    depth = 0
    for mark in re.findall(rb"[\[\]{}]", _JSON_TEXTS.sub(b"", body)):
        depth += 1 if mark in b"[{" else -1
        if depth > DEEPEST_JSON:
            return True
    return False


def _texts(value: Any, field: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{field}.{key}".lstrip("."))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, field)


def _parse_instant(occurred: str | None) -> datetime | None:
    if occurred is None:
        return None
    try:
        instant: datetime = msgspec.convert(occurred, ZONED_INSTANT)
        return instant.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise BadValue(
            "occurred",
            "value.not_an_instant",
            _("Det är ingen tidpunkt med tidszon. Skriv till exempel 2026-11-20T08:00:00+01:00."),
        ) from None
