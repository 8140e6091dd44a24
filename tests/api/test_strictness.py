# SPDX-License-Identifier: EUPL-1.2
"""What nobody would read is refused: unknown parameters on every path, and names given twice at any depth."""

from __future__ import annotations

import re

import pytest

from tests.api.cast import PEOPLE
from tests.api.conftest import ApiClient
from troskel.api import urls  # noqa: F401  (declares the operations)
from troskel.api.operations import OPERATIONS

IN_PATH = {
    "case": "2026-0001",
    "serial": "L1",
    "number": "1",
    "form": "U-2026-0001",
    "order": "W-2026-0001",
    "month": "2026-02",
}
VERSION = "00000000-0000-7000-8000-000000000000"


def test_unknown_parameter_is_refused_on_every_path(api: ApiClient) -> None:
    for spec in OPERATIONS:
        who = next(person for person, (role, _) in PEOPLE.items() if role in spec.who)
        path = re.sub("{(.+?)}", lambda found: IN_PATH.get(found[1], VERSION), spec.path) + "?klient=1"
        answer = api.post(who, path, {}) if spec.method == "POST" else api.get(who, path)
        told = (answer.status, answer.body.get("code"), answer.body.get("field"))
        assert told == (422, "value.unknown_parameter", "klient"), spec.operation_id


@pytest.mark.parametrize("path", ["/openapi.json", "/docs"])
def test_unknown_parameter_is_refused_by_the_description_too(api: ApiClient, path: str) -> None:
    answer = api.get(None, path, client="1")
    assert (answer.status, answer.body["code"]) == (422, "value.unknown_parameter")


def test_parameter_given_twice_is_refused(api: ApiClient) -> None:
    answer = api.get("anna", "/clients?limit=1&limit=2")
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "value.given_twice", "limit")


PERSON = b'{"reference":"K9","identity":"194103129815","first_name":"A","last_name":"B","address":%s}'
TWICE = [
    ("/acts/inform_client", b'{"client":"K2","client":"K1","way":"oral"}', "client"),
    ("/acts/inform_client", b'{"client":"K1","way":"written","w\\u0061y":"oral"}', "way"),
    (
        "/acts/register_clients",
        b'{"clients":[' + PERSON % b'{"street":"G 1","street":"G 2","postcode":"","town":""}' + b"]}",
        "street",
    ),
    ("/phone/open", b'{"client":"K1","serial":"L1","serial":"L2"}', "serial"),
]


@pytest.mark.parametrize(("path", "body", "field"), TWICE, ids=["one", "escaped", "deep", "door"])
def test_name_given_twice_is_refused(api: ApiClient, path: str, body: bytes, field: str) -> None:
    answer = api.post("carin" if path == "/phone/open" else "anna", path, body)
    assert (answer.status, answer.body["code"], answer.body["field"]) == (422, "value.given_twice", field)
