# SPDX-License-Identifier: EUPL-1.2
"""The picture of the house and the table beside it show the rooms there are, on the floors the contract gives them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

from tools import architecture

CHECKOUT = Path(__file__).parent.parent.parent
HOUSE = CHECKOUT / "src" / "troskel"
PAGE = CHECKOUT / "docs" / "architecture.md"
PICTURE = CHECKOUT / "docs" / "architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"


def floors_of_the_contract() -> list[set[str]]:
    """The rooms of each floor, from the top, as pyproject.toml has them."""
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "floors")
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def floors_of_the_picture() -> list[set[str]]:
    floors = ET.parse(PICTURE).getroot().iter(f"{SVG}g")
    return [{text.text or "" for text in floor if text.get("class") == "room"} for floor in floors]


def floors_of_the_table() -> list[set[str]]:
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| ([0-9]+|–) \|", line)]
    return [set(re.findall(r"`(\w+)`", row[2])) for row in rows]


def test_the_picture_has_the_floors_of_the_contract() -> None:
    assert floors_of_the_picture() == floors_of_the_contract()


def test_the_table_has_the_floors_of_the_contract() -> None:
    assert floors_of_the_table() == floors_of_the_contract()


def test_every_room_there_is_stands_in_the_picture() -> None:
    rooms = {init.parent.name for init in HOUSE.glob("*/__init__.py")}
    assert set[str]().union(*floors_of_the_picture()) == rooms


def test_the_picture_is_drawn_from_the_contract_and_the_page() -> None:
    assert PICTURE.read_text() == architecture.draw(architecture.floors()), "run ./dev architecture"


def test_the_picture_says_in_words_what_it_shows() -> None:
    picture = ET.parse(PICTURE).getroot()
    told = [picture.find(f"{SVG}{name}") for name in ("title", "desc")]
    assert all(one is not None and one.text for one in told)
    ids = [one.get("id") for one in told if one is not None]
    assert (picture.get("aria-labelledby") or "").split() == ids
