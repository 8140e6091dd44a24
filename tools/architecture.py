# SPDX-License-Identifier: EUPL-1.2
"""Draws docs/architecture.svg from the floors in pyproject.toml and the table in docs/architecture.md."""

from __future__ import annotations

import re
import tomllib
from typing import NamedTuple
from xml.sax.saxutils import escape

from tools.environment import ROOT, say

PAGE = ROOT / "docs" / "architecture.md"
PICTURE = ROOT / "docs" / "architecture.svg"
LEFT, WIDTH, HEIGHT, STEP, GAP, TOP = 104, 460, 44, 64, 10, 84  # pixels
CSS = """
  svg { --paper: #f7f6f2; --card: #fff; --ink: #16202a; --quiet: #57626c; --line: #c9c6bb; --brand: #0b5563; --pure: #e2eff0; }
  @media (prefers-color-scheme: dark) {
    svg { --paper: #14191c; --card: #1d2428; --ink: #eceeec; --quiet: #a9b4b8; --line: #4a565c; --brand: #7cc4cf; --pure: #21404a; }
  }
  text { font: 15px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink); }
  .head { font-size: 21px; font-weight: 700; }
  .number, .words { fill: var(--quiet); font-size: 13.5px; }
  .room { font: 600 14px ui-monospace, "DejaVu Sans Mono", monospace; text-anchor: middle; }
  .wall { fill: var(--card); stroke: var(--line); }
  .pure .wall { fill: var(--pure); stroke: var(--brand); stroke-dasharray: 5 3; }
  .down { stroke: var(--brand); stroke-width: 2; fill: none; }
  .tip { fill: var(--brand); }
"""  # noqa: E501


class Floor(NamedTuple):
    """A floor: its number as the page has it, its rooms from left to right, and what it is, in short."""

    number: str
    rooms: list[str]
    summary: str


def floors() -> list[Floor]:
    """The floors of the contract, from the top, with the page's number and summary of each."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "floors")
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| ([0-9]+|–) \|", line)]
    return [
        Floor(row[1].strip(), re.findall(r"\w+", layer), row[3].strip())
        for layer, row in zip(layers, rows, strict=True)
    ]


def draw(found: list[Floor]) -> str:
    """The picture as SVG."""
    height = TOP + len(found) * STEP + 10
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 {height}" width="960" height="{height}"'
            ' role="img" aria-labelledby="title desc">'
        ),
        "<!-- SPDX-License-Identifier: EUPL-1.2. Made by ./dev architecture -->",
        '<title id="title">The house: Tröskel\'s rooms, floor by floor</title>',
        (
            '<desc id="desc">Rooms of src/troskel from the top floor (config) to the ground, and the pure rooms'
            " below it (prover, routine, doorproto). A room imports from the floors below its own, never from one"
            " beside it or above.</desc>"
        ),
        f"<style>{CSS}</style>",
        f'<rect width="960" height="{height}" rx="14" fill="var(--paper)"/>',
        f'<text class="head" x="{LEFT}" y="40">The house</text>',
        (
            f'<text class="words" x="{LEFT}" y="62">A room imports from the floors below its own: never from a room'
            " beside it, never from one above.</text>"
        ),
    ]
    for index, floor in enumerate(found):
        parts += _floor(floor, TOP + index * STEP, last=index == len(found) - 1)
    return "\n".join([*parts, "</svg>", ""])


def _floor(floor: Floor, top: int, *, last: bool) -> list[str]:
    width = (WIDTH - GAP * (len(floor.rooms) - 1)) / len(floor.rooms)
    parts = [f'<g class="floor{" pure" if last else ""}">']
    parts.append(f'  <text class="number" x="56" y="{top + 27}">{floor.number}</text>')
    for place, room in enumerate(floor.rooms):
        left = LEFT + place * (width + GAP)
        parts.append(
            f'  <rect class="wall" x="{left:g}" y="{top}" width="{width:g}" height="{HEIGHT}" rx="7"/>'
            f'<text class="room" x="{left + width / 2:g}" y="{top + 27}">{room}</text>'
        )
    parts.append(
        f'  <text class="words" x="{LEFT + WIDTH + 24}" y="{top + 27}">{escape(floor.summary)}</text>'
    )
    middle = LEFT + WIDTH // 2
    arrow = (
        f'<path class="down" d="M{middle} {top + 46}v9"/>'
        f'<path class="tip" d="M{middle - 5} {top + 54}h10l-5 8z"/>'
    )
    return [*parts, "</g>", *([] if last else [arrow])]


def main() -> int:
    """Write the picture."""
    PICTURE.write_text(draw(floors()))
    say(f"{PICTURE.relative_to(ROOT)} is drawn")
    return 0
