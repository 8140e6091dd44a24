# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's work order as PDF (L1), for the bag. It is not stored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from troskel.ground import pdf
from troskel.ground.qr import qr_svg

TEMPLATE = Path(__file__).with_name("work_order.typ")


def render(data: Mapping[str, Any]) -> bytes:
    """Returns the order as PDF, with its number as a code. `data`: as the template reads it, without the code."""
    return pdf.render(TEMPLATE, {**data, "code": qr_svg(data["number"])}, rule="L1")
