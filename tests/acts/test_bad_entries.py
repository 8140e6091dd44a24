# SPDX-License-Identifier: EUPL-1.2
"""Bad entries in every field of every act, by the API and by the forms: refused or taken, never a fault of ours (5xx).

The examples of `tests/acts` say how each act is done; one value at a time is made bad. By default a few for each field;
all of them with `-m long`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from http import HTTPStatus
from itertools import product
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.acts.test_every_act import EXAMPLES
from tests.town import Town
from troskel.acts.chapters import REGISTER
from troskel.ground import clock

LONG_TEXT = "å" * 5000
BAD: tuple[Any, ...] = (
    *(
        "",
        " ",
        LONG_TEXT,
        "a\tb\nc",
        "\u202e‮\u200b",
        "\ufffe",
        "\ud800",
        "\0",
        "🧓🏽",
        "\u2028",
        "'\"<&;--",
        "9" * 400,
    ),
    *("9999-12-31", "0001-01-01", "2026-02-30", "-0001-01-01", "2199-12-31"),
    *(
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999Z",
        "2026-03-02T08:00:00",
    ),
    *(None, True, 0, -1, 1.5, 2**31, 2**63, 10**40, 1e300),
    *([], [[]], [None], {}, {"a": {}}, ["x"] * 600),
)
A_FEW = 2


def bad_values(values: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each field of the values, at any depth, with each bad value; a list also with one bad item."""
    places = list(_places(values, path))
    for number, place in enumerate(places):
        for turn in range(len(BAD)):  # so that a few of each field are other ones than of the field before
            yield place, BAD[(number * A_FEW + turn) % len(BAD)]


def _places(values: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    pairs = values.items() if isinstance(values, dict) else enumerate(values)
    for name, value in pairs:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from _places(value, (*path, name))


def with_bad(values: Any, place: tuple[Any, ...], bad: Any) -> Any:
    changed = copy.deepcopy(values)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = bad
    return changed


def all_fields(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The example's values, with the fields that it leaves out."""
    left_out = {field: None for field in REGISTER[name].values.__struct_fields__ if field not in values}
    return {**values, **left_out}


class Caller:
    """Calls acts over HTTP as people of the town, and undoes what they did."""

    def __init__(self, town: Town) -> None:
        self.town, self.http = town, Client(raise_request_exception=False)
        self.tokens: dict[str, str] = {}

    def token(self, who: str) -> str:
        if who not in self.tokens:
            issued = self.town.tries("demo", "issue_token", {"username": who, "label": "test"})
            self.tokens[who] = issued.answer["token"]
        return self.tokens[who]

    def status(self, who: str, name: str, values: Any) -> int:
        before = transaction.savepoint()
        with clock.frozen_at(self.town.now):
            answer = self.http.post(
                f"/api/v1/acts/{name}",
                json.dumps(values),
                content_type="application/json",
                headers={"Authorization": f"Bearer {self.token(who)}"},
            )
        if answer.status_code == HTTPStatus.OK:
            connection.check_constraints()
        transaction.savepoint_rollback(before)
        return answer.status_code


def faults(town: Town, name: str, most: int) -> list[Any]:
    use = EXAMPLES[name]
    values = json.loads(json.dumps(use.values(town), default=str))
    if town.actor(use.who).account is None:
        return []
    caller, found = Caller(town), []
    caller.token(use.who)
    tried = islice_each(bad_values(all_fields(name, values)), most)
    for place, bad in tried:
        try:
            status = caller.status(use.who, name, with_bad(values, place, bad))
        except Exception as error:
            status = repr(error)[:300]
        if isinstance(status, str) or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            found.append((place, bad if bad != LONG_TEXT else "å…", status))
    return found


def islice_each(pairs: Iterator[tuple[Any, Any]], most: int) -> Iterator[tuple[Any, Any]]:
    """The first `most` of each place."""
    last, count = None, 0
    for place, bad in pairs:
        last, count = (place, count + 1) if place == last else (place, 1)
        if count <= most:
            yield place, bad


def flat(values: Any, prefix: str = "") -> dict[str, str]:
    """The values as a form sends them: a list's items one a line, of a list of structs the first."""
    typed: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            typed |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            typed |= flat(value[0], f"{prefix}{name}.")
        elif isinstance(value, list):
            typed[f"{prefix}{name}"] = "\n".join(map(str, value))
        elif value is not None:
            typed[f"{prefix}{name}"] = str(value)
    return typed


def form_faults(town: Town, name: str, most: int) -> list[Any]:
    use, found = EXAMPLES[name], []
    typed = flat(json.loads(json.dumps(use.values(town), default=str)))
    fields = {field: typed.get(field, "") for field in [*typed, *REGISTER[name].values.__struct_fields__]}
    with town.standing():
        browser = Client(raise_request_exception=False)
        browser.post("/demo/login", {"account": str(town.actor(use.who).account)})
        words = [bad for bad in BAD if isinstance(bad, str) and bad != "\ud800"]
        for number, (field, turn) in enumerate(product(fields, range(most))):
            bad = words[number % len(words) if most < len(words) else turn % len(words)]
            for step in ("", "confirm"):
                before = transaction.savepoint()
                sent = {**typed, field: bad, "step": step, "key": f"{number}{step}"}
                status = browser.post(f"/do/{name}", sent).status_code
                transaction.savepoint_rollback(before)
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.NOT_FOUND:
                    found.append((field, bad[:20], step, status))
    return found


BY_PEOPLE = sorted(name for name, act in REGISTER.items() if act.who)
BY_FORM = sorted(name for name, act in REGISTER.items() if act.title)


@pytest.mark.thorough
@pytest.mark.once
@pytest.mark.parametrize("name", BY_PEOPLE)
def test_bad_entry_over_the_api_is_no_fault_of_ours(town: Town, name: str) -> None:
    assert faults(town, name, A_FEW) == []


@pytest.mark.thorough
@pytest.mark.once
@pytest.mark.parametrize("name", BY_FORM)
def test_bad_entry_in_a_form_is_no_fault_of_ours(town: Town, name: str, settings: Any) -> None:
    settings.DEMO = True
    assert form_faults(town, name, A_FEW // 2) == []


@pytest.mark.long
@pytest.mark.parametrize("name", BY_PEOPLE)
def test_every_bad_entry_over_the_api_is_no_fault_of_ours(town: Town, name: str) -> None:
    assert faults(town, name, len(BAD)) == []


@pytest.mark.long
@pytest.mark.parametrize("name", BY_FORM)
def test_every_bad_entry_in_a_form_is_no_fault_of_ours(town: Town, name: str, settings: Any) -> None:
    settings.DEMO = True
    assert form_faults(town, name, len(BAD)) == []
