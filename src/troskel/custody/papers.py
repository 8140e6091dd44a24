# SPDX-License-Identifier: EUPL-1.2
"""The receipt of a handover, and labels with codes, as PDF. They are not stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from troskel.ground import pdf
from troskel.ground.qr import qr_svg

HERE = Path(__file__).parent


def receipt(data: Mapping[str, Any]) -> bytes:
    """Returns the receipt of a handover with both names. `data`: as the template reads it."""
    return pdf.render(HERE / "receipt.typ", data, rule="P5")


def labels(kind: str, numbers: Iterable[str], municipality: str, language: str) -> bytes:
    """Returns sheets of labels, 24 on each. What a camera reads on one is its number."""
    drawn = [{"number": number, "code": qr_svg(number)} for number in numbers]
    data = {"kind": kind, "labels": drawn, "municipality": municipality, "language": language}
    return pdf.render(HERE / "labels.typ", data, rule="rule 5")
