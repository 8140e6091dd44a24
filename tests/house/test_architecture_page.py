# SPDX-License-Identifier: EUPL-1.2
"""The architecture diagram and its table show the existing rooms, on the floors of the contract."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

from tools import architecture

CHECKOUT = Path(__file__).parent.parent.parent
HOUSE = CHECKOUT / "src" / "troskel"
PAGE = CHECKOUT / "docs" / "architecture.md"
DIAGRAM = CHECKOUT / "docs" / "architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"


def floors_of_the_contract() -> list[set[str]]:
    """The rooms of each floor, from the top, as pyproject.toml has them."""
    contracts = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "floors")
    return [set(re.findall(r"\w+", layer)) for layer in layers]


def floors_of_the_diagram() -> list[set[str]]:
    floors = ET.parse(DIAGRAM).getroot().iter(f"{SVG}g")
    return [{text.text or "" for text in floor if text.get("class") == "room"} for floor in floors]


def floors_of_the_table() -> list[set[str]]:
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| ([0-9]+|–) \|", line)]
    return [set(re.findall(r"`(\w+)`", row[2])) for row in rows]


def test_diagram_has_the_floors_of_the_contract() -> None:
    assert floors_of_the_diagram() == floors_of_the_contract()


def test_table_has_the_floors_of_the_contract() -> None:
    assert floors_of_the_table() == floors_of_the_contract()


def test_diagram_contains_every_room() -> None:
    rooms = {init.parent.name for init in HOUSE.glob("*/__init__.py")}
    assert set[str]().union(*floors_of_the_diagram()) == rooms


def test_diagram_is_generated_from_the_contract_and_the_page() -> None:
    assert DIAGRAM.read_text() == architecture.draw(architecture.floors()), "run ./dev architecture"


def test_diagram_has_a_text_alternative() -> None:
    picture = ET.parse(DIAGRAM).getroot()
    elements = [picture.find(f"{SVG}{name}") for name in ("title", "desc")]
    assert all(element is not None and element.text for element in elements)
    ids = [element.get("id") for element in elements if element is not None]
    assert (picture.get("aria-labelledby") or "").split() == ids
