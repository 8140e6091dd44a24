# SPDX-License-Identifier: EUPL-1.2
"""What a request says and nobody reads is refused: a parameter that is unknown, or a name that is given twice.

Otherwise a filter that is misspelt answers with everything, and of two values one is lost in silence.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.params.models import Header, Path

from troskel.ground.refusals import BadValue
from troskel.ground.texts import _


def strict(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Returns the view, which raises BadValue where the request has a query parameter that it does not take."""
    known = _query_parameters(view)

    @functools.wraps(view)
    def strict_view(request: HttpRequest, **values: Any) -> HttpResponse:
        check_parameters(request, known)
        return view(request, **values)

    strict_view.__signature__ = inspect.signature(view, eval_str=True)  # type: ignore[attr-defined]
    return strict_view


def check_parameters(request: HttpRequest, known: Iterable[str] = ()) -> None:
    """Raises BadValue for a query parameter that is unknown, or given twice."""
    names = list(known)
    for name, values in request.GET.lists():
        if name not in names:
            raise BadValue(
                name,
                "value.unknown_parameter",
                _("Parametern är okänd. Parametrarna här är {fields}."),
                fields=names or ["–"],
            )
        if len(values) > 1:
            raise _given_twice(name)


def names_given_once(body: bytes) -> None:
    """Raises BadValue for a name that an object in the JSON text gives twice. The text must be valid JSON."""
    json.loads(body, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _value in pairs]
        raise _given_twice(next(name for name in names if names.count(name) > 1))
    return found


def _given_twice(name: str) -> BadValue:
    return BadValue(name, "value.given_twice", _("Uppgiften står två gånger. Skriv den en gång."))


def _query_parameters(view: Callable[..., HttpResponse]) -> list[str]:
    parameters = list(inspect.signature(view, eval_str=True).parameters.values())
    return [
        one.name for one in parameters[1:] if not _is_elsewhere(one.annotation)
    ]  # the first is the request


def _is_elsewhere(hint: Any) -> bool:
    """Does the value stand in the path, or in a header?"""
    facts = getattr(hint, "__metadata__", ())
    return any(isinstance(fact, Path | Header) for fact in facts)
