# SPDX-License-Identifier: EUPL-1.2
"""The page and the vectors are what the code does, and the page's attacks are the tests."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.doorproto import example, test_attacks
from tests.doorproto.street import Door, asking, granted, issue, sure

AGAIN = "run PYTHONPATH=src .venv/bin/python -m tests.doorproto.example"
STORED: dict[str, Any] = json.loads(example.VECTORS.read_text())
NOT_ATTACKS = {
    "test_a_grant_opens_its_door",
    "test_the_server_reviews_what_the_phone_hands_in",
    "test_jam_is_told_and_leaves_the_bolt_unknown",
}


def test_worked_example_is_what_the_code_makes() -> None:
    page = example.PAGE.read_text()
    assert example.page_with(example.page_part(), page) == page, AGAIN


def test_vectors_are_what_the_code_makes() -> None:
    assert example.as_json() == example.VECTORS.read_text(), AGAIN


def test_the_indented_bytes_are_the_message() -> None:
    opening = example.DoorTurn()
    written = example.annotated("REQUEST", opening.request)
    found = "".join(line.strip().split("  ")[0].replace(" ", "") for line in written)
    assert found == opening.request.hex()


def test_cwt_would_issue_the_example_but_for_the_signature() -> None:
    issued, shown = issue(example.GRANT), bytes.fromhex(STORED["opening"]["grant"])
    assert issued[:-64] == shown[:-64] and issued != shown


def test_vectors_that_must_be_refused_are() -> None:
    opening = STORED["opening"]
    hello, request = bytes.fromhex(opening["hello"]), bytes.fromhex(opening["request"])
    taken = [
        vector["what"]
        for vector in STORED["refused"]
        if example.read(vector["reads"], bytes.fromhex(vector["data"]), hello, request) != vector["code"]
    ]
    assert taken == []
    assert len({vector["code"] for vector in STORED["refused"]}) >= 15
    for reads in ("hello", "grant", "request", "result"):
        assert example.read(reads, bytes.fromhex(opening[reads]), hello, request) is None


def test_every_attack_of_the_table_is_a_test_and_the_other_way_round() -> None:
    table = example.PAGE.read_text().split("## Attacks")[1].split("\nFuzzed besides")[0]
    tests = {name for name in vars(test_attacks) if name.startswith("test_")}
    assert set(re.findall(r"`(test_\w+)`", table)) == tests - NOT_ATTACKS


def test_sizes_of_the_page_are_those_of_an_ordinary_opening() -> None:
    door = Door()
    sure(door)
    hello, grant = door.hello(), issue(granted(acknowledged=1))
    request = asking(hello, grant, since=1)
    sizes = {"GRANT": grant, "HELLO": hello, "REQUEST": request, "RESULT": door.answer(request)}
    rows = re.findall(r"^\| ([A-Z]+) \|[^|]+\| \d+ \| (\d+) \|", example.PAGE.read_text(), re.MULTILINE)
    assert dict(rows) == {name: str(len(message)) for name, message in sizes.items()}
