# SPDX-License-Identifier: EUPL-1.2
"""The cast, and an API client that calls as one of them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import Cast
from tests.town import undone_at_the_end
from troskel.duties import routines
from troskel.ground import clock

ROOT = "/api/v1"


class ApiResponse(NamedTuple):
    """What the API said."""

    status: int
    body: Any
    headers: Any


class ApiClient:
    """Calls the API with a token, or anonymously."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.http = Client(raise_request_exception=False)

    def get(self, who: str | None, path: str, **query: Any) -> ApiResponse:
        """Read."""
        return self._response(self.http.get(ROOT + path, query, headers=self._headers(who)))

    def act(
        self, who: str | None, name: str, values: Any, key: str | None = None, query: str = ""
    ) -> ApiResponse:
        """Write."""
        return self.post(who, f"/acts/{name}{query}", values, key)

    def post(self, who: str | None, path: str, values: Any, key: str | None = None) -> ApiResponse:
        """Write what is no act alone."""
        headers = self._headers(who) | ({"Idempotency-Key": key} if key else {})
        body = values if isinstance(values, bytes) else json.dumps(values)
        return self._response(
            self.http.post(ROOT + path, body, content_type="application/json", headers=headers)
        )

    def _headers(self, who: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.cast.tokens[who]}"} if who else {}

    def _response(self, answer: Any) -> ApiResponse:
        is_pdf = answer.headers["Content-Type"] == "application/pdf"
        return ApiResponse(
            answer.status_code, answer.content if is_pdf else json.loads(answer.content), answer.headers
        )


@pytest.fixture(scope="module")
def module_cast(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast of a module."""
    with undone_at_the_end(django_db_blocker):
        yield casting.make_cast()


@pytest.fixture
def cast(module_cast: Cast, db: None) -> Cast:
    """The people and their clients; what a test does with them is undone, so versions that were kept are forgotten."""
    routines.of_municipality.cache_clear()
    return dataclasses.replace(
        module_cast,
        actors=dict(module_cast.actors),
        tokens=dict(module_cast.tokens),
        cases=dict(module_cast.cases),
    )


@pytest.fixture
def api(cast: Cast) -> Iterator[ApiClient]:
    """Speaks to the API, at an instant that stands still."""
    with clock.frozen_at(casting.NOW):
        yield ApiClient(cast)
