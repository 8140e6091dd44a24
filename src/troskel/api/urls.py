# SPDX-License-Identifier: EUPL-1.2
"""The API's URLs: importing this declares every operation."""

from __future__ import annotations

from functools import cached_property

from django.urls import ResolverMatch, URLPattern, URLResolver
from django.urls.resolvers import RoutePattern

from troskel.api import documents, opening, reading, reading_routine
from troskel.api.operations import api
from troskel.api.writing import add_acts


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


add_acts()
_operations, _app, _namespace = api.urls
urls = _ByPath(RoutePattern("api/v1/"), _operations, {}, _app, _namespace)

__all__ = ["documents", "opening", "reading", "reading_routine", "urls"]
