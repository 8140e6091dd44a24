# SPDX-License-Identifier: EUPL-1.2
"""The API does as its own description says: every operation, with values made up by schemathesis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.api import cast as casting
from tests.api.cast import Cast
from troskel.api import urls  # noqa: F401  (declares the operations)
from troskel.api.operations import OPERATIONS, api

pytestmark = pytest.mark.django_db
WHERE = "/api/v1/openapi.json"
schema = schemathesis.openapi.from_wsgi(WHERE, get_wsgi_application())
# To make up the cases at the edges of every field takes seconds, at import; the short test has tried them.
WITHOUT_EDGES = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
at_length = schemathesis.openapi.from_wsgi(WHERE, get_wsgi_application(), config=WITHOUT_EDGES)
load_all_checks()
# A value may fit the schema and still be refused by a rule: that is 422, 404 or 409, and no fault.
LEFT_OUT = {"positive_data_acceptance"}


@pytest.fixture(scope="module")
def tokens(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The cast, made once; and a request ends without closing the test's own connection, as with Django's client."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    with django_db_blocker.unblock():
        whole: Any = transaction.atomic()
        whole._from_testcase = True  # an act may be durable inside it, as inside Django's own TestCase
        with whole:
            yield casting.make()
            transaction.set_rollback(True)
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


def _call(case: Any, cast: Cast) -> None:
    name = case.operation.definition.raw["operationId"]
    who = next(declared.who for declared in OPERATIONS if declared.operation_id == name)
    person = next(person for person, (role, _) in casting.PEOPLE.items() if role in who)
    left_out = LEFT_OUT | ({"negative_data_rejection"} if _header_is_wrong(case) else set())
    excluded = [check for check in CHECKS.get_all() if check.__name__ in left_out]
    case.call_and_validate(
        headers={"Authorization": f"Bearer {cast.tokens[person]}"}, excluded_checks=excluded
    )


def _header_is_wrong(case: Any) -> bool:
    """The token that we send replaces a wrong one, so nothing wrong is sent."""
    components = case.meta.components if case.meta else {}
    return any(where.value == "header" and not part.mode.is_positive for where, part in components.items())


BOUNDED = settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
    derandomize=True,
)
LONG = settings(BOUNDED, max_examples=100, derandomize=False)


@schema.parametrize()
@BOUNDED
def test_every_operation_does_as_described(case: Any, tokens: Cast) -> None:
    _call(case, tokens)


@pytest.mark.long
@at_length.parametrize()
@LONG
def test_every_operation_does_as_described_at_length(case: Any, tokens: Cast) -> None:
    _call(case, tokens)


def test_the_description_is_whole() -> None:
    described = json.loads(Client().get(WHERE).content)
    assert described["openapi"].startswith("3.1")
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert len(operations) == len(OPERATIONS)
    for operation in operations:
        assert operation["summary"], operation["operationId"]
        assert "Who may:" in operation["description"]
        assert operation["security"]
        assert {"200", "401", "403"} <= set(operation["responses"])
    pointers = {line.split('"')[1] for line in json.dumps(described).split('"$ref": ')[1:]}
    for pointer in pointers:
        assert pointer.removeprefix("#/components/schemas/") in described["components"]["schemas"], pointer


def test_the_documentation_page_needs_nothing_from_elsewhere() -> None:
    answer = Client().get("/api/v1/docs")
    page = answer.content.decode()
    assert "//" not in page.replace("<!DOCTYPE", "").replace("https://www.w3.org", ""), (
        "an address from elsewhere"
    )
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    assert "<style" not in page
    assert api.docs is not None
