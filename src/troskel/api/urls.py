# SPDX-License-Identifier: EUPL-1.2
"""The API's URLs: importing this declares every operation."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from troskel.api import (
    alarms,
    documents,
    opening,
    reading,
    reading_accounts,
    reading_log,
    reading_routine,
    syncing,
)
from troskel.api.operations import api
from troskel.api.strictness import check_parameters
from troskel.api.writing import add_acts
from troskel.ground.refusals import BadValue


class _ByPath(URLResolver):
    """Finds an operation without parameters by its path; Django would compare the path with each of a hundred."""

    def resolve(self, path: str) -> ResolverMatch:
        exact = self._by_path.get(path)
        return super().resolve(path) if exact is None else exact.resolve(path)

    @cached_property
    def _by_path(self) -> dict[str, URLResolver]:
        def alone(pattern: URLPattern | URLResolver) -> URLResolver:
            return URLResolver(self.pattern, [pattern], {}, self.app_name, self.namespace)

        return {
            f"{self.pattern}{one.pattern}": alone(one)
            for one in self.url_patterns
            if "<" not in str(one.pattern)
        }


def _without_parameters(pattern: Any) -> URLPattern:
    """The description and its page take no parameters: other ones are refused as an operation refuses them."""
    view = pattern.callback

    def strict_view(request: HttpRequest, **values: Any) -> HttpResponse:
        try:
            check_parameters(request)
        except BadValue as error:
            return api.on_exception(request, error)
        answer: HttpResponse = view(request, **values)
        return answer

    return URLPattern(pattern.pattern, strict_view, pattern.default_args, pattern.name)


add_acts()
_operations, _app, _namespace = api.urls
_operations = [
    _without_parameters(one) if getattr(one, "name", "") in ("openapi-json", "openapi-view") else one
    for one in _operations
]
urls = _ByPath(RoutePattern("api/v1/"), _operations, {}, _app, _namespace)

__all__ = [
    "alarms",
    "documents",
    "opening",
    "reading",
    "reading_accounts",
    "reading_log",
    "reading_routine",
    "syncing",
    "urls",
]
