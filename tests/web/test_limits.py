# SPDX-License-Identifier: EUPL-1.2
"""What one client may ask of the server at most, and what it can't do to the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from troskel.api.problems import NotJson
from troskel.api.writing import DEEPEST_JSON, is_too_deep, parse_values
from troskel.exchange import staff_file
from troskel.ground import waiting
from troskel.ground.refusals import BadValue
from troskel.web.lists.csv_export import csv_response
from troskel.web.shell.rates import Buckets, Rates


def test_a_bucket_holds_a_minute_and_fills_again() -> None:
    now = [0.0]
    buckets = Buckets(60, lambda: now[0])
    assert [buckets.wait("a") for _ in range(61)] == [0] * 60 + [1]
    assert buckets.wait("b") == 0, "another one is another matter"
    assert buckets.wait("a", "c") == 1
    now[0] += 1
    assert [buckets.wait("a", "c") for _ in range(2)] == [0, 1]
    now[0] += 3600
    assert [buckets.wait("a") for _ in range(61)] == [0] * 60 + [1], "it never holds more"


def test_who_is_turned_away_takes_nothing_from_the_other_bucket() -> None:
    buckets = Buckets(60, lambda: 0.0)
    for _ in range(60):
        buckets.wait("address", "token")
    assert [buckets.wait("other address", "token") for _ in range(100)] == [1] * 100
    assert [buckets.wait("other address") for _ in range(61)] == [0] * 60 + [1]


def test_too_many_requests_get_429_and_files_cost_nothing(settings: Any) -> None:
    settings.TROSKEL_THREADS, settings.TROSKEL_REQUESTS = 8, 3
    limited = Rates(lambda _request: HttpResponse())
    ask = RequestFactory().get

    def status(path: str, **more: Any) -> int:
        return limited(ask(path, **more)).status_code

    assert [status("/", REMOTE_ADDR="192.0.2.1") for _ in range(4)] == [200, 200, 200, 429]
    assert status("/static/a.css", REMOTE_ADDR="192.0.2.1") == 200
    token = {"HTTP_AUTHORIZATION": "Bearer a"}
    told = [status("/", REMOTE_ADDR=f"192.0.2.{n}", **token) for n in range(2, 6)]
    assert told == [200, 200, 200, 429], "a token is one, wherever it is used"
    again = limited(ask("/", REMOTE_ADDR="192.0.2.1"))
    assert int(again["Retry-After"]) > 0


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": ' + b"[" * 400_000 + b"]" * 400_000 + b"}",
        b'{"a": ' * 100_000 + b"1" + b"}" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1e999999}',
        b"[" * 500_000,
        b'{"a": "\\"", "b": ' + b"[" * 40 + b"]" * 40 + b"}",
    ],
)
def test_a_body_that_breaks_a_parser_is_no_json(body: bytes) -> None:
    with pytest.raises(NotJson):
        parse_values(body)


def test_brackets_in_texts_are_no_depth() -> None:
    values = {"text": "[{" * 500 + '"' + "\\", "list": [[1]] * 100}
    assert parse_values(json.dumps(values).encode()) == values
    deepest = b"[" * DEEPEST_JSON + b"]" * DEEPEST_JSON
    assert not is_too_deep(deepest)
    assert is_too_deep(b"[" + deepest + b"]")


@pytest.mark.parametrize(
    "text", ['"' + "a" * 200_000, "kontonamn;namn;roll;organisation\n" + '"' + "a" * 200_000]
)
def test_a_field_without_end_is_a_bad_line(text: str) -> None:
    with pytest.raises(BadValue):
        staff_file.read(text)


def test_few_exports_at_a_time_and_each_gives_its_place_back(db: None, settings: Any) -> None:
    settings.TROSKEL_THREADS = 8

    def export() -> Any:
        return csv_response("Kunder", [], lambda _page: None)  # type: ignore[arg-type,return-value]

    held = [export() for _ in range(waiting.COSTLY_AT_ONCE)]
    with pytest.raises(waiting.TooManyWait):
        export()
    held[0].close()  # never begun, and closed twice
    held[0].close()
    held.append(export())
    with pytest.raises(waiting.TooManyWait):
        export()
    for response in held:
        response.close()
